"""The hidden tests of flash attention in torch: values, the running maximum, gradients, size."""

from __future__ import annotations

import torch

from judge.testing import (
    Student,
    expect,
    expect_close,
    expect_dtype,
    expect_no_larger_tensor,
    expect_same,
    hidden_test,
)
from judge.testing.autograd import expect_vjp, normal

from . import oracle

VALUES = "output_equals_full_attention"
AGAINST = "softmax(Q K^T / sqrt(D)) V"
NAMES = ("Q", "K", "V")
AXES = ("b", "row", "col")


def inputs(
    student: Student,
    sizes: tuple[int, int, int],
    scale: float = 1.0,
    dtype: torch.dtype = torch.float64,
) -> list[torch.Tensor]:
    """Q, K and V of the shape (B, S, D); Q has this standard deviation."""
    scales = (scale, 1.0, 1.0)
    return [normal(student.rng, *sizes, scale=std, dtype=dtype) for std in scales]


def with_scores(given: list[torch.Tensor], queries: torch.Tensor, keys: torch.Tensor) -> None:
    """Add the products of these columns to the scores, in place; D has to be 4."""
    given[0][..., 0] = 2.0 * queries
    given[1][..., 0] = keys


def expect_output(
    student: Student,
    given: list[torch.Tensor],
    block: int | None,
    *,
    tolerance: float = 1e-9,
    hint: str | None = None,
) -> None:
    """The output for this block_size, by keyword, or for the default one."""
    options = {} if block is None else {"block_size": block}
    expect_close(
        student.call("flash_attention", *given, **options),
        oracle.attention(*(tensor.double() for tensor in given)),
        name="O",
        against=AGAINST,
        tolerance=tolerance,
        axes=AXES,
        tile=block or 32,
        hint=hint,
    )


@hidden_test(task="flash_attention", points=4, limit=4.0)
def output_equals_full_attention(student: Student) -> None:
    """S a multiple of block_size, several heads of the batch, by position and by keyword."""
    for sizes, block in (((2, 12, 5), 4), ((3, 6, 2), 3), ((1, 10, 3), 1), ((2, 8, 1), 8)):
        given = inputs(student, sizes, scale=2.0)
        expect_output(student, given, block, hint="compare with one block, block_size = S")
    q, k, v = inputs(student, (2, 9, 4))
    expect_close(
        student.call("flash_attention", q, k, v, 3),
        oracle.attention(q, k, v),
        name="O",
        against=AGAINST,
        tolerance=1e-9,
        axes=AXES,
        tile=3,
    )


@hidden_test(task="flash_attention", points=2, limit=4.0)
def any_length_fits_any_block(student: Student) -> None:
    """S = 1, 7 and 12, blocks that leave a rest or are larger than S, and the default of 32."""
    cases = ((1, 4), (7, 3), (12, 5), (6, 32), (1, 1), (7, 6), (37, None), (5, None))
    for length, block in cases:
        given = inputs(student, (2, length, 3))
        expect_output(student, given, block, hint="the last block is shorter: use what is there")


@hidden_test(task="flash_attention", points=3, limit=4.0)
def sums_follow_the_running_maximum(student: Student) -> None:
    """The largest score grows from block to block, falls, or stands in the last block."""
    length = 13
    steps = torch.linspace(-1.0, 1.0, length, dtype=torch.float64)
    last = (steps == 1.0).double()
    ones = torch.ones(length, dtype=torch.float64)
    for queries, keys in (
        (ones, 8.0 * steps),  # by a little more than 1 from key to key
        (ones, 3000.0 * steps),
        (ones, -3000.0 * steps),
        (ones, 15.0 * last),
        (3000.0 * steps, steps),  # it grows for some rows of a block and falls for others
    ):
        for block in (2, 5):
            given = inputs(student, (2, length, 4))
            with_scores(given, queries, keys)
            hint = "print m, m_new and exp(m - m_new) of one row; l and acc both take that factor"
            expect_output(student, given, block, hint=hint)


@hidden_test(task="flash_attention", points=2, limit=4.0)
def large_scores_stay_exact(student: Student) -> None:
    """All scores near 20000 or -20000, rows far apart, a spread of 60, and float32 near -300.

    What is large in one element of the batch is small in the other.
    """
    length = 10
    signs = torch.tensor([[1.0], [-1.0]])
    ones = torch.ones(length, dtype=torch.float64)
    rows = torch.linspace(-2e4, 2e4, length, dtype=torch.float64)
    for queries, scale, dtype in (
        (2e4 * ones, 1.0, torch.float64),
        (-2e4 * ones, 1.0, torch.float64),
        (rows, 1.0, torch.float64),
        (0.0 * ones, 60.0, torch.float64),
        (-300.0 * ones, 1.0, torch.float32),
    ):
        given = inputs(student, (2, length, 4), scale, dtype)
        with_scores(given, signs * queries.to(dtype), ones.to(dtype))
        limit = 1e-3 if dtype == torch.float32 else 1e-9
        hint = "m starts at -inf, each row has its own, and nothing is clipped or added to l"
        expect_output(student, given, 4, tolerance=limit, hint=hint)


@hidden_test(task="flash_attention", points=4, needs=[VALUES], limit=4.0)
def gradients_equal_those_of_full_attention(student: Student) -> None:
    """Gradients of Q, K and V for a random cotangent, with short blocks and a growing maximum.

    Where it grows by thousands most weights are 0, and so are their gradients.
    """
    for sizes, block, growth in (
        ((2, 11, 5), 4, 0.0),
        ((1, 9, 4), 2, 4.0),
        ((1, 9, 4), 2, 3000.0),
        ((2, 7, 3), 32, 0.0),
    ):
        given = inputs(student, sizes)
        if growth:
            steps = torch.linspace(-1.0, 1.0, sizes[1], dtype=torch.float64)
            with_scores(given, torch.ones_like(steps), growth * steps)
        expect_vjp(
            student,
            "flash_attention",
            given,
            oracle.attention,
            names=NAMES,
            name="O",
            against=AGAINST,
            floor=max(1.0, growth) / 100,  # where dQ is 0, rounding times K is left of it
            block_size=block,
        )


@hidden_test(task="flash_attention", points=2, needs=[VALUES], limit=10.0)
def the_whole_scores_are_never_made(student: Student) -> None:
    """At S = 512, D = 3 and block_size = 16 no tensor is larger than three times Q."""
    length, width = 512, 3
    given = inputs(student, (1, length, width), dtype=torch.float32)
    run = student.measure("flash_attention", *given, block_size=16)
    expect_close(
        run.value,
        oracle.attention(*(tensor.double() for tensor in given)),
        name="O",
        against=AGAINST,
        tolerance=1e-5,
        axes=AXES,
        tile=16,
    )
    hint = "a loop over blocks of keys inside the loop over blocks of queries"
    expect_no_larger_tensor(run, 3 * length * width, hint=hint)


@hidden_test(task="flash_attention", points=1, needs=[VALUES], limit=4.0)
def small_blocks_are_small(student: Student) -> None:
    """At S = 64, D = 1 and block_size = 4 no tensor is larger than three times Q."""
    given = inputs(student, (1, 64, 1))
    run = student.measure("flash_attention", *given, block_size=4)
    hint = "block_size counts rows of Q, and of K and V: no other number belongs in the loops"
    expect_no_larger_tensor(run, 3 * 64, hint=hint)


@hidden_test(task="flash_attention", points=1, needs=[VALUES], limit=4.0)
def large_blocks_are_large(student: Student) -> None:
    """At S = 200, D = 1 and block_size = 80 a tile has 80 x 80 scores, and none has more."""
    block = 80
    given = inputs(student, (1, 200, 1))
    run = student.measure("flash_attention", *given, block_size=block)
    hint = "block_size counts rows of Q, and of K and V: no other number belongs in the loops"
    expect(
        run.largest >= block * block,
        expected=f"tiles of {block} x {block} scores for block_size={block}",
        got=f"no tensor of more than {run.largest} elements",
        hint=hint,
    )
    expect_no_larger_tensor(run, 3 * block * block, hint=hint)


@hidden_test(task="flash_attention", points=1, needs=[VALUES], limit=4.0)
def inputs_and_dtype_are_kept(student: Student) -> None:
    """Q, K and V hold the same bytes afterwards, and O has their dtype."""
    for dtype in (torch.float32, torch.float64):
        given = inputs(student, (2, 7, 5), dtype=dtype)
        kept = [student.put(tensor) for tensor in given]
        got = student.call("flash_attention", *kept, block_size=3)
        expect_dtype(got, dtype, name="O", hint="torch.zeros makes float32 unless told otherwise")
        for name, remote, tensor in zip(NAMES, kept, given, strict=True):
            expect_same(remote.get(), tensor, name=name, hint="a slice of Q is Q: q /= c changes Q")


@hidden_test(task="flash_attention", group="strict", points=0, limit=4.0)
def values_may_have_another_width(student: Student) -> None:
    """V is wider and narrower than Q and K: O has the width of V."""
    for width, columns in ((3, 5), (4, 1)):
        given = inputs(student, (2, 7, width))
        given[2] = normal(student.rng, 2, 7, columns)
        expect_output(student, given, 3, hint="acc and O take their last axis from V")


@hidden_test(task="flash_attention", group="strict", points=0, needs=[VALUES], limit=4.0)
def memory_layout_does_not_matter(student: Student) -> None:
    """Q, K and V may be transposed or strided views."""
    given = inputs(student, (2, 9, 4))
    for layout in ("transposed", "strided"):
        kept = [student.put(tensor, layout=layout) for tensor in given]
        expect_close(
            student.call("flash_attention", *kept, block_size=4),
            oracle.attention(*given),
            name="O",
            against=f"{AGAINST}; the inputs are {layout} in memory",
            tolerance=1e-9,
            axes=AXES,
            tile=4,
            hint="view and as_strided ask for elements in order; reshape does not",
        )


@hidden_test(task="flash_attention", group="strict", points=0, limit=4.0)
def bfloat16_is_summed_in_float32(student: Student) -> None:
    """bfloat16 inputs: O is bfloat16, and within 0.008 of the largest of it over many blocks."""
    given = inputs(student, (1, 64, 4), scale=0.3, dtype=torch.bfloat16)
    given[2] += 1.0  # what is lost of a sum of unequal signs is luck
    got = student.call("flash_attention", *given, block_size=4)
    expect_dtype(got, torch.bfloat16, name="O")
    expect_close(
        got,
        oracle.attention(*(tensor.double() for tensor in given)),
        name="O",
        against="attention in float64",
        tolerance=8e-3,
        axes=AXES,
        tile=4,
        hint="turn the blocks into float32 for the scores, and keep m, l and acc in it",
    )
