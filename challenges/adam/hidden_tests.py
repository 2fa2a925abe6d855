"""The hidden tests of Adam: the path of parameters over many steps, and what step() leaves alone.

A path of several steps with gradients of other sizes each is compared with one that is computed
from the whole history of gradients.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from judge.testing import (
    Remote,
    Student,
    expect,
    expect_close,
    expect_dtype,
    expect_same,
    expect_shape,
    expect_type,
    hidden_test,
)
from judge.testing.autograd import normal

from . import oracle, support

VALUES = "many_steps_with_changing_gradients"
SHAPES = ((3, 4), (1,), (3, 4))  # two of them alike, for states that are kept by shape
SIZES = (5.0, 2.0, 0.1, 0.5, 0.02, 1.0, 0.0, 0.3)  # of the gradients, step by step

Gradients = list[list[torch.Tensor]]  # for each step, one for each parameter


def leaves(
    student: Student, dtype: torch.dtype = torch.float64
) -> tuple[list[torch.Tensor], list[Remote]]:
    """Parameters: their start as the test knows it, and the tensors in the worker."""
    start = [normal(student.rng, *shape, dtype=dtype) for shape in SHAPES]
    return start, [student.put(value.clone().requires_grad_()) for value in start]


def drawn(
    student: Student, scale: float = 1.0, dtype: torch.dtype = torch.float64, steps: int = 8
) -> Gradients:
    """Gradients for some steps, with sizes that rise and fall."""
    return [
        [normal(student.rng, *shape, scale=scale * size, dtype=dtype) for shape in SHAPES]
        for size in SIZES[:steps]
    ]


def walk(optimiser: Remote, parameters: Sequence[Remote], gradients: Gradients) -> None:
    """A step for each set of gradients."""
    for row in gradients:
        for parameter, gradient in zip(parameters, row, strict=True):
            parameter.set("grad", gradient)
        optimiser.call("step")


def expect_path(
    parameters: Sequence[Remote],
    start: Sequence[torch.Tensor],
    gradients: Gradients,
    *,
    hint: str | None = None,
    tolerance: float = 1e-9,
    lr: float = 1e-3,
    betas: tuple[float, float] = oracle.BETAS,
    eps: float = 1e-8,
) -> None:
    """How far each parameter has moved is what Adam says. Raises Failed."""
    for place, (parameter, before) in enumerate(zip(parameters, start, strict=True)):
        after = parameter.get()
        expect_type(after, torch.Tensor, name=f"parameter {place + 1}")
        expect_shape(after, before.shape, name=f"parameter {place + 1}")
        history = [row[place] for row in gradients]
        want = oracle.adam(before, history, lr=lr, betas=betas, eps=eps)
        expect_close(
            after.double() - before.double(),
            want - before.double(),
            name=f"the change of parameter {place + 1}",
            against=f"Adam's after {len(history)} step{'s' * (len(history) > 1)}",
            tolerance=tolerance,
            hint=hint,
        )


@hidden_test(task="adam", points=3, limit=4.0)
def many_steps_with_changing_gradients(student: Student) -> None:
    """One, two and eight steps of three parameters, with gradients that rise and fall.

    The seventh is zero, and the parameters move on by their average. Two are of one shape.
    """
    for steps, hint in (
        (1, "print m, v and both corrections at t = 1: m / (1 - beta1) is the gradient"),
        (2, "the first step is right: print t, m and v at the second"),
        (8, "the first two steps are right: print t, m and v at each of the eight"),
    ):
        start, parameters = leaves(student)
        gradients = drawn(student, steps=steps)
        walk(student.make("MyAdam", parameters, lr=0.05), parameters, gradients)
        expect_path(parameters, start, gradients, lr=0.05, hint=hint)


@hidden_test(task="adam", points=1, limit=4.0)
def betas_and_eps_are_those_that_were_given(student: Student) -> None:
    """Other betas and another eps, given by position and by keyword."""
    asked = {"lr": 0.02, "betas": (0.5, 0.9), "eps": 1e-3}
    for args, kwargs in (((0.02, (0.5, 0.9), 1e-3), {}), ((), asked)):
        start, parameters = leaves(student)
        gradients = drawn(student, scale=0.01)
        optimiser = student.make("MyAdam", parameters, *args, **kwargs)
        walk(optimiser, parameters, gradients)
        expect_path(
            parameters,
            start,
            gradients,
            lr=0.02,
            betas=(0.5, 0.9),
            eps=1e-3,
            hint="print self.lr, self.betas and self.eps, and look for written-out numbers",
        )


@hidden_test(task="adam", points=2, limit=4.0)
def gradients_as_small_as_eps_show_where_it_is_added(student: Student) -> None:
    """Gradients near 1e-7 with all defaults: eps is added to the root of the corrected average."""
    start, parameters = leaves(student)
    gradients = drawn(student, scale=1e-7)
    walk(student.make("MyAdam", parameters), parameters, gradients)
    hint = "the divisor is sqrt(v / (1 - beta2**t)) + eps: the root first, eps last"
    expect_path(parameters, start, gradients, hint=hint)


@hidden_test(task="adam", points=1, needs=[VALUES], limit=4.0)
def a_parameter_without_gradient_is_left_alone(student: Student) -> None:
    """The second of three parameters never gets a gradient: it stays, the others move."""
    start, parameters = leaves(student)
    gradients = drawn(student, steps=4)
    optimiser = student.make("MyAdam", parameters, lr=0.05)
    moving = [parameters[0], parameters[2]]
    given = [[row[0], row[2]] for row in gradients]
    walk(optimiser, moving, given)
    expect_same(parameters[1].get(), start[1], name="the parameter without gradient", by="step()")
    expect_path(moving, [start[0], start[2]], given, lr=0.05)


@hidden_test(task="adam", points=1, needs=[VALUES], limit=4.0)
def parameters_may_come_from_a_generator(student: Student) -> None:
    """params is a generator, as model.parameters() is: it can be read once."""
    start, parameters = leaves(student)
    gradients = drawn(student, steps=3)
    params = student.keep(f"support.{support.one_by_one.__name__}", *parameters)
    optimiser = student.make("MyAdam", params, lr=0.05)
    walk(optimiser, parameters, gradients)
    hint = "a generator is empty after one loop: keep list(params), and loop over that"
    expect_path(parameters, start, gradients, lr=0.05, hint=hint)


@hidden_test(task="adam", points=1, needs=[VALUES], limit=4.0)
def the_same_tensors_move_and_gradients_stay(student: Student) -> None:
    """Parameters stay float32 leaves that require a gradient; gradients keep their bytes."""
    start, parameters = leaves(student, torch.float32)
    gradients = drawn(student, dtype=torch.float32, steps=3)
    walk(student.make("MyAdam", parameters, lr=0.05), parameters, gradients)
    for place, (parameter, gradient) in enumerate(zip(parameters, gradients[-1], strict=True)):
        name = f"parameter {place + 1}"
        expect_dtype(parameter.get(), torch.float32, name=name)
        found = (parameter.get("requires_grad"), parameter.get("is_leaf"))
        expect(
            found == (True, True),
            expected=f"{name} is still a leaf that requires a gradient",
            got=f"requires_grad, is_leaf = {found}",
            hint="write into p inside torch.no_grad(), and never p.requires_grad = False",
        )
        kept = parameter.get("grad")
        expect_type(kept, torch.Tensor, name=f"the gradient of {name}")
        hint = "grad.mul_() and grad += write into p.grad; grad * x does not"
        name = f"the gradient of {name}"
        expect_same(kept, gradient, name=name, by="step()", hint=hint)
    expect_path(parameters, start, gradients, lr=0.05, tolerance=1e-4)


@hidden_test(task="adam", points=1, needs=[VALUES], limit=4.0)
def zero_grad_clears_gradients_and_keeps_averages(student: Student) -> None:
    """After zero_grad() gradients are None or zeros; the next step goes on as if without it."""
    start, parameters = leaves(student)
    gradients = drawn(student, steps=4)
    trained = parameters[:2]
    optimiser = student.make("MyAdam", trained, lr=0.05)
    optimiser.call("zero_grad")  # nobody has a gradient yet
    for row in gradients:
        walk(optimiser, trained, [row[:2]])
        optimiser.call("zero_grad")
        for parameter, gradient in zip(trained, row, strict=False):
            left = parameter.get("grad")
            if left is not None:
                zeros = torch.zeros_like(gradient)
                expect_close(left, zeros, name="the gradient", against="zeros", tolerance=0.0)
    hint = "zero_grad() is about p.grad only: m, v and t stay"
    expect_path(trained, start[:2], [row[:2] for row in gradients], lr=0.05, hint=hint)
