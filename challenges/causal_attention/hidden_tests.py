"""The hidden tests of causal attention: values, the future, large scores, gradients, inputs."""

from __future__ import annotations

from typing import Any

import torch

from judge.testing import (
    Student,
    expect_close,
    expect_dtype,
    expect_same,
    expect_shape,
    hidden_test,
)
from judge.testing.autograd import expect_vjp, normal

from . import oracle

VALUES = "output_equals_attention_over_the_past"
AGAINST = "attention over the positions j <= i"
NAMES = ("Q", "K", "V")
AXES = ("b", "position", "col")
PRINT_WEIGHTS = "print the weights of S = 4: zeros above the diagonal, and each row sums to 1"


def inputs(
    student: Student,
    sizes: tuple[int, int, int, int],
    scale: float = 1.0,
    dtype: torch.dtype = torch.float64,
) -> list[torch.Tensor]:
    """Q, K and V for the sizes (B, S, d, d_v); Q has this standard deviation."""
    batch, length, width, columns = sizes
    return [
        normal(student.rng, batch, length, width, scale=scale, dtype=dtype),
        normal(student.rng, batch, length, width, dtype=dtype),
        normal(student.rng, batch, length, columns, dtype=dtype),
    ]


@hidden_test(task="causal_attention", points=4, limit=4.0)
def output_equals_attention_over_the_past(student: Student) -> None:
    """The output at every position, for S from 2 to 70 and d_v other than d; also by keyword."""
    for sizes in ((3, 2, 5, 3), (2, 9, 4, 5), (1, 6, 1, 2), (2, 7, 3, 1), (1, 70, 2, 3)):
        given = inputs(student, sizes, scale=2.0)
        want = oracle.causal_attention(*given)
        keywords: dict[str, Any] = dict(reversed(list(zip(NAMES, given, strict=True))))
        for args, kwargs in ((given, {}), ((), keywords)):
            expect_close(
                student.call("causal_attention", *args, **kwargs),
                want,
                name="O",
                against=AGAINST,
                tolerance=1e-9,
                axes=AXES,
                hint=PRINT_WEIGHTS,
            )


@hidden_test(task="causal_attention", points=1, needs=[VALUES], limit=4.0)
def a_single_position_returns_its_value(student: Student) -> None:
    """With S = 1 the only weight is 1: O is V, for batches of one and of several."""
    for sizes in ((3, 1, 4, 5), (1, 1, 2, 3), (1, 1, 1, 1)):
        q, k, v = inputs(student, sizes)
        expect_close(
            student.call("causal_attention", q, k, v),
            v,
            name="O",
            against="V",
            tolerance=1e-9,
            axes=AXES,
            hint="a position sees itself: only j > i is hidden",
        )


@hidden_test(task="causal_attention", points=1, needs=[VALUES], limit=4.0)
def later_positions_have_no_influence(student: Student) -> None:
    """Whatever stands after a position, keys a thousandfold too, its output is the same."""
    length = 8
    for cut in (1, 4, length - 1):
        given = inputs(student, (2, length, 3, 4))
        want = oracle.causal_attention(*(tensor[:, :cut] for tensor in given))
        for tensor, scale in zip(given, (1.0, 1e3, 1e3), strict=True):
            tensor[:, cut:] *= scale
        got = student.call("causal_attention", *given)
        expect_shape(got, (2, length, 4), name="O")
        expect_close(
            got[:, :cut],
            want,
            name=f"O before position {cut}",
            against="attention over the shorter sequence",
            tolerance=1e-9,
            axes=AXES,
            hint="hide the scores before the softmax takes their maximum and their sum",
        )


@hidden_test(task="causal_attention", points=1, limit=4.0)
def large_scores_stay_exact(student: Student) -> None:
    """Scores spread over 60, all near 5000 or -5000, rows far apart, and float32 near -300.

    What is large in one element of the batch is small in the other.
    """
    length = 6
    signs = torch.tensor([1.0, -1.0])[:, None, None]
    rows = torch.linspace(-5e3, 5e3, length, dtype=torch.float64)[:, None]
    for offset, scale, dtype in (
        (0.0, 60.0, torch.float64),
        (5e3, 1.0, torch.float64),
        (-5e3, 1.0, torch.float64),
        (rows, 1.0, torch.float64),
        (-300.0, 1.0, torch.float32),
    ):
        q, k, v = inputs(student, (2, length, 4, 3), scale, dtype)
        k[..., 0] = 2.0  # as sqrt(d) is 2, the first column of Q is the offset of the scores
        q[..., 0:1] = signs * torch.as_tensor(offset, dtype=dtype)
        expect_close(
            student.call("causal_attention", q, k, v),
            oracle.causal_attention(q.double(), k.double(), v.double()),
            name="O",
            against=AGAINST,
            tolerance=1e-3 if dtype == torch.float32 else 1e-9,
            axes=AXES,
            hint="hidden scores become -inf, which is below all others; nothing is clipped",
        )


@hidden_test(task="causal_attention", points=2, needs=[VALUES], limit=4.0)
def gradients_reach_queries_keys_and_values(student: Student) -> None:
    """Gradients of Q, K and V for a random cotangent, S = 1 and huge hidden scores included."""
    for sizes, scale in (((2, 7, 4, 5), 1.0), ((3, 1, 2, 4), 1.0), ((1, 6, 3, 2), 30.0)):
        given = inputs(student, sizes, scale)
        hint, floor = None, 1e-2
        if scale > 1:  # the last key is hidden from all queries but one
            given[1][:, -1] *= 1e3
            floor = float(given[1].abs().max()) / 100  # dQ is 0 there, but for rounding times K
            hint = "hide the scores before exp: inf times 0 is NaN, in the backward pass too"
        expect_vjp(
            student,
            "causal_attention",
            given,
            oracle.causal_attention,
            names=NAMES,
            name="O",
            against=AGAINST,
            floor=floor,
            hint=hint,
        )


@hidden_test(task="causal_attention", points=1, needs=[VALUES], limit=4.0)
def inputs_and_dtype_are_kept(student: Student) -> None:
    """Q, K and V hold the same bytes afterwards, and O has their dtype."""
    for dtype in (torch.float32, torch.float64):
        given = inputs(student, (2, 4, 5, 3), dtype=dtype)
        kept = [student.put(tensor) for tensor in given]
        got = student.call("causal_attention", *kept)
        expect_dtype(got, dtype, name="O", hint="a mask of floats has a dtype of its own")
        for name, remote, tensor in zip(NAMES, kept, given, strict=True):
            expect_same(remote.get(), tensor, name=name, hint="write Q / c, not Q /= c")


@hidden_test(task="causal_attention", group="strict", points=0, limit=4.0)
def other_lengths_count_from_the_start(student: Student) -> None:
    """Q longer and shorter than K and V: query i sees the keys j <= i, counted from the start."""
    for queries, keys in ((3, 7), (6, 2), (1, 4)):
        q = normal(student.rng, 2, queries, 4)
        k, v = normal(student.rng, 2, keys, 4), normal(student.rng, 2, keys, 5)
        expect_close(
            student.call("causal_attention", q, k, v),
            oracle.causal_attention(q, k, v),
            name="O",
            against=AGAINST,
            tolerance=1e-9,
            axes=AXES,
            hint="a mask of (S_q, S_k); lined up at the end is the other reading of causal",
        )
