"""What many tests share: one fork server with NumPy, one grader, one tiny challenge."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from judge.grading import Grader
from judge.manifest import Challenge
from judge.sandbox.process import ProcessSandbox
from tests import doubling


def pytest_configure() -> None:
    """A shell that runs us in the background has Ctrl-C ignored; our commands must hear it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[ProcessSandbox]:
    kept = ProcessSandbox(["numpy"])
    yield kept
    kept.close()


@pytest.fixture(scope="session")
def grader() -> Iterator[Grader]:
    kept = Grader(jobs=2)
    yield kept
    kept.close()


@pytest.fixture(scope="session")
def challenge(tmp_path_factory: pytest.TempPathFactory) -> Challenge:
    """The challenge of `tests.doubling`."""
    return doubling.made(tmp_path_factory.mktemp("challenges"))
