"""`judge watch`: a file is checked again at each save, until the person has seen enough.

The loop is given its events, its checker and its screen, and knows of no clock, no file system
events and no terminal.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from judge import hints, progress
from judge.asking import check_seed
from judge.catalogue import Entry, find_challenge, open_catalogue
from judge.checking import Checker, Wish
from judge.errors import EXIT_NOT_PASSED, EXIT_PASSED, UserError
from judge.events import Event, Events, keyboard
from judge.hints import Hint
from judge.manifest import Challenge
from judge.report.change import Change, compare, graded
from judge.report.screen import Screen
from judge.results import Report, Status, Verdict
from judge.schedule import Progress
from judge.starting import find_file, places
from judge.submission import Submission, read_submission

QUIET = 0.2  # seconds without a save: whatever the editor writes, it is done
PATIENCE = 1.0  # the same while the file is missing or makes no sense: it may be half written


class Happenings(Protocol):
    """Where events come from, as `Events` does it."""

    def wait(self, seconds: float | None = None) -> Event | None: ...

    def follow(self, files: Sequence[Path]) -> None: ...


class Checks(Protocol):
    """What checks, as `Checker` does it."""

    def check(
        self, wish: Wish, submission: Submission, report_progress: Progress | None = None
    ) -> Report: ...


class Display(Protocol):
    """What shows, as `Screen` does it."""

    def at_work(self) -> AbstractContextManager[Progress | None]: ...

    def show(self, report: Report, change: Change | None) -> None: ...

    def tell(self, text: str) -> None: ...

    def add(self, text: str) -> None: ...

    def hint(self, hint: Hint) -> None: ...


def watch(wish: Wish, file: Path | None, here: Path) -> int:
    """Watch with standard input and output; the exit code.

    Raises UserError for a wish that no save can mend, and SandboxError.
    """
    challenge = find_challenge(wish.challenge, wish.folders, wish.course)
    for task in wish.tasks:
        challenge.task(task)
    check_seed(wish.seed)
    with ExitStack() as stack:
        events = stack.enter_context(closing(Events()))
        keys = stack.enter_context(keyboard(events.tell))
        checker = stack.enter_context(closing(Checker()))
        screen = stack.enter_context(closing(Screen(keys=keys, folders=wish.folders)))
        passed = Watch(wish, file, here, events, checker, screen).run()
    return EXIT_PASSED if passed else EXIT_NOT_PASSED


@dataclass
class Watch:
    """One file being watched, the usual one of the challenge when `file` is None."""

    wish: Wish
    file: Path | None
    here: Path
    events: Happenings
    checker: Checks
    screen: Display
    _work: Submission | str | None = None  # what was looked at last, or why it could not be
    _report: Report | None = None
    _compared: Report | None = None  # the last report that said something of every test
    _passed: bool = False

    def run(self) -> bool:
        """Check at once and at each save; whether the last check passed."""
        with contextlib.suppress(KeyboardInterrupt):
            self._begin()
            event = self.events.wait()
            while event is not Event.QUIT:
                event = self._after(event) or self.events.wait()
        return self._passed

    def _begin(self) -> None:
        self.events.follow(places(self.wish.challenge, self.file, self.here))
        self._check(self._read())

    def _after(self, event: Event | None) -> Event | None:
        """Do what an event asks for; the one that came meanwhile, if one did."""
        if event is Event.SAVED:
            return self._saved()
        if event is Event.AGAIN:
            self._check(self._read())
            return None
        try:
            if event is Event.HINT:
                self._hint()
            elif event is Event.NEXT:
                self._next()
        except UserError as error:
            self.screen.add(str(error))
        return None

    # --- saves ---------------------------------------------------------------------------------

    def _saved(self) -> Event | None:
        """Check what was saved, once it is whole; the key that cut the waiting short, if any."""
        patience = QUIET
        while True:
            event = self.events.wait(patience)
            if event is Event.SAVED:
                patience = QUIET
                continue
            if event is Event.QUIT:
                return event
            work = self._read()
            if isinstance(work, Submission) or event is not None or patience == PATIENCE:
                if work != self._work:
                    self._check(work)
                return event
            patience = PATIENCE

    def _read(self) -> Submission | str:
        """What is in the file, or why it cannot be read."""
        try:
            return read_submission(find_file(self.wish.challenge, self.file, self.here))
        except UserError as error:
            return str(error)

    def _check(self, work: Submission | str) -> None:
        self._work = work
        self._passed = False
        if isinstance(work, str):
            self.screen.tell(work)
            return
        try:
            with self.screen.at_work() as tick:
                report = self.checker.check(self.wish, work, tick)
        except UserError as error:
            self.screen.tell(str(error))
            return
        self._passed = report.verdict is Verdict.PASSED
        self._report = report
        known = self._compared
        self.screen.show(report, None if known is None else compare(known, report))
        if graded(report):
            self._compared = report

    # --- keys ----------------------------------------------------------------------------------

    def _hint(self) -> None:
        """The next hint of the first task that does not pass."""
        wish, report = self.wish, self._report
        id = wish.challenge if report is None else report.challenge.id
        challenge = find_challenge(id, wish.folders, wish.course)
        task = _first_task(challenge, wish, report)
        if task is None:
            self.screen.add("All that is checked passes: there is nothing to give a hint for.")
            return
        for hint in hints.take(challenge, task, everything=False):
            self.screen.hint(hint)

    def _next(self) -> None:
        """Go on to the next challenge, if its file is here."""
        wish = self.wish
        entries = open_catalogue(wish.folders, wish.course).entries
        entry = next_unsolved(entries, wish.challenge, progress.read())
        if entry is None:
            self.screen.add("Every other challenge is solved.")
            return
        try:
            find_file(entry.id, None, self.here)
        except UserError as error:
            self.screen.add(f"Next is {entry.id}: {entry.title}.\n{error}")
            return
        self.wish = replace(wish, challenge=entry.id, tasks=())
        self.file = self._report = self._compared = None
        self._begin()


def _first_task(challenge: Challenge, wish: Wish, report: Report | None) -> str | None:
    """The first task that does not pass; of what was never checked, the first that was asked."""
    if report is None or not report.tasks:
        return wish.tasks[0] if wish.tasks else challenge.tasks[0].id
    left = (task.id for task in report.tasks if task.status is not Status.PASSED)
    return next(left, None)


def next_unsolved(entries: Sequence[Entry], id: str, done: progress.Progress) -> Entry | None:
    """The first challenge after `id` that is not solved; after the last comes the first again."""
    ids = [entry.id for entry in entries]
    place = ids.index(id) + 1 if id in ids else 0
    others = [*entries[place:], *entries[:place]]
    return next((e for e in others if e.id != id and done.of(e.id).solved is None), None)
