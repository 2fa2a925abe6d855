"""Whether an archive that lies among the submissions is one student's, or several students'.

It is several students' where its name says so, where Moodle or Canvas named all that is in it, or
where somebody in it has a folder beside it. Any other is one student's, and a note says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from judge.classroom.archives import NESTED
from judge.classroom.found_files import Found, suffix_of
from judge.classroom.names import AROUND, is_challenge, is_of_course_system, named, words
from judge.classroom.records import Kind
from judge.intake import shown
from judge.submission import KINDS

Parts = tuple[str, ...]
_NAMED = 3  # archives, or students, that a note names
# An archive with such a word in its name is no student's: it was downloaded, or made of many.
_MANY = AROUND | {"class", "course", "download", "downloads", "export", "samples"}


@dataclass(frozen=True)
class Archive:
    """What tells an archive from all others: its file, and its name in another archive."""

    path: Path
    inside: str = ""


@dataclass(frozen=True)
class Bundle:
    """An archive where a student's folder would lie, and whose work it holds.

    `students` is empty where it is one student's; `doubtful` says that it has several folders, and
    might be several students' all the same. `prefix` stands before the students in the paths of
    its files.
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
    """What each was taken for; those that are one student's in one sentence, or two."""
    who = "model" if kind == "samples" else "student"
    told = []
    for one in found.values():
        if one.students:
            count = f"{len(one.students)} {who}s" if len(one.students) > 1 else f"one {who}"
            told.append(f"{one.source} holds the work of {count}: {_some(one.students)}.")
    single = [one for one in found.values() if not one.students]
    clear = [one.source for one in single if not one.doubtful]
    doubtful = [one.source for one in single if one.doubtful]
    told += _taken(clear, "", who, "")
    told += _taken(doubtful, " with several folders", who, f" Unpack those of several {who}s.")
    return told


def _taken(sources: Sequence[str], such: str, who: str, advice: str) -> list[str]:
    """`2 archives with several folders are each taken for one student's: bob.zip, eve.zip.`"""
    if not sources:
        return []
    if len(sources) == 1:
        return [f"{sources[0]}{such and f',{such},'} is taken for one {who}'s.{advice}"]
    what = f"{len(sources)} archives{such} are each taken for one {who}'s"
    return [f"{what}: {_some(sources)}.{advice}"]


# --- one archive ----------------------------------------------------------------------------------


def _bundle(archive: Archive, files: Sequence[Found], around: _Surroundings) -> Bundle:
    prefix = _above(files[0])
    source = _source(archive, files[0])
    known = [one.parts[len(prefix) :] for one in files if suffix_of(one.parts[-1]) in KINDS]
    if not known or is_of_course_system(prefix[-1]):
        return Bundle(source)
    doubtful = False
    for more in _folders_around(known):
        paths = [path[len(more) :] for path in known]
        people = _people(paths, around.challenges)
        if _are_of_several(prefix[-1], paths, people, around):
            return Bundle(source, (*prefix, *more), people)
        doubtful = doubtful or _in_folders(paths, around.challenges)
    return Bundle(source, doubtful=doubtful)


def _folders_around(paths: Sequence[Parts]) -> Iterator[Parts]:
    """The folder that everything lies in, if there is one, and then none."""
    first = {path[0] if len(path) > 1 else "" for path in paths}
    if len(first) == 1 and "" not in first:
        yield tuple(first)
    yield ()


def _people(paths: Sequence[Parts], challenges: Parts) -> Parts:
    """Whose these are, if they lie as those of a class do."""
    told = (named((*path[:-1], PurePosixPath(path[-1]).stem), challenges) for path in paths)
    return tuple(sorted({known.student for known in told if known.student}))


def _are_of_several(
    name: str, paths: Sequence[Parts], people: Parts, around: _Surroundings
) -> bool:
    stem = PurePosixPath(name).stem.casefold()
    there = {person.casefold() for person in people}
    if stem in there:
        return False
    if words(stem) & _MANY or there & around.folders:
        return bool(people)
    if is_challenge(stem, around.challenges):
        return len(people) > 1
    return all(any(map(is_of_course_system, path)) for path in paths)


def _in_folders(paths: Sequence[Parts], challenges: Parts) -> bool:
    """Whether everything lies in one of several folders, which are not those of challenges."""
    folders = {path[0] if len(path) > 1 else "" for path in paths}
    nobodys = any(not folder or is_challenge(folder, challenges) for folder in folders)
    return len(folders) > 1 and not nobodys


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
