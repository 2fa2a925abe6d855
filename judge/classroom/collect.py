"""Find the submissions in folders and archives, and read them one by one.

Nothing is opened to find them. What cannot be a submission is refused with a reason, each by
itself; what seems to be none is counted in a note. Nothing is passed over in silence.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from judge.classroom.archives import read_member
from judge.classroom.found_files import Base, Found, bases_of, list_files, suffix_of
from judge.classroom.names import Named, challenge_in, moment, utc
from judge.classroom.ownership import REPLIES, Placed, laid_out, note_on, passed_over
from judge.classroom.records import Collection, Handed, Kind, Refusal
from judge.errors import SubmissionError
from judge.intake import read_plain_file, shown
from judge.submission import Submission, submission_from_bytes

MOST_FILES = 100  # of one student for one challenge
_BESIDE = ("readme", "license", "requirements", "changelog")  # texts that are no replies
_NAMED = 3  # students in a note
_AS_SAMPLES = (
    "Samples of models all count where they lie as MODEL/CHALLENGE/SAMPLE.md, or where --pattern "
    "has the group sample."
)
_STEP = timedelta(milliseconds=1)


def collect(
    folders: Sequence[Path], challenges: Sequence[str], pattern: str | None = None
) -> Collection:
    """Everything that was handed in for `challenges` below these folders, archives and files.

    How it is laid out is told by the names; `pattern` says it for other layouts, as a regular
    expression with the named groups student, challenge, sample and timestamp. Raises UserError.
    """
    listing = list_files(bases_of(folders))
    beside = [found for found in listing.found if _is_beside(found)]
    listing = replace(listing, found=[found for found in listing.found if not _is_beside(found)])
    layout = laid_out(listing, tuple(challenges), pattern)
    only = challenges[0] if len(challenges) == 1 else ""
    files = _Files(layout.kind, tuple(challenges))
    placed = _with_challenge(layout.placed, only)
    others = _with_challenge(layout.others, only)
    files.sort_in(_apart(placed, [*placed, *others]))
    files.refuse_others(_apart(others, [*placed, *others]))
    times = _Times(listing.stamps)
    handed = [_handed(one, source, times.of(one)) for one, source in _told_apart(files.taken)]
    kinds = map(_kind, [*listing.others, *beside, *files.passed])
    return Collection(
        layout.kind,
        tuple(sorted(_in_order_of_attempts(files.taken, handed), key=_order)),
        tuple(sorted(set(files.refusals), key=_order_of_refusals)),
        (
            *layout.notes,
            *files.notes,
            *_several(layout.kind, files.taken),
            *passed_over([*kinds, *listing.junk.elements()]),
        ),
    )


def read(handed: Handed) -> Submission:
    """The submission, as it is now. Raises SubmissionError."""
    if handed.member is not None:
        data = read_member(handed.path, handed.member)
        return submission_from_bytes(data, handed.source)
    try:
        data = read_plain_file(handed.path)
    except SubmissionError as error:  # told by its name below the folder, not by where that lies
        raise SubmissionError(str(error).replace(shown(handed.path), handed.source)) from None
    return submission_from_bytes(data, handed.source)


def _several(kind: Kind, taken: Sequence[Placed]) -> list[str]:
    """A note on students who handed in more than once; samples are meant to be many."""
    times = Counter((one.named.student, one.named.challenge) for one in taken)
    found = list(dict.fromkeys(student for (student, _), many in times.items() if many > 1))
    if kind == "samples" or not found:
        return []
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    who = "1 student has" if len(found) == 1 else f"{len(found)} students have"
    named = ", ".join(map(shown, found[:_NAMED]))
    note = f"{who} several files for a challenge, the last one counts: {named}{more}."
    return [note, _AS_SAMPLES] if all(map(_is_reply, taken)) else [note]


# --- what counts as handed in -------------------------------------------------------------------


class _Files:
    """The files of all students: those to grade, those refused, and those passed over."""

    def __init__(self, kind: Kind, challenges: tuple[str, ...]) -> None:
        self.taken: list[Placed] = []
        self.refusals: list[Refusal] = []
        self.passed: list[Found] = []
        self.notes: list[str] = []
        self._kind = kind
        self._challenges = challenges

    def sort_in(self, placed: Sequence[Placed]) -> None:
        """What was placed, each file by itself and then those of one student together."""
        groups: dict[tuple[str, str], list[Placed]] = defaultdict(list)
        unclear: list[Placed] = []
        for one in placed:
            if one.found.problem:
                self._refuse(one, one.found.problem)
            elif one.named.challenge:
                groups[one.named.student, one.named.challenge].append(one)
            else:
                unclear.append(one)
        helpers = self._refuse_unclear(unclear, {student for student, _ in groups})
        for group in groups.values():
            if self._kind == "samples":
                self.taken += _with_names_of_their_own(group)
            else:
                self._take(group, helpers)
        self.notes += note_on(helpers, "beside one that names the challenge, passed over")

    def _refuse_unclear(self, unclear: Sequence[Placed], students: set[str]) -> list[Found]:
        """Files that name no challenge; those that are modules beside one that does are no loss."""
        helpers: list[Found] = []
        for one in unclear:
            if one.named.student in students and _is_reply(one):
                self.passed.append(one.found)
            elif one.named.student in students and _is_helper(one):
                helpers.append(one.found)
            else:
                self._refuse(one, self._unclear())
        return helpers

    def _take(self, group: list[Placed], helpers: list[Found]) -> None:
        """Of one student for one challenge: texts and modules beside the solution are not it."""
        replies = [one for one in group if _is_reply(one)]
        code = [one for one in group if not _is_reply(one)]
        self.passed += [one.found for one in replies] if code else []
        code = code or replies
        named = any(map(_names_its_challenge, code))
        kept = [one for one in code if not (named and _is_helper(one))]
        helpers += [one.found for one in code if named and _is_helper(one)]
        kept.sort(key=lambda one: (one.named.attempt, one.found.when or "", one.found.source))
        self.taken += kept[-MOST_FILES:]
        if len(kept) > MOST_FILES:
            reason = f"One of {len(kept)} files for one challenge: the last {MOST_FILES} are read."
            for one in kept[:-MOST_FILES]:
                self._refuse(one, reason)

    def refuse_others(self, others: Sequence[Placed]) -> None:
        """Students of whom there are only files that are never graded."""
        known = {(one.named.student, one.named.challenge) for one in self.taken}
        known |= {(one.student, one.challenge) for one in self.refusals}
        students = {student for student, _ in known}
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for one in others:
            student, challenge = one.named.student, one.named.challenge
            if student not in students or (challenge and (student, challenge) not in known):
                groups[student, challenge].append(one.found.source)
        for (student, challenge), sources in groups.items():
            more = f" and {len(sources) - 3} more" if len(sources) > 3 else ""
            reason = (
                f"There is no notebook and no Python file, only {', '.join(sources[:3])}{more}."
            )
            self.refusals.append(Refusal(sources[0], reason, student, challenge))

    def _refuse(self, one: Placed, reason: str) -> None:
        named = one.named
        self.refusals.append(Refusal(one.found.source, reason, named.student, named.challenge))

    def _unclear(self) -> str:
        return (
            "It is not clear which challenge this is for: neither the file nor its folder names "
            f"one of {', '.join(self._challenges)}.\nName it so, for example "
            f"{self._challenges[-1]}.ipynb, or give --pattern."
        )


def _is_beside(found: Found) -> bool:
    """A text that stands beside a submission, by its name."""
    if not found.parts or suffix_of(found.parts[-1]) not in REPLIES:
        return False
    return found.parts[-1].lower().startswith(_BESIDE)


def _is_reply(one: Placed) -> bool:
    return suffix_of(one.found.parts[-1]) in REPLIES


def _is_helper(one: Placed) -> bool:
    """A module beside the solution, as it seems: notebooks are attempts, whatever their names."""
    return suffix_of(one.found.parts[-1]) == ".py" and not _names_its_challenge(one)


def _names_its_challenge(one: Placed) -> bool:
    if not one.named.challenge:
        return False
    return challenge_in(one.found.parts[-1], (one.named.challenge,)) != ""


def _with_names_of_their_own(samples: Sequence[Placed]) -> Iterator[Placed]:
    """`0.py` and `0.md` are two samples."""
    times = Counter(one.named.sample for one in samples)
    for one in samples:
        name = one.named.sample
        if times[name] > 1:
            name += suffix_of(one.found.parts[-1])
        yield replace(one, named=replace(one.named, sample=name))


def _kind(found: Found) -> str:
    return suffix_of(found.parts[-1])[:12] or "without an ending"


# --- students -----------------------------------------------------------------------------------


def _with_challenge(placed: Sequence[Placed], only: str) -> list[Placed]:
    """The one challenge that was asked for is meant where nothing says another."""
    return [
        one
        if one.named.challenge or not only or not one.named.student
        else replace(one, named=replace(one.named, challenge=only))
        for one in placed
    ]


def _apart(placed: Sequence[Placed], everything: Sequence[Placed]) -> list[Placed]:
    """Two people of one name who handed in for one challenge get their accounts' numbers."""
    accounts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in everything:
        accounts[one.named.student, one.named.challenge].add(one.named.account)
    shared = {student for (student, _), known in accounts.items() if len(known) > 1}
    return [
        replace(one, named=replace(one.named, student=_with_account(one.named)))
        if one.named.student in shared
        else one
        for one in placed
    ]


def _with_account(named: Named) -> str:
    return f"{named.student} ({named.account})" if named.account else named.student


def _told_apart(placed: Iterable[Placed]) -> Iterator[tuple[Placed, str]]:
    """Each with its source; one that is there already gets the name of its folder in front."""
    seen: set[tuple[str, str, str]] = set()
    for one in placed:
        source, number = one.found.source, 1
        while (place := (one.named.student, one.named.challenge, source)) in seen:
            source = f"{shown(one.found.base.name)}/{one.found.source}"
            source = source if number == 1 else f"{number}/{source}"
            number += 1
        seen.add(place)
        yield one, source


# --- time ---------------------------------------------------------------------------------------


class _Times:
    """When files were handed in: by name, else by nbgrader's note beside them, else by the disk."""

    def __init__(self, stamps: Sequence[Found]) -> None:
        self._stamps = {(stamp.base, stamp.parts[:-1]): stamp for stamp in stamps}
        self._known: dict[tuple[Base, tuple[str, ...]], str | None] = {}

    def of(self, one: Placed) -> str | None:
        return one.named.when or self._stamped(one.found) or one.found.when

    def _stamped(self, found: Found) -> str | None:
        place = (found.base, found.parts[:-1])
        if place not in self._stamps:
            return None
        if place not in self._known:
            self._known[place] = _moment_in(self._stamps[place])
        return self._known[place]


def _moment_in(stamp: Found) -> str | None:
    try:
        if stamp.member is None:
            data = read_plain_file(stamp.path)
        else:
            data = read_member(stamp.path, stamp.member)
    except SubmissionError:
        return None
    return moment(data[:200].decode("utf-8", "replace"))


def _in_order_of_attempts(placed: Sequence[Placed], handed: Sequence[Handed]) -> list[Handed]:
    """Where the names number the attempts, later ones have later times, if by a millisecond."""
    groups: dict[tuple[str, str], list[tuple[tuple[int, ...], Handed]]] = defaultdict(list)
    for one, made in zip(placed, handed, strict=True):
        groups[made.student, made.challenge].append((one.named.attempt, made))
    return [made for group in groups.values() for made in _stepped(group)]


def _stepped(group: list[tuple[tuple[int, ...], Handed]]) -> Iterator[Handed]:
    group.sort(key=lambda pair: (pair[0], pair[1].when or "", pair[1].source))
    before = ""
    for attempt, made in group:
        when = made.when or ""
        if attempt and before and when <= before:
            when = utc(datetime.fromisoformat(before) + _STEP)
        before = when
        yield replace(made, when=when or None)


def _order(made: Handed) -> tuple[str, str, str, str]:
    return (made.student, made.challenge, made.when or "", made.source)


def _order_of_refusals(one: Refusal) -> tuple[str, ...]:
    return (one.student, one.challenge, one.source, one.reason)


def _handed(one: Placed, source: str, when: str | None) -> Handed:
    found, named = one.found, one.named
    return Handed(
        student=named.student,
        challenge=named.challenge,
        source=source,
        path=found.path,
        member=found.member,
        sample=named.sample,
        when=when,
        late=named.late,
    )
