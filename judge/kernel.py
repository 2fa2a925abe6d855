"""The kernel's side of its service: start it, ask it, end it. No IPython here."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from judge import frames
from judge.errors import JudgeError

# What the service inherits: where a person's files are, and nothing else of the kernel's.
_ENVIRONMENT = ("HOME", "PATH", "LANG", "LC_ALL", "TMPDIR", "XDG_DATA_HOME", "APPDATA")
_OURS = "JUDGE_"
_NEEDED = ("judge", "numpy", "msgspec", "platformdirs", "filelock", "torch")

_NO_SERVICE = (
    "check() in a notebook does not work on this system yet: its judge runs as a process of its\n"
    "own, which needs descriptors that a new process inherits, as Linux and macOS have them.\n"
    "Save the notebook and type in a terminal: judge check ID FILE"
)

_NOT_STARTED = (
    "The judge's own process could not be started: {}.\n"
    "Close other programs or notebooks, and check again."
)

Tick = Callable[[Sequence[str], int, int], None]


class ServiceError(JudgeError):
    """The service ended, or failed for a reason of ours. The text says how."""


class Service:
    """One service process and the socket to it."""

    def __init__(self) -> None:
        """Raises ServiceError where a system has no such services, or starts no process now."""
        if os.name != "posix":
            raise ServiceError(_NO_SERVICE)
        with contextlib.ExitStack() as stack:
            try:
                ours, theirs = map(stack.enter_context, socket.socketpair())
                self._process = _launch(theirs.fileno())
            except OSError as error:
                raise ServiceError(_NOT_STARTED.format(error.strerror or error)) from None
            self._channel = socket.socket(fileno=ours.detach())
        self._number = 0

    def runs(self) -> bool:
        return self._process.poll() is None

    def prepare(self, about: dict[str, Any]) -> None:
        """Say what the first question will be about: it makes ready, and answers nothing."""
        with contextlib.suppress(OSError):  # it has ended: who asks will be told
            frames.send(self._channel, about)

    def ask(self, question: dict[str, Any], tick: Tick) -> dict[str, Any]:
        """Send a question and wait for its answer, passing on progress.

        Anything that breaks in, an Interrupt most of all, ends the service: its next answer would
        belong to no question. Raises ServiceError.
        """
        self._number += 1
        try:
            frames.send(self._channel, {**question, "number": self._number})
            while True:
                answer = frames.receive(self._channel)
                if answer.get("number") != self._number:
                    raise ValueError("an answer to another question")
                if "running" not in answer:
                    return answer
                tick(answer["running"], answer["done"], answer["all"])
        except (frames.Closed, OSError, ValueError) as error:
            self.end()
            why = f" ({error})" if str(error) else ""
            raise ServiceError(f"The judge's own process ended{why}. Check again.") from None
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Kill the service; its workers end with it."""
        self._process.kill()
        self._process.wait()
        self._channel.close()


@functools.lru_cache(maxsize=1)
def _service_of(owner: int) -> list[Service]:
    """The services of the process `owner`: at most one. A forked child has none yet."""
    return []


def service() -> Service:
    """The running service of this process, started if there is none."""
    kept = _service_of(os.getpid())
    if not kept or not kept[0].runs():
        kept[:] = [Service()]
    return kept[0]


def _launch(descriptor: int) -> subprocess.Popen[bytes]:
    """The process of a service that is asked over this descriptor. Raises OSError."""
    script = str(Path(__file__).with_name("service.py"))
    command = [sys.executable, "-I", script, str(descriptor), str(os.getpid()), *_folders()]
    return subprocess.Popen(  # noqa: S603  our own script, by path
        command,
        env=_environment(),
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name in _ENVIRONMENT or name.startswith(_OURS)
    }


def _folders() -> list[str]:
    """Where judge and what it needs are installed, each folder once."""
    specs = [importlib.util.find_spec(name) for name in _NEEDED]
    places = [next(iter(s.submodule_search_locations or ())) for s in specs if s is not None]
    return list(dict.fromkeys(str(Path(place).parent) for place in places))
