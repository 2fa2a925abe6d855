"""Tensors, and values with their gradients against an oracle that autograd differentiates.

The cotangent is random: over `out.sum()` the gradient of a softmax or a normalisation is zero
whatever the backward does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from judge.calls import is_float_tensor
from judge.remotes import Remote, State
from judge.results import Said
from judge.student import Student
from judge.tensors import dtype_name
from judge.testing.closeness import expect_close, expect_shape
from judge.testing.failed import Failed

TOLERANCE = {torch.float64: 1e-9, torch.float32: 1e-5}


def normal(
    rng: np.random.Generator, *shape: int, scale: float = 1.0, dtype: torch.dtype = torch.float64
) -> torch.Tensor:
    """A tensor of normal numbers of this standard deviation."""
    return torch.from_numpy(np.asarray(rng.normal(0.0, scale, shape))).to(dtype)


def expect_vjp(
    student: Student,
    function: str,
    args: Sequence[Any],
    oracle: Callable[..., torch.Tensor],
    *,
    wrt: Sequence[int] | None = None,
    names: Sequence[str] = (),
    name: str = "the result",
    against: str = "the oracle",
    tolerance: float | None = None,
    floor: float = 1e-2,
    hint: str | None = None,
    **kwargs: Any,
) -> None:
    """A function's value, and its gradients by a random cotangent, are the oracle's.

    The oracle gets the same arguments with float tensors as float64 leaves. `wrt` are positions of
    arguments, all float tensors by default; `names` name them in messages. Errors are relative to
    the largest entry, or to `floor` where all are smaller. Raises Failed.
    """
    places = _places(args) if wrt is None else list(wrt)
    exact, leaves = _leaves(args, places)
    want = oracle(*exact, **kwargs)
    cotangent = normal(student.rng, *want.shape)
    expected = _gradients(want, leaves, cotangent)
    value, gradients = student.vjp(function, args, cotangent, wrt=places, **kwargs)
    limit = tolerance or _tolerance(args)
    expect_close(
        value, want.detach(), name=name, against=against, tolerance=limit, floor=floor, hint=hint
    )
    said = names or [f"argument {place + 1}" for place in places]
    for label, got, wanted in zip(said, gradients, expected, strict=True):
        _expect_gradient(label, got, wanted, limit, floor, hint)


def expect_module_vjp(
    remote: Remote,
    args: Sequence[Any],
    oracle: Callable[..., torch.Tensor],
    rng: np.random.Generator,
    *,
    method: str = "forward",
    wrt: Sequence[int] | None = None,
    names: Sequence[str] = (),
    name: str = "the output",
    against: str = "the oracle with your own parameters",
    tolerance: float | None = None,
    floor: float = 1e-2,
    hint: str | None = None,
    take: str | int | None = None,
    **kwargs: Any,
) -> None:
    """An object's output, and the gradients of inputs and parameters, are the oracle's.

    The oracle gets a dict of the object's parameters by path, as float64 leaves, and the
    arguments. Raises Failed.
    """
    state = remote.state()
    _expect_floats(state.parameters)
    places = _places(args) if wrt is None else list(wrt)
    exact, leaves = _leaves(args, places)
    trained = {path: _leaf(tensor) for path, tensor in state.parameters.items()}
    want = _with_their_parameters(oracle, trained, exact, kwargs)
    cotangent = normal(rng, *want.shape)
    frozen = [path for path, tensor in state.parameters.items() if not tensor.requires_grad]
    learnt = [path for path in trained if path not in frozen]
    expected = _gradients(want, [*leaves, *(trained[path] for path in learnt)], cotangent)
    value, gradients, of_parameters = remote.vjp(
        method, args, cotangent, wrt=places, take=take, **kwargs
    )
    limit = tolerance or _tolerance([*args, *state.parameters.values()])
    expect_close(
        value, want.detach(), name=name, against=against, tolerance=limit, floor=floor, hint=hint
    )
    said = [*(names or [f"argument {place + 1}" for place in places]), *learnt]
    found = [*gradients, *(of_parameters.get(path) for path in learnt)]
    for label, got, wanted in zip(said, found, expected, strict=True):
        _expect_gradient(label, got, wanted, limit, floor, hint)


def _with_their_parameters(
    oracle: Callable[..., torch.Tensor],
    trained: dict[str, torch.Tensor],
    args: Sequence[Any],
    kwargs: dict[str, Any],
) -> torch.Tensor:
    """The oracle's value; parameters of other names or shapes are no fault of ours."""
    try:
        return oracle(trained, *args, **kwargs)
    except (LookupError, RuntimeError, TypeError, ValueError):
        listed = [f"{path} {tuple(tensor.shape)}" for path, tensor in trained.items()]
        evidence = Said(
            expected="parameters of the names and shapes that the statement gives",
            got=f"{', '.join(listed)[:300] or 'none at all'}",
            hint="print the name and shape of each parameter of a fresh object",
        )
        raise Failed(evidence) from None


def _expect_floats(parameters: Mapping[str, torch.Tensor]) -> None:
    """What has no gradient, or a complex one, is no parameter to be compared. Raises Failed."""
    odd = [f"{path} {dtype_name(t)}" for path, t in parameters.items() if not is_float_tensor(t)]
    if odd:
        expected, got = "parameters of a float type", ", ".join(odd)[:300]
        raise Failed(Said(expected=expected, got=got, hint="nn.Parameter(torch.zeros(3)) is one"))


def expect_parameters(
    remote: Remote, shapes: Mapping[str, Sequence[int]], *, hint: str | None = None
) -> State:
    """The object's state, once it trains exactly these parameters, each of its own shape.

    A tensor that stands under two names counts for the first of them. Raises Failed.
    """
    state = remote.state()
    found = [path for path, tensor in state.parameters.items() if tensor.requires_grad]
    lost = [path for path in shapes if path not in found]
    more = [path for path in found if path not in shapes]
    if lost or more:
        groups = (("missing", lost), ("not asked for", more))
        evidence = Said(
            expected=f"the parameters {', '.join(shapes)}",
            got=f"{', '.join(found)[:300] or 'none'}",
            where=tuple(f"{what}: {', '.join(paths)[:200]}" for what, paths in groups if paths),
            hint=hint or "a parameter is an nn.Parameter, or a leaf that requires a gradient",
        )
        raise Failed(evidence)
    for path, shape in shapes.items():
        expect_shape(state.parameters[path], shape, name=path, hint=hint)
    return state


def fill_parameters(
    remote: Remote,
    shapes: Mapping[str, Sequence[int]],
    rng: np.random.Generator,
    *,
    hint: str | None = None,
) -> dict[str, torch.Tensor]:
    """Set each of these to random numbers, once it has its shape; what they then are, in float64.

    Whether they are trained, and are all, is for `expect_parameters` to say. Raises Failed.
    """
    for path, shape in shapes.items():
        expect_shape(remote.get(path), shape, name=path, hint=hint)
        remote.set(path, normal(rng, *shape, scale=0.5, dtype=torch.float32))
    filled = {path: remote.get(path) for path in shapes}
    for path, shape in shapes.items():  # what is asked for twice may be another thing each time
        expect_shape(filled[path], shape, name=path, hint=hint)
    return {path: torch.as_tensor(value).double() for path, value in filled.items()}


def _expect_gradient(
    label: str, got: Any, wanted: torch.Tensor | None, limit: float, floor: float, hint: str | None
) -> None:
    if got is None:
        if wanted is None or not wanted.any():
            return
        evidence = Said(
            expected=f"a gradient for {label}",
            got=f"none: for autograd the result does not depend on {label}",
            hint=hint or "look for .detach(), .item(), .data, torch.no_grad and torch.tensor(x)",
        )
        raise Failed(evidence)
    want = torch.zeros(tuple(got.shape)) if wanted is None else wanted
    expect_close(
        got,
        want,
        name=f"the gradient of {label}",
        against="autograd through the oracle",
        tolerance=limit,
        floor=floor,
        hint=hint,
    )


def _gradients(
    want: torch.Tensor, leaves: Sequence[torch.Tensor], cotangent: torch.Tensor
) -> list[torch.Tensor | None]:
    if not want.requires_grad or not leaves:
        return [None] * len(leaves)
    total = (want * cotangent).sum()  # given a cotangent, torch imports sympy: half a second
    return list(torch.autograd.grad(total, leaves, allow_unused=True))


def _places(args: Sequence[Any]) -> list[int]:
    return [place for place, arg in enumerate(args) if is_float_tensor(arg)]


def _leaves(args: Sequence[Any], places: Sequence[int]) -> tuple[list[Any], list[torch.Tensor]]:
    """The arguments in float64, those at `places` as leaves."""
    exact = [arg.detach().double() if is_float_tensor(arg) else arg for arg in args]
    for place in places:
        exact[place] = _leaf(exact[place])
    return exact, [exact[place] for place in places]


def _leaf(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().double().clone().requires_grad_()


def _tolerance(values: Sequence[Any]) -> float:
    """That of the least exact tensor among them."""
    kinds = [TOLERANCE.get(value.dtype, 1e-2) for value in values if is_float_tensor(value)]
    return max(kinds, default=1e-9)


def parameters_like(
    state: Mapping[str, torch.Tensor], rng: np.random.Generator, scale: float = 0.5
) -> dict[str, torch.Tensor]:
    """Random numbers for every parameter, of its shape and dtype."""
    return {
        path: normal(rng, *tensor.shape, scale=scale, dtype=tensor.dtype)
        for path, tensor in state.items()
    }
