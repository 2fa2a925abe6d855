"""A challenge folder: its facts, the cells of its notebook, its hidden tests, its reference.

    challenges/<id>/
      challenge.toml     what is listed: tasks, points, hints, limits
      notebook.py        what the student reads and writes, solution included (a percent script)
      hidden_tests.py    functions marked by @hidden_test; may import from .oracle
      mutants.toml       known mistakes
      support.py         where needed: helpers that workers load, and tests call as "support.name"

Every error names the file, the place and the cure.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import math
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from judge.errors import ChallengeError, near_matches
from judge.manifest import Challenge, Task, first_double, read_challenge, read_text
from judge.percent import PercentCell, parse_percent
from judge.regions import parse_cell, with_solution, without_solution
from judge.submission import Submission, submission_from_cells

if TYPE_CHECKING:  # numpy comes with it: only those who load tests pay
    from judge.testing.marks import HiddenTest

__all__ = [
    "Challenge",
    "Task",
    "load_tests",
    "names_of_tests",
    "read_challenge",
    "read_notebook",
    "reference_submission",
    "template_submission",
]

CODE_ROLES = ("setup", "task", "debug", "check")


# --- notebook.py ------------------------------------------------------------------------------


def read_notebook(challenge: Challenge) -> tuple[PercentCell, ...]:
    """The cells of notebook.py, their roles checked: every task has a cell. Raises ChallengeError.

    Code cells have the role setup, task (then with task="<id>"), debug or check.
    """
    file = challenge.folder / "notebook.py"
    cells = parse_percent(read_text(file), str(file))
    for cell in cells:
        if cell.kind == "code":
            _check_role(challenge, cell, f"{file}, line {cell.line - 1}")
            parse_cell(cell.source, str(file), cell.line)
    written = {
        cell.metadata["task"] for cell in cells if cell.role == "task" and cell.kind == "code"
    }
    for task in challenge.tasks:
        if task.id not in written:
            raise ChallengeError(
                f"{file}: no cell holds the task {task.id}.\n"
                f'Put it in a cell that starts with: # %% role="task" task="{task.id}"'
            )
    return cells


def _check_role(challenge: Challenge, cell: PercentCell, place: str) -> None:
    if cell.role not in CODE_ROLES:
        said = f"role={cell.role!r}" if cell.role else "no role"
        raise ChallengeError(
            f"{place}: the cell has {said}.\nWrite one of {', '.join(CODE_ROLES)}, "
            'such as: # %% role="setup"'
        )
    task = cell.metadata.get("task")
    if cell.role == "task" and task not in {t.id for t in challenge.tasks}:
        said = f"the unknown task {task!r}" if task else "no task"
        known = ", ".join(t.id for t in challenge.tasks)
        raise ChallengeError(f"{place}: the cell has {said}.\nchallenge.toml has: {known}.")


def reference_submission(challenge: Challenge) -> Submission:
    """The author's own solution: set-up and task cells. Raises ChallengeError."""
    return _from_notebook(challenge, with_solution, f"reference of {challenge.id}")


def template_submission(challenge: Challenge) -> Submission:
    """The same cells as a student first sees them, with stubs. Raises ChallengeError."""
    return _from_notebook(challenge, without_solution, f"template of {challenge.id}")


def _from_notebook(
    challenge: Challenge, view: Callable[[str, str, int], str], origin: str
) -> Submission:
    file = str(challenge.folder / "notebook.py")
    code = [c for c in read_notebook(challenge) if c.kind == "code" and c.role in ("setup", "task")]
    cells = (
        (f"cell {n}", view(cell.source, file, cell.line)) for n, cell in enumerate(code, start=1)
    )
    return submission_from_cells(cells, origin, "notebook")


def read_support(challenge: Challenge) -> str:
    """The source of support.py, which workers load beside a submission; empty without one."""
    file = challenge.folder / "support.py"
    return read_text(file) if file.exists() else ""


# --- hidden_tests.py --------------------------------------------------------------------------


def load_tests(challenge: Challenge) -> tuple[HiddenTest, ...]:
    """Import hidden_tests.py and return its marked functions in order of definition.

    The folder becomes a package of its own, so that `from .oracle import ...` works and two
    challenges never share a module. Loading again reads the files again. Raises ChallengeError.
    """
    from judge.testing.marks import HiddenTest

    file = challenge.folder / "hidden_tests.py"
    module = _import_tests(challenge, file)
    tests = tuple({id(v): v for v in vars(module).values() if isinstance(v, HiddenTest)}.values())
    _check_tests(challenge, tests, file)
    return tests


def names_of_tests(challenge: Challenge) -> list[str]:
    """The names of the hidden tests, sorted, without importing them. Raises ChallengeError."""
    return sorted(_marked(challenge.folder / "hidden_tests.py"))


def _marked(file: Path) -> set[str]:
    """Names of the marked functions of a module and of those it takes from its neighbours."""
    found: set[str] = set()
    for node in parse_cell(read_text(file), str(file)).body:
        if isinstance(node, ast.FunctionDef):
            if "hidden_test" in map(_decorator_name, node.decorator_list):
                found.add(node.name)
        elif isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            taken = {alias.name for alias in node.names}
            neighbour = file.with_name(f"{node.module}.py")
            if not neighbour.exists():
                raise ChallengeError(
                    f"{file}, line {node.lineno}: there is no {neighbour.name} beside it.\n"
                    "Write it, or take the import out."
                )
            theirs = _marked(neighbour)
            found |= theirs if "*" in taken else theirs & taken
    return found


def _decorator_name(node: ast.expr) -> str:
    target = node.func if isinstance(node, ast.Call) else node
    return target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")


def _import_tests(challenge: Challenge, file: Path) -> ModuleType:
    read_text(file)  # says what is wrong with a missing file
    folder = challenge.folder.resolve()
    package = f"judge_challenge_{challenge.id}_{hashlib.sha256(bytes(folder)).hexdigest()[:8]}"
    for name in [n for n in sys.modules if n == package or n.startswith(f"{package}.")]:
        del sys.modules[name]
    importlib.invalidate_caches()
    root = ModuleType(package)
    root.__path__ = [str(folder)]
    sys.modules[package] = root
    try:
        return importlib.import_module(f"{package}.hidden_tests")
    except ChallengeError:
        raise
    except (Exception, SystemExit) as error:  # an author's module may raise anything
        raise ChallengeError(
            f"{file} cannot be imported: {_said(error, folder)}\n"
            f"{_where(error, folder)}Mend it; hidden tests import numpy, judge.testing, and the "
            "folder's own modules as `from .oracle import ...`."
        ) from error


def _said(error: BaseException, folder: Path) -> str:
    """What happened; of a module that is missing, its file."""
    if isinstance(error, ImportError) and (error.name or "").startswith("judge_challenge_"):
        lost = re.fullmatch(r"cannot import name '(\w+)' from '\w+' .*", error.msg)
        module = lost[1] if lost else (error.name or "").partition(".")[2].replace(".", "/")
        if module and not (folder / f"{module}.py").exists():
            return f"there is no {module}.py beside it."
    return f"{type(error).__name__}: {error}"


def _where(error: BaseException, folder: Path) -> str:
    """The last line of the folder's own code that took part, as a line of its own."""
    if isinstance(error, SyntaxError):
        return f"At {error.filename}, line {error.lineno}.\n"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if str(folder) in f.filename]
    return f"At {frames[-1].filename}, line {frames[-1].lineno}.\n" if frames else ""


def _check_tests(challenge: Challenge, tests: tuple[HiddenTest, ...], file: Path) -> None:
    """What holds between tests: names, tasks, needs and points."""
    names = [test.name for test in tests]
    if twice := first_double(names):
        raise ChallengeError(f"{file}: two hidden tests are called {twice}.\nRename one of them.")
    known = [task.id for task in challenge.tasks]
    for test in tests:
        place = f"{file}: hidden test {test.name}"
        if test.task not in known:
            raise ChallengeError(
                f"{place}: there is no task {test.task!r}.\nchallenge.toml has: {', '.join(known)}."
            )
        for need in test.needs:
            if need not in names:
                near = near_matches(need, names)
                meant = f"Did you mean {near[0]}?" if near else "Name a hidden test of this file."
                raise ChallengeError(f"{place} needs {need}, which is not there.\n{meant}")
    _check_order(tests, file)
    _check_points(challenge, tests, file)


def _check_order(tests: tuple[HiddenTest, ...], file: Path) -> None:
    """Needs must not run in a circle: take out, again and again, tests whose needs are met."""
    waiting = {test.name: [*test.needs] for test in tests}
    while ready := [n for n, needs in waiting.items() if not waiting.keys() & set(needs)]:
        for name in ready:
            del waiting[name]
    if not waiting:
        return
    circle = [next(iter(waiting))]
    while circle[-1] not in circle[:-1]:
        circle.append(next(need for need in waiting[circle[-1]] if need in waiting))
    said = ", which needs ".join(circle[circle.index(circle[-1]) :])
    raise ChallengeError(f"{file}: a circle of needs: {said}.\nTake one of them away.")


def _check_points(challenge: Challenge, tests: tuple[HiddenTest, ...], file: Path) -> None:
    for task in challenge.tasks:
        core = [t.points for t in tests if t.task == task.id and t.group == "core"]
        if challenge.released and math.fsum(core) <= task.points * (1 + 1e-9):
            continue  # the rest is carried by tests that stay with the instructor
        if not math.isclose(math.fsum(core), task.points, rel_tol=1e-9):
            raise ChallengeError(
                f"{file}: the core tests of the task {task.id} carry {math.fsum(core):g} points, "
                f"challenge.toml gives it {task.points:g}.\nMake the two sums equal."
            )
