"""Services that grade: one for each thread that asks, on this machine or on a worker of a cluster.

Questions and answers are JSON, so the same function serves a pool of threads and Dask.
"""

from __future__ import annotations

import contextlib
import json
import threading
from typing import Any

from judge.kernel import Service, ServiceError

_TRIES = 2  # a service may be killed for a reason that is nobody's fault


class Desks:
    """The services of one process. Close them, or they end with the process."""

    def __init__(self) -> None:
        self._mine = threading.local()
        self._lock = threading.Lock()
        self._services: list[Service] = []
        self._ahead: list[Service] = []  # running, and nobody's yet
        self._closed = False

    def launch_ahead(self, about: dict[str, Any]) -> None:
        """Start a service, without waiting, for the first question; `about` is a part of it."""
        with contextlib.suppress(ServiceError):  # who asks will be told
            service = Service()
            service.prepare(about)
            self._ahead.append(service)

    def grade(self, question: bytes) -> bytes:
        """Have one submission graded: a report or a problem. Raises nothing of its own."""
        ask = json.loads(question)
        answer: dict[str, Any] = {}
        for _ in range(_TRIES):
            try:
                answer = self._service().ask(ask, _no_tick)
                break
            except ServiceError as error:
                answer = {"problem": str(error), "ours": True}
        return json.dumps(answer).encode()

    def _service(self) -> Service:
        """The one of this thread, started if it is not running. Raises ServiceError."""
        with self._lock:
            if self._closed:
                raise ServiceError("The run is over.")
            service: Service | None = getattr(self._mine, "service", None)
            if service is None or not service.runs():
                self._services = [one for one in self._services if one is not service]
                service = self._mine.service = self._ahead.pop() if self._ahead else Service()
                self._services.append(service)
        return service

    def close(self) -> None:
        """End every service; whoever waits for one gets a problem."""
        with self._lock:
            self._closed = True
            services = self._services + self._ahead
            self._services, self._ahead = [], []
        for service in services:
            service.end()


def _no_tick(running: object, done: int, total: int) -> None:
    """Nobody looks at the progress of one submission."""
