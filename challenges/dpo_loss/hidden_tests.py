"""The hidden tests of the preference loss: values, the default beta, gradients, large margins."""

from __future__ import annotations

from typing import Any

import torch

from judge.testing import Student, expect_close, expect_dtype, expect_same, hidden_test
from judge.testing.autograd import expect_vjp, normal

from . import oracle

NAMES = ("policy_chosen_logps", "policy_rejected_logps", "ref_chosen_logps", "ref_rejected_logps")
VALUES = "the_loss_is_right_for_every_beta"
AGAINST = "the mean of -log sigmoid(z)"


def pairs(
    student: Student,
    size: int,
    beta: float = 0.1,
    *,
    margin: float = 0.0,
    dtype: torch.dtype = torch.float64,
) -> list[torch.Tensor]:
    """Log-probabilities of `size` pairs, with margins around this one before beta.

    They spread so that beta times a margin is of size 1, where the sigmoid bends most.
    """
    scores = [normal(student.rng, size, scale=0.7 / beta) - 60.0 for _ in NAMES]
    scores[0] += margin
    return [score.to(dtype) for score in scores]


@hidden_test(task="dpo_loss", points=3, limit=4.0)
def the_loss_is_right_for_every_beta(student: Student) -> None:
    """beta 0.1, 0.5 and 2; eight pairs, five, and a single one."""
    for beta in (0.1, 0.5, 2.0):
        for size in (8, 5, 1):
            given = pairs(student, size, beta)
            expect_close(
                student.call("dpo_loss", *given, beta),
                oracle.dpo_loss(*given, beta=beta),
                name="loss",
                against=AGAINST,
                tolerance=1e-9,
                floor=1.0,
                hint="for a single pair print both rewards, their difference z, and the loss",
            )


@hidden_test(task="dpo_loss", points=1, limit=4.0)
def beta_is_a_tenth_by_default(student: Student) -> None:
    """beta left out, the tensors by position and by keyword; and beta by keyword."""
    given = pairs(student, 6)
    by_name: dict[str, Any] = dict(zip(NAMES, given, strict=True))
    want = oracle.dpo_loss(*given)
    for got, expected in (
        (student.call("dpo_loss", *given), want),
        (student.call("dpo_loss", **by_name), want),
        (student.call("dpo_loss", **by_name, beta=0.7), oracle.dpo_loss(*given, beta=0.7)),
    ):
        expect_close(got, expected, name="loss", against=AGAINST, tolerance=1e-9, floor=1.0)


@hidden_test(task="dpo_loss", points=2, needs=[VALUES], limit=4.0)
def gradients_reach_the_policy(student: Student) -> None:
    """Gradients of both log-probabilities of the policy, for a random cotangent."""
    for beta, size in ((0.1, 7), (0.5, 4), (2.0, 1)):
        expect_vjp(
            student,
            "dpo_loss",
            pairs(student, size, beta),
            oracle.dpo_loss,
            wrt=[0, 1],
            names=NAMES[:2],
            name="loss",
            beta=beta,
        )


@hidden_test(task="dpo_loss", points=3, limit=4.0)
def large_margins_stay_finite(student: Student) -> None:
    """Margins near 5000 and -5000, alone and together: exact losses, finite gradients."""
    for dtype, beta in ((torch.float32, 0.1), (torch.float64, 0.1), (torch.float64, 2.0)):
        low = pairs(student, 2, margin=-5000.0, dtype=dtype)
        high = pairs(student, 3, margin=5000.0, dtype=dtype)
        both = [torch.cat(two) for two in zip(low, high, strict=True)]
        for given in (low, high, both):
            expect_vjp(
                student,
                "dpo_loss",
                given,
                oracle.dpo_loss,
                wrt=[0, 1],
                names=NAMES[:2],
                name="loss",
                against="-log sigmoid(z), which for a large -z is -z",
                hint="print the largest number that goes into exp, and the smallest into log",
                beta=beta,
            )


@hidden_test(task="dpo_loss", points=1, needs=[VALUES], limit=4.0)
def arguments_and_their_dtype_are_kept(student: Student) -> None:
    """The four tensors hold the same bytes afterwards, and the loss has their dtype."""
    for dtype in (torch.float32, torch.float64):
        given = pairs(student, 5, dtype=dtype)
        kept = [student.put(tensor) for tensor in given]
        expect_dtype(student.call("dpo_loss", *kept), dtype, name="loss")
        for name, remote, before in zip(NAMES, kept, given, strict=True):
            expect_same(
                remote.get(), before, name=name, hint="x -= y writes into x; x - y does not"
            )
