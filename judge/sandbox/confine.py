"""Confinement of workers: which layers this machine offers, and entering them.

`prepare` runs in the fork server and tries every layer in a forked copy of it: what is reported is
what was seen to work. `Confinement.enter` runs in each worker, before it sees the submission, and
raises if a layer that worked then does not now: no submission runs with less than is reported.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from judge.sandbox.kernel import Kernel, Unavailable, reason
from judge.sandbox.landlock import TRUNCATES, Landlock
from judge.sandbox.privileges import Namespaces, NoCapabilities, NoNewPrivileges, set_dumpable
from judge.sandbox.readable import essential, keep_listings, readable
from judge.sandbox.seccomp import Seccomp

LANDLOCK, SECCOMP = "landlock", "seccomp"
_OPEN_FILES = 4096  # each path of the Landlock ruleset is held open
_BY_PRIVILEGE = "what workers import is readable only with the privileges of this user"


class Layer(Protocol):
    """One way of taking rights away from a process."""

    @property
    def name(self) -> str:
        """As reports show it."""

    def enter(self) -> None:
        """Take them away, for good. Raises OSError."""


@dataclass(frozen=True)
class Missing:
    """A layer that is not in force, and why."""

    layer: str
    why: str


class Confinement:
    """The layers that workers enter."""

    def __init__(
        self,
        kernel: Kernel,
        layers: Sequence[Layer],
        missing: Sequence[Missing],
        shared: Sequence[Layer] = (),
    ) -> None:
        self._kernel = kernel
        self._layers = tuple(layers)
        self._shared = tuple(shared)
        self.missing = tuple(missing)

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers in force; those that the server has entered come first."""
        return tuple(layer.name for layer in (*self._shared, *self._layers))

    @property
    def level(self) -> Literal["full", "reduced"]:
        """Full when both Landlock and seccomp are in force: neither is enough alone."""
        kinds = {type(layer) for layer in self._layers}
        return "full" if {Landlock, Seccomp} <= kinds else "reduced"

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What a worker must keep open until it has entered."""
        return tuple(layer.descriptor for layer in self._landlock())

    def enter(self) -> tuple[str, ...]:
        """Confine this process; the names of the layers now in force. Raises OSError."""
        if self._kernel.system == "linux":
            set_dumpable(self._kernel, dumpable=True)  # or its owner could not reset its peaks
        for layer in self._layers:
            layer.enter()
        for descriptor in self.descriptors:
            os.close(descriptor)
        return self.layers

    def renew(self) -> None:
        """Make ready for one more worker. Raises OSError."""
        for layer in self._landlock():
            layer.renew()

    def close(self) -> None:
        """Let go of what is held open for workers to come."""
        for layer in self._landlock():
            layer.close()

    def _landlock(self) -> list[Landlock]:
        return [layer for layer in self._layers if isinstance(layer, Landlock)]


def prepare(packages: Sequence[str], kernel: Kernel | None = None) -> Confinement:
    """Try what works here; this process itself enters the namespaces that its workers share."""
    kernel = kernel or Kernel()
    keep_listings()
    made = _Made(kernel, packages)
    needed = essential(packages)
    tried = _try(kernel, [*made.shared, *made.layers], needed)
    if not tried.reads:
        made.give_up((Namespaces, NoCapabilities), _BY_PRIVILEGE)
        tried = _try(kernel, made.layers, needed)
    made.drop(tried.failed)
    made.settle()
    for layer in made.shared:
        layer.enter()
    confinement = Confinement(kernel, made.layers, made.missing, made.shared)
    confinement.renew()  # the one that was tried lets into the /proc of the copy
    return confinement


class _Made:
    """The layers that could be made, in the order of entering, and those that could not."""

    def __init__(self, kernel: Kernel, packages: Sequence[str]) -> None:
        self.missing: list[Missing] = []
        self.shared: list[Layer] = self._make("namespaces", lambda: Namespaces(kernel))
        self.layers: list[Layer] = self._make("no new privileges", lambda: NoNewPrivileges(kernel))
        _allow_open_files()
        self.layers += self._make(LANDLOCK, lambda: Landlock(kernel, readable(packages)))
        self.layers += self._make("no capabilities", lambda: NoCapabilities(kernel))
        self.layers += self._make(SECCOMP, lambda: Seccomp(kernel))

    def _make(self, name: str, make: Callable[[], Layer]) -> list[Layer]:
        try:
            return [make()]
        except Unavailable as unavailable:
            self.missing.append(Missing(name, str(unavailable)))
        except OSError as error:
            self.missing.append(Missing(name, reason(error)))
        return []

    def give_up(self, kinds: tuple[type, ...], why: str) -> None:
        """Do without some kinds of layers."""
        lost = [layer for layer in (*self.shared, *self.layers) if isinstance(layer, kinds)]
        self.drop({layer.name: why for layer in lost})

    def drop(self, failed: dict[str, str]) -> None:
        """Do without the layers of these names, for these reasons."""
        self.missing += [Missing(_kind(name), why) for name, why in failed.items()]
        for layer in self.layers:
            if isinstance(layer, Landlock) and layer.name in failed:
                layer.close()
        self.shared = [layer for layer in self.shared if layer.name not in failed]
        self.layers = [layer for layer in self.layers if layer.name not in failed]

    def settle(self) -> None:
        """Let each layer make up for those that are missing."""
        guards = [layer for layer in self.layers if isinstance(layer, Landlock)]
        for layer in self.layers:
            if isinstance(layer, Seccomp):
                layer.guard_files(any(guard.abi >= TRUNCATES for guard in guards))


def _kind(name: str) -> str:
    """A layer's name without its details."""
    return next((kind for kind in (LANDLOCK, "namespaces") if name.startswith(kind)), name)


@dataclass(frozen=True)
class _Tried:
    failed: dict[str, str]
    reads: bool


def _try(kernel: Kernel, layers: Sequence[Layer], needed: Sequence[Path]) -> _Tried:
    """Enter the layers in a copy of this process: which fail and why, and whether it can read."""

    def work() -> bytes:
        failed = {}
        for layer in layers:
            try:
                layer.enter()
            except OSError as error:
                failed[layer.name] = reason(error)
        return json.dumps([failed, all(map(_reads, needed))]).encode()

    answer = kernel.aside(work)
    if not answer:
        return _Tried({layer.name: "a process ended that tried it" for layer in layers}, True)
    failed, reads = json.loads(answer)
    return _Tried(failed, reads)


def _reads(path: Path) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY))
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _allow_open_files() -> None:
    """As many as the ruleset of a large installation needs; a worker lowers it again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
