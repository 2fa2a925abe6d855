"""The hidden tests of sampling: how often each token is drawn, for each filter and for both.

Tokens that a filter cuts off must never come; likely ones come at their rates, within five sigma.
Shares are drawn near those of BASE, so that running masses stay clear of every top_p that is asked.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import torch

from judge.testing import (
    Student,
    expect,
    expect_rate,
    expect_same,
    expect_type,
    hidden_test,
)

from . import oracle

NAME = "sample_top_k_top_p"
PLAIN = "without_filters_the_softmax_is_drawn_from"
BASE = (0.40, 0.25, 0.15, 0.12, 0.08)  # running masses 0.40 0.65 0.80 0.92
DRAWS = 500
RARE = 0.1  # below this rate, chance strays beyond five sigma more often than it should


def shuffled(student: Student, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """Logits of probabilities near BASE, in an order in which no token stands at its rank."""
    values = np.log(BASE) + student.rng.uniform(-0.02, 0.02, len(BASE))
    order = student.rng.permutation(len(BASE))
    while (order == np.arange(len(BASE))).any():
        order = student.rng.permutation(len(BASE))
    return torch.from_numpy(values[order] + student.rng.normal()).to(dtype)


def token_of(value: Any) -> int:
    """What was returned as an int; the type has a test of its own. Raises Failed."""
    if isinstance(value, torch.Tensor) and value.numel() == 1:
        return int(value)
    if isinstance(value, np.generic):
        value = value.item()
    expect_type(value, int, name="the token", hint="int(x) or x.item() makes an int of a tensor")
    return int(value)


def expect_draws(
    student: Student,
    logits: torch.Tensor,
    *,
    hint: str,
    args: tuple[Any, ...] = (),
    **asked: Any,
) -> None:
    """Tokens that are cut off never come, likely ones as often as they should. Raises Failed."""
    given = student.put(logits)
    student.seed(int(student.rng.integers(2**31)))
    values = student.call_many(NAME, [(given, *args)] * DRAWS, **asked)
    student.last = None  # one draw of many: that a known mistake draws it too would say nothing
    counts = Counter(token_of(value) for value in values)
    names = ("top_k", "top_p", "temperature")
    rates = oracle.probabilities(logits, **dict(zip(names, args, strict=False)), **asked)
    for token in counts:
        inside = 0 <= token < len(rates)
        expect(
            inside and rates[token] > 0.0,
            expected=f"draws among the {sum(rate > 0.0 for rate in rates)} tokens that are left",
            got=f"a token that {'is cut off' if inside else 'does not exist'}, "
            f"{counts[token]} times in {DRAWS} draws",
            hint=hint,
        )
    ranked = sorted(range(len(rates)), key=lambda token: -rates[token])
    for rank, token in enumerate(ranked, start=1):
        name = f"the rate of the token of rank {rank}"
        if rates[token] >= RARE:
            expect_rate(counts[token], DRAWS, rates[token], name=name, hint=hint)


@hidden_test(task="topk_sampling", points=1, limit=4.0)
def without_filters_the_softmax_is_drawn_from(student: Student) -> None:
    """All defaults: unsorted logits, logits near 1000 in float32, and a token of -inf."""
    hint = "print the probabilities just before the draw: are they in the order of the logits?"
    expect_draws(student, shuffled(student), hint=hint)
    large = shuffled(student, torch.float32) + 1000.0
    expect_draws(student, large, hint="exp(1000) is inf: torch.softmax subtracts the maximum first")
    barred = shuffled(student)
    barred[int(student.rng.integers(len(BASE)))] = -torch.inf
    expect_draws(student, barred, hint="a logit of -inf has probability 0")


@hidden_test(task="topk_sampling", points=1, needs=[PLAIN], limit=4.0)
def draws_hang_on_the_seed_of_the_global_generator(student: Student) -> None:
    """Forty draws twice with one seed are the same, and with another seed they are not."""
    given = student.put(shuffled(student))
    one, other = (int(seed) for seed in student.rng.choice(2**31, 2, replace=False))
    drawn = []
    for seed in (one, one, other):
        student.seed(seed)
        values = student.call_many(NAME, [(given,)] * 40)
        drawn.append([token_of(value) for value in values])
    student.last = None  # draws of two generators say nothing of a known mistake
    hint = "draw with the global generator of torch or Python, and never set a seed"
    expect(
        drawn[0] == drawn[1],
        expected="the same draws after the caller has set the same seed again",
        got="other draws: they come from a generator of your own, or from one you seeded",
        hint=hint,
    )
    expect(
        drawn[0] != drawn[2],
        expected="other draws after the caller has set another seed",
        got="the same draws, whatever the seed",
        hint=hint,
    )


@hidden_test(task="topk_sampling", points=1, limit=4.0)
def temperature_divides_the_logits(student: Student) -> None:
    """Temperatures of 2 and 0.5: a high one draws more evenly, a low one more sharply."""
    hint = "logits / temperature, before the softmax"
    expect_draws(student, shuffled(student), temperature=2.0, hint=hint)
    expect_draws(student, shuffled(student), args=(0, 1.0, 0.5), hint=hint)


@hidden_test(task="topk_sampling", points=2, limit=4.0)
def top_k_keeps_the_k_likeliest(student: Student) -> None:
    """top_k of 1, 2 and 4 of five tokens; of a single token, too."""
    hint = "print which tokens are left: the largest logits, wherever they stand"
    expect_draws(student, shuffled(student), args=(2,), hint=hint)
    expect_draws(student, shuffled(student, torch.float32), top_k=4, hint=hint)
    expect_draws(student, shuffled(student), top_k=1, hint=hint)
    expect_draws(student, shuffled(student)[:1], top_k=1, hint=hint)


@hidden_test(task="topk_sampling", points=2, limit=4.0)
def top_p_keeps_the_crossing_token(student: Student) -> None:
    """Shares near 0.40, 0.25, 0.15, 0.12, 0.08: top_p = 0.3, 0.6, 0.7 keep 1, 2, 3 of them."""
    for top_p, kept in ((0.3, 1), (0.6, 2), (0.7, 3)):
        hint = (
            f"with top_p={top_p} the first {kept} are left: a token stays when the mass before it "
            "is below top_p"
        )
        expect_draws(student, shuffled(student), top_p=top_p, hint=hint)


@hidden_test(task="topk_sampling", points=2, limit=4.0)
def the_filters_work_in_the_order_of_the_statement(student: Student) -> None:
    """Temperature with top-p, top-k with top-p, and all three, by position and by keyword."""
    after_heat = "the nucleus is measured with the probabilities after temperature"
    expect_draws(student, shuffled(student), top_p=0.6, temperature=2.0, hint=after_heat)
    after_k = "the nucleus is measured with probabilities that add up to one after top-k"
    expect_draws(student, shuffled(student), top_k=3, top_p=0.72, hint=after_k)
    all_three = "print what is left after each of the three steps"
    expect_draws(student, shuffled(student), args=(4, 0.75, 2.0), hint=all_three)


@hidden_test(task="topk_sampling", points=1, limit=4.0)
def a_python_int_comes_back_and_logits_stay(student: Student) -> None:
    """The result is an int, and logits hold the same bytes after a call with all filters."""
    for dtype in (torch.float32, torch.float64):
        logits = shuffled(student, dtype)
        kept = student.put(logits)
        token = student.call(NAME, kept, top_k=1, top_p=0.5, temperature=0.5)
        expect_type(token, int, name="the token", hint="int(x) or x.item() makes an int")
        best = int(logits.argmax())
        expect(
            token == best,
            expected="with top_k=1 the index of the largest logit",
            got=f"the index {token}, the largest logit is at {best}",
            hint="a place in sorted order is not yet a token",
        )
        hint = "logits /= t and logits[...] = -inf write into the caller's tensor: use a new one"
        expect_same(kept.get(), logits, name="logits", hint=hint)


@hidden_test(task="topk_sampling", group="strict", limit=4.0)
def top_k_may_exceed_the_vocabulary(student: Student) -> None:
    """top_k of 9 with five tokens, and of 2 with one: all are kept."""
    hint = "a top_k above V cuts nothing off: min(top_k, V)"
    expect_draws(student, shuffled(student), top_k=9, hint=hint)
    expect_draws(student, shuffled(student)[:1], top_k=2, hint=hint)


@hidden_test(task="topk_sampling", group="strict", limit=4.0)
def of_equal_logits_the_lower_index_is_the_likelier(student: Student) -> None:
    """Ties at the k-th logit and at the edge of the nucleus: no more tokens than are needed."""
    low, high = sorted(student.rng.normal(0.0, 0.2, 2))
    tied = torch.tensor([low - 2.0, high, low, low, low, low - 2.0], dtype=torch.float64)
    hint = "logits < kth keeps every token that equals the k-th: cut by rank instead"
    expect_draws(student, tied, top_k=2, hint=hint)
    hint = "torch.sort and torch.argsort keep the order of equal entries with stable=True only"
    expect_draws(student, torch.zeros(40, dtype=torch.float64), top_p=0.06, hint=hint)
