"""The same work on Dask distributed: a scheduler somewhere, or workers started on this machine.

Dask hands a submission to another worker when the one that had it is lost. Its workers belong to
the instructor and are trusted: what they send is unpickled by Dask. Submissions run under the
sandbox of the machine they are graded on.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import json
import logging
import os
import platform
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from judge import __version__
from judge.catalogue import find_challenge
from judge.challenge import names_of_tests
from judge.classroom.fingerprint import Fingerprints, digest_of
from judge.classroom.pool import Desks
from judge.classroom.run import Desk
from judge.errors import UserError
from judge.sandbox import LEVELS
from judge.sandbox.choice import level_here

_LOCAL = re.compile(r"local:([1-9][0-9]{0,2})")
_AHEAD = 3  # submissions handed over for each thread of a worker
_SECONDS = 15.0  # to reach a scheduler


@contextlib.contextmanager
def cluster(
    address: str, challenges: Sequence[str], packs: Sequence[Path], course: Path
) -> Iterator[Desk]:
    """Workers to grade on: `local:N`, or the address of a scheduler.

    Raises UserError when Dask is not installed, nobody answers, or the versions differ.
    """
    if address.startswith("local") and _LOCAL.fullmatch(address) is None:
        raise UserError(
            f"--cluster {address}: that says no number of workers.\n"
            "Give one from 1 to 999, for example --cluster local:4"
        )
    try:
        import distributed
    except ImportError:
        raise UserError(
            "--cluster needs Dask, which is not installed here.\n"
            'Install it: pip install "flashjudge[cluster]"'
        ) from None
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(_client(distributed, address, stack))
        ask = functools.partial(describe, challenges, list(map(str, packs)), str(course))
        found = {worker: json.loads(said) for worker, said in client.run(ask).items()}
        _check_versions(json.loads(ask()), found)
        threads = sum(client.nthreads().values())
        levels = {worker: str(told["level"]) for worker, told in found.items()}
        executor = client.get_executor(pure=False)
        lowest = min(levels.values(), key=LEVELS.index)
        try:
            lost = functools.partial(_lost, client, address)
            yield Desk(executor, grade_here, _AHEAD * threads, lowest, levels, lost)
        finally:
            if client.status == "running":  # these workers may live on, for other work
                executor.shutdown(wait=False)
                client.run(end_here, on_error="ignore")


def _client(distributed: Any, address: str, stack: contextlib.ExitStack) -> Any:
    """A client of the scheduler; of one of our own for `local:N`. Raises UserError."""
    local = _LOCAL.fullmatch(address)
    for name in ("distributed.client", "tornado.application"):  # we say what was lost
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if local is None:
        try:
            return distributed.Client(address, timeout=_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            raise UserError(
                f"No Dask scheduler answers at {address}: {error}\n"
                "Start one with `dask scheduler`, or grade on this machine: --cluster local:4"
            ) from None
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="judge-"))
    workers = distributed.LocalCluster(
        n_workers=int(local[1]),
        threads_per_worker=1,
        dashboard_address=None,
        local_directory=folder,
        silence_logs=logging.ERROR,
    )
    return distributed.Client(stack.enter_context(workers))


def _lost(client: Any, address: str) -> str:
    """Why nothing more comes from the cluster; empty while something may come."""
    gone = f"The Dask scheduler at {address} no longer answers."
    if client.status != "running":
        return gone
    try:
        threads = client.nthreads()
    except (OSError, TimeoutError):
        return gone
    return "" if threads else f"The Dask scheduler at {address} has no workers any more."


def grade_here(question: bytes) -> bytes:
    """Grade one submission on the worker that runs this."""
    return _desks(os.getpid()).grade(question)


def end_here() -> None:
    """End what grading has started on the worker that runs this."""
    _desks(os.getpid()).close()
    _desks.cache_clear()


@functools.lru_cache(maxsize=1)
def _desks(owner: int) -> Desks:
    """The services of the process `owner`; they end with it."""
    return Desks()


def describe(challenges: Sequence[str], packs: Sequence[str], course: str) -> str:
    """What grading depends on here, as JSON: versions, the challenges, the level of isolation."""
    folders = tuple(map(Path, packs))
    found = [find_challenge(id, folders, Path(course)) for id in challenges]
    digests = [
        d for one in found for d in Fingerprints(one.folder).of(names_of_tests(one)).values()
    ]
    packages = sorted({"numpy", *(name for one in found for name in one.imports)})
    return json.dumps(
        {
            "level": level_here(),
            "versions": {
                "judge": __version__,
                "Python": platform.python_version(),
                "challenges": digest_of(digests)[:12],
                **{name: importlib.metadata.version(name) for name in packages},
            },
        }
    )


def _check_versions(ours: Mapping[str, Any], workers: Mapping[str, Mapping[str, Any]]) -> None:
    """All must grade alike. Raises UserError."""
    if not workers:
        raise UserError("The scheduler has no workers yet.\nStart some: dask worker ADDRESS")
    for worker, told in workers.items():
        for what, version in ours["versions"].items():
            other = told["versions"].get(what, "missing")
            if other != version:
                raise UserError(
                    f"The worker {worker} would grade otherwise: {what} {other}, here {version}.\n"
                    "Install the same versions on all machines."
                )
