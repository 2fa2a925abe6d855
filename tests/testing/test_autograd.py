"""Values and gradients against an oracle that autograd differentiates."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import torch

from judge.results import NotFinite, Said, WrongShape, WrongType, WrongValue
from judge.sandbox.process import ProcessSandbox
from judge.testing import Failed, expect_close, expect_dtype, expect_raises, expect_same
from judge.testing.autograd import (
    expect_module_vjp,
    expect_parameters,
    expect_vjp,
    fill_parameters,
    normal,
    parameters_like,
)
from tests.students import student, torch_sandbox

TORCH = {"allowed": ("torch",)}


@pytest.fixture(scope="module")
def box() -> Iterator[ProcessSandbox]:
    yield from torch_sandbox()


def oracle(x: torch.Tensor, y: torch.Tensor, n: int = 2) -> torch.Tensor:
    return x * y**n


def judged(box: ProcessSandbox, body: str, dtype: torch.dtype = torch.float64) -> Any:
    """The evidence against `def f(x, y, n=2)`; None when it is right."""
    with student(box, f"import torch\ndef f(x, y, n=2): return {body}", **TORCH) as made:
        x, y = (normal(made.rng, 3, 4, dtype=dtype) for _ in range(2))
        try:
            expect_vjp(made, "f", [x, y], oracle, names=["x", "y"], n=3)
        except Failed as failed:
            return failed.evidence
    return None


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_right_function_passes(box: ProcessSandbox, dtype: torch.dtype) -> None:
    assert judged(box, "x * y ** n", dtype) is None


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ("x * y ** 2", WrongValue, "the result"),
        ("x.detach() * y ** n", Said, "a gradient for x"),
        ("(x - x.detach() * 0.5) * y ** n * 2 - x * y ** n", WrongValue, "the result"),
        ("x * (y.detach() ** (n - 1) * y)", WrongValue, "the gradient of y"),
        ("x.detach() * y.detach() ** n", Said, "a gradient for x"),
        ("(x * y ** n).sum(0)", WrongShape, "the result"),
        ("(x * y ** n) / 0", NotFinite, "the result"),
        ("(x * y ** n).tolist()", WrongType, "the result"),
        ("(x.float() * y.float() ** n).double()", WrongValue, "the result"),
    ],
)
def test_a_wrong_value_or_gradient_is_found(
    box: ProcessSandbox, body: str, kind: type, says: str
) -> None:
    found = judged(box, body)
    assert type(found) is kind
    assert says in (getattr(found, "quantity", "") or found.expected)


def test_a_gradient_that_is_zero_may_be_none(box: ProcessSandbox) -> None:
    with student(box, "def f(x, y): return x + 0 * y.detach()", **TORCH) as made:
        x, y = normal(made.rng, 3), normal(made.rng, 3)
        expect_vjp(made, "f", [x, y], lambda x, y: x + 0 * y)


LAYER = """
import torch
from torch import nn
class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(3, 2)
        self.b = nn.Linear(2, 2)
        self.b.weight.requires_grad_(False)
    def forward(self, x):
        return {body}
"""


def layer_judged(box: ProcessSandbox, body: str) -> Any:
    def exact(parameters: Any, x: torch.Tensor) -> torch.Tensor:
        hidden = x @ parameters["a.weight"].T + parameters["a.bias"]
        return hidden @ parameters["b.weight"].T + parameters["b.bias"]

    with student(box, LAYER.format(body=body), **TORCH) as made:
        layer = made.make("Layer")
        for path, value in parameters_like(layer.state().parameters, made.rng).items():
            layer.set(path, value)
        x = normal(made.rng, 4, 3, dtype=torch.float32)
        try:
            expect_module_vjp(layer, [x], exact, made.rng, names=["x"])
        except Failed as failed:
            return failed.evidence
    return None


def test_a_right_module_passes_frozen_parameters_and_all(box: ProcessSandbox) -> None:
    assert layer_judged(box, "self.b(self.a(x))") is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("self.b(self.a(x).detach())", "a gradient for x"),
        ("self.b(self.a(x.detach()))", "a gradient for x"),
        ("self.b(x @ self.a.weight.T + self.a.bias.detach())", "a gradient for a.bias"),
        ("self.a(x)", "the output"),
    ],
)
def test_a_wrong_module_is_found(box: ProcessSandbox, body: str, says: str) -> None:
    found = layer_judged(box, body)
    assert says in (getattr(found, "quantity", "") or found.expected)


# --- parameters ---------------------------------------------------------------------------------

SHAPES = {"a.weight": (2, 3), "a.bias": (2,), "b.weight": (2, 2), "b.bias": (2,)}


def plain(box: ProcessSandbox, body: str) -> Any:
    """The evidence against the parameters of a plain class with this constructor."""
    source = f"from torch import nn\nclass Layer:\n    def __init__(self):\n        {body}"
    with student(box, source, **TORCH) as made:
        try:
            expect_parameters(made.make("Layer"), SHAPES, hint="look")
        except Failed as failed:
            return failed.evidence
    return None


def test_the_parameters_asked_for_are_accepted(box: ProcessSandbox) -> None:
    assert plain(box, "self.a, self.b = nn.Linear(3, 2), nn.Linear(2, 2)") is None


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("self.a = nn.Linear(3, 2)", "missing: b.weight, b.bias"),
        ("self.a = nn.Linear(3, 2); self.b = nn.Linear(2, 2, bias=False)", "missing: b.bias"),
        ("self.a = self.b = nn.Linear(2, 2)", "missing: b.weight, b.bias"),
        (
            "self.a, self.b = nn.Linear(3, 2), nn.Linear(2, 2).requires_grad_(False)",
            "missing: b.weight, b.bias",
        ),
        (
            "self.a, self.b, self.c = nn.Linear(3, 2), nn.Linear(2, 2), nn.Linear(1, 1)",
            "not asked for: c.weight, c.bias",
        ),
    ],
    ids=["absent", "no bias", "shared", "frozen", "more"],
)
def test_other_parameters_are_told(box: ProcessSandbox, body: str, where: str) -> None:
    found = plain(box, body)
    assert isinstance(found, Said)
    assert found.where == (where,)
    assert found.hint == "look"


def test_a_parameter_of_another_shape_is_told(box: ProcessSandbox) -> None:
    found = plain(box, "self.a, self.b = nn.Linear(2, 2), nn.Linear(2, 2)")
    assert isinstance(found, WrongShape)
    assert found.quantity == "a.weight"


@pytest.mark.parametrize("dtype", ["int64", "complex64"])
def test_parameters_that_are_no_floats_are_told(box: ProcessSandbox, dtype: str) -> None:
    source = (
        "import torch\n"
        "class Layer(torch.nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        f"        a = torch.ones(2, dtype=torch.{dtype})\n"
        "        self.a = torch.nn.Parameter(a, requires_grad=False)\n"
        "    def forward(self, x): return x\n"
    )
    x = torch.ones(2, dtype=getattr(torch, dtype))
    with student(box, source, **TORCH) as made, pytest.raises(Failed) as failed:
        expect_module_vjp(made.make("Layer"), [x], lambda _, x: x, made.rng, names=["x"])
    assert isinstance(failed.value.evidence, Said)
    assert failed.value.evidence.got == f"a {dtype}"


def test_a_parameter_that_is_another_at_each_look_is_told(box: ProcessSandbox) -> None:
    source = (
        "import torch\n"
        "class Layer:\n"
        "    looks = 0\n"
        "    @property\n"
        "    def a(self):\n"
        "        self.looks += 1\n"
        "        return torch.ones(2) if self.looks < 5 else 'a'\n"
    )
    with student(box, source, **TORCH) as made, pytest.raises(Failed) as failed:
        fill_parameters(made.make("Layer"), {"a": (2,)}, made.rng)
    assert isinstance(failed.value.evidence, WrongType)


def test_parameters_are_filled_and_read_back(box: ProcessSandbox) -> None:
    source = "from torch import nn\nclass Layer:\n    def __init__(self): self.a = nn.Linear(3, 2)"
    with student(box, source, **TORCH) as made:
        layer = made.make("Layer")
        given = fill_parameters(layer, {"a.weight": (2, 3)}, made.rng)
        assert torch.equal(given["a.weight"].float(), layer.get("a.weight"))
        with pytest.raises(Failed):
            fill_parameters(layer, {"a.bias": (3,)}, made.rng)


@pytest.mark.parametrize(
    ("body", "got"),
    [("raise ValueError", None), ("raise KeyError", "KeyError"), ("pass", "no exception")],
)
def test_an_exception_that_is_asked_for(box: ProcessSandbox, body: str, got: str | None) -> None:
    with student(box, f"def f():\n    {body}", **TORCH) as made:
        call = partial(made.call, "f")
        if got is None:
            expect_raises(call, ("ValueError",), expected="a ValueError")
            return
        with pytest.raises(Failed) as failed:
            expect_raises(call, ("ValueError",), expected="a ValueError")
        assert isinstance(failed.value.evidence, Said)
        assert failed.value.evidence.got == got


# --- expectations that take tensors -------------------------------------------------------------


def test_tensors_are_compared_as_arrays_are() -> None:
    one = torch.ones(2, 3, requires_grad=True)
    expect_close(one, torch.ones(2, 3, dtype=torch.float64))
    expect_close(one.bfloat16(), torch.ones(2, 3), dtype=torch.bfloat16)
    expect_close(one, torch.ones(2, 3).numpy())
    with pytest.raises(Failed):
        expect_close(one, torch.ones(3, 2))
    with pytest.raises(Failed):
        expect_close(one + torch.nan, torch.ones(2, 3))


@pytest.mark.parametrize("dtype", [torch.float32, "float32"])
def test_a_dtype_is_named_in_any_way(dtype: Any) -> None:
    expect_dtype(torch.ones(1), dtype, name="x")
    with pytest.raises(Failed) as failed:
        expect_dtype(torch.ones(1, dtype=torch.bfloat16), dtype, name="x")
    assert isinstance(failed.value.evidence, WrongType)
    assert failed.value.evidence.got == "bfloat16"


def test_a_changed_tensor_is_told_bit_for_bit() -> None:
    expect_same(torch.tensor([torch.nan, 1.0]), torch.tensor([torch.nan, 1.0]), name="x")
    with pytest.raises(Failed):
        expect_same(torch.tensor([-0.0]), torch.tensor([0.0]), name="x")
