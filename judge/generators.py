"""The global random generators: Python's, NumPy's and, where it is there, torch's."""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Iterator

import numpy as np


def seed(number: int) -> None:
    """Set them all."""
    random.seed(number)
    np.random.seed(number % 2**32)  # noqa: NPY002  the global generator is the subject
    if (torch := sys.modules.get("torch")) is not None:
        torch.manual_seed(number)


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Whatever is drawn inside, they go on as if nothing had been."""
    mine = random.getstate()
    state = np.random.get_state()  # noqa: NPY002  as above
    torch = sys.modules.get("torch")
    drawn = torch.get_rng_state() if torch is not None else None
    try:
        yield
    finally:
        random.setstate(mine)
        np.random.set_state(state)  # noqa: NPY002  as above
        if torch is not None:
            torch.set_rng_state(drawn)
