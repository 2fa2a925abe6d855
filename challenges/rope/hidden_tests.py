"""The hidden tests of rotary embedding: values, relative scores, gradients, and long inputs."""

from __future__ import annotations

import torch

from judge.testing import (
    Student,
    expect_close,
    expect_dtype,
    expect_same,
    expect_shape,
    expect_type,
    hidden_test,
)
from judge.testing.autograd import expect_vjp, normal

from . import oracle

QUERIES = "queries_are_turned_by_their_angles"
AGAINST = "the rotation by complex numbers"
AXES = ("b", "position", "component")
ROUNDED = 2e-5  # what angles in float32 may cost up to position 40
PAIRS_HINT = "print cos and sin of position 1, and which two components of x they meet"


def drawn(
    student: Student, *shape: int, dtype: torch.dtype = torch.float32
) -> tuple[torch.Tensor, torch.Tensor]:
    """A query and a key of this shape."""
    return normal(student.rng, *shape, dtype=dtype), normal(student.rng, *shape, dtype=dtype)


@hidden_test(task="rope", points=3, limit=4.0)
def queries_are_turned_by_their_angles(student: Student) -> None:
    """q_rot for 2 to 16 components and up to 130 positions; 7 positions with 6 and with 10."""
    for shape in ((2, 3, 2), (3, 7, 6), (2, 7, 10), (1, 40, 16), (1, 130, 6)):
        q, k = drawn(student, *shape)
        expect_close(
            student.call("apply_rope", q, k, take="q_rot"),
            oracle.turned(q.double()),
            name="q_rot",
            against=AGAINST,
            tolerance=ROUNDED * max(1, shape[1] / 40),  # the rounding of an angle grows with it
            axes=AXES,
            hint=PAIRS_HINT,
        )


@hidden_test(task="rope", points=2, limit=4.0)
def keys_are_turned_like_queries(student: Student) -> None:
    """k_rot, with both arguments by keyword."""
    for shape in ((1, 15, 6), (2, 9, 10)):
        q, k = drawn(student, *shape)
        expect_close(
            student.call("apply_rope", q=q, k=k, take="k_rot"),
            oracle.turned(k.double()),
            name="k_rot",
            against=AGAINST,
            tolerance=ROUNDED,
            axes=AXES,
            hint=PAIRS_HINT,
        )


@hidden_test(task="rope", points=1, needs=[QUERIES], limit=4.0)
def position_zero_stays_as_it_is(student: Student) -> None:
    """The first position has the angle 0, alone and before others."""
    for shape in ((3, 1, 6), (2, 4, 8)):
        given = drawn(student, *shape)
        for name, x in zip(("q_rot", "k_rot"), given, strict=True):
            got = student.call("apply_rope", *given, take=name)
            expect_type(got, torch.Tensor, name=name)
            expect_shape(got, shape, name=name)
            first = f"{name} at position 0"
            hint = "positions are 0 to S - 1"
            expect_close(
                got[:, 0], x[:, 0].double(), name=first, against="x", tolerance=1e-6, hint=hint
            )


@hidden_test(task="rope", points=1, needs=[QUERIES], limit=4.0)
def scores_depend_on_the_distance_only(student: Student) -> None:
    """One query and one key at all positions: the scores are equal along each diagonal."""
    q, k = (x.expand(1, 12, 8).contiguous() for x in drawn(student, 1, 1, 8))
    found = [student.call("apply_rope", q, k, take=name) for name in ("q_rot", "k_rot")]
    for got, name in zip(found, ("q_rot", "k_rot"), strict=True):
        expect_type(got, torch.Tensor, name=name)
        expect_shape(got, (1, 12, 8), name=name)
    scores = found[0][0].double() @ found[1][0].double().T
    expect_close(
        scores[1:, 1:],
        scores[:-1, :-1],
        name="the scores q_rot k_rot^T",
        against="those one position before",
        tolerance=1e-4,
        axes=("query", "key"),
        hint="q and k are turned in the same direction, by the same angles",
    )


@hidden_test(task="rope", points=2, needs=[QUERIES], limit=4.0)
def gradients_turn_back(student: Student) -> None:
    """Gradients of q and of k for random cotangents."""
    for place, name in enumerate(("q_rot", "k_rot")):

        def part(q: torch.Tensor, k: torch.Tensor, *, take: str, at: int = place) -> torch.Tensor:
            return oracle.apply_rope(q, k)[at]

        expect_vjp(
            student,
            "apply_rope",
            drawn(student, 2, 11, 6),
            part,
            names=["q", "k"],
            name=name,
            tolerance=ROUNDED,
            take=name,
        )


@hidden_test(task="rope", points=1, needs=[QUERIES], limit=4.0)
def arguments_and_their_dtype_are_kept(student: Student) -> None:
    """q and k hold the same bytes afterwards, and results have their dtype."""
    for dtype in (torch.float64, torch.float32):  # a table kept in float64 would show
        given = drawn(student, 2, 5, 4, dtype=dtype)
        kept = [student.put(x) for x in given]
        for name in ("q_rot", "k_rot"):
            expect_dtype(student.call("apply_rope", *kept, take=name), dtype, name=name)
        for name, remote, x in zip("qk", kept, given, strict=True):
            expect_same(remote.get(), x, name=name, hint="x[..., 0::2] = ... writes into x")


@hidden_test(task="rope", group="strict", limit=4.0)
def long_sequences_are_exact_in_float64(student: Student) -> None:
    """2000 positions of float64 numbers, to nine digits."""
    q, k = drawn(student, 1, 2000, 6, dtype=torch.float64)
    expect_close(
        student.call("apply_rope", q, k, take="q_rot"),
        oracle.turned(q),
        name="q_rot",
        against=AGAINST,
        tolerance=1e-9,
        axes=AXES,
        hint="torch.arange(..., dtype=torch.float64), for positions and for speeds",
    )


@hidden_test(task="rope", group="strict", limit=4.0)
def keys_may_be_longer_than_queries(student: Student) -> None:
    """Seven queries and ten keys: both count their positions from 0."""
    q, k = normal(student.rng, 2, 7, 4), normal(student.rng, 2, 10, 4)
    for name, x in (("q_rot", q), ("k_rot", k)):
        got = student.call("apply_rope", q, k, take=name)
        hint = "the table of angles has as many rows as the tensor it is used for"
        expect_close(
            got, oracle.turned(x), name=name, against=AGAINST, tolerance=ROUNDED, hint=hint
        )


@hidden_test(task="rope", group="strict", limit=4.0)
def any_leading_axes_are_accepted(student: Student) -> None:
    """Shapes (S, D) and (B, H, S, D)."""
    for shape in ((5, 6), (2, 3, 7, 4)):
        given = drawn(student, *shape)
        for name, x in zip(("q_rot", "k_rot"), given, strict=True):
            got = student.call("apply_rope", *given, take=name)
            hint = "take S and D from the end: x.shape[-2], x.shape[-1]"
            want = oracle.turned(x.double())
            expect_close(got, want, name=name, against=AGAINST, tolerance=ROUNDED, hint=hint)
