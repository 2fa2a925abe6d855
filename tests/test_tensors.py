"""Tensors across the wire: equal and fresh, and nothing that a hostile peer says of them counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from judge import tensors, wire
from judge.tensors import SIZES
from judge.wire import WireError
from tests.test_wire import crossed, framed, received, sent

SHAPES: tuple[tuple[int, ...], ...] = ((), (0,), (3,), (2, 1, 4), (3, 0, 2))


@pytest.fixture(autouse=True)
def _tensors_cross() -> Iterator[None]:
    before = list(wire.TENSORS)
    tensors.enable()
    yield
    wire.TENSORS[:] = before


def numbers(shape: tuple[int, ...], name: str) -> torch.Tensor:
    return (torch.arange(float(np.prod(shape, dtype=int))).reshape(shape) - 1).to(
        getattr(torch, name)
    )


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_dtype_and_shape_crosses(name: str, shape: tuple[int, ...]) -> None:
    tensor = numbers(shape, name)
    got = crossed({"x": [tensor]})["x"][0]
    assert type(got) is torch.Tensor
    assert got.dtype == tensor.dtype
    assert got.shape == tensor.shape
    assert torch.equal(got, tensor)
    assert SIZES[name] == tensor.element_size()


def test_what_is_empty_crosses_whatever_its_strides() -> None:
    tensor = torch.as_strided(torch.ones(4), (3, 0), (0, 0))
    assert crossed(tensor).shape == (3, 0)


def test_not_a_number_and_infinities_cross() -> None:
    tensor = torch.tensor([torch.nan, torch.inf, -torch.inf, -0.0])
    assert crossed(tensor).numpy().tobytes() == tensor.numpy().tobytes()


@pytest.mark.parametrize("requires", [True, False])
def test_whether_it_requires_grad_is_kept(requires: bool) -> None:
    got = crossed(torch.ones(2, requires_grad=requires))
    assert got.requires_grad is requires
    assert got.is_leaf


def test_a_result_with_a_graph_arrives_as_a_leaf() -> None:
    got = crossed(2 * torch.ones(2, requires_grad=True))
    assert got.is_leaf
    assert got.requires_grad


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x.T,
        lambda x: x[::2, 1:],
        lambda x: x[:1].expand(5, 4),
        lambda x: torch.complex(x, x).conj(),
        lambda x: torch.complex(x, x).conj().imag,
    ],
)
def test_views_cross_by_their_values(view: Any) -> None:
    tensor = view(torch.arange(12.0).reshape(3, 4))
    got = crossed(tensor)
    assert torch.equal(got, tensor)
    assert got.is_contiguous()


def test_parameters_and_subclasses_arrive_as_plain_tensors() -> None:
    class Own(torch.Tensor):
        pass

    assert type(crossed(torch.nn.Parameter(torch.ones(2)))) is torch.Tensor
    assert type(crossed(torch.ones(2).as_subclass(Own))) is torch.Tensor


@pytest.mark.parametrize(
    "tensor", [torch.eye(2).to_sparse(), torch.ones(2, device="meta")], ids=["sparse", "meta"]
)
def test_what_has_no_bytes_of_its_own_does_not_cross(tensor: torch.Tensor) -> None:
    with pytest.raises(WireError, match="Tensor cannot travel"):
        sent(tensor)


def test_without_torch_no_tensor_crosses() -> None:
    data = sent(torch.ones(2))
    wire.TENSORS.clear()
    with pytest.raises(WireError, match="none may come"):
        received(data)
    with pytest.raises(WireError, match="cannot travel"):
        sent(torch.ones(2))


def test_a_bool_is_zero_or_one_whatever_its_byte() -> None:
    got = received(framed(["x", "bool", False, 3], b"\x00\x01\x7f")).value
    assert got.tolist() == [False, True, True]
    assert got.numpy().view(np.uint8).tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    "tree",
    [
        ["x"],
        ["x", "float32"],
        ["x", "float32", 1, 2],
        ["x", "float32", None, 2],
        ["x", "quint8", False, 2],
        ["x", 7, False, 2],
        ["x", "float32", False, -1],
        ["x", "float32", False, 2.0],
        ["x", "float32", False, True],
        ["x", "float32", False, 2**41],
        ["x", "float32", False, 3],
        ["x", "float32", False, *[1] * 40],
        ["x", "complex128", False, 2**30, 2**30],
        ["x", "float32", False, 2**39, 2**39, 0],
    ],
)
def test_a_tensor_that_lies_is_refused(tree: list[Any]) -> None:
    with pytest.raises(WireError):
        received(framed(tree, bytes(8)))


def test_integers_that_claim_to_require_grad_do_not() -> None:
    assert not received(framed(["x", "int8", True, 2], bytes(2))).value.requires_grad


@given(
    name=st.sampled_from(sorted(SIZES)),
    grad=st.booleans(),
    sides=st.lists(st.integers(-1, 4), max_size=5),
    payload=st.binary(max_size=64),
)
def test_any_header_gives_a_tensor_of_its_word_or_an_error(
    name: str, grad: bool, sides: list[int], payload: bytes
) -> None:
    try:
        got = received(framed(["x", name, grad, *sides], payload)).value
    except WireError:
        return
    assert tuple(got.shape) == tuple(sides)
    assert got.numel() * SIZES[name] == len(payload)


def test_numbers_of_half_precision_become_arrays() -> None:
    assert tensors.as_array(torch.tensor([1.5], dtype=torch.bfloat16)).dtype == np.float32
    assert tensors.as_array(torch.ones(1, dtype=torch.float16, requires_grad=True)).tolist() == [1]
