"""A class, or a set of model samples, made up in seconds: nothing is graded.

The hidden tests are those of a real challenge; outcomes, evidence, misconceptions, times and
sources are drawn with a seed. Some names and texts attack whatever shows them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from judge.catalogue import bundled
from judge.challenge import load_tests, read_challenge
from judge.classroom.records import Handed
from judge.classroom.store import Store
from judge.manifest import Challenge
from judge.report.examples import CALL, NOT_RESCALED, RAISED
from judge.results import (
    AnyEvidence,
    CostTooHigh,
    Isolation,
    LimitHit,
    Misconception,
    Outcome,
    Report,
    Said,
    Status,
    Verdict,
)
from judge.submission import Submission, submission_from_cells
from judge.testing.marks import HiddenTest
from judge.verdict import outcome_of, report_of, without_outcomes

CHALLENGE = "flash_attention"
HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=cmd()",
    "\u202egnp.exe\u202c",
    "\x1b[31mred\x1b[0m",
    "javascript:alert(1)",
    "anna <b>lee</b> &amp;",
    "漢字" * 40,
)
_FIRST = ("ada", "bo", "chen", "dora", "emil", "fatima", "goran", "hana", "ines", "jan")
_KNOWN = (
    Misconception(name="no_rescale", text="acc keeps its old scale when m grows", match="equals"),
    Misconception(name="scale_missing", text="scores lack the division by sqrt(D)", match="fits"),
    Misconception(name="mask_per_tile", text="the mask counts from 0 in each tile", match="equals"),
    Misconception(name="columns", text="columns are normalised instead of rows", match="fits"),
)
_ISOLATION = Isolation(level="full", layers=("landlock", "seccomp", "rlimits"))
_SOURCE = """import numpy as np


def flash_attention_fwd(Q, K, V, tile_size=16, causal=True):
    B, H, N, D = Q.shape
    O = np.zeros_like(Q)
    for start in range(0, N, tile_size):
        q = Q[:, :, start:start + tile_size]
        S = Q @ K.swapaxes(-1, -2)  # student {number}
        P = np.exp(S - S.max(-1, keepdims=True))
        O[:, :, start:start + tile_size] = q * P.sum()
    return O
"""


@dataclass(frozen=True)
class Drawn:
    """A student who is being made up: how able, and with what mistakes."""

    number: int
    name: str
    ability: float
    chance: random.Random


@cache
def challenge(id: str = CHALLENGE) -> Challenge:
    return read_challenge(bundled() / id)


@cache
def hidden_tests(id: str = CHALLENGE) -> tuple[HiddenTest, ...]:
    return tuple(load_tests(challenge(id)))


def fill_class(folder: Path, many: int, *, seed: int = 1, id: str = CHALLENGE) -> None:
    """A store with one submission of each of `many` students."""
    with Store(folder, create=True) as store:
        store.set({"kind": "class"})
        for number in range(many):
            chance = _chance(f"{seed} {number}")
            student = Drawn(number, _name(number), chance.random(), chance)
            submission = source_of(student)
            handed = _handed(student.name, f"{number}/attention.ipynb", id)
            put(store, handed, report_for(student, submission, id), submission)


def fill_samples(folder: Path, names: tuple[str, ...], ids: tuple[str, ...], many: int) -> None:
    """A store with `many` samples of each model for each challenge."""
    with Store(folder, create=True) as store:
        store.set({"kind": "samples"})
        for at, name in enumerate(names):
            for id in ids:
                for number in range(many):
                    chance = _chance(f"{name} {id} {number}")
                    ability = 0.6 + 0.4 * (at + 1) / len(names) * chance.random()
                    drawn = Drawn(number, name, min(ability, 1.0), chance)
                    submission = source_of(drawn)
                    handed = _handed(name, f"{name}/{id}/{number}.py", id, str(number))
                    put(store, handed, report_for(drawn, submission, id), submission)


def put(store: Store, handed: Handed, report: Report, submission: Submission) -> None:
    store.put(handed, report, "made up", {})
    store.put_source(submission)


def source_of(student: Drawn) -> Submission:
    """Two cells, such as a notebook has; every 40th is hostile."""
    hostile = "</pre><script>alert(1)</script>\u202e \x1b[2J" if student.number % 40 == 7 else ""
    cells = [
        ("cell 1", _SOURCE.replace("{number}", str(student.number))),
        ("cell 2", f"# {hostile or 'a look at it'}\nflash_attention_fwd(x, x, x)\n" * 6),
    ]
    return submission_from_cells(cells, "attention.ipynb", "notebook")


def report_for(student: Drawn, submission: Submission, id: str = CHALLENGE) -> Report:
    """What grading might have found: mostly outcomes, now and then a refusal or our own fault."""
    luck = student.chance.random()
    if luck < 0.03:
        verdict = Verdict.REFUSED if luck < 0.02 else Verdict.BROKEN
        reason = "the notebook is <b>damaged</b>\nSave it again."
        return without_outcomes(challenge(id), submission, verdict, reason)
    outcomes = [_outcome(test, student) for test in hidden_tests(id)]
    if luck > 0.97:
        reason = "the function is missing"
        outcomes = [
            outcome_of(test, Status.NOT_ATTEMPTED, reason=reason) for test in hidden_tests(id)
        ]
    report = report_of(challenge(id), submission, 1, _ISOLATION, outcomes)
    return msgspec.structs.replace(report, seconds=round(2 + 6 * student.chance.random(), 3))


def _outcome(test: HiddenTest, student: Drawn) -> Outcome:
    chance = student.chance
    hard = _chance(test.name).random()
    if student.ability + 0.5 * chance.random() > 0.9 * hard:
        return outcome_of(test, Status.PASSED, seconds=0.05)
    status, evidence = _fault(chance)
    own = _KNOWN[student.number % 7 :][:1]  # some have none
    known = own[0] if own and status is Status.FAILED and chance.random() < 0.4 else None
    reason = "it needs `values_are_right`, which did not pass" if status is Status.NOT_RUN else None
    outcome = outcome_of(test, status, seconds=0.1, reason=reason)
    return msgspec.structs.replace(outcome, evidence=evidence, misconception=known)


def _fault(chance: random.Random) -> tuple[Status, AnyEvidence | None]:
    said = Said(call=CALL, expected="rows that sum to one", got="rows that sum to 0.97")
    memory = CostTooHigh(
        call=CALL,
        what="traced memory",
        used=chance.uniform(3e7, 4e8),
        limit=2.6e7,
        line="cell 1, line 9: S = Q @ K.swapaxes(-1, -2)",
    )
    faults: tuple[tuple[Status, AnyEvidence | None], ...] = (
        (Status.FAILED, NOT_RESCALED),
        (Status.FAILED, said),
        (Status.FAILED, memory),
        (Status.CRASHED, RAISED),
        (Status.EXCEEDED, LimitHit(call=CALL, phase="call", what="time", limit=2.0)),
        (Status.NOT_RUN, None),
    )
    return chance.choices(faults, weights=(5, 4, 2, 2, 1, 3))[0]


def _handed(name: str, source: str, id: str, sample: str = "") -> Handed:
    when = "2025-03-01T12:00:00"
    late = source.startswith("9")
    return Handed(name, id, source, Path(source), sample=sample, when=when, late=late)


def _name(number: int) -> str:
    if number < len(HOSTILE_NAMES):
        return HOSTILE_NAMES[number]
    return f"{_FIRST[number % len(_FIRST)]} {number:03}"


def _chance(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311  the same class each time
