"""What tests of Adam need beside the student's code: parameters that can be read once only."""

from __future__ import annotations

from collections.abc import Iterator

import torch


def one_by_one(*parameters: torch.Tensor) -> Iterator[torch.Tensor]:
    """A generator of the parameters, as model.parameters() is."""
    yield from parameters
