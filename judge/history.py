"""What a test has asked of its worker, so that the same can be asked of other code.

Whatever stays in the worker may have been changed by any request that touched it. So requests that
touched the same things belong together: all of them are made again, in order, to have a value of
one of these things from other code. Requests that touch nothing kept stand alone.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from judge.calls import Elsewhere, Exchange, Kept, Step, exchanged, room_beside

STEPS = 200  # requests that belong together
ROOM = 1_000_000  # numbers in all requests of a test


@dataclass
class _Group:
    """Requests that belong together. Lost is what no other code can be made to give."""

    steps: list[Step] = field(default_factory=list)
    lost: bool = False


class History:
    """The requests of one test to its worker."""

    def __init__(self) -> None:
        self._groups: dict[int, _Group] = {}  # by the number of what is kept
        self._seed: Kept | None = None  # the state of the global generators
        self._count = 0
        self._room = ROOM

    def add(self, step: Step) -> Kept | None:
        """Note a request that was answered; what its result goes by from now on.

        None where it cannot be made again: then nor can whatever touches the same things.
        """
        self._count += 1
        if step.kind == "seed":
            self._seed = None  # whatever they were set to before is over
        group = self._joined([*_kept_in(step), *self._drawn_from(step)])
        again = self._lasting(replace(step, number=self._count), group)
        if again is None:
            group.lost = True
            group.steps.clear()
            return None
        group.steps.append(again)
        self._groups[self._count] = group
        if step.kind == "seed":
            self._seed = Kept(self._count)
        return Kept(self._count)

    def _lasting(self, step: Step, group: _Group) -> Step | None:
        """A request to be kept with a group; None where it cannot be, or there is too much."""
        again = _by_number(step)
        if again is None or group.lost or len(group.steps) >= STEPS:
            return None
        room = room_beside((again.args, again.kwargs, again.cotangent), self._room)
        copied = _copied(again) if room >= 0 else None
        self._room = self._room if copied is None else room
        return copied

    def answered(self, step: Step, take: tuple[str | int, ...], value: Any) -> Exchange | None:
        """Note a call, and what came back. None where it cannot be made again."""
        elsewhere = _elsewhere_in(step)
        if any(given.kept is not None for given in elsewhere) or self._drawn_from(step):
            return self.read(self.add(step), take, value)
        # It stands alone. Large arguments are not copied: what is looked at is the last call.
        again = _by_number(step) if elsewhere else step
        return None if again is None else Exchange((again,), take, value)

    def read(self, kept: Kept | None, take: tuple[str | int, ...], value: Any) -> Exchange | None:
        """What a part of something kept is now. None where no other code can be made to give it."""
        group = None if kept is None else self._groups[kept.number]
        if kept is None or group is None or group.lost:
            return None
        return Exchange(tuple(group.steps), take, value, of=kept.number)

    def _drawn_from(self, step: Step) -> list[Kept]:
        """The generators, where the step may draw from them, as long as their state is known."""
        if step.kind not in ("call", "vjp") or self._seed is None:
            return []
        return [] if self._groups[self._seed.number].lost else [self._seed]

    def _joined(self, touched: Iterable[Kept]) -> _Group:
        """One group of what belongs to any of these."""
        groups = {id(g): g for g in (self._groups[kept.number] for kept in touched)}
        if len(groups) < 2:
            return next(iter(groups.values()), _Group())
        steps = [step for group in groups.values() for step in group.steps]
        joined = _Group(
            sorted(steps, key=lambda step: step.number), any(g.lost for g in groups.values())
        )
        for number, group in self._groups.items():
            if id(group) in groups:
                self._groups[number] = joined
        return joined


def _kept_in(step: Step) -> list[Kept]:
    """What a request touches."""
    return [value.kept for value in _elsewhere_in(step) if value.kept is not None]


def _elsewhere_in(step: Step) -> list[Elsewhere]:
    """The arguments of a request that are no plain values."""
    found: list[Elsewhere] = []
    exchanged((step.owner, step.args, step.kwargs, step.cotangent), Elsewhere, found.append)
    return found


def _by_number(step: Step) -> Step | None:
    """A request as it can be made again: what is kept by its number; None where it cannot be."""
    whole = (step.owner, step.args, step.kwargs, step.cotangent)
    try:
        owner, args, kwargs, cotangent = exchanged(whole, Elsewhere, _kept_or_known)
    except LookupError:
        return None
    return replace(step, owner=owner, args=tuple(args), kwargs=kwargs, cotangent=cotangent)


def _kept_or_known(value: Elsewhere) -> Any:
    found = value.known if value.kept is None else value.kept
    if found is None:
        raise LookupError
    return found


def _copied(step: Step) -> Step | None:
    """A request that outlasts it: the test goes on, and may write into what it has sent."""
    try:
        args, kwargs, cotangent = copy.deepcopy((step.args, step.kwargs, step.cotangent))
    except RuntimeError:  # torch copies no tensor that was computed with gradients
        return None
    return replace(step, args=args, kwargs=kwargs, cotangent=cotangent)
