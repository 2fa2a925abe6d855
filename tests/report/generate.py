"""Hypothesis strategies for reports: any text, any number, every kind of evidence."""

from __future__ import annotations

import typing
from enum import StrEnum
from typing import Any

import msgspec
from hypothesis import strategies as st

from judge import results
from judge.results import AnyEvidence, Outcome, Record, Report

# Every code point, lone surrogates too, and the texts that attack a display.
TEXT = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=40),
    st.sampled_from(
        [
            "\x1b[31mred\x1b[0m",
            "\x1b]8;;http://x\x1b\\link",
            "[bold]x[/bold]",
            "</pre><script>x</script>",
            "\u202eabc\u2066",
            "a\u0301\u0301\u0301\u0301\u0301b",
            "\ud83d",
            "漢字" * 60,
            "x" * 3000,
            "two\nlines\r\nand\ttabs",
            "]]>&<",
            "",
        ]
    ),
)
WORDS = st.sampled_from(["O", "dQ", "the loss", "cache.L", "row", "b0 h1"])
PLAIN = st.floats(0, 999, allow_nan=False)
ANY_NUMBER = st.floats() | st.sampled_from(["nan", "inf", "-inf"])
_FINITE = ("Outcome", "TaskResult", "Points", "Report")


def records(kind: type[Record]) -> st.SearchStrategy[Any]:
    """Instances of one record, its fields drawn by their types."""
    hints = typing.get_type_hints(kind, vars(results))
    fields = {
        field.name: _drawn(hints[field.name], finite=kind.__name__ in _FINITE)
        for field in msgspec.structs.fields(kind)
        if field.name != "schema"
    }
    return st.builds(kind, **fields)


def _drawn(hint: Any, *, finite: bool) -> st.SearchStrategy[Any]:
    simple = {
        str: TEXT | WORDS,
        float: PLAIN if finite else st.floats(),
        int: st.integers(0, 10**6),
        bool: st.booleans(),
        type(None): st.none(),
    }
    if hint in simple:
        return simple[hint]
    if typing.get_origin(hint) is typing.Literal:
        return st.sampled_from(typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        return _tuples(typing.get_args(hint), finite=finite)
    if isinstance(hint, type) and issubclass(hint, Record):
        return records(hint)
    if isinstance(hint, type):
        return st.sampled_from(tuple(typing.cast("type[StrEnum]", hint)))
    return st.one_of(*(_drawn(part, finite=finite) for part in typing.get_args(hint)))


def _tuples(parts: tuple[Any, ...], *, finite: bool) -> st.SearchStrategy[Any]:
    if parts[-1] is Ellipsis:
        return st.lists(_drawn(parts[0], finite=finite), max_size=3).map(tuple)
    return st.tuples(*(_drawn(part, finite=finite) for part in parts))


EVIDENCE = st.one_of(*(records(kind) for kind in typing.get_args(AnyEvidence)))
OUTCOMES = records(Outcome)
REPORTS = records(Report)
