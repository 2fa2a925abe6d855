"""What a call is made again with: its arguments by name."""

from __future__ import annotations

from typing import Any

import pytest

from judge.calls import Exchange, Made
from judge.diagnosis.repeating import arguments_of


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
