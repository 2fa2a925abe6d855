"""The requests of a test, and which of them had a part in a value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from judge import history
from judge.calls import Exchange, Recorded
from judge.diagnosis.repeating import repeated
from judge.sandbox.process import ProcessSandbox
from judge.student import Student
from tests.students import stopped, student

WRITES = """
import numpy as np
def add(x, y, by=1):
    x += by
    y -= by
    return x.sum()
def total(x):
    return x.sum()
def both(x, y):
    return [x, y]
def raises(x):
    raise ValueError
def drawn(x):
    return x + np.random.random()
"""


def last(made: Student) -> Exchange:
    assert made.last is not None
    return made.last


def kinds(made: Student) -> list[str]:
    return [step.kind for step in last(made).steps]


def again(made: Student, source: str = WRITES) -> Any:
    """What other code gives for the last value."""
    namespace: dict[str, Any] = {}
    exec(source, namespace)  # noqa: S102  the text above
    return repeated(namespace, last(made), {})


def test_a_call_of_plain_values_stands_alone(sandbox: ProcessSandbox) -> None:
    with student(sandbox, WRITES) as made:
        x = np.ones(3)
        made.call("total", x)
        made.call("total", x)
        assert kinds(made) == ["call"]
        assert last(made).steps[0].args[0] is x


def test_what_calls_write_into_an_argument_is_had_again(sandbox: ProcessSandbox) -> None:
    with student(sandbox, WRITES) as made:
        x, y, z = (made.put(np.full(3, n)) for n in (0.0, 1.0, 2.0))
        made.call("add", x, y)
        made.call("total", z)
        made.call("add", x, y, by=3)
        assert np.array_equal(y.get(), -3 * np.ones(3))
        assert kinds(made) == ["put", "put", "call", "call"]
        assert not last(made).is_returned
        assert np.array_equal(again(made), -3 * np.ones(3))
        assert np.array_equal(again(made, WRITES.replace("y -=", "y +=")), 5 * np.ones(3))


def test_an_argument_that_nobody_wrote_into_is_no_news(sandbox: ProcessSandbox) -> None:
    with student(sandbox, WRITES) as made:
        x = made.put(np.ones(3))
        assert np.array_equal(x.get(), np.ones(3))
        assert made.last is None
        made.call("total", x)
        x.get()
        assert last(made).is_returned


def test_what_a_test_writes_into_what_it_has_sent_is_not_seen(sandbox: ProcessSandbox) -> None:
    with student(sandbox, WRITES) as made:
        mine = np.ones(3)
        x = made.put(mine)
        made.call("total", x)
        mine[:] = 7.0
        assert again(made) == 3.0


def test_parts_of_a_result_are_passed_on(sandbox: ProcessSandbox) -> None:
    with student(sandbox, WRITES) as made:
        kept = made.keep("both", np.ones(2), np.zeros(2))
        part = kept.part(1)
        made.call("add", part, np.zeros(2), by=4)
        assert kept.get(1).tolist() == [4.0, 4.0]
        assert kinds(made) == ["call", "part", "call"]
        assert again(made).tolist() == [4.0, 4.0]
        assert part.get().tolist() == [4.0, 4.0]
        assert again(made).tolist() == [4.0, 4.0]


def test_draws_follow_the_seed_that_was_set(sandbox: ProcessSandbox) -> None:
    with student(sandbox, WRITES) as made:
        made.call("drawn", 0.0)
        assert kinds(made) == ["call"]
        made.seed(3)
        made.call("drawn", 1.0)
        second = made.call("drawn", 2.0)
        assert kinds(made) == ["seed", "call", "call"]
        assert again(made) == second
        made.seed(4)
        third = made.call("drawn", 0.0)
        assert kinds(made) == ["seed", "call"]
        assert again(made) == third


def test_what_met_a_function_of_the_test_is_lost(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def f(x, g): return g(x)\ndef total(x): return x.sum()") as made:
        x = made.put(np.ones(3))
        made.call("f", x, Recorded(lambda value: value.sum()))
        assert made.last is None
        made.call("total", x)
        assert made.last is None
        made.call("total", np.ones(3))
        assert made.last is not None


def test_what_is_too_much_is_lost_and_the_rest_is_not(
    sandbox: ProcessSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "ROOM", 1000)
    with student(sandbox, WRITES) as made:
        large, small = made.keep("both", np.ones(2000), 0), made.put(np.ones(3))
        large.get(0)
        assert made.last is None
        made.call("total", large.part(0))
        assert made.last is None
        made.call("total", small)
        assert kinds(made) == ["put", "call"]


def test_what_a_test_has_put_there_is_known_however_large(
    sandbox: ProcessSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "ROOM", 1000)
    with student(sandbox, WRITES) as made:
        ones = np.ones(2000)
        large = made.put(ones)
        made.call("total", large)
        assert kinds(made) == ["call"]
        assert last(made).steps[0].args[0] is ones
        large.get()
        assert kinds(made) == ["call"]


def test_a_function_of_the_test_may_be_known(sandbox: ProcessSandbox) -> None:
    with student(sandbox, "def f(x, g): return g(x)") as made:
        function = Recorded(abs)
        function.known = abs
        assert made.call("f", -3.0, function) == 3.0
        assert last(made).steps[0].args == (-3.0, abs)


def test_a_seed_that_is_lost_ends_the_one_before(
    sandbox: ProcessSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "ROOM", 12)
    with student(sandbox, WRITES) as made:
        made.seed(1)
        made.put(np.ones(9))
        made.seed(2)
        made.call("drawn", 1.0)
        assert kinds(made) == ["call"]


def test_what_was_asked_too_often_is_lost(
    sandbox: ProcessSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "STEPS", 3)
    with student(sandbox, WRITES) as made:
        x = made.put(np.ones(3))
        made.call("total", x)
        made.call("total", x)
        assert kinds(made) == ["put", "call", "call"]
        made.call("total", x)
        assert made.last is None
        made.seed(1)
        made.call("drawn", 1.0)
        made.call("drawn", 1.0)
        made.call("drawn", 1.0)
        assert made.last is None
        made.call("drawn", 1.0)
        assert kinds(made) == ["call"]


def test_a_call_that_raised_is_not_asked_again(sandbox: ProcessSandbox) -> None:
    with student(sandbox, WRITES) as made:
        x = made.put(np.ones(3))
        stopped(made, "raises", x)
        made.call("total", x)
        assert [step.name for step in last(made).steps] == ["", "total"]
