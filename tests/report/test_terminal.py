from __future__ import annotations

import io
import subprocess
import sys

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from judge.errors import UnknownNameError
from judge.report import jupyter, terminal
from judge.report.examples import failing, passing, report
from judge.report.lines import columns
from judge.results import Report, Status
from tests.report.generate import REPORTS
from tests.report.made import SUMS
from tests.report.samples import HOSTILE, SAMPLES, hostile


@settings(deadline=None, max_examples=150)
@given(REPORTS, st.integers(50, 120), st.booleans())
def test_no_line_is_wider_than_asked(report: Report, width: int, full: bool) -> None:
    lines = terminal.text(report, width, full=full).splitlines()
    assert all(columns(line) <= min(width, 92) for line in lines)
    assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("width", [60, 80, 100])
def test_rich_prints_the_same_lines_as_text(name: str, width: int) -> None:
    report = SAMPLES[name]()
    file = io.StringIO()
    terminal.print_report(report, file, width=width, full=True)
    assert file.getvalue() == terminal.text(report, width, full=True)


def mixed(*statuses: Status) -> Report:
    """A report of one task with a test for each status."""
    made = [SUMS.answered(status, None) for status in statuses]
    unwritten = "f raises NotImplementedError"
    return report(
        tuple(
            msgspec.structs.replace(test, name=f"t{n}", task="forward", reason=unwritten)
            for n, test in enumerate(made)
        )
    )


def test_no_count_of_a_task_is_cut_off() -> None:
    statuses = [Status.PASSED] * 10 + [Status.FAILED] * 10 + [Status.CRASHED, Status.EXCEEDED]
    lines = terminal.text(mixed(*statuses, Status.NOT_RUN), 72).splitlines()
    bar = next(n for n, line in enumerate(lines) if line.startswith("forward   #"))
    assert lines[bar].endswith("10 passed, 10 failed,")
    assert lines[bar + 1].strip() == "1 crashed, 1 exceeded,"


def test_tests_that_wait_for_unwritten_code_share_its_line() -> None:
    shown = terminal.text(mixed(Status.NOT_ATTEMPTED, Status.NOT_RUN))
    assert "not attempted (2 tests): f raises NotImplementedError" in shown
    page = jupyter.html(jupyter.Shown(mixed(Status.NOT_ATTEMPTED, Status.NOT_RUN)))
    assert "Not attempted: f raises NotImplementedError" in page


def test_a_task_that_is_half_a_stub_says_what_is_unwritten() -> None:
    shown = terminal.text(mixed(Status.PASSED, Status.NOT_ATTEMPTED, Status.NOT_RUN))
    assert "not attempted (1 test): f raises NotImplementedError" in shown
    page = jupyter.html(jupyter.Shown(mixed(Status.PASSED, Status.NOT_ATTEMPTED)))
    assert "Not attempted: f raises NotImplementedError" in page
    assert "not attempted (" not in terminal.text(mixed(Status.FAILED, Status.NOT_ATTEMPTED))


def test_a_strict_test_waits_until_the_functions_are_written() -> None:
    made = mixed(Status.NOT_ATTEMPTED, Status.FAILED, Status.PASSED)
    first, strict, last = made.tests
    tests = (first, msgspec.structs.replace(strict, group="strict", possible=0.0), last)
    shown = terminal.text(msgspec.structs.replace(made, tests=tests))
    assert "not attempted (1 test): f raises NotImplementedError" in shown
    assert "Write the functions that are missing" in " ".join(shown.split())


def test_colour_adds_escapes_and_no_meaning() -> None:
    file = io.StringIO()
    terminal.print_report(failing(), file, width=80, colour=True)
    assert "\x1b[" in file.getvalue()
    console = Console(width=80)
    plain = [console.render_str("").from_ansi(line).plain for line in file.getvalue().splitlines()]
    assert "\n".join(plain) + "\n" == terminal.text(failing())


def test_no_color_and_pipes_are_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    file = io.StringIO()
    terminal.print_report(failing(), file)
    assert "\x1b" not in file.getvalue()
    monkeypatch.setenv("FORCE_COLOR", "1")
    terminal.print_report(failing(), file := io.StringIO(), colour=False)
    assert "\x1b[3" not in file.getvalue()
    assert "\x1b[9" not in file.getvalue()


def test_hostile_text_cannot_reach_the_terminal() -> None:
    file = io.StringIO()
    terminal.print_report(hostile(), file, width=80, colour=True, full=True)
    shown = file.getvalue()
    assert "[bold red]all passed[/]" in shown  # as letters, not as markup
    assert not any(bad in shown for bad in ("\x1b]", "\x1b[2J", "\u202e", "\u200b", "\x00", "\x07"))
    assert "\x1b" in HOSTILE


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_any_encoding_can_be_printed_to(encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    report = msgspec.structs.replace(failing(), notes=("漢字 and é",))
    terminal.print_report(report, stream, width=80)
    stream.flush()
    assert b"?? and" in raw.getvalue()


def test_the_first_failing_test_of_each_task_is_told_in_full() -> None:
    text = terminal.text(failing())
    assert text.count("called    ") == 2
    assert "more      1 message: repeat with --all" in text
    assert terminal.text(failing(), full=True).count("called    ") == 3
    assert text.rstrip().splitlines()[-1].startswith("next      Start with: forward")
    assert "judge check flash_attention attention.ipynb --seed 20931" in text


def test_one_test_can_be_asked_for() -> None:
    name = failing().tests[3].name
    text = terminal.text(failing(), only=name)
    assert "memory use grows at most 2.5 times" in text
    assert "running sums" not in text.split("next ")[0]
    with pytest.raises(UnknownNameError, match="Did you mean") as caught:
        terminal.text(failing(), only=name[:-1])
    assert name in caught.value.near


def test_a_file_name_is_quoted_in_the_command() -> None:
    def repeated(origin: str) -> str:
        submission = msgspec.structs.replace(failing().submission, origin=origin)
        report = msgspec.structs.replace(failing(), submission=submission)
        return next(line for line in terminal.text(report).splitlines() if "20931" in line)

    assert "'a b; rm x.py'" in repeated("a b; rm x.py")
    for origin in ("the kernel", "-rf.py", "a\x1b[0m.py", "class.zip/mine.py"):
        assert repeated(origin) == "seed      20931"


def test_a_long_command_can_still_be_copied() -> None:
    submission = msgspec.structs.replace(passing().submission, origin="folder/" * 8 + "a.ipynb")
    text = terminal.text(msgspec.structs.replace(passing(), submission=submission))
    first, second = (
        line for line in text.splitlines() if "judge check" in line or "--seed" in line
    )
    assert first.endswith(" \\")
    assert second.endswith("--seed 20931")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_the_demo_runs() -> None:
    shown = run("-m", "judge.report.terminal").stdout
    assert "FAILED    Flash attention" in shown
    assert "passed    Flash attention" in shown
    assert "\x1b" not in shown


def test_plain_text_needs_no_rich() -> None:
    code = (
        "import sys, judge.report.json, judge.report.junit, judge.report.jupyter as shown;"
        "from judge.report.examples import failing;"
        "str(shown.Shown(failing()));"
        "sys.exit('rich' in sys.modules)"
    )
    assert run("-c", code).returncode == 0
