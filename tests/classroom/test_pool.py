"""The services of one process: started when asked for, one ahead, all ended."""

from __future__ import annotations

import errno
import json
import subprocess
import threading
from typing import Any

import pytest

from judge.classroom import pool
from judge.classroom.pool import Desks
from judge.kernel import Service, ServiceError


class Fake:
    """A service that says how many there were when it started."""

    started: list[Fake]

    def __init__(self) -> None:
        self.started.append(self)
        self.number = len(self.started)
        self.ended = False

    def prepare(self, _about: dict[str, Any]) -> None:
        pass

    def runs(self) -> bool:
        return not self.ended

    def ask(self, _question: dict[str, Any], _tick: object) -> dict[str, Any]:
        if self.ended:
            raise ServiceError("it ended")
        return {"number": self.number}

    def end(self) -> None:
        self.ended = True


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[Fake]:
    """Every service that was started."""
    monkeypatch.setattr(Fake, "started", [], raising=False)
    monkeypatch.setattr(pool, "Service", Fake)
    return Fake.started


def number(desks: Desks) -> int:
    return int(json.loads(desks.grade(b"{}"))["number"])


def test_the_first_question_finds_a_service_that_was_launched_ahead(started: list[Fake]) -> None:
    desks = Desks()
    desks.launch_ahead({})
    assert len(started) == 1
    assert [number(desks), number(desks)] == [1, 1]
    assert len(started) == 1


def test_each_thread_has_a_service_of_its_own(started: list[Fake]) -> None:
    desks = Desks()
    desks.launch_ahead({})
    here = number(desks)
    other = threading.Thread(target=lambda: desks.grade(b"{}"))
    other.start()
    other.join()
    assert here == 1
    assert len(started) == 2


def test_a_service_that_ended_is_replaced(started: list[Fake]) -> None:
    desks = Desks()
    desks.launch_ahead({})
    started[0].ended = True
    assert number(desks) == 2


@pytest.mark.parametrize("asked", [0, 1])
def test_all_end_whether_they_were_asked_or_not(started: list[Fake], asked: int) -> None:
    desks = Desks()
    desks.launch_ahead({})
    for _ in range(asked):
        number(desks)
    desks.close()
    assert all(service.ended for service in started)
    assert json.loads(desks.grade(b"{}"))["ours"]


def test_a_service_that_cannot_be_started_is_a_problem_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(pool, "Service", Service)
    monkeypatch.setattr(subprocess, "Popen", full)
    desks = Desks()
    desks.launch_ahead({})
    answer = json.loads(desks.grade(b"{}"))
    assert answer["ours"]
    assert "could not be started: Resource temporarily unavailable." in answer["problem"]
