"""Which challenges there are and where they lie.

Folders of challenges are looked at in this order; the first that has an id keeps it:

1. the folders given, then those in JUDGE_CHALLENGES
2. ./challenges of a course repository, marked by a judge.toml beside it
3. installed packs: entry points of the group judge.challenges, each naming a package whose
   folder holds challenges
4. the bundled catalogue: the checkout's, else the one in the installed package

Listing reads each folder's index.json and nothing else. Challenges that are not in the index yet
are read from their own files, which is slower.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from judge.errors import ChallengeError, UnknownNameError, UserError

if TYPE_CHECKING:
    from judge.challenge import Challenge

SCHEMA = 1
VARIABLE = "JUDGE_CHALLENGES"
GROUP = "judge.challenges"
LEVELS = ("easy", "medium", "hard", "expert")


@dataclass(frozen=True)
class Track:
    """A stretch of the order of study."""

    id: str
    title: str
    about: str


@dataclass(frozen=True)
class TaskEntry:
    id: str
    function: str
    points: float


@dataclass(frozen=True)
class Entry:
    """What a list shows of a challenge. `statement` is the first paragraph of its text."""

    id: str
    title: str
    track: str
    level: str
    version: str
    profile: str
    tasks: tuple[TaskEntry, ...]
    tests: int
    statement: str

    @property
    def points(self) -> float:
        return sum(task.points for task in self.tasks)


@dataclass(frozen=True)
class Index:
    """What index.json holds: the tracks in their order, the entries by id."""

    tracks: tuple[Track, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Catalogue:
    """All challenges of some folders, earlier folders first. Reads when it is asked."""

    roots: tuple[Path, ...]

    @cached_property
    def folders(self) -> dict[str, Path]:
        """Challenge id -> its folder, whether it is in an index or not."""
        found: dict[str, Path] = {}
        for root in self.roots:
            for folder in challenge_folders(root):
                found.setdefault(folder.name, folder)
        return found

    def folder(self, id: str) -> Path:
        """The folder of a challenge. Raises UnknownNameError, with near matches."""
        try:
            return self.folders[id]
        except KeyError:
            listing = "`judge list` shows all there are; JUDGE_CHALLENGES names folders of others."
            raise UnknownNameError("challenge", id, self.folders, listing) from None

    def template(self, id: str) -> Path:
        """The notebook a student starts from; `judge build` writes it beside the challenges."""
        return built_notebook(self.folder(id), "templates")

    def solution(self, id: str) -> Path:
        """The notebook with the reference in it."""
        return built_notebook(self.folder(id), "solutions")

    @cached_property
    def tracks(self) -> tuple[Track, ...]:
        """In the order of study; the first folder that names a track describes it."""
        found: dict[str, Track] = {}
        for index in self._indexes.values():
            for track in index.tracks:
                found.setdefault(track.id, track)
        return tuple(found.values())

    @property
    def entries(self) -> tuple[Entry, ...]:
        """In the order of study: by track, then from easy to expert, then by id."""
        order = {track.id: n for n, track in enumerate(self.tracks)}
        levels = {level: n for n, level in enumerate(LEVELS)}

        def place(entry: Entry) -> tuple[int, str, int, str]:
            level = levels.get(entry.level, len(levels))
            return order.get(entry.track, len(order)), entry.track, level, entry.id

        found = (e for e in self._described.values() if isinstance(e, Entry))
        return tuple(sorted(found, key=place))

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the challenges that could not be listed."""
        return tuple(str(e) for e in self._described.values() if isinstance(e, ChallengeError))

    @cached_property
    def _indexes(self) -> dict[Path, Index]:
        return {root: read_index(root) for root in self.roots}

    @cached_property
    def _described(self) -> dict[str, Entry | ChallengeError]:
        known = {
            (root, entry.id): entry
            for root, index in self._indexes.items()
            for entry in index.entries
        }
        return {
            id: known.get((folder.parent, id)) or _read_anew(folder)
            for id, folder in self.folders.items()
        }


def open_catalogue(folders: Sequence[Path] = (), course: Path | None = None) -> Catalogue:
    """The catalogue that a person sees: the folders given, then all the usual places.

    `course` is the folder that may be a course repository, usually where the command was typed;
    a grader of strangers' work passes None, since its challenges run as trusted code. Raises
    ChallengeError when a folder that was asked for is not there.
    """
    named = [Path(part) for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part]
    roots = [_checked(Path(f), "--challenges") for f in folders]
    roots += [_checked(f, VARIABLE) for f in named]
    if course is not None and (course / "judge.toml").is_file():
        roots.append(course / "challenges")
    roots += [*_packs(), bundled()]
    return Catalogue(tuple(dict.fromkeys(root.resolve() for root in roots)))


def command(verb: str, folder: Path, rest: str = "") -> str:
    """What to type where we are so that the challenge in `folder` is the one that is found."""
    return f"judge {verb} {folder.name}{rest and ' '}{rest}{option_for(folder)}"


def option_for(folder: Path) -> str:
    """What such a command ends with: the place of the challenge, if it is no usual one."""
    try:
        found = open_catalogue((), Path.cwd()).folder(folder.name).resolve()
    except UserError:
        found = None
    return "" if found == folder.resolve() else f" --challenges {shlex.quote(str(folder.parent))}"


def find_challenge(id: str, folders: Sequence[Path] = (), course: Path | None = None) -> Challenge:
    """The challenge of that id, read. Raises UnknownNameError and ChallengeError."""
    from judge.challenge import read_challenge

    return read_challenge(open_catalogue(folders, course).folder(id))


def bundled(what: str = "challenges") -> Path:
    """Our own challenges, templates or solutions: the checkout's folder, else the package's."""
    package = Path(__file__).resolve().parent
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / what).is_dir():
        return checkout / what
    return package / "_bundled" / what


def challenge_folders(root: Path) -> list[Path]:
    """The challenge folders in `root`, by name."""
    try:
        return sorted(path.parent for path in root.glob("*/challenge.toml"))
    except OSError:
        return []


def built_notebook(folder: Path, what: str) -> Path:
    """Where `judge build` puts a notebook of the challenge in `folder`."""
    return folder.parent.parent / what / f"{folder.name}.ipynb"


# --- index.json -------------------------------------------------------------------------------


def read_index(root: Path) -> Index:
    """The index of a folder of challenges, empty if there is none. Raises ChallengeError."""
    file = root / "index.json"
    try:
        data = json.loads(file.read_bytes())
        if data["schema"] != SCHEMA:
            raise ValueError(f"schema {data['schema']} instead of {SCHEMA}")
        tracks = tuple(Track(**track) for track in data["tracks"])
        return Index(tracks, tuple(map(_read_entry, data["challenges"])))
    except FileNotFoundError:
        return Index((), ())
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ChallengeError(
            f"{file} cannot be read: {error}.\nIt is a built file: run `judge build`."
        ) from None


def write_index(index: Index) -> bytes:
    """The text of index.json: the same for the same challenges, one field a line."""
    entries = sorted(index.entries, key=lambda entry: entry.id)
    data = {
        "schema": SCHEMA,
        "tracks": [asdict(track) for track in index.tracks],
        "challenges": [asdict(entry) for entry in entries],
    }
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def describe(challenge: Challenge) -> Entry:
    """What the index says of a challenge. Raises ChallengeError."""
    from judge.challenge import names_of_tests, read_notebook

    cells = read_notebook(challenge)
    return Entry(
        id=challenge.id,
        title=challenge.title,
        track=challenge.track,
        level=challenge.level,
        version=challenge.version,
        profile=challenge.profile,
        tasks=tuple(TaskEntry(t.id, t.function, t.points) for t in challenge.tasks),
        tests=len(names_of_tests(challenge)),
        statement=_first_paragraph([c.source for c in cells if c.kind == "markdown"]),
    )


def _read_anew(folder: Path) -> Entry | ChallengeError:
    """The entry of a challenge that is not in the index: one broken folder spoils no list."""
    from judge.challenge import read_challenge

    try:
        return describe(read_challenge(folder))
    except ChallengeError as error:
        return error


def read_tracks(root: Path) -> tuple[Track, ...]:
    """The tracks of tracks.toml, empty if there is none. Raises ChallengeError."""
    import tomllib  # 18 ms, and only for building

    file = root / "tracks.toml"
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        return tuple(Track(**track) for track in data["track"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ChallengeError(
            f"{file} cannot be read: {error}.\nEach [[track]] has an id, a title and about."
        ) from None


def _read_entry(data: dict[str, Any]) -> Entry:
    tasks = tuple(TaskEntry(**task) for task in data["tasks"])
    return Entry(**{**data, "tasks": tasks})


def _first_paragraph(texts: Sequence[str]) -> str:
    """The first paragraph that is not a heading, on one line."""
    for text in texts:
        for paragraph in text.split("\n\n"):
            lines = [line.strip() for line in paragraph.splitlines()]
            said = " ".join(line for line in lines if line and not line.startswith("#"))
            if said:
                return said
    return ""


# --- places -----------------------------------------------------------------------------------


def _checked(folder: Path, source: str) -> Path:
    if (folder / "challenge.toml").is_file():
        raise ChallengeError(
            f"{source}: {folder} is a single challenge.\n"
            f"Give the folder that holds it: {folder.resolve().parent}"
        )
    if not folder.is_dir():
        raise ChallengeError(
            f"{source}: there is no folder {folder}.\nGive a folder that holds challenge folders."
        )
    below = folder / "challenges"
    if below.is_dir() and not any(folder.glob("*/challenge.toml")):
        raise ChallengeError(
            f"{source}: {folder} holds no challenges itself.\n"
            f"Give the folder in it that does: {below}"
        )
    return folder


def _packs() -> Iterator[Path]:
    """Folders of installed packs, by name of the entry point. No pack's code is run for it."""
    if not _any_pack():
        return
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        package, *inner = point.module.split(".")
        spec = find_spec(package)
        if spec is None:
            continue
        for place in spec.submodule_search_locations or ():
            folder = Path(place, *inner)
            if folder.is_dir():
                yield folder
                break


def _any_pack() -> bool:
    """Whether an installed package speaks of packs at all: asking importlib takes 20 ms."""
    wanted = f"[{GROUP}]".encode()
    return any(
        wanted in file.read_bytes()
        for place in sys.path
        for file in Path(place).glob("*.*-info/entry_points.txt")
    )
