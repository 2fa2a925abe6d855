"""Of a reply the last complete definition of each name counts, and a note says what was taken."""

from __future__ import annotations

import pytest

from judge.worker.blocks import parse_block
from judge.worker.slicing import Plan, make_plan


def plan_of(*blocks: str, wanted: tuple[str, ...] = ("task",)) -> Plan:
    return make_plan([(f"block {n}", text) for n, text in enumerate(blocks, 1)], "reply", wanted)


def sources(plan: Plan) -> list[str]:
    return [piece.source for piece in plan.pieces]


REAL = "def task(x):\n    return x"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"{REAL}\ndef other(", REAL),
        (f"{REAL}\n\n@cached\ndef other(x:", REAL),
        (f"{REAL}\nx = '''never ended\nmore\n", REAL),
        (f"{REAL}\n# gives\n[1. 2.]", REAL + "\n# gives"),
        (f"{REAL}\nif x:\n    y = 1\nelse:\n    z = (", REAL),
        (f"{REAL}\ntry:\n    y = 1\nexcept E:\n    z = (", REAL),
        (f"    {REAL.replace(chr(10), chr(10) + '    ')}\n    def other(", None),
        (f"!pip install x\n{REAL}\n%time task(1)\nx = (", f"!pip install x\n{REAL}\n%time task(1)"),
    ],
)
def test_what_stands_before_a_fault_is_kept(text: str, kept: str | None) -> None:
    cell = parse_block("block 1", text)
    assert cell.fault is not None
    assert cell.body
    if kept is not None:
        assert len(cell.lines) == len(kept.split("\n"))


@pytest.mark.parametrize("text", ["def f(", "some words", "  (", "x = (\n1\n2\n"])
def test_a_block_of_nothing_complete_has_no_body(text: str) -> None:
    cell = parse_block("block 1", text)
    assert cell.fault is not None
    assert cell.body == ()


def test_the_last_complete_definition_counts() -> None:
    plan = plan_of("def task(x): return 1", "def task(x): return 2", "def task(x): return (3")
    assert sources(plan) == ["def task(x): return 2"]
    assert plan.notes == (
        "Taken from the reply: block 2; left out: block 1 (nothing of it is needed), "
        "block 3 (it is not complete Python).",
    )


@pytest.mark.parametrize("stub", ["...", "pass", '"""As above."""', "raise NotImplementedError"])
def test_a_signature_shown_again_is_no_definition(stub: str) -> None:
    assert sources(plan_of(REAL, f"def task(x):\n    {stub}")) == [REAL]
    alone = plan_of(f"def task(x):\n    {stub}")
    assert alone.stubs == ("task",)
    assert sources(plan_of(f"class A:\n    def f(self): {stub}", wanted=("A",)))


@pytest.mark.parametrize(
    "line",
    [
        "from solution import task",
        "from .a.b import (\n    other,\n    task,\n)",
        "from a import task as g, h  # all",
        "from a import h, \\\n    task",
        "import task",
        "from task import task; x = 1",
    ],
)
def test_an_import_of_what_the_reply_defines_is_no_later_version(line: str) -> None:
    assert sources(plan_of(REAL, f"{line}\nprint(task(1))")) == [REAL]


@pytest.mark.parametrize(
    "line", ["from math import task", "from numpy.linalg import task", "from a import h as task"]
)
def test_an_import_from_a_library_is_a_later_version(line: str) -> None:
    assert sources(plan_of(REAL, line)) == [line]


def test_an_import_of_what_nothing_defines_stays() -> None:
    line = "from solution import task"
    assert sources(plan_of("def other(): ...", line)) == [line]


def test_helpers_and_imports_come_from_where_they_stand() -> None:
    plan = plan_of(
        "import math",
        "def half(x): return math.floor(x / 2)",
        "print(1)",
        "def task(x): return half(x)",
    )
    assert plan.notes == (
        "Taken from the reply: blocks 1, 2 and 4; left out: block 3 (nothing of it is needed).",
    )


def test_other_languages_are_named_and_gathered() -> None:
    plan = plan_of("%%bash", REAL, "%%text", "%%bash", "%%")
    assert plan.notes == (
        "Taken from the reply: block 2; left out: blocks 1 and 4 (bash), block 3 (text), "
        "block 5 (not Python).",
    )


def test_a_long_reply_has_a_short_note() -> None:
    (note,) = plan_of(*["%%bash"] * 500, REAL).notes
    assert note == (
        "Taken from the reply: block 501; left out: "
        "blocks 1, 2, 3, 4, 5, 6, 7, 8 and 492 more (bash)."
    )


def test_nothing_of_use() -> None:
    assert plan_of("x = 1").notes == (
        "Nothing of the reply was taken; left out: block 1 (nothing of it is needed).",
    )


def test_a_reply_without_complete_python_has_a_fault() -> None:
    plan = plan_of("%%bash", "def task(", "def task(x) return")
    assert plan.fault is not None
    assert plan.fault.label == "block 2"
    assert plan.pieces == ()


def test_examples_and_main_guards_never_run() -> None:
    guard = 'if __name__ == "__main__":\n    raise SystemExit'
    assert sources(plan_of(f"{REAL}\nprint(task(1))\n{guard}")) == [REAL]
