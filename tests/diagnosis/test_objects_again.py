"""Objects of a submission, had again from the author's code: turned, driven, handed to helpers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from judge.calls import Exchange, Kept, Step
from judge.diagnosis.repeating import repeated
from judge.sandbox.process import ProcessSandbox
from judge.student import Student
from tests.students import student, torch_sandbox

LAYER = """
import torch
from torch import nn
class Layer(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(2, n))
        self.inner = nn.Linear(2, 2)
        self.register_buffer("mean", torch.zeros(2))
    def forward(self, x):
        y = self.inner(x @ self.weight.T)
        self.mean += 0.1 * (y.mean(0).detach() - self.mean)
        return y - self.mean
"""
SUPPORT = """
class Twice:
    def __init__(self, layer):
        self.weight, self.layer = layer.weight, layer
    def forward(self, x):
        return self.layer(x) + self.layer(x)
def one_by_one(*tensors):
    yield from tensors
"""
DESCENT = """
import torch
class Descent:
    def __init__(self, params, lr=0.1):
        self.params, self.lr = list(params), lr
        self.v = [torch.zeros_like(p) for p in self.params]
    @torch.no_grad()
    def step(self):
        for p, v in zip(self.params, self.v):
            v.mul_(0.9).add_(p.grad)
            p -= self.lr * v
"""


@pytest.fixture(scope="module")
def box() -> Iterator[ProcessSandbox]:
    yield from torch_sandbox()


def loaded(box: ProcessSandbox, source: str) -> Any:
    return student(box, source, allowed=("torch", "numpy"), support=SUPPORT)


def again(made: Student, source: str) -> Any:
    """What other code gives for the last value."""
    assert made.last is not None
    namespace: dict[str, Any] = {}
    helpers: dict[str, Any] = {}
    exec(source, namespace)  # noqa: S102  the texts above
    exec(SUPPORT, helpers)  # noqa: S102  as above
    namespace |= {f"support.{name}": value for name, value in helpers.items()}
    return repeated(namespace, made.last, {})


def rows(count: int, **options: Any) -> torch.Tensor:
    return torch.arange(3.0 * count, **options).reshape(count, 3).sin()


def test_an_object_that_was_turned_to_float64(box: ProcessSandbox) -> None:
    with loaded(box, LAYER) as made:
        layer = made.make("Layer", 3)
        layer.call("double")
        layer.state()  # its own random numbers
        layer.set("inner.bias", torch.tensor([1.0, 2.0], dtype=torch.float64))
        got = layer.call("forward", rows(4, dtype=torch.float64))
        assert got.dtype == torch.float64
        assert torch.equal(again(made, LAYER), got)
        assert not torch.equal(again(made, LAYER.replace("0.1", "0.2")), got)


def test_a_part_of_an_object_that_was_turned(box: ProcessSandbox) -> None:
    with loaded(box, LAYER) as made:
        layer = made.make("Layer", 3)
        layer.state()
        layer.part("inner").call("double")
        layer.set("weight", torch.ones(2, 3))
        layer.call("double")
        got = layer.call("forward", rows(2, dtype=torch.float64))
        assert torch.equal(again(made, LAYER), got)


def test_a_state_that_calls_and_gradients_have_changed(box: ProcessSandbox) -> None:
    with loaded(box, LAYER) as made:
        layer = made.make("Layer", 3)
        layer.state()
        layer.call("forward", rows(4))
        layer.vjp("forward", [rows(4)], torch.ones(4, 2))
        mean = layer.get("mean")
        assert torch.equal(again(made, LAYER), mean)
        assert made.last is not None
        assert not made.last.is_returned
        layer.vjp("forward", [rows(4)], torch.ones(4, 2))
        found = again(made, LAYER)
        assert torch.equal(found["gradients"][0], made.last.value["gradients"][0])
        assert torch.equal(found["parameters"]["weight"], made.last.value["parameters"]["weight"])


def test_what_an_optimiser_has_done_in_many_steps(box: ProcessSandbox) -> None:
    with loaded(box, DESCENT) as made:
        parameters = [made.put(torch.ones(2, requires_grad=True)) for _ in range(2)]
        descent = made.make("Descent", made.keep("support.one_by_one", *parameters), lr=0.5)
        for size in (1.0, 2.0, 3.0):
            for parameter in parameters:
                parameter.set("grad", size * torch.ones(2))
            descent.call("step")
        got = parameters[1].get()
        assert torch.equal(again(made, DESCENT), got)
        assert not torch.equal(again(made, DESCENT.replace("0.9", "0.8")), got)
        assert made.last is not None
        assert made.last.functions == {"Descent"}


def test_an_object_of_a_helper_that_holds_the_students(box: ProcessSandbox) -> None:
    with loaded(box, LAYER) as made:
        layer = made.make("Layer", 3)
        layer.state()
        twice = made.make("support.Twice", layer)
        _, _, of = twice.vjp("forward", [rows(2)], torch.ones(2, 2))
        assert torch.equal(again(made, LAYER)["parameters"]["weight"], of["weight"])
        assert made.last is not None
        assert made.last.functions == {"Layer"}


def test_a_new_object_after_a_seed(box: ProcessSandbox) -> None:
    with loaded(box, LAYER) as made:
        made.seed(5)
        made.make("Layer", 3)
        second = made.make("Layer", 3)
        assert torch.equal(again_of(second, made), second.get("weight"))


def again_of(remote: Any, made: Student) -> Any:
    remote.get("weight")
    return again(made, LAYER)


class Ours:
    """Something of the trusted process."""

    kept = torch.zeros(2)


@pytest.mark.parametrize("path", ["forward.__globals__.Ours.kept", "__class__.kept", "kept"])
def test_paths_of_a_student_lead_nowhere(path: str) -> None:
    class Layer(torch.nn.Module):
        def forward(self) -> None: ...

    state = Step("state", args=({path: torch.ones(2)},), owner=Kept(1), number=2)
    exchange = Exchange((Step("call", "Layer", number=1), state), (), None, of=1)
    found = repeated({"Layer": Layer}, exchange, {})
    assert not Ours.kept.any()
    assert not hasattr(found, "kept")
