"""The kernel's calls that confinement needs: one seam, which tests replace."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Callable
from typing import Any

_REASONS = {
    errno.ENOSYS: "the kernel has none",
    errno.EOPNOTSUPP: "disabled at boot",
    errno.EPERM: "blocked",
    errno.EACCES: "blocked",
    errno.ENOSPC: "the limit of this user is reached",
}


class Kernel:
    """Calls into the C library of this process."""

    def __init__(self) -> None:
        self.system = sys.platform
        self.machine = os.uname().machine if hasattr(os, "uname") else ""
        self._functions: dict[tuple[str, int], Any] = {}
        self.pointer = ctypes.sizeof(ctypes.c_void_p)

    def call(self, function: str, *arguments: int) -> int:
        """What `function` of the C library returns. Raises OSError with its errno."""
        result = self._function(function, len(arguments))(*arguments)
        if result == -1:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), function)
        return result

    def _function(self, name: str, arguments: int) -> Callable[..., int]:
        found = self._functions.get((name, arguments))
        if found is None:
            try:
                found = ctypes.CDLL(None, use_errno=True)[name]
            except AttributeError:
                raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), name) from None
            found.restype = ctypes.c_long
            found.argtypes = [ctypes.c_long] * arguments  # or they would travel as 32 bits
            self._functions[name, arguments] = found
        return found

    def aside(self, work: Callable[[], bytes]) -> bytes:
        """What `work` returns in a forked copy of this process; nothing when the copy dies."""
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.write(write, work())
            finally:
                os._exit(0)
        os.close(write)
        with open(read, "rb") as pipe:  # noqa: PTH123  a descriptor has no path
            answer = pipe.read()
        os.waitpid(pid, 0)
        return answer


class Unavailable(Exception):  # noqa: N818  a fact about this machine, not an error
    """A layer that this machine does not offer. The text says why."""


def reason(error: OSError) -> str:
    """`blocked (EPERM)`: why a layer is not available, for a person."""
    number = error.errno or 0
    # Linux gives ENOTSUP the same number, and this is the name its manuals use.
    names = {**errno.errorcode, errno.EOPNOTSUPP: "EOPNOTSUPP"}
    name = names.get(number, str(number))
    return f"{_REASONS.get(number, os.strerror(number))} ({name})"


class Buffer:
    """Memory that the kernel is told the address of; made beforehand, since a copy costs time."""

    def __init__(self, content: bytes) -> None:
        self._held = ctypes.create_string_buffer(content, len(content))
        self.address = ctypes.addressof(self._held)

    def put(self, format: str, offset: int, value: int) -> None:
        """Overwrite a number in it."""
        struct.pack_into(format, self._held, offset, value)
