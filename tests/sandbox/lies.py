"""Frames that a hostile peer sends, drawn at random: each family of lies is one function."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
import torch

from judge import wire
from judge.wire import Function, Message, Ref
from tests.sandbox.hostile_peer import ENDINGS, LIMITS, Script

Reply = tuple[str, Any]  # kind and value

X = np.arange(4.0)
T = torch.arange(4.0)
_CALLBACK: Reply = ("callback", {"id": 0, "args": (X,), "kwargs": {}})
# What a worker of ours answers to the requests of each action of the test, in order.
HONEST: dict[str, Sequence[Reply]] = {
    "plan": [
        ("plan", {"found": ["f"], "imports": [["numpy", "", 1]], "notes": [], "stubs": []}),
        ("loaded", {"notes": ["cell 2 was passed over"]}),
        ("value", {"defined": ["twice", "half"], "changed": []}),
    ],
    "load": [("loaded", {"notes": ["cell 2 was passed over"]})],
    "call": [("value", X)],
    "many": [("value", [X, X])],
    "measure": [
        ("ready", None),
        ("measured", {"value": X, "traced": 10, "returned": 32, "largest": 4, "line": None}),
        ("value", "line 3: y = x"),
    ],
    "put": [("value", Ref(1, "ndarray")), ("value", X), ("value", Ref(2, "ndarray"))],
    "keep": [("value", Ref(1, "tuple")), ("value", {"L": X})],
    "vjp": [("value", {"value": T, "gradients": [T], "parameters": {"w": T, "b": None}})],
    "object": [
        ("value", Ref(1, "Layer")),
        ("value", {"parameters": {"w": T}, "buffers": {}, "names": ["w"], "training": True}),
        ("value", None),
        ("value", {"value": T, "gradients": [], "parameters": {"w": T}}),
    ],
    "live": [("value", {"defined": ["f"], "changed": []})],
    "random": [("value", "abc")],
    "callback": [_CALLBACK, _CALLBACK, ("value", X)],
}
_OTHERS: Sequence[Reply] = (
    ("raised", {"type": "ValueError", "text": "no", "frames": [["cell 1", 2, "f", "y = x"]]}),
    ("raised", {"type": "NotImplementedError", "text": "", "own": True, "frames": []}),
    ("raised", {"type": "MemoryError", "text": "", "frames": []}),
    ("missing", {"text": "f is not defined", "attempted": False}),
    ("forbidden", {"name": "torch.softmax", "label": "cell 1", "line": 2, "code": "y = x"}),
    ("refused", {"module": "os", "label": "cell 1", "line": 2, "text": "not allowed"}),
    ("plan", {"fault": ["cell 1", 10**300, "invalid syntax", "def f(:"]}),
    ("answer", 1),
    ("passed", True),
    ("", None),
    ("k" * 41, None),
)
_KINDS = sorted({kind for kind, _ in _OTHERS} | {k for r in HONEST.values() for k, _ in r})
_WORDS = (
    *wire.DTYPES,
    "bfloat16",
    "object",
    "<f8",
    "V8",
    "U3",
    "datetime64[D]",
    "float128",
    "",
    "f" * 5000,
)
_SIDES = (0, 1, 2, 3, 7, 1000, -1, 2**31, 2**39, 2**40, 2**63, True, 1.0, "3", None)
_PIECES = (b"\x00", b"\xff", b"\xc1", b"\x90", b"\xdd\xff\xff\xff\xff", b"\xc9\xff\xff\xff\xff")


@dataclass(frozen=True)
class Draw:
    """One case being drawn: its source of chance and the action that the trusted side takes."""

    chance: random.Random
    action: str

    def honest(self) -> list[bytes]:
        """The replies that this action waits for, with their right numbers."""
        replies = enumerate(HONEST[self.action], start=1)
        return [frame(kind, number, value) for number, (kind, value) in replies]

    def spoilt(self, spoil: Callable[[int, Reply], bytes], *, whole: bool = True) -> Script:
        """The honest replies up to one that `spoil` makes, given its number and what it should be.

        Afterwards the channel closes; or it goes on as if nothing had been: with the next reply to
        the next request where the spoilt one is `whole`, else at once, as no request may come.
        """
        parts = self.honest()
        place = self.chance.randrange(len(parts))
        parts[place] = spoil(place + 1, HONEST[self.action][place])
        if self.chance.random() < 0.5:
            return Script(tuple(parts[: place + 1]))
        return Script(tuple(parts if whole else [*parts[:place], b"".join(parts[place:])]))

    def some_bytes(self, most: int) -> bytes:
        return self.chance.randbytes(self.chance.randrange(most))


def frame(kind: Any, number: Any, value: Any) -> bytes:
    """An honest frame, whatever it says."""
    out = bytearray()
    wire.write_message(Message(kind, number, value), out.extend)
    return bytes(out)


def framed(kind: Any, number: Any, tree: Any, payload: bytes = b"") -> bytes:
    """A frame around a tree that no writer of ours makes."""
    header = msgspec.msgpack.encode((kind, number, tree))
    return wire.PREFIX.pack(len(header), len(payload)) + header + payload


# --- the families ---------------------------------------------------------------------------------


def noise(draw: Draw) -> Script:
    """Random bytes, with or without a length that fits them."""

    def spoil(number: int, reply: Reply) -> bytes:
        data = draw.some_bytes(300)
        if draw.chance.random() < 0.5:
            return data
        return wire.PREFIX.pack(len(data), draw.chance.choice((0, 1, 100))) + data

    return draw.spoilt(spoil, whole=False)


def mutated(draw: Draw) -> Script:
    """An honest frame with bytes changed, put in, taken out, repeated or cut off."""

    def spoil(number: int, reply: Reply) -> bytes:
        data = bytearray(frame(reply[0], number, reply[1]))
        for _ in range(draw.chance.randint(1, 6)):
            _mutate(draw.chance, data)
        return bytes(data)

    return draw.spoilt(spoil, whole=False)


def _mutate(chance: random.Random, data: bytearray) -> None:
    place = chance.randrange(len(data) + 1)
    end = min(len(data), place + chance.randint(0, 20))
    match chance.randrange(5):
        case 0:
            data[place : place + 1] = chance.randbytes(1)
        case 1:
            data[place:place] = chance.choice(_PIECES)
        case 2:
            del data[place:end]
        case 3:
            data[place:place] = data[place:end]
        case 4:
            del data[place:]


def sizes(draw: Draw) -> Script:
    """A frame whose lengths are not those of its parts, up to and beyond what is accepted."""
    odd = (0, 1, 100, LIMITS.header, LIMITS.header + 1, LIMITS.payload, LIMITS.payload + 1)

    def spoil(number: int, reply: Reply) -> bytes:
        data = frame(reply[0], number, reply[1])
        header, payload = wire.PREFIX.unpack_from(data)
        lengths = [header, payload]
        for which, most in ((0, 2**32), (1, 2**64)):
            if draw.chance.random() < 0.6:
                near = lengths[which] + draw.chance.randint(-3, 3)
                lengths[which] = draw.chance.choice((*odd, near, most - 1)) % most
        return wire.PREFIX.pack(*lengths) + data[wire.PREFIX.size :] + draw.some_bytes(200)

    return draw.spoilt(spoil, whole=False)


def arrays(draw: Draw) -> Script:
    """Arrays, texts and numbers whose header lies about dtype, shape or length."""

    def spoil(number: int, reply: Reply) -> bytes:
        tree = _tree(draw.chance, 0)
        kind = reply[0] if draw.chance.random() < 0.8 else draw.chance.choice(_KINDS)
        return framed(kind, number, tree, draw.chance.randbytes(draw.chance.choice((0, 8, 32))))

    return draw.spoilt(spoil)


def _tree(chance: random.Random, depth: int) -> Any:
    """A node as the wire has them, or nearly."""
    tag = chance.choice("aaaaxxsltdbucirfz" if depth < 4 else "axsbucirf")
    if tag == "x":
        sides = [chance.choice(_SIDES) for _ in range(chance.choice((0, 1, 1, 2, 33)))]
        return [tag, chance.choice(_WORDS), chance.choice((True, False, 1, None)), *sides]
    if tag in "as":
        rank = chance.choice((0, 1, 1, 2, 3, 33))
        return [tag, chance.choice(_WORDS), *(chance.choice(_SIDES) for _ in range(rank))]
    if tag in "ltd":
        return [tag, *(_tree(chance, depth + 1) for _ in range(chance.randrange(5)))]
    if tag in "bu":
        return [tag, chance.choice((0, 8, 32, -1, 10**6, 2**62, 1.5, "8"))]
    parts = (0, 1, -1, 2**63, 1.5, float("nan"), "x", "0x" + "f" * 3490, "-0x1", None, True)
    return [tag, *(chance.choice(parts) for _ in range(chance.randrange(4)))]


def kinds(draw: Draw) -> Script:
    """A well-made answer to another kind of question."""

    def spoil(number: int, reply: Reply) -> bytes:
        kind, value = draw.chance.choice(_OTHERS)
        if draw.chance.random() < 0.5:
            kind = draw.chance.choice(_KINDS)
        if draw.chance.random() < 0.3:
            value = reply[1]
        return frame(kind, number, value)

    return draw.spoilt(spoil)


def values(draw: Draw) -> Script:
    """An answer of the right kind with any value of the closed set, in any place of it."""

    def spoil(number: int, reply: Reply) -> bytes:
        kind, value = reply if draw.chance.random() < 0.7 else draw.chance.choice(_OTHERS)
        if isinstance(value, dict) and value and draw.chance.random() < 0.7:
            changed = draw.chance.choice(list(value))
            return frame(kind, number, {**value, changed: _value(draw.chance, 0)})
        return frame(kind, number, _value(draw.chance, 0))

    return draw.spoilt(spoil)


def _value(chance: random.Random, depth: int) -> Any:
    size = chance.randrange(4)
    plain: list[Any] = [
        *(None, True, -1, 2**53, 2**64, 10**4000, 0.5, float("nan"), 1j, "", "x" * 5000),
        *("\ud800", b"\xff" * 5000, Ref(2**64 - 1, "T" * 500), Ref(-1, ""), Function(0)),
        *(np.zeros((2**39, 0)), np.full(3, np.nan), np.float32(2), np.array(True), X[::-1]),
        *(T, T[::2], torch.ones(2, requires_grad=True), torch.zeros(2**39, 0), T.bfloat16()),
    ]
    if depth > 5 or chance.random() < 0.5:
        return chance.choice(plain)
    inner = [_value(chance, depth + 1) for _ in range(size)]
    keys = [chance.choice((n, str(n), (n, "x"), n + 0.5, None, 2**70 + n)) for n in range(size)]
    return chance.choice((inner, tuple(inner), dict(zip(keys, inner, strict=True))))


def numbers(draw: Draw) -> Script:
    """The right answer under a wrong number, or under what is no number."""
    wrong = (0, -1, 99, 2**63, -(2**63), True, 1.0, "1", None)

    def spoil(number: int, reply: Reply) -> bytes:
        return frame(reply[0], draw.chance.choice((*wrong, number + 1, number - 1)), reply[1])

    return draw.spoilt(spoil)


def early_and_extra(draw: Draw) -> Script:
    """Right answers, but one before its question or one too many."""
    parts = draw.honest()
    place = draw.chance.randrange(len(parts))
    match draw.chance.randrange(3):
        case 0:
            return Script(tuple(parts), early=parts[place])
        case 1:
            parts[place] += parts[draw.chance.randrange(len(parts))]
        case 2:
            parts[place] = b"".join(parts[place:])
    return Script(tuple(parts))


def callbacks(draw: Draw) -> Script:
    """Calls back by the dozen, of functions that are there and that are not, with any arguments."""
    parts = []
    kind, value = draw.chance.choice(HONEST[draw.action])
    for number in range(1, draw.chance.randint(2, 30)):
        ask: dict[str, Any] = {
            "id": draw.chance.choice((0, 0, 0, 0, 0, 0, 0, 0, 1, -1, 2**63, True, None)),
            "args": tuple(_value(draw.chance, 3) for _ in range(draw.chance.randrange(3))),
            "kwargs": draw.chance.choice(({}, {}, {}, {"a": 1}, {1: 2}, {("a", 1): X}, [], None)),
        }
        parts.append(frame("callback", number, ask))
    parts.append(frame(kind, len(parts) + 1, value))
    return Script(tuple(parts))


def cut_off(draw: Draw) -> Script:
    """The channel closes somewhere in the middle."""
    whole = draw.spoilt(lambda number, reply: frame(reply[0], number, reply[1]))
    place = draw.chance.randrange(len(whole.parts))
    part = whole.parts[place]
    cut = part[: draw.chance.randrange(len(part))]
    return Script((*whole.parts[:place], cut) if draw.chance.random() < 0.9 else ())


def endless(draw: Draw) -> Script:
    """Answers that begin well, or not at all, and never end."""
    ending = draw.chance.choice(ENDINGS)
    array = framed("value", 1, ["a", "uint8", LIMITS.payload])[wire.PREFIX.size :]
    long = [
        wire.PREFIX.pack(LIMITS.header, LIMITS.payload),
        wire.PREFIX.pack(len(array), LIMITS.payload) + array,
        array,
        b"",
    ]
    script = draw.spoilt(lambda number, reply: draw.chance.choice(long))
    return replace(script, ending=ending)


QUICK: Sequence[Callable[[Draw], Script]] = (
    *(noise, mutated, mutated, sizes, arrays, arrays, kinds, values, values),
    *(numbers, early_and_extra, callbacks, cut_off),
)
