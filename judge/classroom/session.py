"""`judge grade`: one run into one folder, from the first look at the disk to the last result."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from judge import __version__
from judge.asking import check_level, check_seed
from judge.catalogue import find_challenge
from judge.classroom.collect import collect
from judge.classroom.pool import Desks
from judge.classroom.records import Collection, Place
from judge.classroom.run import Conditions, Count, Desk, Progress, Run, about
from judge.classroom.store import FINISHED, Store
from judge.errors import UserError
from judge.grading import cores
from judge.intake import shown
from judge.sandbox.choice import level_here
from judge.sandbox.forkserver import launch_ahead

_LOCK = ".lock"
_AHEAD = 4  # submissions handed over for each job, so that none waits
_MAX_JOBS = 512
# Of 32 bits all can be tried, by who has seen an input. As many as every reader of JSON keeps.
_SEED_BITS = 53


@dataclass(frozen=True)
class Order:
    """What to grade, where to, and under what."""

    folders: tuple[Path, ...]
    challenges: tuple[str, ...]
    out: Path
    jobs: int | None = None
    seed: int | None = None
    isolation: str | None = None  # the least
    pattern: str | None = None
    cluster: str | None = None
    packs: tuple[Path, ...] = ()  # folders of challenges
    course: Path = Path()


@dataclass(frozen=True)
class Done:
    """What came of an order. `kept` results are of earlier runs and files not handed in now."""

    count: Count
    collection: Collection
    level: str
    kept: int = 0


Start = Callable[[Collection, str], Progress]  # told what is graded, and the level of isolation


def grade(order: Order, start: Start) -> Done:
    """Collect, and grade whatever has no result yet. Raises UserError and SandboxError.

    Interrupted at any moment, even killed, it goes on where it was with the same order.
    """
    check_seed(order.seed)
    jobs = _jobs(order.jobs)
    for id in order.challenges:
        find_challenge(id, order.packs, order.course)
    # The services end before the threads that ask them are waited for.
    with ThreadPoolExecutor(jobs) as executor, contextlib.closing(Desks()) as desks:
        if order.cluster is None:  # they start while we look at what was handed in
            desks.launch_ahead(about(order.challenges[0], order.packs, order.course))
            launch_ahead(("numpy",))
        collection = collect(order.folders, order.challenges, order.pattern)
        if not collection.handed and not collection.refusals:
            raise UserError(_nothing(order, collection))
        out, here = order.out, Desk(executor, desks.grade, _AHEAD * jobs, level_here())
        with _alone(out), Store(out, create=True) as store, _desk(order, here) as desk:
            check_level(desk.level, order.isolation)
            conditions = Conditions(_seed(order, store), order.packs, order.course)
            store.set(_settings(order, collection, conditions, desk))
            run = Run(store, collection, conditions, desk)
            run.grade(start(collection, desk.level))
            store.set({FINISHED: "yes"})
            kept = store.places(order.challenges) - _places(collection)
    return Done(run.count, collection, desk.level, len(kept))


def _places(collection: Collection) -> set[Place]:
    made = {Place(one.student, one.challenge, one.source) for one in collection.handed}
    return made | {Place(one.student, one.challenge, one.source) for one in collection.refusals}


def _jobs(asked: int | None) -> int:
    if asked is not None and not 1 <= asked <= _MAX_JOBS:
        raise UserError(f"--jobs {asked}: give a number from 1 to {_MAX_JOBS}.")
    return asked or cores()


def _nothing(order: Order, collection: Collection) -> str:
    folders = ", ".join(shown(folder) for folder in order.folders)
    notes = "".join(f"{note}\n" for note in collection.notes)
    return (
        f"There is no submission in {folders}.\n{notes}"
        "Notebooks (.ipynb), Python files (.py), chat replies (.md) and zip archives of them are "
        "taken."
    )


def _seed(order: Order, store: Store) -> int:
    """The one asked for, else that of the run before, else a new one that nobody can guess."""
    if order.seed is not None:
        return order.seed
    known = store.settings().get("seed")
    return secrets.randbits(_SEED_BITS) if known is None else int(known)


def _settings(
    order: Order, collection: Collection, conditions: Conditions, desk: Desk
) -> dict[str, str]:
    refused = [[found.source, found.reason] for found in collection.refusals]
    return {
        "judge": __version__,
        "kind": collection.kind,
        "challenges": json.dumps(order.challenges),
        "packs": json.dumps([str(pack.resolve()) for pack in order.packs]),
        "course": str(order.course.resolve()),
        "seed": str(conditions.seed),
        "isolation": desk.level,
        "workers": json.dumps(dict(desk.workers)),
        "refused": json.dumps(refused),
        "notes": json.dumps(collection.notes),
        FINISHED: "",
    }


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Nobody else grades into this folder meanwhile. Raises UserError."""
    import filelock

    try:
        out.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(out / _LOCK, timeout=0):
            yield
    except filelock.Timeout:
        raise UserError(
            f"Another `judge grade` is at work on {shown(out)}.\n"
            "Let it finish, or grade into another folder."
        ) from None
    except OSError as error:
        why = error.strerror or str(error)
        raise UserError(
            f"{shown(out)} cannot be used: {why}.\nGive another folder: -o OUT"
        ) from None


def _desk(order: Order, here: Desk) -> contextlib.AbstractContextManager[Desk]:
    """Where submissions are graded: the cores of this machine, or a cluster."""
    if order.cluster is None:
        return contextlib.nullcontext(here)
    from judge.classroom.cluster import cluster

    return cluster(order.cluster, order.challenges, order.packs, order.course)
