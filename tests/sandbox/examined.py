"""The sandbox looked at from a program of its own, so that another user can run it.

python -m tests.sandbox.examined    prints what was found as JSON
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from judge.sandbox.process import ProcessSandbox
from judge.sandbox.selfcheck import selfcheck
from tests.students import MEMORY, called, worker

ROOT = Path(__file__).resolve().parents[2]
BLOCK = 64 << 20
PRIVATE = {
    "oracle": ROOT / "challenges/flash_attention/oracle.py",
    "tests": ROOT / "challenges/flash_attention/hidden_tests.py",
    "solution": ROOT / "challenges/flash_attention/notebook.py",
}
_SOURCE = "def fill(size):\n    return len(bytearray(b'x') * size)"


def examined() -> dict[str, Any]:
    """What is in force, which probes were not withstood, and the memory seen of `BLOCK` bytes."""
    sandbox = ProcessSandbox(["numpy"])
    try:
        found = selfcheck(sandbox, PRIVATE)
        with worker(sandbox, _SOURCE, memory=MEMORY) as made:
            called(made, "fill", BLOCK)
            used = made.peaks().resident
            made.clear_peaks()
            left = made.peaks().resident
        return {
            "python": sys.version.split()[0],
            "uid": os.getuid(),
            "level": sandbox.level,
            "layers": sandbox.layers,
            "missing": sandbox.missing,
            "probes": len(found),
            "lost": {f.probe: f.why for f in found if not f.held and f.applies},
            "forgotten": used - left,
        }
    finally:
        sandbox.close()


if __name__ == "__main__":
    print(json.dumps(examined()))  # noqa: T201  its caller reads it
