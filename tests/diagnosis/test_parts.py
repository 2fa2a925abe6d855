"""The parts of a wrong value, what is known of a call, and which mistakes may belong together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from judge.diagnosis.parts import Facts, facts_of, moves_only_wrong, parts_of

X = np.arange(1.0, 7.0).reshape(2, 3)


@pytest.mark.parametrize("name", ["tile_size", "block_size", "tile"])
def test_facts_of_a_call(name: str) -> None:
    found = facts_of({"n": 3, "cache": {"O": X.T}, "x": X, name: 4}, ["O"], None)
    assert found == Facts(shape=(2, 3), tile=4, returns=("O",))


@pytest.mark.parametrize("tile", [0, -1, None, "4", 2.5])
def test_a_tile_is_a_whole_number_above_zero(tile: Any) -> None:
    assert facts_of({"x": X, "tile_size": tile}, (), None).tile is None


def test_parts_have_the_names_that_readers_know() -> None:
    def names(value: Any, facts: Facts = Facts()) -> list[str]:  # noqa: B008  frozen
        return [part.name for part in parts_of(None, value, facts)]

    assert names(X) == [""]
    assert names((X, {"L": X, "own": "text"}), Facts(returns=("O", "cache"))) == ["O", "cache.L"]
    assert names((X, [X, 2.0])) == ["item 1", "item 2.0", "item 2.1"]


def test_a_mistake_belongs_to_a_value_if_it_moves_no_right_number() -> None:
    def moves(mine: Any, theirs: Any) -> bool:
        one, other = (list(parts_of(value, (X, X), Facts())) for value in (mine, theirs))
        return moves_only_wrong(one, other)

    first, all_but_first = X * [[9], [1]], X * [[1, 9, 9], [9, 9, 9]]
    assert moves((first, X), (first + 1, X))
    assert moves((X, first), (X + 1, first))
    assert not moves((first, X), (all_but_first, X))
    assert not moves((X, first), (first, X))
    assert not moves((X, X), (first, X))
    assert not moves((X.T, X), (first, X))
    assert moves((X.T, X), (None, X))
    assert moves((first, X), (first, None))
