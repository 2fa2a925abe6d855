"""What a fork server finds where a layer worked once and never again."""

from __future__ import annotations

import errno
from collections.abc import Sequence

from judge.sandbox.confine import Confinement
from judge.sandbox.kernel import Kernel


class Broken:
    """A layer that no worker can enter."""

    name = "broken"

    def enter(self) -> None:
        raise OSError(errno.ENOMEM, "no memory for it")


def prepare(packages: Sequence[str]) -> Confinement:
    """A confinement that says it works."""
    return Confinement(Kernel(), [Broken()], [])
