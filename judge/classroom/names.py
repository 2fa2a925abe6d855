"""What the name of a file says: whose it is, which challenge it is for, when it was handed in.

Pure functions of relative paths. Letter case, blanks, `-` and `_` never count in the name of a
challenge; names of students stay as they are, but for characters that no name has.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

LONGEST_STUDENT = 200
UNNAMED = "unnamed"
AROUND = frozenset({"submitted", "submissions", "handed_in", "students"})  # of folders around all

_WORD = re.compile(r"[^\W\d_]+|\d+")  # runs of letters and runs of digits
_HIDDEN_INSIDE = 6  # letters of an id that is found inside a longer word as well
_EDGES = " -_.,()[]"
JOINERS = "\u200c\u200d"  # they draw nothing, and some languages' names need them

_MOODLE = re.compile(
    r"(?P<who>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<name>.*))?", re.DOTALL
)
_CANVAS = re.compile(
    r"(?P<who>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_(?P<file>\d+)_(?P<name>.+)", re.DOTALL
)
_COPY = re.compile(r"(?P<name>.*[^\s_])[ _]*\((?P<number>\d{1,3})\)", re.DOTALL)
_VERSION = re.compile(r"(?P<name>.*\S)-(?P<version>\d{1,6})", re.DOTALL)
_MOMENT = re.compile(
    r"(?P<year>\d{4})\D?(?P<month>\d\d)\D?(?P<day>\d\d)\D{0,3}"
    r"(?P<hour>\d\d)\D?(?P<minute>\d\d)(?:\D?(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r"[ \t]*(?P<zone>\S*)"
)
_OFFSET = re.compile(r"[+-]\d\d:?\d\d")


@dataclass(frozen=True)
class Named:
    """What is known of a file by its name alone; empty where the name does not say it.

    `account` tells students of one name apart; `attempt` orders what one of them handed in.
    """

    student: str
    challenge: str = ""
    sample: str = ""
    account: str = ""
    attempt: tuple[int, ...] = ()
    late: bool = False
    when: str | None = None


@dataclass(frozen=True)
class _Match:
    """Where the name of a challenge stands in a text."""

    challenge: str
    start: int
    end: int


# --- challenges -------------------------------------------------------------------------------


def challenge_in(text: str, challenges: tuple[str, ...]) -> str:
    """The challenge that `text` names, the longest of several; empty when there is none."""
    found = _match(text, challenges)
    return found.challenge if found else ""


def is_challenge(text: str, challenges: tuple[str, ...]) -> str:
    """The challenge of which `text` is the name and nothing more; empty when there is none."""
    return next((id for id in challenges if _plain(id) == _plain(text)), "")


def without_challenge(text: str, challenges: tuple[str, ...]) -> str:
    """What is left of a name beside that of its challenge: `ada` of `softmax_ada`."""
    found = _match(text, challenges)
    if found is None:
        return text
    before, after = text[: found.start].rstrip(_EDGES), text[found.end :].lstrip(_EDGES)
    return f"{before}_{after}" if before and after else before or after


@lru_cache(maxsize=1 << 16)  # the same few folders stand before thousands of files
def _match(text: str, challenges: tuple[str, ...]) -> _Match | None:
    """Whole words first; a long id may also stand inside a word: `AdaFlashAttention`."""
    text = _lower(text)
    words = list(_WORD.finditer(text))
    found = [match for id in challenges if (match := _among(words, id))]
    found = found or [match for id in challenges if (match := _inside(text, id))]
    return max(found, key=lambda match: len(_plain(match.challenge)), default=None)


def _among(words: Sequence[re.Match[str]], id: str) -> _Match | None:
    wanted = _plain(id)
    for first in range(len(words)):
        joined = ""
        for word in words[first:]:
            joined += word[0]
            if joined == wanted:
                return _Match(id, words[first].start(), word.end())
            if not wanted.startswith(joined):
                break
    return None


def _inside(text: str, id: str) -> _Match | None:
    if len(_plain(id)) < _HIDDEN_INSIDE:
        return None
    found = re.search(r"[\W_]?".join(_WORD.findall(id.lower())), text)
    return _Match(id, found.start(), found.end()) if found else None


def words(text: str) -> set[str]:
    """Runs of letters and runs of digits, in small letters."""
    return set(_WORD.findall(_lower(text)))


@lru_cache(maxsize=1 << 16)
def _plain(text: str) -> str:
    return "".join(_WORD.findall(_lower(text)))


def _lower(text: str) -> str:
    """In small letters, each where it was: a few capitals become two of them."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


# --- students ---------------------------------------------------------------------------------


def named(parts: Sequence[str], challenges: tuple[str, ...], *, told: bool = True) -> Named:
    """What a path below the collected folder says, in one of the layouts of a class.

    `parts` are its folders and its name, without the ending. Moodle and Canvas write what they
    know into one of them; else the first is a student's folder, unless it is a challenge's. The
    name of a lone file is the student's; `told` says that it may name the challenge as well.
    """
    for at, part in enumerate(parts):
        inner = parts[at + 1 :]
        if found := _moodle(part, inner, challenges) or _canvas(part, inner, challenges):
            return replace(found, challenge=found.challenge or _nearest(parts[:at], challenges))
    if len(parts) > 1 and (challenge := is_challenge(parts[0], challenges)):
        return replace(named(parts[1:], (challenge,), told=told), challenge=challenge)
    if len(parts) > 1:
        student, folder = clean(parts[0]), unicodedata.normalize("NFC", parts[0])
        # A folder whose name had to be changed is not that of whoever bears this name.
        account = "" if student == folder else hashlib.sha256(ascii(folder).encode()).hexdigest()
        return Named(student, _nearest(parts[1:], challenges), account=account[:6])
    if not told:
        return Named(clean(parts[0]))
    return _lone(parts[0], challenges)


def _lone(name: str, challenges: tuple[str, ...]) -> Named:
    """Of a file's own name; a browser's `(1)` behind it is no part of whose it is."""
    challenge, copied = challenge_in(name, challenges), _COPY.fullmatch(name)
    if copied and challenge and (student := without_challenge(copied["name"], challenges)):
        return Named(clean(student), challenge, attempt=(int(copied["number"]),))
    student = without_challenge(name, challenges)
    return Named(clean(student) if student else "", challenge)


def is_of_course_system(part: str) -> bool:
    """Whether Moodle or Canvas named this file or folder."""
    return _MOODLE.fullmatch(part) is not None or _CANVAS.fullmatch(part) is not None


def _nearest(parts: Sequence[str], challenges: tuple[str, ...]) -> str:
    """The challenge that the last of these parts names, else the part before it, and so on."""
    return next((id for part in reversed(parts) if (id := challenge_in(part, challenges))), "")


def _moodle(part: str, inner: Sequence[str], challenges: tuple[str, ...]) -> Named | None:
    found = _MOODLE.fullmatch(part)
    if found is None:
        return None
    who = found["who"]
    if who.lower() == "participant":  # marked blind: the number is the name
        who = f"{who} {found['id']}"
    challenge = _nearest([found["name"] or "", *inner], challenges)
    return Named(clean(who), challenge, account=found["id"])


def _canvas(part: str, inner: Sequence[str], challenges: tuple[str, ...]) -> Named | None:
    found = _CANVAS.fullmatch(part)
    if found is None:
        return None
    versioned = _VERSION.fullmatch(found["name"])
    return Named(
        clean(found["who"]),
        _nearest([found["name"], *inner], challenges),
        account=found["id"],
        attempt=(int(versioned["version"]) if versioned else 0, int(found["file"][:18])),
        late=found["late"] is not None,
    )


def clean(text: str) -> str:
    """A student's name without characters that no name has, at most 200 long, never empty."""
    kept = [
        char if char.isprintable() or char in JOINERS else " " * char.isspace()
        for char in unicodedata.normalize("NFC", text[: 4 * LONGEST_STUDENT])
    ]
    return "".join(kept).strip()[:LONGEST_STUDENT].strip() or UNNAMED


# --- samples of models ------------------------------------------------------------------------


def are_samples(paths: Sequence[Sequence[str]], challenges: tuple[str, ...], replies: bool) -> bool:
    """Whether these are MODEL/CHALLENGE/SAMPLE and not a class; `replies`: some are chat replies.

    At least half of the folders must look like it, so that a stray folder decides nothing.
    """
    inside = [p for p in paths if len(p) == 3 and challenge_in(p[1], challenges)]
    models = {path[0] for path in inside}
    if not inside or 2 * len(models) < len({path[0] for path in paths}):
        return False
    folders = {(path[0], path[1]) for path in inside}
    if replies or len(inside) >= 2 * len(folders):
        return True
    exact = all(is_challenge(path[1], challenges) for path in inside)
    return exact and not all(challenge_in(path[2], challenges) for path in inside)


def sample(parts: Sequence[str], challenges: tuple[str, ...]) -> Named | None:
    """MODEL/CHALLENGE/SAMPLE, the sample in folders of its own if need be; None for others."""
    if len(parts) < 3 or not (challenge := challenge_in(parts[1], challenges)):
        return None
    return Named(clean(parts[0]), challenge, clean("/".join(parts[2:])))


# --- time -------------------------------------------------------------------------------------


def moment(text: str) -> str | None:
    """A time as people and programs write it, in UTC; None when it is none.

    Year to minute in that order, with or without signs between them, then seconds and a zone if
    they are there. Without a zone it is taken as UTC.
    """
    found = _MOMENT.search(text[:200])
    if found is None:
        return None
    second, fraction = int(found["second"] or 0), (found["fraction"] or "").ljust(6, "0")[:6]
    names = ("year", "month", "day", "hour", "minute")
    year, month, day, hour, minute = (int(found[name]) for name in names)
    try:
        zone = _zone(found["zone"])
        local = datetime(year, month, day, hour, minute, second, int(fraction), tzinfo=zone)
        return utc(local)
    except (ValueError, OverflowError, OSError):
        return None


def utc(time: datetime) -> str:
    """One form for all, so that later times are greater as text as well."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def _zone(text: str) -> tzinfo:
    """Raises ValueError or OSError for what names no zone."""
    if _OFFSET.fullmatch(text):
        offset = datetime.strptime(text, "%z").tzinfo
        return offset or UTC
    if not text[:1].isalpha() or text in ("Z", "UTC"):
        return UTC
    try:
        return ZoneInfo(text[:60])
    except KeyError:  # ZoneInfoNotFoundError
        raise ValueError(text) from None
