"""What is named of a wrong value, and what is not because the evidence does not carry it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs

from judge.calls import Exchange, Step
from judge.challenge import load_tests, reference_submission
from judge.diagnosis import Diagnosis
from judge.manifest import Challenge, read_challenge
from judge.mutants import both, read_mutants
from judge.replies import Stop
from judge.results import CostTooHigh, Misconception, Outcome, Status
from judge.verdict import outcome_of
from tests.exchanges import called
from tests.folders import TOML, write_challenge, write_mutants

NOTEBOOK = '''# %% role="setup"
import numpy as np

# %% role="task" task="twice"
def twice(x, *, times=2):
    """Twice x."""
    ### BEGIN SOLUTION
    return x * times
    ### END SOLUTION
'''

MISTAKES = {
    "adds": ("return x * times", "return x + times"),
    "empty_where_negative": ("return x * times", "return np.where(x < 0, 0.0, x * times)"),
    "seeds": ("return x * times", "np.random.seed(0); return x - times"),
    "in_a_dict": ("return x * times", "return {'y': x - 1, 'z': 3.0}"),
}
X = np.array([1.0, -3.0, 0.5])


@pytest.fixture
def made(tmp_path: Path) -> Challenge:
    folder = write_challenge(tmp_path, notebook=NOTEBOOK)
    write_mutants(folder, MISTAKES)
    return read_challenge(folder)


def said(
    made: Challenge, *calls: tuple[Any, Any], status: Status = Status.FAILED, **fields: Any
) -> list[Misconception | None]:
    """What is said when the tests of the challenge fail on these calls of twice(x)."""
    tests = load_tests(made)
    exchanges = {
        test.name: called("twice", x, value=value)
        for test, (x, value) in zip(tests, calls, strict=False)
    }
    outcomes: list[Outcome] = [outcome_of(test, status, **fields) for test in tests]
    found = Diagnosis(made).name(outcomes, exchanges)[: len(calls)]
    return [outcome.misconception for outcome in found]


def named(made: Challenge, *calls: tuple[Any, Any], **fields: Any) -> list[str | None]:
    """The mistakes named then."""
    return [found.name if found else None for found in said(made, *calls, **fields)]


def test_a_mutant_whose_own_test_has_passed_is_not_named(made: Challenge) -> None:
    assert named(made, (X, X + 2)) == ["adds"]
    assert named(made, (X, X + 2), status=Status.PASSED) == [None]


def test_a_mutant_whose_own_test_was_not_asked_for_is_not_named(made: Challenge) -> None:
    other = load_tests(made)[1]
    outcomes = [outcome_of(other, Status.FAILED)]
    exchanges = {other.name: called("twice", X, value=X + 2)}
    assert [o.misconception for o in Diagnosis(made).name(outcomes, exchanges)] == [None]


def test_what_nan_in_the_arguments_makes_is_no_evidence(made: Challenge) -> None:
    x = np.array([np.nan, 1.0, 2.0, 5.0])
    assert named(made, (x, x + 2)) == [None]


def test_a_call_that_cost_too_much_is_not_repeated(made: Challenge) -> None:
    evidence = CostTooHigh(what="calls", used=3, limit=1)
    assert named(made, (X, X + 2), stop=Stop(Status.FAILED, evidence)) == [None]


def test_zeros_are_named_only_if_the_mistake_explains_the_other_calls(made: Challenge) -> None:
    low, mixed = np.array([-1.0, -2.0]), np.array([1.0, -2.0, 3.0, 4.0])
    assert named(made, (low, 0 * low)) == ["empty_where_negative"]
    explained = np.array([2.0, 0.0, 6.0, 8.0])
    assert named(made, (low, 0 * low), (mixed, explained)) == ["empty_where_negative"] * 2
    assert named(made, (low, 0 * low), (mixed, 0 * mixed)) == [None, None]


def test_a_call_whose_value_is_right_contradicts_nothing(made: Challenge) -> None:
    low = np.array([-1.0, -2.0])
    assert named(made, (low, 0 * low), (X, 2 * X)) == ["empty_where_negative", None]


def test_a_dict_of_the_student_may_have_more(made: Challenge) -> None:
    assert named(made, (X, {"z": 3.0, "own": None, "y": X - 1})) == ["in_a_dict"]
    assert named(made, (X, {"y": X - 1})) == [None]


def test_the_random_state_of_the_caller_is_left_alone(made: Challenge) -> None:
    before = repr(np.random.get_state())  # noqa: NPY002  the state in question
    assert named(made, (X, X - 2)) == ["seeds"]
    assert repr(np.random.get_state()) == before  # noqa: NPY002  as above


SUM = NOTEBOOK.replace("return x * times", "y = x * times\n    return y + np.sin(x)")
PATCHES = {
    "squares": ("x * times", "x * x"),
    "adds": ("x * times", "x + times"),
    "cosine": ("np.sin(x)", "np.cos(x)"),
    "none_below": ("np.sin(x)", "np.where(x < 0, np.nan, np.sin(x))"),
    "none_above": ("x * times", "np.where(x < 0, x * times, np.nan)"),
    "y_half_as_large_again": ("x * times", "x * times * 1.5"),
    "sine_half_as_large_again": ("np.sin(x)", "np.sin(x) * 1.5"),
}
TABLE = np.random.default_rng(1).standard_normal((5, 9))  # rows of nine: sqrt(D) is 3


def challenge_of(root: Path, patches: dict[str, tuple[str, str]], notebook: str = SUM) -> Challenge:
    """A challenge with these mutants: by name, what is found and what is put in its place."""
    folder = write_challenge(root, notebook=notebook)
    write_mutants(folder, patches)
    return read_challenge(folder)


# --- float32 ------------------------------------------------------------------------------------

SINGLE = np.random.default_rng(1).standard_normal(100).astype(np.float32)


def off_by(share: float) -> tuple[str, str]:
    return ("x * times", f"x * times + {share} * np.exp(x)")


def test_a_mistake_of_one_percent_is_named_in_float32(tmp_path: Path) -> None:
    made = challenge_of(tmp_path, {"off": off_by(0.01)}, NOTEBOOK)
    wide = SINGLE.astype(np.float64)
    assert named(made, (SINGLE, (2 * wide + 0.01 * np.exp(wide)).astype(np.float32))) == ["off"]


@pytest.mark.parametrize(
    ("share", "found"), [(0.0, None), (0.0005, None), (0.00098, None), (0.001, "off")]
)
def test_a_value_is_much_nearer_to_the_mutant_than_to_the_right_one(
    tmp_path: Path, share: float, found: str | None
) -> None:
    made = challenge_of(tmp_path, {"off": off_by(0.001)}, NOTEBOOK)
    between = 2 * SINGLE + np.float32(share) * np.exp(SINGLE)
    assert between.dtype == np.float32
    assert named(made, (SINGLE, between)) == [found]


def test_a_mutant_in_float32_is_not_equal_to_what_is_nearly_right(tmp_path: Path) -> None:
    made = challenge_of(tmp_path, {"single": ("x * times", "np.float32(x * times)")}, NOTEBOOK)
    assert named(made, (TABLE, 2 * TABLE + 1e-5 * np.arange(1, 10))) == [None]


# --- patterns -----------------------------------------------------------------------------------


def test_where_no_mutant_is_equal_a_pattern_may_fit(made: Challenge) -> None:
    text = (
        "every number is the right one times 3: that is sqrt(D) with D = 9, and usually a division "
        "by sqrt(D) is missing"
    )
    assert said(made, (TABLE, 6 * TABLE)) == [
        Misconception(name="times_sqrt_d", text=text, match="fits")
    ]


def test_a_mutant_that_is_equal_goes_before_a_pattern(tmp_path: Path) -> None:
    made = challenge_of(tmp_path, {"thrice": ("x * times", "x * times * 3")}, NOTEBOOK)
    assert named(made, (TABLE, 6 * TABLE)) == ["thrice"]


def test_of_a_hidden_test_a_pattern_tells_no_numbers(made: Challenge) -> None:
    _, found = said(made, (TABLE, 2 * TABLE), (TABLE, 6 * TABLE))
    assert found is not None
    assert not any(letter.isdigit() for letter in found.text)


def test_each_call_is_told_the_pattern_in_its_own_numbers(made: Challenge) -> None:
    small, large = TABLE[:2], np.tile(TABLE, (2, 4))
    found = said(made, (large, 12 * large), (small, 6 * small))
    assert [one.name if one else None for one in found] == ["times_sqrt_d"] * 2
    assert found[0] is not None
    assert "D = 36" in found[0].text


def test_another_call_tells_apart_what_fits_equally(made: Challenge) -> None:
    small = TABLE[:, :4]
    assert named(made, (small, 4 * small)) == ["times_sqrt_d or doubled"]
    assert named(made, (small, 4 * small), (TABLE, 6 * TABLE)) == ["times_sqrt_d"] * 2
    assert named(made, (small, 4 * small), (TABLE, 4 * TABLE)) == ["doubled"] * 2
    unlike = TABLE - 1
    assert named(made, (small, 4 * small), (TABLE, unlike)) == ["times_sqrt_d or doubled", None]


def test_rounding_to_float32_inside_is_seen_though_no_mistake_is_so_small(made: Challenge) -> None:
    single = (2 * TABLE).astype(np.float32).astype(np.float64)
    assert named(made, (TABLE, single)) == ["float32_inside"]
    assert named(made, (TABLE, 2 * TABLE)) == [None]


def test_the_tile_of_a_pattern_is_an_argument_of_the_call(tmp_path: Path) -> None:
    toml = TOML.replace("*, times=2", "tile_size, *, times=2")
    notebook = NOTEBOOK.replace("*, times=2", "tile_size, *, times=2")
    folder = write_challenge(tmp_path, toml=toml, notebook=notebook)
    (folder / "mutants.toml").write_text("", encoding="utf-8")
    wrong = np.where(np.arange(5)[:, None] < 3, 2 * TABLE, TABLE**2)
    made = read_challenge(folder)
    test = load_tests(made)[0]
    for args, kwargs in [((TABLE, 3), {}), ((TABLE,), {"tile_size": 3})]:
        exchange = called("twice", *args, value=wrong, **kwargs)
        (found,) = Diagnosis(made).name([outcome_of(test, Status.FAILED)], {test.name: exchange})
        assert found.misconception is not None
        assert found.misconception.name == "first_tile_right or short_tile_wrong"


def said_of_a_gradient(made: Challenge) -> Misconception | None:
    """What is said when the gradient of twice(x) has the factor 3."""
    torch = pytest.importorskip("torch")
    x = torch.tensor(TABLE)
    value = {"value": 2 * x, "gradients": [6 * x], "parameters": {}}
    step = Step("vjp", "twice", (x,), cotangent=x, wrt=(0,))
    exchange = Exchange((step,), (), value)
    test = load_tests(made)[0]
    (found,) = Diagnosis(made).name([outcome_of(test, Status.FAILED)], {test.name: exchange})
    return found.misconception


def test_a_gradient_is_called_by_its_argument(made: Challenge) -> None:
    found = said_of_a_gradient(made)
    assert found is not None
    assert found.text.startswith("every number of the gradient of x is the right one times 3")


def test_what_the_first_gradient_of_a_process_takes_is_not_counted(
    made: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = pytest.importorskip("judge.objects")
    vjp, now = objects.vjp, [0.0]

    def slow_at_first(*args: Any) -> Any:
        monkeypatch.setattr(objects, "vjp", vjp)
        now[0] = 100.0
        return vjp(*args)

    monkeypatch.setattr(objects, "vjp", slow_at_first)
    monkeypatch.setattr("time.thread_time", lambda: now[0])
    assert said_of_a_gradient(made) is not None
    assert now == [100.0]


# --- two mistakes at once -----------------------------------------------------------------------


@pytest.fixture
def sums(tmp_path: Path) -> Challenge:
    return challenge_of(tmp_path, PATCHES)


PAIR = Misconception(
    name="squares and cosine", text="squares in words; and cosine in words", match="equals"
)


def test_two_mistakes_are_named_together(sums: Challenge) -> None:
    assert said(sums, (TABLE, TABLE * TABLE + np.cos(TABLE))) == [PAIR]
    assert said(sums, *((x, x * x + np.cos(x)) for x in (TABLE, TABLE[:2]))) == [PAIR, PAIR]


def test_a_pair_that_another_wrong_call_contradicts_is_not_named(sums: Challenge) -> None:
    small = TABLE[:2]
    calls = [(TABLE, TABLE**3), (small, small * small + np.cos(small))]
    assert said(sums, *calls) == [None, None]


def test_one_mistake_and_a_pattern_go_before_two_mistakes(sums: Challenge) -> None:
    assert named(sums, (TABLE, TABLE * TABLE + np.sin(TABLE))) == ["squares"]
    assert named(sums, (TABLE, 1.5 * (2 * TABLE + np.sin(TABLE)))) == ["constant_factor"]


def test_nan_alone_is_no_evidence_of_two_mistakes(sums: Challenge) -> None:
    assert named(sums, (TABLE, np.full(TABLE.shape, np.nan))) == [None]


def test_two_mistakes_whose_own_tests_have_passed_are_not_named(sums: Challenge) -> None:
    value = TABLE * TABLE + np.cos(TABLE)
    assert named(sums, (TABLE, value), status=Status.PASSED) == [None]


def test_pairs_are_tried_on_quick_calls_only(
    sums: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("judge.diagnosis.naming._QUICK", -1.0)
    assert named(sums, (TABLE, TABLE * TABLE + np.cos(TABLE))) == [None]


@pytest.mark.parametrize(("step", "found"), [(0.001, "squares and cosine"), (0.1, None)])
def test_pairs_are_tried_until_time_is_up(
    sums: Challenge, monkeypatch: pytest.MonkeyPatch, step: float, found: str | None
) -> None:
    clock = itertools.count()
    monkeypatch.setattr("judge.diagnosis.naming._QUICK", 1.0)
    monkeypatch.setattr("time.thread_time", lambda: next(clock) * step)
    assert named(sums, (TABLE, TABLE * TABLE + np.cos(TABLE))) == [found]


def test_what_moves_right_numbers_is_in_no_pair(
    sums: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(
        "judge.diagnosis.naming.both", lambda _, a, b: tried.append(f"{a.name} {b.name}")
    )
    right = 2 * TABLE + np.sin(TABLE)
    named(sums, (TABLE, np.where(TABLE < 0, TABLE**3, right)))
    assert tried == []
    named(sums, (TABLE, np.where(TABLE > -1, TABLE**3, right)))
    assert tried == []
    named(sums, (TABLE, TABLE**3))
    assert len(tried) == 21


def test_pairs_leave_time_for_the_other_tasks(
    sums: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def note(what: str) -> Callable[..., dict[str, Misconception]]:
        def noted(*_: object) -> dict[str, Misconception]:
            asked.append(what)
            return {}

        return noted

    for name in ("_of_task", "_fitting", "_paired"):
        monkeypatch.setattr(f"judge.diagnosis.naming.{name}", note(name))
    tests = load_tests(sums)
    outcomes = [outcome_of(test, Status.FAILED) for test in tests]
    outcomes[1] = structs.replace(outcomes[1], task="another")
    Diagnosis(sums).name(outcomes, {})
    assert asked == ["_of_task", "_fitting"] * 2 + ["_paired"] * 2


def test_pieces_that_overlap_are_not_put_together(tmp_path: Path) -> None:
    patches = {
        "product": ("x * times", "x"),
        "line": ("y = x * times", "y = x"),
        "sum": ("y + np.sin(x)", "y"),
        "end": ("np.sin(x)", "1.0"),
        "before": ("y + ", "y - "),
    }
    made = challenge_of(tmp_path, patches)
    mutants = {mutant.name: mutant for mutant in read_mutants(made)}
    together = {
        (one, other): both(reference_submission(made), mutants[one], mutants[other])
        for one, other in itertools.combinations(mutants, 2)
    }
    apart = {names for names, pair in together.items() if pair is None}
    assert apart == {("product", "line"), ("sum", "end"), ("sum", "before")}
    for names in (("product", "end"), ("end", "before")):
        pair = together[names]
        assert pair is not None
        assert pair.name == " and ".join(names)
        source = pair.submission.cells[1].source
        assert ("x * times" in source, "sin" in source) == ("product" not in names, False)
        assert ("y - 1.0" in source) == (names == ("end", "before"))


def test_a_mutant_of_whole_functions_is_not_put_together_with_another(tmp_path: Path) -> None:
    made = challenge_of(tmp_path, PATCHES)
    one, other, *_ = read_mutants(made)
    assert both(reference_submission(made), one, replace(other, patch=None)) is None
