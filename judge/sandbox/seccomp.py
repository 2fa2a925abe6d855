"""seccomp: which system calls a worker may make, as a filter in the kernel's own byte code.

A denied call answers EPERM, so that the submission sees an ordinary PermissionError. Calls of
another architecture's kind, whose numbers mean something else, end the process.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from judge.sandbox.kernel import Buffer, Kernel, Unavailable
from judge.sandbox.privileges import linux
from judge.sandbox.syscalls import ASKED, DENIED, numbers

# Architectures as the kernel names them to a filter.
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
KILL, ALLOW, ERROR = 0x80000000, 0x7FFF0000, 0x00050000

_PR_SET_SECCOMP, _FILTER = 22, 2
_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_IF_EQUAL, _IF_MORE, _IF_LEAST, _IF_BITS = 0x15, 0x25, 0x35, 0x45
_X32 = 0x40000000  # bit of the numbers that x86_64 reads as another table
_OWN_ID = 0x7E57AB1E  # stands for the worker's process id, which no system makes this large

_THREAD = 0x00010000  # CLONE_THREAD
_UNIX, _STREAM, _KIND = 1, 1, 0xF  # of a socket; the other bits of its type are flags
_WRITES = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000  # WRONLY, RDWR, CREAT, TRUNC, APPEND
# Names of threads and memory; reading whether it may gain privileges, and its capabilities.
_PRCTL = (15, 16, 0x53564D41, 39, 23, 3)
# What no peak of memory shows: huge pages; shared pages, which live on when they are let go.
_SHARED, _ANONYMOUS, _HUGE = 0x1, 0x20, 0x40000
_PAGE_OUT = 21  # MADV_PAGEOUT
# F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY: they make the kernel send signals.
# F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW: other workers see the locks on a file.
_FCNTL = (8, 10, 15, 1024, 1026, 6, 7, 37, 38)
# FIOSETOWN, SIOCSPGRP: the same; TIOCSTI, TIOCLINUX: typing into a terminal.
_IOCTL = (0x8901, 0x8902, 0x5412, 0x541C)


@dataclass(frozen=True)
class Step:
    """One instruction of a filter: what to do, how far to jump if so and if not, with what."""

    code: int
    value: int
    yes: int = 0
    no: int = 0


class Seccomp:
    """A filter, compiled once and completed with each worker's process id."""

    name = "seccomp"

    def __init__(self, kernel: Kernel) -> None:
        """Raises Unavailable."""
        self._kernel = linux(kernel)
        if kernel.machine not in ARCHITECTURES or kernel.pointer != 8:
            bits = 8 * kernel.pointer
            raise Unavailable(f"there is no table of calls for {kernel.machine}, {bits} bits")
        self.guard_files(False)

    def guard_files(self, guarded: bool) -> None:
        """Compile the filter; it denies opening for writing itself unless that is guarded."""
        steps = program(self._kernel.machine, files_guarded=guarded)
        packed = (struct.pack("=HBBI", s.code, s.yes, s.no, s.value) for s in steps)
        self._program = Buffer(b"".join(packed))
        self._head = Buffer(struct.pack("@HP", len(steps), self._program.address))
        self._own_id = [8 * i + 4 for i, step in enumerate(steps) if step.value == _OWN_ID]

    def enter(self) -> None:
        """Install the filter for this thread and those it starts. Raises OSError."""
        for offset in self._own_id:
            self._program.put("=I", offset, os.getpid())
        try:
            self._kernel.call("prctl", _PR_SET_SECCOMP, _FILTER, self._head.address, 0, 0)
        except OSError as error:
            if error.errno == errno.EINVAL:  # how a kernel says that it knows no filters
                raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
            raise


def program(machine: str, *, files_guarded: bool) -> list[Step]:
    """The filter for an architecture; where the own process id belongs stands `_OWN_ID`."""
    steps = [Step(_LOAD, 4), Step(_IF_EQUAL, ARCHITECTURES[machine], yes=1), _answer(KILL)]
    steps.append(Step(_LOAD, 0))
    if machine == "x86_64":
        steps += [Step(_IF_BITS, _X32, no=1), _answer(KILL)]
    asked = numbers(ASKED, machine)
    for name, body in _bodies(files_guarded).items():
        if name in asked:
            steps += [Step(_IF_EQUAL, asked[name], no=len(body)), *body]
    for first, last in _runs(numbers(DENIED, machine).values()):
        steps += [Step(_IF_LEAST, first, no=2), Step(_IF_MORE, last, yes=1), _denied()]
    return [*steps, _answer(ALLOW)]


def _bodies(files_guarded: bool) -> dict[str, list[Step]]:
    """What is decided by arguments; each ends with an answer."""
    own = _one_of(0, (_OWN_ID,))
    allowed = [_answer(ALLOW)]
    bodies = {
        "clone": [*_all_bits(0, _THREAD), *allowed],
        "clone3": [_denied(errno.ENOSYS)],  # its flags lie in memory; libraries then use clone
        "kill": [*own, *allowed],
        "tgkill": [*own, *allowed],
        "prlimit64": [*_one_of(0, (0, _OWN_ID)), *_null(2), *allowed],
        "prctl": [*_one_of(0, _PRCTL), *allowed],
        "fcntl": [*_none_of(1, _FCNTL), *allowed],
        "ioctl": [*_none_of(1, _IOCTL), *allowed],
        "socketpair": [*_one_of(0, (_UNIX,)), *_one_of(1, (_STREAM,), _KIND), *allowed],
        "sendto": [*_null(4), *allowed],  # to whom it is connected, never to an address
        "mmap": [*_no_bits(3, _HUGE), *_not_both(3, _SHARED, _ANONYMOUS), *allowed],
        "madvise": [*_none_of(2, (_PAGE_OUT,)), *allowed],
        "sched_setaffinity": [*_one_of(0, (0, _OWN_ID)), *allowed],
    }
    if not files_guarded:
        bodies["open"] = [*_no_bits(1, _WRITES), *allowed]
        bodies["openat"] = [*_no_bits(2, _WRITES), *allowed]
        bodies["openat2"] = [_denied(errno.ENOSYS)]
    return bodies


def _runs(values: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers as first and last: a shorter filter is quicker to install."""
    runs: list[tuple[int, int]] = []
    for value in sorted(values):
        if runs and runs[-1][1] == value - 1:
            runs[-1] = (runs[-1][0], value)
        else:
            runs.append((value, value))
    return runs


# --- pieces of a filter: they go on when the argument is right, and deny when it is not -----------


def _one_of(argument: int, values: Sequence[int], mask: int | None = None) -> list[Step]:
    steps = [_low(argument)]
    if mask is not None:
        steps.append(Step(_AND, mask))
    last = len(values) - 1
    steps += [Step(_IF_EQUAL, value, yes=last - i + 1) for i, value in enumerate(values)]
    return [*steps, _denied()]


def _none_of(argument: int, values: Sequence[int]) -> list[Step]:
    steps = [_low(argument)]
    for value in values:
        steps += [Step(_IF_EQUAL, value, no=1), _denied()]
    return steps


def _all_bits(argument: int, bits: int) -> list[Step]:
    return [_low(argument), Step(_IF_BITS, bits, yes=1), _denied()]


def _no_bits(argument: int, bits: int) -> list[Step]:
    return [_low(argument), Step(_IF_BITS, bits, no=1), _denied()]


def _not_both(argument: int, one: int, other: int) -> list[Step]:
    return [_low(argument), Step(_IF_BITS, one, no=2), Step(_IF_BITS, other, no=1), _denied()]


def _null(argument: int) -> list[Step]:
    high = Step(_LOAD, 16 + 8 * argument + 4)
    zero = Step(_IF_EQUAL, 0, yes=1)
    return [_low(argument), zero, _denied(), high, zero, _denied()]


def _low(argument: int) -> Step:
    """Load the lower half of an argument; both architectures keep it first."""
    return Step(_LOAD, 16 + 8 * argument)


def _denied(number: int = errno.EPERM) -> Step:
    return _answer(ERROR | number)


def _answer(value: int) -> Step:
    return Step(_RETURN, value)
