"""The sandbox of this platform."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from judge.sandbox.process import ProcessSandbox
from judge.sandbox.spawned import SpawnSandbox


def default_sandbox(
    packages: Sequence[str], platform: str = sys.platform
) -> ProcessSandbox | SpawnSandbox:
    """Workers forked by a server on Linux, spawned elsewhere.

    macOS can fork too, but its own libraries do not survive it once they have started threads.
    """
    return ProcessSandbox(packages) if platform == "linux" else SpawnSandbox(packages)


def level_here() -> str:
    """The level of isolation that this machine reaches, as its first sandbox shows."""
    sandbox = default_sandbox(("numpy",))
    try:
        sandbox.start()
        return sandbox.level
    finally:
        sandbox.close()
