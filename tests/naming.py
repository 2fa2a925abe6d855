"""How often the mistake of a wrong submission is named, and named rightly.

    python -m tests.naming [WORD ...]

The hidden tests are run on every hand-written submission in tests/submissions/*/wrong, or on those
with one of the words in their path, with the seeds 1 to 3. What a report names as equal is compared
with what the first line of the submission expects. Tests of memory and time are left out: they take
most of the time, and name nothing.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from judge.catalogue import bundled
from judge.challenge import Challenge, read_challenge
from judge.grading import Asked, Grader
from judge.results import Report
from judge.submission import read_submission

FOLDER = Path(__file__).parent / "submissions"
WRONG = sorted(FOLDER.glob("*/wrong/*.py"))
SEEDS = (1, 2, 3)
_NAMELESS = ("memory", "cost")  # aspects of tests
_HEADER = re.compile(r"# mistake: (.+) \| fails: (\w+) \| misconception: (\w+)")


@dataclass(frozen=True)
class Header:
    """What the first line of a wrong submission says of it."""

    mistake: str
    fails: str  # a hidden test that must see it
    misconception: str  # expected; empty where none is


class Naming(StrEnum):
    """What a report named, beside what was expected."""

    AS_EXPECTED = "named as expected"
    RIGHTLY_NONE = "not named, and no name expected"
    UNEXPECTED = "named although no name was expected"
    MISSED = "not named although a name was expected"
    WRONGLY = "named wrongly"


def main() -> None:
    words = sys.argv[1:] or [""]
    chosen = [path for path in WRONG if any(word in str(path) for word in words)]
    grader = Grader()
    try:
        for seed in SEEDS:
            sys.stdout.write("\n".join([f"seed {seed}", *said(grader, chosen, seed), ""]))
            sys.stdout.flush()
    finally:
        grader.close()


def said(grader: Grader, paths: Sequence[Path], seed: int) -> Iterator[str]:
    """How many there are of each kind, those that are not as expected by name, and the share."""
    counts: Counter[Naming] = Counter()
    others = []
    for path in paths:
        expected, found = header(path).misconception, named(graded(grader, path, seed))
        kind = naming(expected, found)
        counts[kind] += 1
        if kind not in (Naming.AS_EXPECTED, Naming.RIGHTLY_NONE):
            names = f"{', '.join(sorted(found)) or 'nothing'} for {expected or 'nothing'}"
            others.append(f"    {path.parts[-3]}/{path.stem}: {names}")
    yield from (f"  {counts[kind]:4} {kind}" for kind in Naming)
    yield from others
    right, named_or_not = counts[Naming.AS_EXPECTED], (Naming.MISSED, Naming.WRONGLY)
    expecting = right + sum(counts[kind] for kind in named_or_not)
    yield f"  {right} of the {expecting} that expect a name got it: {right / (expecting or 1):.0%}"


def graded(grader: Grader, path: Path, seed: int) -> Report:
    """The report of all tests that may name a mistake."""
    challenge = of(path)
    tests = [test.name for test in grader.kit(challenge).tests if test.aspect not in _NAMELESS]
    return grader.grade(challenge, read_submission(path), Asked(tests=tuple(tests), seed=seed))


def naming(expected: str, found: set[str]) -> Naming:
    """Which kind it is to name these where that is expected."""
    if not expected:
        return Naming.UNEXPECTED if found else Naming.RIGHTLY_NONE
    if not found:
        return Naming.MISSED
    return Naming.AS_EXPECTED if found == {expected} else Naming.WRONGLY


def header(path: Path) -> Header:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    found = _HEADER.fullmatch(first)
    assert found, f"{path.name}: the first line is not a header: {first}"
    mistake, fails, misconception = found.groups()
    return Header(mistake, fails, "" if misconception == "none" else misconception)


def of(path: Path) -> Challenge:
    """The challenge that a submission is for: the folder says it."""
    return read_challenge(bundled() / path.parts[-3])


def named(report: Report) -> set[str]:
    """The misconceptions that a report names as equal."""
    found = [test.misconception for test in report.tests if test.misconception]
    return {misconception.name for misconception in found if misconception.match == "equals"}


if __name__ == "__main__":
    main()
