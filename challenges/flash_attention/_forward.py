"""Hidden tests of the task forward: values, masks and tiles.

They take O alone: the cache belongs to the backward.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from judge.testing import (
    Student,
    expect_close,
    hidden_test,
    poison,
)

from . import oracle
from ._cases import (
    AXES,
    FORWARD,
    FORWARD_VALUES,
    FULL,
    RESCALE,
    TOLERANCE,
    along,
    as_float32,
    check_output,
    check_output_rows,
    checked_output,
    draw,
    offset,
    shapes,
    spread,
)
from .oracle import Inputs


@hidden_test(task="forward", points=4, aspect="shapes", visibility="public")
def output_equals_full_softmax_attention(student: Student) -> None:
    """O equals softmax(Q K^T / sqrt(D)) V, causal, at (1, 1, 256, 64) with tile_size=64."""
    case = draw(student.rng, (1, 1, 256, 64), 64)
    check_output(student, case, hint="compare a small O with the debug cell, N = 8, tile_size = 4")


@hidden_test(task="forward", points=3, aspect="shapes")
def heads_and_batches_stay_apart(student: Student) -> None:
    """Each head of each sequence is a problem of its own: B = 2, H = 3, causal and not."""
    case = draw(student.rng, (2, 3, 100, 16), 16)
    hint = "print what a loop over b and h reads and writes, or the axes of each sum and product"
    check_output(student, case, hint=hint)
    check_output(student, case.full(), hint=hint)


@hidden_test(task="forward", points=4, aspect="shapes")
def every_shape_and_tile_size_works(student: Student) -> None:
    """Any B, H, N, D and tile_size from 1 on, N no multiple of the tile, a tile longer than N."""
    for case in shapes(student.rng):
        check_output(
            student, case, hint="print the start and the length of every tile, q and k apart"
        )


@hidden_test(task="forward", points=2, aspect="values at length", limit=5.0)
def long_sequences_keep_their_values(student: Student) -> None:
    """O is still right after 75 tiles and more, at an N between 1500 and 2048."""
    n = int(student.rng.integers(1500, 2049))
    case = draw(student.rng, (1, 2, n, 24), 20)
    check_output_rows(student, case, student.call(FORWARD, *case.qkv, take="O", **case.options))


# --- running maximum ------------------------------------------------------------------------------


@hidden_test(task="forward", points=3, aspect="running maximum")
def running_sums_follow_a_growing_maximum(student: Student) -> None:
    """O stays right when a row's maximum grows over many tiles, sits in the last, or shrinks.

    It does so by a few units, and by thousands.
    """
    case = draw(student.rng, (2, 3, 100, 16), 16)
    rising = np.linspace(0, 12, case.n)
    last = np.where(np.arange(case.n) >= 96, 8.0, 0.0)
    check_output(student, along(case, 1.0, rising), hint=RESCALE)
    check_output(student, along(case, 1.0, last).full(), hint=RESCALE)
    check_output(student, along(case, 1.0, -rising), hint=RESCALE)
    for steep in (1000 * rising, -1000 * rising):  # hidden scores of a tile differ as well
        check_output(student, along(case, 1.0, steep), hint=RESCALE)


@hidden_test(task="forward", points=2, aspect="running maximum")
def each_row_keeps_its_own_maximum(student: Student) -> None:
    """O is right when the scores of rows, heads and sequences side by side differ by thousands."""
    case = draw(student.rng, (2, 2, 40, 12), 8)
    heights = student.rng.permuted(np.tile(np.linspace(-3000, 3000, case.n), (2, 2, 1)), axis=2)
    steps = 1 + student.rng.standard_normal(case.n) / 1000
    hint = "print the shape of m: it needs one number for each row of the tile"
    check_output(student, along(case, heights, steps), hint=hint)


@hidden_test(task="forward", points=2, aspect="running maximum")
def sharp_softmax_over_many_small_tiles(student: Student) -> None:
    """O is right over forty tiles of 3 keys when a few keys take most of the weight."""
    case = draw(student.rng, (1, 2, 119, 8), 3)
    sharp = replace(case, x=Inputs(4 * case.x.q, case.x.k, case.x.v))
    check_output(student, sharp, hint=RESCALE)


# --- stability ------------------------------------------------------------------------------------


@hidden_test(task="forward", points=2, aspect="stability")
def large_offsets_stay_finite(student: Student) -> None:
    """Scores near +20000 or -20000 leave O right: within 1e-4, in float32 within 5e-2."""
    case = draw(student.rng, (1, 2, 50, 12), 16)
    hint = "print m before exp: the exponent s - m must never be positive, and m must start at -inf"
    for scores in (2e4, -2e4):
        moved = offset(case, scores)
        check_output(student, moved, hint=hint)
        check_output(student, as_float32(moved), tolerance=5e-2, hint=hint)
    check_output(student, offset(case, -2e4).full(), hint=hint)


@hidden_test(task="forward", points=2, aspect="stability")
def wide_spreads_stay_exact(student: Student) -> None:
    """Scores of a row spread over 60, or over 10000, leave O right, in float64 and in float32."""
    case = draw(student.rng, (1, 2, 61, 9), 16)
    hint = "print S.max() - S.min() for a row, and look for clipping or a small constant added"
    for width, tolerance in ((60, TOLERANCE), (-60, TOLERANCE), (1e4, 5e-2)):
        wide = spread(case, student.rng, abs(width))
        signed = replace(wide, x=Inputs(np.sign(width) * wide.x.q, wide.x.k, wide.x.v))
        check_output(student, signed, hint=hint)
        check_output(student, as_float32(signed), tolerance=tolerance, hint=hint)


@hidden_test(task="forward", points=1, aspect="stability", needs=[FORWARD_VALUES])
def float64_is_really_used(student: Student) -> None:
    """With float64 inputs O is right to 1e-9: nothing is float32, cut off or left out."""
    case = draw(student.rng, (1, 2, 70, 12), 16)
    hint = "print the dtype of S, m, l, acc and O"
    check_output(student, case, tolerance=1e-9, dtype=np.float64, hint=hint)
    check_output(student, case.full(), tolerance=1e-9, dtype=np.float64, hint=hint)
    hint = "small weights count as well: no exponent is cut off, and no visible tile is skipped"
    falling = along(case, 1.0, np.linspace(0, -40, case.n))
    for one in (falling, spread(case, student.rng, 60)):
        check_output(student, one, tolerance=1e-9, dtype=np.float64, hint=hint)


# --- masking --------------------------------------------------------------------------------------


@hidden_test(task="forward", points=2, aspect="masking", needs=[FORWARD_VALUES])
def causal_rows_ignore_later_keys(student: Student) -> None:
    """The rows of O before a position stay the same when keys and values from there change."""
    case = draw(student.rng, (1, 2, 60, 10), 16)
    cut = int(student.rng.integers(5, 55))
    k, v = case.x.k.copy(), case.x.v.copy()
    k[:, :, cut:] *= -20
    v[:, :, cut:] += 20
    first = checked_output(student, case)
    second = checked_output(student, replace(case, x=Inputs(case.x.q, k, v)))
    expect_close(
        second[:, :, :cut],
        first[:, :, :cut],
        name=f"O[:, :, :{cut}]",
        against=f"the same rows before keys and values from {cut} on were changed",
        tolerance=1e-6,
        axes=AXES,
        tile=case.tile,
        hint="print which keys the tile on the diagonal hides, in positions of the whole sequence",
    )


@hidden_test(task="forward", points=2, aspect="masking")
def mask_is_exact_at_the_diagonal(student: Student) -> None:
    """Key i is visible to query i and key i + 1 is not. V is the identity here, so O shows P."""
    for tile in (1, 6, 20, 32):
        case = draw(student.rng, (1, 1, 20, 20), tile)
        case = replace(case, x=Inputs(case.x.q, case.x.k, np.eye(20)[None, None]))
        check_output(
            student,
            case,
            hint="O[0, 0, i, j] is the weight of key j for query i: print O[0, 0, :3, :4]",
        )


@hidden_test(task="forward", points=2, aspect="masking")
def full_attention_sees_every_key(student: Student) -> None:
    """With causal=False every query sees every key, also in tiles above the diagonal."""
    for tile in (7, 16, 64):
        case = draw(student.rng, (1, 2, 50, 12), tile).full()
        check_output(
            student, case, hint="print where the inner loop ends, and when the mask is applied"
        )


@hidden_test(task="forward", points=1, aspect="masking")
def causal_is_the_default(student: Student) -> None:
    """Without causal the mask is on; arguments may be given by name or by position."""
    case = draw(student.rng, (1, 2, 30, 6), 8)
    q, k, v = case.qkv
    calls = (
        (student.call(FORWARD, q, k, v, 8, take="O"), True),
        (student.call(FORWARD, tile_size=8, V=v, K=k, Q=q, take="O"), True),
        (student.call(FORWARD, q, k, v, 8, False, take="O"), False),
    )
    for got, causal in calls:
        expect_close(
            got,
            oracle.output(case.x, causal),
            name="O",
            against=f"{FULL}, {'causal' if causal else 'not causal'}",
            axes=AXES,
            tile=case.tile,
            hint="compare your def with flash_attention_fwd(Q, K, V, tile_size, causal=True)",
        )


# --- tiling ---------------------------------------------------------------------------------------


@hidden_test(task="forward", points=3, aspect="tiling", needs=[FORWARD_VALUES])
def tiles_above_the_diagonal_are_skipped(student: Student) -> None:
    """With NaN in K and V from a tile border on, the rows of O before it are right.

    A tile that is computed and masked afterwards brings the NaN in: 0 * NaN is NaN.
    """
    for n, tile, border in ((64, 16, 16), (50, 8, 40), (45, 24, 24), (9, 3, 6), (7, 1, 1)):
        case = draw(student.rng, (1, 2, n, 6), tile)
        after = slice(border, None)
        k, v = poison(case.x.k, after), poison(case.x.v, after)
        got = checked_output(student, replace(case, x=Inputs(case.x.q, k, v)))
        expect_close(
            got[:, :, :border],
            oracle.output(case.x, causal=True)[:, :, :border],
            name=f"O[:, :, :{border}]",
            against=f"{FULL}; K and V are NaN from {border} on",
            axes=AXES,
            tile=tile,
            hint="print i and j of every tile that is computed: none may have j > i",
        )


@hidden_test(task="forward", points=2, aspect="tiling", needs=[FORWARD_VALUES])
def tile_size_changes_nothing(student: Student) -> None:
    """O is the same for every tile_size, causal or not, from 1 to more than N."""
    case = draw(student.rng, (1, 2, 29, 7), 29)
    for causal in (True, False):
        whole = checked_output(student, replace(case, causal=causal))
        for tile in (1, 2, 7, 16, 28, 100):
            cut = replace(case, tile=tile, causal=causal)
            expect_close(
                checked_output(student, cut),
                whole,
                name="O",
                against=f"your own O with tile_size={case.n}",
                axes=AXES,
                tile=tile,
                hint=f"take N = 2, tile_size = 1 and 2; {RESCALE}",
            )
