"""What a report says in short, and the command that repeats it."""

from __future__ import annotations

import shlex

import msgspec
import pytest

from judge.report.examples import failing
from judge.report.jupyter import Shown, html
from judge.report.summary import file_of, next_step, reason, repeat_command
from judge.results import KERNEL, Report, Verdict


def handed_in(origin: str) -> Report:
    report = failing()
    submission = msgspec.structs.replace(report.submission, origin=origin)
    return msgspec.structs.replace(report, submission=submission, seed=7)


@pytest.mark.parametrize(
    "origin",
    [
        "softmax.ipynb",
        "ada/softmax.py",
        "Mine.PY",
        "reply.md",
        "samples/gpt/softmax/0.txt",
        "Ada Lovelace_101_assignsubmission_file_/soft max.ipynb",
        "lovelaceada_LATE_12_345_softmax-2.ipynb",
        'O\'Neil/李小龙/"mine".py',
        "homework.zip.py",
    ],
)
def test_a_file_is_named_as_a_shell_takes_it(origin: str) -> None:
    command = repeat_command(handed_in(origin))
    assert command is not None
    assert shlex.split(command) == ["judge", "check", "flash_attention", origin, "--seed", "7"]


def test_folders_of_challenges_are_named_again() -> None:
    command = repeat_command(handed_in("mine.py"), ("packs", "my packs"))
    assert command is not None
    assert shlex.split(command)[6:] == ["--challenges", "packs", "--challenges", "my packs"]


@pytest.mark.parametrize(
    "origin",
    [
        "class.zip/ada/softmax.py",
        "Bob_2_assignsubmission_file_/Homework.ZIP/mine.zip/softmax.ipynb",
        "the code of a program",
        "two\\nlines.py",
        "a\x1b[31m.py",
        "-o.py",
        "long/" * 50 + "softmax.py",
        "",
    ],
)
def test_what_cannot_be_typed_is_not_offered(origin: str) -> None:
    report = handed_in(origin)
    assert repeat_command(report) is None
    assert file_of(report) is None
    shown = html(Shown(report)) + str(Shown(report))
    assert "judge check" not in shown
    assert "Seed: 7<br>" in shown


def test_in_a_kernel_the_call_is_repeated() -> None:
    assert repeat_command(handed_in(KERNEL)) == 'check("flash_attention", seed=7)'


def test_no_command_is_spoken_of_where_there_is_none() -> None:
    for origin, told in (("mine.py", "with the command above"), ("class.zip/mine.py", "again; if")):
        broken = msgspec.structs.replace(handed_in(origin), verdict=Verdict.BROKEN)
        assert told in next_step(broken)


@pytest.mark.parametrize(("origin", "told"), [(KERNEL, "run its cell"), ("mine.py", "save it")])
def test_what_is_done_with_a_written_function_depends_on_where_it_stands(
    origin: str, told: str
) -> None:
    empty = msgspec.structs.replace(handed_in(origin), verdict=Verdict.NOT_ATTEMPTED)
    assert next_step(empty) == f"Write one of the functions, {told}, and check again."


def test_the_line_that_does_not_parse_follows_what_is_wrong_with_it() -> None:
    text = "mine.py, line 4: expected ':'\n    def f()"
    refused = msgspec.structs.replace(handed_in("mine.py"), verdict=Verdict.REFUSED, reason=text)
    assert reason(refused) == "mine.py, line 4: expected ':' in: def f()"
