from __future__ import annotations

import io
import re
import subprocess
import sys

import msgspec
import pytest

from judge.report.killtable import example, render, text
from judge.report.lines import columns
from judge.report.terminal import console
from judge.validation import Kill, Killer, KillTable, Problem, Validation

SHOWN = """\
softmax  3 tests, 4 mutants

hidden test               kills  of these it alone
rows_sum_to_one               1  columns
large_scores_stay_finite      1  no_maximum
memory_stays_small            1  scores_kept

mutant       is killed by
no_maximum   large_scores_stay_finite
columns      rows_sum_to_one
scores_kept  memory_stays_small
rounds_up    no test

aspect     mutants that only its tests kill
values     columns
stability  no_maximum
memory     scores_kept

tests that only one mutant justifies
  rows_sum_to_one (columns), large_scores_stay_finite (no_maximum),
  memory_stays_small (scores_kept)

mutants that only cost too much
  scores_kept

softmax:
  challenges/softmax/mutants.toml: mutant rounds_up is killed by no test: all of them take
  it for right.
  Write a test that sees the mistake, or mend the mutant if it makes none.

1 problem  1 challenge, seeds 1 to 3
"""


def many(tests: int = 30, mutants: int = 40) -> Validation:
    names = [f"a_hidden_test_with_quite_a_long_name_{n}" for n in range(tests)]
    killers = tuple(names)
    return Validation(
        seeds=(1,),
        tables=(
            KillTable(
                challenge="big",
                tests=tuple(Killer(name=name, task="t", aspect="") for name in names),
                mutants=tuple(
                    Kill(mutant=f"mutant_{n}", misconception="", named=(), killers=killers)
                    for n in range(mutants)
                ),
                whole=False,
            ),
        ),
    )


def test_what_is_shown() -> None:
    assert text(example()) == SHOWN


@pytest.mark.parametrize("width", [50, 80, 92, 120])
@pytest.mark.parametrize("validation", [example(), many()])
def test_no_line_is_wider_than_asked(validation: Validation, width: int) -> None:
    assert all(columns(line) <= min(width, 92) for line in text(validation, width).splitlines())


def test_long_lists_are_cut_and_counted() -> None:
    shown = text(many())
    assert "big  30 tests, 40 mutants; not the whole" in shown
    assert re.search(r"^mutant_7 +a_hidden_test_with_quite_a_long_name_0 \+29$", shown, re.M)
    assert shown.count("\n") < 90


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({"problems": ()}, "all is well  1 challenge, seeds 1 to 3"),
        ({"problems": (), "seeds": (1,)}, "all is well  1 challenge, seed 1"),
        ({"problems": (Problem("a", "b"),) * 2}, "2 problems  1 challenge, seeds 1 to 3"),
        (
            {"interrupted": True},
            "interrupted  1 challenge, seeds 1 to 3; not all was looked at",
        ),
    ],
)
def test_the_last_line(changes: dict[str, object], last: str) -> None:
    found = msgspec.structs.replace(example(), **changes)
    assert text(found).splitlines()[-1] == last


def test_a_part_of_a_table_draws_no_conclusions() -> None:
    (table,) = example().tables
    part = msgspec.structs.replace(table, whole=False)
    shown = text(msgspec.structs.replace(example(), tables=(part,), problems=()))
    assert "alone" not in shown
    assert "aspect" not in shown
    assert "justifies" not in shown
    assert "memory_stays_small            1  scores_kept\n" in shown
    assert "rounds_up    none of these\n" in shown


def test_a_challenge_of_which_nothing_ran() -> None:
    shown = text(Validation(seeds=(1,), tables=(KillTable(challenge="a"),)))
    assert shown.startswith("a  0 tests, 0 mutants; not the whole\n\n")


def test_a_command_stays_on_one_line() -> None:
    again = f"    judge build softmax --challenges /{'long ' * 30}"
    problem = Problem("softmax", f"a.ipynb is stale.\nBuild it again:\n{again}")
    shown = text(Validation(seeds=(1,), problems=(problem,))).splitlines()
    assert f"  {again}".rstrip() in [line.rstrip() for line in shown]


def test_names_cannot_act_on_the_terminal() -> None:
    hostile = Validation(
        seeds=(1,),
        problems=(Problem("a\x1b[2J", "b\x1b]0;c\x07"),),
        tables=(KillTable(challenge="\x1b[1m"),),
    )
    assert "\x1b" not in text(hostile)


def test_colours_add_nothing_but_colours() -> None:
    stream = io.StringIO()
    console(stream, width=100, colour=True).print(render(example()))
    assert "\x1b[" in stream.getvalue()
    plain = io.StringIO()
    console(plain, width=100).print(render(example(), colour=False))
    assert plain.getvalue() == SHOWN


def test_the_demo() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "judge.report.killtable"], capture_output=True, text=True, check=True
    )
    assert done.stdout == SHOWN
