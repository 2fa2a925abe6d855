"""The catalogue in a terminal, as lines of rich text.

No report is needed here, so nothing of one is imported: a list has to be there at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from judge.errors import UnknownNameError

if TYPE_CHECKING:
    from judge.catalogue import Entry, Track
    from judge.progress import Progress, Tally

_LEVEL = 6


def of_track(entries: Sequence[Entry], track: str | None) -> list[Entry]:
    """The entries of one track, or all. Raises UnknownNameError."""
    known = list(dict.fromkeys(entry.track for entry in entries))
    if track is not None and track not in known:
        raise UnknownNameError("track", track, known, f"There are: {', '.join(known)}.")
    return [entry for entry in entries if track in (None, entry.track)]


def listing(entries: Sequence[Entry], tracks: Sequence[Track], progress: Progress) -> list[Text]:
    """The challenges by track, in the order of `entries`, each with its progress."""
    lines: list[Text] = []
    width = max((len(entry.id) for entry in entries), default=0)
    for title, group in _by_track(entries, tracks):
        lines += [Text(), _line((title, "bold"))] if lines else [_line((title, "bold"))]
        lines += [_entry_line(entry, progress.of(entry.id), width) for entry in group]
    solved = sum(progress.of(entry.id).solved is not None for entry in entries)
    return [*lines, Text(), _line(f"{solved} of {len(entries)} solved.")]


def as_data(
    entries: Sequence[Entry], tracks: Sequence[Track], progress: Progress
) -> dict[str, Any]:
    """The list as plain JSON values."""
    from dataclasses import asdict

    return {
        "schema": 1,
        "tracks": [asdict(track) for track in tracks],
        "challenges": [
            {**asdict(entry), "points": entry.points, "progress": asdict(progress.of(entry.id))}
            for entry in entries
        ],
        "notes": list(progress.notes),
    }


def _by_track(
    entries: Sequence[Entry], tracks: Sequence[Track]
) -> Iterator[tuple[str, list[Entry]]]:
    titles = {track.id: track.title for track in tracks}
    for id in dict.fromkeys(entry.track for entry in entries):
        yield titles.get(id, id), [entry for entry in entries if entry.track == id]


def _entry_line(entry: Entry, tally: Tally, width: int) -> Text:
    said = _standing(tally)
    style = "green" if tally.solved else "yellow" if tally.checked else ""
    return _line(
        f"  {entry.id:<{width}}  ",
        (f"{entry.level:<{_LEVEL}}  ", "dim"),
        f"{entry.points:>4g} points  ",
        (f"{said:<11}  ", style),
        (entry.title, "dim"),
    )


def _standing(tally: Tally) -> str:
    if tally.solved:
        return "solved"
    if tally.possible:
        return f"{tally.earned:g} of {tally.possible:g}"
    return "begun" if tally.checked else ""


def _line(*parts: str | tuple[str, str]) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    for part in parts:
        line.append(*([part] if isinstance(part, str) else part))
    line.rstrip()
    return line
