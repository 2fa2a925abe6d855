"""The trusted side never runs, imports, compiles or parses a submission, and unpickles nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TRUSTED = sorted(
    path for path in (ROOT / "judge").rglob("*.py") if "worker" not in path.parts[-2:-1]
)
UNPICKLING = {
    *("pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "jsonpickle", "marshal"),
    *("shelve", "yaml"),
}
PARSING = {"tokenize", "symtable", "runpy", "code", "codeop", "lib2to3", "imp"}
RUNNING = {
    *("eval", "exec", "compile", "__import__", "import_module", "ast.parse", "ast.literal_eval"),
    *("importlib.import_module", "importlib.__import__", "importlib.reload", "builtins.exec"),
    *("np.load", "numpy.load", "torch.load", "np.fromfile", "inspect.getsource"),
    *("importlib.util.module_from_spec", "importlib.util.spec_from_file_location"),
}
# Each use is of our own or of the author's text, never of a submission's.
ALLOWED = {
    ("__init__.py", "import_module"): "the public names, imported on first use",
    ("notebook.py", "import_module"): "IPython's display",
    ("challenge.py", "importlib.import_module"): "the author's hidden tests",
    ("manifest.py", "ast.parse"): "a signature in challenge.toml",
    ("regions.py", "ast.parse"): "a cell of the author's notebook",
    ("regions.py", "tokenize"): "a cell of the author's notebook",
    ("diagnosis/variants.py", "compile"): "the author's reference, mutants and helpers",
    ("diagnosis/variants.py", "exec"): "the author's reference, mutants and helpers",
    ("authoring/stubs.py", "ast.parse"): "a signature in challenge.toml",
    ("sandbox/server.py", "importlib.import_module"): "the packages of a challenge, in the server",
    ("sandbox/spawn_worker.py", "importlib.import_module"): "the same, in a worker of its own",
}
# Who may import the code that runs submissions, and why.
WORKERS_CODE = {
    "sandbox/inline.py": "`--debug` runs the submission in this process on purpose",
    "sandbox/spawn_worker.py": "it is a worker, where there is no fork server",
    "notebook.py": "a digest of a function, in the student's own kernel",
}
WATCH = """
import sys
from pathlib import Path
seen = []
def watch(event, args):
    if event in ("compile", "exec", "pickle.find_class", "marshal.loads", "code.__new__"):
        seen.append((event, repr(args)[:2_000_000]))
sys.addaudithook(watch)
from judge.grading import Asked, Grader
from judge.manifest import read_challenge
from judge.submission import submission_from_cells
grader = Grader(jobs=1)
challenge = read_challenge(Path(sys.argv[1]))
for kind in ("script", "notebook", "kernel", "reply"):
    source = "def scaled_softmax(x, scale):\\n    umbrella_4711 = 1\\n    return x * 0\\n"
    for text in (source, source + "def ("):
        submission = submission_from_cells([("cell 1", text)], "f", kind)
        print(grader.grade(challenge, submission, Asked()).verdict)
grader.close()
found = [pair for pair in seen if "umbrella_4711" in pair[1] or "<submission" in pair[1]]
print(len(seen), found)
"""


def where(path: Path) -> str:
    return path.relative_to(ROOT / "judge").as_posix()


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tree_of(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TRUSTED, ids=where)
def test_nothing_is_unpickled_or_read_as_source(path: Path) -> None:
    names = {name.partition(".")[0] for name in imported(tree_of(path))}
    assert names & UNPICKLING == set()
    assert names & PARSING == {name for file, name in ALLOWED if file == where(path)} & PARSING


@pytest.mark.parametrize("path", TRUSTED, ids=where)
def test_what_runs_or_parses_code_is_listed_with_a_reason(path: Path) -> None:
    used = {dotted(n) for n in ast.walk(tree_of(path)) if isinstance(n, ast.Attribute | ast.Name)}
    listed = {call for file, call in ALLOWED if file == where(path)} - PARSING
    assert used & RUNNING == listed


@pytest.mark.parametrize("path", TRUSTED, ids=where)
def test_the_code_that_runs_submissions_stays_in_workers(path: Path) -> None:
    names = [name for name in imported(tree_of(path)) if name.startswith("judge.worker")]
    assert not names or where(path) in WORKERS_CODE


def test_no_source_of_a_submission_is_compiled_here() -> None:
    """Seen by an audit hook, which nothing in a process can avoid."""
    folder = ROOT / "tests" / "attacks" / "challenge"
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    *verdicts, last = done.stdout.splitlines()
    assert "failed" in verdicts
    assert "refused" in verdicts
    count, found = last.split(" ", 1)
    assert int(count) > 10
    assert found == "[]"


def test_the_linter_bans_what_unpickles() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        ruff = tomllib.load(file)["tool"]["ruff"]["lint"]
    banned = ruff["flake8-tidy-imports"]["banned-api"]
    assert "TID" in ruff["select"]
    for name in ("pickle", "cloudpickle", "marshal", "shelve", "numpy.load", "torch.load"):
        assert len(banned[name]["msg"]) > 20, name
