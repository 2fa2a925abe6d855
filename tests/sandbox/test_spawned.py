"""Workers without a fork server: on this machine, and as macOS and Windows would have them."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import pytest

from judge.errors import RulesBroken, TimeUp, TooMuchOutput, WorkerDied
from judge.sandbox.channel import OUTPUT_KEPT, OUTPUT_LIMIT
from judge.sandbox.forkserver import ENVIRONMENT
from judge.sandbox.spawned import SpawnSandbox
from tests.sandbox.processes import LONG, children_of, descriptors, eventually, is_alive
from tests.sandbox.spawning import here, loaded, spawned
from tests.students import MEMORY, asked, called

__all__ = ["here", "spawned"]  # fixtures

# --- fresh and closed in ------------------------------------------------------------------------


def test_every_worker_is_a_fresh_process(spawned: SpawnSandbox) -> None:
    source = """
import os
import numpy as np
def visit():
    seen = getattr(np, "left", 0)
    np.left = seen + 1
    return os.getpid(), seen
"""
    found = []
    for _ in range(2):
        with loaded(spawned, source) as made:
            found += [called(made, "visit"), called(made, "visit")]
    assert [seen for _, seen in found] == [0, 1, 0, 1]
    assert len({pid for pid, _ in found}) == 2


def test_values_of_every_size_cross(spawned: SpawnSandbox) -> None:
    large = np.arange(3_000_000.0)
    with loaded(spawned, "def same(x):\n    return x, 'y' * 10_000") as made:
        value, text = called(made, "same", large)
        assert called(made, "same", None)[0] is None
    assert np.array_equal(value, large)
    assert text == "y" * 10_000


def test_a_worker_is_given_nothing_of_ours(
    spawned: SpawnSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    source = """
import os, sys
def look():
    found = {}
    for fd in range(100):
        try:
            found[fd] = os.readlink(f"/proc/self/fd/{fd}")
        except OSError:
            pass
    return dict(os.environ), sys.argv, sys.stdin.read(), found
"""
    with loaded(spawned, source) as made:
        environment, arguments, read, found = called(made, "look")
    assert set(environment) <= {*ENVIRONMENT, "LC_CTYPE", "SYSTEMROOT"}
    assert arguments == ["-c"]
    assert read == ""
    assert len(found) <= 5
    assert found[0] == "/dev/null"
    assert found[1] == found[2]


def test_a_posix_worker_has_a_session_and_descriptors_as_a_forked_one(here: SpawnSandbox) -> None:
    source = """
import os
def look():
    open_now = [fd for fd in range(100) if os.path.exists(f"/proc/self/fd/{fd}")]
    return os.getpid(), os.getsid(0), os.getpgid(0), open_now
"""
    with loaded(here, source) as made:
        pid, session, group, found = called(made, "look")
    assert pid == session == group == made.pid
    assert found == [0, 1, 2, 3]


def test_the_judge_itself_cannot_be_found_inside(spawned: SpawnSandbox) -> None:
    source = """
import sys
def modules():
    import judge
    return [n for n in sys.modules if n.startswith("judge.")], judge.check("x")
"""
    with loaded(spawned, source) as made:
        assert called(made, "modules") == ([], None)


# --- limits -------------------------------------------------------------------------------------

LOOPS = {
    "python": "def loop():\n    while True:\n        pass",
    "C": "def loop():\n    return sum(iter(int, 1))",
    "signals blocked": "import signal\ndef loop():\n"
    "    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n    while True:\n        pass",
}


@pytest.mark.parametrize("source", LOOPS.values(), ids=LOOPS.keys())
def test_a_loop_ends_when_its_time_is_up(spawned: SpawnSandbox, source: str) -> None:
    with loaded(spawned, source) as made:
        with pytest.raises(TimeUp):
            made.ask("call", asked("loop"), 0.2)
        assert made.charged >= 0.2
        with pytest.raises(TimeUp):
            made.ask("call", asked("loop", b"x" * 10_000_000), 0.2)
        pid = made.pid
    assert not is_alive(pid)


def test_starting_is_not_charged_for(spawned: SpawnSandbox) -> None:
    with spawned.worker(MEMORY) as made:
        made.ask("random", {}, LONG)
        assert made.charged < LONG


def test_memory_beyond_the_limit_is_refused_as_a_memory_error(here: SpawnSandbox) -> None:
    source = "import numpy as np\ndef array(size):\n    return np.ones(size).nbytes"
    with loaded(here, source, memory=256 << 20) as made:
        assert called(made, "array", 10_000_000) == 80_000_000
        reply = made.ask("call", asked("array", 3 * 2**27), LONG)
        assert (reply.kind, reply.value["type"]) == ("raised", "MemoryError")


def test_what_is_printed_is_drained_and_its_beginning_kept(spawned: SpawnSandbox) -> None:
    source = """
import os, sys
def talk():
    print("begin", flush=True)
    os.write(2, b"\\xff|")
    sys.stdout.write("x" * 300_000)
    sys.stdout.flush()
    return 1
"""
    with loaded(spawned, source) as made:
        assert called(made, "talk") == 1
        assert eventually(lambda: len(made.output()) == OUTPUT_KEPT)
        assert made.output().startswith("begin\n\ufffd|xxx")


def test_a_flood_of_prints_ends_the_worker(spawned: SpawnSandbox) -> None:
    source = "def flood():\n    while True:\n        print('x' * 10_000)"
    with loaded(spawned, source) as made:
        with pytest.raises(TooMuchOutput) as caught:
            called(made, "flood")
        assert caught.value.limit == OUTPUT_LIMIT
        pid = made.pid
    assert not is_alive(pid)


# --- ends ---------------------------------------------------------------------------------------

ENDS = {
    "os._exit(7)": "left with exit code 7",
    "os._exit(0)": "left with exit code 0",
    "os.abort()": "killed by signal 6 (SIGABRT)",
    "os.kill(os.getpid(), 9)": "killed by signal 9 (SIGKILL)",
    "os.kill(os.getpid(), 11)": "killed by signal 11 (SIGSEGV)",
    "os.closerange(3, 100); [None for _ in iter(int, 1)]": "it closed its channel",
}


@pytest.mark.parametrize("end", ENDS)
def test_how_a_worker_ended_is_named(spawned: SpawnSandbox, end: str) -> None:
    with loaded(spawned, f"import os\ndef leave():\n    {end}") as made:
        for _ in range(2):
            with pytest.raises(WorkerDied) as caught:
                made.ask("call", asked("leave"), LONG)
            assert str(caught.value) == ENDS[end]


def test_a_worker_can_be_killed_from_another_thread(spawned: SpawnSandbox) -> None:
    with loaded(spawned, LOOPS["python"]) as made:
        timer = threading.Timer(0.05, made.kill)
        timer.start()
        with pytest.raises(WorkerDied):
            made.ask("call", asked("loop"), LONG)
        timer.join()
    made.kill()  # nothing is there any more


def test_a_forged_answer_breaks_the_rules(spawned: SpawnSandbox) -> None:
    source = """
import os
def forge():
    for fd in range(3, 10):
        try:
            os.write(fd, b"\\xff" * 64)
        except OSError:
            pass
    while True:
        pass
"""
    with loaded(spawned, source) as made, pytest.raises(RulesBroken):
        made.ask("call", asked("forge"), LONG)


CHILD = """
import os
def start():
    read, write = os.pipe()
    if os.fork() == 0:
        if os.fork() == 0:
            os.write(write, b"%d" % os.getpid())
            while True:
                pass
        os._exit(0)
    return int(os.read(read, 20))
"""


@pytest.mark.parametrize("leaves", [False, True])
def test_grandchildren_die_with_their_group(here: SpawnSandbox, leaves: bool) -> None:
    with loaded(here, f"{CHILD}\ndef leave():\n    os._exit(0)") as made:
        pid = called(made, "start")
        assert is_alive(pid)
        if leaves:
            with pytest.raises(TimeUp):  # its children hold the channel open
                called(made, "leave", seconds=0.2)
    assert eventually(lambda: not is_alive(pid))


def test_nothing_is_left(spawned: SpawnSandbox) -> None:
    with spawned.worker(MEMORY):
        pass
    before = descriptors(), threading.active_count(), children_of(os.getpid())
    for _ in range(5):
        with spawned.worker(MEMORY) as made:
            assert made.ask("random", {}, LONG).kind == "value"
    assert (descriptors(), threading.active_count(), children_of(os.getpid())) == before


def test_closing_ends_every_worker(spawned: SpawnSandbox) -> None:
    with loaded(spawned, "def one(): return 1") as made:
        spawned.close()
        assert eventually(lambda: not is_alive(made.pid))
        with pytest.raises(WorkerDied):
            called(made, "one")
    with loaded(spawned, "def one(): return 1") as made:
        assert called(made, "one") == 1


def test_signals_of_a_terminal_do_not_reach_a_worker(here: SpawnSandbox) -> None:
    with loaded(here, "def one(): return 1") as made:
        assert os.getpgid(made.pid) != os.getpgid(0)
        os.kill(made.pid, signal.SIGCONT)
        assert called(made, "one") == 1
