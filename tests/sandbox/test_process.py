"""Workers as real processes: fresh, closed in, limited, their ends named."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import RulesBroken, TimeUp, TooMuchOutput, WorkerDied
from judge.sandbox.channel import OUTPUT_KEPT, OUTPUT_LIMIT
from judge.sandbox.process import ProcessSandbox
from tests.sandbox.processes import (
    LONG,
    is_alive,
)
from tests.students import asked, called, worker

# --- fresh and closed in ------------------------------------------------------------------------


def test_every_worker_is_a_fresh_process(sandbox: ProcessSandbox) -> None:
    source = """
import os
import numpy as np
def visit():
    seen = getattr(np, "left", 0)
    np.left = seen + 1
    return os.getpid(), seen
"""
    found = []
    for _ in range(3):
        with worker(sandbox, source) as made:
            found.append(called(made, "visit"))
    assert [seen for _, seen in found] == [0, 0, 0]
    assert len({pid for pid, _ in found}) == 3


def test_state_lasts_as_long_as_its_worker(sandbox: ProcessSandbox) -> None:
    source = "calls = []\ndef count():\n    calls.append(1)\n    return len(calls)"
    with worker(sandbox, source) as made:
        assert [called(made, "count") for _ in range(3)] == [1, 2, 3]


def test_only_the_channel_and_the_standard_descriptors_are_open(sandbox: ProcessSandbox) -> None:
    source = """
import os
def descriptors():
    open_now = {}
    for fd in range(200):
        try:
            open_now[fd] = os.readlink(f"/proc/self/fd/{fd}")
        except OSError:
            pass
    return open_now
"""
    with Path(__file__).open("rb"), worker(sandbox, source) as made:
        found = called(made, "descriptors")
    assert sorted(found) == [0, 1, 2, 3]
    assert found[0] == "/dev/null"
    assert found[1] == found[2]
    assert found[1].startswith("pipe:")
    assert found[3].startswith("socket:")


def test_nothing_of_our_environment_reaches_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    own = ProcessSandbox([])
    source = """
import os
def environment():
    with open("/proc/self/environ") as file:
        return dict(os.environ), file.read()
"""
    try:
        with worker(own, source) as made:
            found, raw = called(made, "environment")
    finally:
        own.close()
    assert set(found) <= {
        "LC_ALL",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    }
    assert "hunter2" not in raw


def test_a_worker_has_a_session_of_its_own_and_nothing_to_read(sandbox: ProcessSandbox) -> None:
    source = """
import os, sys
def look():
    return os.getpid(), os.getsid(0), os.getpgid(0), sys.stdin.read()
"""
    with worker(sandbox, source) as made:
        pid, session, group, read = called(made, "look")
    assert pid == session == group == made.pid
    assert read == ""


def test_the_judge_itself_cannot_be_found_inside(sandbox: ProcessSandbox) -> None:
    source = """
import sys
def loaded():
    import judge
    return [n for n in sys.modules if n.startswith("judge.")], judge.check("x"), sys.argv
"""
    with worker(sandbox, source) as made:
        modules, checked, arguments = called(made, "loaded")
    assert modules == []
    assert checked is None
    assert len(arguments) == 2  # the server's own script and its descriptor: no path of a challenge


# --- output -------------------------------------------------------------------------------------


def test_what_is_printed_is_drained_and_its_beginning_kept(sandbox: ProcessSandbox) -> None:
    source = """
import os, sys
def talk():
    print("begin", flush=True)
    os.write(2, b"\\xff|")
    sys.stdout.write("x" * 300_000)
    sys.stdout.flush()
    return 1
"""
    with worker(sandbox, source) as made:
        assert called(made, "talk") == 1
        found = made.output()
    assert found.startswith("begin\n\ufffd|xxx")
    assert len(found) == OUTPUT_KEPT


def test_a_flood_of_prints_ends_the_worker(sandbox: ProcessSandbox) -> None:
    source = "def flood():\n    while True:\n        print('x' * 10_000)"
    with worker(sandbox, source) as made:
        with pytest.raises(TooMuchOutput) as caught:
            called(made, "flood", seconds=LONG)
        assert caught.value.limit == OUTPUT_LIMIT
        assert len(made.output()) == OUTPUT_KEPT


def test_output_may_be_closed_by_the_submission(sandbox: ProcessSandbox) -> None:
    source = """
import os
def close():
    os.close(1)
    os.close(2)
    return 5
def one():
    return 1
"""
    with worker(sandbox, source) as made:
        assert called(made, "close") == 5
        assert called(made, "one") == 1
        assert made.output() == ""


# --- limits -------------------------------------------------------------------------------------

LOOPS = {
    "python": "def loop():\n    while True:\n        pass",
    "C": "def loop():\n    return sum(iter(int, 1))",
    "lock": "import threading\ndef loop():\n    lock = threading.Lock()\n"
    "    with lock:\n        lock.acquire()",
    "signals blocked": "import signal\ndef loop():\n"
    "    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n    while True:\n        pass",
    "exceptions swallowed": "def loop():\n    while True:\n        try:\n            loop()\n"
    "        except BaseException:\n            pass",
}


@pytest.mark.parametrize("source", LOOPS.values(), ids=LOOPS.keys())
def test_a_loop_ends_when_its_time_is_up(sandbox: ProcessSandbox, source: str) -> None:
    with worker(sandbox, source) as made:
        with pytest.raises(TimeUp):
            made.ask("call", asked("loop"), 0.2)
        assert made.charged >= 0.2
        pid = made.pid
    assert not is_alive(pid)


def test_an_answer_that_drips_ends_when_time_is_up(sandbox: ProcessSandbox) -> None:
    source = """
import os, time
def drip():
    while True:
        os.write(3, b"\\0")
        time.sleep(0.01)
"""
    with worker(sandbox, source) as made, pytest.raises((TimeUp, RulesBroken)):
        made.ask("call", asked("drip"), 0.2)


def test_a_worker_that_does_not_read_ends_when_time_is_up(sandbox: ProcessSandbox) -> None:
    source = """
import threading, os, signal
def stop():
    threading.Timer(0.0, os.kill, (os.getpid(), signal.SIGSTOP)).start()
    threading.Event().wait()
"""
    with worker(sandbox, source) as made:
        with pytest.raises(TimeUp):
            made.ask("call", asked("stop"), 0.2)
        with pytest.raises(TimeUp):
            made.ask("call", asked("stop", b"x" * 10_000_000), 0.2)


def test_memory_beyond_the_limit_is_refused_as_a_memory_error(sandbox: ProcessSandbox) -> None:
    source = """
import numpy as np
def array(size):
    return np.ones(size).nbytes
def texts(size):
    return len([bytes(1 << 20) for _ in range(size >> 17)])
"""
    with worker(sandbox, source, memory=256 << 20) as made:
        assert called(made, "array", 10_000_000) == 80_000_000
        for name in ("array", "texts"):
            reply = made.ask("call", asked(name, 3 * 2**27), LONG)
            assert (reply.kind, reply.value["type"]) == ("raised", "MemoryError")


# --- ends ---------------------------------------------------------------------------------------

ENDS = {
    "os._exit(7)": "left with exit code 7",
    "os._exit(0)": "left with exit code 0",
    "os.abort()": "killed by signal 6 (SIGABRT)",
    "os.kill(os.getpid(), 9)": "killed by signal 9 (SIGKILL)",
    "os.kill(os.getpid(), 11)": "killed by signal 11 (SIGSEGV)",
    "os.kill(os.getpid(), 40)": "killed by signal 40",
    "os.closerange(3, 100); os.read(0, 1); [None for _ in iter(int, 1)]": "it closed its channel",
}


@pytest.mark.parametrize("end", ENDS)
def test_how_a_worker_ended_is_named(sandbox: ProcessSandbox, end: str) -> None:
    with worker(sandbox, f"import os\ndef leave():\n    {end}") as made:
        with pytest.raises(WorkerDied) as caught:
            made.ask("call", asked("leave"), LONG)
        assert str(caught.value) == ENDS[end]
        with pytest.raises(WorkerDied) as again:
            made.ask("call", asked("leave"), LONG)
        assert str(again.value) == ENDS[end]


def test_an_exit_code_is_known_however_late_the_process_goes(sandbox: ProcessSandbox) -> None:
    # The channel closes before the process has gone: the two must not race.
    for code in range(30):
        source = f"import os\ndef leave():\n    os._exit({code})"
        with worker(sandbox, source) as made, pytest.raises(WorkerDied, match=f" {code}$"):
            made.ask("call", asked("leave"), LONG)


def test_sys_exit_and_other_base_exceptions_are_answers(sandbox: ProcessSandbox) -> None:
    source = """
import sys
def leave(): sys.exit(3)
def interrupt(): raise KeyboardInterrupt
def generator(): raise GeneratorExit
"""
    with worker(sandbox, source) as made:
        names = ("leave", "interrupt", "generator")
        found = [made.ask("call", asked(name), LONG) for name in names]
    assert [reply.kind for reply in found] == ["raised"] * 3
    types = [reply.value["type"] for reply in found]
    assert types == ["SystemExit", "KeyboardInterrupt", "GeneratorExit"]


FORGERIES = {
    "noise": "os.write(3, os.urandom(64))",
    "a huge header": "os.write(3, struct.pack('<IQ', 2**32 - 1, 0))",
    "a huge payload": "os.write(3, struct.pack('<IQ', 3, 2**63))",
    "an answer to another question": "os.write(3, frame(99))",
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_forged_answers_break_the_rules(sandbox: ProcessSandbox, forgery: str) -> None:
    source = f"""
import os, struct
def frame(number):
    header = bytes([0x93, 0xA5]) + b"value" + bytes([number, 0xC0])
    return struct.pack("<IQ", len(header), 0) + header
def forge():
    {forgery}
    while True:
        pass
"""
    with worker(sandbox, source) as made, pytest.raises((RulesBroken, TimeUp)):
        made.ask("call", asked("forge"), 0.5)


def test_a_second_answer_serves_no_question(sandbox: ProcessSandbox) -> None:
    source = """
import os, struct
def twice(number):
    header = bytes([0x93, 0xA5]) + b"value" + bytes([number, 1])
    os.write(3, struct.pack("<IQ", len(header), 0) + header)
    return 2
def other():
    return 3
"""
    with worker(sandbox, source) as made:
        first = made.ask("call", asked("twice", 4), LONG)  # plan, plan and load came before
        assert first.value == 1
        with pytest.raises(RulesBroken, match="no question"):
            made.ask("call", asked("other"), LONG)
