"""Hidden tests of the task backward: gradients, masks and tiles.

Most of them hand the backward the oracle's cache, so that a wrong forward costs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from judge.testing import (
    Student,
    central_differences,
    expect_close,
    expect_finite,
    expect_gradient,
    expect_same,
    expect_shape,
    hidden_test,
    poison,
)

from . import oracle
from ._cases import (
    AXES,
    BACKWARD,
    BACKWARD_VALUES,
    FORWARD,
    FORWARD_VALUES,
    FULL,
    NAIVE,
    Case,
    along,
    as_float32,
    backward,
    check_gradient_rows,
    check_gradients,
    compare_gradients,
    draw,
    natural_size,
    offset,
    sampled_rows,
    shapes,
    spread,
    three,
)
from .oracle import Array

STEADY = 1e-8  # error of O between the points of a difference; a step of 1e-4 moves it by 1e-5


@hidden_test(task="backward", points=4, aspect="backward alone", visibility="public")
def gradients_equal_the_naive_backward(student: Student) -> None:
    """On the judge's cache dQ, dK and dV equal the naive backward's, at (2, 4, 256, 64), causal."""
    case = draw(student.rng, (2, 4, 256, 64), 64)
    hint = "take dV first, then dK, then dQ; delta is a sum over the whole row: sum(dO * O)"
    check_gradients(student, case, hint=hint)


@hidden_test(task="backward", points=2, aspect="backward alone", needs=[FORWARD_VALUES])
def own_cache_gives_the_same_gradients(student: Student) -> None:
    """On your own cache the gradients are right as well, even after another forward."""
    one, two = (draw(student.rng, (1, 2, 45, 7), 8) for _ in range(2))
    first = student.keep(FORWARD, *one.qkv, **one.options)
    second = student.keep(FORWARD, *two.qkv, **two.options)
    for case, result in ((one, first), (two, second)):
        compare_gradients(
            backward(student, case, result.part("cache")),
            case,
            hint="compare L and O of your cache with the debug cell; no array may serve two calls",
        )


@hidden_test(task="backward", points=2, aspect="backward alone", needs=[BACKWARD_VALUES])
def backward_runs_twice_on_one_cache(student: Student) -> None:
    """A second backward on one cache, with another dO, is right; the first result stays."""
    case = draw(student.rng, (1, 2, 45, 7), 8)
    cache = student.put(oracle.cache(case.x, case.causal))
    hint = "look for in-place operations on the cache, and for arrays kept between calls"
    first = student.keep(BACKWARD, case.do, cache, **case.options)
    before = three(first.get())
    compare_gradients(before, case, hint=hint)
    other = replace(case, do=student.rng.standard_normal(case.do.shape))
    compare_gradients(backward(student, other, cache), other, hint=hint)
    for name, old, new in zip(("dQ", "dK", "dV"), before, three(first.get()), strict=True):
        expect_same(new, old, name=name, by="the second backward", hint=hint)


@hidden_test(task="backward", points=3, aspect="shapes")
def heads_and_batches_keep_their_gradients(student: Student) -> None:
    """Each head of each sequence has gradients of its own: B = 2, H = 3, causal and not."""
    case = draw(student.rng, (2, 3, 100, 16), 16)
    hint = "print what a loop over b and h reads and writes, or the axes of each sum and product"
    check_gradients(student, case, hint=hint)
    check_gradients(student, case.full(), hint=hint)


@hidden_test(task="backward", points=4, aspect="shapes")
def gradients_work_at_every_shape_and_tile_size(student: Student) -> None:
    """Any B, H, N, D and tile_size from 1 on, N no multiple of the tile, a tile longer than N."""
    for case in shapes(student.rng):
        hint = "print the start and the length of every tile, queries and keys apart"
        check_gradients(student, case, hint=hint)


@hidden_test(task="backward", points=2, aspect="values at length", limit=5.0)
def long_sequences_keep_their_gradients(student: Student) -> None:
    """The gradients are still right after 75 tiles and more, at an N between 1500 and 2048."""
    n = int(student.rng.integers(1500, 2049))
    case = draw(student.rng, (1, 1, n, 24), 20)
    rows = sampled_rows(student.rng, case)
    cache, want = oracle.gradient_rows(case.x, case.do, rows, case.causal)
    check_gradient_rows(backward(student, case, cache), case, rows, want)


# --- stability ------------------------------------------------------------------------------------


@hidden_test(task="backward", points=2, aspect="stability")
def gradients_stay_exact_with_sharp_rows(student: Student) -> None:
    """Sharp rows, scores near 20000 and huge hidden ones: right in float64, finite in float32."""
    case = draw(student.rng, (1, 2, 50, 9), 16)
    hint = (
        "print S - L where key <= query: never above 0. Hidden scores may be huge: mask before exp"
    )
    sharp = [offset(case, scores) for scores in (2e4, -2e4)]
    sharp += [spread(case, student.rng, width) for width in (60, 1e4)]
    sharp += [along(case, 1.0, np.linspace(0, 3000, case.n))]
    for one in sharp:
        check_gradients(student, one, hint=hint)
        small = as_float32(one)
        got = backward(student, small, oracle.cache(small.x, small.causal))
        for name, gradient in zip(("dQ", "dK", "dV"), got, strict=True):
            expect_finite(gradient, name=f"{name} in float32", axes=AXES, tile=one.tile, hint=hint)


@hidden_test(task="backward", points=1, aspect="stability", needs=[BACKWARD_VALUES])
def float64_gradients_are_really_float64(student: Student) -> None:
    """With float64 inputs the gradients are right to 1e-9: nothing is float32 or left out."""
    case = draw(student.rng, (1, 2, 70, 12), 16)
    hint = "print the dtype of P, dP, dS and of the arrays that are added to"
    check_gradients(student, case, tolerance=1e-9, dtype=np.float64, hint=hint)
    check_gradients(student, case.full(), tolerance=1e-9, dtype=np.float64, hint=hint)
    hint = "small weights count as well: nothing is cut off, rounded to 0 or skipped"
    wide = spread(case, student.rng, 60)
    check_gradients(student, wide, tolerance=1e-9, dtype=np.float64, hint=hint)


# --- masking --------------------------------------------------------------------------------------


@hidden_test(task="backward", points=3, aspect="masking")
def full_attention_has_gradients_everywhere(student: Student) -> None:
    """With causal=False every tile adds to the gradients, those above the diagonal too."""
    for tile in (7, 16, 64):
        case = draw(student.rng, (1, 2, 50, 12), tile).full()
        hint = "print where the inner loop starts and ends, and when the mask is applied"
        check_gradients(student, case, hint=hint)


@hidden_test(task="backward", points=1, aspect="masking")
def causal_is_the_backward_default(student: Student) -> None:
    """Without causal the mask is on; arguments may be given by name or by position."""
    case = draw(student.rng, (1, 2, 30, 6), 8)
    masked, full = (oracle.cache(case.x, causal) for causal in (True, False))
    hint = "compare your def with flash_attention_bwd(dO, cache, tile_size, causal=True)"
    calls = (
        (student.call(BACKWARD, case.do, masked, 8), case),
        (student.call(BACKWARD, tile_size=8, cache=masked, dO=case.do), case),
        (student.call(BACKWARD, case.do, full, 8, False), case.full()),
    )
    for got, meant in calls:
        compare_gradients(three(got), meant, hint=hint)


# --- tiling ---------------------------------------------------------------------------------------


@hidden_test(task="backward", points=3, aspect="tiling", needs=[BACKWARD_VALUES])
def backward_skips_tiles_above_the_diagonal(student: Student) -> None:
    """NaN keys leave earlier rows of dQ right, NaN in dO leaves later rows of dK and dV right.

    A tile that is computed and masked afterwards brings the NaN in: 0 * NaN is NaN.
    """
    for n, tile, border in ((64, 16, 16), (50, 8, 40), (45, 24, 24), (9, 3, 6), (7, 1, 1)):
        case = draw(student.rng, (1, 2, n, 6), tile)
        want = oracle.gradients(case.x, case.do, causal=True)
        cache = oracle.cache(case.x, causal=True)
        before, after = slice(None, border), slice(border, None)
        keys = {**cache, "K": poison(case.x.k, after), "V": poison(case.x.v, after)}
        dq, _, _ = backward(student, case, keys)
        _check_part(dq, want.dq, before, case, f"dQ[:, :, :{border}]")
        _, dk, dv = backward(student, replace(case, do=poison(case.do, before)), cache)
        _check_part(dk, want.dk, after, case, f"dK[:, :, {border}:]")
        _check_part(dv, want.dv, after, case, f"dV[:, :, {border}:]")


@hidden_test(task="backward", points=2, aspect="tiling", needs=[BACKWARD_VALUES])
def tile_size_changes_no_gradient(student: Student) -> None:
    """The gradients are the same for every tile_size, causal or not, from 1 to more than N."""
    case = draw(student.rng, (1, 2, 29, 7), 29)
    for causal in (True, False):
        masked = replace(case, causal=causal)
        cache = oracle.cache(case.x, causal)
        whole = backward(student, masked, cache)
        for tile in (1, 3, 16, 28, 60):
            got = backward(student, replace(masked, tile=tile), cache)
            for name, mine, first in zip(("dQ", "dK", "dV"), got, whole, strict=True):
                expect_shape(first, case.do.shape, name=name)
                against = f"your own {name} with tile_size={case.n}"
                hint = "take N = 2, tile_size = 1 and 2, and look which term is added how often"
                expect_close(
                    mine, first, name=name, against=against, axes=AXES, tile=tile, hint=hint
                )


# --- gradients through the student's own forward --------------------------------------------------


@hidden_test(task="backward", points=4, aspect="gradients", needs=[FORWARD_VALUES])
def gradients_match_central_differences(student: Student) -> None:
    """Central differences of your own forward give the same gradients, at (1, 1, 64, 32)."""
    case = draw(student.rng, (1, 1, 64, 32), 16)
    dq, dk, dv = _own_gradients(student, case)
    rows = np.eye(case.n)[:, None, None, :, None] * np.ones_like(case.x.v)
    # O is linear in V and its columns are independent: moving a whole row of V at once gives, in
    # each column, the derivative by the element of that column.
    slopes = central_differences(_outputs(student, case, "v"), case.x.v, rows, step=1e-4)
    expect_close(
        dv,
        np.stack([(case.do * slope).sum(axis=2) for slope in slopes], axis=2),
        name="dV",
        against="central differences of your own forward",
        tolerance=1e-5,
        floor=natural_size(case)["dV"] / 100,
        axes=AXES,
        tile=case.tile,
        hint="dV += P.T @ dO: with the normalised P, and added up over the query tiles",
    )
    for name, gradient in (("q", dq), ("k", dk)):
        expect_gradient(
            _losses(student, case, name),
            getattr(case.x, name),
            gradient,
            name=f"d{name.upper()} at ten elements",
            sample=10,
            rng=student.rng,
            floor=natural_size(case)[f"d{name.upper()}"] / 100,
            hint="dS = P * (dP - delta), and dQ and dK carry the factor 1 / sqrt(D)",
        )


@hidden_test(task="backward", points=2, aspect="gradients", needs=[FORWARD_VALUES])
def gradients_match_along_random_directions(student: Student) -> None:
    """Along random directions your own forward changes as dQ, dK and dV say, causal or not."""
    for case in (
        draw(student.rng, (2, 2, 23, 7), 5).full(),
        draw(student.rng, (1, 3, 30, 6), 8),
    ):
        for name, gradient in zip("qkv", _own_gradients(student, case), strict=True):
            expect_gradient(
                _losses(student, case, name),
                getattr(case.x, name),
                gradient,
                name=f"d{name.upper()}",
                directions=3,
                rng=student.rng,
                floor=natural_size(case)[f"d{name.upper()}"] / 100,
                hint="compare each gradient with the debug cell at N = 8, tile_size = 4",
            )


# --- parts ----------------------------------------------------------------------------------------


def _own_gradients(student: Student, case: Case) -> tuple[Any, Any, Any]:
    """dQ, dK and dV by the student's own forward and backward, known to have the right shapes."""
    result = student.keep(FORWARD, *case.qkv, **case.options)
    expect_close(result.get("O"), oracle.output(case.x, case.causal), name="O", against=FULL)
    got = backward(student, case, result.part("cache"))
    for name, gradient in zip(("dQ", "dK", "dV"), got, strict=True):
        expect_shape(gradient, case.do.shape, name=name)
        expect_finite(gradient, name=name, axes=AXES, tile=case.tile)
    return got


def _outputs(student: Student, case: Case, name: str) -> Callable[[list[Array]], list[Any]]:
    """O of the student's own forward as a function of one of its inputs, many points at once.

    O has to be right at every point, to far less than a step changes it: a forward that stands
    still would agree with gradients of zero.
    """

    def outputs(points: list[Array]) -> list[Any]:
        moved = [replace(case.x, **{name: point}) for point in points]
        calls = [(x.q, x.k, x.v) for x in moved]
        with student.aside():
            found = student.call_many(FORWARD, calls, take="O", **case.options)
            for out, x in zip(found, moved, strict=True):
                want = oracle.output(x, case.causal)
                expect_close(out, want, name="O", against=FULL, tolerance=STEADY, axes=AXES)
        return found

    return outputs


def _losses(student: Student, case: Case, name: str) -> Callable[[list[Array]], list[float]]:
    """The loss sum(dO * O) as a function of one of the forward's inputs."""
    outputs = _outputs(student, case, name)
    return lambda points: [float((case.do * out).sum()) for out in outputs(points)]


def _check_part(got: Any, want: Array, rows: slice, case: Case, name: str) -> None:
    """Compare the rows of one gradient that no NaN may reach."""
    expect_shape(got, want.shape, name=name[:2])
    expect_close(
        got[:, :, rows],
        want[:, :, rows],
        name=name,
        against=f"{NAIVE} without NaN in the input",
        floor=natural_size(case)[name[:2]] / 100,
        axes=AXES,
        tile=case.tile,
        hint="print i and j of every tile that is computed: none may have j > i",
    )
