"""Calls as values: how they read, their paths and shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from judge.calls import Exchange, Recorded, Step, describe_call, is_small, path_of, shape_of
from judge.sandbox.process import ProcessSandbox
from judge.wire import Ref
from tests.exchanges import called
from tests.students import worker


def test_a_call_reads_as_it_is_written() -> None:
    q = np.zeros((2, 3), np.float32)
    call = describe_call(
        "forward",
        ["Q", "K", "V", "tile_size"],
        [q, q, np.zeros(3), 16],
        {"causal": True, "scale": np.float64(0.5), "mask": None, "mode": "a\nb", "bias": q},
    )
    assert call.text == (
        "forward(Q, K, V, tile_size=16, causal=True, scale=0.5, mask=None, mode='a\\nb', bias=bias)"
    )
    assert call.inputs == ("Q, K, bias float32 (2, 3)", "V float64 (3,)")


def test_a_call_names_what_is_no_array() -> None:
    call = describe_call("f", [], [[1, 2], {"L": 1, "O": 2}, Recorded(print)], {"text": "x" * 100})
    assert call.text.startswith("f(arg1, arg2, arg3, text='xxx")
    assert len(call.text) < 100
    assert call.inputs == ("arg1 list", "arg2 dict of L, O", "arg3 a function of the judge")


def test_paths_and_shapes() -> None:
    assert path_of(None) == ()
    assert path_of(3) == (3,)
    assert path_of("cache.L") == ("cache", "L")
    assert shape_of([np.zeros((2, 3)), {"b": 1, "a": np.int8(4)}]) == shape_of(
        (np.ones((2, 3)), {"b": 1, "a": np.int8(4)})
    )
    assert shape_of(1) != shape_of(2)
    assert shape_of(Recorded(print)) == shape_of(Recorded(len))


def test_a_bare_worker_names_an_unknown_reference(sandbox: ProcessSandbox) -> None:
    with worker(sandbox, "def f(x): return x") as made:
        reply = made.ask("get", {"ref": Ref(99, "x"), "take": []}, 5.0)
    assert reply.kind == "raised"


@pytest.mark.parametrize(
    "large",
    [
        np.zeros(9000),
        [0] * 9000,
        "x" * 9000,
        b"x" * 9000,
        {"x" * 9000: 1},
        dict.fromkeys(range(4500)),
        [[0.0] * 100] * 90,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_large_in_a_call(large: Any) -> None:
    assert is_small(called("f", large))
    assert not is_small(called("f", large, y=large))
    assert not is_small(called("f", large, value=large))
    step = Step("vjp", "f", (large,), cotangent=large)
    assert not is_small(Exchange((step,), (), None))
    assert not is_small(Exchange((step, step), (), None))
