"""Resource limits of a worker, set by itself before it sees the submission."""

from __future__ import annotations

import resource
from pathlib import Path

DESCRIPTORS = 128
SLACK = 1 << 30  # address space beyond data: shared libraries, thread stacks


def allocated() -> tuple[int, int]:
    """Bytes of data and of address space that this process has now; 0 where that is not known."""
    status = _status()
    return status.get("VmData", 0) * 1024, status.get("VmSize", 0) * 1024


def apply_limits(memory: int, seconds: int, already: tuple[int, int] | None = None) -> None:
    """Limit this process, for good.

    `memory` bytes of data may come on top of what is allocated now; `seconds` of CPU bound what a
    worker can burn should nobody be left to stop it. No files are written, no cores dumped.
    `already` is what `allocated` said in the process this one was forked from: asking anew costs
    more than all the rest.
    """
    data, virtual = allocated() if already is None else already
    _limit(resource.RLIMIT_DATA, data + memory)
    _limit(resource.RLIMIT_AS, virtual + memory + SLACK)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, DESCRIPTORS)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, seconds)


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


def _status() -> dict[str, int]:
    """The kB figures of /proc/self/status; empty where there is no /proc."""
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return {}
    rows = (line.split() for line in text.splitlines() if line.endswith(" kB"))
    return {row[0].rstrip(":"): int(row[1]) for row in rows}
