"""Cells of a spreadsheet: text that stays text, numbers that stay numbers.

A spreadsheet takes a cell that begins with `=` for a formula, wherever it came from. Such text gets
an apostrophe in front, which spreadsheets take for the mark of a text.
"""

from __future__ import annotations

import unicodedata

from judge.report.clean import block

_FORMULA = ("=", "+", "-", "@")
_START = ("\t", "\r")
_LIMIT = 2000


def text_cell(text: str, limit: int = _LIMIT) -> str:
    """`text`, cleaned and bounded, that no spreadsheet runs."""
    return guarded(block(text, limit))


def guarded(text: str) -> str:
    """`text` with an apostrophe in front where a spreadsheet might take it for a formula.

    What is invisible, spaces, quotes and full-width forms change nothing for some of them.
    """
    first = unicodedata.normalize("NFKC", block(text, len(text) or 1)).lstrip(" \n\"'")
    risky = first.startswith(_FORMULA) or text.startswith(_START)
    return f"'{text}" if risky else text


def number_cell(value: float, *, comma: bool = False) -> str:
    """At most two decimals, as gradebooks compare them: `7`, `7.5`, `7,25`."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    text = "0" if text == "-0" else text
    return text.replace(".", ",") if comma else text


def read_number(text: str) -> float | None:
    """The number in a cell, with a decimal point or a decimal comma; None for anything else."""
    text = text.strip()
    if not text.isascii() or not text.replace(",", "").replace(".", "").lstrip("-").isdigit():
        return None
    try:
        return float(text.replace(",", ".") if "." not in text else text.replace(",", ""))
    except ValueError:
        return None
