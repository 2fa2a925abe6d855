"""The hidden tests of multi-head attention: values from the layers, gradients, own parameters."""

from __future__ import annotations

from functools import partial

import torch

from judge.testing import (
    Remote,
    Student,
    expect_close,
    expect_dtype,
    expect_raises,
    expect_same,
    hidden_test,
)
from judge.testing.autograd import (
    expect_module_vjp,
    expect_parameters,
    fill_parameters,
    normal,
)

from . import oracle

VALUES = "output_equals_attention_in_every_head"
AGAINST = "attention computed from your layers"
LAYERS = ("W_q", "W_k", "W_v", "W_o")
NAMES = ("Q", "K", "V")
AXES = ("b", "query", "feature")
OWN = "four calls of nn.Linear(d_model, d_model); a module lists a shared layer once"


def shapes(width: int) -> dict[str, tuple[int, ...]]:
    """The shape of each parameter by path."""
    weights = {f"{layer}.weight": (width, width) for layer in LAYERS}
    return weights | {f"{layer}.bias": (width,) for layer in LAYERS}


def made(student: Student, width: int, heads: int) -> tuple[Remote, dict[str, torch.Tensor]]:
    """An object with random numbers for parameters, and these numbers by path."""
    layer = student.make("MultiHeadAttention", width, heads)
    return layer, fill_parameters(layer, shapes(width), student.rng)


def inputs(
    student: Student,
    sizes: tuple[int, int, int, int],
    scale: float = 1.0,
    dtype: torch.dtype = torch.float32,
) -> list[torch.Tensor]:
    """Q, K and V for the sizes (B, S_q, S_k, d_model); Q and K have this standard deviation."""
    batch, queries, keys, width = sizes
    return [
        normal(student.rng, batch, queries, width, scale=scale, dtype=dtype),
        normal(student.rng, batch, keys, width, scale=scale, dtype=dtype),
        normal(student.rng, batch, keys, width, dtype=dtype),
    ]


@hidden_test(task="mha", points=7, limit=4.0)
def output_equals_attention_in_every_head(student: Student) -> None:
    """The output for 1, 2, 3 and 4 heads with S_q and S_k different; sizes of 1; by keyword.

    Self-attention as well: S_q equals S_k, and one tensor serves as Q, K and V. Numbers that are
    set after a call count in the next.
    """
    for heads, sizes in (
        (1, (3, 4, 2, 5)),
        (3, (2, 5, 7, 12)),
        (4, (2, 6, 3, 8)),
        (2, (1, 3, 1, 6)),
        (3, (2, 1, 4, 3)),
    ):
        layer, numbers = made(student, sizes[-1], heads)
        q, k, v = inputs(student, sizes)
        expect_close(
            layer.call("forward", q, k, v),
            oracle.attention(numbers, q.double(), k.double(), v.double(), heads=heads),
            name="the output",
            against=AGAINST,
            tolerance=1e-5,
            axes=AXES,
            hint="print the shapes of q, k and v: (B, num_heads, S, d_k), heads cut from features",
        )
    named = student.make("MultiHeadAttention", num_heads=2, d_model=4)
    numbers = fill_parameters(named, shapes(4), student.rng)
    q, k, v = inputs(student, (2, 3, 5, 4))
    want = oracle.attention(numbers, q.double(), k.double(), v.double(), heads=2)
    got = named.call("forward", V=v, K=k, Q=q)
    expect_close(got, want, name="the output", against=AGAINST, tolerance=1e-5, axes=AXES)
    x = student.put(q)
    numbers = fill_parameters(named, shapes(4), student.rng)  # others than in the call before
    want = oracle.attention(numbers, *[q.double()] * 3, heads=2)
    got = named.call("forward", x, x, x)
    expect_close(got, want, name="the output", against=AGAINST, tolerance=1e-5, axes=AXES)


@hidden_test(task="mha", points=2, limit=4.0)
def every_layer_has_parameters_of_its_own(student: Student) -> None:
    """W_q, W_k, W_v and W_o each have a weight and a bias that nobody shares; no others exist."""
    layer = student.make("MultiHeadAttention", 6, 2)
    expect_parameters(layer, shapes(6), hint=OWN)


@hidden_test(task="mha", points=3, limit=4.0)
def large_scores_stay_right(student: Student) -> None:
    """Scores some hundreds above and below zero, also where all of a row are far below."""
    for heads, sizes in ((2, (3, 7, 2, 4)), (2, (2, 5, 1, 6)), (3, (1, 4, 9, 6))):
        layer, numbers = made(student, sizes[-1], heads)
        q, k, v = inputs(student, sizes, scale=12.0)
        expect_close(
            layer.call("forward", q, k, v),
            oracle.attention(numbers, q.double(), k.double(), v.double(), heads=heads),
            name="the output",
            against=AGAINST,
            tolerance=2e-3,  # float32 keeps a score of 500 to 3e-5, and its sum to a bit less
            axes=AXES,
            hint="print the largest number that goes into exp: 0 in each row, and nothing clipped",
        )


@hidden_test(task="mha", points=6, needs=[VALUES], limit=4.0)
def gradients_reach_inputs_and_all_parameters(student: Student) -> None:
    """Gradients of Q, K, V and all eight parameters for a random cotangent, with 3 and 2 heads.

    With scores of some hundreds, too: most weights are 0 then, and so are their gradients.
    """
    for heads, sizes, scale, tolerance in (
        (3, (2, 5, 4, 6), 1.0, None),
        (2, (3, 2, 6, 8), 1.0, None),
        (2, (1, 4, 4, 6), 12.0, 2e-3),
    ):
        layer, _ = made(student, sizes[-1], heads)
        expect_parameters(layer, shapes(sizes[-1]), hint=OWN)
        expect_module_vjp(
            layer,
            inputs(student, sizes, scale),
            partial(oracle.attention, heads=heads),
            student.rng,
            names=NAMES,
            against=AGAINST,
            tolerance=tolerance,
            floor=1.0,  # the exact gradient of W_k.bias is 0, and float32 leaves rounding there
        )


@hidden_test(task="mha", points=2, needs=[VALUES], limit=4.0)
def inputs_and_dtype_are_kept(student: Student) -> None:
    """Q, K and V hold the same bytes afterwards; the output has their dtype, float32 or float64."""
    for dtype in (torch.float32, torch.float64):
        layer, _ = made(student, 6, 3)
        if dtype == torch.float64:
            for name in LAYERS:
                layer.part(name).call("double")
        given = inputs(student, (2, 3, 4, 6), dtype=dtype)
        kept = [student.put(tensor) for tensor in given]
        expect_dtype(layer.call("forward", *kept), dtype, name="the output")
        for name, remote, tensor in zip(NAMES, kept, given, strict=True):
            expect_same(remote.get(), tensor, name=name, hint="look for operators such as +=")


@hidden_test(task="mha", group="strict", limit=4.0)
def heads_that_do_not_divide_the_model_are_refused(student: Student) -> None:
    """MultiHeadAttention(10, 3) raises a ValueError, or fails an assert."""
    for width, heads in ((10, 3), (4, 8)):
        expect_raises(
            partial(student.make, "MultiHeadAttention", width, heads),
            ("ValueError", "AssertionError"),
            expected=f"a ValueError for d_model={width} and num_heads={heads}",
            hint="look at d_model % num_heads in the constructor",
        )
