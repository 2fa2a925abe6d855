"""Hidden tests of the task forward: memory, and leaving everything else alone."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np

from judge.testing import (
    Student,
    expect,
    expect_close,
    expect_growth,
    expect_memory,
    expect_same,
    hidden_test,
)

from . import oracle
from ._cases import (
    AXES,
    FORWARD,
    FORWARD_VALUES,
    FULL,
    MIB,
    Case,
    as_float32,
    check_output,
    check_output_rows,
    draw,
)
from .oracle import Inputs

# --- memory ---------------------------------------------------------------------------------------

# A submission can keep low what is traced: that counts only after this, which is seen from outside.
PEAK = "peak_stays_below_a_fifth_of_a_square"


@hidden_test(task="forward", points=3, aspect="memory", needs=[FORWARD_VALUES], limit=10.0)
def no_square_array_in_a_big_call(student: Student) -> None:
    """At (2, 8, 4096, 64) with tile_size=128 the call takes less than 160 MB, and O is right.

    O takes 34 MB and copies of the inputs 101; one (N, N) array of float64 takes 134. Nothing is
    traced here: a tracer makes a right submission of many small steps four times slower. The
    process is compared with one in which a lean solution works on a single head.
    """
    case = _uniform(student, (2, 8, 4096, 64), tile=128)
    run = student.measure(FORWARD, *case.qkv, take="O", trace=False, **case.options)
    one_head = [array[:1, :1] for array in case.qkv]
    lean = student.reference.measure(FORWARD, *one_head, take="O", trace=False, **case.options)
    of_one_head = 10e6  # its inputs, O and cache, and tiles
    inputs = sum(array.nbytes for array in case.qkv)
    expect_memory(
        run,
        resident=lean.resident_bytes - of_one_head + inputs + 160e6,
        square=case.n,
        hint="print S.shape inside the inner loop",
    )
    check_output_rows(student, case, run.value)


@hidden_test(task="forward", points=2, aspect="memory", needs=[FORWARD_VALUES], limit=5.0)
def peak_stays_below_a_fifth_of_a_square(student: Student) -> None:
    """At (1, 1, 4096, 64), tile_size=128, the peak is below 20 % of an (N, N) array of float64."""
    case = _uniform(student, (1, 1, 4096, 64), tile=128)
    run = student.measure(FORWARD, *case.qkv, take="O", **case.options)
    lean = student.reference.measure(FORWARD, *case.qkv, take="O", trace=False, **case.options)
    expect_memory(
        run,
        traced=0.2 * case.n**2 * 8,
        resident=lean.resident_bytes + 24 * MIB,
        reference=lean,
        square=case.n,
        hint="print the shape of every array in the loops; a mask of (N, N) counts too",
    )
    check_output_rows(student, case, run.value)


@hidden_test(task="forward", points=2, aspect="memory", needs=[FORWARD_VALUES, PEAK], limit=5.0)
def scratch_memory_does_not_grow_with_n_squared(student: Student) -> None:
    """Doubling N may double the memory used on the way, never quadruple it, causal or not."""
    hint = "print the shape of every array made in the loops, masks and index grids included"
    for causal in (True, False):
        scratch = {}
        for n in (1024, 2048):
            case = replace(draw(student.rng, (1, 1, n, 8), 128), causal=causal)
            run = student.measure(FORWARD, *case.qkv, take="O", **case.options)
            scratch[n] = run.traced_bytes - run.returned_bytes
        expect_growth(scratch, at_most=2.5, floor=1_000_000, hint=hint)


@hidden_test(task="forward", points=1, aspect="memory", needs=[FORWARD_VALUES, PEAK], limit=5.0)
def scratch_memory_is_small_at_small_width(student: Student) -> None:
    """At (1, 1, 4096, 2), tile_size=64, the peak is below 1.5 MB: no (64, N) strip of scores."""
    case = draw(student.rng, (1, 1, 4096, 2), 64)
    run = student.measure(FORWARD, *case.qkv, take="O", **case.options)
    hint = "print S.shape: it must be (..., tile_size, tile_size) and not (..., tile_size, N)"
    expect_memory(run, traced=1.5e6, square=case.n, hint=hint)
    check_output_rows(student, case, run.value)


@hidden_test(task="forward", points=1, aspect="memory", needs=[FORWARD_VALUES], limit=5.0)
def resident_peak_stays_near_the_reference(student: Student) -> None:
    """At (1, 1, 4096, 8), tile_size=256, the process stays within 8 MB of a lean solution's."""
    case = draw(student.rng, (1, 1, 4096, 8), 256)
    run = student.measure(FORWARD, *case.qkv, take="O", trace=False, **case.options)
    lean = student.reference.measure(FORWARD, *case.qkv, take="O", trace=False, **case.options)
    expect_memory(
        run,
        resident=lean.resident_bytes + 8e6,
        reference=lean,
        square=case.n,
        hint="look for an array with two sides of N, also in what is computed before the loops",
    )
    check_output_rows(student, case, run.value)


# --- hygiene --------------------------------------------------------------------------------------


@hidden_test(task="forward", points=1, aspect="hygiene", needs=[FORWARD_VALUES])
def inputs_stay_unchanged(student: Student) -> None:
    """Q, K and V hold the same bytes after the call."""
    case = draw(student.rng, (1, 2, 37, 5), 8)  # at D = 4 scaling in place and back would be exact
    kept = [student.put(array) for array in case.qkv]
    student.call(FORWARD, *kept, take="O", **case.options)
    for name, remote, before in zip("QKV", kept, case.qkv, strict=True):
        hint = f"a slice is a view: q *= scale writes into {name}; q = q * scale does not"
        expect_same(remote.get(), before, name=name, hint=hint)


@hidden_test(task="forward", points=1, aspect="hygiene", needs=[FORWARD_VALUES])
def results_survive_the_next_call(student: Student) -> None:
    """What one call returned, O and the cache, is the same after another call."""
    one, two = (draw(student.rng, (1, 2, 33, 6), 8) for _ in range(2))
    first = student.keep(FORWARD, *one.qkv, **one.options)
    before = _arrays(first.get())
    student.call(FORWARD, *two.qkv, take="O", **two.options)
    after = _arrays(first.get())
    hint = "look for arrays made once, outside the function or as a default, and used by every call"
    for name, old in before.items():
        expect_same(after.get(name), old, name=name, by="the next call", hint=hint)


@hidden_test(task="forward", points=1, aspect="hygiene", needs=[FORWARD_VALUES])
def output_keeps_the_input_dtype(student: Student) -> None:
    """float32 inputs give a float32 O, right to 1e-4."""
    case = as_float32(draw(student.rng, (1, 2, 50, 12), 16))
    hint = "print the dtype of q, S, acc and O; 1 / np.sqrt(D) is a float64"
    check_output(student, case, dtype=np.float32, hint=hint)
    check_output(student, case.full(), dtype=np.float32, hint=hint)


@hidden_test(task="forward", points=1, aspect="hygiene", needs=[FORWARD_VALUES])
def memory_layout_does_not_matter(student: Student) -> None:
    """Inputs may be transposed, reversed, strided or in Fortran order in memory."""
    case = draw(student.rng, (2, 2, 21, 6), 8)
    want = oracle.output(case.x, causal=True)
    for layout in ("transposed", "reversed", "strided", "F"):
        inputs = [student.put(array, layout=layout) for array in case.qkv]
        expect_close(
            student.call(FORWARD, *inputs, take="O", **case.options),
            want,
            name="O",
            against=f"{FULL}; the inputs are {layout} in memory",
            axes=AXES,
            tile=case.tile,
            hint="look for reshape, ravel, view, strides or order= and what they assume",
        )


@hidden_test(task="forward", aspect="hygiene", needs=[FORWARD_VALUES])
def random_state_stays_untouched(student: Student) -> None:
    """NumPy's and Python's global random state are the same after the call."""
    case = draw(student.rng, (1, 1, 20, 4), 8)
    before = student.random_state()
    student.call(FORWARD, *case.qkv, take="O", **case.options)
    expect(
        student.random_state() == before,
        expected="the global random state as it was before the call",
        got="another one",
        hint="look for np.random.seed, np.random.rand and random.seed",
    )


@hidden_test(task="forward", aspect="hygiene", needs=[FORWARD_VALUES])
def imports_stay_within_the_list(student: Student) -> None:
    """Nothing but NumPy and the standard library is imported."""
    allowed = {"numpy", *sys.stdlib_module_names}
    others = sorted(set(student.imports) - allowed)
    expect(
        not others,
        expected="imports of numpy and the standard library only",
        got=", ".join(others),
        hint="write the part that needs it with NumPy",
    )


# --- parts ----------------------------------------------------------------------------------------


def _uniform(student: Student, shape: tuple[int, ...], tile: int) -> Case:
    """A large causal case: uniform numbers of variance 3, four times as fast as normal ones."""
    q, k, v = student.rng.random((3, *shape))
    for array in (q, k, v):
        array -= 0.5
        array *= 6.0
    return Case(Inputs(q, k, v), v[:0], tile)


def _arrays(result: object, name: str = "O") -> dict[str, Any]:
    """The arrays in a forward's result by the names a reader knows, e.g. cache["L"]."""
    if isinstance(result, np.ndarray):
        return {name: result}
    items: list[tuple[str, object]] = []
    if isinstance(result, dict):
        items = [(f"{name}[{key!r}]", value) for key, value in result.items()]
    elif isinstance(result, tuple | list):
        names = ("O", "cache") if name == "O" else [f"{name}[{i}]" for i in range(len(result))]
        items = list(zip(names, result, strict=False))
    return {key: array for label, value in items for key, array in _arrays(value, label).items()}
