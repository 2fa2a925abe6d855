"""Imports point one way, and heavy packages stay where they are needed.

Each row of `LAYERS` may import from the rows above it, and modules of one package from one another
as long as that is no circle. Imports inside functions count; those for type checkers alone do not.
Where trust changes hands the rule is stricter: `BOUNDARIES` lists all that may be imported there.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (
    "authoring",
    "classroom",
    "cli",
    "diagnosis",
    "report",
    "sandbox",
    "testing",
    "wire",
    "worker",
)

LAYERS = (
    # text, bytes and names: nothing of the judge is known here
    {"errors", "events", "files", "frames", "generators", "paths", "replied", "wire"},
    {"tensors", "objects"},
    # what is read and written
    {"intake", "kernel", "manifest", "percent", "regions", "results"},
    {"calls", "progress", "replies", "submission", "validation"},
    # where a submission runs
    {"worker"},
    {"sandbox"},
    # what a hidden test holds in its hands
    {"history", "program", "remotes"},
    {"conversation"},
    {"student"},
    {"reference", "testing"},
    # a challenge, and a submission of it
    {"challenge"},
    {"catalogue", "mutants", "preparing", "prompting", "schedule", "verdict"},
    {"diagnosis"},
    {"kit"},
    {"grading"},
    # what a person asks for
    {"checking", "doctor", "hints", "starting"},
    {"debugging"},
    {"report"},
    {"asking", "authoring"},
    {"classroom"},
    {"watch"},
    # the doors: nobody imports them but the last row
    {"cli", "notebook", "service"},
    {"", "__main__"},  # "" is the package itself, which loads what it offers on first use
)

BOUNDARIES = {
    "worker": {"wire", "generators", "paths", "tensors", "objects"},
    "tensors": {"wire"},
    "objects": {"paths"},
    "sandbox": {"wire", "errors"},
    "sandbox.inline": {"wire", "errors", "worker"},  # no isolation at all, for a debugger
    "sandbox.spawn_worker": {"wire", "worker"},  # it runs in a worker
    "sandbox.server": set[str](),  # started by path, before any package can be found
    "testing": {
        "student",
        "program",
        "remotes",
        "calls",
        "results",
        "replies",
        "errors",
        "tensors",
    },
    "history": {"calls"},
    "student": {
        *("wire", "calls", "conversation", "history", "program", "remotes", "replies", "results"),
        "errors",
    },
    "conversation": {"wire", "calls", "program", "remotes", "replies", "results", "errors"},
    "remotes": {"wire", "calls", "replies"},
    "submission": {"errors", "intake", "replied"},
    "mutants": {"challenge", "manifest", "submission", "errors"},
    "diagnosis": {
        *("calls", "challenge", "errors", "mutants", "results", "submission"),
        *("generators", "objects", "paths", "tensors"),
    },
    "report": {"results", "errors"},
    "report.health": {"doctor"},
    "report.killtable": {"validation"},
    "report.hint": {"hints"},
    "report.listing": {"catalogue", "errors", "progress", "results"},
    "report.panels": {"hints"},
    "report.screen": {"errors", "hints", "results"},
    "report.standing": {"catalogue", "progress"},
    "report.statement": {"manifest", "testing"},
    "kernel": {"frames", "errors"},
}

# A package, and the only modules that may import it.
THIRD_PARTY = {
    "click": {"cli"},
    "rich": {"cli", "report"},
    "IPython": {"notebook"},
    "nbformat": {"authoring", "submission"},
    "nbconvert": {"authoring"},
    "jupytext": {"authoring"},
    "torch": {"worker.watching", "tensors", "objects", "testing.autograd"},
    "copydetect": {"classroom.similarity"},
    "distributed": {"classroom.cluster"},
    "filelock": {"classroom.session", "progress"},
    "watchfiles": {"events"},
    "platformdirs": {"progress"},
    "msgspec": {
        *("authoring", "catalogue", "challenge", "checking", "debugging", "grading", "manifest"),
        *(
            "classroom",
            "conversation",
            "diagnosis",
            "mutants",
            "report",
            "results",
            "submission",
            "testing",
            "validation",
            "verdict",
            "wire",
        ),
    },
    "numpy": {
        *("authoring", "calls", "diagnosis", "grading", "kit", "preparing", "student", "tensors"),
        *("generators", "testing", "wire", "worker"),
    },
}
BANNED = {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "copyreg"}

# Who turns text into running code: workers, and the author's mutants in the trusted process.
EXECUTES = {
    "worker.loading": {"exec", "compile"},
    "worker.cells": {"compile"},
    "diagnosis.variants": {"exec", "compile"},
}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of judge by its name without `judge.`, as a syntax tree."""
    found = {}
    for file in sorted((ROOT / "judge").rglob("*.py")):
        parts = file.relative_to(ROOT / "judge").with_suffix("").parts
        if "skeleton" in parts:
            continue  # a challenge to be, not a module
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(file.read_text(encoding="utf-8"))
    return found


def top(name: str) -> str:
    return name.partition(".")[0]


def layer(name: str) -> int:
    (found,) = [number for number, row in enumerate(LAYERS) if top(name) in row]
    return found


def imported(tree: ast.AST, *, lazily: bool = True) -> Iterator[str]:
    """Dotted names of what is imported; `from a import b` gives `a.b`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        elif lazily or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imported(node, lazily=lazily)


def of_judge(name: str, *, lazily: bool = True) -> set[str]:
    """The modules of judge that a module imports; `judge.__version__` is nobody's module."""
    found = set()
    for path in imported(modules()[name], lazily=lazily):
        if top(path) != "judge":
            continue
        inner = path.removeprefix("judge").removeprefix(".")
        while inner and inner not in modules():
            inner = inner.rpartition(".")[0]
        found.add(inner)
    return found - {"", name}


@pytest.mark.parametrize("name", modules())
def test_imports_point_one_way(name: str) -> None:
    for other in of_judge(name):
        same_package = top(other) == top(name) and top(name) in PACKAGES
        assert same_package or layer(other) < layer(name), f"{name} imports {other}"


def test_every_module_has_one_place() -> None:
    named = [name for row in LAYERS for name in row]
    assert len(named) == len(set(named))
    assert {top(name) for name in modules()} == set(named)


def test_no_package_imports_itself_in_a_circle() -> None:
    waiting = {name: of_judge(name) for name in modules() if top(name) in PACKAGES}
    while ready := [name for name, needs in waiting.items() if not needs & waiting.keys()]:
        for name in ready:
            del waiting[name]
    assert not waiting


@pytest.mark.parametrize("name", modules())
def test_where_trust_changes_hands_little_is_imported(name: str) -> None:
    allowed = BOUNDARIES.get(name, BOUNDARIES.get(top(name)))
    if allowed is None:
        return
    others = {other for other in of_judge(name) if top(other) != top(name)}
    assert {top(other) for other in others} <= allowed


def test_every_boundary_is_a_module() -> None:
    assert set(BOUNDARIES) <= set(modules())


def test_the_service_needs_no_package_to_start() -> None:
    assert of_judge("service", lazily=False) == set()
    assert of_judge("sandbox.server", lazily=False) == set()


@pytest.mark.parametrize("name", modules())
def test_third_party_packages_stay_where_they_are_needed(name: str) -> None:
    packages = {top(path) for path in imported(modules()[name])}
    ours = packages - set(sys.stdlib_module_names) - {"judge"}
    assert ours <= set(THIRD_PARTY), "a new package needs a row of THIRD_PARTY"
    for package in ours:
        allowed = THIRD_PARTY[package]
        assert name in allowed or top(name) in allowed, f"{name} imports {package}"


@pytest.mark.parametrize("name", modules())
def test_nothing_of_a_strangers_is_unpickled_or_executed(name: str) -> None:
    tree = modules()[name]
    assert not {top(path) for path in imported(tree)} & BANNED
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called & {"exec", "eval", "compile", "__import__"} == EXECUTES.get(name, set())


def test_the_way_of_a_submission_is_not_parsed_by_the_trusted_process() -> None:
    for name in (
        "intake",
        "replied",
        "submission",
        "preparing",
        "conversation",
        "history",
        "student",
        "grading",
        "kernel",
        "service",
    ):
        assert "ast" not in {top(path) for path in imported(modules()[name])}


# --- what an import costs -----------------------------------------------------------------------

HEAVY = {"numpy", "torch", "nbformat", "nbconvert", "jupytext", "msgspec", "IPython"}
LOADED = """
import json
print(json.dumps([name.partition(".")[0] for name in sys.modules]))
"""


def loaded_by(code: str, folder: Path) -> set[str]:
    """Top-level names of the modules that are there after `code` has run in a new process."""
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "PATH": os.environ["PATH"]}
    result = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}{LOADED}"],
        cwd=ROOT,
        env=home,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(result.stdout.splitlines()[-1])
    return set(found)


def test_importing_judge_costs_nothing(tmp_path: Path) -> None:
    found = loaded_by("import judge", tmp_path)
    assert not found & (HEAVY | {"click", "rich", "asyncio", "subprocess"})


def test_listing_challenges_needs_no_numpy(tmp_path: Path) -> None:
    code = "from judge.cli import run\nassert run(['list']) == 0"
    found = loaded_by(code, tmp_path)
    assert "click" in found
    assert not found & HEAVY
