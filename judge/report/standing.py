"""How far a student is, by track: a value that the terminal, a notebook and JSON show alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from judge.catalogue import command

if TYPE_CHECKING:
    from judge.catalogue import Entry, Track
    from judge.progress import Progress, Tally


@dataclass(frozen=True)
class Standing:
    """One challenge, and what was done in it."""

    entry: Entry
    tally: Tally

    @property
    def possible(self) -> float:
        """The points of the best check, which may have been one of another version."""
        return self.tally.possible or self.entry.points

    @property
    def share(self) -> float:
        """Best points over possible points, 0 to 1."""
        return _share(self.tally.earned, self.possible)

    @property
    def hints(self) -> int:
        """How many hints were taken."""
        return sum(self.tally.hints.values())


@dataclass(frozen=True)
class Group:
    """Challenges and their sums: a track, or all there are."""

    id: str
    title: str
    rows: tuple[Standing, ...]

    @property
    def solved(self) -> int:
        return sum(row.tally.solved is not None for row in self.rows)

    @property
    def attempts(self) -> int:
        return sum(row.tally.attempts for row in self.rows)

    @property
    def earned(self) -> float:
        return sum(row.tally.earned for row in self.rows)

    @property
    def possible(self) -> float:
        return sum(row.possible for row in self.rows)

    @property
    def share(self) -> float:
        return _share(self.earned, self.possible)


@dataclass(frozen=True)
class Step:
    """A challenge to do now; `begun` when it was checked before. `folder` is where it lies."""

    row: Standing
    begun: bool
    folder: Path | None = None

    @property
    def command(self) -> str:
        """What to type for it in a shell."""
        verb = "check" if self.begun else "start"
        if self.folder is None:
            return f"judge {verb} {self.row.entry.id}"
        return command(verb, self.folder)


@dataclass(frozen=True)
class Dashboard:
    """The tracks in the order of study; `folders` are those of the challenges, by id."""

    tracks: tuple[Group, ...]
    folders: Mapping[str, Path] = field(default_factory=dict)

    @property
    def whole(self) -> Group:
        """Everything as one group."""
        return Group("all", "all", tuple(row for group in self.tracks for row in group.rows))

    @property
    def following(self) -> Step | None:
        """The first challenge that is not solved, in the order of study; None when all are."""
        left = self._left()
        return self._step(left[0], begun=left[0].tally.checked is not None) if left else None

    @property
    def begun(self) -> Step | None:
        """What was checked last and is not solved, unless it is the following one anyway."""
        tried = [row for row in self._left() if row.tally.checked]
        last = max(tried, key=lambda row: row.tally.checked or "", default=None)
        following = self.following
        if last is None or (following is not None and following.row is last):
            return None
        return self._step(last, begun=True)

    def _step(self, row: Standing, *, begun: bool) -> Step:
        return Step(row, begun, self.folders.get(row.entry.id))

    def _left(self) -> list[Standing]:
        return [row for group in self.tracks for row in group.rows if row.tally.solved is None]


def dashboard(
    entries: Sequence[Entry],
    tracks: Sequence[Track],
    progress: Progress,
    folders: Mapping[str, Path] | None = None,
) -> Dashboard:
    """The entries, which are in the order of study, by track, each with its tally.

    With the `folders` of the challenges, commands say where one lies that is in no usual place.
    """
    return Dashboard(tuple(_groups(entries, tracks, progress)), folders or {})


def as_data(board: Dashboard, notes: Sequence[str] = ()) -> dict[str, Any]:
    """The same as plain JSON values."""
    return {
        "schema": 1,
        **_sums(board.whole),
        "next": _step(board.following),
        "begun": _step(board.begun),
        "tracks": [
            {
                "id": group.id,
                "title": group.title,
                **_sums(group),
                "challenges": [_row(row) for row in group.rows],
            }
            for group in board.tracks
        ],
        "notes": list(notes),
    }


def _groups(
    entries: Sequence[Entry], tracks: Sequence[Track], progress: Progress
) -> Iterator[Group]:
    titles = {track.id: track.title for track in tracks}
    for id in dict.fromkeys(entry.track for entry in entries):
        own = [entry for entry in entries if entry.track == id]
        rows = tuple(Standing(entry, progress.of(entry.id)) for entry in own)
        yield Group(id, titles.get(id, id), rows)


def _share(earned: float, possible: float) -> float:
    return min(earned / possible, 1.0) if possible else 0.0


def _sums(group: Group) -> dict[str, Any]:
    return {
        "solved": group.solved,
        "of": len(group.rows),
        "points": {"earned": group.earned, "possible": group.possible},
        "attempts": group.attempts,
    }


def _step(step: Step | None) -> dict[str, Any] | None:
    if step is None:
        return None
    entry = step.row.entry
    return {"id": entry.id, "title": entry.title, "command": step.command}


def _row(row: Standing) -> dict[str, Any]:
    entry, tally = row.entry, asdict(row.tally)
    points = {"earned": tally.pop("earned"), "possible": row.possible}
    tally.pop("possible")
    return {
        "id": entry.id,
        "title": entry.title,
        "level": entry.level,
        "points": points,
        **tally,
    }
