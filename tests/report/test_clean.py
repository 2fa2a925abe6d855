from __future__ import annotations

import html
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.report.clean import block, for_encoding, for_html, one_line
from judge.report.lines import columns, cut, pad, wrap
from tests.report.generate import TEXT

LIMITS = st.integers(1, 200)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mC1 colour", "C1 colour"),
        ("\x1b(0lqk", "lqk"),
        ("a\u202eb\u202cc\u2066d", "abcd"),
        ("a\u200bb\u200dc\ufeffd\u00ade", "abcde"),
        ("a\ud800b", "a\ufffdb"),
        ("a\x00b\x7fc\x85d", "a\ufffdb\ufffdc\ufffdd"),
        ("a\tb\r\nc", "a    b\nc"),
        ("over\rwritten", "over\ufffdwritten"),
        ("a\u2028b", "a\nb"),
        ("a\u00a0b\u3000c", "a b c"),
        ("\u3164\u115f\ufe0f|", "|"),
        ("e" + "\u0301" * 9, "e" + "\u0301" * 3),
        ("[bold]kept[/bold]", "[bold]kept[/bold]"),
        ("Ünïcödé 漢字 Ελλάδα", "Ünïcödé 漢字 Ελλάδα"),
    ],
)
def test_what_a_display_acts_on_is_taken_out(raw: str, clean: str) -> None:
    assert block(raw) == clean


@given(TEXT, LIMITS)
def test_only_letters_spaces_and_line_breaks_are_left(text: str, limit: int) -> None:
    clean = block(text, limit)
    assert len(clean) <= limit
    assert all(
        unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")
        for char in clean.replace("\n", "")
    )
    assert "\n" not in one_line(text, limit)
    clean.encode("utf-8")


@given(TEXT, LIMITS)
def test_cleaning_twice_changes_nothing(text: str, limit: int) -> None:
    assert block(block(text, limit), limit) == block(text, limit)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_is_left_as_it_is(text: str) -> None:
    assert block(text) == text


def test_long_text_says_that_it_was_cut() -> None:
    assert block("x" * 100, 10) == "xxxxxxx..."
    assert block("\x1b[0m" * 100 + "hidden", 10) == "..."


@given(TEXT)
def test_html_is_escaped(text: str) -> None:
    escaped = for_html(text)
    assert not set(escaped) & set("<>\"'")
    assert html.unescape(escaped) == block(text)


@given(TEXT, st.sampled_from(["ascii", "cp1252", "utf-8"]))
def test_any_stream_can_take_it(text: str, encoding: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    stream.write(for_encoding(block(text), encoding))


@given(TEXT, st.integers(4, 90))
def test_wrapped_lines_fit_and_keep_every_letter(text: str, width: int) -> None:
    clean = one_line(text)
    lines = wrap(clean, width)
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(clean.split())


@given(TEXT, st.integers(0, 90))
def test_cut_text_fits(text: str, width: int) -> None:
    clean = one_line(text)
    assert columns(cut(clean, width)) <= width
    assert columns(pad(cut(clean, width), width)) == width


def test_text_that_fits_keeps_its_inner_spaces() -> None:
    assert wrap("    a   b", 20) == ["    a   b"]
    assert wrap("one two three", 8) == ["one two", "three"]
    assert wrap("漢字漢字", 4) == ["漢字", "漢字"]
    assert cut("one two three", 9) == "one t ..."
