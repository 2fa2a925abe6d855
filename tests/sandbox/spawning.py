"""Sandboxes without a fork server, for tests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from judge.sandbox.posix import Posix
from judge.sandbox.spawned import SpawnSandbox
from tests.sandbox.pretended import PipesAndJobs
from tests.sandbox.processes import LONG
from tests.students import MEMORY, program

SYSTEMS = {"posix": Posix, "windows": PipesAndJobs}  # as they differ in all but memory


@pytest.fixture(scope="module", params=SYSTEMS)
def spawned(request: pytest.FixtureRequest) -> SpawnSandbox:
    """A sandbox of each kind of system."""
    return SpawnSandbox(["numpy"], SYSTEMS[request.param]())


@pytest.fixture(scope="module")
def here() -> SpawnSandbox:
    """A sandbox of this machine."""
    return SpawnSandbox(["numpy"])


@contextlib.contextmanager
def loaded(sandbox: SpawnSandbox, source: str, memory: int = MEMORY) -> Iterator[Any]:
    """A worker with `source` loaded."""
    with sandbox.worker(memory) as made:
        ready = program(made, source)
        ask = {"plan": ready.plan, "allowed": list(ready.allowed), "returns": {}}
        assert made.ask("load", ask, LONG).kind == "loaded"
        yield made
