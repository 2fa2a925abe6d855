"""What the HTML of all notebook views has in common.

Inline styles, no scripts, no classes. It takes its colours from the page it stands on; only marked
words have a ground of their own, dark with white letters, so that they read the same everywhere.
Headings are so by their role alone, or notebooks would list them among those of the student.
"""

from __future__ import annotations

from judge.report.clean import for_html

VERDICT_GROUNDS = {
    "passed": "#1a6b32",
    "failed": "#a8231c",
    "not attempted": "#5c6066",
    "refused": "#8a4b00",
    "broken": "#71309b",
}
PLAIN_GROUND = "#5c6066"
PAGE = "color:inherit;font-size:14px;line-height:1.5;max-width:60em;overflow-wrap:break-word"
BESIDE = "display:flex;flex-wrap:wrap;align-items:center;gap:0 10px"
QUIET = "opacity:0.75;font-size:12px"
WHOLE = "white-space:nowrap"  # figures that a line break would part
TABLE = "border-collapse:collapse;margin:6px 0;color:inherit;font-size:14px"

_LINE = "1px solid rgba(128,128,128,0.35)"
ROW = "background:none"  # notebooks colour every other row
CELL = f"padding:3px 14px 3px 0;text-align:left;vertical-align:middle;border-bottom:{_LINE}"


def chip(word: str, ground: str) -> str:
    """A word that stands out by its ground."""
    return (
        f'<span style="display:inline-block;padding:0 7px;border-radius:3px;background:{ground};'
        f'color:#ffffff;font-size:12px;font-weight:600">{for_html(word)}</span>'
    )


def heading(inner: str) -> str:
    """The heading of a view; `inner` is HTML."""
    return f'<p role="heading" aria-level="3" style="margin:6px 0;font-size:16px">{inner}</p>'


def names(columns: tuple[str, ...]) -> str:
    """The row that names the columns of a table."""
    cells = "".join(
        f'<th scope="col" style="{CELL};font-weight:400;opacity:0.75">{for_html(name)}</th>'
        for name in columns
    )
    return f'<tr style="{ROW}">{cells}</tr>'
