"""What the other functions show in a notebook: progress, hints and notices.

Each is a panel of two forms: HTML as `markup` describes it, and the plain text of a terminal. Where
a page drops all styles and pictures, the tables and words are left, and they tell the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from judge.report import dashboard, figures, svg
from judge.report import hint as hinting
from judge.report.clean import block, for_html, one_line
from judge.report.console import as_text
from judge.report.dashboard import day, fastest, nothing_left, score, so_far, verdict
from judge.report.markup import (
    BESIDE,
    CELL,
    PAGE,
    PLAIN_GROUND,
    QUIET,
    ROW,
    TABLE,
    VERDICT_GROUNDS,
    WHOLE,
    chip,
    heading,
    names,
)
from judge.report.standing import Dashboard, Group, Standing, Step

if TYPE_CHECKING:
    from judge.hints import Hint

_TITLE = 160
_CAPTION = f"caption-side:top;text-align:left;padding:0 0 2px 0;color:inherit;{QUIET}"
# Three columns fit into the narrowest page: what says more is told in words, which wrap.
_TRACKS = ("track", "best points", "so far")
_ROWS = ("challenge", "best points", "last check")
_NAME = "font-weight:600"
_BROKEN = "min-width:7em;overflow-wrap:anywhere"
_WORD = 14  # letters; a longer one is broken where the page is narrow
_NONE = "-"
_CODE = re.compile("`([^`\n]+)`")


@dataclass(frozen=True)
class Panel:
    """One thing to show, in both forms."""

    text: str
    html: str

    def bundle(self) -> dict[str, str]:
        """What a front end chooses from."""
        return {"text/plain": self.text, "text/html": self.html}


def status(board: Dashboard, notes: Sequence[str] = ()) -> Panel:
    """The progress by track."""
    clean = [one_line(note) for note in notes]
    text = "\n".join([as_text(dashboard.lines(board)), *(f"note: {note}" for note in clean)])
    told = "".join(f'<p style="margin:2px 0">Note: {for_html(note)}</p>' for note in clean)
    return Panel(text, f'<div style="{PAGE}">{"".join(_board(board))}{told}</div>')


def hint(shown: Hint) -> Panel:
    """The new hint of a task below those that were taken before."""
    return Panel(as_text(hinting.lines([shown])), f'<div style="{PAGE}">{_hint(shown)}</div>')


def notice(text: str) -> Panel:
    """A message of a few lines, the first of which says what happened."""
    text = block(text)
    first, _, rest = text.partition("\n")
    told = f'\n<span style="{QUIET}">{_with_code(rest)}</span>' if rest else ""
    style = "margin:6px 0;white-space:pre-wrap;overflow-wrap:anywhere"
    return Panel(
        text, f'<div style="{PAGE}"><p style="{style}">{_with_code(first)}{told}</p></div>'
    )


def _with_code(text: str) -> str:
    """What stands between backticks as code."""
    return _CODE.sub(r"<code>\1</code>", for_html(text))


# --- progress -----------------------------------------------------------------------------------


def _board(board: Dashboard) -> Iterator[str]:
    whole = board.whole
    yield heading(f'<b>Progress</b> <span style="{WHOLE}">&nbsp;{_sums(whole)}</span>')
    for label, step in (("Go on", board.begun), ("Next", board.following)):
        if step is not None:
            yield _step(label, step)
    if board.following is None:
        yield f'<p style="margin:6px 0"><b>Next:</b> {nothing_left(board)}</p>'
    if board.tracks:
        rows = "".join(_track_row(group) for group in board.tracks)
        yield _table("The tracks, in the order of study", names(_TRACKS) + rows)
    for group in board.tracks:
        yield _track(group, opened=_is_open(group, board.following))


def _sums(group: Group) -> str:
    return for_html(f"{group.solved} of {len(group.rows)} solved, {score(group)} points")


def _step(label: str, step: Step) -> str:
    command = f"<code>{for_html(step.command)}</code>"
    about = f'<span style="{QUIET}">{for_html(so_far(step))}</span>'
    return f'<p style="margin:6px 0"><b>{label}:</b> {command} &nbsp;{about}</p>'


def _is_open(group: Group, following: Step | None) -> bool:
    """Tracks where something was done stand open, and the one to go on with."""
    done = any(row.tally.checked for row in group.rows)
    return done or (following is not None and following.row in group.rows)


def _track(group: Group, *, opened: bool) -> str:
    title = for_html(one_line(group.title, _TITLE))
    rows = "".join(map(_challenge_row, group.rows))
    return (
        f'<details{" open" if opened else ""} style="margin:6px 0">'
        f'<summary style="cursor:pointer"><b>{title}</b> &nbsp;{_sums(group)}</summary>'
        f"{_table(f'The challenges of {one_line(group.title, _TITLE)}', names(_ROWS) + rows)}"
        "</details>"
    )


def _table(caption: str, rows: str) -> str:
    return (
        f'<table style="{TABLE}">'
        f'<caption style="{_CAPTION}">{for_html(caption)}</caption>{rows}</table>'
    )


def _track_row(group: Group) -> str:
    told = [_whole(f"{group.solved} of {len(group.rows)}") + " solved"]
    told += [_whole(figures.count(group.attempts, "attempt"))] * bool(group.attempts)
    return _row(one_line(group.title, _TITLE), _best(group), ", ".join(told))


def _challenge_row(row: Standing) -> str:
    found, solved, time = verdict(row), day(row.tally.solved), fastest(row)
    counts = ((row.tally.attempts, "attempt"), (row.hints, "hint"))
    told = [f"solved {_whole(solved)}"] * bool(solved)
    told += [_whole(figures.count(number, word)) for number, word in counts if number]
    told += [f"best time {_whole(time)}"] * bool(time)
    last = chip(found, VERDICT_GROUNDS.get(found, PLAIN_GROUND)) if found else ""
    more = f"{last} {', '.join(told)}".strip()
    return _row(one_line(row.entry.id, _TITLE), _best(row), more or _NONE)


def _row(name: str, *cells: str) -> str:
    told = "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells)
    style = f"{CELL};{_NAME}"
    if any(len(word) > _WORD for word in name.replace("_", " ").split()):
        style += f";{_BROKEN}"
    parted = for_html(name).replace("_", "_<wbr>")
    return f'<tr style="{ROW}"><th scope="row" style="{style}">{parted}</th>{told}</tr>'


def _whole(text: str) -> str:
    """Words that stand on one line."""
    return f'<span style="{WHOLE}">{for_html(text)}</span>'


def _best(row: Standing | Group) -> str:
    drawn = svg.bar(row.share, f"{score(row)} points")
    return f'<div style="{BESIDE}">{drawn}{_whole(score(row))}</div>'


# --- hints --------------------------------------------------------------------------------------


def _hint(shown: Hint) -> str:
    steps = "".join(f'<li style="{QUIET};margin:4px 0">{for_html(t)}</li>' for t in shown.earlier)
    new = "" if shown.repeated else f"{chip('new', PLAIN_GROUND)} "
    last = f'<li style="margin:4px 0"><b>{new}{for_html(shown.text)}</b></li>'
    rest = "".join(f'<p style="margin:2px 0">{_with_code(text)}</p>' for text in _rest(shown))
    title = f"<b>{for_html(hinting.heading(shown))}</b>"
    return f'{heading(title)}<ol style="margin:6px 0;padding-left:2em">{steps}{last}</ol>{rest}'


def _rest(shown: Hint) -> list[str]:
    told = hinting.rest(shown)
    return ["There is no further hint.", *told] if shown.repeated else told
