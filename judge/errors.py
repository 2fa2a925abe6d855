"""The error tree: one place to see every way the judge itself can stop.

    JudgeError
    ├── UserError             what the person at the keyboard can mend; exit code 2, no traceback
    │   ├── SubmissionError   the submission cannot be read; the verdict is *refused*
    │   ├── UnknownNameError  no such challenge, task or test; carries near matches
    │   └── ChallengeError    a challenge folder is wrong; names the file and the cure
    ├── SandboxError          our own fault; exit code 3
    └── WorkerEnded           a worker will answer no more; becomes the outcome of a hidden test
        ├── WorkerDied        its process ended by itself
        ├── TimeUp            it did not answer within its time
        ├── TooMuchOutput     it printed more than its limit
        └── RulesBroken       it sent what no worker of ours sends

A wrong answer is never an exception here: it is an outcome in a report.
"""

from __future__ import annotations

from collections.abc import Iterable

EXIT_PASSED = 0
EXIT_NOT_PASSED = 1
EXIT_USER = 2
EXIT_OURS = 3


class JudgeError(Exception):
    """Base of everything the judge raises on purpose."""


class UserError(JudgeError):
    """Something the user can mend. The text says what happened, where, and what to do next."""


class SubmissionError(UserError):
    """The submission cannot be read: missing, damaged, too large or not Python."""


class UnknownNameError(UserError):
    """A challenge, task or test that does not exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str], listing: str) -> None:
        self.near = near_matches(name, known)
        meant = f" Did you mean {' or '.join(self.near)}?" if self.near else ""
        super().__init__(f"There is no {kind} {name!r}.{meant} {listing}")


class ChallengeError(UserError):
    """A challenge folder breaks a rule. The text names the file and the cure."""


class SandboxError(JudgeError):
    """The sandbox failed for a reason that is ours, not the submission's."""


class WorkerEnded(JudgeError):  # noqa: N818  what happened to a submission, not an error
    """A worker will answer no more."""


class WorkerDied(WorkerEnded):
    """Its process ended by itself. The text says how: `killed by signal 11 (SIGSEGV)`."""


class TimeUp(WorkerEnded):
    """It did not answer within its time."""


class TooMuchOutput(WorkerEnded):
    """It printed more than its limit, which is `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"it printed more than {limit} bytes")
        self.limit = limit


class RulesBroken(WorkerEnded):
    """It sent what no worker of ours sends. The text says what."""


def near_matches(name: str, known: Iterable[str]) -> list[str]:
    """At most three known names that look like `name`, best first, none far behind the best.

    Letter case does not count.
    """
    import difflib  # costs 3 ms: only for a misspelt name

    meant = {other.lower(): other for other in known}
    found = difflib.get_close_matches(name.lower(), list(meant), n=3, cutoff=0.6)
    likeness = [difflib.SequenceMatcher(None, low, name.lower()).ratio() for low in found]
    return [
        meant[other]
        for other, like in zip(found, likeness, strict=True)
        if like > likeness[0] - 0.2
    ]
