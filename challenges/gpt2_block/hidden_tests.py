"""The hidden tests of the block: names, values, gradients, causality, no dropout, x kept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch

from judge.testing import (
    Remote,
    Student,
    expect_close,
    expect_dtype,
    expect_same,
    expect_shape,
    hidden_test,
)
from judge.testing.autograd import (
    expect_module_vjp,
    expect_parameters,
    normal,
    parameters_like,
)

from . import oracle

VALUES = "output_is_right_with_random_parameters"
AGAINST = "the block with your own parameters"
AXES = ("b", "position", "column")
NAMES = "print([name for name, _ in GPT2Block(12, 3).named_parameters()])"


def made(student: Student, width: int, heads: int, *, exact: bool = False) -> Remote:
    """A block with random parameters; in float64 if `exact`, where the class is a module."""
    block = student.make("GPT2Block", width, heads)
    given = expect_parameters(block, oracle.shapes(width), hint=NAMES).parameters
    if exact and block.state().training is not None:
        block.call("double")
    for path, value in parameters_like(given, student.rng).items():
        block.set(path, value)
    return block


def dtype_of(block: Remote) -> torch.dtype:
    """That of its parameters: a plain class stays in float32."""
    dtype: torch.dtype = block.state().parameters["W_q.weight"].dtype
    return dtype


def fitting(block: Remote, got: Any, x: torch.Tensor, heads: int) -> Callable[..., torch.Tensor]:
    """The oracle with the GELU, exact or by tanh, that comes closer to this output for x."""
    parameters = {name: value.detach().double() for name, value in block.state().parameters.items()}
    expect_shape(got, tuple(x.shape), name="the output")
    found = torch.as_tensor(got).detach()
    exact, by_tanh = (
        float((found - oracle.block(parameters, x.double(), heads, tanh)).abs().sum())
        for tanh in (False, True)
    )
    return functools.partial(oracle.block, heads=heads, tanh_gelu=by_tanh < exact)


def expect_output(
    block: Remote, got: Any, x: torch.Tensor, heads: int, *, tolerance: float = 1e-5
) -> None:
    """An output is that of the oracle with the block's own parameters."""
    want = fitting(block, got, x, heads)
    parameters = {name: value.detach().double() for name, value in block.state().parameters.items()}
    expect_close(
        got,
        want(parameters, x.double()),
        name="the output",
        against=AGAINST,
        tolerance=tolerance,
        axes=AXES,
        hint="compare W_q(ln1(x)) split into heads with its columns, then one row of weights",
    )


@hidden_test(task="gpt2_block", points=2, limit=4.0)
def parameters_have_the_agreed_names(student: Student) -> None:
    """The 16 tensors under the names and with the shapes of the statement, all of them trained."""
    for width, heads in ((12, 3), (10, 1)):
        block = student.make("GPT2Block", d_model=width, num_heads=heads)
        expect_parameters(block, oracle.shapes(width), hint=NAMES)


@hidden_test(task="gpt2_block", points=6, limit=6.0)
def output_is_right_with_random_parameters(student: Student) -> None:
    """Every parameter is set to random numbers, those of the layer norms and biases too.

    One block gets sequences of several lengths, the longer after the shorter.
    """
    for width, heads, shape in ((12, 3, (2, 5)), (6, 6, (3, 2)), (10, 1, (1, 4)), (8, 2, (1, 1))):
        block = made(student, width, heads)
        x = normal(student.rng, *shape, width, dtype=torch.float32)
        expect_output(block, block.call("forward", x), x, heads)
    for length in (9, 70):  # the block of the last case, for one position so far
        x = normal(student.rng, 1, length, 8, dtype=torch.float32)
        expect_output(block, block.call("forward", x), x, heads)


@hidden_test(task="gpt2_block", points=2, limit=4.0)
def large_scores_stay_right(student: Student) -> None:
    """Scores some hundreds above and below zero, also where all of a row are far below."""
    for width, heads, shape in ((8, 2, (4, 3)), (6, 3, (6, 1))):
        block = made(student, width, heads)
        for name in ("W_q.weight", "W_q.bias", "W_k.weight", "W_k.bias"):
            block.set(name, 12.0 * block.get(name).detach())
        x = normal(student.rng, *shape, width, dtype=torch.float32)
        # float32 keeps a score of 500 to 3e-5, and its sum to a bit less
        expect_output(block, block.call("forward", x), x, heads, tolerance=2e-3)


@hidden_test(task="gpt2_block", points=5, needs=[VALUES], limit=4.0)
def gradients_reach_input_and_every_parameter(student: Student) -> None:
    """Gradients of x and of all 16 parameters for a random cotangent, in float64."""
    for width, heads, shape in ((12, 3, (2, 4)), (6, 2, (3, 5))):
        block = made(student, width, heads, exact=True)
        x = normal(student.rng, *shape, width, dtype=dtype_of(block))
        want = fitting(block, block.call("forward", x), x, heads)
        tolerance = 1e-9 if x.dtype == torch.float64 else 3e-5
        # The gradient of W_k.bias is zero but for rounding: it shifts all scores of a row alike.
        expect_module_vjp(
            block, [x], want, student.rng, names=["x"], tolerance=tolerance, floor=1.0
        )


@hidden_test(task="gpt2_block", points=3, needs=[VALUES], limit=4.0)
def a_position_never_sees_later_ones(student: Student) -> None:
    """New numbers for the positions from the k-th on leave the outputs before it as they were."""
    block = made(student, 8, 2)
    x = normal(student.rng, 2, 6, 8, dtype=torch.float32)
    before = block.call("forward", x)
    for k in (1, 3, 5):
        changed = x.clone()
        changed[:, k:] = normal(student.rng, 2, 6 - k, 8, scale=5.0, dtype=torch.float32)
        after = block.call("forward", x=changed)
        expect_shape(after, (2, 6, 8), name="the output")
        expect_close(
            after[:, :k],
            before[:, :k],
            name=f"the output before position {k}",
            against=f"that before the positions from {k} on were changed",
            tolerance=1e-6,
            axes=AXES,
            hint="print the weights of one head: zeros above the diagonal, rows that sum to 1",
        )


@hidden_test(task="gpt2_block", points=1, needs=[VALUES], limit=4.0)
def training_and_evaluation_agree(student: Student) -> None:
    """The block has no dropout: both modes give the output of the oracle, twice."""
    block = made(student, 12, 3)
    x = normal(student.rng, 2, 3, 12, dtype=torch.float32)
    modes = ("train", "eval") if block.state().training is not None else ("",)
    for mode in modes:
        if mode:
            block.call(mode)
        for _ in range(2):
            expect_output(block, block.call("forward", x), x, 3)


@hidden_test(task="gpt2_block", points=1, needs=[VALUES], limit=4.0)
def the_input_and_its_dtype_are_kept(student: Student) -> None:
    """x holds the same bytes afterwards, and the output has its dtype."""
    for exact in (False, True):
        block = made(student, 8, 4, exact=exact)
        x = normal(student.rng, 2, 3, 8, dtype=dtype_of(block))
        kept = student.put(x)
        expect_dtype(block.call("forward", kept), x.dtype, name="the output")
        expect_same(kept.get(), x, name="x", hint="x += ... writes into x; x = x + ... does not")
