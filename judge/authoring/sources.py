"""What the text of a challenge shows: tests that use the solution, numbers that follow no seed.

The author's own text: nothing of a submission comes here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from judge.challenge import Challenge, reference_submission
from judge.errors import ChallengeError
from judge.manifest import Task
from judge.regions import parse_cell

_SEEDED = ("default_rng", "RandomState", "SeedSequence")  # with a number they follow it
_TORCH = ("rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial")
_TORCH_LIKE = ("rand_like", "randn_like", "randint_like")  # these take no generator


def source_problems(challenge: Challenge) -> Iterator[str]:
    """What is wrong in the modules of the tests and in the signatures, with file and cure."""
    trees = {file: tree for file in modules(challenge) if (tree := _tree(file)) is not None}
    for file, tree in sorted(trees.items()):
        yield from _solution_used(file, tree)
        yield from _unseeded(file, tree)
    yield from _unmarked(trees)
    yield from _signatures(challenge)


def modules(challenge: Challenge) -> set[Path]:
    """hidden_tests.py and the modules of the folder that it imports, one through another."""
    found: set[Path] = set()
    waiting = [challenge.folder / "hidden_tests.py"]
    while waiting:
        module = waiting.pop()
        if module in found or not module.is_file():
            continue
        found.add(module)
        waiting += [module.with_name(f"{name}.py") for name, _ in _neighbours(_tree(module))]
    return found


def _tree(file: Path) -> ast.Module | None:
    try:
        return parse_cell(file.read_text(encoding="utf-8"), str(file))
    except (ChallengeError, ValueError):  # importing it says so, in better words
        return None


def _neighbours(tree: ast.Module | None) -> Iterator[tuple[str, int]]:
    """The names that are imported from the folder, each with its line."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from ((name, node.lineno) for name in names)


# --- tests ------------------------------------------------------------------------------------


def _solution_used(file: Path, tree: ast.Module) -> Iterator[str]:
    """What is compared with the solution is right by definition, the solution's mistakes too."""
    for name, line in _neighbours(tree):
        if name == "notebook":
            yield (
                f"{file}, line {line}: tests and their oracle import notebook.py, the solution.\n"
                "Compute what is expected anew, in another way."
            )


def _unseeded(file: Path, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_unseeded(node):
            yield (
                f"{file}, line {node.lineno}: {ast.unparse(node.func)} draws numbers that follow "
                "no seed: what a student sees could not be repeated.\nDraw them from student.rng."
            )


def _is_unseeded(call: ast.Call) -> bool:
    module, _, name = ast.unparse(call.func).rpartition(".")
    given = bool(call.args or call.keywords)
    if module in ("np.random", "numpy.random", "random"):
        return not given if name in (*_SEEDED, "Random") else not name[:1].isupper()
    if module != "torch":
        return False
    seeded = any(keyword.arg == "generator" for keyword in call.keywords)
    return name in _TORCH_LIKE or (name in _TORCH and not seeded)


def _unmarked(trees: dict[Path, ast.Module]) -> Iterator[str]:
    """A function of a student alone that nothing uses was meant to be a test."""
    nodes = [node for tree in trees.values() for node in ast.walk(tree)]
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    used |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    for file, tree in sorted(trees.items()):
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.decorator_list or node.name in used:
                continue
            if _names(node.args) == ["student"]:
                yield (
                    f"{file}, line {node.lineno}: {node.name} takes a student, but has no mark, "
                    "and nothing calls it.\nWrite @hidden_test(...) above it, or take it out."
                )


def _names(a: ast.arguments) -> list[str]:
    named = [*a.posonlyargs, *a.args, a.vararg, *a.kwonlyargs, a.kwarg]
    return [argument.arg for argument in named if argument is not None]


# --- signatures -------------------------------------------------------------------------------


def _signatures(challenge: Challenge) -> Iterator[str]:
    """Students read those of challenge.toml, in `judge show` and in a prompt."""
    try:
        cells = reference_submission(challenge).cells
    except ChallengeError:  # building it says so
        return
    body = [node for cell in cells for node in parse_cell(cell.source, cell.label).body]
    for task in challenge.tasks:
        for listed, written in _pairs(task, body):
            if listed != written:
                yield (
                    f"{challenge.folder / 'challenge.toml'}: task {task.id} lists {listed}, "
                    f"notebook.py has {written}.\nWrite the same in both."
                )


def _pairs(task: Task, body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    """The signature of the task as listed and as written, where both are there."""
    (listed,) = parse_cell(f"def {task.function}: ...", "challenge.toml").body
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name == task.name:
            yield _signature(task.name, listed), _signature(task.name, node)
        elif isinstance(node, ast.ClassDef) and node.name == task.name:
            written = {m.name: m for m in node.body if isinstance(m, ast.FunctionDef)}
            if "__init__" in written:
                yield _signature(task.name, listed), _signature(task.name, written["__init__"])
            yield from _methods(task, node, written)


def _methods(
    task: Task, node: ast.ClassDef, written: dict[str, ast.FunctionDef]
) -> Iterator[tuple[str, str]]:
    """The same of its methods, without defaults; those of a base class are taken on trust."""
    for name, parameters in task.methods:
        listed = f"{name}({', '.join(parameters)})"
        if name in written:
            yield listed, f"{name}({', '.join(_names(written[name].args)[1:])})"
        elif not node.bases:
            yield listed, "no such method"


def _signature(name: str, definition: ast.stmt) -> str:
    """name(parameters) without self and annotations."""
    assert isinstance(definition, ast.FunctionDef)  # noqa: S101  both callers have looked
    for node in ast.walk(definition.args):
        if isinstance(node, ast.arg):
            node.annotation = None
    if definition.name == "__init__":
        del definition.args.args[:1]
    return f"{name}({ast.unparse(definition.args)})"
