"""Workers spawned on Windows, each in a job object.

It has not been tried on Windows: the pipes and the threads were, on Linux, with the calls below
replaced. The layouts of the structures are those of the Windows headers for 64 bits.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from judge.errors import SandboxError
from judge.sandbox import Peaks
from judge.sandbox.forkserver import CPU_SECONDS, ENVIRONMENT
from judge.sandbox.pipes import PipedWorker

KILL_ON_CLOSE, PROCESS_MEMORY, ACTIVE_PROCESSES, PROCESS_TIME = 0x2000, 0x100, 0x8, 0x2
_ACCESS = 0x0001 | 0x0010 | 0x0100 | 0x0400  # terminate, read memory, set quota, query
_EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation
_TICKS = 10_000_000  # of 100 ns in a second
_OWN = 1 << 30  # bytes for the interpreter and its packages, on top of what a submission may use
_FLAGS = ("CREATE_NO_WINDOW", "CREATE_NEW_PROCESS_GROUP")


class Limits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION, its basic part included."""

    _fields_: ClassVar = [
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    ]


class Counters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS."""

    _fields_: ClassVar = [
        ("size", ctypes.c_uint32),
        ("page_faults", ctypes.c_uint32),
        ("peak_working_set", ctypes.c_size_t),
        ("working_set", ctypes.c_size_t),
        ("pools", ctypes.c_size_t * 4),
        ("committed", ctypes.c_size_t),
        ("peak_committed", ctypes.c_size_t),
    ]


class Kernel32:
    """The calls of Windows: one seam, which tests replace."""

    def __init__(self) -> None:
        self._library = vars(ctypes)["WinDLL"]("kernel32", use_last_error=True)

    def call(self, function: str, *arguments: Any, gives: Any = ctypes.c_int) -> int:
        """What a function returns: a handle, or that it worked. Raises OSError."""
        found = self._library[function]
        found.restype = gives
        result = found(*arguments)
        if not result:
            code = vars(ctypes)["get_last_error"]()
            raise OSError(code, f"{function} failed with the Windows error {code}")
        return int(result)


class Windows:
    """What spawning asks of Windows."""

    # In a virtual environment sys.executable only starts the real one, as a second process.
    python: str = getattr(sys, "_base_executable", sys.executable)
    limits = "judge.sandbox.limits"  # which needs what Windows has not: the job limits it instead
    layers = ("job object",)
    missing: Mapping[str, str] = {}

    def __init__(self, kernel: Kernel32 | None = None) -> None:
        self._kernel = kernel or Kernel32()

    def spawn(self, command: Callable[[str], list[str]], memory: int) -> PipedWorker:
        """A process that runs `command` in a job of its own. Raises SandboxError.

        It runs free for a moment, but nothing of a submission has reached it by then.
        """
        process = subprocess.Popen(  # noqa: S603  our own command
            command("pipes"),
            env={**ENVIRONMENT, **_needed()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            creationflags=sum(getattr(subprocess, name, 0) for name in _FLAGS),
        )
        try:
            job = JobObject(self._kernel, process.pid, memory)
        except OSError as error:
            with process:  # closes its pipes
                process.kill()
            raise SandboxError(f"A worker could not be put into a job object: {error}") from None
        return PipedWorker(process, job)


def _needed() -> dict[str, str]:
    """What no program starts without on Windows."""
    root = os.environ.get("SYSTEMROOT")
    return {} if root is None else {"SYSTEMROOT": root}


class JobObject:
    """A job that one process is in, alone, with limits; it ends when this process ends."""

    def __init__(self, kernel: Kernel32, pid: int, memory: int) -> None:
        """Raises OSError."""
        self._kernel = kernel
        self._handles: list[ctypes.c_void_p] = []
        try:
            self._job = self._handle("CreateJobObjectW", None, None)
            limits = Limits(
                flags=KILL_ON_CLOSE | PROCESS_MEMORY | ACTIVE_PROCESSES | PROCESS_TIME,
                process_time=CPU_SECONDS * _TICKS,
                process_memory=_OWN + memory,
                active_processes=1,
            )
            size = ctypes.c_uint32(ctypes.sizeof(limits))
            kind, place = ctypes.c_int(_EXTENDED_LIMITS), ctypes.pointer(limits)
            kernel.call("SetInformationJobObject", self._job, kind, place, size)
            who = (ctypes.c_uint32(_ACCESS), ctypes.c_int(0), ctypes.c_uint32(pid))
            self._process = self._handle("OpenProcess", *who)
            kernel.call("AssignProcessToJobObject", self._job, self._process)
        except BaseException:
            self.close()
            raise

    def _handle(self, function: str, *arguments: Any) -> ctypes.c_void_p:
        found = ctypes.c_void_p(self._kernel.call(function, *arguments, gives=ctypes.c_void_p))
        self._handles.append(found)
        return found

    def kill(self) -> None:
        """End the process and all that it started."""
        with contextlib.suppress(OSError):
            self._kernel.call("TerminateJobObject", self._job, ctypes.c_uint32(1))

    def peaks(self) -> Peaks:
        """The largest working set and the most committed, in bytes. Raises OSError."""
        found = Counters(size=ctypes.sizeof(Counters))
        size = ctypes.c_uint32(ctypes.sizeof(found))
        place = ctypes.pointer(found)
        self._kernel.call("K32GetProcessMemoryInfo", self._process, place, size)
        return Peaks(resident=found.peak_working_set, virtual=found.peak_committed)

    def close(self) -> None:
        """Close its handles, the job's first: that ends whatever is still in it."""
        while self._handles:
            with contextlib.suppress(OSError):
                self._kernel.call("CloseHandle", self._handles.pop(0))
