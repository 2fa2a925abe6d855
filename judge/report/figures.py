"""Figures as words: values, tolerances, shares, bytes, seconds, points, ordinals, ranges."""

from __future__ import annotations

import math
import re

from judge.results import Number

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
_RANGES = 6


def value(number: Number, digits: int = 5) -> str:
    """`1.1645`, `NaN`, `-inf`."""
    number = float(number)
    if math.isnan(number):
        return "NaN"
    return _short_exponent(f"{number:.{digits}g}")


def two_values(got: Number, expected: Number) -> tuple[str, str]:
    """Both values, with as many digits as it takes to tell them apart."""
    digits = 5
    while digits < 17 and value(got, digits) == value(expected, digits):
        digits += 1
    if digits > 5:
        digits = min(digits + 1, 17)
    return value(got, digits), value(expected, digits)


def tolerance(number: float) -> str:
    """`1e-4`, `0.05`."""
    if 0 < number < 0.01:
        return _short_exponent(re.sub(r"\.?0*e", "e", f"{number:.2e}"))
    return value(number, 3)


def share(part: float) -> str:
    """A share from 0 to 1 as a percentage that never rounds to none or to all."""
    if not 0 < part < 1:
        return "all" if part >= 1 else "none"
    if part < 0.001:
        return "under 0.1%"
    return "over 99.9%" if part > 0.999 else f"{part:.1%}"


def filled(part: float, length: int) -> int:
    """Marks of a bar for a share from 0 to 1: full only for all of it, empty only for none."""
    if not 0 < part < 1:
        return length if part >= 1 else 0
    return min(max(round(length * part), 1), length - 1)


def size(number: float) -> str:
    """Bytes: `16.8 MB`, with powers of ten."""
    for scale, unit in _UNITS:
        if abs(number) >= 0.9995 * scale:
            return f"{_decimal(number / scale, 1)} {unit}"
    return f"{value(number)} bytes"


def seconds(number: float) -> str:
    """`2 s`, `0.13 s`, `1.6 ms`."""
    if 0 < abs(number) < 0.01:
        return f"{value(number * 1e3, 2)} ms"
    return f"{_decimal(number, 2 if abs(number) < 1 else 1)} s"


def points(number: float) -> str:
    """`2`, `0.5`."""
    return _decimal(number, 2)


def count(number: float, thing: str) -> str:
    """`1 test`, `12 tests`."""
    return f"{number:,.0f} {thing}{'' if number == 1 else 's'}"


def ordinal(index: int) -> str:
    """`first` for 0, `13th` for 12."""
    if 0 <= index < len(_ORDINALS):
        return _ORDINALS[index]
    number = index + 1
    last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else last}"


def ranges(spans: tuple[tuple[int, int], ...]) -> str:
    """Inclusive ranges: `0-16, 18, 19`; a long list ends in `and others`."""
    parts = []
    for low, high in spans[:_RANGES]:
        if high <= low:
            parts.append(str(low))
        else:
            parts.extend([str(low), str(high)] if high == low + 1 else [f"{low}-{high}"])
    return ", ".join(parts) + (" and others" if len(spans) > _RANGES else "")


def shape(sizes: tuple[int, ...]) -> str:
    """`(2, 3, 100, 16)`, and `()` for a single number."""
    return str(tuple(sizes))


def element(quantity: str, index: tuple[int, ...], axes: tuple[str, ...]) -> str:
    """One element in the reader's axes: `O[b0 h2, row 42, col 1]`."""
    if not index:
        return quantity
    if len(axes) != len(index):
        return f"{quantity}[{', '.join(map(str, index))}]"
    named = zip(axes, index, strict=True)
    parts = [f"{axis}{'' if len(axis) == 1 else ' '}{at}" for axis, at in named]
    text = parts[0]
    for before, axis, part in zip(axes, axes[1:], parts[1:], strict=False):
        text += (" " if len(before) == len(axis) == 1 else ", ") + part
    return f"{quantity}[{text}]"


def _decimal(number: float, places: int) -> str:
    text = f"{number:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _short_exponent(text: str) -> str:
    return re.sub(r"e([+-])0*(\d)", lambda found: f"e{found[1].strip('+')}{found[2]}", text)
