"""What opens below the title of a test in a notebook: its message, with pictures where they help.

A saved notebook carries the page, so a page must not grow without bound: each message has versions,
the fullest first, and the page takes the first that it has room for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from judge.report import errormap, growth, message, places
from judge.report.clean import ELLIPSIS, LINE_LIMIT, for_html, one_line
from judge.report.message import View
from judge.report.wording import Section
from judge.results import Evidence, Outcome, Places

LEFT_OUT = (
    '<p style="margin:2px 0 8px 18px">Left out to keep this page small; '
    "it is shown when the tests above pass.</p>"
)
_WHOLE = 2 * LINE_LIMIT  # columns: the page wraps paragraphs itself
_LINES = 14  # of one label
_DD = "margin:0;width:auto;min-width:0;overflow-wrap:break-word;white-space:pre-wrap"
_CODE = ";font-family:monospace;font-size:13px"


def fitted(messages: Sequence[Sequence[str]], room: int) -> list[str]:
    """One version of each message, together at most `room` bytes, but for `LEFT_OUT`.

    First each gets its shortest, then those that come first get fuller ones. A message without
    versions stays empty.
    """
    taken = []
    for message_versions in messages:
        shortest = message_versions[-1] if message_versions else ""
        taken.append(shortest if size(shortest) <= room else LEFT_OUT)
        room -= size(shortest) if taken[-1] == shortest else 0
    for index, message_versions in enumerate(messages):
        for fuller in message_versions[:-1]:
            more = size(fuller) - size(taken[index])
            if taken[index] != LEFT_OUT and more <= room:
                taken[index] = fuller
                room -= more
                break
    return taken


def size(text: str) -> int:
    """The bytes of a text on the page."""
    return len(text.encode())


def versions(outcome: Outcome, view: View) -> Iterator[str]:
    """The message as HTML: with pictures, with marks in their place, with words alone.

    Nothing at all where there is nothing to open.
    """
    parts = message.message_parts(outcome, view, _WHOLE)
    about = " ".join(message.about_lines(outcome, view, _WHOLE, message.ROOM))
    if not parts and not about:
        return
    evidence = message.told_evidence(outcome, view)
    found = errormap.places_in(evidence)
    pictures = _pictures(evidence, found)
    yield _body(about, parts, found, pictures)
    if found is not None:
        yield _body(about, parts, found, {"where": errormap.marks(found)})
    if pictures:
        yield _body(about, parts, found, {})


def _pictures(evidence: Evidence | None, found: Places | None) -> dict[str, str]:
    """What is drawn below the words of a label."""
    drawn = {"got": growth.block(evidence)}
    if found is not None:
        drawn["where"] = errormap.block(found, getattr(evidence, "quantity", ""))
    return {label: picture for label, picture in drawn.items() if picture}


def _body(about: str, parts: list[Section], found: Places | None, pictures: dict[str, str]) -> str:
    rows = "".join(_row(part, found, pictures.get(part.label, "")) for part in parts)
    asked = f'<p style="margin:0 0 6px 0">{for_html(about)}</p>' if about else ""
    listed = (
        '<dl style="display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 14px;'
        f'margin:0">{rows}</dl>'
    )
    return (
        '<div style="margin:4px 0 12px 6px;padding:2px 0 2px 12px;'
        f'border-left:2px solid rgba(128,128,128,0.4)">{asked}{listed if rows else ""}</div>'
    )


def _row(part: Section, found: Places | None, picture: str) -> str:
    text, style = "\n".join(_lines(part)), _DD
    if part.label == "where" and found is not None:
        text = one_line(places.sentence(found))
    elif part.label in ("called", "where"):
        style += _CODE
    return (
        f'<dt style="margin:0;width:auto;font-weight:400;opacity:0.7">{part.label}</dt>'
        f'<dd style="{style}">{for_html(text)}{picture}</dd>'
    )


def _lines(part: Section) -> list[str]:
    lines = list(part.versions[0])
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], ELLIPSIS]
