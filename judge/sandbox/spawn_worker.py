"""A spawned worker from the inside: the real worker, in an interpreter of its own.

    python -I -S -c "..." CHANNEL FOLDER...

The folders hold what it imports. CHANNEL is a descriptor, or `pipes` for standard input and output.
It answers two requests more than the real worker does.

| request | value | reply |
|---|---|---|
| start | preload, limits, memory, seconds | `started`: limits in force, limits missing |
| peak | | `value`: the resident peak of its life, in bytes |
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

from judge.wire import Message
from judge.worker.__main__ import Worker

_CHANNEL = 3  # as in a forked worker


class SpawnedWorker(Worker):
    """The real worker, which limits itself before any submission arrives."""

    def __init__(self, read: int, write: int) -> None:
        super().__init__(read)
        put = os.write
        self._write_fd = lambda _, data: put(write, data)
        self._resident_peak: Callable[[], int] = int  # zero
        self._answers["start"] = self._start

    def _start(self, ask: dict[str, Any]) -> tuple[str, object]:
        for name in ask["preload"]:
            importlib.import_module(name)
        try:
            limits = importlib.import_module(ask["limits"])
        except ImportError as error:  # Windows has no `resource`
            return "started", {"limits": [], "missing": {"rlimits": str(error)}}
        self._resident_peak = limits.resident_peak
        in_force, missing = limits.apply_possible(ask["memory"], ask["seconds"])
        return "started", {"limits": in_force, "missing": missing}

    def _next(self) -> Message:
        """The next request but for `peak`, which may come in the middle of a measured call."""
        while (message := super()._next()).kind == "peak":
            self._reply("value", self._resident_peak())
        return message


def main() -> None:
    """Serve on the channel until it closes, then leave without running any exit handler."""
    channel = sys.argv[1]
    del sys.argv[1:]
    sys.setrecursionlimit(1000)
    code = 1
    try:
        read, write = _pipes() if channel == "pipes" else _descriptor(int(channel))
        SpawnedWorker(read, write).serve()
        code = 0
    finally:
        os._exit(code)


def _descriptor(given: int) -> tuple[int, int]:
    """A socket, under the number that a forked worker has it."""
    if given != _CHANNEL:
        os.dup2(given, _CHANNEL)
        os.close(given)
    os.set_inheritable(_CHANNEL, False)
    return _CHANNEL, _CHANNEL


def _pipes() -> tuple[int, int]:
    """Copies of standard input and output; those become nothing to read, and the error output."""
    read, write = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (read, write):
            msvcrt.setmode(descriptor, os.O_BINARY)
    return read, write
