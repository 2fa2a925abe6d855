"""What this student has attempted and solved: one small file that every check adds to.

It is JSON in the user's data folder, or in the folder that JUDGE_DATA names. Writing takes a lock
and replaces the file in one step, so that two checks at once lose nothing. A file that cannot be
understood is set aside under another name, never overwritten. Whatever goes wrong here becomes a
note beside a report: no check fails because its result cannot be remembered.

Reading needs no lock and nothing outside the standard library but platformdirs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from judge.errors import UserError

if TYPE_CHECKING:
    from judge.results import Report

SCHEMA = 1
VARIABLE = "JUDGE_DATA"
_FILE = "progress.json"
_LOCK_SECONDS = 10.0
_ATTEMPTS = ("passed", "failed")  # verdicts for which something of the student's was graded


@dataclass(frozen=True)
class Tally:
    """One challenge: how often it was checked, the best check of all its tasks, the last verdict.

    `seconds` is how long the best check took. Times are ISO 8601 in UTC. `hints` counts the hints
    taken for each task.
    """

    attempts: int = 0
    earned: float = 0.0
    possible: float = 0.0
    seconds: float = 0.0
    solved: str | None = None
    verdict: str | None = None
    checked: str | None = None
    hints: Mapping[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Best points over possible points, 0 to 1."""
        return self.earned / self.possible if self.possible else 0.0


@dataclass(frozen=True)
class Progress:
    """All tallies by challenge id, and notes on what could not be read."""

    tallies: Mapping[str, Tally] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def of(self, challenge: str) -> Tally:
        """The tally of a challenge; an empty one if it was never checked."""
        return self.tallies.get(challenge, Tally())


def read() -> Progress:
    """The progress so far. Raises nothing: what cannot be read is a note."""
    try:
        return Progress(_read(_file()))
    except _Unreadable as error:
        return Progress(notes=(str(error),))


def record(report: Report, *, complete: bool = True) -> tuple[str, ...]:
    """Add a check to the progress; notes on what went wrong.

    `complete` says that all tests of all tasks were asked for: only such a check can be the best
    or solve the challenge. A check that was refused, or attempted nothing, is remembered as the
    last one and is no attempt; one that broke for a reason of ours leaves no trace.
    """
    if report.verdict == "broken":
        return ()
    id = report.challenge.id
    return _change(lambda tallies: {**tallies, id: _added(tallies.get(id), report, complete)})


def take_hint(challenge: str, task: str, how_many: int) -> int:
    """Take the next of a task's `how_many` hints; its number, from 1.

    After the last one it stays the last one. If it cannot be remembered, it is given all the same.
    """
    step = 1

    def change(tallies: Mapping[str, Tally]) -> Mapping[str, Tally]:
        nonlocal step
        tally = tallies.get(challenge, Tally())
        step = min(tally.hints.get(task, 0) + 1, how_many)
        return {**tallies, challenge: replace(tally, hints={**tally.hints, task: step})}

    _change(change)
    return step


def reset_progress(challenge: str | None = None) -> tuple[str, ...]:
    """Forget one challenge, or everything; notes. Raises UserError when that cannot be saved."""

    def change(tallies: Mapping[str, Tally]) -> Mapping[str, Tally]:
        return {} if challenge is None else {k: v for k, v in tallies.items() if k != challenge}

    notes = _change(change)
    for note in notes:
        if note.startswith(_NOT_SAVED):
            raise UserError(note)
    return notes


def folder() -> Path:
    """Where progress is kept."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    from platformdirs import user_data_dir  # 9 ms

    return Path(user_data_dir("judge", appauthor=False))


def _file() -> Path:
    return folder() / _FILE


def _added(tally: Tally | None, report: Report, complete: bool) -> Tally:
    tally = tally or Tally()
    now = _now()
    attempted = str(report.verdict) in _ATTEMPTS
    tally = replace(
        tally,
        attempts=tally.attempts + attempted,
        verdict=str(report.verdict),
        checked=now,
    )
    if not (complete and attempted):
        return tally
    best = replace(
        tally,
        earned=report.points.earned,
        possible=report.points.possible,
        seconds=report.seconds,
    )
    # At equal points the quicker check is the better one. A first check is always the best.
    if not tally.possible or (best.share, -best.seconds) > (tally.share, -tally.seconds):
        tally = best
    solved = now if report.verdict == "passed" else None
    return replace(tally, solved=tally.solved or solved)


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat(timespec="seconds")


# --- the file ---------------------------------------------------------------------------------

_NOT_SAVED = "Your progress is not saved: "
_Change = Callable[[Mapping[str, Tally]], Mapping[str, Tally]]


class _Unreadable(Exception):  # noqa: N818  never leaves this module; its text is a note
    """The file cannot be used. `damaged`: what it holds makes no sense, and it may be set aside."""

    def __init__(self, text: str, *, damaged: bool = False) -> None:
        super().__init__(text)
        self.damaged = damaged


def _change(change: _Change) -> tuple[str, ...]:
    """Read, change and write under the lock; notes on what went wrong."""
    from filelock import FileLock, Timeout  # 19 ms, and only for writing

    file = _file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_suffix(".lock"), timeout=_LOCK_SECONDS):
            return _change_locked(file, change)
    except Timeout:
        why = f"another check has held {file.with_suffix('.lock')} for {_LOCK_SECONDS:g} s."
        return (f"{_NOT_SAVED}{why}",)
    except OSError as error:
        why = f"{file.parent} cannot be written ({error.strerror or error})."
        return (f"{_NOT_SAVED}{why} {VARIABLE} can name another folder.",)


def _change_locked(file: Path, change: _Change) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    try:
        tallies = _read(file)
    except _Unreadable as error:
        if not error.damaged:
            return (f"{_NOT_SAVED}{error}",)
        tallies = {}
        notes = (_set_aside(file),)
    _write(file, change(tallies))
    return notes


def _read(file: Path) -> Mapping[str, Tally]:
    """The tallies in `file`, none if there is no file. Raises _Unreadable."""
    try:
        data = json.loads(file.read_bytes())
        if type(data["schema"]) is int and data["schema"] > SCHEMA:
            raise _Unreadable(f"{file} was written by a newer judge.")
        return {id: _tally(fields) for id, fields in data["challenges"].items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _Unreadable(f"{file} cannot be read ({error.strerror or error}).") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        text = f"{file} is damaged; the next check sets it aside and begins anew."
        raise _Unreadable(text, damaged=True) from None


def _tally(fields: dict[str, Any]) -> Tally:
    """Raises TypeError or ValueError for what no Tally ever wrote."""
    tally = Tally(**fields)
    numbers = (tally.attempts, tally.earned, tally.possible, tally.seconds, *tally.hints.values())
    texts = (tally.solved, tally.verdict, tally.checked)
    if not all(type(number) in (int, float) and number >= 0 for number in numbers):
        raise ValueError("a number is none")
    if not all(text is None or type(text) is str for text in texts):
        raise ValueError("a text is none")
    return tally


def _write(file: Path, tallies: Mapping[str, Tally]) -> None:
    from judge.files import write_atomically

    challenges = {id: asdict(tally) for id, tally in sorted(tallies.items())}
    data = {"schema": SCHEMA, "challenges": challenges}
    write_atomically(file, (json.dumps(data, indent=1) + "\n").encode())


def _set_aside(file: Path) -> str:
    """Give a damaged file another name, one that is free; a note that says so."""
    stamp = _now()[:19].replace(":", "").replace("-", "")
    number = 0
    while (kept := file.with_name(f"progress.damaged-{stamp}-{number}.json")).exists():
        number += 1
    file.rename(kept)
    return f"Your progress could not be read and begins anew; what was there is kept in {kept}"
