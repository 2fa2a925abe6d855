"""How many wrong submissions five checks let through that seem to be enough for flash attention.

    python -m tests.five_checks

The five, as hidden tests: the forward against full softmax attention, no (N, N) array in a large
forward, central differences, the backward against the naive backward, and the peak of both below a
fifth of an (N, N) array. They are run, needs ignored, on all mutants of the challenge and on the
hand-written submissions in tests/submissions/flash_attention/wrong. All hidden tests together catch
every one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from judge.catalogue import bundled
from judge.challenge import Challenge, read_challenge
from judge.grading import Asked, Grader
from judge.mutants import read_mutants
from judge.results import Status
from judge.submission import Submission, read_submission

WRONG = Path(__file__).parent / "submissions" / "flash_attention" / "wrong"
QUICK = (
    "output_equals_full_softmax_attention",
    "gradients_equal_the_naive_backward",
    "gradients_match_central_differences",
    "peak_stays_below_a_fifth_of_a_square",
    "backward_peak_stays_below_a_fifth_of_a_square",
)
SLOW = ("no_square_array_in_a_big_call",)  # asked only where the others see nothing


def main() -> None:
    challenge = read_challenge(bundled() / "flash_attention")
    mutants = {mutant.name: mutant.submission for mutant in read_mutants(challenge)}
    wrong = {path.stem: read_submission(path) for path in sorted(WRONG.glob("*.py"))}
    grader = Grader()
    try:
        for kind, submissions in (("mutants", mutants), ("wrong submissions", wrong)):
            names = list(accepted(grader, challenge, submissions))
            said = f"The five checks let through {len(names)} of {len(submissions)} {kind}:"
            sys.stdout.write("\n".join([said, *(f"  {name}" for name in names), ""]))
            sys.stdout.flush()
    finally:
        grader.close()


def accepted(
    grader: Grader, challenge: Challenge, submissions: dict[str, Submission]
) -> Iterator[str]:
    """The names of those that pass all five."""
    for name, submission in submissions.items():
        if all(passes(grader, challenge, submission, tests) for tests in (QUICK, SLOW)):
            yield name


def passes(
    grader: Grader, challenge: Challenge, submission: Submission, tests: tuple[str, ...]
) -> bool:
    """Whether a submission passes each of these tests by itself."""
    asked = Asked(tests=tests, seed=1, heed_needs=False, diagnose=False)
    report = grader.grade(challenge, submission, asked)
    return all(outcome.status is Status.PASSED for outcome in report.tests)


if __name__ == "__main__":
    main()
