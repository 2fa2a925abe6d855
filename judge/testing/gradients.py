"""Gradients against central differences: (f(x + h d) - f(x - h d)) / 2h, error O(h²)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from judge.results import NotFinite
from judge.testing.closeness import expect_close, expect_finite, expect_shape, number_array
from judge.testing.failed import Failed

_Array = np.ndarray[Any, Any]
Losses = Callable[[list[_Array]], Sequence[float]]
Values = Callable[[list[_Array]], Sequence[_Array]]


def central_differences(
    values: Values, at: _Array, directions: Iterable[_Array], step: float
) -> list[_Array]:
    """The derivative of `values` at `at` along each direction.

    `values` gets a list of points, two per direction, and returns an array for each: one
    `Student.call_many` serves all. Directions have the shape of `at`. Raises Failed for a value
    that is no array, or of another shape than its neighbour.
    """
    moves = [step * direction for direction in directions]
    found = values([point for move in moves for point in (at + move, at - move)])
    arrays = [number_array(value, "the value", None) for value in found]
    for up, down in zip(arrays[::2], arrays[1::2], strict=True):
        expect_shape(down, up.shape, name="the value")
    pairs = zip(arrays[::2], arrays[1::2], strict=True)
    with np.errstate(over="ignore", invalid="ignore"):  # infinities are for the caller to judge
        return [(up - down) / (2 * step) for up, down in pairs]


def expect_gradient(
    losses: Losses,
    at: _Array,
    gradient: Any,
    *,
    name: str,
    step: float = 1e-4,
    tolerance: float = 1e-5,
    sample: int | None = None,
    directions: int | None = None,
    rng: np.random.Generator | None = None,
    floor: float = 0.0,
    hint: str | None = None,
) -> None:
    """`gradient` is that of the scalar loss at `at`, by central differences.

    Every element is tried; or `sample` random ones; or its product with `directions` random unit
    directions. `losses` gets a list of points and returns a loss for each. The error is relative to
    the largest difference found, at least `floor`. Raises Failed.
    """
    expect_shape(gradient, at.shape, name=name, hint=hint)
    expect_finite(gradient, name=name, hint=hint)  # else one NaN would spoil every product below
    axes: tuple[str, ...] = () if sample is None else ("probe",)
    if directions is not None:
        probes, axes = _random_directions(at, directions, _needed(rng)), ("direction",)
        name = f"{name} along random directions"
    else:
        probes = [_unit(at, index) for index in _elements(at, sample, rng)]
    slopes = np.array(central_differences(losses_as_arrays(losses), at, probes, step))
    if not np.isfinite(slopes).all():
        _fail_not_finite(slopes, hint)
    got = np.array([np.sum(gradient * probe) for probe in probes])
    against = "central differences of your own forward"
    said: dict[str, Any] = {"name": name, "against": against, "axes": axes, "hint": hint}
    if not axes:  # every element has been tried
        got, slopes = got.reshape(at.shape), slopes.reshape(at.shape)
    expect_close(got, slopes, tolerance=tolerance, floor=floor, **said)


def losses_as_arrays(losses: Losses) -> Values:
    """A function of losses as one of float64 arrays, for `central_differences`."""

    def values(points: list[_Array]) -> list[_Array]:
        found = [number_array(loss, "the loss", None) for loss in losses(points)]
        for loss in found:
            expect_shape(loss, (), name="the loss")
        return [loss.astype(np.float64) for loss in found]

    return values


def _fail_not_finite(slopes: _Array, hint: str | None) -> None:
    bad = ~np.isfinite(slopes)
    raise Failed(
        NotFinite(
            quantity="the loss through your forward",
            nan=int(np.isnan(slopes).sum()),
            inf=int(np.isinf(slopes).sum()),
            size=slopes.size,
            first=(int(np.argmax(bad)),),
            axes=("probe",),
            hint=hint,
        )
    )


def _needed(rng: np.random.Generator | None) -> np.random.Generator:
    if rng is None:
        raise TypeError("random elements and directions need rng=student.rng")
    return rng


def _elements(
    at: _Array, sample: int | None, rng: np.random.Generator | None
) -> list[tuple[int, ...]]:
    if sample is None:
        return list(np.ndindex(*at.shape))
    flat = _needed(rng).choice(at.size, size=min(sample, at.size), replace=False)
    return [tuple(int(i) for i in np.unravel_index(index, at.shape)) for index in flat]


def _unit(at: _Array, index: tuple[int, ...]) -> _Array:
    direction = np.zeros(at.shape)
    direction[index] = 1.0
    return direction


def _random_directions(at: _Array, count: int, rng: np.random.Generator) -> list[_Array]:
    drawn = (rng.standard_normal(at.shape) for _ in range(count))
    return [np.asarray(direction / np.linalg.norm(direction)) for direction in drawn]
