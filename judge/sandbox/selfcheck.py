"""Every probe run in a real worker, against things of the trusted process that it must not reach.

The trusted side does not take a probe's word alone: it looks whether its file has changed, whether
a message has arrived, whether its bystander still runs.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from judge.errors import TimeUp, WorkerEnded
from judge.sandbox import Sandbox, Worker
from judge.sandbox.probes import PROBES, Probe

WITHSTOOD: Final = "withstood"
NOT_WITHSTOOD: Final = "not withstood"
NOT_APPLICABLE: Final = "not applicable"
_MEMORY = 512 << 20
_SECONDS = 10.0
_SHORT = 0.5  # for what must be ended, as it never ends itself
# What a kept-out submission sees. Any other exception is a probe that did not work.
_KEPT_OUT = (
    *("OSError", "PermissionError", "FileNotFoundError", "ProcessLookupError"),
    *("BlockingIOError", "MemoryError", "ConnectionRefusedError", "TimeoutError"),
)
_GIVEN = (
    *("LC_ALL", "LC_CTYPE", "SYSTEMROOT"),
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"),
)


class Probed(Sandbox, Protocol):
    """A sandbox that can say what it lacks."""

    missing: dict[str, str]


@dataclass(frozen=True)
class Finding:
    """What came of one probe. `why`: how it was stopped, what it reached, what is missing."""

    probe: str
    status: Literal["withstood", "not withstood", "not applicable"]
    why: str

    @property
    def held(self) -> bool:
        """Whether the sandbox withstood it."""
        return self.status == WITHSTOOD

    @property
    def applies(self) -> bool:
        """Whether it means something on this machine."""
        return self.status != NOT_APPLICABLE


def selfcheck(sandbox: Probed, private: Mapping[str, Path]) -> list[Finding]:
    """Run every probe. Raises SandboxError.

    `private`: files of the judge's own, by what they are: oracle, tests, solution.
    """
    with _Scene(private) as scene, sandbox.worker(_MEMORY) as sibling:
        _load(sibling, "def probe(scene):\n    return os.getpid(), os.getppid()\nimport os\n")
        pids = _call(sibling, {}, _SECONDS)[1]
        scene.given.update(sibling=pids[0], server=pids[1])
        return [_Trial(sandbox, scene, probe).finding() for probe in PROBES]


class _Trial:
    """One probe in one worker."""

    def __init__(self, sandbox: Probed, scene: _Scene, probe: Probe) -> None:
        self._sandbox = sandbox
        self._scene = scene
        self._probe = probe

    def finding(self) -> Finding:
        """Run it and judge it."""
        probe = self._probe
        if probe.machine and probe.machine != platform.machine():
            return Finding(probe.name, NOT_APPLICABLE, f"it means something on {probe.machine}")
        if probe.needs and probe.needs not in self._scene.given:
            return Finding(probe.name, NOT_APPLICABLE, f"there is no {probe.needs} here")
        try:
            kept, why = self._answer()
        except WorkerEnded as ended:
            kept, why = self._ended(ended)
        if harm := self._scene.harm():
            kept, why = False, harm
        if kept is False and "bystander" in probe.body:
            self._scene.replace_bystander()  # a signal takes its time: the next is not to blame
        if kept is None:
            return Finding(probe.name, NOT_APPLICABLE, why)
        return Finding(probe.name, WITHSTOOD, why) if kept else self._reached(why)

    def _answer(self) -> tuple[bool | None, str]:
        limit = _SHORT if self._probe.ends is TimeUp else _SECONDS
        with self._sandbox.worker(_MEMORY) as worker:
            _load(worker, self._probe.source)
            kind, value = _call(worker, self._scene.given, limit)
        if kind == "raised" and type(value) is dict:
            what = f"{value.get('type')}: {value.get('text')}".removesuffix(": ")
            if value.get("type") not in _KEPT_OUT:
                return None, f"the probe itself does not work here: {what}"[:200]
            return self._probe.ends is None, what[:200]
        if self._probe.ends is not None:
            return False, "the worker lived on"
        return not value, "it got nothing" if not value else "it got what it tried for"

    def _ended(self, ended: WorkerEnded) -> tuple[bool, str]:
        probe = self._probe
        how = str(ended) or "it was ended when its time was up"
        if probe.ends is None:
            return False, f"the worker ended: {how}"
        return isinstance(ended, probe.ends) and probe.saying in how, how

    def _reached(self, why: str) -> Finding:
        lost = {name: w for name, w in self._sandbox.missing.items() if name in self._probe.layers}
        absent = "; ".join(f"{name} is missing: {w}" for name, w in lost.items())
        return Finding(self._probe.name, NOT_WITHSTOOD, f"{why}; {absent}" if absent else why)


def _load(worker: Worker, source: str) -> None:
    ask = {"cells": [["", source]], "kind": "script", "wanted": ["probe"]}
    plan = worker.ask("plan", ask, _SECONDS).value
    worker.ask("load", {"plan": plan, "allowed": [], "returns": {}}, _SECONDS)


def _call(worker: Worker, scene: Mapping[str, object], seconds: float) -> tuple[str, Any]:
    ask = {"function": "probe", "args": [dict(scene)], "kwargs": {}, "take": [], "keep": False}
    reply = worker.ask("call", ask, seconds)
    return reply.kind, reply.value


class _Scene(contextlib.ExitStack):
    """Things to reach for, all of our own making: a file, sockets, a process."""

    def __init__(self, private: Mapping[str, Path]) -> None:
        super().__init__()
        self.folder = Path(self.enter_context(tempfile.TemporaryDirectory(prefix="judge-")))
        self.folder.chmod(0o755)
        self.secret = self.folder / "secret"
        self._mark = f"jp-{secrets.token_hex(5)}"
        self._text = secrets.token_hex(16)
        self._listening: list[socket.socket] = []
        self.given: dict[str, object] = {
            "folder": str(self.folder),
            "secret": str(self.secret),
            "new": str(self.folder / "new"),
            "home": str(Path.home()),
            "trusted": os.getpid(),
            "mark": self._mark,
            "environment": [name for name in os.environ if name not in _GIVEN],
            "packages": str(_folder_of("msgspec").parent),
            "package": str(_folder_of("click") / "__init__.py"),
            "judge": str(Path(__file__)),
            **{name: str(path) for name, path in private.items() if path.exists()},
        }
        self._bystander = self._start_bystander()
        self.callback(lambda: self._end(self._bystander))
        self._listen()
        self._lay_out()

    def _start_bystander(self) -> subprocess.Popen[bytes]:
        code = "import sys; sys.stdin.read()"
        bystander = subprocess.Popen(  # noqa: S603  a line of our own
            [sys.executable, "-I", "-S", "-c", code], stdin=subprocess.PIPE
        )
        self.given["bystander"] = bystander.pid
        return bystander

    def _end(self, bystander: subprocess.Popen[bytes]) -> None:
        bystander.kill()
        bystander.communicate()

    def replace_bystander(self) -> None:
        """Start another in its place."""
        self._end(self._bystander)
        self._bystander = self._start_bystander()

    def _listen(self) -> None:
        """Sockets of every kind that a machine has, for messages that must not come."""
        unix = getattr(socket, "AF_UNIX", socket.AF_INET)
        for name, family, kind, place in (
            ("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            ("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            ("stream", unix, socket.SOCK_STREAM, str(self.folder / "stream")),
            ("datagram", unix, socket.SOCK_DGRAM, str(self.folder / "datagram")),
            ("abstract", unix, socket.SOCK_STREAM, f"\0{self._mark}"),
        ):
            made = self.enter_context(socket.socket(family, kind))
            try:
                made.bind(place)
            except (OSError, TypeError):
                continue  # this system has none of its kind: its probe will not apply
            made.setblocking(False)
            if kind == socket.SOCK_STREAM:
                made.listen()
            self.given[name] = made.getsockname()[1] if family == socket.AF_INET else place
            self._listening.append(made)

    def _lay_out(self) -> None:
        """The file, and nothing beside it but the sockets."""
        for path in self.folder.iterdir():
            if path.name not in ("stream", "datagram"):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        self.secret.write_text(self._text, encoding="ascii")
        self.secret.chmod(0o644)
        self._before = self._look()

    def _look(self) -> list[tuple[object, ...]]:
        seen: list[tuple[object, ...]] = [(path.name,) for path in sorted(self.folder.iterdir())]
        with contextlib.suppress(OSError):
            now = self.secret.stat()
            text = self.secret.read_text(encoding="ascii", errors="replace")
            seen.append((now.st_mode, now.st_mtime_ns, now.st_nlink, text))
            with contextlib.suppress(OSError, AttributeError):  # only Linux has them
                seen.append(tuple(os.listxattr(self.secret)))
        return seen

    def harm(self) -> str | None:
        """What has been done to these things since they were last looked at; mended after it."""
        if self._look() != self._before:
            self._lay_out()
            return "a file or folder was changed"
        if any(_took(listening) for listening in self._listening):
            return "a socket of another process was reached"
        if self._bystander.poll() is not None:
            self.replace_bystander()
            return "a process was ended"
        if left := _running(self._mark):
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return "a process was left behind"
        return None


def _took(listening: socket.socket) -> bool:
    """Whether anything arrived."""
    take: Callable[[], object] = (
        (lambda: listening.accept()[0].close())
        if listening.type == socket.SOCK_STREAM
        else (lambda: listening.recv(64))
    )
    try:
        take()
    except BlockingIOError:
        return False
    return True


def _running(mark: str) -> list[int]:
    """The processes of this name; one that has ended and waits for its parent runs no more."""
    return [pid for pid, name in _names() if name == mark]


def _names() -> Iterator[tuple[int, str]]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            text = path.read_text(encoding="utf-8", errors="replace")
            name, _, rest = text.partition("(")[2].rpartition(")")
            if rest.split()[0] not in "ZX":
                yield int(path.parent.name), name


def _folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None  # noqa: S101  the judge depends on it
    assert spec.origin is not None  # noqa: S101  it has an __init__.py
    return Path(spec.origin).parent
