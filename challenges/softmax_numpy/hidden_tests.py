"""The hidden tests of the softmax. Values are compared with a formula that needs no maximum."""

from __future__ import annotations

import numpy as np

from judge.testing import (
    Student,
    expect_close,
    expect_dtype,
    expect_same,
    expect_shape,
    hidden_test,
)

from . import oracle

VALUES = "values_are_right_along_every_axis"
# Of large scores: a logsumexp of 1e5 is known to 1.5e-11 in float64, one of 300 to 3e-5 in float32.
LARGE = {np.float64: 1e-9, np.float32: 1e-4}


@hidden_test(task="softmax", points=3, aspect="axes")
def values_are_right_along_every_axis(student: Student) -> None:
    """Weights along every axis of arrays with one to four axes, counted from front and back."""
    for shape in ((5,), (4, 3), (2, 3, 4), (3, 1, 2, 5)):
        x = student.rng.normal(0.0, 2.0, shape)
        for axis in range(-len(shape), len(shape)):
            got = student.call("softmax", x, axis)
            expect_close(
                got,
                oracle.softmax(x, axis),
                name="p",
                against="the softmax along axis",
                tolerance=1e-12,
                hint="print x.max(axis=axis, keepdims=True).shape, and that of your sum",
            )


@hidden_test(task="softmax", points=1, aspect="default")
def the_last_axis_is_the_default(student: Student) -> None:
    """Without axis, the weights run along the last one."""
    for shape in ((4, 3), (2, 3, 5)):
        x = student.rng.normal(0.0, 2.0, shape)
        got = student.call("softmax", x)
        want = oracle.softmax(x, -1)
        expect_close(got, want, name="p", against="the softmax along axis -1", tolerance=1e-12)


@hidden_test(task="softmax", points=2, aspect="stability")
def large_scores_stay_finite(student: Student) -> None:
    """Scores near 10000 and near -10000, and scores that are thousands apart."""
    for dtype, centre, spread in (
        (np.float64, 1e4, 1.0),
        (np.float64, -1e4, 1.0),
        (np.float64, 0.0, 3e3),
        (np.float32, 300.0, 1.0),
        (np.float32, -300.0, 1.0),
    ):
        x = student.rng.normal(centre, spread, (4, 7)).astype(dtype)
        got = student.call("softmax", x, axis=-1)
        expect_close(
            got,
            oracle.softmax(x, -1),
            name="p",
            against="the exact weights",
            tolerance=LARGE[dtype],
            hint="print the largest number that goes into np.exp: it should be 0",
        )


@hidden_test(task="softmax", points=1, aspect="stability")
def rows_do_not_disturb_each_other(student: Student) -> None:
    """One row near 100000, one near 0, one near -100000: each as if it were alone."""
    centres = np.array([[1e5], [0.0], [-1e5]])
    x = student.rng.standard_normal((3, 6)) + centres
    got = student.call("softmax", x, axis=-1)
    expect_close(
        got,
        oracle.softmax(x, -1),
        name="p",
        against="the softmax of each row alone",
        tolerance=LARGE[np.float64],
        axes=("row", "col"),
        hint="print x - (what you subtract): the largest of each row should be 0",
    )


@hidden_test(task="softmax", points=0.5, aspect="stability", needs=[VALUES])
def a_shift_of_all_scores_changes_nothing(student: Student) -> None:
    """softmax(x + c) is softmax(x): small c, and one far outside the range of exp."""
    x = np.round(student.rng.normal(0.0, 2.0, (3, 5)), 2)
    alone = student.call("softmax", x, axis=-1)
    for shift in (-2.0, 8192.0, -8192.0):
        shifted = student.call("softmax", x + shift, axis=-1)
        expect_close(shifted, alone, name="p", against="softmax(x)", tolerance=1e-9)


@hidden_test(task="softmax", points=1, aspect="masking")
def minus_infinity_gets_no_weight(student: Student) -> None:
    """Entries of -inf get exactly 0, the others share the weight."""
    x = student.rng.normal(0.0, 2.0, (5, 6))
    hidden = student.rng.random(x.shape) < 0.4
    hidden[0], hidden[:, 2] = True, False  # the first row has one finite entry, in column 2
    x[hidden] = -np.inf
    got = student.call("softmax", x, axis=-1)
    want = oracle.softmax(x, -1)
    expect_close(got, want, name="p", against="the softmax of the finite entries", tolerance=1e-12)
    zeros = np.zeros(int(hidden.sum()))
    expect_close(got[hidden], zeros, name="p where x is -inf", against="zero", tolerance=0.0)


@hidden_test(task="softmax", points=0.5, aspect="axes", needs=[VALUES])
def each_slice_sums_to_one(student: Student) -> None:
    """The weights along axis sum to one."""
    x = student.rng.normal(0.0, 2.0, (3, 4, 5))
    for axis in range(3):
        got = student.call("softmax", x, axis=axis)
        expect_shape(got, x.shape, name="p")
        total = got.sum(axis=axis)
        want = np.ones(total.shape)
        expect_close(total, want, name="p.sum(axis)", against="ones", tolerance=1e-12)


@hidden_test(task="softmax", points=0.5, aspect="dtype", needs=[VALUES])
def the_dtype_is_kept(student: Student) -> None:
    """float32 in, float32 out; float64 in, float64 out."""
    for dtype in (np.float32, np.float64):
        x = student.rng.standard_normal((3, 4)).astype(dtype)
        expect_dtype(student.call("softmax", x, axis=-1), dtype, name="p")


@hidden_test(task="softmax", points=0.5, aspect="hygiene", needs=[VALUES])
def the_scores_stay_unchanged(student: Student) -> None:
    """x is the same after the call, bit for bit, and the result is after the next call."""
    x, other = student.rng.normal(3.0, 2.0, (2, 4, 5))
    kept = student.put(x)
    first = student.keep("softmax", kept, axis=-1)
    expect_same(kept.get(), x, name="x")
    before = first.get()
    student.call("softmax", other, axis=-1)
    hint = "look for an array that is made once and serves every call"
    expect_same(first.get(), before, name="p", by="the next call", hint=hint)
