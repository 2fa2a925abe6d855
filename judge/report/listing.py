"""The catalogue and the student's progress in a terminal, as lines of rich text.

No report is needed here, so nothing of one is imported: a list has to be there at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.text import Text

from judge.errors import UnknownNameError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from judge.catalogue import Entry, Track
    from judge.hints import Hint
    from judge.progress import Progress, Tally

_BAR = 20
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


def status(entries: Sequence[Entry], tracks: Sequence[Track], progress: Progress) -> list[Text]:
    """What is solved in each track, what was checked last, and what comes next."""
    lines = [*_sums(entries, tracks, progress), Text()]
    tried = [entry for entry in entries if progress.of(entry.id).checked]
    tried.sort(key=lambda entry: progress.of(entry.id).checked or "", reverse=True)
    width = max((len(entry.id) for entry in tried), default=0)
    if tried:
        lines += [_line(("checked, the latest first", "bold"))]
        lines += [_tally_line(entry, progress.of(entry.id), width) for entry in tried]
        lines += [Text()]
    left = [entry for entry in entries if progress.of(entry.id).solved is None]
    if left:
        begun = [entry for entry in tried if entry in left]
        return [*lines, _next(begun[0], begun=True) if begun else _next(left[0], begun=False)]
    return [*lines, _line("next   Everything is solved.")]


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


def hint_lines(hint: Hint) -> list[RenderableType]:
    """A hint under its heading."""
    heading = f"{hint.challenge}, {hint.task}: hint {hint.step} of {hint.total}"
    more = "That was the last one. --all shows them all again." if hint.repeated else ""
    told = Padding(Text(hint.text), (0, 4))
    parts: list[RenderableType] = [Text(heading, "bold"), Text(), told, Text()]
    return [*parts, Text(more)] if more else parts


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


def _sums(entries: Sequence[Entry], tracks: Sequence[Track], progress: Progress) -> Iterator[Text]:
    groups = [*_by_track(entries, tracks), ("all", list(entries))]
    width = max(len(title) for title, _ in groups)
    for title, group in groups:
        tallies = [progress.of(entry.id) for entry in group]
        solved = sum(tally.solved is not None for tally in tallies)
        earned = sum(tally.earned for tally in tallies)
        possible = sum(entry.points for entry in group)
        full = _BAR * solved // len(group) if group else 0
        yield _line(
            f"{title:<{width}}  ",
            ("#" * full, "green"),
            ("." * (_BAR - full), "dim"),
            f"  {solved:>2} of {len(group):>2} solved   {earned:>4g} of {possible:>4g} points",
        )


def _tally_line(entry: Entry, tally: Tally, width: int) -> Text:
    parts = [_counted(tally.attempts, "attempt")]
    if taken := sum(tally.hints.values()):
        parts.append(_counted(taken, "hint"))
    day = (tally.checked or "")[:10]
    style = "green" if tally.solved else "yellow"
    standing = (f"{_standing(tally):<11}  ", style)
    return _line(f"  {entry.id:<{width}}  ", standing, f"{day}  ", (", ".join(parts), "dim"))


def _next(entry: Entry, *, begun: bool) -> Text:
    command = f"judge check {entry.id}" if begun else f"judge start {entry.id}"
    return _line(f"next   {command}")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _line(*parts: str | tuple[str, str]) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    for part in parts:
        line.append(*([part] if isinstance(part, str) else part))
    line.rstrip()
    return line
