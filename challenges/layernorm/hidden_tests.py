"""The hidden tests of layer norm: values, eps, a large mean, gradients, and what is kept."""

from __future__ import annotations

import torch

from judge.testing import Student, expect_close, expect_dtype, expect_same, hidden_test
from judge.testing.autograd import expect_vjp, normal

from . import oracle

VALUES = "output_is_right_for_two_to_four_axes"
AGAINST = "layer norm over the last axis"

Inputs = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def inputs(student: Student, *shape: int, scale: float = 1.0, mean: float = 0.0) -> Inputs:
    """x of this shape, with random gamma and beta."""
    x = normal(student.rng, *shape, scale=scale) + mean
    return x, normal(student.rng, shape[-1]), normal(student.rng, shape[-1])


@hidden_test(task="layernorm", points=4, limit=4.0)
def output_is_right_for_two_to_four_axes(student: Student) -> None:
    """x of two, three and four axes with random gamma and beta; also one row, and D = 1."""
    for shape in ((4, 5), (2, 3, 5), (2, 3, 4, 7), (1, 6), (3, 1)):
        args = inputs(student, *shape, scale=2.0, mean=3.0)
        expect_close(
            student.call("my_layer_norm", *args),
            oracle.layer_norm(*args),
            name="y",
            against=AGAINST,
            tolerance=1e-9,
            hint="with gamma of ones and beta of zeros print y.mean(-1) and "
            "y.var(-1, unbiased=False): zeros and ones, one for each row",
        )


@hidden_test(task="layernorm", points=2, limit=4.0)
def eps_is_added_to_the_variance(student: Student) -> None:
    """Numbers of size 0.001 with the default eps, eps=0.3, and a row of equal numbers."""
    hint = "the variance first, then + eps, and the root last"
    small = inputs(student, 3, 7, scale=1e-3)
    small[0][1] = small[0][1, 0].clone()
    got = student.call("my_layer_norm", *small)
    want = oracle.layer_norm(*small)
    expect_close(got, want, name="y", against=AGAINST, tolerance=1e-9, hint=hint)
    x, gamma, beta = inputs(student, 2, 4, 3)
    want = oracle.layer_norm(x, gamma, beta, 0.3)
    for got in (
        student.call("my_layer_norm", x, gamma, beta, 0.3),
        student.call("my_layer_norm", x=x, gamma=gamma, beta=beta, eps=0.3),
    ):
        expect_close(got, want, name="y", against=AGAINST, tolerance=1e-9, hint=hint)


@hidden_test(task="layernorm", points=1, limit=4.0)
def a_large_mean_leaves_the_variance_exact(student: Student) -> None:
    """float32 numbers around 3000, and float64 numbers around 1000000, with a small spread."""
    for dtype, mean, scale, tolerance in (
        (torch.float32, 3e3, 0.7, 5e-3),  # the mean itself is known to 0.0003 in float32
        (torch.float64, 1e6, 1.0, 1e-7),
    ):
        args = [arg.to(dtype) for arg in inputs(student, 6, 101, scale=scale, mean=mean)]
        expect_close(
            student.call("my_layer_norm", *args),
            oracle.layer_norm(args[0].double(), args[1].double(), args[2].double()),
            name="y",
            against=AGAINST,
            tolerance=tolerance,
            hint="subtract the mean before you square",
        )


@hidden_test(task="layernorm", points=2, needs=[VALUES], limit=4.0)
def gradients_reach_x_gamma_and_beta(student: Student) -> None:
    """Gradients of x, gamma and beta for a random cotangent, with the default eps and eps=0.3.

    Also for positions of equal numbers, whose variance is 0, and for D = 1.
    """
    names = ["x", "gamma", "beta"]
    args = inputs(student, 2, 3, 5, scale=2.0, mean=1.0)
    expect_vjp(student, "my_layer_norm", args, oracle.layer_norm, names=names)
    args = inputs(student, 4, 6)
    expect_vjp(student, "my_layer_norm", args, oracle.layer_norm, names=names, eps=0.3)
    hint = "the slope of a root is infinite at 0, and inf * 0 is NaN: add eps before the root"
    for shape in ((3, 4), (2, 1)):
        args = inputs(student, *shape)
        args[0][1] = 2.0
        expect_vjp(student, "my_layer_norm", args, oracle.layer_norm, names=names, hint=hint)


@hidden_test(task="layernorm", points=1, needs=[VALUES], limit=4.0)
def arguments_and_dtype_are_kept(student: Student) -> None:
    """x, gamma and beta hold the same bytes afterwards, and y has their dtype."""
    for dtype in (torch.float32, torch.float64):
        args = [arg.to(dtype) for arg in inputs(student, 3, 5, mean=1.0)]
        kept = [student.put(arg) for arg in args]
        expect_dtype(student.call("my_layer_norm", *kept), dtype, name="y")
        for name, remote, before in zip(("x", "gamma", "beta"), kept, args, strict=True):
            hint = f"{name} -= ... and {name}.sub_(...) write into {name}"
            expect_same(remote.get(), before, name=name, hint=hint)
