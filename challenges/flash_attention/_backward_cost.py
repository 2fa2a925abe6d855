"""Hidden tests of the task backward: the cache, memory, time, and leaving everything else alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from judge.testing import (
    Student,
    expect,
    expect_at_most,
    expect_close,
    expect_growth,
    expect_memory,
    expect_same,
    expect_shape,
    expect_type,
    hidden_test,
)

from . import oracle
from ._cases import (
    AXES,
    BACKWARD,
    BACKWARD_VALUES,
    FORWARD,
    FORWARD_VALUES,
    FULL,
    MIB,
    along,
    as_float32,
    check_gradient_rows,
    check_gradients,
    compare_gradients,
    draw,
    sampled_rows,
    three,
)

KEYS = ("O", "L", "Q", "K", "V")
KEPT = "cache_has_what_the_backward_needs"
# A submission can keep low what is traced: that counts only after this, which is seen from outside.
PEAK = "backward_peak_stays_below_a_fifth_of_a_square"


# --- the cache ------------------------------------------------------------------------------------


@hidden_test(task="backward", points=3, aspect="cache")
def cache_has_what_the_backward_needs(student: Student) -> None:
    """The cache is a dict with O, L, Q, K and V; Q, K and V equal the inputs, O is right."""
    case = draw(student.rng, (2, 3, 37, 6), 8)
    cache = student.call(FORWARD, *case.qkv, take="cache", **case.options)
    expect_type(cache, dict, name="cache")
    missing = [key for key in KEYS if key not in cache]
    expect(
        not missing,
        expected="a cache with the keys 'O', 'L', 'Q', 'K', 'V'",
        got=f"no {', '.join(map(repr, missing))}",
        hint="print(cache.keys())",
    )
    expect_shape(cache["L"], case.do.shape[:3], name="cache['L']")
    expect_close(cache["O"], oracle.output(case.x, case.causal), name="cache['O']", against=FULL)
    for name, array in zip("QKV", case.qkv, strict=True):
        expect_close(
            cache[name],
            array,
            name=f"cache[{name!r}]",
            against=f"the {name} that was passed",
            tolerance=1e-9,
            hint=f"store {name} as it is: not scaled, not masked, not transposed",
        )


@hidden_test(task="backward", points=3, aspect="cache")
def logsumexp_is_natural_and_exact(student: Student) -> None:
    """L = m + log(l), the natural logarithm, of the scaled and masked scores: within 1e-3."""
    case = draw(student.rng, (2, 3, 50, 6), 16)
    rising = along(case, 1.0, np.linspace(-40, 40, case.n))
    for one in (case, case.full(), rising, rising.full(), as_float32(rising)):
        expect_close(
            student.call(FORWARD, *one.qkv, take="cache.L", **one.options),
            oracle.forward(one.x, one.causal)[1],
            name="L",
            against="the logsumexp of each row of scores",
            tolerance=1e-3,
            absolute=True,
            axes=AXES[:3],
            tile=one.tile,
            hint="for N = 1 L is the one score itself, q . k / sqrt(D): print both",
        )


@hidden_test(task="backward", points=2, aspect="cache", needs=[KEPT])
def cache_holds_no_square_array(student: Student) -> None:
    """The cache is of the size of its inputs: no N x N numbers in it, whole, masked or in tiles."""
    case = draw(student.rng, (1, 1, 512, 2), 64)
    needed = 8 * (5 * case.x.q.size + 512)  # O and the five keys, were all of them copies
    run = student.measure(FORWARD, *case.qkv, **case.options)
    held = max(run.returned_bytes, _bytes(run.value))
    expect(
        held <= 3 * needed,
        expected=f"O and a cache of about {needed} bytes at (1, 1, 512, 2), at most {3 * needed}",
        got=f"{held} bytes, {held / 512**2:.2g} for each pair of a query and a key",
        hint="print the shape of each entry of the cache; the backward computes P again",
    )


# --- memory and time ------------------------------------------------------------------------------


@hidden_test(task="backward", points=2, aspect="memory", needs=[BACKWARD_VALUES], limit=6.0)
def backward_peak_stays_below_a_fifth_of_a_square(student: Student) -> None:
    """At (1, 1, 4096, 64), tile_size=128, the peak is below 20 % of an (N, N) array of float64."""
    case = draw(student.rng, (1, 1, 4096, 64), 128)
    rows = sampled_rows(student.rng, case)
    cache, want = oracle.gradient_rows(case.x, case.do, rows, case.causal)
    run = student.measure(BACKWARD, case.do, cache, **case.options)
    lean = student.reference.measure(BACKWARD, case.do, cache, trace=False, **case.options)
    expect_memory(
        run,
        traced=0.2 * case.n**2 * 8,
        resident=lean.resident_bytes + 24 * MIB,
        reference=lean,
        square=case.n,
        hint="print the shape of every array in the loops: P, dP and dS are tiles",
    )
    check_gradient_rows(three(run.value), case, rows, want)


@hidden_test(task="backward", points=1, aspect="memory", needs=[BACKWARD_VALUES, PEAK], limit=5.0)
def backward_scratch_does_not_grow_with_n_squared(student: Student) -> None:
    """Doubling N may double the memory used on the way, never quadruple it, causal or not."""
    hint = "print the shape of every array made in the loops, masks and index grids included"
    for causal in (True, False):
        scratch = {}
        for n in (1024, 2048):
            case = replace(draw(student.rng, (1, 1, n, 8), 128), causal=causal)
            cache = oracle.cache(case.x, causal)
            run = student.measure(BACKWARD, case.do, cache, take="dQ", **case.options)
            scratch[n] = run.traced_bytes - run.returned_bytes
        expect_growth(scratch, at_most=2.5, floor=1_000_000, hint=hint)


@hidden_test(
    task="backward", points=1, aspect="cost", needs=[BACKWARD_VALUES, FORWARD_VALUES], limit=5.0
)
def backward_costs_few_forwards(student: Student) -> None:
    """At N = 48, D = 8 a backward takes less time than 200 of your own forwards.

    Finite differences would take 2304. The best of three counts. A forward that waits does not
    help: 30 times the first forward of a lean solution is the limit as well.
    """
    case = draw(student.rng, (1, 1, 48, 8), 16)
    cache = oracle.cache(case.x, case.causal)
    backwards = [
        student.measure(BACKWARD, case.do, cache, take="dQ", trace=False, **case.options).seconds
        for _ in range(3)
    ]
    forwards = [
        student.measure(FORWARD, *case.qkv, take="O", trace=False, **case.options).seconds
        for _ in range(3)
    ]
    hint = "the backward has five matrix products for each tile and needs no call of the forward"
    lean = student.reference.measure(FORWARD, *case.qkv, take="O", trace=False, **case.options)
    limit = min(200 * min(forwards), 30 * lean.seconds)  # a first call: as slow as 10 others
    expect_at_most(min(backwards), limit, what="time", reference=min(forwards), hint=hint)


# --- hygiene --------------------------------------------------------------------------------------


@hidden_test(task="backward", points=1, aspect="hygiene", needs=[BACKWARD_VALUES])
def cotangent_and_cache_stay_unchanged(student: Student) -> None:
    """dO and every entry of the cache hold the same bytes after the call."""
    case = draw(student.rng, (1, 2, 37, 5), 8)
    cache = oracle.cache(case.x, case.causal)
    do, kept = student.put(case.do), {key: student.put(value) for key, value in cache.items()}
    student.keep(BACKWARD, do, kept, **case.options)
    expect_same(
        do.get(), case.do, name="dO", hint="a slice is a view: use do = do * x, not do *= x"
    )
    for key, before in cache.items():
        hint = "a slice is a view: use q = q * scale, not q *= scale"
        expect_same(kept[key].get(), before, name=f"cache[{key!r}]", hint=hint)


@hidden_test(task="backward", points=1, aspect="hygiene", needs=[BACKWARD_VALUES])
def gradients_keep_the_input_dtype(student: Student) -> None:
    """float32 inputs give float32 gradients, right to 1e-4."""
    case = as_float32(draw(student.rng, (1, 2, 50, 12), 16))
    hint = "print the dtype of dQ, dK, dV and of what is added; 1 / np.sqrt(D) is a float64"
    check_gradients(student, case, dtype=np.float32, hint=hint)
    check_gradients(student, case.full(), dtype=np.float32, hint=hint)


@hidden_test(task="backward", points=1, aspect="hygiene", needs=[BACKWARD_VALUES])
def backward_accepts_any_memory_layout(student: Student) -> None:
    """dO and the cache may be transposed, reversed, strided or in Fortran order in memory."""
    case = draw(student.rng, (2, 2, 21, 6), 8)
    cache = oracle.cache(case.x, case.causal)
    hint = "look for reshape, ravel, view, strides or order= and what they assume"
    for layout in ("transposed", "reversed", "strided", "F"):
        laid = {key: student.put(array, layout=layout) for key, array in cache.items()}
        do = student.put(case.do, layout=layout)
        got = three(student.call(BACKWARD, do, laid, **case.options))
        compare_gradients(got, case, hint=f"{hint}; here they are {layout}")


# --- parts ----------------------------------------------------------------------------------------


def _bytes(value: object) -> int:
    """Bytes of all arrays in a value, tuples, lists and dicts included."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, dict):
        return sum(map(_bytes, value.values()))
    return sum(map(_bytes, value)) if isinstance(value, list | tuple) else 0
