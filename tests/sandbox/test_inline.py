from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from judge.authoring import new
from judge.calls import Recorded
from judge.challenge import reference_submission
from judge.checking import Wish
from judge.debugging import NOTE, debug
from judge.errors import SandboxError, WorkerDied
from judge.manifest import Challenge, read_challenge
from judge.preparing import prepare
from judge.program import Program
from judge.results import Report, Status, Verdict
from judge.sandbox.inline import InlineSandbox
from judge.student import Student
from judge.submission import Submission, submission_from_cells

RIGHT = """
import numpy as np

def centre_rows(x):
    return x - x.mean(axis=1, keepdims=True)
"""


@pytest.fixture
def challenge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Challenge:
    monkeypatch.setenv("JUDGE_DATA", str(tmp_path / "data"))
    return read_challenge(new("centring", tmp_path))


def written(source: str) -> Submission:
    return submission_from_cells([("cell 1", source)], "a test", "notebook")


def checked(challenge: Challenge, source: str) -> Report:
    wish = Wish(challenge.id, seed=1, folders=(challenge.folder.parent,))
    return debug(wish, written(source))


def asked(source: str, work: Callable[[Student], Any]) -> Any:
    """What `work` returns with a Student of this source in an inline worker."""
    sandbox = InlineSandbox()

    def inside() -> Any:
        with sandbox.worker(1 << 30) as worker:
            cells = [["cell 1", source]]
            plan = worker.ask(
                "plan", {"cells": cells, "kind": "notebook", "wanted": ["f"]}, 1
            ).value
            program = Program(plan, 1 << 30, ("numpy",), ("numpy",), {"f": ("x",)}, {})
            student = Student(worker, program, 1.0, np.random.default_rng(0))
            student.load()
            return work(student)

    return sandbox.run(inside)


# --- the same answers as anywhere -------------------------------------------------------------


def test_a_right_submission_passes_and_nothing_is_recorded(
    challenge: Challenge, tmp_path: Path
) -> None:
    report = checked(challenge, RIGHT)
    assert report.verdict is Verdict.PASSED
    assert (report.isolation.level, report.isolation.layers) == ("none", ())
    assert report.notes[0] == NOTE
    assert not (tmp_path / "data").exists()


def test_a_wrong_one_fails_with_its_evidence(challenge: Challenge) -> None:
    report = checked(challenge, RIGHT.replace("axis=1", "axis=0"))
    assert report.verdict is Verdict.FAILED
    assert report.tests[0].misconception is not None
    assert report.tests[0].misconception.name == "centres_columns"


def test_a_raising_one_crashes_at_its_line(challenge: Challenge) -> None:
    report = checked(challenge, "def centre_rows(x):\n    return x.middle()\n")
    assert report.tests[0].status is Status.CRASHED
    frame = report.tests[0].evidence.frames[-1]  # type: ignore[union-attr]  # Raised has frames
    assert (frame.label, frame.line, frame.code) == ("cell 1", 2, "return x.middle()")


def test_the_reference_is_measured_beside_the_submission(challenge: Challenge) -> None:
    sandbox = InlineSandbox()

    def work() -> tuple[int, int]:
        ready = prepare(challenge, reference_submission(challenge), sandbox.worker)
        assert ready.program is not None
        rng = np.random.default_rng(0)
        x = np.ones((100, 1000))
        with sandbox.worker(1 << 30) as one, sandbox.worker(1 << 30) as two:
            first, second = (Student(worker, ready.program, 1.0, rng) for worker in (one, two))
            first.load()
            second.load()
            runs = [student.measure("centre_rows", x) for student in (first, second)]
        return runs[0].traced_bytes, runs[1].returned_bytes

    traced, returned = sandbox.run(work)
    assert traced >= returned == 800_000


def test_arguments_are_copies_and_results_too() -> None:
    source = "kept = []\ndef f(x):\n    x += 1\n    kept.append(x)\n    return x\n"
    x = np.zeros(3)

    def work(student: Student) -> tuple[Any, Any]:
        first = student.call("f", x)
        first += 100
        return x, student.call("f", x)

    before, after = asked(source, work)
    assert before.tolist() == [0, 0, 0]
    assert after.tolist() == [1, 1, 1]


def test_a_function_of_the_test_runs_with_the_tests() -> None:
    threads: list[Any] = []

    def doubled(x: int) -> int:
        import threading

        threads.append(threading.current_thread())
        return 2 * x

    source = "def f(x):\n    return x(1) + x(20)\n"
    assert asked(source, lambda student: student.call("f", Recorded(doubled))) == 42
    import threading

    assert threading.main_thread() not in threads


def test_the_modules_of_the_judge_are_back_while_tests_run() -> None:
    source = (
        "import judge\nfrom judge import check\n"
        "def f(x):\n    import judge as again\n"
        "    return [check('relu'), judge is again, '__main__' in repr(again)]\n"
    )
    before = dict(sys.modules)

    def work(student: Student) -> Any:
        assert sys.modules["judge"] is before["judge"]
        return student.call("f", 0)

    assert asked(source, work) == [None, True, False]
    changed = {
        name
        for name in before
        if sys.modules.get(name) is not before[name] and not name.startswith("_")
    }
    assert changed == set()
    assert sys.modules["__main__"] is before["__main__"]


# --- stopping ---------------------------------------------------------------------------------


def test_a_debugger_stops_in_the_submission_and_shows_its_lines(
    challenge: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = RIGHT.replace("    return", "    import pdb; pdb.Pdb().set_trace()\n    return")
    monkeypatch.setattr(sys, "stdin", io.StringIO("p x.shape\nlist\nq\n"))
    monkeypatch.setattr(sys, "stdout", screen := io.StringIO())
    with pytest.raises(KeyboardInterrupt, match=r"cell 1, line \d"):
        checked(challenge, source)
    assert "(4, 7)" in screen.getvalue()
    assert "def centre_rows(x):" in screen.getvalue()


def test_ctrl_c_says_where_the_submission_was(challenge: Challenge) -> None:
    source = "import signal\ndef centre_rows(x):\n    signal.raise_signal(signal.SIGINT)\n"
    with pytest.raises(KeyboardInterrupt, match=r"cell 1, line 3: signal\.raise_signal"):
        checked(challenge, source)


def test_after_a_stop_nothing_is_answered() -> None:
    sandbox = InlineSandbox()
    seen: list[BaseException] = []

    def work() -> None:
        with sandbox.worker(1 << 30) as worker:
            worker.kill()
            with pytest.raises(WorkerDied) as caught:
                worker.ask("live", {"names": []}, 1)
            seen.append(caught.value)
        sandbox.close()
        with pytest.raises(SandboxError), sandbox.worker(1 << 30):
            pass

    sandbox.run(work)
    assert str(seen[0]) == "the check was ended"


def test_what_a_test_raises_is_raised_again() -> None:
    def work(_student: Student) -> None:
        raise LookupError("ours")

    with pytest.raises(LookupError, match="ours"):
        asked("def f(x):\n    return x\n", work)
