"""The hidden tests of the linear layer: its start, its output with any bias, all gradients."""

from __future__ import annotations

import torch

from judge.testing import (
    Remote,
    Student,
    expect,
    expect_close,
    expect_normal,
    expect_shape,
    expect_type,
    hidden_test,
)
from judge.testing.autograd import (
    expect_module_vjp,
    expect_parameters,
    fill_parameters,
    normal,
)

from . import oracle

VALUES = "output_is_right_with_any_bias"


def made(student: Student, inputs: int, outputs: int) -> Remote:
    """A layer whose parameters are random numbers, the bias too."""
    student.seed(int(student.rng.integers(2**31)))
    layer = student.make("SimpleLinear", inputs, outputs)
    shapes = {"weight": (outputs, inputs), "bias": (outputs,)}
    expect_parameters(layer, shapes)
    fill_parameters(layer, shapes, student.rng)
    return layer


@hidden_test(task="linear", points=4, limit=4.0)
def output_is_right_with_any_bias(student: Student) -> None:
    """x of one, two and three axes, with weight and bias set to random numbers.

    Numbers that are set after a call count in the next.
    """
    layer = made(student, 5, 3)
    for shape in ((5,), (4, 5), (2, 3, 5), (1, 5)):
        fill_parameters(layer, {"weight": (3, 5), "bias": (3,)}, student.rng)
        state = {name: layer.get(name).double() for name in ("weight", "bias")}
        x = normal(student.rng, *shape, dtype=torch.float32)
        expect_close(
            layer.call("forward", x),
            oracle.linear(state, x.double()),
            name="the output",
            against="x W^T + b",
            tolerance=1e-5,
            hint="print self.weight.shape: one row for each output",
        )


@hidden_test(task="linear", points=2, needs=[VALUES], limit=4.0)
def gradients_reach_input_weight_and_bias(student: Student) -> None:
    """Gradients of x, weight and bias for a random cotangent."""
    layer = made(student, 4, 3)
    x = normal(student.rng, 2, 6, 4, dtype=torch.float32)
    expect_module_vjp(layer, [x], oracle.linear, student.rng, names=["x"])


@hidden_test(task="linear", points=3, limit=4.0)
def the_weight_starts_as_scaled_normal_numbers(student: Student) -> None:
    """Mean, variance and kurtosis of the weight for two fan-ins; two layers differ."""
    student.seed(int(student.rng.integers(2**31)))
    for inputs, outputs in ((400, 50), (30, 700)):
        layer = student.make("SimpleLinear", inputs, outputs)
        weight = layer.get("weight")
        expect_type(weight, torch.Tensor, name="weight")
        expect_shape(weight, (outputs, inputs), name="weight")
        hint = "the scale is 1 / sqrt(in_features), of torch.randn"
        expect_normal(weight, mean=0.0, std=inputs**-0.5, name="weight", hint=hint)
        other = student.make("SimpleLinear", inputs, outputs).get("weight")
        expect(
            not torch.equal(weight, other),
            expected="two layers with different weights",
            got="the same numbers twice",
            hint="leave the seed of the generator alone",
        )


@hidden_test(task="linear", points=1, needs=[VALUES], limit=4.0)
def the_bias_starts_at_zero(student: Student) -> None:
    """The bias has one zero for each output."""
    bias = student.make("SimpleLinear", 4, 6).get("bias")
    expect_close(bias, torch.zeros(6), name="bias", against="zeros", absolute=True, tolerance=0.0)
