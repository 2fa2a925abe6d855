"""Four hidden tests, one for each thing that hostile submissions aim at. One second each."""

from __future__ import annotations

import numpy as np

from judge.testing import (
    Student,
    expect_close,
    expect_gradient,
    expect_memory,
    expect_same,
    hidden_test,
)

from .oracle import Array, softmax

FORWARD = "scaled_softmax"
SIDE = 512


@hidden_test(task="forward", points=1, aspect="values", visibility="public", limit=1.0)
def values_equal_the_formula(student: Student) -> None:
    """Five calls of several shapes give the softmax of scale * x."""
    rows = int(student.rng.integers(3, 9))
    for shape in ((rows, 5), (rows, 5), (2, rows, 7), (1,), (40, 30)):
        x, scale = student.rng.standard_normal(shape), float(student.rng.uniform(0.5, 3))
        got = student.call(FORWARD, x, scale)
        expect_close(got, softmax(x, scale), name="y", against="the formula", tolerance=1e-9)


@hidden_test(task="forward", points=1, aspect="hygiene", limit=1.0)
def inputs_stay_unchanged(student: Student) -> None:
    """x holds the same bytes after the call, and y is right."""
    x = student.rng.standard_normal((6, 9))
    kept = student.put(x)
    got = student.call(FORWARD, kept, 1.5)
    expect_same(kept.get(), x, name="x")
    expect_close(got, softmax(x, 1.5), name="y", against="the formula", tolerance=1e-9)


@hidden_test(task="forward", points=1, aspect="memory", limit=1.0)
def memory_stays_small(student: Student) -> None:
    """At (512, 512) the call needs a few arrays of the size of x, and y is right."""
    x = student.rng.standard_normal((SIDE, SIDE))
    run = student.measure(FORWARD, x, 2.0)
    lean = student.reference.measure(FORWARD, x, 2.0)
    expect_memory(run, traced=8 * x.nbytes, resident=lean.resident_bytes + 16e6, reference=lean)
    expect_close(run.value, softmax(x, 2.0), name="y", against="the formula", tolerance=1e-9)


@hidden_test(task="backward", points=1, aspect="gradients", limit=1.0)
def gradients_follow_the_forward(student: Student) -> None:
    """Central differences of your own forward, right at each point, give your gradient."""
    dy, x = student.rng.standard_normal((2, 4, 6))
    scale = 1.5

    def losses(points: list[Array]) -> list[float]:
        found = student.call_many(FORWARD, [(point, scale) for point in points])
        for got, point in zip(found, points, strict=True):
            # Far below what a step changes: a forward that stands still must not get through.
            want = softmax(point, scale)
            expect_close(got, want, name="y", against="the formula", tolerance=1e-9)
        return [float((dy * np.asarray(y)).sum()) for y in found]

    gradient = student.call("scaled_softmax_gradient", dy, x, scale)
    expect_gradient(losses, x, gradient, name="dx", floor=1e-3)
