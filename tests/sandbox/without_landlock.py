"""What a fork server finds where the kernel has no landlock."""

from __future__ import annotations

import errno
from collections.abc import Sequence

from judge.sandbox import confine
from tests.sandbox.simulated import LANDLOCK, Lacking


def prepare(packages: Sequence[str]) -> confine.Confinement:
    """Everything that works on this machine but for it."""
    return confine.prepare(packages, Lacking({LANDLOCK: errno.ENOSYS}))
