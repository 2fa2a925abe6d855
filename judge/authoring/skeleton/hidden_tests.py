"""What decides: functions that raise when an expectation is not met.

Each fails for one reason. `aspect` is the kind of mistake that it is there for, and each aspect has
a mutant that only its tests kill. What zeros would pass too `needs` a test of values.
"""

from __future__ import annotations

import numpy as np

from judge.testing import Student, expect_close, expect_dtype, expect_same, hidden_test

from .oracle import centred


@hidden_test(task="centre", points=6, aspect="values", visibility="public")
def every_row_loses_its_mean(student: Student) -> None:
    """From each row its own mean is taken away, whatever the shape."""
    for shape in ((4, 7), (1, 5), (6, 1), (3, 3)):
        x = student.rng.normal(3.0, 2.0, shape)
        got = student.call("centre_rows", x)
        expect_close(got, centred(x), name="y", against="each row less its mean", floor=1.0)


@hidden_test(task="centre", points=2, aspect="dtype", needs=["every_row_loses_its_mean"])
def float32_stays_float32(student: Student) -> None:
    """The result has the dtype of x."""
    x = student.rng.standard_normal((5, 4)).astype(np.float32)
    got = student.call("centre_rows", x)
    expect_dtype(got, np.float32, name="y")


@hidden_test(task="centre", points=2, aspect="hygiene", needs=["every_row_loses_its_mean"])
def the_input_stays_unchanged(student: Student) -> None:
    """x is the same after the call, bit for bit."""
    x = student.rng.normal(3.0, 2.0, (5, 4))
    kept = student.put(x)
    student.call("centre_rows", kept)
    expect_same(kept.get(), x, name="x")
