"""Student and Remote with torch: gradients, objects, helpers of the challenge, forbidden calls."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
import torch

from judge.calls import Layout
from judge.replies import Stop
from judge.results import ForbiddenCall, LimitHit, Raised, Status
from judge.sandbox.process import ProcessSandbox
from judge.worker.measure import laid_out
from tests.students import stopped, student, torch_sandbox

TORCH = {"allowed": ("torch", "numpy")}
PLAIN = """
import torch
class Layer:
    def __init__(self, n, scale=1.0):
        self.weight = (torch.ones(2, n) * scale).requires_grad_()
        self.bias = torch.zeros(2, requires_grad=True)
        self.steps = 0
    def forward(self, x):
        self.steps += 1
        return x @ self.weight.T + self.bias
"""
MODULE = """
import torch
from torch import nn
class Layer(nn.Module):
    def __init__(self, n, scale=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2, n) * scale)
        self.bias = nn.Parameter(torch.zeros(2))
        self.register_buffer("steps", torch.tensor(0))
    def forward(self, x):
        self.steps += 1
        return x @ self.weight.T + self.bias
"""


@pytest.fixture(scope="module")
def box() -> Iterator[ProcessSandbox]:
    yield from torch_sandbox()


# --- gradients ----------------------------------------------------------------------------------


def test_gradients_of_a_function(box: ProcessSandbox) -> None:
    source = "def f(x, y, n=1): return x * y ** n, y"
    with student(box, source, **TORCH) as made:
        x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 5.0])
        value, (dx, dy) = made.vjp("f", [x, y], torch.tensor([1.0, 10.0]), take=0, n=2)
        assert value.tolist() == [9.0, 50.0]
        assert dx.tolist() == [9.0, 250.0]
        assert dy.tolist() == [6.0, 200.0]
        assert not x.requires_grad


def test_a_gradient_that_autograd_does_not_find_is_none(box: ProcessSandbox) -> None:
    source = "def f(x, y): return x.detach() * 2\ndef g(x, y): return x * 2"
    with student(box, source, **TORCH) as made:
        one = torch.ones(2)
        assert made.vjp("f", [one, one], one)[1] == [None, None]
        dx, dy = made.vjp("g", [one, one], one)[1]
        assert dx.tolist() == [2.0, 2.0]
        assert dy is None


def test_several_results_take_several_cotangents(box: ProcessSandbox) -> None:
    with student(box, "def f(x): return x * 2, x * 3", **TORCH) as made:
        x, one = torch.ones(2), torch.ones(2)
        assert made.vjp("f", [x], [one, 10 * one])[1][0].tolist() == [32.0, 32.0]


def test_a_result_of_another_shape_than_the_cotangent_has_no_gradient(box: ProcessSandbox) -> None:
    with student(box, "def f(x): return x.sum()", **TORCH) as made:
        value, gradients = made.vjp("f", [torch.ones(2)], torch.ones(2))
        assert value == 2
        assert gradients == [None]


def test_wrt_names_arguments_by_place_or_keyword(box: ProcessSandbox) -> None:
    with student(box, "def f(x, y): return x * y", **TORCH) as made:
        x, y = torch.ones(2), 3 * torch.ones(2)
        (dy,) = made.vjp("f", [x], x, wrt=["y"], y=y)[1]
        assert dy.tolist() == [1.0, 1.0]


# --- objects ------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [PLAIN, MODULE], ids=["plain", "module"])
def test_plain_classes_and_modules_are_alike(box: ProcessSandbox, source: str) -> None:
    with student(box, source, **TORCH) as made:
        layer = made.make("Layer", 3, scale=2.0)
        state = layer.state()
        assert set(state.parameters) == {"weight", "bias"}
        assert state.parameters["weight"].tolist() == [[2.0] * 3] * 2
        layer.set("bias", torch.tensor([1.0, -1.0]))
        assert layer.call("forward", torch.ones(3)).tolist() == [7.0, 5.0]
        assert layer.get("steps") == 1
        x = torch.ones(1, 3)
        value, (dx,), of = layer.vjp("forward", [x], torch.tensor([[1.0, 0.0]]))
        assert value.tolist() == [[7.0, 5.0]]
        assert dx.tolist() == [[2.0, 2.0, 2.0]]
        assert of["weight"].tolist() == [[1.0] * 3, [0.0] * 3]
        assert of["bias"].tolist() == [1.0, 0.0]


def test_a_modules_mode_buffers_and_names(box: ProcessSandbox) -> None:
    with student(box, MODULE, **TORCH) as made:
        layer = made.make("Layer", 3)
        assert layer.state().training is True
        layer.call("eval")
        state = layer.state()
        assert state.training is False
        assert set(state.buffers) == {"steps"}
        assert set(state.names) == {"weight", "bias", "steps"}


def test_setting_a_tensor_keeps_its_identity(box: ProcessSandbox) -> None:
    source = PLAIN + "\ndef same(a, b): return a is b"
    with student(box, source, **TORCH) as made:
        layer = made.make("Layer", 3)
        weight = layer.part("weight")
        layer.set("weight", torch.zeros(2, 3))
        assert made.call("same", weight, layer.part("weight")) is True
        assert weight.get().sum() == 0
        layer.set("name", "new")
        assert layer.get("name") == "new"


def test_parameters_made_by_a_test_can_be_trained(box: ProcessSandbox) -> None:
    source = """
class Descent:
    def __init__(self, params): self.params = list(params)
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p.data -= p.grad
"""
    with student(box, source, **TORCH) as made:
        kept = [made.put(torch.ones(2, requires_grad=True)) for _ in range(2)]
        descent = made.make("Descent", kept)
        kept[0].set("grad", torch.tensor([1.0, 2.0]))
        descent.call("step")
        assert kept[0].get().tolist() == [0.0, -1.0]
        assert kept[1].get().tolist() == [1.0, 1.0]
        assert kept[0].get().requires_grad


def test_a_method_that_is_missing_is_not_attempted(box: ProcessSandbox) -> None:
    with student(box, PLAIN, **TORCH) as made:
        layer = made.make("Layer", 3)
        with pytest.raises(Stop) as stop:
            layer.call("backward")
        assert stop.value.status is Status.NOT_ATTEMPTED
        assert "no method backward" in str(stop.value.reason)


def test_helpers_of_the_challenge_run_beside_the_submission(box: ProcessSandbox) -> None:
    support = "class Model:\n    def __init__(self, n): self.n = n\ndef twice(x): return 2 * x"
    source = "def use(model): return model.n + 1"
    with student(box, source, support=support, **TORCH) as made:
        assert made.call("use", made.make("support.Model", 4)) == 5
        assert made.call("support.twice", 3) == 6


def test_a_seed_makes_draws_repeatable(box: ProcessSandbox) -> None:
    source = "import torch\ndef draw(): return torch.rand(3)"
    with student(box, source, **TORCH) as made:
        found = []
        for seed in (1, 1, 2):
            made.seed(seed)
            before = made.random_state()
            found.append(made.call("draw").tolist())
            assert made.random_state() != before
        assert found[0] == found[1] != found[2]


# --- forbidden calls and the largest tensor -----------------------------------------------------

FORBIDDEN = (
    *("torch.softmax", "torch.nn.Softmax", "torch.nn.functional.layer_norm"),
    *("torch.nn.Linear", "torch.nn.functional.linear"),
    "torch.nn.functional.scaled_dot_product_attention",
)
SHORTCUTS = {
    "torch.softmax": "torch.softmax(x, -1)",
    "functional": "torch.nn.functional.softmax(x, -1)",
    "method": "x.softmax(-1)",
    "operator": "torch.ops.aten.softmax.int(x, -1)",
    "inner operator": "torch.ops.aten._softmax(x, -1, False)",
    "underscore": "torch._softmax(x, -1, False)",
    "special": "torch.special.softmax(x, -1)",
    "module": "torch.nn.Softmax(-1)(x)",
    "layer norm": "torch.nn.functional.layer_norm(x, (3,))",
    "native": "torch.native_layer_norm(x, (3,), None, None, 1e-5)[0]",
    "linear": "torch.nn.functional.linear(x, x)",
    "bindings": "torch._C._nn.linear(x, x)",
    "linear operator": "torch.ops.aten.linear(x, x)",
    "attention": "torch.nn.functional.scaled_dot_product_attention(x, x, x)",
    "attention operator": "torch.ops.aten.scaled_dot_product_attention(x, x, x)",
    "subclass": "type('Own', (torch.nn.Linear,), {})(3, 3)(x)",
    "swallowed": "swallowed(lambda: x.softmax(-1))",
    "in a thread": "threaded(lambda: x.softmax(-1))",
    "in a pool": "pooled(lambda: x.softmax(-1))",
}
SOURCE = """
import threading
from concurrent.futures import ThreadPoolExecutor
import torch
def swallowed(call):
    try:
        return call()
    except Exception:
        return torch.zeros(1)
def threaded(call):
    done = []
    thread = threading.Thread(target=lambda: done.append(swallowed(call)))
    thread.start()
    thread.join()
    return done[0]
def pooled(call):
    with ThreadPoolExecutor() as pool:
        return pool.submit(swallowed, call).result()
def f(x):
    return {call}
"""


@pytest.mark.parametrize("call", SHORTCUTS.values(), ids=SHORTCUTS)
def test_a_forbidden_call_fails_under_every_name(box: ProcessSandbox, call: str) -> None:
    source = SOURCE.replace("{call}", call)
    with student(box, source, forbidden=FORBIDDEN, **TORCH) as made:
        stop = stopped(made, "f", torch.ones(2, 3))
        assert stop.status is Status.FAILED
        assert isinstance(stop.evidence, ForbiddenCall)
        assert stop.evidence.frame is not None
        assert stop.evidence.frame.code


@pytest.mark.parametrize(
    "call",
    [
        "torch.log_softmax(x, -1)",
        "x @ x.T",
        "torch.logsumexp(x, -1)",
        "torch.nn.LayerNorm",
        "torch.addmm(x, x @ x.T, x)",
        "(x.exp() / x.exp().sum(-1, keepdim=True))",
        "torch.nn.functional.relu(x)",
    ],
)
def test_what_is_not_forbidden_is_allowed(box: ProcessSandbox, call: str) -> None:
    forbidden = ["torch.softmax", "torch.nn.Linear", "torch.nn.functional.linear"]
    source = f"import torch\ndef f(x):\n    {call}\n    return x"
    with student(box, source, forbidden=forbidden, **TORCH) as made:
        assert made.call("f", torch.ones(2, 3)).sum() == 6


def test_a_forbidden_function_made_of_what_is_allowed_fails(box: ProcessSandbox) -> None:
    source = "from torch.nn.init import zeros_ as nil\ndef f(x): return nil(x)"
    with student(box, source, forbidden=["torch.nn.init.zeros_"], **TORCH) as made:
        assert isinstance(stopped(made, "f", torch.ones(2)).evidence, ForbiddenCall)


def test_a_forbidden_call_while_cells_are_loaded_fails(box: ProcessSandbox) -> None:
    source = "import torch\nLAYER = torch.nn.Linear(3, 3)\ndef f(x): return LAYER(x)"
    with (
        pytest.raises(Stop) as stop,
        student(box, source, forbidden=["torch.nn.Linear"], **TORCH),
    ):
        pass
    assert isinstance(stop.value.evidence, ForbiddenCall)


def test_a_forbidden_call_in_the_backward_fails(box: ProcessSandbox) -> None:
    source = """
import torch
class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return 2 * x
    @staticmethod
    def backward(ctx, g): return g.softmax(-1)
def f(x): return Twice.apply(x)
"""
    with student(box, source, forbidden=["torch.softmax"], **TORCH) as made:
        with pytest.raises(Stop) as stop:
            made.vjp("f", [torch.ones(3)], torch.ones(3))
        assert isinstance(stop.value.evidence, ForbiddenCall)


@pytest.mark.parametrize(
    ("body", "largest"),
    [
        ("(x[:, None] * x).sum(1)", 10_000),
        ("x[:, None].expand(100, 100)[0]", 100),
        ("torch.stack([(row * x).sum() for row in x])", 100),
    ],
)
def test_the_largest_tensor_is_found(box: ProcessSandbox, body: str, largest: int) -> None:
    source = f"import torch\ndef f(x):\n    return {body}"
    with student(box, source, **TORCH) as made:
        run = made.measure("f", torch.ones(100))
        assert run.largest == largest
        assert run.value.shape == (100,)
        line = run.find_line()
        assert line is not None
        assert body[:20] in line


# --- limits and faults --------------------------------------------------------------------------


def test_an_endless_loop_is_stopped(box: ProcessSandbox) -> None:
    source = "def f(x):\n    while True: x = x + 0"
    with student(box, source, seconds=1.0, **TORCH) as made:
        stop = stopped(made, "f", torch.ones(2))
        assert isinstance(stop.evidence, LimitHit)


def test_an_exception_shows_the_students_line(box: ProcessSandbox) -> None:
    with student(box, "def f(x):\n    return x @ x", **TORCH) as made:
        stop = stopped(made, "f", torch.ones(2, 3))
        assert isinstance(stop.evidence, Raised)
        assert stop.evidence.frames[-1].line == 2


def test_what_torch_has_not_implemented_is_a_crash_not_a_stub(box: ProcessSandbox) -> None:
    source = """
import torch
def f(x):
    return torch.sparse_coo_tensor(x[None].long(), x)[::2]
def g(x):
    raise NotImplementedError("later")
"""
    with student(box, source, **TORCH) as made:
        assert stopped(made, "f", torch.ones(2)).status is Status.CRASHED
        assert stopped(made, "g", torch.ones(2)).status is Status.NOT_ATTEMPTED


def test_one_thread_computes(box: ProcessSandbox) -> None:
    source = "import torch\ndef f(): return torch.get_num_threads()"
    with student(box, source, **TORCH) as made:
        assert made.call("f") == 1


# --- layouts ------------------------------------------------------------------------------------

STRIDES = """
def strides(x): return x.stride(), x.is_contiguous(), x.requires_grad, x.is_leaf
def same(x): return x
"""


def test_layouts_of_tensors_have_the_strides_they_promise(box: ProcessSandbox) -> None:
    value = torch.arange(24.0).reshape(2, 3, 4).requires_grad_()
    layouts: tuple[Layout, ...] = ("C", "F", "transposed", "strided")
    found = {}
    with student(box, STRIDES, **TORCH) as made:
        for layout in layouts:
            kept = made.put(value, layout)
            found[layout] = made.call("strides", kept)
            assert torch.equal(made.call("same", kept), value)
        with pytest.raises(ValueError, match="no negative strides"):
            made.put(value, "reversed")
    assert found == {
        "C": ((12, 4, 1), True, True, True),
        "F": ((1, 2, 6), False, True, True),
        "transposed": ((12, 1, 3), False, True, True),
        "strided": ((24, 8, 2), False, True, True),
    }


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.int64, torch.bool])
@pytest.mark.parametrize("layout", ["C", "F", "transposed", "strided"])
def test_layouts_change_no_value(layout: str, dtype: torch.dtype) -> None:
    for shape in [(2, 3, 4), (3, 4), (5,), (), (0, 3), (1, 1)]:
        value = torch.arange(math.prod(shape)).reshape(shape).to(dtype)
        found = laid_out(value, layout)
        assert isinstance(found, torch.Tensor)
        assert found.dtype == dtype
        assert torch.equal(found, value)
