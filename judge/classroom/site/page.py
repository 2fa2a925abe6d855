"""The frame of a page, and pieces that several pages have."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from judge.report import figures
from judge.report.clean import for_html, one_line

GENERATOR = "judge report"  # by this an old site is known when it is to be replaced
INDEX = "index.html"
PAGES = "submissions"
_NAME = 60
_NONE = "\u2013"


@dataclass(frozen=True)
class Looks:
    """What a page has beside its body: files that lie beside this one, and more rules of style."""

    files: tuple[str, ...] = ()
    rules: str = ""
    script: str = ""


def document(title: str, body: str, looks: Looks) -> str:
    """A whole page."""
    style = "".join(_text(f"{name}.css") for name in ("base", *looks.files)) + looks.rules
    code = _text(f"{looks.script}.js") if looks.script else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(code)}">\n'
        f'<meta name="generator" content="{GENERATOR}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{for_html(one_line(title, 200))}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n{body}\n{f'<script>{code}</script>' if code else ''}</body>\n</html>\n"
    )


def _policy(code: str) -> str:
    """What the page may do: its own styles, and this one script."""
    allowed = "'none'"
    if code:
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode("ascii")
        allowed = f"'sha256-{digest}'"
    return (
        "default-src 'none'; style-src 'unsafe-inline'; "
        f"script-src {allowed}; base-uri 'none'; form-action 'none'"
    )


@cache
def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


# --- pieces -------------------------------------------------------------------------------------


def text(told: str, limit: int = 200) -> str:
    """Any text on one line, cleaned and escaped."""
    return for_html(one_line(told, limit))


def name(student: str, sample: str = "") -> str:
    """Whose it is. A name of which nothing can be shown still has to be something to click."""
    shown = text(student, _NAME).strip() or "(no name)"
    return f"{shown} {text(sample, 20)}" if sample else shown


def link(number: int, inner: str) -> str:
    """A link of the overview to the page of a result; `inner` is HTML."""
    return f'<a href="{PAGES}/{number}.html">{inner}</a>'


def head(label: str, kind: str, title: str = "") -> str:
    """A header cell that sorts by its column: as `text`, `number` or `mark`."""
    more = f' title="{text(title)}"' if title else ""
    button = f'<button type="button"{more}><span>{text(label)}</span></button>'
    return f'<th scope="col" data-kind="{kind}" aria-sort="none">{button}</th>'


def number(value: float | None, shown: str, style: str = "n") -> str:
    """A cell that sorts by its number; one without stands last."""
    if value is None:
        return f'<td class="{style}">{_NONE}</td>'
    return f'<td class="{style}" data-v="{value:.6g}">{shown}</td>'


def percent(share: float | None) -> str:
    """`40%`; never 0% or 100% for what is a little more or less."""
    if share is None:
        return _NONE
    if 0 < share < 0.005:
        return "&lt;1%"
    return "&gt;99%" if 0.995 <= share < 1 else f"{share:.0%}"


def size(value: float | None) -> str:
    return _NONE if value is None else figures.size(value)


def scrolled(label: str, table: str) -> str:
    """A table in a box that scrolls, also by keyboard."""
    return f'<div class="box" role="region" tabindex="0" aria-label="{text(label)}">{table}</div>'


def table(heads: str, rows: str, style: str, foot: str = "") -> str:
    """A table that can be sorted."""
    foot = f"<tfoot>{foot}</tfoot>" if foot else ""
    return (
        f'<table class="sortable {style}"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody>{foot}</table>"
    )
