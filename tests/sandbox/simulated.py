"""Kernels that lack something, and what a seccomp filter decides."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping, Sequence

from judge.sandbox.kernel import Kernel
from judge.sandbox.landlock import CREATE_RULESET, RESTRICT_SELF
from judge.sandbox.seccomp import ALLOW, ARCHITECTURES, Step

LANDLOCK, ENFORCING, SECCOMP, SPACES = (CREATE_RULESET, RESTRICT_SELF, "seccomp", "unshare")
_PR_SET_SECCOMP = 22


def wanted(function: str, arguments: Sequence[int]) -> str | int:
    """What a call is about: a number of a system call, or a name."""
    if function == "syscall":
        return arguments[0]
    return "seccomp" if function == "prctl" and arguments[0] == _PR_SET_SECCOMP else function


class Lacking(Kernel):
    """The kernel of this machine, but for some calls that fail."""

    def __init__(self, fails: Mapping[str | int, int]) -> None:
        super().__init__()
        self._fails = dict(fails)

    def call(self, function: str, *arguments: int) -> int:
        number = self._fails.get(wanted(function, arguments))
        if number is not None:
            raise OSError(number, os.strerror(number))
        return super().call(function, *arguments)


class Pretended(Lacking):
    """A kernel that does nothing and remembers what it was asked."""

    def __init__(
        self, fails: Mapping[str | int, int], abi: int = 7, machine: str = "x86_64"
    ) -> None:
        super().__init__(fails)
        self.system, self.machine, self.pointer = "linux", machine, 8
        self.asked: list[tuple[str, tuple[int, ...]]] = []
        self._abi = abi

    def call(self, function: str, *arguments: int) -> int:
        number = self._fails.get(wanted(function, arguments))
        if number is not None:
            raise OSError(number, os.strerror(number))
        self.asked.append((function, arguments))
        if function != "syscall" or arguments[0] != CREATE_RULESET:
            return 0
        return self._abi if arguments[3] else os.open(os.devnull, os.O_RDONLY)

    def aside(self, work: Callable[[], bytes]) -> bytes:
        return work()

    def of(self, what: str | int) -> list[tuple[int, ...]]:
        """The arguments of every call about this."""
        return [arguments for name, arguments in self.asked if wanted(name, arguments) == what]


def decide(steps: Sequence[Step], machine: str, number: int, *arguments: int) -> int:
    """What a filter answers to a call; it is read as the kernel reads it."""
    data = {0: number, 4: ARCHITECTURES.get(machine, 0x40000003)}
    for index, argument in enumerate((*arguments, 0, 0, 0, 0, 0, 0)[:6]):
        data[16 + 8 * index] = argument & 0xFFFFFFFF
        data[20 + 8 * index] = argument >> 32 & 0xFFFFFFFF
    at, held = 0, 0
    while True:
        step = steps[at]
        at += 1
        if step.code == 0x20:
            held = data[step.value]
        elif step.code == 0x54:
            held &= step.value
        elif step.code == 0x06:
            return step.value
        else:
            holds = {
                0x15: held == step.value,
                0x25: held > step.value,
                0x35: held >= step.value,
                0x45: bool(held & step.value),
            }[step.code]
            at += step.yes if holds else step.no


def denied(answer: int) -> bool:
    """Whether an answer is a PermissionError."""
    assert answer in (ALLOW, 0x50000 | errno.EPERM), hex(answer)
    return answer != ALLOW
