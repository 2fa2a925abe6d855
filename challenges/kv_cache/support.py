"""What workers need beside a submission: a text put through it in pieces, as one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch


class Pieces:
    """An attention that is given its tokens in pieces of these sizes, each with the last cache.

    Its layers go by the same names as the attention's own, so that its parameters do, too.
    """

    def __init__(self, attention: Any, sizes: Sequence[int]) -> None:
        self.W_q, self.W_k = attention.W_q, attention.W_k
        self.W_v, self.W_o = attention.W_v, attention.W_o
        module = isinstance(attention, torch.nn.Module) or not hasattr(attention, "forward")
        # In a list: as an attribute a module would have its parameters counted twice.
        self._steps = [attention if module else attention.forward]
        self._sizes = list(sizes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The outputs of all pieces, one after the other."""
        step, cache, outputs = self._steps[0], None, []
        for piece in torch.split(x, self._sizes, dim=1):
            output, cache = step(piece, cache)
            outputs.append(output)
        return torch.cat(outputs, dim=1)
