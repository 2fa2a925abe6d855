"""Resource limits of a worker, set by itself before it sees the submission."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

DESCRIPTORS = 32  # pairs of sockets hold memory that is not the process's own: half a MB each
SLACK = 1 << 30  # address space beyond data: shared libraries, thread stacks
_ON_TOP = ("DATA", "AS")  # limits that count what is in use already


def allocated() -> tuple[int, int]:
    """Bytes of data and of address space that this process has now; 0 where that is not known."""
    status = _status()
    return status.get("VmData", 0) * 1024, status.get("VmSize", 0) * 1024


def apply_limits(memory: int, seconds: int, already: tuple[int, int] | None = None) -> None:
    """Limit this process, for good. Raises OSError and ValueError.

    `memory` bytes of data may come on top of what is allocated `already`, by default now;
    `seconds` of CPU bound what a worker can burn should nobody be left to stop it. No files are
    written, no cores dumped.
    """
    for name, value in _wanted(already or allocated(), memory, seconds).items():
        _limit(getattr(resource, f"RLIMIT_{name}"), value)


def apply_possible(memory: int, seconds: int) -> tuple[list[str], dict[str, str]]:
    """As `apply_limits`, as far as this system goes: what is in force, what is missing and why."""
    already = allocated()
    in_force, missing = [], {}
    for name, value in _wanted(already, memory, seconds).items():
        which = getattr(resource, f"RLIMIT_{name}", None)
        if which is None:
            missing[f"rlimit {name}"] = "this system has none"
        elif name in _ON_TOP and not all(already):
            missing[f"rlimit {name}"] = "how much is in use already is not known without /proc"
        else:
            try:
                _limit(which, value)
                in_force.append(name)
            except (OSError, ValueError) as error:
                missing[f"rlimit {name}"] = f"refused: {error}"
    return in_force, missing


def resident_peak() -> int:
    """The most memory this process has had in its life, in bytes, as it says itself."""
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found if sys.platform == "darwin" else found * 1024


def _wanted(already: tuple[int, int], memory: int, seconds: int) -> dict[str, int]:
    """Each limit and its value, those of memory on top of what is in use."""
    data, virtual = already
    return {
        "DATA": data + memory,
        "AS": virtual + memory + SLACK,
        "FSIZE": 0,
        "NOFILE": DESCRIPTORS,
        "CORE": 0,
        "CPU": seconds,
    }


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
