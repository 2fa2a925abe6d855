"""No layers: what a fork server takes its confinement from when the verdict must stand alone."""

from __future__ import annotations

from collections.abc import Sequence

from judge.sandbox.confine import Confinement
from judge.sandbox.kernel import Kernel


def prepare(packages: Sequence[str]) -> Confinement:
    """A confinement that takes nothing away; processes and limits are all there is."""
    return Confinement(Kernel(), (), ())
