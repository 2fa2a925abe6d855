"""Frames between a kernel and its service: a length of four bytes, then one JSON object."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

LIMIT = 64 << 20
_LENGTH = struct.Struct("!I")


class Closed(Exception):  # noqa: N818  the ordinary end of a conversation
    """The other side has gone."""


def send(channel: socket.socket, value: dict[str, Any]) -> None:
    """Send one object. Raises OSError."""
    body = json.dumps(value).encode()
    channel.sendall(_LENGTH.pack(len(body)) + body)


def receive(channel: socket.socket) -> dict[str, Any]:
    """Wait for one object. Raises Closed, OSError, and ValueError for what is not one."""
    (size,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size))
    if size > LIMIT:
        raise ValueError(f"a frame of {size} bytes is too large")
    value = json.loads(_exactly(channel, size))
    if not isinstance(value, dict):
        raise ValueError("a frame is no object")
    return value


def _exactly(channel: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = channel.recv(min(size - len(data), 1 << 20))
        if not part:
            raise Closed
        data += part
    return bytes(data)
