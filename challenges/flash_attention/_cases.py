"""What the tests of both tasks share: inputs, calls, and comparisons with the oracle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from judge.testing import Student, expect, expect_close, expect_finite, expect_shape

from . import oracle
from .oracle import Array, Gradients, Inputs

FORWARD = "flash_attention_fwd"
BACKWARD = "flash_attention_bwd"
AXES = ("b", "h", "row", "col")
FULL = "full softmax attention"
NAIVE = "the naive backward"
TOLERANCE = 1e-4
MIB = 1 << 20
RESCALE = "for the first wrong row print m, m_new and exp(m - m_new) at each K/V tile"

# The tests of values that tests of properties need.
FORWARD_VALUES = "output_equals_full_softmax_attention"
BACKWARD_VALUES = "gradients_equal_the_naive_backward"

# B, H, N, D, tile_size: one position, one row beyond a tile, a tile longer than the sequence, tiles
# of one row, one column, more than 64 columns, and sides that all differ.
SHAPES = (
    (1, 1, 1, 5, 4),
    (2, 1, 17, 3, 8),
    (1, 2, 7, 6, 50),
    (1, 1, 9, 5, 1),
    (1, 3, 20, 1, 6),
    (1, 2, 14, 70, 5),
    (3, 2, 26, 11, 12),
)


@dataclass(frozen=True)
class Case:
    """One problem for both functions: Q, K, V, the cotangent dO, and how to cut it up."""

    x: Inputs
    do: Array
    tile: int
    causal: bool = True

    @property
    def qkv(self) -> tuple[Array, Array, Array]:
        return self.x.q, self.x.k, self.x.v

    @property
    def options(self) -> dict[str, Any]:
        """The keyword arguments of both functions."""
        return {"tile_size": self.tile, "causal": self.causal}

    @property
    def n(self) -> int:
        """The length of the sequence."""
        return int(self.x.q.shape[2])

    def full(self) -> Case:
        """The same without the causal mask."""
        return replace(self, causal=False)


# --- inputs -------------------------------------------------------------------------------------


def draw(
    rng: np.random.Generator, shape: Sequence[int], tile: int, *, dtype: DTypeLike = np.float64
) -> Case:
    """A causal case of standard normal numbers; `shape` is (B, H, N, D)."""
    q, k, v, do = (rng.standard_normal(shape).astype(dtype) for _ in range(4))
    return Case(Inputs(q, k, v), do, tile)


def shapes(rng: np.random.Generator) -> Iterator[Case]:
    """Every awkward shape and three drawn ones, each causal and not."""
    drawn = [
        (*(int(side) for side in rng.integers(1, (4, 4, 60, 20))), int(rng.integers(1, 70)))
        for _ in range(3)
    ]
    for *shape, tile in (*SHAPES, *drawn):
        case = draw(rng, shape, tile)
        yield case
        yield case.full()


def along(case: Case, query: Array | float, key: Array | float) -> Case:
    """`case` with scores raised by query_i * key_j.

    `query` and `key` are numbers for the positions, of a shape that fits (B, H, N). They take the
    place of the first column of Q and of K.
    """
    q, k = case.x.q.copy(), case.x.k.copy()
    root = math.sqrt(math.sqrt(q.shape[3]))  # the scores are divided by sqrt(D)
    q[..., 0] = np.asarray(query) * root
    k[..., 0] = np.asarray(key) * root
    return replace(case, x=Inputs(q, k, case.x.v))


def offset(case: Case, scores: float) -> Case:
    """`case` with every score raised by `scores`."""
    return along(case, math.sqrt(abs(scores)), math.copysign(math.sqrt(abs(scores)), scores))


def spread(case: Case, rng: np.random.Generator, width: float) -> Case:
    """`case` with scores spread over `width`, evenly over the keys.

    Key 0 has the largest, so that no maximum grows on the way: other inputs are for that.
    """
    root = math.sqrt(width)
    return along(case, root, np.append(root, rng.uniform(0, root, case.n - 1)))


def as_float32(case: Case) -> Case:
    """The same numbers rounded to float32."""
    q, k, v = (a.astype(np.float32) for a in case.qkv)
    return replace(case, x=Inputs(q, k, v), do=case.do.astype(np.float32))


def sampled_rows(rng: np.random.Generator, case: Case, count: int = 64) -> NDArray[np.intp]:
    """At least `count` positions in order: one of every tile, the last one, and random others."""
    starts = np.arange(0, case.n, case.tile)
    picked = np.minimum(starts + rng.integers(0, case.tile, len(starts)), case.n - 1)
    picked = np.union1d(picked, [case.n - 1])
    others = rng.permutation(np.setdiff1d(np.arange(case.n), picked))
    more = max(0, count - len(picked))
    return np.sort(np.concatenate([picked, others[:more]])).astype(np.intp)


# --- calls and comparisons ----------------------------------------------------------------------


def check_output(
    student: Student,
    case: Case,
    *,
    tolerance: float = TOLERANCE,
    dtype: DTypeLike | None = None,
    hint: str | None = None,
) -> None:
    """Call the forward and compare O with full softmax attention."""
    got = student.call(FORWARD, *case.qkv, take="O", **case.options)
    want = oracle.output(case.x, case.causal)
    expect_close(
        got,
        want,
        name="O",
        against=FULL,
        tolerance=tolerance,
        dtype=dtype,
        axes=AXES,
        tile=case.tile,
        hint=hint,
    )


def backward(student: Student, case: Case, cache: object) -> tuple[Any, Any, Any]:
    """Call the backward on `cache`: dQ, dK and dV, whatever they are."""
    return three(student.call(BACKWARD, case.do, cache, **case.options))


def three(result: object) -> tuple[Any, Any, Any]:
    """dQ, dK and dV out of what a backward returned."""
    found = f"a {type(result).__name__}"
    if isinstance(result, tuple | list):
        found = f"a {type(result).__name__} of {len(result)}"
        if len(result) == 3:
            return result[0], result[1], result[2]
    expect(False, expected="the backward returns (dQ, dK, dV)", got=found)
    raise AssertionError("expect(False) raises")


def check_gradients(
    student: Student,
    case: Case,
    *,
    tolerance: float = TOLERANCE,
    dtype: DTypeLike | None = None,
    hint: str | None = None,
) -> None:
    """Call the backward on the oracle's cache and compare with the naive backward."""
    got = backward(student, case, oracle.cache(case.x, case.causal))
    compare_gradients(got, case, tolerance=tolerance, dtype=dtype, hint=hint)


def compare_gradients(
    got: tuple[Any, Any, Any],
    case: Case,
    *,
    want: Gradients | None = None,
    tolerance: float = TOLERANCE,
    dtype: DTypeLike | None = None,
    hint: str | None = None,
) -> None:
    """Compare dV, dQ and dK, the simplest first, with `want` or the naive backward."""
    right = want or oracle.gradients(case.x, case.do, case.causal)
    dq, dk, dv = got
    found = {"dV": (dv, right.dv), "dQ": (dq, right.dq), "dK": (dk, right.dk)}
    for name, (mine, theirs) in found.items():
        expect_close(
            mine,
            theirs,
            name=name,
            against=NAIVE,
            tolerance=tolerance,
            floor=natural_size(case)[name] / 100,
            dtype=dtype,
            axes=AXES,
            tile=case.tile if want is None else None,
            hint=hint,
        )


def natural_size(case: Case) -> dict[str, float]:
    """How large each gradient can be: below a hundredth of it, rounding is all there may be."""
    q, k, v, do = (float(np.abs(a).max()) for a in (*case.qkv, case.do))
    return {"dQ": do * v * k, "dK": do * v * q, "dV": do}


def checked_output(student: Student, case: Case) -> Any:
    """O, known to have the right shape."""
    got = student.call(FORWARD, *case.qkv, take="O", **case.options)
    expect_shape(got, case.x.q.shape, name="O")
    return got


def check_output_rows(student: Student, case: Case, got: Any) -> None:
    """Compare 64 sampled rows of each head with direct softmax rows; the others must be finite."""
    expect_shape(got, case.x.q.shape, name="O")
    rows = sampled_rows(student.rng, case)
    expect_close(
        got[:, :, rows],
        oracle.output_rows(case.x, rows, case.causal),
        name=f"O at {len(rows)} sampled rows",
        against=FULL,
        axes=("b", "h", "sample", "col"),
        hint=f"the first sampled rows are {', '.join(map(str, rows[:4]))}; {RESCALE}",
    )
    expect_finite(got, name="O", axes=AXES, tile=case.tile)


def check_gradient_rows(
    got: tuple[Any, Any, Any], case: Case, rows: Array, want: Gradients
) -> None:
    """Compare sampled rows of dQ, dK and dV; the others must be finite."""
    for name, gradient in zip(("dQ", "dK", "dV"), got, strict=True):
        expect_shape(gradient, case.do.shape, name=name)
    hint = f"the first sampled rows are {', '.join(map(str, rows[:4]))}"
    dq, dk, dv = (gradient[:, :, rows] for gradient in got)
    compare_gradients((dq, dk, dv), case, want=want, hint=hint)
    for name, gradient in zip(("dQ", "dK", "dV"), got, strict=True):
        expect_finite(gradient, name=name, axes=AXES, tile=case.tile)
