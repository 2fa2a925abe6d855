"""Beam search over the whole tree at once: arrays with one axis for each token, no lists of beams.

A model is a list of tables: tables[n] has n + 1 axes of V, and tables[n][t1, ..., tn] holds the
log-probabilities of the token after the start token and t1 to tn. Pruning is a threshold on totals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Tables = Sequence[Array]
Ended = tuple[float, tuple[int, ...]]  # a total, and the tokens after the start token

READINGS = ("at the step of its end", "from then on", "never")  # when an ended one takes a place
GAP = 1e-3  # between totals that are compared: float32 adds up with far smaller errors


class CloseError(ValueError):
    """Two totals are so close that rounding might decide."""


@dataclass(frozen=True)
class Found:
    """All that is left in the end, finished and live, and when hypotheses ended."""

    finished: tuple[Ended, ...]  # in the order in which they ended
    live: tuple[Ended, ...]

    @property
    def best(self) -> tuple[int, ...]:
        return largest([*self.finished, *self.live])


def largest(ended: Sequence[Ended]) -> tuple[int, ...]:
    """The tokens with the largest total, clear of the second. Raises CloseError."""
    ranked = sorted(ended, reverse=True)
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < GAP:
        raise CloseError
    return ranked[0][1]


def search(tables: Tables, width: int, eos: int, reading: str = READINGS[0]) -> Found:
    """What the search leaves after a step for each table. Raises CloseError."""
    totals: Array = np.zeros(())
    live: Array = np.ones((), bool)
    finished: list[Ended] = []
    for table in tables:
        totals = totals[..., None] + table
        reached = np.broadcast_to(live[..., None], totals.shape)
        ends = np.broadcast_to(np.arange(totals.shape[-1]) == eos, totals.shape)
        if reading == "never":
            finished += _listed(totals, reached & ends)
            live = reached & ~ends & (totals > _cut(totals[reached & ~ends], width))
            continue
        held = [total for total, _ in finished] if reading == "from then on" else []
        cut = _cut(np.concatenate([totals[reached], held]), width)
        if reading == "from then on":
            finished = [pair for pair in finished if pair[0] > cut]
        kept = reached & (totals > cut)
        finished += _listed(totals, kept & ends)
        live = kept & ~ends
    return Found(tuple(finished), tuple(_listed(totals, live)))


def greedy(tables: Tables, eos: int) -> tuple[int, ...]:
    """The likeliest token at each step, up to the end token."""
    tokens: tuple[int, ...] = ()
    for table in tables:
        tokens = (*tokens, int(np.argmax(table[tokens])))
        if tokens[-1] == eos:
            break
    return tokens


def side_by_side(tables: Tables, width: int, eos: int) -> tuple[int, ...]:
    """The best of the `width` best first tokens, each with the likeliest tokens after it."""
    ended: list[Ended] = []
    for token in np.argsort(tables[0])[-width:].tolist():
        rest = greedy([table[token] for table in tables[1:]], eos) if token != eos else ()
        tokens = (token, *rest)
        total = sum(float(tables[n][tokens[: n + 1]]) for n in range(len(tokens)))
        ended.append((total, tokens))
    return max(ended)[1]


def one_for_each_token(tables: Tables, width: int) -> tuple[int, ...]:
    """What is best when of all extensions that end in one token only the best goes on."""
    live: list[Ended] = [(0.0, ())]
    for table in tables:
        best: dict[int, Ended] = {}
        for total, tokens in live:
            for token, step in enumerate(table[tokens].tolist()):
                best[token] = max(best.get(token, (-np.inf, ())), (total + step, (*tokens, token)))
        live = sorted(best.values(), reverse=True)[:width]
    return live[0][1]


def _cut(totals: Array, width: int) -> float:
    """A number between the totals that are kept and those that are not. Raises CloseError."""
    if totals.size <= width:
        return -np.inf
    ranked = np.sort(totals)[::-1]
    if ranked[width - 1] - ranked[width] < GAP:
        raise CloseError
    return float(ranked[width - 1] + ranked[width]) / 2


def _listed(totals: Array, where: Array) -> list[Ended]:
    return [(float(totals[tuple(at)]), tuple(at.tolist())) for at in np.argwhere(where)]
