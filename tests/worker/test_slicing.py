"""A slice holds what the tasks need, and nothing else; a plan tells what it saw."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator

import pytest

from judge.worker import loading
from judge.worker.slicing import Import, Plan, make_plan, plan_from_plain, plan_to_plain
from tests.worker.slices import NAMES, Slice
from tests.worker.slices_with_changes import CHANGES, DEMOS

SLICES = NAMES + CHANGES + DEMOS
assert math  # loaded, as in any worker: a star import of it can be looked into


@pytest.fixture(autouse=True)
def modules_as_before() -> Iterator[None]:
    """Loading a submission puts modules in place of others."""
    before = dict(sys.modules)
    yield
    sys.modules.clear()
    sys.modules.update(before)
    vars(math).pop("answer", None)


def plan_of(*cells: str, kind: str = "notebook", wanted: tuple[str, ...] = ("task",)) -> Plan:
    return make_plan([(f"cell {n}", text) for n, text in enumerate(cells, 1)], kind, wanted)


def sources(plan: Plan) -> list[str]:
    return [piece.source for piece in plan.pieces]


# --- the slice ----------------------------------------------------------------------------------


@pytest.mark.parametrize("case", SLICES, ids=lambda case: case.name)
def test_a_slice_defines_the_task(case: Slice) -> None:
    plan = plan_of(*case.cells)
    assert not plan.everything
    assert not any(text in source for text in case.left_out for source in sources(plan))
    loading.install_judge_stub()
    module, notes = loading.load(plan)
    assert module.task() == case.value
    assert notes == ()


@pytest.mark.parametrize("case", SLICES, ids=lambda case: case.name)
def test_kernel_cells_give_the_same_slice_as_a_notebook(case: Slice) -> None:
    assert sources(plan_of(*case.cells, kind="kernel")) == sources(plan_of(*case.cells))


def test_what_a_change_of_a_module_needs_is_taken_with_it() -> None:
    plan = plan_of(
        "import numpy as np\nfrom numpy import seterr",
        "np.seterr(all='raise')\nseterr(under='ignore')\nnp.random.seed(3)",
        "np.append([1], 2)\nprint(np.sort([1]), np.setdiff1d([1], [2]))",
        "def task(x): return np.exp(x)",
    )
    assert sources(plan) == [
        "import numpy as np",
        "from numpy import seterr",
        "np.seterr(all='raise')",
        "seterr(under='ignore')",
        "np.random.seed(3)",
        "def task(x): return np.exp(x)",
    ]


def test_settings_of_a_module_that_no_task_uses_are_left_out() -> None:
    plan = plan_of("import torch", "torch.manual_seed(0)", "def task(): return 1")
    assert sources(plan) == ["def task(): return 1"]


def test_the_recursion_limit_is_taken_though_no_task_names_it() -> None:
    text = "import sys\nfrom sys import setrecursionlimit as limit"
    plan = plan_of(text, "sys.setrecursionlimit(9999)", "limit(8888)", "def task(): return 1")
    assert sources(plan)[-3:] == [
        "sys.setrecursionlimit(9999)",
        "limit(8888)",
        "def task(): return 1",
    ]


def test_a_warning_filter_brings_no_package_in() -> None:
    plan = plan_of(
        "import warnings\nimport pandas as pd",
        "warnings.filterwarnings('ignore')",
        "warnings.filterwarnings('ignore', category=pd.errors.ParserWarning)",
        "def task(): return 1",
    )
    assert sources(plan) == [
        "import warnings",
        "warnings.filterwarnings('ignore')",
        "def task(): return 1",
    ]


def test_an_own_function_that_sets_a_module_up_is_taken() -> None:
    plan = plan_of(
        "import numpy as np\ndef quiet(): np.seterr(all='ignore')",
        "quiet()",
        "def task(x): return np.exp(x)",
    )
    assert "quiet()" in sources(plan)


def test_pieces_carry_the_place_they_came_from() -> None:
    plan = plan_of("%%time\n\nimport math\n\n\n@str\n@repr\ndef task():\n    return math.pi\n")
    assert [(p.label, p.line) for p in plan.pieces] == [("cell 1", 3), ("cell 1", 6)]
    assert plan.pieces[1].source.startswith("@str\n@repr\ndef task")


def test_every_executed_cell_of_a_kernel_counts_and_the_last_wins() -> None:
    cell = "def task(): return helper()"
    plan = plan_of("def helper(): return 1", cell, cell, "def helper(): return 2", kind="kernel")
    assert [(p.label, p.source[:10]) for p in plan.pieces] == [
        ("cell 3", "def task()"),
        ("cell 4", "def helper"),
    ]


def test_two_tasks_share_one_plan() -> None:
    plan = plan_of("def a(): return h()", "def b(): return 1", "def h(): 2", wanted=("a", "b"))
    assert len(plan.pieces) == 3


# --- found, stubs, imports, notes ---------------------------------------------------------------


def test_found_names_functions_and_classes_in_order() -> None:
    plan = plan_of(
        "import numpy as np\ndef one(): pass\nx = 3",
        "class Two:\n    def method(self): pass",
        "if 1:\n    async def three(): pass\ndef one(): pass",
        "from functools import partial\ntask = partial(one)\nother = partial(one)",
    )
    assert plan.found == ("one", "Two", "three", "task")


STUBS = [
    ("pass", "def task():\n    pass", True),
    ("an ellipsis", "def task(): ...", True),
    ("a docstring", "def task():\n    'What it does.'", True),
    ("NotImplementedError", "def task():\n    raise NotImplementedError", True),
    ("NotImplementedError with words", "def task():\n    '''Doc.'''\n    # here\n"
     "    raise NotImplementedError('write it')", True),
    ("an asynchronous stub", "async def task(): pass", True),
    ("a decorated stub", "@staticmethod\ndef task(): pass", True),
    ("a class of stubs", "class task:\n    '''Doc.'''\n    def f(self): ...\n    def g(self): pass",
     True),
    ("the stub came last", "def task(): return 1\ndef task(): pass", True),
    ("written after the stub", "def task(): pass\ndef task(): return 1", False),
    ("a return", "def task(): return None", False),
    ("another exception", "def task(): raise ValueError", False),
    ("work before the exception", "def task():\n    x = 1\n    raise NotImplementedError", False),
    ("a class with a field", "class task:\n    x = 1\n    def f(self): pass", False),
    ("a lambda", "task = lambda: None", False),
    ("no such name", "def other(): pass", False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "source", "stub"), STUBS, ids=[s[0] for s in STUBS])
def test_a_stub_is_told_from_an_attempt(name: str, source: str, stub: bool) -> None:
    assert plan_of(source).stubs == (("task",) if stub else ()), name


def test_imports_are_listed_at_any_depth_and_only_of_the_slice() -> None:
    plan = plan_of(
        "import numpy as np\nimport matplotlib.pyplot as plt",
        "def task():\n    from scipy.special import erf\n    import os.path\n"
        "    m = __import__('ctypes')\n    return np, importlib.import_module('mmap')",
        "import importlib\nfrom . import near\nplt.plot()",
    )
    assert [(i.module, i.label, i.line) for i in plan.imports] == [
        ("numpy", "cell 1", 1),
        ("scipy.special", "cell 2", 2),
        ("os.path", "cell 2", 3),
        ("ctypes", "cell 2", 4),
        ("mmap", "cell 2", 5),
        ("importlib", "cell 3", 1),
    ]


def test_an_import_that_may_fail_is_optional() -> None:
    plan = plan_of(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch",
        "try:\n    import numba\nexcept (ValueError, ImportError):\n    import numpy as numba",
        "def task(x: torch.Tensor): return numba",
    )
    optional = {i.module: i.optional for i in plan.imports}
    assert optional == {"typing": False, "torch": True, "numba": True, "numpy": False}


def test_future_imports_become_compiler_flags() -> None:
    plan = plan_of("from __future__ import annotations\ndef task(x: Nowhere): pass")
    assert plan.flags
    assert sources(plan) == ["def task(x: Nowhere): pass"]
    assert plan.imports == ()


def test_what_is_left_out_is_noted_with_its_cell() -> None:
    plan = plan_of(
        "%load_ext a\n!b\n?c\nd?\nx = 1", "%%bash\nls", "def (", "def task(): return 1 # fine"
    )
    assert plan.notes == (
        "cell 1: left out `%load_ext a`, `!b`, `?c` and 1 more.",
        "cell 2 was left out: it begins with %%bash.",
        "cell 3 was left out: line 1 does not parse (invalid syntax).",
    )


def test_a_kernel_is_told_that_its_newest_version_does_not_parse() -> None:
    old, new = "def task(): return 1", "def task()\n    return 2"
    told = "The newest task is not checked: cell 2, line 1 does not parse (expected ':')."
    assert plan_of(old, new, kind="kernel").notes == (told,)
    assert plan_of("", "  class task\n      pass", kind="kernel").notes == (told,)
    assert plan_of("", new, old, kind="kernel").notes == ()  # mended since
    assert plan_of("", "tasks = (", "def taskless(:", old, kind="kernel").notes == ()


def test_what_is_wanted_under_a_main_guard_is_named() -> None:
    guard = "\n\nif __name__ == '__main__':\n    print(1)\n    def task(): return 1"
    told = "cell 1, line 3: what stands under this `if __name__` is never run by a check."
    assert plan_of(guard).notes == (told,)
    assert plan_of(guard.replace("task", "demo")).notes == ()


def test_a_kernel_has_refused_a_syntax_error_itself() -> None:
    assert plan_of("def (", "def task(): return 1", kind="kernel").notes == ()


def test_notes_are_bounded() -> None:
    plan = plan_of(*["!" + "x" * 5_000] * 50)
    assert len(plan.notes) <= 13
    assert all(len(note) < 200 for note in plan.notes)


# --- faults -------------------------------------------------------------------------------------


def test_a_script_with_a_syntax_error_is_refused_with_its_line() -> None:
    plan = make_plan([("", "x = 1\ndef task(:\n    pass")], "script", ["task"])
    assert plan.fault is not None
    assert (plan.fault.line, plan.fault.code) == (2, "def task(:")
    assert plan.pieces == ()


def test_a_script_of_another_language_is_refused() -> None:
    plan = make_plan([("", "%%bash\nls")], "script", ["task"])
    assert plan.fault is not None
    assert plan.fault.text == "%%bash is not Python"


def test_magics_in_a_script_are_left_out() -> None:
    plan = make_plan([("", "!pip install a\ndef task(): return 1")], "script", ["task"])
    assert plan.fault is None
    assert plan.notes == ("the file: left out `!pip install a`.",)


HOSTILE = ["(" * 100_000, "-" * 100_000 + "1", "a" + ".b" * 50_000, "\x00", "'\ud800'"]


@pytest.mark.parametrize("source", HOSTILE, ids=["(", "-", ".", "NUL", "surrogate"])
def test_hostile_source_raises_nothing(source: str) -> None:
    assert make_plan([("", source)], "script", ["task"]).fault is not None
    plan = plan_of("def task(): return 1", source)
    assert plan.fault is None
    assert len(plan.notes) == 1
    assert len(plan.pieces) == 1


def test_no_cells_and_no_tasks_make_an_empty_plan() -> None:
    assert make_plan([], "notebook", []) == Plan()
    assert plan_of("x = 1").pieces == ()


# --- the fallback -------------------------------------------------------------------------------

EVERYTHING = [
    ("a task defined by exec", "exec('def task(): return 1')"),
    ("a task put into globals", "globals()['task'] = lambda: 1"),
    ("a task put by update", "vars().update(task=lambda: 1)"),
    ("a helper made by eval in the slice", "h = eval('lambda: 1')\ndef task(): return h()"),
    ("globals read by the task", "k = 1\ndef task(): return globals()['k']"),
    ("a name built for __import__", "n = 'ma' + 'th'\nm = __import__(n)\ndef task(): return 1 + m"),
    ("a star import of a module not loaded", "from nowhere import *\ndef task(): return there()"),
]


@pytest.mark.parametrize(("name", "source"), EVERYTHING, ids=[e[0] for e in EVERYTHING])
def test_names_that_syntax_does_not_show_ask_for_everything(name: str, source: str) -> None:
    plan = plan_of(source, "demo = 1")
    assert plan.everything, name
    assert sources(plan)[-1] == "demo = 1"
    assert plan.whole == ()


SLICED = [
    ("exec in a demo", "exec('x = 1')", "def task(): return 1"),
    ("an unresolved name alone", "def task(): return nowhere", "x = 1"),
    ("a missing task beside a known star import", "from math import *", "def other(): pass"),
    ("get_ipython in a setup cell", "shell = get_ipython()", "def other(): pass"),
    ("a local called eval", "def task(eval): return eval(1)", "x = 1"),
]


@pytest.mark.parametrize(("name", "first", "second"), SLICED, ids=[s[0] for s in SLICED])
def test_these_stay_a_slice(name: str, first: str, second: str) -> None:
    assert not plan_of(first, second).everything, name


def test_imports_of_a_plan_of_everything_are_optional() -> None:
    plan = plan_of("import matplotlib", "exec('def task(): return 1')")
    assert plan.imports == (Import("matplotlib", "cell 1", 1, optional=True),)


def test_main_guards_are_in_no_plan() -> None:
    plan = plan_of("exec('task = 1')", "if __name__ == '__main__':\n    import torch")
    assert plan.everything
    assert sources(plan) == ["exec('task = 1')"]


# --- plain data ---------------------------------------------------------------------------------


def test_a_plan_survives_being_sent() -> None:
    plans = [
        plan_of("import numpy as np\n!ls\ndef task(): pass", "%%bash\n", "def f(:"),
        make_plan([("", "def f(:")], "script", ["task"]),
        plan_of("from __future__ import annotations", "exec('')"),
    ]
    for plan in plans:
        plain = json.loads(json.dumps(plan_to_plain(plan)))
        assert plan_from_plain(plain) == plan
