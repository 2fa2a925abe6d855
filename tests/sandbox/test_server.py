"""The fork server: started, broken, ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from judge.errors import SandboxError
from judge.sandbox import forkserver
from judge.sandbox.forkserver import ForkServer, launch_ahead
from judge.sandbox.process import ProcessSandbox
from judge.sandbox.server import Server
from tests.sandbox.processes import (
    LONG,
    ROOT,
    descriptors,
    eventually,
    is_alive,
    only_the_spare,
    server_of,
)
from tests.students import MEMORY, called, worker


@pytest.fixture
def own() -> Iterator[ProcessSandbox]:
    """A sandbox that a test may break."""
    kept = ProcessSandbox([])
    yield kept
    kept.close()


def test_a_killed_server_is_our_fault_and_is_started_anew(own: ProcessSandbox) -> None:
    first = server_of(own)
    with worker(own, "def one(): return 1") as made:
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: not is_alive(made.pid))
        with pytest.raises(SandboxError):
            called(made, "one")
    assert eventually(lambda: not is_alive(first))
    with worker(own, "def one(): return 1") as made:
        assert called(made, "one") == 1
    assert server_of(own) != first


def test_a_worker_waits_until_there_is_a_process_for_it(
    own: ProcessSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker may hold all that this user may have, with threads, until it is stopped."""
    server = own.start()
    honest, asked = server._ask, []

    def full_twice(question: dict[str, Any], fds: Any = ()) -> dict[str, Any]:
        asked.append(question)
        if len(asked) < 3:
            return {"pid": None, "full": True}
        return honest(question, fds)

    monkeypatch.setattr(server, "_ask", full_twice)
    with worker(own, "def one(): return 1") as made:
        assert called(made, "one") == 1
    assert asked[0] == asked[1] == asked[2]
    del asked[:]
    monkeypatch.setattr(forkserver, "FULL_SECONDS", -1.0)
    with pytest.raises(SandboxError, match="too many"), own.worker(MEMORY):
        pass


def test_a_server_without_a_process_to_be_had_lives_on(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server.__new__(Server)
    server._spare = None
    monkeypatch.setattr(os, "fork", Mock(side_effect=BlockingIOError))
    before = descriptors()
    assert server._start({}, *os.pipe()) == {"pid": None, "full": True}
    assert descriptors() == before


def test_an_interrupted_question_does_not_answer_the_next(
    own: ProcessSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = own.start()

    class Interrupted:
        def __init__(self, control: Any) -> None:
            self.control = control

        def __getattr__(self, name: str) -> Any:
            return getattr(self.control, name)

        def recv(self, size: int) -> bytes:
            raise KeyboardInterrupt

    monkeypatch.setattr(server, "_control", Interrupted(server._control))
    with pytest.raises(KeyboardInterrupt):
        server.stop(0)
    assert not server.runs()
    with worker(own, "def one(): return 1") as made:
        assert called(made, "one") == 1


def test_a_package_that_is_not_installed_is_named() -> None:
    before = descriptors()
    with pytest.raises(SandboxError, match="no_such_package"):
        ForkServer(["no_such_package"])
    assert descriptors() == before


def test_a_server_that_cannot_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_pack").mkdir()
    (tmp_path / "broken_pack" / "__init__.py").write_text("raise ValueError('so it is')")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = descriptors()
    with pytest.raises(SandboxError, match="so it is"):
        ForkServer(["broken_pack"]).wait()
    assert descriptors() == before


def test_a_server_launched_ahead_is_the_one_that_is_used() -> None:
    before = descriptors()
    launch_ahead(["numpy"])
    launch_ahead(["numpy"])
    launch_ahead(["no_such_package"])
    (launched,) = forkserver._launched.values()
    box = ProcessSandbox(["numpy"])
    try:
        assert box.start() is launched
        assert not forkserver._launched
        with worker(box, "def one(): return 1") as made:
            assert called(made, "one") == 1
    finally:
        box.close()
    assert descriptors() == before


def test_a_server_launched_ahead_that_died_is_replaced() -> None:
    launch_ahead(["numpy"])
    (launched,) = forkserver._launched.values()
    launched.close()
    box = ProcessSandbox(["numpy"])
    try:
        assert box.start() is not launched
    finally:
        box.close()


def test_two_hundred_workers_leave_nothing_behind(own: ProcessSandbox) -> None:
    server = server_of(own)
    with own.worker(MEMORY):
        pass  # from now on a spare worker is ready
    assert only_the_spare(server)
    before, servers = descriptors(), descriptors_of(server)
    for n in range(200):
        with own.worker(MEMORY) as made:
            assert n % 20 or made.ask("random", {}, LONG).kind == "value"
    assert descriptors() == before
    assert only_the_spare(server)
    assert descriptors_of(server) == servers


def descriptors_of(server: int) -> int | None:
    """How many descriptors the server has open; only root may look."""
    return len(list(Path(f"/proc/{server}/fd").iterdir())) if os.getuid() == 0 else None


def test_closing_ends_the_server_and_its_workers() -> None:
    before = descriptors()
    own = ProcessSandbox([])
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(own.worker(MEMORY)) for _ in range(3)]
        pids = [server_of(own), *(made.pid for made in workers)]  # type: ignore[attr-defined]  # ForkedWorker
        own.close()
        assert not any(is_alive(pid) for pid in pids)
        with pytest.raises(SandboxError):
            workers[0].ask("random", {}, LONG)
    own.close()
    assert descriptors() == before


def test_threads_may_share_a_sandbox(sandbox: ProcessSandbox) -> None:
    source = "import os\ndef add(a, b):\n    return a + b, os.getpid()"
    found: list[tuple[int, int]] = []
    sandbox.start()  # here: the server ends with the thread that starts it

    def work(start: int) -> None:
        for n in range(start, start + 5):
            with worker(sandbox, source) as made:
                total, pid = called(made, "add", n, n)
                assert total == 2 * n
                found.append((n, pid))

    threads = [threading.Thread(target=work, args=(10 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    assert len({pid for _, pid in found}) == 20


TRUSTED = """
import json, sys
from judge.sandbox.process import ProcessSandbox
from tests.students import worker
sandbox = ProcessSandbox([])
with worker(sandbox, "def loop():\\n    while True:\\n        pass") as made:
    print(json.dumps([sandbox.start()._process.pid, made.pid]), flush=True)
    made.ask("call", {"function": "loop", "args": [], "kwargs": {}, "take": [], "keep": False}, 60)
"""


def test_nothing_survives_a_killed_judge() -> None:
    command = [sys.executable, "-c", TRUSTED]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as trusted:
        assert trusted.stdout is not None
        pids = json.loads(trusted.stdout.readline())
        assert all(is_alive(pid) for pid in pids)
        trusted.kill()
    assert eventually(lambda: not any(is_alive(pid) for pid in pids))


def test_a_server_starts_only_for_its_own_parent() -> None:
    script = ROOT / "judge" / "sandbox" / "server.py"
    command = [
        sys.executable,
        "-c",
        "import json, os, socket, subprocess, sys\n"
        "ours, theirs = socket.socketpair()\n"
        "server = subprocess.Popen([sys.executable, '-I', '-S', sys.argv[1], str(theirs.fileno())],"
        " pass_fds=[theirs.fileno()])\n"
        "theirs.close()\n"
        "ours.sendall(json.dumps({'parent': os.getpid() + 1}).encode())\n"
        "assert ours.recv(10) == b''\n"
        "assert server.wait() == 0\n",
        str(script),
    ]
    assert subprocess.run(command, check=False).returncode == 0
