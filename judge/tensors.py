"""Torch tensors as bytes for the wire, and as arrays for expectations.

The wire itself knows no torch: `enable` hands it what is here, once a process has reason to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from judge import wire

_Array = np.ndarray[Any, Any]

SIZES = {
    **dict.fromkeys(("bool", "uint8", "int8"), 1),
    **dict.fromkeys(("int16", "float16", "bfloat16"), 2),
    **dict.fromkeys(("int32", "float32"), 4),
    **dict.fromkeys(("int64", "float64", "complex64"), 8),
    "complex128": 16,
}
_NOTHING = np.empty(0, np.uint8)


def enable() -> None:
    """Let tensors cross, and compute on one thread: what is graded must be repeatable."""
    wire.carry_tensors(Codec())
    torch.set_num_threads(1)


class Codec:
    """How tensors cross: dtype, shape, whether they require grad, and their bytes in C order."""

    sizes = SIZES

    def carries(self, value: object) -> bool:
        """Whether a value is a dense tensor in ordinary memory."""
        return (
            isinstance(value, torch.Tensor)
            and value.layout == torch.strided
            and value.device.type == "cpu"
            and dtype_name(value) in SIZES
        )

    def take_apart(self, value: Any) -> tuple[str, bool, Sequence[int], _Array]:
        """The name of its dtype, whether it requires grad, its shape and its bytes."""
        plain = torch.Tensor.detach(value).resolve_conj().resolve_neg().contiguous()
        # Where nothing is in it, its strides may be any.
        data = plain.reshape(-1).view(torch.uint8).numpy() if plain.numel() else _NOTHING
        return dtype_name(plain), bool(value.requires_grad), tuple(plain.shape), data

    def build(self, name: str, grad: bool, shape: Sequence[int], data: _Array) -> torch.Tensor:
        """A fresh tensor; `data` holds exactly its bytes."""
        dtype = getattr(torch, name)
        if not math.prod(shape):
            tensor = torch.empty(tuple(shape), dtype=dtype)
        elif name == "bool":  # one byte of any value
            tensor = torch.from_numpy(data).ne(0).reshape(tuple(shape))
        else:
            tensor = torch.from_numpy(data).view(dtype).reshape(tuple(shape))
        if grad and (tensor.is_floating_point() or tensor.is_complex()):
            tensor.requires_grad_()
        return tensor


def dtype_name(value: Any) -> str:
    """`float32` of a tensor or of a torch dtype."""
    dtype = value if isinstance(value, torch.dtype) else value.dtype
    return str(dtype).removeprefix("torch.")


def as_array(tensor: torch.Tensor) -> _Array:
    """Its numbers; NumPy has no bfloat16, which becomes float32."""
    plain = tensor.detach()
    if plain.dtype == torch.bfloat16:
        plain = plain.float()
    array: _Array = plain.resolve_conj().resolve_neg().numpy()
    return array
