"""Calls made again: with which arguments, and what they write into them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from judge.calls import Exchange, Made
from judge.diagnosis.repeating import arguments_of, repeated


def forward(q: Any, k: Any, tile_size: int = 4, *more: Any, causal: bool = True) -> None:
    """What a reference has."""


class Layer:
    """What a reference has, too."""

    def forward(self, x: Any, mask: Any = None) -> None:
        """A method of it."""


def call(*args: Any, made: Made | None = None, **kwargs: Any) -> Exchange:
    return Exchange("f", args, kwargs, (), None, made=made, method="forward" if made else "")


def test_arguments_are_called_as_the_reference_calls_them() -> None:
    found = arguments_of(forward, call(1, k=2))
    assert list(found.items()) == [
        ("q", 1),
        ("k", 2),
        ("tile_size", 4),
        ("more", ()),
        ("causal", True),
    ]
    assert list(arguments_of(forward, call(tile_size=8, k=2, q=1)))[:3] == ["q", "k", "tile_size"]


def test_a_method_is_not_given_its_object() -> None:
    assert arguments_of(Layer, call(1, made=Made((), {}))) == {"x": 1, "mask": None}


@pytest.mark.parametrize("function", [forward, Layer, None, 3])
def test_arguments_that_do_not_suit_keep_their_order(function: Any) -> None:
    assert arguments_of(function, call(1, tile=2)) == {"argument 1": 1, "tile": 2}


def test_what_several_calls_write_into_one_argument() -> None:
    def add(x: Any, y: Any, by: int = 1) -> None:
        x += by
        y += x

    x, y = np.zeros(2), np.zeros(2)
    calls = (call(x, y), call(x, y, by=3))
    written = replace(calls[1], earlier=calls, written=y)
    assert np.array_equal(repeated(add, written, ()), [5.0, 5.0])
    assert not x.any()
    assert not y.any()
