"""What a worker starts dies with it; what it uses is seen from outside."""

from __future__ import annotations

import threading

import pytest

from judge.errors import WorkerDied
from judge.sandbox.process import ProcessSandbox
from tests.sandbox.processes import (
    LONG,
    children_of,
    eventually,
    is_alive,
    only_the_spare,
    server_of,
)
from tests.students import asked, called, worker

# --- descendants --------------------------------------------------------------------------------

FORKS = {
    "child": """
def start():
    pid = os.fork()
    if pid == 0:
        rest()
    return [pid]
""",
    "twice forked": """
def start():
    read, write = os.pipe()
    if os.fork() == 0:
        if os.fork() == 0:
            os.write(write, b"%d" % os.getpid())
            rest()
        os._exit(0)
    return [int(os.read(read, 20))]
""",
    "daemon": """
def start():
    read, write = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
            os.write(write, b"%d" % os.getpid())
            rest()
        os._exit(0)
    return [int(os.read(read, 20))]
""",
    "three generations": """
def start():
    read, write = os.pipe()
    for _ in range(3):
        if os.fork():
            break
        os.setsid()
        os.write(write, b"%d " % os.getpid())
    else:
        rest()
    if os.getpid() != HERE:
        rest()
    pids = b""
    while pids.count(b" ") < 3:
        pids += os.read(read, 100)
    return [int(pid) for pid in pids.split()]
""",
}
FORK_HEAD = """
import os, signal
HERE = os.getpid()
def rest():
    os.closerange(3, 100)
    while True:
        signal.pause()
"""


@pytest.mark.parametrize("source", FORKS.values(), ids=FORKS.keys())
def test_descendants_die_with_their_worker(sandbox: ProcessSandbox, source: str) -> None:
    with worker(sandbox, FORK_HEAD + source) as made:
        reply = made.ask("call", asked("start"), LONG)
        refused = reply.kind == "raised" and reply.value["type"] in ("PermissionError", "OSError")
        pids = [] if refused else reply.value
        assert refused or all(is_alive(pid) for pid in pids)
    assert not any(is_alive(pid) for pid in pids)
    assert only_the_spare(server_of(sandbox))


def test_a_chain_that_forks_and_leaves_is_caught(sandbox: ProcessSandbox) -> None:
    source = """
import os
def start():
    if os.fork() == 0:
        os.closerange(3, 100)
        while True:
            if os.fork():
                os._exit(0)
            os.setsid()
    return 1
"""
    with worker(sandbox, source) as made:
        made.ask("call", asked("start"), LONG)
    server = server_of(sandbox)
    with worker(sandbox, "def one(): return 1") as made:
        assert called(made, "one") == 1
        assert eventually(lambda: len(children_of(server)) == 2)  # this one and the spare
        assert made.pid in children_of(server)  # type: ignore[attr-defined]  # ForkedWorker


def test_a_worker_in_use_survives_the_end_of_another(sandbox: ProcessSandbox) -> None:
    with worker(sandbox, "def one(): return 1") as kept:
        with worker(sandbox, "def two(): return 2") as other:
            assert called(other, "two") == 2
        assert not is_alive(other.pid)
        assert called(kept, "one") == 1


def test_killing_from_another_thread_ends_the_wait(sandbox: ProcessSandbox) -> None:
    with worker(sandbox, "def loop():\n    while True:\n        pass") as made:
        threading.Timer(0.05, made.kill).start()
        with pytest.raises(WorkerDied, match="SIGKILL"):
            made.ask("call", asked("loop"), LONG)
        made.kill()  # too late, and harmless


# --- memory seen from outside -------------------------------------------------------------------


def test_the_peak_is_of_the_time_since_it_was_cleared(sandbox: ProcessSandbox) -> None:
    source = "import numpy as np\ndef use(size):\n    return np.ones(size).nbytes"
    with worker(sandbox, source) as made:
        called(made, "use", 12_000_000)
        high = made.peaks()
        made.clear_peaks()
        low = made.peaks()
        called(made, "use", 4_000_000)
        middle = made.peaks()
    assert low.resident < high.resident - 80_000_000
    assert 25_000_000 < middle.resident - low.resident < 60_000_000
    assert high.virtual > high.resident


def test_a_worker_that_ended_has_no_peak_to_show(sandbox: ProcessSandbox) -> None:
    source = """
import os, threading
def answer():
    threading.Timer(0.05, os._exit, (4,)).start()
    return 1
"""
    with worker(sandbox, source) as made:
        assert called(made, "answer") == 1
        assert eventually(lambda: not is_alive(made.pid))
        with pytest.raises(WorkerDied, match="exit code 4"):
            made.peaks()


def test_a_name_cannot_pass_for_a_figure(sandbox: ProcessSandbox) -> None:
    source = """
def rename():
    with open("/proc/self/comm", "w") as file:
        file.write("VmHWM: 1 kB")
    return 1
"""
    with worker(sandbox, source) as made:
        made.ask("call", asked("rename"), LONG)
        assert made.peaks().resident > 1_000_000
