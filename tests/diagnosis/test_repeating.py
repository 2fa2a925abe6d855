"""Requests made again: with which arguments, and what becomes of objects and generators."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from judge.calls import Exchange, Kept, Step
from judge.diagnosis.repeating import arguments_of, quiet, repeated
from tests.exchanges import called


def forward(q: Any, k: Any, tile_size: int = 4, *more: Any, causal: bool = True) -> None:
    """What a reference has."""


class Layer:
    """What a reference has, too."""

    def forward(self, x: Any, mask: Any = None) -> None:
        """A method of it."""


def of_layer(*args: Any) -> Exchange:
    """A call of a method of a layer."""
    made = Step("call", "f", number=1)
    return Exchange((made, Step("call", "forward", args, owner=Kept(1), number=2)), (), None, of=2)


def test_arguments_are_called_as_the_reference_calls_them() -> None:
    found = arguments_of({"f": forward}, called("f", 1, k=2))
    assert list(found.items()) == [
        ("q", 1),
        ("k", 2),
        ("tile_size", 4),
        ("more", ()),
        ("causal", True),
    ]
    found = arguments_of({"f": forward}, called("f", tile_size=8, k=2, q=1))
    assert list(found)[:3] == ["q", "k", "tile_size"]


def test_a_method_is_not_given_its_object() -> None:
    assert arguments_of({"f": Layer}, of_layer(1)) == {"x": 1, "mask": None}


def test_what_a_test_has_put_into_the_worker_is_an_argument_like_others() -> None:
    exchange = of_layer(Kept(3))
    put = Step("put", args=(7,), number=3)
    found = arguments_of({"f": Layer}, replace(exchange, steps=(put, *exchange.steps)))
    assert found == {"x": 7, "mask": None}


@pytest.mark.parametrize("function", [forward, Layer, None, 3])
def test_arguments_that_do_not_suit_keep_their_order(function: Any) -> None:
    assert arguments_of({"f": function}, called("f", 1, tile=2)) == {"argument 1": 1, "tile": 2}


def test_a_part_comes_from_the_call_that_gave_the_whole() -> None:
    call = Step("call", "f", number=1)
    part = Step("part", owner=Kept(1), take=("cache",), number=2)
    exchange = Exchange((call, part), ("L",), None, of=2)
    assert exchange.source == call
    assert exchange.path == ("cache", "L")
    assert exchange.is_returned
    returns = {"f": ("O", "cache")}
    assert repeated({"f": lambda: (1, {"L": 5})}, exchange, returns) == 5


def test_what_several_calls_write_into_one_argument() -> None:
    def add(x: Any, y: Any, by: int = 1) -> None:
        x += by
        y += x

    put = [Step("put", args=(np.zeros(2),), number=number) for number in (1, 2)]
    calls = [
        Step("call", "add", (Kept(1), Kept(2)), kwargs, number=number)
        for number, kwargs in ((3, {}), (4, {"by": 3}))
    ]
    exchange = Exchange((*put, *calls), (), None, of=2)
    for _ in range(2):  # what one mutant writes another does not see
        assert np.array_equal(repeated({"add": add}, exchange, {}), [5.0, 5.0])


def test_generators_are_set_and_given_back() -> None:
    def drawn() -> list[float]:
        return [random.random(), np.random.random()]  # noqa: NPY002, S311  the global ones

    steps = (Step("seed", args=(2**31,), number=1), Step("call", "drawn", number=2))
    before = random.getstate()
    found = []
    with quiet():
        for _ in range(2):
            found.append(repeated({"drawn": drawn}, Exchange(steps, (), None, of=2), {}))
    assert found[0] == found[1]
    assert random.getstate() == before
