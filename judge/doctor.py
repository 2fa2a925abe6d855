"""What works on this machine, tried out: a worker, its isolation, the witnesses of memory.

Isolation is tried by the probes of `judge.sandbox.probes`: what a submission must not achieve.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from judge import __version__, progress
from judge.catalogue import bundled, challenge_folders
from judge.errors import JudgeError
from judge.sandbox import Worker
from judge.sandbox.choice import default_sandbox
from judge.sandbox.selfcheck import Finding, Probed, selfcheck

REQUIRED = ("numpy", "click", "rich", "msgspec", "nbformat", "platformdirs", "filelock")
OPTIONAL = ("torch", "ipykernel", "watchfiles", "distributed", "copydetect", "sqlite3")
_SECONDS = 20.0
_MEMORY = 1 << 30
_BLOCK = 32 << 20  # bytes that the probe allocates, far above what else a worker uses meanwhile
_PROBE = 'def probe(size):\n    return len(b"x" * size)\n'


@dataclass(frozen=True)
class Witness:
    """A way of measuring memory, and the bytes it saw of a probe that uses `expected`."""

    name: str
    seen: int
    expected: int

    @property
    def works(self) -> bool:
        """Whether it saw nearly all of it: pages that were free before do not count as new."""
        return self.seen >= 0.9 * self.expected


@dataclass(frozen=True)
class Examination:
    """Everything that was found. `problem` says why no worker answered; None if one did.

    `missing`: each layer of isolation that is not in force, and why.
    """

    judge: str
    python: str
    executable: str
    platform: str
    level: str
    layers: tuple[str, ...]
    missing: Mapping[str, str]
    probes: tuple[Finding, ...]
    start_seconds: float | None
    answer_seconds: float | None
    problem: str | None
    witnesses: tuple[Witness, ...]
    packages: Mapping[str, str | None]
    progress_folder: str

    @property
    def works(self) -> bool:
        """Whether submissions can be checked here."""
        missing = [name for name in REQUIRED if self.packages[name] is None]
        return self.problem is None and not missing


def examine() -> Examination:
    """Look at everything. Raises nothing that a broken installation could cause."""
    sandbox = default_sandbox(("numpy",))
    trial = _Trial()
    problem = None
    try:
        trial.run(sandbox)
    except (JudgeError, OSError) as error:
        problem = str(error) or type(error).__name__
    finally:
        sandbox.close()
    return Examination(
        judge=__version__,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        executable=sys.executable,
        platform=platform.platform(),
        level="none" if problem else sandbox.level,
        layers=() if problem else sandbox.layers,
        missing={} if problem else dict(sandbox.missing),
        probes=trial.probes,
        start_seconds=trial.start_seconds,
        answer_seconds=trial.answer_seconds,
        problem=problem,
        witnesses=trial.witnesses,
        packages={name: _version(name) for name in (*REQUIRED, *OPTIONAL)},
        progress_folder=str(progress.folder()),
    )


@dataclass
class _Trial:
    """One worker, started and asked: what was seen as far as it got."""

    start_seconds: float | None = None
    answer_seconds: float | None = None
    witnesses: tuple[Witness, ...] = field(default=())
    probes: tuple[Finding, ...] = field(default=())

    def run(self, sandbox: Probed) -> None:
        """Raises JudgeError and OSError."""
        started = time.perf_counter()
        sandbox.start()
        self.start_seconds = time.perf_counter() - started
        started = time.perf_counter()
        with sandbox.worker(_MEMORY) as worker:
            _load(worker)
            self.answer_seconds = time.perf_counter() - started
            self.witnesses = _measure(worker)
        self.probes = tuple(selfcheck(sandbox, _private()))


def _private() -> dict[str, Path]:
    """Files of an installed challenge that no submission may see."""
    kinds = {"oracle": "oracle.py", "tests": "hidden_tests.py", "solution": "notebook.py"}
    try:
        folders = challenge_folders(bundled())
    except (JudgeError, OSError):
        return {}
    found = {}
    for kind, name in kinds.items():
        files = (folder / name for folder in folders)
        if (file := next((f for f in files if f.is_file()), None)) is not None:
            found[kind] = file
    return found


def _load(worker: Worker) -> None:
    """Let the worker read and load the probe. Raises JudgeError."""
    ask = {"cells": [["", _PROBE]], "kind": "script", "wanted": ["probe"]}
    plan = worker.ask("plan", ask, _SECONDS).value
    reply = worker.ask("load", {"plan": plan, "allowed": [], "returns": {}}, _SECONDS)
    if reply.kind != "loaded":
        raise JudgeError(f"A worker answered {reply.kind!r} where it should load a probe.")


def _measure(worker: Worker) -> tuple[Witness, ...]:
    """What the witnesses say of the probe. Raises JudgeError."""
    call = {"function": "probe", "args": [_BLOCK], "kwargs": {}, "take": [], "trace": True}
    worker.ask("measure", None, _SECONDS)
    worker.clear_peaks()
    before = worker.peaks().resident
    found = worker.ask("go", call, _SECONDS).value
    peaks = worker.peaks()
    traced = found.get("traced") if isinstance(found, dict) else 0
    resident = peaks.resident - before
    seen = {"traced": int(traced or 0), "resident": resident, "virtual": peaks.virtual}
    return tuple(Witness(name, size, _BLOCK) for name, size in seen.items())


def _version(package: str) -> str | None:
    if package == "sqlite3":  # comes with Python, but for some that were built by hand
        return _version_of_sqlite()
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _version_of_sqlite() -> str | None:
    try:
        import sqlite3
    except ImportError:
        return None
    return sqlite3.sqlite_version
