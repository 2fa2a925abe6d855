"""The hidden tests of multi-head attention: values from the layers, gradients, own parameters."""

from __future__ import annotations

from functools import partial

import torch

from judge.replies import Stop
from judge.results import Raised
from judge.testing import (
    Remote,
    Student,
    expect,
    expect_close,
    expect_dtype,
    expect_same,
    expect_shape,
    hidden_test,
)
from judge.testing.autograd import expect_module_vjp, normal

from . import oracle

VALUES = "output_equals_attention_in_every_head"
AGAINST = "attention computed from your layers"
LAYERS = ("W_q", "W_k", "W_v", "W_o")
PATHS = tuple(f"{layer}.{kind}" for layer in LAYERS for kind in ("weight", "bias"))
NAMES = ("Q", "K", "V")
AXES = ("b", "query", "feature")
REFUSALS = ("ValueError", "AssertionError")


def with_numbers(student: Student, made: Remote, width: int) -> Remote:
    """The same object, each of its parameters set to random numbers."""
    for path in PATHS:
        shape = (width, width) if path.endswith("weight") else (width,)
        expect_shape(made.get(path), shape, name=path)
        made.set(path, normal(student.rng, *shape, scale=0.5, dtype=torch.float32))
    return made


def made(student: Student, width: int, heads: int) -> Remote:
    """An object with random numbers for parameters."""
    return with_numbers(student, student.make("MultiHeadAttention", width, heads), width)


def numbers_of(layer: Remote) -> dict[str, torch.Tensor]:
    """The parameters by path, in float64."""
    return {path: layer.get(path).double() for path in PATHS}


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


def expect_own_parameters(layer: Remote) -> None:
    """The four layers hold all parameters, and each of them is trained."""
    found = layer.state().parameters
    trained = sorted(path for path, tensor in found.items() if tensor.requires_grad)
    missing = [path for path in PATHS if path not in trained]
    more = [path for path in trained if path not in PATHS]
    expect(
        not missing and not more,
        expected=f"weight and bias of {', '.join(LAYERS)}, each of its own, and no others",
        got=f"missing: {', '.join(missing) or 'none'}; others: {', '.join(more) or 'none'}",
        hint="four calls of nn.Linear(d_model, d_model); a module lists a shared layer once",
    )


@hidden_test(task="mha", points=7, limit=4.0)
def output_equals_attention_in_every_head(student: Student) -> None:
    """The output for 1, 2, 3 and 4 heads with S_q and S_k different; sizes of 1; by keyword."""
    for heads, sizes in (
        (1, (3, 4, 2, 5)),
        (3, (2, 5, 7, 12)),
        (4, (2, 6, 3, 8)),
        (2, (1, 3, 1, 6)),
        (3, (2, 1, 4, 3)),
    ):
        layer = made(student, sizes[-1], heads)
        q, k, v = inputs(student, sizes)
        expect_close(
            layer.call("forward", q, k, v),
            oracle.attention(numbers_of(layer), q.double(), k.double(), v.double(), heads=heads),
            name="the output",
            against=AGAINST,
            tolerance=1e-5,
            axes=AXES,
            hint="print the shapes of q, k and v: (B, num_heads, S, d_k), heads cut from features",
        )
    named = student.make("MultiHeadAttention", num_heads=2, d_model=4)
    with_numbers(student, named, 4)
    q, k, v = inputs(student, (2, 3, 5, 4))
    want = oracle.attention(numbers_of(named), q.double(), k.double(), v.double(), heads=2)
    got = named.call("forward", V=v, K=k, Q=q)
    expect_close(got, want, name="the output", against=AGAINST, tolerance=1e-5, axes=AXES)


@hidden_test(task="mha", points=2, limit=4.0)
def every_layer_has_parameters_of_its_own(student: Student) -> None:
    """W_q, W_k, W_v and W_o each have a weight and a bias that nobody shares; no others exist."""
    layer = student.make("MultiHeadAttention", 6, 2)
    given = {}
    for path in PATHS:
        shape = (6, 6) if path.endswith("weight") else (6,)
        expect_shape(layer.get(path), shape, name=path)
        given[path] = normal(student.rng, *shape, dtype=torch.float32)
        layer.set(path, given[path])
    for path in PATHS:
        hint = "four calls of nn.Linear(d_model, d_model), none of them used for two names"
        expect_same(layer.get(path), given[path], name=path, by="setting another", hint=hint)
    expect_own_parameters(layer)


@hidden_test(task="mha", points=3, limit=4.0)
def large_scores_stay_right(student: Student) -> None:
    """Scores some hundreds above and below zero, also where all of a row are far below."""
    for heads, sizes in ((2, (3, 7, 2, 4)), (2, (2, 5, 1, 6)), (3, (1, 4, 9, 6))):
        layer = made(student, sizes[-1], heads)
        q, k, v = inputs(student, sizes, scale=12.0)
        expect_close(
            layer.call("forward", q, k, v),
            oracle.attention(numbers_of(layer), q.double(), k.double(), v.double(), heads=heads),
            name="the output",
            against=AGAINST,
            tolerance=2e-3,  # float32 keeps a score of 500 to 3e-5, and its sum to a bit less
            axes=AXES,
            hint="print the largest number that goes into exp: 0 in each row, and nothing clipped",
        )


@hidden_test(task="mha", points=6, needs=[VALUES], limit=4.0)
def gradients_reach_inputs_and_all_parameters(student: Student) -> None:
    """Gradients of Q, K, V and all eight parameters for a random cotangent, with 3 and 2 heads."""
    for heads, sizes in ((3, (2, 5, 4, 6)), (2, (3, 2, 6, 8))):
        layer = made(student, sizes[-1], heads)
        expect_own_parameters(layer)
        expect_module_vjp(
            layer,
            inputs(student, sizes),
            partial(oracle.attention, heads=heads),
            student.rng,
            names=NAMES,
            against=AGAINST,
            floor=1.0,  # the exact gradient of W_k.bias is 0, and float32 leaves rounding there
        )


@hidden_test(task="mha", points=2, needs=[VALUES], limit=4.0)
def inputs_and_dtype_are_kept(student: Student) -> None:
    """Q, K and V hold the same bytes afterwards; the output has their dtype, float32 or float64."""
    for dtype in (torch.float32, torch.float64):
        layer = made(student, 6, 3)
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
        raised = "an object"
        try:
            student.make("MultiHeadAttention", width, heads)
        except Stop as stop:
            if not isinstance(stop.evidence, Raised):
                raise
            raised = stop.evidence.type
        expect(
            raised in REFUSALS,
            expected=f"a ValueError for d_model={width} and num_heads={heads}",
            got=raised,
            hint="look at d_model % num_heads in the constructor",
        )
