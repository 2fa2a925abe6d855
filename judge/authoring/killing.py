"""The kill table: how a mutant fares becomes a row, and what the rows lack becomes problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from judge.challenge import Challenge
from judge.errors import ChallengeError, near_matches
from judge.mutants import Mutant
from judge.regions import parse_cell
from judge.results import CostTooHigh, LimitHit, Outcome, Raised, Status
from judge.testing.marks import HiddenTest
from judge.validation import Kill, Killer, KillTable

_KILLED = (Status.FAILED, Status.CRASHED, Status.EXCEEDED)


def killer(test: HiddenTest) -> Killer:
    return Killer(name=test.name, task=test.task, aspect=test.aspect)


def kill(mutant: Mutant, outcomes: Mapping[str, Outcome]) -> Kill:
    """The row of a mutant, tests in the order of `outcomes`."""
    deadly = [outcome for outcome in outcomes.values() if outcome.status in _KILLED]
    costly = [isinstance(outcome.evidence, CostTooHigh | LimitHit) for outcome in deadly]
    return Kill(
        mutant=mutant.name,
        misconception=mutant.misconception,
        named=mutant.killed_by,
        killers=tuple(outcome.name for outcome in deadly),
        cost_only=bool(deadly) and all(costly),
    )


def slip(outcomes: Mapping[str, Outcome]) -> str | None:
    """The NameError that is all a mutant does: its patch speaks of a name that is not there."""
    seen = [o.evidence for o in outcomes.values() if o.status in _KILLED]
    raised = [e for e in seen if isinstance(e, Raised) and e.type == "NameError"]
    return raised[0].text if raised and len(raised) == len(seen) else None


def torn(mutant: Mutant) -> str | None:
    """Where a mutant is no Python."""
    for cell in mutant.submission.cells:
        try:
            parse_cell(cell.source, cell.label)
        except ChallengeError as error:
            return f"cannot be read: {error}".partition("\n")[0].rstrip(".")
    return None


def mutant_problems(
    challenge: Challenge, table: KillTable, tests: Sequence[HiddenTest]
) -> Iterator[str]:
    """What is wrong with single rows. `tests` are all of the challenge, in the table or not."""
    known = [test.name for test in tests]
    judged = {test.name for test in table.tests}
    for row in table.mutants:
        place = f"{challenge.folder / 'mutants.toml'}: mutant {row.mutant}"
        yield from _unknown(place, row, known)
        if not row.killers and len(judged) < len(known):
            continue  # one of the others may kill it
        if not row.killers:
            yield (
                f"{place} is killed by no test: all of them take it for right.\n"
                "Write a test that sees the mistake, or mend the mutant if it makes none."
            )
            continue
        for name in row.named:
            if name in judged and name not in row.killers:
                yield (
                    f"{place} is not killed by {name}, which it names in killed_by.\n"
                    f"Sharpen the test, or name another; it is killed by {_some(row.killers)}."
                )


def _unknown(place: str, row: Kill, known: Sequence[str]) -> Iterator[str]:
    for name in row.named:
        if name not in known:
            near = near_matches(name, known)
            meant = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
            yield f"{place}: killed_by names {name}, which is no hidden test.\n{meant}"


def idle_problems(challenge: Challenge, table: KillTable) -> Iterator[str]:
    """Tests that no mutant needs; the table has every mutant."""
    for test in table.tests:
        if not table.killed_by(test.name):
            yield (
                f"{challenge.folder / 'hidden_tests.py'}: hidden test {test.name} kills no "
                "mutant.\nAdd to mutants.toml the mistake that it is there for, or take it out."
            )


def aspect_problems(challenge: Challenge, table: KillTable) -> Iterator[str]:
    """Aspects that could be left out unnoticed; the table has every mutant and every test."""
    for aspect in table.aspects:
        if not aspect.only:
            yield (
                f"{challenge.folder / 'mutants.toml'}: no mutant is killed by tests of "
                f'aspect="{aspect.name}" alone ({_some(aspect.tests)}).\n'
                "Add a mistake that only they see, give them the aspect of the other tests that "
                "kill the same, or leave their aspect out."
            )


def _some(names: Sequence[str], most: int = 4) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
