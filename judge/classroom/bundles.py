"""Whether an archive that lies among the submissions is one student's, or several students'.

What it holds decides. Where the names inside do not tell people from parts of one person's work,
it is one student's, and a note says so.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from judge.classroom.archives import NESTED
from judge.classroom.found_files import Found, suffix_of
from judge.classroom.names import (
    challenge_in,
    clean,
    is_challenge,
    is_of_course_system,
    named,
    without_challenge,
)
from judge.classroom.records import Kind
from judge.intake import shown
from judge.submission import KINDS

Parts = tuple[str, ...]
_NOTEBOOK = ".ipynb"
_NAMED = 3  # archives, or students, that a note names
_WORD = re.compile(r"[^\W\d_]+|\d+")
_SHORT = 3  # digits: a longer number may be a student's
# An archive with such a word in its name is no student's: it was downloaded, or made of many.
_MANY = frozenset({"class", "course", "download", "downloads", "export", "handed"})
_MANY |= {"students", "submissions", "submitted"}
# Folders and files that are named by such words alone are parts of one person's work.
_PARTS_OF_WORK = """
answer answers archive assignment attempt attempts backup basic bonus chapter code common copy
data day doc docs draft example examples ex exercise exercises extra fast final first fixed
handin helper helpers homework hw image images lab last lib libs main misc mine model models
module modules my naive new notebook notebooks numpy of old original other output part parts
plots practice problem problems project pytorch question questions report results revised
script scripts second shared slow solution solutions source sources src stable stuff submission
task tasks temp template test tests the third tmp torch training try tutorial untitled util
utils version versions week work working
"""
_NOBODY = frozenset(_PARTS_OF_WORK.split())


@dataclass(frozen=True)
class Archive:
    """What tells an archive from all others: its file, and its name in another archive."""

    path: Path
    inside: str = ""


@dataclass(frozen=True)
class Bundle:
    """An archive where a student's folder would lie, and whose work it holds.

    `students` is empty where it is one student's; `doubtful` says that it might be several
    students' all the same. `prefix` stands before the students in the paths of its files.
    """

    source: str
    prefix: Parts = ()
    students: Parts = ()
    doubtful: bool = False


@dataclass(frozen=True)
class _Surroundings:
    """What an archive is judged by beside its own files."""

    challenges: Parts
    folders: frozenset[str]  # that lie beside it, in small letters


@dataclass(frozen=True)
class _File:
    """A submission in an archive: `parts` is its path below what stands around all of them."""

    parts: Parts
    person: str  # whose it is, by its name; empty where that names nobody
    challenge: str

    @property
    def is_lone(self) -> bool:
        """Whether it lies in no folder."""
        return len(self.parts) == 1


def archive_of(found: Found) -> Archive | None:
    """The archive among the submissions that a file lies in; None for one that lies in none."""
    if found.member is None:
        return None
    if found.base.kind == "folder":
        return Archive(found.path)
    outer, nested, _ = found.member.partition(NESTED)
    return Archive(found.path, outer) if nested else None


def bundles(
    found: Sequence[Found], challenges: Parts, is_student: Callable[[Found, Parts], bool]
) -> dict[Archive, Bundle]:
    """Each archive for which `is_student` says that its path is where a student's folder lies."""
    inside: dict[Archive, list[Found]] = defaultdict(list)
    folders = set()
    for one in found:
        archive = archive_of(one)
        if archive is None and len(one.parts) > 1:
            folders.add(one.parts[0].casefold())
        elif archive is not None and one.parts and is_student(one, _above(one)):
            inside[archive].append(one)
    around = _Surroundings(challenges, frozenset(folders))
    return {archive: _bundle(archive, files, around) for archive, files in inside.items()}


def notes(found: Mapping[Archive, Bundle], kind: Kind) -> list[str]:
    """What each was taken for; those that are clearly one student's in one sentence."""
    who = "model" if kind == "samples" else "student"
    single = [one.source for one in found.values() if not one.students and not one.doubtful]
    told = []
    for one in found.values():
        if one.students:
            count = f"{len(one.students)} {who}s" if len(one.students) > 1 else f"one {who}"
            told.append(f"{one.source} holds the work of {count}: {_some(one.students)}.")
        elif one.doubtful:
            told.append(
                f"{one.source} holds several folders or files and is taken for one {who}'s. "
                f"If they are several {who}s', unpack it."
            )
    if len(single) == 1:
        told.append(f"{single[0]} is taken for one {who}'s.")
    elif single:
        told.append(f"{len(single)} archives are each taken for one {who}'s: {_some(single)}.")
    return told


# --- one archive ----------------------------------------------------------------------------------


def _bundle(archive: Archive, files: Sequence[Found], around: _Surroundings) -> Bundle:
    prefix = _above(files[0])
    source = _source(archive, files[0])
    known = [one.parts[len(prefix) :] for one in files if suffix_of(one.parts[-1]) in KINDS]
    if not known or is_of_course_system(prefix[-1]):
        return Bundle(source)
    doubtful = False
    for more in _folders_around(known):
        told = [_file(path[len(more) :], around.challenges) for path in known]
        if _are_of_several(prefix[-1], told, around, least=2 if more else 1):
            return Bundle(source, (*prefix, *more), _people(told))
        doubtful = doubtful or len(_people(told)) > 1
    return Bundle(source, doubtful=doubtful)


def _folders_around(paths: Sequence[Parts]) -> Iterator[Parts]:
    """The folder that everything lies in, if there is one, and then none."""
    first = {path[0] if len(path) > 1 else "" for path in paths}
    if len(first) == 1 and "" not in first:
        yield tuple(first)
    yield ()


def _file(parts: Parts, challenges: Parts) -> _File:
    """What a path says, read as that of a class."""
    challenge = is_challenge(parts[0], challenges) if len(parts) > 1 else ""
    below = parts[1:] if challenge else parts
    stem = PurePosixPath(below[-1]).stem
    if any(map(is_of_course_system, below)):
        person = named((*below[:-1], stem), challenges).student
    elif len(below) > 1:
        person = "" if challenge_in(below[0], challenges) else below[0]
    else:
        person = without_challenge(stem, challenges)
    meant = (challenge_in(part, challenges) for part in reversed(below))
    challenge = challenge or next(filter(None, meant), "")
    return _File(below, "" if _is_nobody(person) else clean(person), challenge)


def _are_of_several(
    name: str, files: Sequence[_File], around: _Surroundings, *, least: int
) -> bool:
    """Whether these are several students' files: at least so many, where the name promises it."""
    people = {person.casefold() for person in _people(files)}
    stem = PurePosixPath(name).stem.casefold()
    if not people or stem in people:
        return False
    if _words(stem) & _MANY or is_challenge(stem, around.challenges):
        return len(people) >= least
    if len(people) < 2 or not all(one.person for one in files):
        return False
    if people & around.folders or all(any(map(is_of_course_system, f.parts)) for f in files):
        return True
    return _alike(files)


def _alike(files: Sequence[_File]) -> bool:
    """Whether all did the same, as students do and the parts of one person's work do not."""
    if all(one.is_lone for one in files):
        return len(_people(files)) > 2 and all(one.challenge for one in files)
    ways: dict[str, set[str]] = defaultdict(set)  # what was handed in, and by whom
    for one in files:
        if one.is_lone:
            return False
        if one.challenge or suffix_of(one.parts[-1]) == _NOTEBOOK:
            ways[one.challenge or one.parts[-1].lower()].add(one.person)
    people = _people(files)
    if any(2 * len(who) >= max(len(people), 4) for who in ways.values()):
        return True
    each = Counter(one.person for one in files)
    notebooks = all(suffix_of(one.parts[-1]) == _NOTEBOOK for one in files)
    return max(each.values()) == 1 and (notebooks or len(people) > 2)


def _people(files: Sequence[_File]) -> Parts:
    return tuple(sorted({one.person for one in files if one.person}))


def _is_nobody(name: str) -> bool:
    """Whether a name says which part of some work this is, and not whose."""
    return all(
        word in _NOBODY or len(word) == 1 or (word.isdecimal() and len(word) <= _SHORT)
        for word in _words(name)
    )


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


# --- where it lies --------------------------------------------------------------------------------


def _above(found: Found) -> Parts:
    """The path of the archive that a file lies in, among the submissions."""
    member = found.member or ""
    if found.base.kind == "folder":
        return found.parts[: -len(member.replace(NESTED, "/").split("/"))]
    return found.parts[: -len(member.partition(NESTED)[2].split("/"))]


def _source(archive: Archive, found: Found) -> str:
    if archive.inside:
        return shown(f"{archive.path.name}/{archive.inside}")[:100]
    return shown(archive.path.relative_to(found.base.path).as_posix())[:100]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(shown(name[:100]) for name in names[:_NAMED])}{more}"
