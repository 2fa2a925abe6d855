"""check() in a real kernel, with a challenge small enough to see one thing at a time."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import judge.service
from judge.checking import Checker
from tests.folders import write_challenge
from tests.kernels import Kernel, family, kernel, services_of, wait_until

TESTS = '''
from judge.testing import Student, expect_close, hidden_test


@hidden_test(task="twice", points=2, aspect="values", limit=1.5)
def two_becomes_four(student: Student) -> None:
    """Twice two is four."""
    expect_close(student.call("twice", 2.0), 4.0, name="y")


@hidden_test(task="twice", points=1, aspect="values", limit=1.5)
def times_may_be_three(student: Student) -> None:
    """Three times two is six."""
    expect_close(student.call("twice", 2.0, times=3), 6.0, name="y")
'''
CHECK = "check('double')"
RIGHT = "def twice(x, *, times=2):\n    return x * times"
WRONG = "def twice(x, *, times=2):\n    return x + x"
LOOP = "def twice(x, *, times=2):\n    while True:\n        pass"


@pytest.fixture(scope="module", autouse=True)
def challenges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with one challenge, and a place for progress that is not the user's."""
    folder = tmp_path_factory.mktemp("kernels")
    write_challenge(folder / "challenges", tests=TESTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUDGE_CHALLENGES", str(folder / "challenges"))
        patch.setenv("JUDGE_DATA", str(folder / "data"))
        yield folder


@pytest.fixture(scope="module")
def shared(challenges: Path) -> Iterator[Kernel]:
    """One kernel for the tests that leave it as they found it."""
    with kernel(challenges) as running:
        assert running.run("from judge import check") == ""
        yield running


def test_a_wrong_cell_fails_and_the_fixed_one_passes(shared: Kernel) -> None:
    shared.run(WRONG)
    assert "2 of 3 points" in shared.run(CHECK)
    shared.run(RIGHT)
    report = shared.run(CHECK)
    assert "passed" in report
    assert "3 of 3 points" in report


def test_a_report_is_one_output_in_html_and_in_text_without_escapes(shared: Kernel) -> None:
    shared.run(RIGHT)
    (output,) = shared.outputs(CHECK)
    assert "\x1b" not in output.data["text/plain"]
    assert "3 of 3" in output.data["text/html"]


HANDED_IN = {
    "a helper in another cell": [
        "def helper(x, n):\n    return x * n",
        RIGHT.replace("x * times", "helper(x, times)"),
    ],
    "a helper defined later": [
        RIGHT.replace("x * times", "later(x, times)"),
        "def later(x, n):\n    return x * n",
    ],
    "a timed cell": ["%%time\n" + RIGHT],
    "a redefinition": [WRONG, RIGHT],
    "a class": [
        "class Twice:\n    def __call__(self, x, *, times=2):\n        return x * times",
        "twice = Twice()",
    ],
    "a closure": [
        "def make(by):\n    def inner(x, *, times=2):\n        return x * times + by\n"
        "    return inner",
        "twice = make(0.0)",
    ],
    "magics and a demo": [
        "%matplotlib_does_not_exist\n",
        "!echo shell > /dev/null\n" + RIGHT,
        "print(twice(21))\nimport does_not_exist_for_a_plot",
    ],
}


@pytest.mark.parametrize("cells", HANDED_IN.values(), ids=HANDED_IN.keys())
def test_what_the_kernel_has_run_is_found(shared: Kernel, cells: list[str]) -> None:
    shared.run("def twice(x, *, times=2):\n    raise NotImplementedError")
    for cell in cells:
        shared.run(cell)
    assert "3 of 3 points" in shared.run(CHECK)


def test_a_cell_that_defines_and_checks_is_checked_as_it_is(shared: Kernel) -> None:
    shared.run(WRONG)
    report = shared.run(f"{RIGHT}\n{CHECK}")
    assert "3 of 3 points" in report
    assert "in memory" not in report


def test_a_deleted_cell_counts_as_run(shared: Kernel) -> None:
    shared.run(RIGHT)
    shared.client.nb.cells.clear()
    assert "3 of 3 points" in shared.run(CHECK)


def test_an_endless_loop_is_reported_and_the_kernel_keeps_its_variables(shared: Kernel) -> None:
    shared.run("kept = 41")
    shared.run(LOOP)
    started = time.monotonic()
    report = shared.run(CHECK)
    assert time.monotonic() - started < 8
    assert "exceeded" in report
    assert shared.run("kept + 1") == "42"


def test_a_crash_of_the_process_is_reported(shared: Kernel) -> None:
    shared.run("import os\ndef twice(x, *, times=2):\n    os._exit(3)")
    assert "exit code 3" in " ".join(shared.run(CHECK).split())
    assert shared.run("kept") == "41"


def test_the_stub_is_not_attempted_and_shows_no_traceback(shared: Kernel) -> None:
    shared.run("def twice(x, *, times=2):\n    raise NotImplementedError('write me')")
    report = shared.run(CHECK)
    assert "not attempted" in report
    assert "Traceback" not in report


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("check('doubel')", "Did you mean double?"),
        ("check('double', task='twise')", "Did you mean twice?"),
        ("check(print)", "the id of a challenge as text"),
        ("check('double', 1)", "the name of a task as text"),
        ("from judge import hint\nhint(print)", "the id of a challenge as text"),
    ],
)
def test_a_misspelt_name_is_a_sentence(shared: Kernel, call: str, said: str) -> None:
    report = shared.run(call)
    assert said in report
    assert "Traceback" not in report


def test_a_function_changed_behind_the_cells_is_named(shared: Kernel) -> None:
    shared.run(RIGHT)
    shared.run("exec('def twice(x, *, times=2):\\n    return 0')")
    report = shared.run("import IPython; " + CHECK)
    assert "twice" in report
    shared.run(RIGHT)


def test_interrupt_gives_the_prompt_back_and_the_next_check_works(shared: Kernel) -> None:
    shared.run(RIGHT)
    shared.run(CHECK)
    (service,) = services_of(shared.pid)
    shared.run(LOOP)

    def interrupt_once_a_worker_runs() -> None:
        def busy() -> bool:  # a worker, that is: not the service, not its fork server
            return any(_burns(process) for process in family(service)[2:])

        if wait_until(busy):
            shared.interrupt()

    thread = threading.Thread(target=interrupt_once_a_worker_runs)
    thread.start()
    assert "KeyboardInterrupt" in shared.run(CHECK)
    thread.join()
    assert wait_until(lambda: not service.is_running())
    shared.run(RIGHT)
    assert "3 of 3 points" in shared.run(CHECK)


def test_two_kernels_do_not_disturb_each_other(shared: Kernel, challenges: Path) -> None:
    with kernel(challenges) as other:
        other.run("from judge import check")
        other.run(WRONG)
        shared.run(RIGHT)
        assert "2 of 3 points" in other.run(CHECK)
        assert "3 of 3 points" in shared.run(CHECK)
        assert services_of(other.pid) != services_of(shared.pid)


def test_a_killed_kernel_leaves_no_process(challenges: Path) -> None:
    with kernel(challenges) as doomed:
        doomed.run("from judge import check")
        doomed.run(RIGHT)
        doomed.run(CHECK)
        (service,) = services_of(doomed.pid)
        left = family(service)
        assert len(left) >= 2
        doomed.kill()
        assert wait_until(lambda: not any(_lives(process) for process in left))


def test_a_forked_child_of_the_kernel_has_a_service_of_its_own(shared: Kernel) -> None:
    shared.run(RIGHT)
    shared.run(CHECK)
    child = (
        "import os\npid = os.fork()\n"
        "if pid == 0:\n"
        "    from judge.kernel import service\n"
        "    os._exit(0 if service()._process.pid else 1)\n"
        "os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])"
    )
    assert shared.run(child).strip().endswith("0")
    assert "3 of 3 points" in shared.run(CHECK)


def test_a_report_that_cannot_be_sent_is_a_fault_of_the_judge_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(judge.service, "_checked", lambda *_: object())
    ours, theirs = socket.socketpair()
    with ours, theirs:
        answer = judge.service._answer({"number": 4}, ours, Checker())
    assert answer["number"] == 4
    assert answer["ours"]
    assert "TypeError" in answer["problem"]


def _burns(process: psutil.Process) -> bool:
    try:
        return process.cpu_times().user > 0.3
    except psutil.NoSuchProcess:
        return False


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_outside_ipython_the_running_file_is_graded(challenges: Path) -> None:
    import subprocess
    import sys

    script = challenges / "mine.py"
    script.write_text(f"from judge import check\n{RIGHT}\n{CHECK}\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=True, env=os.environ
    )
    assert "3 of 3 points" in done.stdout
    assert done.stderr == ""
