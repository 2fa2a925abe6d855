"""What hidden tests are written with. They run in the trusted process; the student's code does not.

A hidden test is a plain function of a Student. It calls the submission, compares what comes back
with an oracle of its own, and fails by raising `Failed`, which the `expect_*` functions do.
"""

from __future__ import annotations

from judge.calls import Recorded
from judge.program import Measured
from judge.remotes import Remote
from judge.student import Student
from judge.testing.closeness import (
    expect_close,
    expect_dtype,
    expect_finite,
    expect_same,
    expect_shape,
    expect_type,
)
from judge.testing.cost import (
    expect_at_most,
    expect_growth,
    expect_memory,
    expect_no_larger_tensor,
)
from judge.testing.distribution import expect_mean, expect_normal, expect_rate
from judge.testing.failed import Failed, expect, expect_raises
from judge.testing.gradients import central_differences, expect_gradient
from judge.testing.inputs import poison
from judge.testing.marks import HiddenTest, hidden_test

__all__ = [
    "Failed",
    "HiddenTest",
    "Measured",
    "Recorded",
    "Remote",
    "Student",
    "central_differences",
    "expect",
    "expect_at_most",
    "expect_close",
    "expect_dtype",
    "expect_finite",
    "expect_gradient",
    "expect_growth",
    "expect_mean",
    "expect_memory",
    "expect_no_larger_tensor",
    "expect_normal",
    "expect_raises",
    "expect_rate",
    "expect_same",
    "expect_shape",
    "expect_type",
    "hidden_test",
    "poison",
]
