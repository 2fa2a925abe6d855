"""Student: what a hidden test can do with a submission."""

from __future__ import annotations

import time
from typing import Any, get_args

import numpy as np
import pytest

from judge.calls import Layout, Recorded
from judge.remotes import Remote
from judge.replies import Stop
from judge.results import Call, Died, Raised, Said, Status
from judge.sandbox.process import ProcessSandbox
from judge.wire import Message
from judge.worker.measure import laid_out
from tests.students import stopped, student

ATTENTION = """
import numpy as np
def forward(q, k, scale=1.0):
    o = q @ k * scale
    return o, {"L": o.sum(-1), "inputs": (q, k)}
def backward(cache, factor=1.0):
    return cache["L"] * factor
def only(q):
    return q + 1
"""
RETURNS = {"forward": ("O", "cache"), "only": ("O", "cache")}


# --- values and paths ---------------------------------------------------------------------------


def test_a_call_gives_fresh_plain_values(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def same(x, *, y=2): return [x, y]") as made:
        x = np.arange(6.0).reshape(2, 3)
        got, y = made.call("same", x, y="é")
        assert y == "é"
        assert got is not x
        assert np.array_equal(got, x)
        got[:] = 0
        assert x.max() == 5.0


def test_small_calls_are_remembered_beside_the_last(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def twice(x): return 2 * x") as made:
        for x in (1.0, np.ones(9000), 3.0):
            made.call("twice", x)
        assert [kept.value for kept in made.small] == [2.0, 6.0]
        for _ in range(100):
            made.call("twice", 4.0)
        assert len(made.small) == 50


def test_a_parameter_may_have_any_name(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def f(name, calls): return name + calls") as made:
        assert made.call("f", name=1, calls=2) == 3


@pytest.mark.parametrize(
    ("take", "want"),
    [
        ("O", [[2.0]]),
        (0, [[2.0]]),
        ("cache.L", [2.0]),
        ("cache.inputs.1", [[2.0]]),
        ("cache.inputs.1.T", [[2.0]]),
    ],
)
def test_a_path_names_the_part_that_travels(
    sandbox: ProcessSandbox, take: str | int, want: Any
) -> None:
    with student(sandbox, ATTENTION, returns=RETURNS) as made:
        got = made.call("forward", np.ones((1, 1)), 2 * np.ones((1, 1)), take=take)
        assert np.array_equal(got, want)


def test_a_bare_result_is_the_first_of_the_names(sandbox: ProcessSandbox) -> None:
    with student(sandbox, ATTENTION, returns=RETURNS) as made:
        assert made.call("only", 1.0, take="O") == 2.0
        stop = stopped(made, "only", 1.0, take="cache")
    assert stop.status is Status.NOT_ATTEMPTED
    assert stop.reason == "one float was returned where (O, cache) is expected"


@pytest.mark.parametrize(
    ("take", "text"),
    [
        ("cache.M", "cache is a dict, which has no key 'M'; it has 'L', 'inputs'"),
        ("cache.L.nothing", "cache.L is a ndarray, which has no part 'nothing'"),
        ("cache.inputs.2", "cache.inputs is a tuple, which has no item 2"),
        ("1.Q", "result[1] is a dict, which has no key 'Q'; it has 'L', 'inputs'"),
        (5, "a tuple, which has no item 5"),
        ("P", "a tuple, which has no part 'P'"),
    ],
)
def test_a_missing_part_fails_in_plain_words(
    sandbox: ProcessSandbox, take: str | int, text: str
) -> None:
    with student(sandbox, ATTENTION, returns=RETURNS) as made:
        stop = stopped(made, "forward", np.ones((1, 1)), np.ones((1, 1)), take=take)
    assert stop.status is Status.FAILED
    assert isinstance(stop.evidence, Said)
    assert stop.evidence.got == text
    assert stop.evidence.hint == "compare its parts and their names with the template"


def test_an_array_is_no_tuple_of_its_rows(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def forward(x): return x") as made:
        stop = stopped(made, "forward", np.ones((2, 2)), take=0)
    assert isinstance(stop.evidence, Said)
    assert stop.evidence.got == "a ndarray, which has no item 0"


def test_of_none_it_is_not_said_that_it_lacks_parts(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def forward(x): pass", returns=RETURNS) as made:
        stop = stopped(made, "forward", 1.0, take=1)
    assert isinstance(stop.evidence, Said)
    assert stop.evidence.hint is None


def test_a_tuple_of_another_length_fails(sandbox: ProcessSandbox) -> None:
    source = "def forward(x): return x, x, x"
    with student(sandbox, source, returns=RETURNS) as made:
        stop = stopped(made, "forward", 1, take="O")
    assert isinstance(stop.evidence, Said)
    assert stop.evidence.got == "a tuple of 3 was returned where (O, cache) is expected"


def test_a_function_that_is_missing_is_not_attempted(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def f(): pass") as made:
        stop = stopped(made, "g")
    assert (stop.status, stop.reason) == (Status.NOT_ATTEMPTED, "g is not defined")


def test_many_calls_travel_as_one_message(
    sandbox: ProcessSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "def add(x, y=0): return x + y, 'rest'"
    with student(sandbox, source, returns={"add": ("sum", "rest")}) as made:
        kinds: list[str] = []
        exchange = made._exchange

        def counted(kind: str, ask: Any) -> Message:
            kinds.append(kind)
            return exchange(kind, ask)

        monkeypatch.setattr(made, "_exchange", counted)
        points = [np.full(3, float(n)) for n in range(50)]
        found = made.call_many("add", [[point] for point in points], y=1, take="sum")
    assert kinds == ["many"]
    assert all(np.array_equal(got, point + 1) for got, point in zip(found, points, strict=True))


def test_many_calls_may_be_none(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def f(x): return x") as made:
        assert made.call_many("f", []) == []


# --- what stays in the worker -------------------------------------------------------------------


def test_a_kept_result_is_passed_on_and_fetched_in_parts(sandbox: ProcessSandbox) -> None:
    with student(sandbox, ATTENTION, returns=RETURNS) as made:
        kept = made.keep("forward", np.ones((2, 2)), np.ones((2, 2)))
        assert kept.type == "tuple"
        assert np.array_equal(kept.get("O"), [[2.0, 2.0], [2.0, 2.0]])
        cache = kept.part("cache")
        assert cache.type == "dict"
        assert np.array_equal(cache.get("L"), [4.0, 4.0])
        assert np.array_equal(made.call("backward", cache, factor=0.5), [2.0, 2.0])
        assert made.last is not None
        assert [step.kind for step in made.last.steps] == ["call", "part", "call"]


def test_what_a_kept_result_came_from_is_remembered(sandbox: ProcessSandbox) -> None:
    with student(sandbox, ATTENTION, returns=RETURNS) as made:
        kept = made.keep("forward", np.ones((1, 1)), np.ones((1, 1)))
        kept.part("cache").get("L")
        assert made.last is not None
        assert made.last.path == ("cache", "L")
        assert made.last.is_returned
        assert np.array_equal(made.last.value, [1.0])


def test_what_was_put_counts_as_its_value(sandbox: ProcessSandbox) -> None:
    with student(sandbox, ATTENTION) as made:
        q = made.put(np.ones((1, 2)), "strided")
        assert q.known is not None
        made.call("forward", q, np.ones((2, 1)), take=0)
        assert made.last is not None
        assert np.array_equal(made.last.plain(made.last.source.args)[0], np.ones((1, 2)))
        assert made.last_call == Call(
            text="forward(arg1, arg2)", inputs=("arg1 float64 (1, 2)", "arg2 float64 (2, 1)")
        )


def test_changes_to_what_was_put_show(sandbox: ProcessSandbox) -> None:
    source = "def spoil(x):\n    x[0] = -1\n    return x.sum()"
    with student(sandbox, source) as made:
        x = np.zeros(4)
        kept = made.put(x)
        assert made.call("spoil", kept) == -1.0
        assert np.array_equal(kept.get(), [-1.0, 0.0, 0.0, 0.0])
        assert made.call("spoil", x) == -1.0
        assert np.array_equal(x, np.zeros(4))


def test_what_cannot_travel_comes_as_a_remote(sandbox: ProcessSandbox) -> None:
    source = """
class Cache:
    L = 3.0
def make(): return {"cache": Cache(), "rows": (n for n in range(3))}
def use(cache, rows): return cache.L, list(rows)
"""
    with student(sandbox, source) as made:
        found = made.call("make")
        assert isinstance(found["cache"], Remote)
        assert (found["cache"].type, found["rows"].type) == ("Cache", "generator")
        assert found["cache"].get("L") == 3.0
        assert made.call("use", **found) == (3.0, [0, 1, 2])


STRIDES = """
def strides(x): return x.strides, x.flags.c_contiguous, x.flags.writeable
def same(x): return x
"""


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "complex128", "bool"])
@pytest.mark.parametrize("layout", get_args(Layout))
def test_layouts_are_made_inside_and_change_no_value(layout: Layout, dtype: str) -> None:
    for shape in [(2, 3, 4), (3, 4), (5,), (), (0, 3), (1, 1)]:
        value = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
        found = laid_out(value, layout)
        assert isinstance(found, np.ndarray)
        assert found.dtype == value.dtype
        assert np.array_equal(found, value)
        assert found.flags.writeable


def test_layouts_have_the_strides_they_promise(sandbox: ProcessSandbox) -> None:
    value = np.arange(24.0).reshape(2, 3, 4)
    with student(sandbox, STRIDES) as made:
        found = {}
        for layout in get_args(Layout):
            kept = made.put(value, layout)
            found[layout] = made.call("strides", kept)
            assert np.array_equal(made.call("same", kept), value)
    assert found == {
        "C": ((96, 32, 8), True, True),
        "F": ((8, 16, 48), False, True),
        "transposed": ((96, 8, 24), False, True),
        "reversed": ((96, -32, -8), False, True),
        "strided": ((192, 64, 16), False, True),
    }


def test_an_unknown_layout_is_the_test_authors_mistake(sandbox: ProcessSandbox) -> None:
    with student(sandbox, STRIDES) as made, pytest.raises(ValueError, match="strided"):
        made.put(np.ones(3), "diagonal")  # type: ignore[arg-type]  # the mistake


def test_what_we_cannot_send_is_not_the_students_fault(sandbox: ProcessSandbox) -> None:
    with student(sandbox, STRIDES) as made, pytest.raises(Exception, match="object") as caught:
        made.call("same", object())
    assert not isinstance(caught.value, Stop)


# --- functions of the test ----------------------------------------------------------------------


def test_a_function_runs_here_and_its_calls_are_counted(sandbox: ProcessSandbox) -> None:
    source = """
def search(model, n):
    return [model([i], scale=2.0) for i in range(n)]
"""
    model = Recorded(lambda tokens, scale: np.array(tokens) * scale)
    with student(sandbox, source) as made:
        found = made.call("search", model, 1500)  # more than the recursion limit
    assert model.calls == 1500
    assert found[7].tolist() == [14.0]


def test_an_error_in_a_function_is_the_submissions_to_see(sandbox: ProcessSandbox) -> None:
    source = """
def ask(model, value):
    try:
        return model(value)
    except ValueError as error:
        return str(error)
def fall(model):
    return model(0)
"""
    model = Recorded(lambda value: 1 / value)
    with student(sandbox, source) as made:
        assert made.call("ask", model, 2) == 0.5
        assert made.call("ask", model, 0) == "ZeroDivisionError: division by zero"
        assert "TypeError" in made.call("ask", model, "x")
        stop = stopped(made, "fall", model)
    assert isinstance(stop.evidence, Raised)
    assert stop.evidence.text == "ZeroDivisionError: division by zero"


def test_all_of_numpy_may_be_imported(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "from numpy import *\ndef f(x): return exp(x)") as made:
        assert made.call("f", 0.0) == 1.0


def test_a_value_error_of_a_function_is_named_once(sandbox: ProcessSandbox) -> None:
    model = Recorded(int)
    with student(sandbox, "def f(model): return model('x')") as made:
        stop = stopped(made, "f", model)
    assert isinstance(stop.evidence, Raised)
    assert stop.evidence.type == "ValueError"
    assert stop.evidence.text.startswith("invalid literal for int")


def test_what_a_function_costs_is_the_submissions_time(sandbox: ProcessSandbox) -> None:
    def slow(_value: object) -> int:
        until = time.thread_time() + 0.1
        while time.thread_time() < until:
            pass
        return 1

    source = "def f(model):\n    return [model(1) for _ in range(1000)]"
    model = Recorded(slow)
    with student(sandbox, source, seconds=0.5) as made:
        assert stopped(made, "f", model).status is Status.EXCEEDED
    assert model.calls < 20


def test_a_function_is_called_with_little(sandbox: ProcessSandbox) -> None:
    source = """
def f(model):
    try:
        return model([0] * 200_000)
    except ValueError as error:
        return str(error)
"""
    model = Recorded(len)
    with student(sandbox, source) as made:
        assert "arguments of more than 100000" in made.call("f", model)
    assert model.calls == 0


def test_a_function_may_end_the_test(sandbox: ProcessSandbox) -> None:
    def refuse(_value: object) -> None:
        raise Stop(Status.FAILED, reason="too many")

    with student(sandbox, "def f(model):\n    return model(1)") as made:
        assert stopped(made, "f", Recorded(refuse)).reason == "too many"


def test_a_function_that_was_never_given_is_strange(sandbox: ProcessSandbox) -> None:
    source = """
import os, struct
def forge():
    value = [b"\\xa1d", b"\\xa2id", bytes([77]), b"\\xa4args", b"\\x91\\xa1t",
             b"\\xa6kwargs", b"\\x91\\xa1d"]
    header = b"\\x93\\xa8callback" + bytes([1 + 3]) + bytes([0x97]) + b"".join(value)
    os.write(3, struct.pack("<IQ", len(header), 0) + header)
    while True: pass
"""
    with student(sandbox, source, seconds=5.0) as made:
        stop = stopped(made, "forge")
    assert stop.status is Status.CRASHED
    assert isinstance(stop.evidence, Died)


# --- probes -------------------------------------------------------------------------------------


def test_a_failure_is_about_the_call_before_those_aside(sandbox: ProcessSandbox) -> None:
    source = "def f(x): return 2 * x\ndef g(x): return x if x else None.y"
    with student(sandbox, source) as made:
        assert made.call("f", 3) == 6
        with made.aside():
            assert made.call_many("g", [(1,), (2,)]) == [1, 2]
        assert made.last_call is not None
        assert made.last_call.text.startswith("f(")
        assert made.last is None
        with pytest.raises(Stop) as caught, made.aside():
            made.call("g", 0)
        assert caught.value.evidence is not None
        assert caught.value.evidence.call is not None
        assert caught.value.evidence.call.text.startswith("g(")
