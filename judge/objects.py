"""Objects that stay in a worker: their methods, parameters and gradients.

Plain classes and modules are treated alike. The same functions serve the author's mutants in the
trusted process, when a wrong answer is to be explained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from judge.paths import Missing, walk


def bound(value: Any, method: str) -> Callable[..., Any]:
    """A method of an object. Raises Missing.

    `forward` of a module is a call of the module; so it is where a class has `__call__` instead.
    """
    if method == "forward" and (
        isinstance(value, nn.Module) or (callable(value) and not hasattr(value, "forward"))
    ):
        return value  # type: ignore[no-any-return]
    found = getattr(value, method, None)
    if not callable(found):
        raise Missing(f"a {type(value).__name__} has no method {method}", attempted=False)
    return found  # type: ignore[no-any-return]


def assign(value: Any, path: str, new: Any) -> None:
    """Set an attribute: a tensor that is there takes the new numbers, all else is replaced.

    Raises Missing for a path that does not exist.
    """
    *steps, last = path.split(".")
    owner: Any = walk(value, steps, ())
    old = getattr(owner, last, None)
    if isinstance(old, torch.Tensor) and isinstance(new, torch.Tensor) and old.shape == new.shape:
        with torch.no_grad():
            old.copy_(new)
    else:
        setattr(owner, last, new)


def fill(value: Any, numbers: Mapping[str, Any]) -> None:
    """Give parameters these numbers, by path, as far as there are parameters of the same shape.

    The paths may be a student's: no attribute is looked up or set by them.
    """
    with torch.no_grad():
        for path, tensor in parameters(value).items():
            new = numbers.get(path)
            if isinstance(new, torch.Tensor) and new.shape == tensor.shape:
                tensor.copy_(new)


def parameters(value: Any) -> dict[str, torch.Tensor]:
    """The tensors that an object trains or keeps frozen, by path: no buffers, each of them once."""
    if isinstance(value, nn.Module):
        return dict(value.named_parameters())
    named: list[tuple[str, torch.Tensor]] = []
    for name, item in vars(value).items():
        if isinstance(item, nn.Module):
            named += [(f"{name}.{inner}", tensor) for inner, tensor in item.named_parameters()]
        elif isinstance(item, torch.Tensor) and (
            (item.requires_grad and item.is_leaf) or isinstance(item, nn.Parameter)
        ):
            named.append((name, item))
    first = {id(tensor): path for path, tensor in reversed(named)}
    return {path: tensor for path, tensor in named if first[id(tensor)] == path}


def state(value: Any) -> dict[str, Any]:
    """Parameters, buffers, the names of the state_dict and the mode, as plain values."""
    module = isinstance(value, nn.Module)
    return {
        "parameters": parameters(value),
        "buffers": dict(value.named_buffers()) if module else {},
        "names": list(value.state_dict()) if module else [],
        "training": value.training if module else None,
    }


def vjp(
    function: Callable[[], Any],
    inputs: Sequence[Any],
    trained: Mapping[str, torch.Tensor],
    cotangent: Any,
) -> dict[str, Any]:
    """The value of a call, and the gradients of `(value * cotangent).sum()`.

    `inputs` are made to require grad first. A gradient is None where autograd finds no way from
    the value, and all are where the value and the cotangent differ in shape.
    """
    for tensor in inputs:
        tensor.requires_grad_()
    result = function()
    pairs = [
        (out, cot)
        for out, cot in zip(_several(result), _several(cotangent), strict=False)
        if isinstance(out, torch.Tensor) and out.requires_grad and out.shape == cot.shape
    ]
    leaves = [*inputs, *trained.values()]
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    found: list[Any] = [None] * len(wanted)
    if pairs and wanted:
        outs = [out for out, _ in pairs]
        given = [cot.to(out.dtype) for out, cot in pairs]
        found = list(torch.autograd.grad(outs, wanted, given, allow_unused=True))
    of_leaf = {id(leaf): gradient for leaf, gradient in zip(wanted, found, strict=True)}
    return {
        "value": result,
        "gradients": [of_leaf.get(id(leaf)) for leaf in inputs],
        "parameters": {name: of_leaf.get(id(leaf)) for name, leaf in trained.items()},
    }


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
