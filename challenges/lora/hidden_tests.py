"""The hidden tests of LoRA: its scale, its start, what is trained, all gradients, x kept."""

from __future__ import annotations

import functools
from typing import Any

import torch

from judge.testing import (
    Remote,
    Student,
    expect,
    expect_close,
    expect_dtype,
    expect_same,
    expect_shape,
    hidden_test,
)
from judge.testing.autograd import expect_module_vjp, normal, parameters_like

from . import oracle

VALUES = "output_is_right_for_every_scale"
NAMES = ("linear.bias", "linear.weight", "lora_A", "lora_B")


def parameters_of(layer: Remote) -> dict[str, Any]:
    """The four tensors of a layer, once their names are those agreed."""
    found = dict(layer.state().parameters)
    expect(
        sorted(found) == list(NAMES),
        expected=f"the parameters {', '.join(NAMES)}",
        got=f"parameters: {', '.join(sorted(found)) or 'none'}",
        hint="nn.Parameter for lora_A and lora_B, an nn.Linear with a bias for linear",
    )
    return found


def fill(student: Student, layer: Remote, *, exact: bool = False) -> None:
    """Random numbers for all four tensors; float64 if `exact`, where the class is a module."""
    given = parameters_of(layer)
    if exact and layer.state().training is not None:
        layer.call("double")
    for path, value in parameters_like(given, student.rng, scale=1.0).items():
        layer.set(path, value)


def expect_output(layer: Remote, x: torch.Tensor, alpha: float) -> None:
    """The output for x is that of the oracle with the layer's own parameters."""
    state = {name: value.detach().double() for name, value in parameters_of(layer).items()}
    expect_close(
        layer.call("forward", x),
        oracle.lora(state, x.double(), alpha),
        name="the output",
        against="x W^T + b + alpha / rank * x A^T B^T",
        tolerance=1e-5,
        hint="print the factor of the correction: alpha / rank",
    )


@hidden_test(task="lora", points=3, limit=4.0)
def output_is_right_for_every_scale(student: Student) -> None:
    """Ranks and alphas of every ratio, x of one to three axes, in training and evaluation."""
    student.seed(int(student.rng.integers(2**31)))
    for mode, sides, rank, alpha, shape in (
        ("train", (7, 4), 2, 6.0, (2, 3)),
        ("eval", (5, 7), 4, 1.0, (3,)),
        ("train", (4, 9), 3, 3.0, ()),
        ("eval", (6, 2), 1, 5.0, (1,)),
    ):
        layer = student.make("LoRALinear", *sides, rank, alpha=alpha)
        fill(student, layer)
        if layer.state().training is not None:
            layer.call(mode)
        expect_output(layer, normal(student.rng, *shape, sides[0], dtype=torch.float32), alpha)
    layer = student.make("LoRALinear", in_features=5, out_features=3, rank=4)
    fill(student, layer)
    expect_output(layer, normal(student.rng, 2, 5, dtype=torch.float32), 1.0)


@hidden_test(task="lora", points=1, limit=4.0)
def a_new_layer_is_its_frozen_layer(student: Student) -> None:
    """lora_B starts at zero, and the output is that of linear alone, which starts as usual."""
    student.seed(int(student.rng.integers(2**31)))
    layer = student.make("LoRALinear", 6, 4, 3, 5.0)
    start = parameters_of(layer)
    zeros = torch.zeros(4, 3)
    hint = "the zeros are in lora_B, of shape (out_features, rank)"
    expect_close(
        start["lora_B"],
        zeros,
        name="lora_B",
        against="zeros",
        absolute=True,
        tolerance=0.0,
        hint=hint,
    )
    expect_output(layer, normal(student.rng, 5, 6, dtype=torch.float32), 5.0)
    frozen = parameters_of(student.make("LoRALinear", 50, 60, 2))
    for name in ("linear.weight", "linear.bias"):
        sizes = frozen[name].detach().double() * 50**0.5  # uniform from -1 to 1
        mean_square = float(sizes.square().mean())
        expect(
            0.15 < mean_square < 0.55 and float(sizes.abs().max()) < 1.0 + 1e-6,
            expected=f"{name} uniform between -1 / sqrt(in_features) and 1 / sqrt(in_features)",
            got=f"a mean square of {mean_square:.2g} / in_features, where a third of it is usual",
            hint="nn.Linear starts its weight and bias itself: leave them as they are",
        )


@hidden_test(task="lora", points=1, needs=[VALUES], limit=4.0)
def nothing_is_merged_or_kept_between_calls(student: Student) -> None:
    """Evaluation, training, evaluation: new factors count at once, and linear stays as it is."""
    layer = student.make("LoRALinear", 6, 4, 2, 3.0)
    fill(student, layer)
    before = layer.get("linear.weight").detach()
    modes = ("eval", "train", "eval") if layer.state().training is not None else ("",) * 2
    for mode in modes:
        if mode:
            layer.call(mode)
        x = normal(student.rng, 3, 6, dtype=torch.float32)
        for _ in range(2):
            expect_output(layer, x, 3.0)
            layer.set("lora_B", normal(student.rng, 4, 2, dtype=torch.float32))
        hint = "a weight into which the correction was added counts it twice in the next call"
        after = layer.get("linear.weight").detach()
        expect_same(after, before, name="linear.weight", by="forward", hint=hint)


@hidden_test(task="lora", points=1, limit=4.0)
def the_other_factor_starts_at_random(student: Student) -> None:
    """lora_A has random numbers, none of them zero; those of two layers differ."""
    student.seed(int(student.rng.integers(2**31)))
    first, second = (student.make("LoRALinear", 50, 7, 4) for _ in range(2))
    factor, other = (parameters_of(layer)["lora_A"].detach() for layer in (first, second))
    expect_shape(factor, (4, 50), name="lora_A")
    values = factor.flatten()
    expect(
        bool(values.ne(0).all()) and len(set(values.tolist())) > 100,
        expected="200 random numbers in lora_A, none of them zero",
        got=f"{len(set(values.tolist()))} distinct numbers, {int(values.eq(0).sum())} zeros",
        hint="with A and B both zero, the gradients of both are zero and stay so",
    )
    expect(
        not torch.equal(factor, other),
        expected="two layers with different numbers in lora_A",
        got="the same numbers twice",
        hint="leave the seed of the generator alone",
    )


@hidden_test(task="lora", points=1, needs=[VALUES], limit=4.0)
def exactly_two_tensors_are_trained(student: Student) -> None:
    """lora_A and lora_B require a gradient, the weight and the bias of linear do not."""
    found = parameters_of(student.make("LoRALinear", 5, 3, 2))
    trained = [name for name, value in sorted(found.items()) if value.requires_grad]
    expect(
        trained == ["lora_A", "lora_B"],
        expected="lora_A and lora_B that require a gradient, and nothing else",
        got=f"trained: {', '.join(trained) or 'nothing'}",
        hint="requires_grad_(False) for self.linear.weight and for self.linear.bias",
    )


@hidden_test(task="lora", points=2, needs=[VALUES], limit=4.0)
def gradients_reach_input_and_both_factors(student: Student) -> None:
    """Gradients of x, lora_A and lora_B for a random cotangent; in evaluation and when new, too."""
    student.seed(int(student.rng.integers(2**31)))
    for filled, rank, alpha in ((True, 4, 1.0), (True, 2, 6.0), (False, 3, 2.0)):
        layer = student.make("LoRALinear", 5, 7, rank, alpha)
        if filled:
            fill(student, layer, exact=True)
        if rank == 2 and layer.state().training is not None:
            layer.call("eval")
        dtype = parameters_of(layer)["lora_A"].dtype
        x = normal(student.rng, 2, 3, 5, dtype=dtype)
        want = functools.partial(oracle.lora, alpha=alpha)
        expect_module_vjp(layer, [x], want, student.rng, names=["x"])


@hidden_test(task="lora", points=1, needs=[VALUES], limit=4.0)
def the_input_and_its_dtype_are_kept(student: Student) -> None:
    """x holds the same bytes afterwards, and the output has its dtype."""
    for exact in (False, True):
        layer = student.make("LoRALinear", 5, 3, 2, 6.0)
        fill(student, layer, exact=exact)
        x = normal(student.rng, 4, 5, dtype=parameters_of(layer)["lora_A"].dtype)
        kept = student.put(x)
        expect_dtype(layer.call("forward", x=kept), x.dtype, name="the output")
        expect_same(kept.get(), x, name="x", hint="scale the correction, not x in place")
