"""The hidden tests of beam search: models are tables over all tokens so far, drawn at random.

Tables are drawn until they show what a test is about. The three readings of what a finished
hypothesis does to the places agree on them, and no decision hangs on less than oracle.GAP.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from judge.testing import Recorded, Student, expect, expect_type, hidden_test

from . import oracle

NAME = "beam_search"
VALUES = "the_best_total_wins_though_a_step_is_worse"
TRIES = 5000  # one in a hundred will do at the worst
NEVER, EAGER = -25.0, 0.7  # added to the logit of the end token: it never wins, it often does
AGAINST = "the hypothesis that beam search finds"


@dataclass(frozen=True)
class Case:
    """A model, how it is searched, and what the search finds."""

    tables: list[oracle.Array]
    width: int
    eos: int
    start: int
    found: oracle.Found

    @property
    def steps(self) -> int:
        return len(self.tables)

    @property
    def answer(self) -> list[int]:
        return [self.start, *self.found.best]

    @property
    def ends(self) -> bool:
        return self.answer[-1] == self.eos

    @property
    def greedy(self) -> tuple[int, ...]:
        return oracle.greedy(self.tables, self.eos)


def drawn(
    student: Student,
    fits: Callable[[Case], bool],
    *,
    size: int = 5,
    steps: int = 4,
    width: int = 3,
    eos_logit: float = 0.0,
) -> Case:
    """A case that fits, on which all readings agree."""
    for _ in range(TRIES):
        start, eos = (int(token) for token in student.rng.permutation(size)[:2])
        logits = [student.rng.normal(0.0, 1.2, (size,) * (step + 1)) for step in range(steps)]
        for table in logits:
            table[..., eos] += eos_logit
        tables = [_log_softmax(table) for table in logits]
        try:
            found = [oracle.search(tables, width, eos, reading) for reading in oracle.READINGS]
            case = Case(tables, width, eos, start, found[0])
            if len({one.best for one in found}) == 1 and fits(case):
                return case
        except oracle.CloseError:
            continue
    raise RuntimeError(f"no case fits in {TRIES} tries")


def _log_softmax(logits: oracle.Array) -> oracle.Array:
    """Rounded to float32, as the model gives them."""
    exact = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    rounded: oracle.Array = exact.astype(np.float32).astype(np.float64)
    return rounded


def model_of(case: Case, seen: list[tuple[int, ...]]) -> Callable[..., torch.Tensor]:
    """The model as the student calls it; what it is called with goes into `seen`."""

    def log_prob_fn(tokens: Any) -> torch.Tensor:
        if np.ndim(tokens) != 1:
            raise ValueError("log_prob_fn takes the tokens of one hypothesis, on one axis")
        heard = tuple(int(token) for token in tokens[: case.steps + 1])  # it may be of any length
        seen.append(heard)
        if heard[:1] != (case.start,):
            raise ValueError("log_prob_fn takes all tokens so far, the start token first")
        if len(heard) > case.steps:
            raise ValueError(f"log_prob_fn is asked for a step beyond max_len={case.steps}")
        return torch.from_numpy(case.tables[len(heard) - 1][heard[1:]]).float()

    return log_prob_fn


def searched(student: Student, case: Case, *, by_keyword: bool = False) -> tuple[Any, list[Any]]:
    """What the student finds, and what the model was called with."""
    seen: list[tuple[int, ...]] = []
    model = Recorded(model_of(case, seen))
    model.known = model_of(case, [])  # so that a known mistake can be tried on the same model
    rest = {"max_len": case.steps, "beam_width": case.width, "eos_token": case.eos}
    if by_keyword:
        got = student.call(NAME, log_prob_fn=model, start_token=case.start, **rest)
    else:
        got = student.call(NAME, model, case.start, *rest.values())
    return got, seen


def expect_answer(got: Any, case: Case, *, hint: str) -> None:
    """The tokens are the best hypothesis; their types have a test of their own. Raises Failed."""
    value = got.tolist() if isinstance(got, torch.Tensor) else got
    value = list(value) if isinstance(value, tuple) else value
    expect_type(value, list, name="the result")
    tokens = [_as_int(token) for token in value]
    if tokens == case.answer:
        return
    expect(
        False,
        expected=f"{AGAINST}: {len(case.answer)} tokens, {_total(case, case.answer)}",
        got=f"{len(tokens)} tokens, {_total(case, tokens)}",
        where=(_place(tokens, case.answer),),
        hint=hint,
    )


def _as_int(token: Any) -> Any:
    plain = token.item() if isinstance(token, torch.Tensor) and token.numel() == 1 else token
    whole = isinstance(plain, int | np.integer) and not isinstance(plain, bool)
    return int(plain) if whole else plain


def _total(case: Case, tokens: list[Any]) -> str:
    """The total of some tokens, in words; also of what no search can return."""
    after, size = tokens[1:], case.tables[0].shape[-1]
    if tokens[:1] != [case.start]:
        return "which do not begin with start_token"
    if any(type(token) is not int or not 0 <= token < size for token in after):
        return "of which some are no tokens"
    if len(after) > case.steps:
        return f"with max_len={case.steps}"
    if case.eos in after[:-1]:
        return "which go on after the end token"
    total = sum(float(case.tables[n][tuple(after[: n + 1])]) for n in range(len(after)))
    return f"of the total {total:.4f}"


def _place(tokens: list[Any], answer: list[int]) -> str:
    pairs = zip(tokens, answer, strict=False)
    first = next((n for n, (a, b) in enumerate(pairs) if a != b), None)
    if first is None:
        return "the shorter of the two is the beginning of the longer"
    return f"the first token that differs is number {first}, with the start token as number 0"


# --- the tests ------------------------------------------------------------------------------------


@hidden_test(task="beam_search", points=3, limit=4.0)
def the_best_total_wins_though_a_step_is_worse(student: Student) -> None:
    """Models in which the greedy choice loses, and in which the search misses the very best.

    In the last the winner is no first token with its likeliest continuation, either, and a search
    that keeps one hypothesis for each last token loses it.
    """
    hint = "after each step print the totals and tokens of the beam_width extensions that go on"
    for size, steps, width in ((4, 3, 3), (5, 4, 2)):
        case = drawn(
            student,
            _sums_would_differ,
            size=size,
            steps=steps,
            width=width,
            eos_logit=NEVER,
        )
        expect_answer(searched(student, case)[0], case, hint=hint)
    case = drawn(student, _misses_the_best, width=2, eos_logit=NEVER)
    got, _ = searched(student, case, by_keyword=True)
    expect_answer(got, case, hint="what is pruned in one step must not come back in the next")


def _sums_would_differ(case: Case) -> bool:
    """The greedy choice finds something else, and so would a search that adds probabilities."""
    added = oracle.search([np.exp(table) for table in case.tables], case.width, case.eos)
    beside = oracle.side_by_side(case.tables, case.width, case.eos)
    merged = oracle.one_for_each_token(case.tables, case.width)
    apart = merged != beside  # two mistakes that are told apart can be named
    return apart and case.found.best not in (case.greedy, added.best)


def _misses_the_best(case: Case) -> bool:
    everything = oracle.search(case.tables, case.tables[-1].size, case.eos)
    beside = oracle.side_by_side(case.tables, case.width, case.eos)
    merged = oracle.one_for_each_token(case.tables, case.width)
    return case.found.best not in (everything.best, case.greedy, beside, merged)


@hidden_test(task="beam_search", points=1, limit=4.0)
def one_beam_is_the_greedy_choice(student: Student) -> None:
    """beam_width=1: the likeliest token at each step, until the end token or max_len.

    The first of two models has the better total, and no part in the second search.
    """
    hint = "with one beam there is one live hypothesis, which its best token extends"
    ended = drawn(student, _ends_greedily, width=1)
    expect_answer(searched(student, ended)[0], ended, hint=hint)
    total = _best_total(ended)
    case = drawn(
        student, lambda case: _goes_on_greedily(case) and _best_total(case) < total, width=1
    )
    hint = "look for a list that is made once and serves every call, as a default argument is"
    expect_answer(searched(student, case)[0], case, hint=hint)


def _best_total(case: Case) -> float:
    return max(total for total, _ in (*case.found.finished, *case.found.live))


def _ends_greedily(case: Case) -> bool:
    return case.found.best == case.greedy and case.ends and len(case.answer) > 2


def _goes_on_greedily(case: Case) -> bool:
    return case.found.best == case.greedy and not case.ends


@hidden_test(task="beam_search", points=1, limit=4.0)
def a_short_finished_hypothesis_beats_a_longer_one(student: Student) -> None:
    """The best total belongs to a short hypothesis, the best mean of its steps to another.

    So does the best total over a power of the length.
    """
    case = drawn(student, _mean_would_differ)
    hint = "compare totals as they are; finished ones compete in the end, with their totals"
    expect_answer(searched(student, case)[0], case, hint=hint)


def _mean_would_differ(case: Case) -> bool:
    rest = [*case.found.finished, *case.found.live]
    favoured = {
        max((total / (len(tokens) + more) ** power, tokens) for total, tokens in rest)[1]
        for power in (0.6, 1.0)  # of the length: both are in use
        for more in (0, 1)  # with the start token
    }
    short = case.ends and len(case.answer) <= case.steps
    return short and case.found.best not in favoured


@hidden_test(task="beam_search", points=1, limit=4.0)
def a_later_hypothesis_beats_the_first_finished_one(student: Student) -> None:
    """One hypothesis ends early, and a live one ends later with a larger total."""
    case = drawn(student, _first_would_differ)
    hint = "go on while anything is live: a finished hypothesis has not yet won"
    expect_answer(searched(student, case)[0], case, hint=hint)


def _first_would_differ(case: Case) -> bool:
    early = [tokens for _, tokens in case.found.finished if len(tokens) < len(case.found.best)]
    return case.ends and bool(early)


@hidden_test(task="beam_search", points=1, limit=4.0)
def an_unfinished_hypothesis_competes_in_the_end(student: Student) -> None:
    """After max_len steps a live hypothesis wins over finished ones; max_len=1, too."""
    hint = "in the end the largest total wins, whether it ends in eos_token or not"
    for steps in (4, 1):
        case = drawn(
            student, lambda case: not case.ends and len(case.found.finished) > 0, steps=steps
        )
        expect_answer(searched(student, case)[0], case, hint=hint)


@hidden_test(task="beam_search", points=2, needs=[VALUES], limit=4.0)
def each_step_asks_for_the_live_hypotheses_only(student: Student) -> None:
    """A step calls the model beam_width times at most, and never beyond the end token."""
    case = drawn(student, _ends_early_and_late, eos_logit=EAGER)
    got, seen = searched(student, case)
    past = sum(case.eos in tokens for tokens in seen)
    expect(
        past == 0,
        expected="no call of log_prob_fn for a hypothesis that has ended",
        got=f"{past} of {len(seen)} calls with tokens that hold eos_token",
        hint="take hypotheses that end in eos_token out of the live ones",
    )
    step, most = max(Counter(map(len, seen)).items(), key=lambda item: item[1], default=(0, 0))
    expect(
        most <= case.width,
        expected=f"at most {case.width} calls of log_prob_fn in a step, with "
        f"beam_width={case.width}",
        got=f"{most} calls in step {step}",
        hint="after each step keep the beam_width best of all extensions, and ask once for each",
    )
    expect_answer(got, case, hint="print what goes on after each step, and what ends")


def _ends_early_and_late(case: Case) -> bool:
    """What goes on past an end would call the model, and there are live ones until the last."""
    early = [tokens for _, tokens in case.found.finished if len(tokens) < case.steps - 1]
    return len(case.found.best) >= case.steps - 1 and bool(early) and len(case.found.live) > 0


@hidden_test(task="beam_search", points=1, needs=[VALUES], limit=4.0)
def the_result_is_a_list_of_ints(student: Student) -> None:
    """A list of Python ints that begins with start_token."""
    case = drawn(student, lambda case: len(case.answer) > 2)
    got, _ = searched(student, case)
    expect_type(got, list, name="the result", hint="x.tolist() makes a list of a tensor")
    kinds = sorted({type(token).__name__ for token in got})
    expect(
        kinds == ["int"],
        expected="a list of Python ints",
        got=f"a list of {' and '.join(kinds) or 'nothing'}",
        hint="token.item() makes an int of a tensor",
    )
    expect_answer(got, case, hint="the start token comes first, then the tokens of each step")


@hidden_test(task="beam_search", group="strict", limit=4.0)
def the_beam_may_be_wider_than_the_vocabulary(student: Student) -> None:
    """beam_width of 7 with three tokens: the first step has three extensions, all go on."""
    case = drawn(student, lambda case: case.found.best != case.greedy, size=3, steps=3, width=7)
    hint = "while there are fewer extensions than beam_width, all of them go on"
    expect_answer(searched(student, case)[0], case, hint=hint)
