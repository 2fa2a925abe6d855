"""Workers spawned on a POSIX system without the fork server, such as macOS.

It has been tried on Linux, with and without what only Linux has; it has not been tried on macOS.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from judge.errors import RulesBroken
from judge.sandbox import Peaks
from judge.sandbox.channel import ForkedWorker
from judge.sandbox.forkserver import ENVIRONMENT

GRACE = 1.0  # seconds for a process to go after its channel has closed
_PEAK_SECONDS = 5.0
_LARGEST = 1 << 50  # bytes: no process is larger
_ESCAPE = "a process that leaves the group of its worker is not found when the worker is ended"
_INSIDE = "there is no /proc: the worker itself is asked, and may say less than it used"


class Posix:
    """What spawning asks of a POSIX system: one seam, which tests replace."""

    python = sys.executable
    limits = "judge.sandbox.limits"
    layers = ("session",)

    def __init__(self, proc: Path = Path("/proc")) -> None:
        self._sees_memory = (proc / "self" / "status").exists()
        inside = {} if self._sees_memory else {"memory seen from outside": _INSIDE}
        self.missing: Mapping[str, str] = {"descendants": _ESCAPE, **inside}

    def spawn(self, command: Callable[[str], list[str]], memory: int) -> SpawnedWorker:
        """A process that runs `command`, given its channel. `memory` it limits itself."""
        ours, theirs = socket.socketpair()
        read, write = os.pipe()
        try:
            process = subprocess.Popen(  # noqa: S603  our own command
                command(str(theirs.fileno())),
                env=ENVIRONMENT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=write,
                stderr=write,
                start_new_session=True,
            )
        except BaseException:
            ours.close()
            os.close(read)
            raise
        finally:
            theirs.close()
            os.close(write)
        return SpawnedWorker(process, ours, read, sees_memory=self._sees_memory)


class SpawnedWorker(ForkedWorker):
    """One worker, the child of this process and the leader of a session of its own."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        channel: socket.socket,
        output: int,
        *,
        sees_memory: bool,
    ) -> None:
        super().__init__(process.pid, channel, output, self._stop)
        self._process = process
        self._sees_memory = sees_memory
        self._grace = GRACE

    def clear_peaks(self) -> None:
        """Forget the resident peak so far, where there is a /proc."""
        if self._sees_memory:
            super().clear_peaks()

    def peaks(self) -> Peaks:
        """The memory peaks, in bytes, of the living worker. Raises WorkerEnded.

        Where there is no /proc, no other process can read `ru_maxrss` before the worker has ended,
        so it is asked for its own. It is the peak of its whole life, and a submission may forge it.
        """
        if self._sees_memory:
            return super().peaks()
        found = self.ask("peak", {}, _PEAK_SECONDS).value
        if type(found) is not int or not 0 <= found < _LARGEST:
            raise RulesBroken("a peak of memory that is none")
        return Peaks(resident=found, virtual=0)

    def kill(self) -> None:
        """End it at once, from any thread; who waits for it sees it die."""
        if self._ending is None:
            self._kill_group()

    def close(self) -> None:
        """Kill the worker and its group; it can be asked nothing more."""
        self._grace = 0.0
        super().close()

    def _stop(self) -> int | None:
        return stopped(self._process, self._kill_group, self._grace)

    def _kill_group(self) -> None:
        # macOS answers EPERM for a group of zombies.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def stopped(process: subprocess.Popen[bytes], kill: Callable[[], None], grace: float) -> int | None:
    """Kill a process with what it started; the exit code it had ended with by itself, if it had.

    The channel of a process closes a little before the process is gone: it is given `grace`
    seconds.
    """
    by_itself = True
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        by_itself = False
    kill()  # whatever has become of the leader, its group may live on
    process.wait()
    return process.returncode if by_itself else None
