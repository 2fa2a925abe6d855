"""check() in IPython: send the cells run so far to the service, display its report.

A check needs no file beside the kernel and no order of cells: the code comes from the kernel's
input history, as raw text. The kernel keeps its state whatever the submission does, because the
submission runs elsewhere.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from judge.catalogue import open_catalogue
from judge.errors import SubmissionError, UserError
from judge.kernel import ServiceError, service

if TYPE_CHECKING:
    from judge.catalogue import Entry
    from judge.report.panels import Panel


def check(challenge: str, task: str | None = None, seed: int | None = None) -> None:
    """Grade what this notebook defines for `challenge` and show the report.

    `task` names one task; without it all are graded. `seed` repeats the inputs of an earlier check.
    Returns None, and never raises for a wrong answer. Outside IPython the file that is being run
    is graded.
    """
    view = _view()
    view.show("Checking ...")
    try:
        question = _question(challenge, task, seed)
        answer = service().ask(question, view.progress)
    except (UserError, ServiceError) as error:
        view.tell(str(error))
        return
    except KeyboardInterrupt:
        view.tell("The check was interrupted. Nothing was recorded.")
        raise
    if "problem" in answer:
        view.tell(_problem(answer))
        return
    view.report(answer["report"])


def hint(challenge: str, task: str | None = None) -> None:
    """Show the next hint of a task; which were taken is remembered."""
    from judge import hints
    from judge.manifest import read_challenge
    from judge.report import panels

    try:
        _expect_text("hint", challenge, task)
        found = read_challenge(open_catalogue(course=Path.cwd()).folder(challenge))
        (taken,) = hints.take(found, task, everything=False)
    except UserError as error:
        _view().tell(str(error))
        return
    _view().panel(panels.hint(taken))


def status() -> None:
    """Show the progress by track, and what comes next."""
    from judge import progress
    from judge.report import panels, standing

    try:
        catalogue = open_catalogue(course=Path.cwd())
        done = progress.read()
        board = standing.dashboard(catalogue.entries, catalogue.tracks, done)
    except UserError as error:
        _view().tell(str(error))
        return
    _view().panel(panels.status(board, done.notes))


def reset_progress(challenge: str | None = None) -> None:
    """Forget the progress in one challenge, or all of it."""
    from judge import progress

    try:
        _expect_text("reset_progress", challenge)
        if challenge is not None and challenge not in progress.read().tallies:
            open_catalogue(course=Path.cwd()).folder(challenge)  # raises, with near matches
        notes = progress.reset_progress(challenge)
    except UserError as error:
        _view().tell(str(error))
        return
    _view().tell("\n".join([f"Forgotten: {challenge or 'all progress'}.", *notes]))


def _problem(answer: dict[str, Any]) -> str:
    text = str(answer["problem"])
    if not answer["ours"]:
        return text
    return f"The judge itself failed; this is no fault of yours.\n{text}"


def _question(challenge: str, task: str | None, seed: int | None) -> dict[str, Any]:
    """What the service needs to know. Raises UserError."""
    _expect_text("check", challenge, task)
    shell = _shell()
    catalogue = open_catalogue(course=Path.cwd())
    entry = next((e for e in catalogue.entries if e.id == challenge), None)
    if entry is None:
        catalogue.folder(challenge)  # raises, with near matches
    return {
        "challenge": challenge,
        "tasks": [] if task is None else [task],
        "seed": seed,
        "folder": str(Path.cwd()),
        "cells": _cells(shell) if shell is not None else _script(),
        "kind": "kernel" if shell is not None else "script",
        "digests": _digests(shell, entry) if shell is not None and entry is not None else {},
    }


def _expect_text(function: str, challenge: object, task: object = None) -> None:
    """Names come as text: `check(softmax)` hands over the function itself. Raises UserError."""
    if not isinstance(challenge, str | None):
        kind = type(challenge).__name__
        raise UserError(
            f"{function}() takes the id of a challenge as text, not as {kind}.\n"
            f'For example: {function}("softmax"). `judge list` shows the ids.'
        )
    if not isinstance(task, str | None):
        raise UserError(
            f"{function}() takes the name of a task as text, not as {type(task).__name__}.\n"
            f'For example: {function}("{challenge}", task="forward").'
        )


def _cells(shell: Any) -> list[tuple[str, str]]:
    """The cells this kernel has run, and the running one: many define and check in one cell."""
    history = shell.history_manager.input_hist_raw
    return [(f"In [{n}]", text) for n, text in enumerate(history) if n and text]


def _digests(shell: Any, entry: Entry) -> dict[str, str]:
    """A digest of each task function in memory, to be compared with what the cells define."""
    from judge.worker.digest import digest

    names = [task.function.partition("(")[0] for task in entry.tasks]
    found = {name: shell.user_ns[name] for name in names if name in shell.user_ns}
    digests = {name: digest(value) for name, value in found.items()}
    return {name: text for name, text in digests.items() if text is not None}


def _script() -> list[tuple[str, str]]:
    """Outside IPython: the file that is being run. Raises SubmissionError."""
    file = getattr(sys.modules["__main__"], "__file__", None)
    if file is None:
        raise SubmissionError(
            "check() grades the cells of a notebook or the file that calls it; here is neither.\n"
            "In a shell type: judge check ID FILE"
        )
    from judge.submission import read_submission

    return [(cell.label, cell.source) for cell in read_submission(Path(file)).cells]


# --- showing ----------------------------------------------------------------------------------


def _shell() -> Any:
    """The running IPython shell, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _view() -> _Output | _Terminal:
    shell = _shell()
    return _Output() if shell is not None and hasattr(shell, "kernel") else _Terminal()


class _Output:
    """One output of a cell, first the progress and in the end the report."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, text: str) -> None:
        self._put({"text/plain": text})

    def tell(self, text: str) -> None:
        """A message to stay."""
        from judge.report import panels

        self.panel(panels.notice(text))

    def panel(self, panel: Panel) -> None:
        self._put(panel.bundle())

    def progress(self, running: Sequence[str], done: int, total: int) -> None:
        self.show(_ticking(running, done, total))

    def report(self, data: dict[str, Any]) -> None:
        from judge.report.jupyter import Shown

        self._put(Shown(_report(data))._repr_mimebundle_())

    def _put(self, bundle: dict[str, str]) -> None:
        if self._handle is None:
            shown: Any = import_module("IPython.display")  # its functions are not typed
            self._handle = shown.display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


class _Terminal:
    """Plain text on standard output: IPython in a terminal, or a script."""

    def show(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")

    def tell(self, text: str) -> None:
        """A message to stay."""
        self.show(text)

    def panel(self, panel: Panel) -> None:
        self.show(panel.text)

    def progress(self, running: Sequence[str], done: int, total: int) -> None:
        """A terminal's check is short; its report follows."""

    def report(self, data: dict[str, Any]) -> None:
        from judge.report.terminal import print_report

        print_report(_report(data))


def _report(data: dict[str, Any]) -> Any:
    import json

    from judge.results import from_json

    return from_json(json.dumps(data))


def _ticking(running: Sequence[str], done: int, total: int) -> str:
    what = ", ".join(running) or "..."
    return f"Checking: {done} of {total} hidden tests done; running: {what}"
