"""The loop of `judge watch`, with events that are written down and a checker that knows answers."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from judge import progress
from judge.catalogue import Entry
from judge.checking import Wish
from judge.errors import UserError
from judge.events import Event
from judge.hints import Hint
from judge.report.change import Change
from judge.report.examples import failing, passing, report
from judge.results import Report, Verdict
from judge.submission import Submission
from judge.watch import PATIENCE, QUIET, Watch, next_unsolved

ID = "flash_attention"
SAVED, QUIT = Event.SAVED, Event.QUIT
STILL = None  # nothing happened for as long as was asked
REFUSED = msgspec.structs.replace(report(()), verdict=Verdict.REFUSED, reason="line 1")
BROKEN = msgspec.structs.replace(failing(), verdict=Verdict.BROKEN)
ANSWERS = {"wrong": failing(), "right": passing(), "def f(": REFUSED, "ours": BROKEN}

Step = Event | Callable[[], None] | None


class Written:
    """Events that are written down; functions among them happen in between. The end is QUIT."""

    def __init__(self, *steps: Step) -> None:
        self._steps = iter(steps)
        self.followed: list[list[Path]] = []
        self.waits: list[float] = []  # how long it was waited for what is written as STILL

    def wait(self, seconds: float | None = None) -> Event | None:
        for step in self._steps:
            if callable(step):
                step()
                continue
            if step is STILL:
                assert seconds is not None, "nothing is coming any more"
                self.waits.append(seconds)
            return step
        return QUIT

    def follow(self, files: Sequence[Path]) -> None:
        self.followed.append(list(files))


class Knowing:
    """A checker that knows the report of each text."""

    def __init__(self) -> None:
        self.checked: list[tuple[Wish, str]] = []

    def check(self, wish: Wish, submission: Submission, report_progress: object = None) -> Report:
        text = submission.cells[0].source.strip()
        self.checked.append((wish, text))
        if text == "Ctrl-C":
            raise KeyboardInterrupt
        if text not in ANSWERS:
            raise UserError(f"{text} is not installed here.")
        return ANSWERS[text]

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.checked]


@dataclass
class Noted:
    """A screen that notes what it is to show."""

    reports: list[Report] = field(default_factory=list)
    changes: list[Change | None] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        yield None

    def show(self, report: Report, change: Change | None) -> None:
        self.reports.append(report)
        self.changes.append(change)

    def tell(self, text: str) -> None:
        self.told.append(text)

    def add(self, text: str) -> None:
        self.added.append(text)

    def hint(self, hint: Hint) -> None:
        self.hints.append(hint)


@dataclass
class Session:
    """A folder, and what came of watching a file in it."""

    folder: Path
    file: str | None = "mine.py"
    checker: Knowing = field(default_factory=Knowing)
    screen: Noted = field(default_factory=Noted)
    events: Written = field(default_factory=Written)

    def run(self, *steps: Step, wish: Wish | None = None) -> bool:
        file = None if self.file is None else self.folder / self.file
        self.events = Written(*steps)
        loop = Watch(wish or Wish(ID), file, self.folder, self.events, self.checker, self.screen)
        return loop.run()

    def save(self, text: str, name: str = "mine.py") -> Callable[[], None]:
        """A step that saves as editors do: another file takes the name."""

        def step() -> None:
            new = self.folder / "new"
            new.write_text(text, encoding="utf-8")
            new.replace(self.folder / name)

        return step

    def remove(self, name: str = "mine.py") -> Callable[[], None]:
        return (self.folder / name).unlink


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("JUDGE_DATA", str(tmp_path / "data"))
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "mine.py").write_text("wrong", encoding="utf-8")
    return Session(folder)


# --- checks -------------------------------------------------------------------------------------


def test_it_checks_at_once(session: Session) -> None:
    assert session.run() is False
    assert session.checker.texts == ["wrong"]
    assert session.screen.reports == [failing()]
    assert session.screen.changes == [None]
    session.save("right")()
    assert session.run() is True


def test_a_save_is_checked_and_compared_with_the_last(session: Session) -> None:
    assert session.run(session.save("right"), SAVED, STILL) is True
    assert session.checker.texts == ["wrong", "right"]
    change = session.screen.changes[1]
    assert change is not None
    assert len(change.fixed) == 5
    assert session.events.waits == [QUIET]


def test_the_last_check_decides(session: Session) -> None:
    steps = (session.save("right"), SAVED, STILL, session.save("wrong"), SAVED, STILL)
    assert session.run(*steps) is False
    change = session.screen.changes[-1]
    assert change is not None
    assert change.broken


def test_several_saves_at_once_are_checked_once(session: Session) -> None:
    half, whole = session.save("def f("), session.save("right")
    assert session.run(half, SAVED, SAVED, whole, SAVED, STILL) is True
    assert session.checker.texts == ["wrong", "right"]


def test_unchanged_content_is_not_checked_again(session: Session) -> None:
    session.run(SAVED, STILL, session.save("wrong"), SAVED, STILL)
    assert session.checker.texts == ["wrong"]


def test_the_output_of_a_notebook_is_no_change(session: Session) -> None:
    def notebook(source: str, output: str) -> str:
        cell = {"cell_type": "code", "source": source, "outputs": [output], "metadata": {}}
        return json.dumps({"cells": [cell], "nbformat": 4})

    session.file = "mine.ipynb"
    session.save(notebook("wrong", ""), "mine.ipynb")()
    ran = session.save(notebook("wrong", "3.14"), "mine.ipynb")
    mended = session.save(notebook("right", "3.14"), "mine.ipynb")
    assert session.run(ran, SAVED, STILL, mended, SAVED, STILL) is True
    assert session.checker.texts == ["wrong", "right"]


def test_a_syntax_error_is_stepped_over_when_comparing(session: Session) -> None:
    steps = (session.save("def f("), SAVED, STILL, session.save("right"), SAVED, STILL)
    assert session.run(*steps) is True
    first, refused, mended = session.screen.changes
    assert (first, refused) == (None, None)
    assert mended is not None
    assert mended.before == failing().points


def test_a_failure_of_ours_is_stepped_over_when_comparing(session: Session) -> None:
    session.run(session.save("ours"), SAVED, STILL, session.save("right"), SAVED, STILL)
    assert [change is None for change in session.screen.changes] == [True, True, False]


def test_tasks_and_seed_go_with_every_check(session: Session) -> None:
    wish = Wish(ID, tasks=("forward",), seed=7)
    session.run(session.save("right"), SAVED, STILL, wish=wish)
    assert [asked for asked, _ in session.checker.checked] == [wish, wish]


# --- what cannot be checked -----------------------------------------------------------------------


def test_a_short_absence_is_not_told(session: Session) -> None:
    steps = (session.remove(), SAVED, STILL, session.save("right"), SAVED, STILL)
    assert session.run(*steps) is True
    assert session.screen.told == []
    assert session.events.waits == [QUIET, QUIET]


@pytest.mark.parametrize("half", ["", "\0", "   "])
def test_half_written_content_is_not_told(session: Session, half: str) -> None:
    steps = (session.save(half), SAVED, STILL, session.save("right"), SAVED, STILL)
    assert session.run(*steps) is True
    assert session.screen.told == []


def test_a_file_that_stays_away_is_told_once(session: Session) -> None:
    gone = (session.remove(), SAVED, STILL, STILL)
    assert session.run(*gone, SAVED, STILL, STILL) is False
    (told,) = session.screen.told
    assert told.startswith(f"There is no file {session.folder / 'mine.py'}.")
    assert session.events.waits[:2] == [QUIET, PATIENCE]


def test_a_file_that_comes_back_is_shown_again(session: Session) -> None:
    session.save("right")()
    steps = (session.remove(), SAVED, STILL, STILL, session.save("right"), SAVED, STILL)
    assert session.run(*steps) is True
    assert session.checker.texts == ["right", "right"]


def test_watching_begins_before_the_file_is_there(session: Session) -> None:
    session.file = "later.py"
    assert session.run(session.save("right", "later.py"), SAVED, STILL) is True
    assert len(session.screen.told) == 1


def test_the_usual_file_is_found_at_each_save(session: Session) -> None:
    session.file = None
    script, notebook = f"{ID}.py", f"{ID}.ipynb"
    steps = (
        *(session.save("wrong", script), SAVED, STILL),
        *(session.save("{}", notebook), SAVED, STILL, STILL),
        *(session.remove(notebook), session.save("right", script), SAVED, STILL),
    )
    assert session.run(*steps) is True
    assert session.checker.texts == ["wrong", "right"]
    assert session.events.followed == [[session.folder / notebook, session.folder / script]]
    none, both = session.screen.told
    assert none.startswith(f"There is no {notebook} and no {script}")
    assert both.startswith("Both ")


def test_what_the_checker_refuses_is_told(session: Session) -> None:
    assert session.run(session.save("torch"), SAVED, STILL) is False
    assert session.screen.told == ["torch is not installed here."]
    assert session.run(Event.AGAIN) is False
    assert session.checker.texts == ["wrong", "torch", "torch", "torch"]


# --- keys ---------------------------------------------------------------------------------------


def test_r_runs_unchanged_content_again(session: Session) -> None:
    session.run(Event.AGAIN, Event.AGAIN)
    assert session.checker.texts == ["wrong"] * 3
    assert [change is None for change in session.screen.changes] == [True, False, False]


def test_a_key_does_not_wait_for_a_save_to_end(session: Session) -> None:
    assert session.run(session.save("right"), SAVED, Event.AGAIN) is True
    assert session.checker.texts == ["wrong", "right", "right"]


def test_leaving_does_not_wait_for_a_save_to_end(session: Session) -> None:
    assert session.run(session.save("right"), SAVED, QUIT, Event.AGAIN) is False
    assert session.checker.texts == ["wrong"]


def test_ctrl_c_leaves_at_any_time(session: Session) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    session.save("right")()
    assert session.run(press, Event.AGAIN) is True
    assert session.run(SAVED, press) is True
    assert session.run(session.save("Ctrl-C"), SAVED, STILL, Event.AGAIN) is False
    assert session.screen.told == []


def test_h_gives_hints_for_the_first_task_that_does_not_pass(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.run(Event.HINT, Event.HINT)
    tasks = (passing().tasks[0], failing().tasks[1])
    monkeypatch.setitem(ANSWERS, "half", msgspec.structs.replace(failing(), tasks=tasks))
    session.save("half")()
    session.run(Event.HINT)
    found = [(hint.task, hint.step) for hint in session.screen.hints]
    assert found == [("forward", 1), ("forward", 2), ("backward", 1)]


def test_h_before_anything_was_checked(session: Session) -> None:
    session.remove()()
    session.run(Event.HINT)
    session.run(Event.HINT, wish=Wish(ID, tasks=("backward",)))
    assert [hint.task for hint in session.screen.hints] == ["forward", "backward"]
    session.save("def f(")()
    session.run(Event.HINT)
    assert session.screen.hints[-1].task == "forward"


def test_h_when_everything_passes(session: Session) -> None:
    session.save("right")()
    session.run(Event.HINT)
    assert session.screen.hints == []
    assert "passes" in session.screen.added[0]


def test_a_challenge_that_is_gone_ends_nothing(session: Session) -> None:
    assert (
        session.run(Event.HINT, Event.NEXT, wish=Wish("gone", folders=(Path("nowhere"),))) is False
    )
    assert len(session.screen.added) == 2
    assert all("there is no folder nowhere" in text for text in session.screen.added)


def upcoming(monkeypatch: pytest.MonkeyPatch, *ids: str) -> None:
    """The catalogue consists of these challenges."""
    monkeypatch.setattr("judge.catalogue.Catalogue.entries", [entry(id) for id in ids])


def entry(id: str) -> Entry:
    return Entry(id, id.title(), "kernels", "easy", "1.0", "numpy", (), 0, "")


def test_n_goes_on_when_the_file_is_here(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    upcoming(monkeypatch, ID, "softmax_numpy")
    session.save("right", "softmax_numpy.py")()
    wish = Wish(ID, tasks=("forward",), seed=7)
    edited = session.save("wrong", "softmax_numpy.py")
    assert session.run(Event.NEXT, edited, SAVED, STILL, wish=wish) is False
    assert [(asked.challenge, text) for asked, text in session.checker.checked] == [
        (ID, "wrong"),
        ("softmax_numpy", "right"),
        ("softmax_numpy", "wrong"),
    ]
    assert session.checker.checked[1][0] == Wish("softmax_numpy", seed=7)
    assert [path.name for path in session.events.followed[-1]] == [
        "softmax_numpy.ipynb",
        "softmax_numpy.py",
    ]
    assert session.screen.changes[:2] == [None, None]


def test_n_says_how_to_start_what_is_not_here(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    upcoming(monkeypatch, ID, "softmax_numpy")
    session.run(Event.NEXT)
    (said,) = session.screen.added
    assert said.startswith("Next is softmax_numpy: Softmax_Numpy.\n")
    assert "`judge start softmax_numpy`" in said
    assert session.checker.texts == ["wrong"]


def test_n_when_everything_else_is_solved(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    upcoming(monkeypatch, ID)
    session.run(Event.NEXT)
    assert session.screen.added == ["Every other challenge is solved."]


def test_the_next_challenge_is_in_the_order_of_study() -> None:
    entries = [entry(id) for id in "abcd"]

    def after(id: str, *solved: str) -> str | None:
        tallies = {one: progress.Tally(attempts=1, solved="2026-01-01") for one in solved}
        tallies["d"] = tallies.get("d", progress.Tally(attempts=1))
        found = next_unsolved(entries, id, progress.Progress(tallies))
        return None if found is None else found.id

    assert after("a") == "b"
    assert after("b", "c") == "d"
    assert after("d") == "a"
    assert after("c", "a", "d") == "b"
    assert after("a", "b", "c", "d") is None
    assert after("elsewhere", "a") == "b"
