"""What a worker gives up of its rights: privileges, capabilities, the machine's namespaces."""

from __future__ import annotations

import contextlib
import struct

from judge.sandbox.kernel import Buffer, Kernel, Unavailable

PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
_NEW_USER, _NEW_IPC, _NEW_NET = 0x10000000, 0x08000000, 0x40000000
_CAPABILITIES_VERSION = 0x20080522


class NoNewPrivileges:
    """No program that it starts has more rights than itself; the other layers require it."""

    name = "no new privileges"

    def __init__(self, kernel: Kernel) -> None:
        """Raises Unavailable."""
        self._kernel = linux(kernel)

    def enter(self) -> None:
        """Raises OSError."""
        self._kernel.call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


class NoCapabilities:
    """Not even root's process may do more than its owner's files allow."""

    name = "no capabilities"

    def __init__(self, kernel: Kernel) -> None:
        """Raises Unavailable."""
        self._kernel = linux(kernel)
        self._header = Buffer(struct.pack("=Ii", _CAPABILITIES_VERSION, 0))
        self._nothing = Buffer(bytes(24))

    def enter(self) -> None:
        """Raises OSError."""
        self._kernel.call("capset", self._header.address, self._nothing.address)


class Namespaces:
    """No network and no System V objects of this machine, for a process and its children.

    The fork server enters them, so a worker costs nothing more. A process id namespace is left
    out: whoever makes one can start no thread before it has forked.
    """

    name = "namespaces user net ipc"

    def __init__(self, kernel: Kernel) -> None:
        """Raises Unavailable."""
        self._kernel = linux(kernel)

    def enter(self) -> None:
        """Raises OSError."""
        self._kernel.call("unshare", _NEW_USER | _NEW_NET | _NEW_IPC)


def set_dumpable(kernel: Kernel, dumpable: bool) -> None:
    """Whether other processes of this user may look into this one. Raises OSError."""
    kernel.call("prctl", PR_SET_DUMPABLE, int(dumpable), 0, 0, 0)


def hide(kernel: Kernel | None = None) -> None:
    """Let no other process of this user look into this one: it knows what workers must not."""
    kernel = kernel or Kernel()
    if kernel.system == "linux":
        with contextlib.suppress(OSError):
            set_dumpable(kernel, dumpable=False)


def linux(kernel: Kernel) -> Kernel:
    """The kernel, if it is Linux. Raises Unavailable."""
    if kernel.system != "linux":
        raise Unavailable("only Linux has it")
    return kernel
