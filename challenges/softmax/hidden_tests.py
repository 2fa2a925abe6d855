"""The hidden tests of the softmax: values, gradients, stability, and leaving the input alone."""

from __future__ import annotations

import torch

from judge.testing import Student, expect_close, expect_dtype, expect_same, hidden_test
from judge.testing.autograd import expect_vjp, normal

from . import oracle

VALUES = "weights_are_right_along_every_dim"
AGAINST = "the softmax along dim"


@hidden_test(task="softmax", points=3, limit=4.0)
def weights_are_right_along_every_dim(student: Student) -> None:
    """Weights along every dim of tensors with unequal sides, counted from front and back."""
    for shape in ((5,), (4, 3), (2, 3, 5)):
        x = normal(student.rng, *shape, scale=2.0)
        for dim in range(-len(shape), len(shape)):
            expect_close(
                student.call("my_softmax", x, dim),
                oracle.softmax(x, dim),
                name="p",
                against=AGAINST,
                tolerance=1e-9,
                hint="print x.amax(dim=dim, keepdim=True).shape, and that of your sum",
            )


@hidden_test(task="softmax", points=1, limit=4.0)
def the_last_dim_is_the_default(student: Student) -> None:
    """Without dim the weights run along the last axis; by keyword it is called dim."""
    x = normal(student.rng, 2, 4, 3)
    for kwargs, dim in (({}, -1), ({"dim": 1}, 1)):
        got = student.call("my_softmax", x, **kwargs)
        expect_close(got, oracle.softmax(x, dim), name="p", against=AGAINST, tolerance=1e-9)


@hidden_test(task="softmax", points=2, limit=4.0)
def large_scores_stay_finite(student: Student) -> None:
    """Scores near 10000 and -10000, float32 scores, and a row of 0 beside one of 100000."""
    centres = torch.tensor([[1e5], [0.0], [-1e5]], dtype=torch.float64)
    for dtype, centre, spread in (
        (torch.float64, 1e4, 1.0),
        (torch.float64, -1e4, 1.0),
        (torch.float64, 0.0, 3e3),
        (torch.float32, 300.0, 1.0),
        (torch.float64, centres, 1.0),
    ):
        x = (normal(student.rng, 3, 7, scale=spread) + centre).to(dtype)
        expect_close(
            student.call("my_softmax", x, dim=-1),
            oracle.softmax(x.double(), -1),
            name="p",
            against="the exact weights",
            tolerance=1e-4 if dtype == torch.float32 else 1e-9,
            hint="print the largest number that goes into torch.exp: it should be 0 in each row",
        )


@hidden_test(task="softmax", points=1, limit=4.0)
def minus_infinity_has_no_weight(student: Student) -> None:
    """Entries of -inf get weight 0, the others share the rest."""
    x = normal(student.rng, 4, 6)
    x[0, 2] = x[1, 0] = x[1, 5] = -torch.inf
    got = student.call("my_softmax", x)
    want = torch.zeros_like(x)
    for row in range(len(x)):
        kept = torch.isfinite(x[row])
        want[row, kept] = oracle.softmax(x[row, kept])
    expect_close(got, want, name="p", against="the exact weights", tolerance=1e-9)


@hidden_test(task="softmax", points=2, needs=[VALUES], limit=4.0)
def gradients_are_those_of_the_softmax(student: Student) -> None:
    """The gradient for a random cotangent, along every axis; weights that underflow to 0, too."""
    for dim in (0, 1, 2):
        x = normal(student.rng, 3, 4, 5, scale=2.0)
        expect_vjp(student, "my_softmax", [x], oracle.softmax, names=["x"], dim=dim)
    apart = normal(student.rng, 5, 6, scale=60.0, dtype=torch.float32)
    hint = "the logarithm of a weight of 0 is -inf, and its gradient NaN"
    expect_vjp(
        student,
        "my_softmax",
        [apart],
        oracle.softmax,
        names=["x"],
        tolerance=1e-4,  # a logsumexp of 200 is known to 1.5e-5 in float32
        floor=1.0,  # the size of the cotangent: rows of a single weight have a gradient near 0
        hint=hint,
    )


@hidden_test(task="softmax", points=1, needs=[VALUES], limit=4.0)
def the_input_and_its_dtype_are_kept(student: Student) -> None:
    """x holds the same bytes afterwards, and p has its dtype."""
    for dtype in (torch.float32, torch.float64):
        x = normal(student.rng, 3, 5, dtype=dtype)
        kept = student.put(x)
        expect_dtype(student.call("my_softmax", kept), dtype, name="p")
        expect_same(kept.get(), x, name="x", hint="x -= m writes into x; x - m does not")
