"""Submissions written as text, loaded in a fresh worker."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from judge import wire
from judge.calls import Take
from judge.replies import Stop
from judge.sandbox.channel import ForkedWorker
from judge.sandbox.process import ProcessSandbox
from judge.student import Program, Student

MEMORY = 512 << 20
SECONDS = 20.0  # far more than any test takes


def torch_sandbox() -> Iterator[ProcessSandbox]:
    """A sandbox with torch; while it is there, tensors cross in this process."""
    from judge import tensors

    before = list(wire.TENSORS)
    tensors.enable()
    found = ProcessSandbox(["torch"])
    yield found
    found.close()
    wire.TENSORS[:] = before


def program(
    worker: Any,
    source: str,
    *,
    returns: Mapping[str, Sequence[str]] | None = None,
    parameters: Mapping[str, Sequence[str]] | None = None,
    allowed: Sequence[str] = ("numpy",),
    forbidden: Sequence[str] = (),
    support: str = "",
) -> Program:
    """A script made ready by `worker`; everything it defines at top level is wanted."""
    found = worker.ask("plan", {"cells": [["", source]], "kind": "script", "wanted": []}, SECONDS)
    wanted = found.value["found"]
    ask = {"cells": [["", source]], "kind": "script", "wanted": wanted}
    plan = worker.ask("plan", ask, SECONDS).value
    return Program(
        plan=plan,
        memory=MEMORY,
        allowed=tuple(allowed),
        imports=tuple(dict.fromkeys(row[0].partition(".")[0] for row in plan["imports"])),
        parameters={name: tuple(names) for name, names in (parameters or {}).items()},
        returns={name: tuple(names) for name, names in (returns or {}).items()},
        forbidden=tuple(forbidden),
        support=support,
    )


@contextlib.contextmanager
def student(
    sandbox: ProcessSandbox, source: str, *, seconds: float = SECONDS, **options: Any
) -> Iterator[Student]:
    """A Student of `source`, loaded."""
    with sandbox.worker(MEMORY) as worker:
        made = Student(
            worker, program(worker, source, **options), seconds, np.random.default_rng(1)
        )
        made.load()
        yield made


@contextlib.contextmanager
def worker(sandbox: ProcessSandbox, source: str, *, memory: int = MEMORY) -> Iterator[ForkedWorker]:
    """A bare worker with `source` loaded."""
    with sandbox.worker(memory) as made:
        assert isinstance(made, ForkedWorker)
        ready = program(made, source)
        ask = {
            "plan": ready.plan,
            "allowed": list(ready.allowed),
            "forbidden": [],
            "support": "",
            "returns": {},
        }
        assert made.ask("load", ask, SECONDS).kind == "loaded"
        yield made


def asked(name: str, *args: Any, keep: bool = False) -> dict[str, Any]:
    """The value of a `call` request."""
    return {"function": name, "args": list(args), "kwargs": {}, "take": [], "keep": keep}


def called(made: Any, name: str, *args: Any, seconds: float = SECONDS) -> Any:
    """What a function returns, by a bare worker."""
    reply = made.ask("call", asked(name, *args), seconds)
    assert reply.kind == "value", reply.value
    return reply.value


def stopped(made: Student, name: str, *args: Any, take: Take = None, **kwargs: Any) -> Stop:
    """How a call ends that must not give a value."""
    try:
        value = made.call(name, *args, take=take, **kwargs)
    except Stop as stop:
        return stop
    raise AssertionError(f"{name} gave {value!r}")
