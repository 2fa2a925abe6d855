"""The hidden tests of gradient accumulation: where a step leads, what it returns, in which order.

Model, optimiser and loss are built in the worker; the tests read the parameters and the notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from judge.testing import (
    Remote,
    Student,
    expect,
    expect_close,
    expect_same,
    expect_type,
    hidden_test,
)
from judge.testing.autograd import normal

from . import oracle, support

VALUES = "parameters_move_as_for_the_full_batch"
INPUTS, OUTPUTS = 4, 3


@dataclass(frozen=True)
class Training:
    """A model in the worker with its optimiser and loss, and the same descent by the oracle."""

    student: Student
    model: Remote
    optimizer: Remote
    loss: Remote
    want: oracle.Descent

    def step(self, pairs: Sequence[oracle.Pair] | Remote) -> Any:
        """What the submission returns for one step."""
        return self.student.call("accumulated_step", self.model, self.optimizer, self.loss, pairs)

    def expect_parameters(self, after: str, hint: str) -> None:
        """Weight and bias are where the oracle's descent is. Raises Failed."""
        for name, wanted in (("weight", self.want.weight), ("bias", self.want.bias)):
            expect_close(
                self.model.get(name),
                wanted,
                name=f"{name} after {after}",
                against="one step on the mean loss of the micro-batches each time",
                tolerance=1e-9,
                hint=hint,
            )

    def notes(self) -> list[str]:
        """What was done with model and optimiser, in order."""
        found = self.model.get("notes")
        return list(found) if isinstance(found, list) else []


def built(student: Student, kind: type, *args: Any, **kwargs: Any) -> Remote:
    """An object of a class of support.py, in the worker."""
    return student.make(f"support.{kind.__name__}", *args, **kwargs)


def training(student: Student) -> Training:
    """Random parameters, and an optimiser that has taken no step yet."""
    weight, bias = normal(student.rng, OUTPUTS, INPUTS), normal(student.rng, OUTPUTS)
    lr, momentum = float(student.rng.uniform(0.02, 0.05)), float(student.rng.uniform(0.6, 0.9))
    model = built(student, support.Model, weight, bias)
    optimizer = built(student, support.NotingSGD, model, lr=lr, momentum=momentum)
    loss = built(student, support.WeightedLoss)
    return Training(student, model, optimizer, loss, oracle.Descent(weight, bias, lr, momentum))


def batches(student: Student, *sizes: int) -> list[oracle.Pair]:
    """Micro-batches of these sizes."""
    return [
        (normal(student.rng, size, INPUTS), normal(student.rng, size, OUTPUTS)) for size in sizes
    ]


def joined(pairs: Sequence[oracle.Pair]) -> list[oracle.Pair]:
    """The full batch, as one micro-batch."""
    xs, ys = zip(*pairs, strict=True)
    return [(torch.cat(xs), torch.cat(ys))]


@hidden_test(task="gradient_accumulation", points=3, limit=4.0)
def parameters_move_as_for_the_full_batch(student: Student) -> None:
    """Three steps with momentum on 4, 1 and 5 equal micro-batches: the way of the full batch."""
    run = training(student)
    for number, (count, size) in enumerate(((4, 2), (1, 7), (5, 1)), 1):
        pairs = batches(student, *[size] * count)
        run.step(pairs)
        run.want.step(joined(pairs))
        steps = "one step" if number == 1 else f"{number} steps"
        run.expect_parameters(steps, "print weight.grad just before step(), for one and two pairs")


@hidden_test(task="gradient_accumulation", points=1, limit=4.0)
def gradients_left_from_before_do_not_count(student: Student) -> None:
    """The parameters have gradients when the step begins."""
    run = training(student)
    stale = normal(student.rng, OUTPUTS, INPUTS, scale=3.0), normal(student.rng, OUTPUTS, scale=3.0)
    run.model.call("leave_gradients", *stale)
    pairs = batches(student, 3, 3)
    run.step(pairs)
    run.want.step(pairs)
    run.expect_parameters("one step", "optimizer.zero_grad() comes before the first backward")


@hidden_test(task="gradient_accumulation", points=2, limit=4.0)
def the_mean_loss_is_returned(student: Student) -> None:
    """A Python float: the loss of the full batch before the step."""
    for count, size in ((4, 3), (1, 5), (3, 1)):
        run = training(student)
        pairs = batches(student, *[size] * count)
        got = student.call(
            "accumulated_step",
            model=run.model,
            optimizer=run.optimizer,
            loss_fn=run.loss,
            micro_batches=pairs,
        )
        expect_type(got, float, name="the loss", hint="loss.item() is a float")
        expect_close(
            got,
            run.want.step(joined(pairs)),
            name="the loss",
            against="the mean loss of the micro-batches",
            tolerance=1e-9,
            hint="divide by the number of micro-batches once: before adding, or after it",
        )


@hidden_test(task="gradient_accumulation", points=1, limit=4.0)
def unequal_micro_batches_count_alike(student: Student) -> None:
    """Micro-batches of 6, 1 and 3 samples: each one's mean loss has the same weight."""
    run = training(student)
    pairs = batches(student, 6, 1, 3)
    got = run.step(pairs)
    hint = "weights by the number of samples are the other reading; here each loss is divided by 3"
    wanted = run.want.step(pairs)
    run.expect_parameters("one step", hint)
    expect_type(got, float, name="the loss")
    against = "the mean of three losses"
    expect_close(got, wanted, name="the loss", against=against, tolerance=1e-9, hint=hint)


@hidden_test(task="gradient_accumulation", points=1, needs=[VALUES], limit=4.0)
def gradients_are_cleared_once_and_one_step_is_taken(student: Student) -> None:
    """zero_grad before the first backward and not again before the step, which comes last."""
    run = training(student)
    run.step(batches(student, 2, 2, 2, 2))
    seen = [note for note in run.notes() if note != "forward"]
    first = seen.index("backward") if "backward" in seen else len(seen)
    said = f"the order {', '.join(seen) or 'empty'}"
    expect(
        seen[:first] == ["zero_grad"],
        expected="one zero_grad before the first backward",
        got=said,
        hint="optimizer.zero_grad() above the loop",
    )
    expect(
        seen.count("step") == 1,
        expected="one step",
        got=said,
        hint="optimizer.step() below the loop, not in it",
    )
    between = seen[first : seen.index("step")]
    expect(
        set(between) == {"backward"} and "backward" not in seen[seen.index("step") :],
        expected="nothing but backwards between zero_grad and step",
        got=said,
        hint="a zero_grad in the loop throws away what the micro-batches before have left",
    )


@hidden_test(task="gradient_accumulation", points=1, needs=[VALUES], limit=4.0)
def one_graph_at_a_time_is_in_memory(student: Student) -> None:
    """Each backward comes before the next forward."""
    run = training(student)
    run.step(batches(student, 3, 3, 3))
    seen = [note for note in run.notes() if note in ("forward", "backward")]
    expect(
        seen == ["forward", "backward"] * 3,
        expected="forward and backward in turn, once for each micro-batch",
        got=f"the order {', '.join(seen) or 'empty'}",
        hint="call backward() in the loop: a sum of losses keeps the graphs of all of them",
    )


@hidden_test(task="gradient_accumulation", points=1, needs=[VALUES], limit=4.0)
def the_micro_batches_are_kept(student: Student) -> None:
    """The list has the same pairs afterwards, and their tensors hold the same bytes."""
    run = training(student)
    pairs = batches(student, 3, 2, 4)
    kept = student.put(pairs)
    run.step(kept)
    after = kept.get()
    expect(
        len(after) == len(pairs),
        expected="the list of three micro-batches",
        got=f"a list of {len(after)}",
        hint="loop over the list, take nothing out of it",
    )
    for number, (new, old) in enumerate(zip(after, pairs, strict=True), 1):
        for name, got, given in zip("xy", new, old, strict=True):
            expect_same(got, given, name=f"{name} of micro-batch {number}")
