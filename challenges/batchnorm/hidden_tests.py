"""The hidden tests of batch norm: both modes, eps, the running values, and all gradients."""

from __future__ import annotations

from typing import Any

import torch

from judge.testing import (
    Failed,
    Student,
    expect,
    expect_close,
    expect_dtype,
    expect_same,
    hidden_test,
)
from judge.testing.autograd import expect_vjp, normal

from . import oracle

VALUES = "training_output_is_normalised_by_the_batch"
EVALUATION = "evaluation_uses_the_running_values"
NAMES = ("x", "gamma", "beta", "running_mean", "running_var")

Options = dict[str, Any]


def inputs(student: Student, n: int, d: int, scale: float = 2.0) -> list[Any]:
    """x of mean 1, random gamma and beta, and running values that are far from the batch's."""
    vectors = [normal(student.rng, d) for _ in range(4)]
    running_var = scale**2 * (0.5 + vectors.pop().square())
    return [normal(student.rng, n, d, scale=scale) + 1.0, *vectors, running_var]


def exact(args: list[Any], **options: Any) -> torch.Tensor:
    """The oracle's y."""
    x, gamma, beta, mean, var = args
    return oracle.batch_norm(x, gamma, beta, mean, var, **options)


@hidden_test(task="batchnorm", points=2, limit=4.0)
def training_output_is_normalised_by_the_batch(student: Student) -> None:
    """Training, by default and by keyword; also one feature, and a batch of one example."""
    for n, d in ((7, 4), (3, 5), (6, 1), (1, 3)):
        args = inputs(student, n, d)
        cases: tuple[Options, ...] = ({}, {"training": True, "momentum": 0.3})
        for kwargs in cases:
            expect_close(
                student.call("my_batch_norm", *args, **kwargs),
                exact(args),
                name="y",
                against="each column by its own mean and variance over N",
                tolerance=1e-9,
                hint="with gamma of ones and beta of zeros print y.mean(0) and "
                "y.var(0, unbiased=False): zeros and ones, one for each column",
            )


@hidden_test(task="batchnorm", points=1, limit=4.0)
def evaluation_uses_the_running_values(student: Student) -> None:
    """training=False, by position and by keyword, for several examples and for one."""
    for n, d in ((5, 3), (1, 4)):
        args = inputs(student, n, d)
        for got in (
            student.call("my_batch_norm", *args, training=False),
            student.call("my_batch_norm", *args, 1e-5, 0.1, False),
        ):
            expect_close(
                got,
                exact(args, training=False),
                name="y",
                against="running_mean and running_var in place of the batch's",
                tolerance=1e-9,
                hint="one example has a mean and a variance of its own: they must not be used",
            )


@hidden_test(task="batchnorm", points=1, limit=4.0)
def eps_is_added_to_the_variance(student: Student) -> None:
    """Variances near 0.000001 with the default eps, eps=0.4 and eps=0.0, in both modes."""
    for training in (True, False):
        small, plain = inputs(student, 5, 3, scale=1e-3), inputs(student, 4, 6)
        cases: tuple[tuple[list[Any], Options], ...] = (
            (small, {}),
            (plain, {"eps": 0.4}),
            (plain, {"eps": 0.0}),
        )
        for args, kwargs in cases:
            named: Options = dict(zip(NAMES, args, strict=True))
            expect_close(
                student.call("my_batch_norm", **named, training=training, **kwargs),
                exact(args, training=training, **kwargs),
                name="y",
                against="(x - mean) / sqrt(var + eps)",
                tolerance=1e-9,
                hint="the variance first, then + eps, and the root last",
            )


@hidden_test(task="batchnorm", points=2, limit=4.0)
def running_values_move_by_momentum(student: Student) -> None:
    """Three steps in training: momentum left out, 0.35 and 1.0. They move in place.

    The second is of a single example, whose variance is 0. With momentum=0.0 nothing moves.
    """
    cases: tuple[Options, ...] = ({}, {"momentum": 0.35}, {"momentum": 1.0})
    for kwargs in cases:
        _, gamma, beta, mean, var = inputs(student, 4, 3)
        kept = [student.put(mean), student.put(var)]
        for n in (4, 1, 6):
            x = inputs(student, n, 3)[0]
            student.call("my_batch_norm", x, gamma, beta, *kept, **kwargs)
            momentum = kwargs.get("momentum", 0.1)
            new_mean, new_var = oracle.statistics(x)
            got_mean, got_var = (remote.get() for remote in kept)
            expect_moved("running_mean", got_mean, mean, oracle.moved(mean, new_mean, momentum))
            if n > 1:
                expect_population(got_var, oracle.moved(var, new_var * n / (n - 1), momentum))
            expect_moved("running_var", got_var, var, oracle.moved(var, new_var, momentum))
            mean, var = got_mean, got_var
    args = inputs(student, 4, 3)
    kept = [student.put(arg) for arg in args[3:]]
    student.call("my_batch_norm", *args[:3], *kept, momentum=0.0)
    for name, remote, before in zip(NAMES[3:], kept, args[3:], strict=True):
        hint = "momentum or 0.1 is 0.1 for a momentum of 0.0"
        expect_same(remote.get(), before, name=name, by="a call with momentum=0.0", hint=hint)


def expect_moved(name: str, got: torch.Tensor, old: torch.Tensor, want: torch.Tensor) -> None:
    """A running value is the new one, and says so when nothing was written. Raises Failed."""
    expect(
        not (isinstance(got, torch.Tensor) and got.dtype == old.dtype and torch.equal(got, old)),
        expected=f"new numbers in the {name} that was passed",
        got="the old ones: nothing was written into it",
        hint=f"{name} = ... only names another tensor; mul_, add_, copy_ and lerp_ write",
    )
    against = "(1 - momentum) * old + momentum * batch"
    hint = "call it with momentum=1.0 and print both: x.mean(0) and x.var(0, unbiased=False)"
    expect_close(got, want, name=name, against=against, tolerance=1e-9, hint=hint)


def expect_population(got: torch.Tensor, unbiased: torch.Tensor) -> None:
    """running_var does not follow the other convention. Raises Failed."""
    try:
        expect_close(got, unbiased, tolerance=1e-9)
    except Failed:
        return
    expect(
        False,
        expected="running_var to take the variance over N, the one of the output",
        got="the variance over N - 1 in it: so does torch's own batch norm, but not this task",
        hint="unbiased=False for both, or the mean of (x - mean) ** 2",
    )


@hidden_test(task="batchnorm", points=1, needs=[VALUES, EVALUATION], limit=4.0)
def nothing_else_is_written_and_the_dtype_is_kept(student: Student) -> None:
    """Evaluation writes into no argument, training not into x, gamma, beta; y has their dtype."""
    for dtype in (torch.float32, torch.float64):
        for training in (True, False):
            args = [arg.to(dtype) for arg in inputs(student, 6, 4)]
            kept = [student.put(arg) for arg in args]
            y = student.call("my_batch_norm", *kept, training=training)
            expect_dtype(y, dtype, name="y")
            count = 3 if training else 5
            for name, remote, before in list(zip(NAMES, kept, args, strict=True))[:count]:
                mode = f"a call with training={training}"
                expect_same(remote.get(), before, name=name, by=mode)


@hidden_test(task="batchnorm", points=1, needs=[VALUES], limit=4.0)
def running_values_carry_no_graph(student: Student) -> None:
    """Two training steps with a backward pass each; the running values require no gradient."""
    args = inputs(student, 5, 3)
    kept = [student.put(arg) for arg in args]
    for _ in range(2):
        student.vjp("my_batch_norm", kept, normal(student.rng, 5, 3), wrt=[0, 1, 2])
        for name, remote in zip(NAMES[3:], kept[3:], strict=True):
            expect(
                not getattr(remote.get(), "requires_grad", False),
                expected=f"a {name} that requires no gradient after a training step",
                got="it requires one: it holds on to the graph of the whole batch",
                hint="update under torch.no_grad(), or with mean.detach() and var.detach()",
            )


@hidden_test(task="batchnorm", points=2, needs=[VALUES, EVALUATION], limit=4.0)
def gradients_go_through_the_batch_statistics(student: Student) -> None:
    """Gradients of x, gamma and beta for a random cotangent, in training and in evaluation.

    Also for a batch of one example, where the variance is 0.
    """
    cases: tuple[tuple[int, Options], ...] = (
        (6, {}),
        (6, {"eps": 0.4, "momentum": 0.35}),
        (6, {"training": False}),
        (1, {}),
    )
    for n, kwargs in cases:
        expect_vjp(
            student,
            "my_batch_norm",
            inputs(student, n, 4),
            oracle.batch_norm,
            wrt=[0, 1, 2],
            names=NAMES[:3],
            **kwargs,
        )
