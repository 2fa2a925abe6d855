"""Imports are read from the slice, and what a challenge does not allow is named with its place."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.worker import loading
from judge.worker.slicing import Import, Plan, make_plan


@pytest.fixture(autouse=True)
def modules_as_before() -> Iterator[None]:
    """Withheld modules come back."""
    before = dict(sys.modules)
    yield
    sys.modules.clear()
    sys.modules.update(before)


def plan_of(*cells: str) -> Plan:
    return make_plan([(f"cell {n}", c) for n, c in enumerate(cells, 1)], "notebook", ["task"])


ALLOWED = [
    "import numpy as np, numpy.linalg",
    "from numpy.lib import stride_tricks",
    "import math, functools, dataclasses, typing, collections.abc, itertools, os, sys, time",
    "import asyncio, threading, concurrent.futures, urllib.parse, signal, faulthandler",
    "from concurrent import futures",
    "from __future__ import annotations",
    "from judge import check",
    "import __main__",
    "try:\n    import scipy\nexcept ImportError:\n    scipy = None",
    "try:\n    import scipy\nexcept:\n    scipy = None",
]


@pytest.mark.parametrize("source", ALLOWED)
def test_these_imports_are_allowed(source: str) -> None:
    task = "def task():\n" + "\n".join(f"    {line}" for line in source.split("\n"))
    plan = plan_of(source if "__future__" in source else task)
    assert loading.import_problem(plan, ["numpy"]) is None


PROBLEMS = [
    ("import scipy", "scipy"),
    ("import numpy, torch.nn", "torch.nn"),
    ("from my_utils import helper", "my_utils"),
    ("from . import near", "."),
    ("from ..far import thing", "..far"),
    ("import ctypes", "ctypes"),
    ("import ctypes.util as c", "ctypes.util"),
    ("from multiprocessing import shared_memory", "multiprocessing"),
    ("from concurrent.futures import process", "concurrent.futures.process"),
    ("import concurrent.futures.process", "concurrent.futures.process"),
    ("from urllib import request", "urllib.request"),
    ("import urllib.request", "urllib.request"),
    ("import http.client", "http.client"),
    ("__import__('subprocess')", "subprocess"),
    ("import importlib; importlib.import_module('mmap')", "mmap"),
    ("from importlib import import_module as i, import_module; import_module('socket')", "socket"),
    ("try:\n    import _ctypes\nexcept ImportError:\n    pass", "_ctypes"),
    ("try:\n    pass\nfinally:\n    import resource", "resource"),
    ("try:\n    import scipy\nexcept ValueError:\n    pass", "scipy"),
    ("try:\n    pass\nexcept ImportError:\n    import scipy", "scipy"),
]


@pytest.mark.parametrize(("source", "module"), PROBLEMS)
def test_these_imports_are_a_problem_with_its_place(source: str, module: str) -> None:
    lines = source.split("\n")
    plan = plan_of("x = 1", "def task():\n" + "\n".join(f"    {line}" for line in lines))
    problem = loading.import_problem(plan, ["numpy"])
    assert problem is not None
    assert problem.module == module
    assert problem.label == "cell 2"
    assert lines[problem.line - 2].lstrip().startswith(("import", "from", "__import__"))


def test_demos_break_no_import_rule() -> None:
    plan = plan_of("import matplotlib.pyplot as plt", "def task(): return 1", "plt.plot(task())")
    assert loading.import_problem(plan, []) is None


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("scipy", "may import numpy, torch and the standard library, and not scipy"),
        ("my_utils", "define its names in a cell"),
        (".near", "a file of your own"),
        ("ctypes.util", "no solution may import it"),
    ],
)
def test_advice_says_what_to_do(module: str, words: str) -> None:
    advice = loading.import_advice(Import(module, "cell 1", 1), ["torch", "numpy"])
    assert words in advice
    assert module in advice


def test_an_optional_import_that_is_not_allowed_fails_though_installed() -> None:
    plan = plan_of(
        "try:\n    import pytest as backend\nexcept ImportError:\n    backend = None",
        "def task(): return backend",
    )
    assert loading.withhold_optional(plan, ["numpy"]) == ("pytest",)
    assert loading.load(plan)[0].task() is None


def test_an_allowed_optional_import_is_not_withheld() -> None:
    plan = plan_of("def task():\n    try:\n        import pytest\n    except ImportError: pass")
    assert loading.withhold_optional(plan, ["pytest"]) == ()


# --- what a worker may import -------------------------------------------------------------------


def test_this_part_of_the_worker_needs_the_standard_library_only() -> None:
    names = "cells changes digest flow imports loading names plan selection slicing"
    for name in names.split():
        text = (Path(loading.__file__).parent / f"{name}.py").read_text()
        plan = make_plan([("", text + "\nexec('')")], "script", ["task"])
        tops = {item.module.split(".")[0] for item in plan.imports}
        assert tops <= sys.stdlib_module_names | {"judge"}
        ours = {item.module for item in plan.imports if item.module.startswith("judge")}
        assert all(module.startswith("judge.worker") for module in ours)
