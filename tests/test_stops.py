"""How a submission's calls end when they give no value, and results that lie."""

from __future__ import annotations

import numpy as np
import pytest

from judge.replies import Stop
from judge.results import Call, Died, LimitHit, Raised, Status
from judge.sandbox.process import ProcessSandbox
from judge.student import Remote, Student
from tests.students import MEMORY, program, stopped, student

# --- how calls end ------------------------------------------------------------------------------


def test_an_exception_is_told_with_the_students_lines(sandbox: ProcessSandbox) -> None:
    source = "def outer(x):\n    return inner(x)\n\ndef inner(x):\n    return x['no']\n"
    with student(sandbox, source, parameters={"outer": ["x"]}) as made:
        stop = stopped(made, "outer", {"yes": 1})
    assert stop.status is Status.CRASHED
    assert isinstance(stop.evidence, Raised)
    assert (stop.evidence.phase, stop.evidence.type) == ("call", "KeyError")
    assert [(f.line, f.function, f.code) for f in stop.evidence.frames] == [
        (2, "outer", "return inner(x)"),
        (5, "inner", "return x['no']"),
    ]
    assert stop.evidence.call == Call(text="outer(x)", inputs=("x dict of yes",))


def test_not_implemented_is_not_attempted(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def f():\n    raise NotImplementedError('later')") as made:
        stop = stopped(made, "f")
    assert stop.status is Status.NOT_ATTEMPTED
    assert stop.evidence is None


@pytest.mark.parametrize("code", ["np.ones(3 * 2**27)", "raise MemoryError", "bytes(2**33)"])
def test_memory_is_exceeded(sandbox: ProcessSandbox, code: str) -> None:
    with student(sandbox, f"import numpy as np\ndef f():\n    {code}") as made:
        stop = stopped(made, "f")
    assert stop.status is Status.EXCEEDED
    assert isinstance(stop.evidence, LimitHit)
    assert (stop.evidence.what, stop.evidence.limit) == ("memory", MEMORY)


def test_time_is_exceeded_over_all_calls_together(sandbox: ProcessSandbox) -> None:
    source = "def f():\n    while True: pass\ndef g(): return 1"
    with student(sandbox, source, seconds=0.4) as made:
        assert made.call("g") == 1
        stop = stopped(made, "f")
        later = stopped(made, "g")
    assert (stop.status, later.status) == (Status.EXCEEDED, Status.EXCEEDED)
    assert isinstance(stop.evidence, LimitHit)
    assert (stop.evidence.what, stop.evidence.limit) == ("time", 0.4)
    assert stop.evidence.call == Call(text="f()")


def test_output_is_exceeded(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def f():\n    while True: print('x' * 9999)") as made:
        stop = stopped(made, "f")
    assert stop.status is Status.EXCEEDED
    assert isinstance(stop.evidence, LimitHit)
    assert stop.evidence.what == "output"


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("os._exit(3)", "left with exit code 3"),
        ("os.kill(os.getpid(), 11)", "killed by signal 11 (SIGSEGV)"),
        ("os.write(3, b'x' * 100)", None),
    ],
)
def test_a_worker_that_ends_has_crashed(
    sandbox: ProcessSandbox, code: str, how: str | None
) -> None:
    with student(sandbox, f"import os\ndef f():\n    {code}\n    while True: pass") as made:
        stop = stopped(made, "f")
    assert stop.status is Status.CRASHED
    assert isinstance(stop.evidence, Died)
    assert how is None or stop.evidence.how == how


HOSTILE_ERRORS = {
    "a __str__ that raises": ("class E(Exception):\n    def __str__(self): raise E", "E", ""),
    "a __str__ that leaves": ("class E(Exception):\n    def __str__(self): exit(0)", "E", ""),
    "a text without end": (
        "class E(Exception):\n    def __str__(self): return 'x' * 10**7",
        "E",
        "x" * 2000,
    ),
    "a text that lies": (
        "class T(str):\n    def __getitem__(self, i): return 10**9\n"
        "class E(Exception):\n    def __str__(self): return T('t')",
        "E",
        None,
    ),
    "a long name": ("E = type('E' * 10**6, (Exception,), {})", "E" * 200, ""),
    "surrogates": ("def E(): return ValueError('\\ud800\\x1b[31m')", "ValueError", None),
}


@pytest.mark.parametrize("case", HOSTILE_ERRORS.values(), ids=HOSTILE_ERRORS.keys())
def test_hostile_exceptions_are_bounded(
    sandbox: ProcessSandbox, case: tuple[str, str, str | None]
) -> None:
    source, name, text = case
    with student(sandbox, f"{source}\ndef f():\n    raise E()") as made:
        stop = stopped(made, "f")
    assert stop.status is Status.CRASHED
    assert isinstance(stop.evidence, Raised)
    assert stop.evidence.type == name
    assert text is None or stop.evidence.text == text
    assert len(stop.evidence.text) <= 2000


def test_a_deep_recursion_is_told_by_a_few_frames(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def f(n):\n    return f(n + 1)") as made:
        stop = stopped(made, "f", 0)
    assert isinstance(stop.evidence, Raised)
    assert stop.evidence.type == "RecursionError"
    assert 1 <= len(stop.evidence.frames) <= 8


# --- results that lie ---------------------------------------------------------------------------

LIARS = """
import numpy as np
class Array(np.ndarray):
    def __array_function__(self, *args): return True
    def __eq__(self, other): return True
    def __array_ufunc__(self, *args, **kwargs): return np.zeros(())
class Number(float):
    def __sub__(self, other): return 0.0
class Text(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__
class Items(dict):
    def __getitem__(self, key): return 0
    def __contains__(self, key): return True
def array(): return np.ones(3).view(Array)
def number(): return Number(3.0)
def text(): return Text("a")
def items(): return Items(a=1)
def objects(): return np.array([None, 1.0], dtype=object)
def strided(): return np.lib.stride_tricks.as_strided(np.ones(1), (1000, 3), (0, 0))
def readonly(): return np.broadcast_to(1.0, (4, 4))
def structured(): return np.zeros(2, dtype=[("a", "f8")])
def masked(): return np.ma.masked_array([1.0, 2.0], mask=[1, 0])
def generator(): return (n for n in range(3))
def dates(): return np.array(["2020-01-01"], dtype="datetime64[D]")
"""


def test_subclasses_arrive_as_their_plain_types(sandbox: ProcessSandbox) -> None:
    with student(sandbox, LIARS) as made:
        found = {name: made.call(name) for name in ("array", "number", "text", "items", "masked")}
        strided, readonly = made.call("strided"), made.call("readonly")
    assert {name: type(value) for name, value in found.items()} == {
        "array": np.ndarray,
        "number": float,
        "text": str,
        "items": dict,
        "masked": np.ndarray,
    }
    assert found["text"] != "b"
    assert strided.strides == (24, 8)
    assert readonly.flags.writeable


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("objects", "ndarray"),
        ("structured", "ndarray"),
        ("dates", "ndarray"),
        ("generator", "generator"),
    ],
)
def test_what_is_no_plain_value_stays_there(sandbox: ProcessSandbox, name: str, type_: str) -> None:
    with student(sandbox, LIARS) as made:
        found = made.call(name)
    assert isinstance(found, Remote)
    assert found.type == type_


@pytest.mark.parametrize(
    ("source", "status", "text"),
    [
        ("def f():\n    x = []\n    x.append(x)\n    return x", Status.FAILED, "nested deeper"),
        ("def f(): return [0.5] * 1_000_000", Status.FAILED, "too large"),
        (
            "class L(list):\n    def __iter__(self): raise KeyError('no')\ndef f(): return L([1])",
            Status.CRASHED,
            "no",
        ),
        (
            "class I(int):\n    def __int__(self): raise SystemExit('bye')\ndef f(): return I()",
            Status.CRASHED,
            "bye",
        ),
    ],
    ids=["a list in itself", "a million floats", "a list that raises", "a number that leaves"],
)
def test_results_that_cannot_be_packed_are_told_apart(
    sandbox: ProcessSandbox, source: str, status: Status, text: str
) -> None:
    with student(sandbox, source + "\ndef g(): return 1") as made:
        stop = stopped(made, "f")
        assert stop.status is status
        assert text in str(stop.evidence)
        assert made.call("g") == 1


def test_a_types_name_is_cut(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def f(): return type('T' * 10**5, (), {})()") as made:
        found = made.call("f")
    assert len(found.type) <= 200


# --- loading ------------------------------------------------------------------------------------


def load(sandbox: ProcessSandbox, source: str, seconds: float = 10.0) -> Stop | None:
    with sandbox.worker(MEMORY) as made:
        one = Student(made, program(made, source), seconds, np.random.default_rng(0))
        try:
            one.load()
        except Stop as stop:
            return stop
    return None


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("import ctypes\ndef f(): return ctypes", "ctypes"),
        ("def f():\n    import subprocess", "subprocess"),
        ("def f():\n    from urllib import request", "urllib.request"),
        ("import pandas\ndef f(): return pandas", "pandas"),
        ("from .oracle import want\ndef f(): return want", ".oracle"),
    ],
)
def test_a_forbidden_import_is_refused_before_anything_runs(
    sandbox: ProcessSandbox, source: str, module: str
) -> None:
    stop = load(sandbox, f"{source}\nraise SystemExit")
    assert stop is not None
    assert stop.status is Status.CRASHED
    assert isinstance(stop.evidence, Raised)
    assert (stop.evidence.phase, stop.evidence.type) == ("load", "ImportError")
    assert stop.evidence.frames[0].code == f"import {module}"
    assert stop.evidence.call is None


def test_what_loading_raises_is_of_the_phase_load(sandbox: ProcessSandbox) -> None:
    stop = load(sandbox, "table = {}['no']\ndef f(): return table")
    assert stop is not None
    assert isinstance(stop.evidence, Raised)
    assert (stop.evidence.phase, stop.evidence.type) == ("load", "KeyError")


def test_a_loop_at_import_is_exceeded_while_loading(sandbox: ProcessSandbox) -> None:
    source = "def table():\n    while True: pass\nvalues = table()\ndef f(): return values"
    stop = load(sandbox, source, seconds=0.3)
    assert stop is not None
    assert isinstance(stop.evidence, LimitHit)
    assert (stop.evidence.phase, stop.evidence.what) == ("load", "time")


def test_the_judge_inside_does_nothing(sandbox: ProcessSandbox) -> None:
    source = """
from judge import check, hint
import judge
check("flash_attention")
def f():
    return [check("x"), hint("x"), judge.grade("x"), judge.anything(), judge.__name__]
"""
    with student(sandbox, source) as made:
        assert made.call("f") == [None, None, None, None, "judge"]


def test_imports_are_those_of_what_runs(sandbox: ProcessSandbox) -> None:
    source = (
        "import numpy.linalg, json\nfrom os import path\ndef f():\n    import math\n    path, json"
    )
    with student(sandbox, source) as made:
        assert made.imports == ("json", "os", "math")


def test_the_random_state_shows_what_was_drawn(sandbox: ProcessSandbox) -> None:
    source = """
import random
import numpy as np
def nothing(): return np.random.default_rng(0).random()
def python(): return random.random()
def numpy(): return np.random.rand()
"""
    with student(sandbox, source) as made:
        states = [made.random_state()]
        for name in ("nothing", "python", "numpy"):
            made.call(name)
            states.append(made.random_state())
    assert states[0] == states[1]
    assert len(set(states)) == 3


def test_live_names_what_is_defined_and_what_differs(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def f(): return 1\ndef g(): return 2") as made:
        assert made.live(["f", "h"], {}) == (("f",), ())
        assert made.live(["f", "g"], {"f": "v1:something else"})[0] == ("f", "g")
