"""Gradients against central differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from judge.results import NotFinite, WrongShape, WrongType, WrongValue
from judge.testing import Failed, central_differences, expect_gradient

Array = np.ndarray[Any, Any]
POINTS = hnp.arrays(
    np.float64, hnp.array_shapes(max_dims=3, max_side=3), elements=st.floats(-2.0, 2.0)
)


def each(loss: Callable[[Array], Any]) -> Callable[[list[Array]], Sequence[Any]]:
    return lambda points: [loss(point) for point in points]


def cubes(x: Array) -> float:
    return float(np.sum(x**3) + np.sum(np.sin(x)))


def slope(x: Array) -> Array:
    return 3 * x**2 + np.cos(x)


def failed(*args: Any, **kwargs: Any) -> Any:
    with pytest.raises(Failed) as caught:
        expect_gradient(*args, name="dQ", **kwargs)
    return caught.value.evidence


@given(POINTS)
def test_the_right_gradient_passes_every_way(at: Array) -> None:
    rng = np.random.default_rng(0)
    expect_gradient(each(cubes), at, slope(at), name="dQ")
    expect_gradient(each(cubes), at, slope(at), name="dQ", sample=2, rng=rng)
    expect_gradient(each(cubes), at, slope(at), name="dQ", directions=3, rng=rng, floor=1.0)


@given(POINTS, st.data())
def test_one_wrong_element_is_found_where_it_is(at: Array, data: st.DataObject) -> None:
    index = tuple(data.draw(st.integers(0, side - 1)) for side in at.shape)
    gradient = slope(at)
    gradient[index] += 0.5
    found = failed(each(cubes), at, gradient)
    assert isinstance(found, WrongValue)
    assert found.quantity == "dQ"
    assert found.worst == index
    assert found.share == pytest.approx(1 / at.size)
    assert found.got == pytest.approx(gradient[index])
    assert found.expected == pytest.approx(slope(at)[index], abs=1e-6)
    assert found.against == "central differences of your own forward"


@given(POINTS)
def test_a_wrong_scale_shows_along_random_directions(at: Array) -> None:
    rng = np.random.default_rng(3)
    found = failed(each(cubes), at, 2 * slope(at), directions=4, rng=rng)
    assert isinstance(found, WrongValue)
    assert found.quantity == "dQ along random directions"
    assert found.axes == ("direction",)


def test_a_sample_tries_so_many_different_elements() -> None:
    at = np.zeros((10, 10))
    tried: list[Array] = []

    def losses(points: list[Array]) -> list[float]:
        tried.extend(points)
        return [0.0] * len(points)

    expect_gradient(losses, at, at, name="dQ", sample=7, rng=np.random.default_rng(0))
    assert len(tried) == 14
    assert len({int(np.flatnonzero(point)[0]) for point in tried}) == 7
    tried.clear()
    expect_gradient(
        losses, at[:1, :2], at[:1, :2], name="dQ", sample=7, rng=np.random.default_rng(0)
    )
    assert len(tried) == 4


def test_a_constant_forward_has_only_the_zero_gradient() -> None:
    at = np.ones(3)
    expect_gradient(each(lambda _: 1.0), at, np.zeros(3), name="dQ")
    assert isinstance(failed(each(lambda _: 1.0), at, np.ones(3)), WrongValue)


def test_shape_and_finiteness_of_the_gradient_come_first() -> None:
    at = np.ones((2, 3))
    assert isinstance(failed(each(cubes), at, np.ones((3, 2))), WrongShape)
    assert isinstance(failed(each(cubes), at, None), WrongType)
    gradient = slope(at)
    gradient[1, 0] = math.nan
    found = failed(each(cubes), at, gradient)
    assert isinstance(found, NotFinite)
    assert (found.quantity, found.first, found.nan) == ("dQ", (1, 0), 1)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_not_finite_is_the_forwards(bad: float) -> None:
    def loss(x: Array) -> float:
        return bad if x[1] != 1.0 else float(x.sum())

    found = failed(each(loss), np.ones(3), np.ones(3))
    assert isinstance(found, NotFinite)
    assert found.quantity == "the loss through your forward"
    assert found.first == (1,)


@pytest.mark.parametrize("loss", [None, "1", [1.0], {}])
def test_a_loss_that_is_no_number_fails(loss: object) -> None:
    assert isinstance(failed(each(lambda _: loss), np.ones(2), np.ones(2)), WrongType)


def test_a_loss_with_axes_fails() -> None:
    assert isinstance(failed(each(lambda x: x), np.ones(2), np.ones(2)), WrongShape)


def test_random_probes_need_a_generator() -> None:
    with pytest.raises(TypeError, match="rng"):
        expect_gradient(each(cubes), np.ones(2), np.ones(2), name="dQ", sample=2)
    with pytest.raises(TypeError, match="rng"):
        expect_gradient(each(cubes), np.ones(2), np.ones(2), name="dQ", directions=2)


@given(POINTS, st.floats(1e-5, 1e-3))
def test_differences_of_arrays_follow_their_directions(at: Array, step: float) -> None:
    directions = [np.ones_like(at), np.arange(at.size, dtype=float).reshape(at.shape)]
    found = central_differences(each(lambda x: x * x), at, directions, step)
    for direction, got in zip(directions, found, strict=True):
        assert np.allclose(got, 2 * at * direction, atol=1e-6)


def test_differences_ask_for_all_points_at_once_and_change_nothing() -> None:
    at = np.ones(2)
    asked: list[int] = []

    def values(points: list[Array]) -> list[Array]:
        asked.append(len(points))
        for point in points:
            point[:] = 0.0
        return [np.zeros(1)] * len(points)

    central_differences(values, at, [np.ones(2)] * 3, 0.1)
    assert asked == [6]
    assert at.tolist() == [1.0, 1.0]


def test_differences_of_what_is_no_array_or_changes_shape_fail() -> None:
    with pytest.raises(Failed) as caught:
        central_differences(each(lambda _: None), np.ones(1), [np.ones(1)], 0.1)
    assert isinstance(caught.value.evidence, WrongType)
    shapes = iter([(2, 1), (1, 2)])
    with pytest.raises(Failed) as caught:
        central_differences(each(lambda _: np.zeros(next(shapes))), np.ones(1), [np.ones(1)], 0.1)
    assert isinstance(caught.value.evidence, WrongShape)
