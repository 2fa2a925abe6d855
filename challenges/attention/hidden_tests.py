"""The hidden tests of attention: values, sizes of 1, large scores, gradients, inputs kept."""

from __future__ import annotations

from typing import Any

import torch

from judge.testing import Student, expect_close, expect_dtype, expect_same, hidden_test
from judge.testing.autograd import expect_vjp, normal

from . import oracle

FUNCTION = "scaled_dot_product_attention"
VALUES = "output_equals_softmax_attention"
AGAINST = "softmax(Q K^T / sqrt(d_k)) V"
NAMES = ("Q", "K", "V")
AXES = ("b", "query", "col")


def inputs(
    student: Student,
    sizes: tuple[int, int, int, int, int],
    scale: float = 1.0,
    dtype: torch.dtype = torch.float64,
) -> list[torch.Tensor]:
    """Q, K and V for the sizes (B, S_q, S_k, d_k, d_v); Q has this standard deviation."""
    batch, queries, keys, width, columns = sizes
    return [
        normal(student.rng, batch, queries, width, scale=scale, dtype=dtype),
        normal(student.rng, batch, keys, width, dtype=dtype),
        normal(student.rng, batch, keys, columns, dtype=dtype),
    ]


@hidden_test(task="attention", points=3, limit=4.0)
def output_equals_softmax_attention(student: Student) -> None:
    """The output for S_q, S_k, d_k and d_v all different, and for S_q = S_k; by keyword, too."""
    for sizes in ((2, 3, 5, 4, 6), (3, 7, 2, 6, 4), (1, 4, 6, 2, 3), (2, 5, 5, 3, 4)):
        given = inputs(student, sizes, scale=2.0)
        want = oracle.attention(*given)
        keywords: dict[str, Any] = dict(reversed(list(zip(NAMES, given, strict=True))))
        for args, kwargs in ((given, {}), ((), keywords)):
            expect_close(
                student.call(FUNCTION, *args, **kwargs),
                want,
                name="O",
                against=AGAINST,
                tolerance=1e-9,
                axes=AXES,
                hint="print the shape of the scores, (B, S_q, S_k), and weights.sum(-1): all ones",
            )


@hidden_test(task="attention", points=1, limit=4.0)
def sizes_of_one_are_right(student: Student) -> None:
    """One key (O repeats its value), one query, width 1, one column, a batch of one."""
    for sizes in ((2, 3, 1, 4, 5), (2, 1, 4, 3, 5), (3, 4, 5, 1, 2), (2, 3, 4, 5, 1), (1,) * 5):
        q, k, v = inputs(student, sizes)
        expect_close(
            student.call(FUNCTION, q, k, v),
            oracle.attention(q, k, v),
            name="O",
            against=AGAINST,
            tolerance=1e-9,
            axes=AXES,
            hint="look for squeeze(), and for a scale that is not the root of d_k",
        )


@hidden_test(task="attention", points=2, limit=4.0)
def large_scores_stay_exact(student: Student) -> None:
    """Scores spread over 60, near 5000 and -5000, rows far apart, and float32 scores near 300.

    What is large in one element of the batch is small in the other.
    """
    sizes = (2, 3, 7, 4, 5)
    signs = torch.tensor([1.0, -1.0])[:, None, None]
    rows = torch.tensor([5e3, 0.0, -5e3], dtype=torch.float64)[:, None]
    for offset, scale, dtype in (
        (0.0, 60.0, torch.float64),
        (5e3, 1.0, torch.float64),
        (-5e3, 1.0, torch.float64),
        (rows, 1.0, torch.float64),
        (300.0, 1.0, torch.float32),
    ):
        q, k, v = inputs(student, sizes, scale, dtype)
        k[..., 0] = 2.0  # as sqrt(d_k) is 2, the first column of Q is the offset of the scores
        q[..., 0:1] = signs * torch.as_tensor(offset, dtype=dtype)
        expect_close(
            student.call(FUNCTION, q, k, v),
            oracle.attention(q.double(), k.double(), v.double()),
            name="O",
            against=AGAINST,
            tolerance=1e-3 if dtype == torch.float32 else 1e-9,
            axes=AXES,
            hint="print the largest number that goes into exp: 0 in each row, and nothing clipped",
        )


@hidden_test(task="attention", points=3, needs=[VALUES], limit=4.0)
def gradients_reach_queries_keys_and_values(student: Student) -> None:
    """Gradients of Q, K and V for a random cotangent, with small and with large scores.

    Where a score is a thousand below the largest its weight is 0, and so is its gradient.
    """
    for sizes, scale in (
        ((2, 3, 5, 4, 6), 1.0),
        ((1, 4, 3, 2, 5), 30.0),
        ((2, 5, 5, 3, 2), 3000.0),
        ((2, 3, 1, 2, 4), 1.0),
    ):
        expect_vjp(
            student,
            FUNCTION,
            inputs(student, sizes, scale),
            oracle.attention,
            names=NAMES,
            name="O",
            against=AGAINST,
            floor=scale / 100,  # rows of a single weight have dK = 0, but for rounding times Q
        )


@hidden_test(task="attention", points=1, needs=[VALUES], limit=4.0)
def inputs_and_dtype_are_kept(student: Student) -> None:
    """Q, K and V hold the same bytes afterwards, and O has their dtype."""
    for dtype in (torch.float32, torch.float64):
        given = inputs(student, (2, 3, 4, 5, 2), dtype=dtype)
        kept = [student.put(tensor) for tensor in given]
        expect_dtype(student.call(FUNCTION, *kept), dtype, name="O")
        for name, remote, tensor in zip(NAMES, kept, given, strict=True):
            expect_same(remote.get(), tensor, name=name, hint="write Q / c, not Q /= c")
