"""Operating systems that this machine is not, as far as spawned workers see them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from judge.sandbox.posix import Posix
from judge.sandbox.windows import Windows

NOWHERE = Path("/no/such/folder")


class Jobs:
    """The calls of Windows, made up: a handle of a process is its process id."""

    def __init__(self, fails: str = "") -> None:
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        self.open: set[int] = set()
        self._fails = fails
        self._members: dict[int, int] = {}

    def call(self, function: str, *arguments: Any, gives: Any = None) -> int:
        """What Windows does, by the means of this machine."""
        if function == self._fails:
            raise OSError(5, f"{function} failed with the Windows error 5")
        self.asked.append((function, arguments))
        return getattr(self, f"_{function}")(*arguments)

    def of(self, function: str) -> list[tuple[Any, ...]]:
        """The arguments of every call of a function."""
        return [arguments for name, arguments in self.asked if name == function]

    def _CreateJobObjectW(self, *_: Any) -> int:  # noqa: N802  its name on Windows
        return self._opened(1 << 30 | len(self.asked))

    def _OpenProcess(self, access: Any, inherit: Any, pid: Any) -> int:  # noqa: N802  the same
        return self._opened(pid.value)

    def _SetInformationJobObject(self, *_: Any) -> int:  # noqa: N802  the same
        return 1

    def _AssignProcessToJobObject(self, job: Any, process: Any) -> int:  # noqa: N802  the same
        self._members[job.value] = process.value
        return 1

    def _TerminateJobObject(self, job: Any, code: Any) -> int:  # noqa: N802  the same
        try:
            os.kill(self._members[job.value], 9)
        except ProcessLookupError:
            raise OSError(5, "there is nothing to end") from None
        return 1

    def _K32GetProcessMemoryInfo(self, process: Any, place: Any, size: Any) -> int:  # noqa: N802  the same
        text = Path(f"/proc/{process.value}/status").read_text(encoding="ascii", errors="replace")
        found = dict(re.findall(r"^(VmHWM|VmPeak):\s*(\d+) kB$", text, re.MULTILINE))
        place.contents.peak_working_set = int(found["VmHWM"]) * 1024
        place.contents.peak_committed = int(found["VmPeak"]) * 1024
        return 1

    def _CloseHandle(self, handle: Any) -> int:  # noqa: N802  the same
        self.open.discard(handle.value)
        return 1

    def _opened(self, handle: int) -> int:
        self.open.add(handle)
        return handle


class MacOS(Posix):
    """A POSIX system without /proc."""

    limits = "tests.sandbox.without_proc"

    def __init__(self) -> None:
        super().__init__(NOWHERE)


class OddMacOS(MacOS):
    """One that lacks a limit and refuses another."""

    limits = "tests.sandbox.without_rlimits"


class PipesAndJobs(Windows):
    """A system with nothing but pipes and jobs."""

    limits = "tests.sandbox.no_such_limits"

    def __init__(self, jobs: Jobs | None = None) -> None:
        super().__init__(jobs or Jobs())  # type: ignore[arg-type]  # it stands in for the calls
