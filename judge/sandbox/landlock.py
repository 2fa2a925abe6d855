"""Landlock: what a worker may open, which it can never widen again.

A ruleset names files and folders; everything below a folder is included, nothing can be taken out
again. It belongs to the kernel since Linux 5.13; later versions (ABIs) also deny TCP (4), device
controls (5), and signals and abstract sockets that reach outside (6).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from judge.sandbox.kernel import Buffer, Kernel, Unavailable, reason

# The same numbers on every architecture.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_FIRST_FILES = (1 << 13) - 1  # every right on files that ABI 1 knows
_REFER, _TRUNCATE, _DEVICES = 1 << 13, 1 << 14, 1 << 15
_TCP = 0b11  # bind, connect
_SCOPED = 0b11  # abstract unix sockets, signals
_VERSION = 1  # flag: create nothing, tell the ABI
_NO_LOG = 1  # flag of ABI 7: a hostile program must not fill the system's audit log
_PATH_BENEATH = 1
_LOWEST_FD = 10  # above those that a worker renumbers
_OWN = "/proc/self"
TRUNCATES = 3  # the first ABI that guards against opening with O_TRUNC


class Landlock:
    """A ruleset for the next worker, and what it takes to build one more.

    A rule names one process's folder in /proc, so each worker adds its own to a ruleset of its
    own. The server builds that one while the worker before is running.
    """

    def __init__(self, kernel: Kernel, readable: Iterable[Path]) -> None:
        """Raises Unavailable."""
        self._kernel = kernel
        self.abi = _abi(kernel)
        attributes = _attributes(self.abi)
        self._size = len(attributes)
        self._attributes = Buffer(attributes)
        self._rules = [
            rule for path in readable if (rule := _rule(path, _rights(path))) is not None
        ]
        if (null := _rule(os.devnull, _READ_FILE | _WRITE_FILE)) is not None:
            self._rules.append(null)
        self._addresses = [rule.packed.address for rule in self._rules]
        self.descriptor = self._build()

    @property
    def name(self) -> str:
        return f"landlock ABI {self.abi}"

    def renew(self) -> None:
        """Make a ruleset for one more worker. Raises OSError."""
        os.close(self.descriptor)
        self.descriptor = self._build()

    def enter(self) -> None:
        """Confine this thread and what it starts, for good. Raises OSError."""
        if (own := _rule(_OWN, _READ_FILE | _READ_DIR)) is not None:
            beneath = (_PATH_BENEATH, own.packed.address)
            self._kernel.call("syscall", ADD_RULE, self.descriptor, *beneath, 0)
            os.close(own.descriptor)
        flags = _NO_LOG if self.abi >= 7 else 0
        self._kernel.call("syscall", RESTRICT_SELF, self.descriptor, flags)

    def close(self) -> None:
        """Let go of the ruleset and of every path."""
        for descriptor in (self.descriptor, *(rule.descriptor for rule in self._rules)):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def _build(self) -> int:
        attributes = self._attributes.address
        low = self._kernel.call("syscall", CREATE_RULESET, attributes, self._size, 0)
        high = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, _LOWEST_FD)
        os.close(low)
        call = self._kernel.call
        for address in self._addresses:  # some hundreds, for each worker
            call("syscall", ADD_RULE, high, _PATH_BENEATH, address, 0)
        return high


class _Rule:
    """Access to one path, held open so that nothing else can take its name."""

    def __init__(self, descriptor: int, access: int) -> None:
        self.descriptor = descriptor
        self.packed = Buffer(struct.pack("=Qi", access, descriptor))


def _rule(path: str | Path, access: int) -> _Rule | None:
    """A rule; None where there is no such path."""
    try:
        return _Rule(os.open(path, os.O_PATH | os.O_CLOEXEC), access)
    except OSError:
        return None


def _rights(path: Path) -> int:
    """To read a file, or all that lies below a folder."""
    return _READ_FILE | _READ_DIR if path.is_dir() else _READ_FILE


def _abi(kernel: Kernel) -> int:
    """The version of Landlock here. Raises Unavailable."""
    if kernel.system != "linux":
        raise Unavailable("only Linux has it")
    try:
        return kernel.call("syscall", CREATE_RULESET, 0, 0, _VERSION)
    except OSError as error:
        if error.errno == errno.ENOSYS:
            raise Unavailable("the kernel has none (ENOSYS); it came with Linux 5.13") from None
        raise Unavailable(reason(error)) from None


def _attributes(abi: int) -> bytes:
    """What a ruleset of this version denies unless a rule allows it: all that it can."""
    files = _FIRST_FILES
    for first, right in ((2, _REFER), (TRUNCATES, _TRUNCATE), (5, _DEVICES)):
        files |= right if abi >= first else 0
    if abi < 4:
        return struct.pack("=Q", files)
    if abi < 6:
        return struct.pack("=QQ", files, _TCP)
    return struct.pack("=QQQ", files, _TCP, _SCOPED)
