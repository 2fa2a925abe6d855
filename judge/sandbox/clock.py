"""The clock of a worker: it counts running and sleeping, not waiting for a core."""

from __future__ import annotations

import time

_IDLE = 0.02  # share of a core below which a worker does not want one: it sleeps, or waits
# Linux, clock_getcpuclockid(3): the number of a process's CPU clock is made of its id and this.
_CPUCLOCK_SCHED = 2
_PATIENCE = 4.0  # a second of wall time counts for at least a quarter of a second


class Clock:
    """Counts what one request of a worker may be charged for.

    A worker that sleeps is charged the wall time, one that runs the CPU time it got, within reason:
    a verdict must not depend on what else the machine does. Where it cannot be known, the wall time
    counts.
    """

    def __init__(self, pid: int, seconds: float) -> None:
        self._pid = pid
        self._seconds = seconds
        self._cpu = _cpu_seconds(pid)
        self._start = time.monotonic()

    def charged(self) -> float:
        """Seconds so far."""
        wall = time.monotonic() - self._start
        if wall < self._seconds:
            return wall  # nobody is in doubt yet
        cpu = _cpu_seconds(self._pid) - self._cpu
        return wall if cpu < _IDLE * wall else min(wall, max(cpu, wall / _PATIENCE))

    def left(self) -> float:
        """Seconds until time is up, at the earliest; none when it is."""
        return max(0.0, self._seconds - self.charged())


def _cpu_seconds(pid: int) -> float:
    """CPU time that all threads of a process have used; 0 where that cannot be known."""
    try:
        return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)
    except (AttributeError, OSError, OverflowError):
        return 0.0
