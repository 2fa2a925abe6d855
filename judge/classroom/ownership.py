"""Whose each file is and which challenge it is for: in a known layout, or by a given pattern."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from judge.classroom.bundles import Bundle, archive_of, bundles
from judge.classroom.bundles import notes as notes_on_bundles
from judge.classroom.found_files import ARCHIVES, Base, Found, Listing, suffix_of
from judge.classroom.names import (
    AROUND,
    Named,
    are_samples,
    challenge_in,
    clean,
    is_challenge,
    is_of_course_system,
    moment,
    named,
    sample,
)
from judge.classroom.records import Kind
from judge.errors import UserError
from judge.intake import shown
from judge.submission import KINDS

REPLIES = frozenset(ending for ending, kind in KINDS.items() if kind == "reply")
_GROUPS = ("student", "challenge", "sample", "timestamp")
_PATTERN_SECONDS = 10.0  # for all paths together
_SUBMITTED = "submitted"  # nbgrader's folder
_NAMED = 3  # files that a note names


@dataclass(frozen=True)
class Placed:
    """A file and what its name says."""

    found: Found
    named: Named


@dataclass(frozen=True)
class Layout:
    """What all names together say. `others` are files that were never handed in, as it seems."""

    kind: Kind
    placed: tuple[Placed, ...]
    others: tuple[Placed, ...] = ()
    notes: tuple[str, ...] = ()


def laid_out(listing: Listing, challenges: tuple[str, ...], pattern: str | None) -> Layout:
    """Raises UserError for a pattern that cannot be used."""
    if pattern is not None:
        return _by_pattern(listing, challenges, _compiled(pattern))
    paths = _Paths(listing, challenges)
    sound = [found for found in listing.found if found.parts and not found.problem]
    replies = any(suffix_of(found.parts[-1]) in REPLIES for found in sound)
    if not paths.of_nbgrader and are_samples([paths.of(f) for f in sound], challenges, replies):
        return _samples(listing, challenges, paths)
    return _class(listing, challenges, paths)


# --- a class ------------------------------------------------------------------------------------


class _Paths:
    """Paths without what says nothing: folders and archives around students, endings."""

    def __init__(self, listing: Listing, challenges: tuple[str, ...]) -> None:
        self._people = _are_people(listing.found)
        self.of_nbgrader = any(
            found.base.name == _SUBMITTED or found.parts[:1] == (_SUBMITTED,)
            for found in [*listing.found, *listing.stamps]
        ) or any(len(found.parts) == 3 for found in listing.stamps)
        self.bundles = bundles(listing.found, challenges, lambda f, p: len(self._below(f, p)) == 1)

    def of(self, found: Found) -> tuple[str, ...]:
        bundle = self._bundle(found)
        if bundle is not None and found.parts[: len(bundle.prefix)] == bundle.prefix:
            parts = found.parts[len(bundle.prefix) :]
        else:
            parts = self._below(found, found.parts)
        ending = suffix_of(parts[-1]) if parts else ""
        known = ending in KINDS or ending in ARCHIVES
        return (*parts[:-1], parts[-1][: -len(ending)]) if known else parts

    def _bundle(self, found: Found) -> Bundle | None:
        """The archive of several students that a file lies in."""
        archive = archive_of(found)
        bundle = None if archive is None else self.bundles.get(archive)
        return bundle if bundle is not None and bundle.students else None

    def _below(self, found: Found, parts: tuple[str, ...]) -> tuple[str, ...]:
        """Such a path of a file as the layout of a class has it."""
        if len(parts) > 1 and _is_around(parts[0], found.base):
            parts = parts[1:]
        if found.base.kind == "folder" and (self._people or is_of_course_system(found.base.name)):
            parts = (found.base.name, *parts)
        return parts


def _is_around(part: str, base: Base) -> bool:
    return part.lower() in AROUND or (base.kind == "archive" and part == base.name)


def _are_people(found: Sequence[Found]) -> bool:
    """Whether each of several folders is that of one student, as `submissions/*` gives them.

    Then each has one file directly inside, or the same name occurs in several of them.
    """
    folders = {one.base for one in found if one.base.kind == "folder"}
    direct = Counter(one.base for one in found if len(one.parts) == 1)
    names = Counter(one.parts[0] for one in found if len(one.parts) == 1)
    if len(folders) < 2:
        return False
    return max(names.values(), default=0) > 1 or all(direct[base] == 1 for base in folders)


def _class(listing: Listing, challenges: tuple[str, ...], paths: _Paths) -> Layout:
    lone = [path[0] for found in listing.found if len(path := paths.of(found)) == 1]
    naming = sum(challenge_in(name, challenges) != "" for name in lone)
    told = len(challenges) > 1 or 2 * naming > len(lone)

    def place(found: Found) -> Placed:
        if not found.parts:
            return Placed(found, Named(""))
        known = named(paths.of(found), challenges, told=told)
        return Placed(found, replace(known, student=known.student or clean(found.base.name)))

    placed = [place(found) for found in listing.found]
    others = [place(found) for found in listing.others if _is_somebodys(paths.of(found))]
    told_of = tuple(notes_on_bundles(paths.bundles, "class"))
    return Layout("class", tuple(placed), tuple(others), told_of)


def _is_somebodys(parts: Sequence[str]) -> bool:
    """A file of no use that lies in a student's folder; a list of marks beside them does not."""
    return len(parts) > 1 or any(is_of_course_system(part) for part in parts)


# --- samples of models --------------------------------------------------------------------------


def _samples(listing: Listing, challenges: tuple[str, ...], paths: _Paths) -> Layout:
    placed: list[Placed] = []
    outside: list[Found] = []
    not_asked: Counter[str] = Counter()
    for found in listing.found:
        parts = paths.of(found)
        known = sample(parts, challenges)
        if known is not None:
            placed.append(Placed(found, known))
        elif found.problem:
            placed.append(Placed(found, Named("")))
        elif len(parts) > 2:
            not_asked[parts[1]] += 1
        else:
            outside.append(found)
    notes = [
        *notes_on_bundles(paths.bundles, "samples"),
        *note_on(outside, "outside of MODEL/CHALLENGE/SAMPLE"),
        *_not_asked(not_asked),
    ]
    return Layout("samples", tuple(placed), notes=tuple(notes))


def _not_asked(counts: Counter[str]) -> list[str]:
    if not counts:
        return []
    return [f"{_files(counts.total())} in folders of no challenge asked for: {_listed(counts)}."]


# --- a pattern ----------------------------------------------------------------------------------


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        at = getattr(error, "pos", None)
        where = "" if at is None else f"\n    {shown(pattern)}\n    {' ' * at}^"
        what = getattr(error, "msg", None) or str(error)
        raise UserError(
            f"The pattern is no regular expression: {what}.{where}\n{_EXAMPLE}"
        ) from None
    unknown = [name for name in compiled.groupindex if name not in _GROUPS]
    if unknown or "student" not in compiled.groupindex:
        what = f"has the group {unknown[0]!r}" if unknown else "has no group 'student'"
        raise UserError(
            f"The pattern {what}; its named groups are student, and if need be "
            f"{', '.join(_GROUPS[1:])}.\n{_EXAMPLE}"
        )
    return compiled


_EXAMPLE = r"For example: --pattern '(?P<student>\w+)/(?P<challenge>\w+)\.ipynb'"


def _by_pattern(listing: Listing, challenges: tuple[str, ...], pattern: re.Pattern[str]) -> Layout:
    placed: list[Placed] = []
    unmatched: list[Found] = []
    not_asked: Counter[str] = Counter()
    started = time.monotonic()
    for found in listing.found:
        matched = pattern.fullmatch(_below(found)) if found.parts else None
        if matched is not None and (meant := _named_group(matched, "challenge")):
            id = is_challenge(meant, challenges) or challenge_in(meant, challenges)
            if not id:
                not_asked[meant] += 1
                continue
            placed.append(Placed(found, replace(_matched(matched, found), challenge=id)))
        elif matched is not None:
            path = "/".join(found.parts)
            known = replace(_matched(matched, found), challenge=challenge_in(path, challenges))
            placed.append(Placed(found, known))
        elif found.problem:
            placed.append(Placed(found, Named("")))
        else:
            unmatched.append(found)
        if time.monotonic() - started > _PATTERN_SECONDS:
            raise UserError(
                f"The pattern takes too long, last on {found.source}.\n"
                "Nested repeats such as (a+)+ do that: write it without them."
            )
    notes = [*note_on(unmatched, "not matched by the pattern"), *_not_asked(not_asked)]
    kind: Kind = "samples" if "sample" in pattern.groupindex else "class"
    return Layout(kind, tuple(placed), notes=tuple(notes))


def _below(found: Found) -> str:
    """The path below the folder or archive that was given."""
    around = f"{found.base.path.name}/" if found.base.kind == "archive" else ""
    return found.source.removeprefix(around)


def _matched(matched: re.Match[str], found: Found) -> Named:
    stamp = _named_group(matched, "timestamp")
    name = _named_group(matched, "sample")
    if "sample" in matched.re.groupindex and not name:
        name = PurePosixPath(found.parts[-1]).stem
    return Named(
        clean(_named_group(matched, "student")),
        sample=clean(name) if name else "",
        when=moment(stamp) if stamp else None,
    )


def _named_group(matched: re.Match[str], name: str) -> str:
    return (matched[name] or "") if name in matched.re.groupindex else ""


# --- notes --------------------------------------------------------------------------------------


def note_on(found: Sequence[Found], what: str) -> list[str]:
    """A note on some files, the first of them named; none for no files."""
    if not found:
        return []
    first = ", ".join(one.source[:100] for one in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return [f"{_files(len(found))} {what}: {first}{more}."]


def _files(count: int) -> str:
    return f"{count} file" if count == 1 else f"{count} files"


def _listed(counts: Counter[str]) -> str:
    """`.csv 12, .png 5`, the most frequent first."""
    order = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    first = ", ".join(f"{shown(name[:40])} {count}" for name, count in order[:8])
    return f"{first} and more" if len(order) > 8 else first


def passed_over(kinds: Iterable[str]) -> list[str]:
    """One note on files that are no submissions: `17 other files passed over: .csv 12, .png 5.`"""
    counts = Counter(kinds)
    if not counts:
        return []
    other = "other file" if counts.total() == 1 else "other files"
    return [f"{counts.total()} {other} passed over: {_listed(counts)}."]
