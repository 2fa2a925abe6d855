"""The hidden tests of grouped-query attention: who reads which head, gradients, narrow layers."""

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

VALUES = "output_is_right_for_every_grouping"
AGAINST = "attention computed from your layers"
LAYERS = ("W_q", "W_k", "W_v", "W_o")
AXES = ("b", "position", "feature")
NARROW = "W_k and W_v are nn.Linear(d_model, num_kv_heads * d_k), d_k = d_model // num_heads"

Sizes = tuple[int, int, int]  # d_model, num_heads, num_kv_heads


def shapes(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    """The shape of each parameter by path."""
    width, heads, kv_heads = sizes
    found: dict[str, tuple[int, ...]] = {}
    for layer in LAYERS:
        rows = kv_heads * (width // heads) if layer in ("W_k", "W_v") else width
        found |= {f"{layer}.weight": (rows, width), f"{layer}.bias": (rows,)}
    return found


def made(student: Student, sizes: Sizes) -> tuple[Remote, dict[str, torch.Tensor]]:
    """An object with random numbers for parameters, and these numbers by path."""
    layer = student.make("GroupQueryAttention", *sizes)
    return layer, fill_parameters(layer, shapes(sizes), student.rng, hint=NARROW)


def wanted(numbers: dict[str, torch.Tensor], x: torch.Tensor, sizes: Sizes) -> torch.Tensor:
    """The output by the oracle, from the numbers that the object was given."""
    return oracle.attention(numbers, x.double(), heads=sizes[1], kv_heads=sizes[2])


@hidden_test(task="gqa", points=2, limit=4.0)
def key_and_value_layers_are_narrow(student: Student) -> None:
    """W_k and W_v have num_kv_heads * d_k outputs; no two layers share parameters."""
    for sizes in ((12, 6, 2), (8, 4, 1)):
        layer = student.make("GroupQueryAttention", *sizes)
        expect_parameters(layer, shapes(sizes), hint=NARROW)


@hidden_test(task="gqa", points=8, limit=4.0)
def output_is_right_for_every_grouping(student: Student) -> None:
    """8 heads over 2 KV heads, 6 over 3, 4 over 4, 4 over 1, one of each; sizes of 1; keywords."""
    for sizes, batch, length in (
        ((24, 8, 2), 2, 5),
        ((12, 6, 3), 3, 4),
        ((8, 4, 4), 1, 6),
        ((12, 4, 1), 2, 7),
        ((4, 4, 2), 2, 3),
        ((5, 1, 1), 2, 1),
    ):
        layer, numbers = made(student, sizes)
        x = normal(student.rng, batch, length, sizes[0], dtype=torch.float32)
        expect_close(
            layer.call("forward", x),
            wanted(numbers, x, sizes),
            name="the output",
            against=AGAINST,
            tolerance=1e-5,
            axes=AXES,
            hint="for 6 heads and 3 KV heads print which KV head each reads: 0 0 1 1 2 2",
        )
    named = student.make("GroupQueryAttention", num_kv_heads=2, num_heads=4, d_model=8)
    numbers = fill_parameters(named, shapes((8, 4, 2)), student.rng)
    x = normal(student.rng, 2, 3, 8, dtype=torch.float32)
    got, want = named.call("forward", x=x), wanted(numbers, x, (8, 4, 2))
    expect_close(got, want, name="the output", against=AGAINST, tolerance=1e-5, axes=AXES)


@hidden_test(task="gqa", points=2, limit=4.0)
def large_scores_stay_right(student: Student) -> None:
    """Scores some hundreds above and below zero, also where all of a row are far below."""
    for sizes, batch, length in (((8, 4, 2), 4, 2), ((6, 3, 1), 5, 1), ((8, 2, 1), 2, 7)):
        layer, numbers = made(student, sizes)
        x = normal(student.rng, batch, length, sizes[0], scale=12.0, dtype=torch.float32)
        expect_close(
            layer.call("forward", x),
            wanted(numbers, x, sizes),
            name="the output",
            against=AGAINST,
            tolerance=2e-3,  # float32 keeps a score of 500 to 3e-5, and its sum to a bit less
            axes=AXES,
            hint="print the largest number that goes into exp: 0 in each row, and nothing clipped",
        )


@hidden_test(task="gqa", points=6, needs=[VALUES], limit=4.0)
def gradients_reach_x_and_all_parameters(student: Student) -> None:
    """Gradients of x and all eight parameters for a random cotangent, in two groupings.

    With scores of some hundreds, too: most weights are 0 then, and so are their gradients.
    """
    for sizes, batch, length, scale, tolerance in (
        ((12, 6, 3), 2, 5, 1.0, None),
        ((8, 4, 1), 3, 4, 1.0, None),
        ((8, 4, 2), 1, 4, 12.0, 2e-3),
    ):
        layer, _ = made(student, sizes)
        expect_parameters(layer, shapes(sizes), hint=NARROW)
        expect_module_vjp(
            layer,
            [normal(student.rng, batch, length, sizes[0], scale=scale, dtype=torch.float32)],
            partial(oracle.attention, heads=sizes[1], kv_heads=sizes[2]),
            student.rng,
            names=["x"],
            against=AGAINST,
            tolerance=tolerance,
            floor=1.0,  # the exact gradient of W_k.bias is 0, and float32 leaves rounding there
        )


@hidden_test(task="gqa", points=2, needs=[VALUES], limit=4.0)
def the_input_and_its_dtype_are_kept(student: Student) -> None:
    """x holds the same bytes afterwards; the output has its dtype, float32 or float64."""
    for dtype in (torch.float32, torch.float64):
        layer, _ = made(student, (8, 4, 2))
        if dtype == torch.float64:
            for name in LAYERS:
                layer.part(name).call("double")
        x = normal(student.rng, 2, 3, 8, dtype=dtype)
        kept = student.put(x)
        expect_dtype(layer.call("forward", kept), dtype, name="the output")
        expect_same(kept.get(), x, name="x", hint="look for operators such as +=")


@hidden_test(task="gqa", group="strict", limit=4.0)
def heads_that_do_not_divide_are_refused(student: Student) -> None:
    """6 heads over 4 KV heads raise a ValueError, or fail an assert; so do 3 heads of width 10."""
    for sizes in ((12, 6, 4), (8, 2, 4), (10, 3, 1)):
        width, heads, kv_heads = sizes
        expect_raises(
            partial(student.make, "GroupQueryAttention", *sizes),
            ("ValueError", "AssertionError"),
            expected=f"a ValueError for d_model={width}, num_heads={heads}, "
            f"num_kv_heads={kv_heads}",
            hint="look at num_heads % num_kv_heads and d_model % num_heads in the constructor",
        )
