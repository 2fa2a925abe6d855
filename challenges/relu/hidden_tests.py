"""The hidden tests of the rectifier: values, gradients, leaving the input alone, and infinities."""

from __future__ import annotations

import torch

from judge.testing import (
    Student,
    expect,
    expect_close,
    expect_dtype,
    expect_same,
    expect_shape,
    expect_type,
    hidden_test,
)
from judge.testing.autograd import expect_vjp, normal

from . import oracle

VALUES = "negative_numbers_become_zero"
AGAINST = "max(0, x)"


@hidden_test(task="relu", points=4, limit=4.0)
def negative_numbers_become_zero(student: Student) -> None:
    """Tensors of none to three axes, and an empty one; negative, positive and zero entries."""
    for shape in ((3, 5, 2), (7,), (1, 6), (0, 4)):
        x = normal(student.rng, *shape)
        x[..., :1] = 0.0
        got = student.call("relu", x)
        expect_close(got, oracle.relu(x), name="y", against=AGAINST, tolerance=1e-9)
    for number in (-0.25, 0.0, 2.5):
        x = torch.tensor(number * float(student.rng.uniform(0.5, 1.5)), dtype=torch.float64)
        got = student.call("relu", x=x)
        expect_close(got, oracle.relu(x), name="y", against=AGAINST, tolerance=1e-9)


@hidden_test(task="relu", points=1, limit=4.0)
def small_and_large_numbers_pass_through(student: Student) -> None:
    """Positive entries come out unchanged, of size 0.0001 as well as of size 10000."""
    for size in (1e-4, 1e4):
        x = normal(student.rng, 4, 9, scale=size)
        got = student.call("relu", x)
        expect_close(got, oracle.relu(x), name="y", against=AGAINST, tolerance=1e-9)


@hidden_test(task="relu", points=2, needs=[VALUES], limit=4.0)
def gradients_pass_where_x_is_positive(student: Student) -> None:
    """The gradient for a random cotangent: the cotangent where x > 0, and 0 where x < 0."""
    for shape in ((5,), (2, 3, 4)):
        x = normal(student.rng, *shape)
        expect_vjp(student, "relu", [x], oracle.relu, names=["x"])


@hidden_test(task="relu", points=1, needs=[VALUES], limit=4.0)
def the_gradient_at_zero_is_a_slope_of_the_corner(student: Student) -> None:
    """For x = 0 every slope from 0 to 1 is right: the corner has no single one."""
    x = torch.zeros(2, 3, dtype=torch.float64)
    cotangent = normal(student.rng, 2, 3) + 3.0
    _, (gradient,) = student.vjp("relu", [x], cotangent)
    if gradient is None:  # no way from x to the result at all: a slope of zero
        return
    expect_shape(gradient, (2, 3), name="the gradient of x")
    slopes = gradient.double() / cotangent
    expect(
        bool(((slopes >= -1e-9) & (slopes <= 1 + 1e-9)).all()),
        expected="slopes from 0 to 1 at x = 0",
        got="NaN" if bool(slopes.isnan().any()) else "slopes outside of 0 to 1",
        hint="a square root or a quotient has an infinite slope at 0, and inf * 0 is NaN",
    )


@hidden_test(task="relu", points=1, needs=[VALUES], limit=4.0)
def the_result_has_the_dtype_of_x(student: Student) -> None:
    """float32 in, float32 out; float64 in, float64 out."""
    for dtype in (torch.float32, torch.float64):
        got = student.call("relu", normal(student.rng, 3, 5, dtype=dtype))
        expect_dtype(got, dtype, name="y")


@hidden_test(task="relu", points=1, needs=[VALUES], limit=4.0)
def the_input_is_kept(student: Student) -> None:
    """x holds the same bytes afterwards."""
    x = normal(student.rng, 3, 5)
    kept = student.put(x)
    student.call("relu", kept)
    expect_same(kept.get(), x, name="x", hint="x[x < 0] = 0 writes into x: work on a new tensor")


@hidden_test(task="relu", group="strict", limit=4.0)
def infinities_are_handled(student: Student) -> None:
    """-inf becomes 0, inf stays inf, and their neighbours are as always."""
    x = normal(student.rng, 3, 4)
    x[0, 1] = x[2, 0] = -torch.inf
    x[1, 3] = torch.inf
    got = student.call("relu", x)
    expect_type(got, torch.Tensor, name="y")
    expect_shape(got, x.shape, name="y")
    expect(
        bool(got[1, 3] == torch.inf),
        expected="inf where x is inf",
        got=f"{float(got[1, 3])}",
    )
    finite = x != torch.inf
    expect_close(
        got[finite],
        oracle.relu(x[finite]),
        name="y where x is not inf",
        against=AGAINST,
        tolerance=1e-9,
        hint="0 * -inf and -inf + inf are NaN: choose between x and 0, do not calculate",
    )


@hidden_test(task="relu", group="strict", needs=[VALUES], limit=4.0)
def half_precision_is_kept(student: Student) -> None:
    """float16 and bfloat16 come back as they are, with exact values."""
    for dtype in (torch.float16, torch.bfloat16):
        x = normal(student.rng, 4, 3, dtype=dtype)
        got = student.call("relu", x)
        hint = "a product with a float32 mask is of float32"
        expect_dtype(got, dtype, name="y", hint=hint)
        expect_close(got, oracle.relu(x.double()), name="y", against=AGAINST, tolerance=1e-9)
