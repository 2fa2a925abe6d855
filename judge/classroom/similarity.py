"""Submissions with much code in common: a reason to look, never a verdict.

copydetect compares k-grams of tokens, with the template left out (winnowing: Schleimer, Wilkerson
and Aiken 2003, "Winnowing: local algorithms for document fingerprinting"). Names, comments and
layout make no difference to it.
"""

from __future__ import annotations

import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from judge.catalogue import find_challenge
from judge.challenge import Challenge, template_submission
from judge.classroom.records import Pair, Result
from judge.classroom.store import Store
from judge.errors import UserError
from judge.submission import Cell

THRESHOLD = 0.8  # of the smaller one's code
_GRAM = 25  # tokens that must agree in a row: copydetect's own default
_WINDOW = 1  # every k-gram: submissions are small
_LEAST = 4 * _GRAM  # tokens in common: a few lines may be written by anybody
_COMMON = 0.5  # a k-gram that so large a share of the class has says nothing
_FEW = 4  # in a smaller class nothing is common


def similar(store: Store, challenge: Challenge, threshold: float = THRESHOLD) -> list[Pair]:
    """Pairs of different people's submissions of a challenge, the most alike first.

    Raises UserError when copydetect is not installed.
    """
    template = template_submission(challenge).cells
    marks = [
        _Marked(result, _fingerprint(cells, template))
        for result in store.results()
        if result.challenge == challenge.id
        and (cells := store.source(result.report.submission.sha256)) is not None
    ]
    pairs = [pair for pair in _pairs(marks) if pair.share >= threshold]
    return sorted(pairs, key=lambda pair: (-pair.share, pair.left, pair.right))


def all_similar(store: Store, threshold: float = THRESHOLD) -> list[Pair]:
    """The pairs of all challenges of a store. Raises UserError as `similar` does."""
    settings = store.settings()
    packs = tuple(map(Path, json.loads(settings.get("packs", "[]"))))
    found = []
    for id in json.loads(settings.get("challenges", "[]")):
        challenge = find_challenge(id, packs, Path(settings.get("course", ".")))
        found += similar(store, challenge, threshold)
    return found


class _Marked:
    """A submission and its fingerprint."""

    def __init__(self, result: Result, fingerprint: Any) -> None:
        self.number = result.id
        self.student = result.student
        self.source = result.source
        self.challenge = result.challenge
        self.fingerprint = fingerprint
        self.hashes = set(map(int, fingerprint.hashes))


def _fingerprint(cells: Sequence[Cell], template: Sequence[Cell]) -> Any:
    try:
        from copydetect import CodeFingerprint
    except ImportError:
        raise UserError(
            "Similarity needs copydetect, which is not installed here.\n"
            'Install it: pip install "flashjudge[similarity]"'
        ) from None
    given = CodeFingerprint("template.py", _GRAM, _WINDOW, fp=io.StringIO(_text(template)))
    code = io.StringIO(_text(cells))
    return CodeFingerprint("submission.py", _GRAM, _WINDOW, boilerplate=list(given.hashes), fp=code)


def _text(cells: Iterable[Cell]) -> str:
    return "\n".join(cell.source for cell in cells)


def _pairs(marked: Sequence[_Marked]) -> Iterator[Pair]:
    """Pairs that share anything unusual, compared; a whole class against itself is too many."""
    from copydetect import compare_files

    for left, right in _candidates(marked):
        one, other = marked[left], marked[right]
        overlap, shares, _ = compare_files(one.fingerprint, other.fingerprint)
        if overlap < _LEAST:
            continue
        yield Pair(
            challenge=one.challenge,
            left=one.student,
            left_source=one.source,
            right=other.student,
            right_source=other.source,
            share=float(max(shares)),
            left_number=one.number,
            right_number=other.number,
        )


def _candidates(marked: Sequence[_Marked]) -> Iterator[tuple[int, int]]:
    holders: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(marked):
        for mark in one.hashes:
            holders[mark].append(number)
    most = max(_FEW, _COMMON * len(marked))
    together: Counter[tuple[int, int]] = Counter()
    for group in holders.values():
        if len(group) <= most:
            together.update(
                (left, right)
                for place, left in enumerate(group)
                for right in group[place + 1 :]
                if marked[left].student != marked[right].student
            )
    yield from sorted(together)
