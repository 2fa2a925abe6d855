"""The hidden tests of RMS norm: values, eps, gradients, what is kept, and half precision."""

from __future__ import annotations

import torch

from judge.testing import Student, expect_close, expect_dtype, expect_same, hidden_test
from judge.testing.autograd import expect_vjp, normal

from . import oracle

VALUES = "output_is_right_for_two_to_four_axes"
AGAINST = "x over its root mean square, times weight"

Inputs = tuple[torch.Tensor, torch.Tensor]


def inputs(student: Student, *shape: int, scale: float = 1.0, mean: float = 0.0) -> Inputs:
    """x of this shape, with a random weight."""
    x = normal(student.rng, *shape, scale=scale) + mean
    return x, normal(student.rng, shape[-1])


@hidden_test(task="rmsnorm", points=4, limit=4.0)
def output_is_right_for_two_to_four_axes(student: Student) -> None:
    """x of two, three and four axes, of mean 3, with a random weight; also one row, and D = 1."""
    for shape in ((4, 5), (2, 3, 5), (2, 3, 4, 7), (1, 6), (3, 1)):
        args = inputs(student, *shape, scale=2.0, mean=3.0)
        expect_close(
            student.call("rms_norm", *args),
            oracle.rms_norm(*args),
            name="y",
            against=AGAINST,
            tolerance=1e-9,
            hint="with a weight of ones print (y * y).mean(-1): a one for each row",
        )


@hidden_test(task="rmsnorm", points=2, limit=4.0)
def eps_is_added_to_the_mean_square(student: Student) -> None:
    """Numbers of size 0.001 with the default eps, eps=0.5, and a row of zeros."""
    hint = "the mean of the squares first, then + eps, and the root last"
    small = inputs(student, 3, 7, scale=1e-3)
    small[0][1] = 0.0
    got, want = student.call("rms_norm", *small), oracle.rms_norm(*small)
    expect_close(got, want, name="y", against=AGAINST, tolerance=1e-9, hint=hint)
    x, weight = inputs(student, 2, 4, 3)
    want = oracle.rms_norm(x, weight, 0.5)
    for got in (
        student.call("rms_norm", x, weight, 0.5),
        student.call("rms_norm", x=x, weight=weight, eps=0.5),
    ):
        expect_close(got, want, name="y", against=AGAINST, tolerance=1e-9, hint=hint)


@hidden_test(task="rmsnorm", points=3, needs=[VALUES], limit=4.0)
def gradients_reach_x_and_weight(student: Student) -> None:
    """Gradients of x and weight for a random cotangent, with the default eps and eps=0.5.

    Also for a position of zeros, where the root mean square is 0, and for D = 1.
    """
    names = ["x", "weight"]
    args = inputs(student, 2, 3, 5, scale=2.0, mean=1.0)
    expect_vjp(student, "rms_norm", args, oracle.rms_norm, names=names)
    args = inputs(student, 4, 6)
    expect_vjp(student, "rms_norm", args, oracle.rms_norm, names=names, eps=0.5)
    hint = "the slope of a root is infinite at 0, and inf * 0 is NaN: add eps before the root"
    for shape in ((3, 4), (2, 1)):
        args = inputs(student, *shape)
        args[0][1] = 0.0
        expect_vjp(student, "rms_norm", args, oracle.rms_norm, names=names, hint=hint)


@hidden_test(task="rmsnorm", points=1, needs=[VALUES], limit=4.0)
def arguments_and_dtype_are_kept(student: Student) -> None:
    """x and weight hold the same bytes afterwards, and y has their dtype."""
    for dtype in (torch.float32, torch.float64):
        args = [arg.to(dtype) for arg in inputs(student, 3, 5)]
        kept = [student.put(arg) for arg in args]
        expect_dtype(student.call("rms_norm", *kept), dtype, name="y")
        for name, remote, before in zip(("x", "weight"), kept, args, strict=True):
            hint = f"{name} /= ... and {name}.mul_(...) write into {name}"
            expect_same(remote.get(), before, name=name, hint=hint)


@hidden_test(task="rmsnorm", group="strict", points=0, needs=[VALUES], limit=4.0)
def squares_of_half_precision_neither_overflow_nor_vanish(student: Student) -> None:
    """float16 numbers from 300 to 900, whose squares are inf in it, and from 0.0005 to 0.0015."""
    for scale in (300.0, 5e-4):
        x, weight = inputs(student, 3, 8)
        args = [(scale * (2.0 + torch.tanh(x))).half(), weight.half()]
        expect_close(
            student.call("rms_norm", *args),
            oracle.rms_norm(args[0].double(), args[1].double()),
            name="y",
            against=AGAINST,
            tolerance=4e-3,  # a float16 has eleven bits: each rounding is 0.0005 at most
            dtype=torch.float16,
            hint="square x.float(), and convert the result with .to(x.dtype)",
        )
