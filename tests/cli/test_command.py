from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

import pytest
from click.testing import CliRunner

from judge import __version__, cli, doctor
from judge.errors import JudgeError, UnknownNameError
from tests.cli.place import RIGHT, WRONG, Place, Ran, assert_told

# --- the command itself -----------------------------------------------------------------------


def test_version_and_help(place: Place) -> None:
    assert place.judge("--version") == Ran(0, f"judge {__version__}\n", "")
    for arguments in (["-h"], ["--help"], []):
        ran = place.judge(*arguments)
        assert ran.code == 0
        assert "judge check softmax" in ran.out
    for name in cli.judge.commands:
        ran = place.judge(name, "-h")
        assert (ran.code, ran.err) == (0, "")
        assert f"Usage: judge {name}" in ran.out


def test_the_overview_cuts_no_sentence() -> None:
    shown = CliRunner().invoke(cli.judge, ["-h"], terminal_width=80).output
    assert "..." not in shown.partition("Commands:")[2]


def test_commands_stand_in_the_order_of_use() -> None:
    shown = CliRunner().invoke(cli.judge, ["-h"]).output.partition("Commands:")[2]
    names = [line.split()[0] for line in shown.splitlines() if line.strip()]
    assert names[:6] == ["list", "status", "show", "prompt", "start", "check"]


def test_a_misspelt_command(place: Place) -> None:
    assert_told(place.judge("chekc", "centring"), "no command 'chekc'", "Did you mean check?")
    result = CliRunner().invoke(cli.judge, ["lsit"])
    assert isinstance(result.exception, UnknownNameError)
    assert result.exception.near == ["list"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check"], "Missing argument 'ID'"),
        (["check", "centring", "--tasks", "centre"], "--task"),
        (["check", "centring", "--seed", "x"], "not a valid integer"),
        (["check", "centring", "a.py", "more"], "unexpected extra argument"),
        (["check", "centring", "--require-isolation", "total"], "'full'"),
    ],
)
def test_wrong_use_of_a_command(place: Place, arguments: list[str], said: str) -> None:
    assert_told(place.judge(*arguments), said, "judge check")


# --- the judge's own side ---------------------------------------------------------------------


def test_our_own_failure_is_code_3_with_a_traceback(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise JudgeError("the floor gave way")

    monkeypatch.setattr(doctor, "examine", fail)
    ran = place.judge("doctor")
    assert ran.code == 3
    assert "Traceback" in ran.err
    assert "the floor gave way" in ran.err
    assert "report it" in ran.err.splitlines()[-1]


def test_doctor_tries_a_worker(place: Place) -> None:
    ran = place.judge("doctor")
    assert ran.code == 0
    assert "submissions can be checked here" in ran.out
    data = json.loads(place.judge("doctor", "--json").out)
    assert data["works"]
    assert set(data["witnesses"]) == {"traced", "resident", "virtual"}
    assert data["packages"]["numpy"]
    assert data["answer_seconds"] > 0


def test_doctor_says_what_does_not_work(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise JudgeError("no fork server")

    monkeypatch.setattr("judge.sandbox.process.ProcessSandbox.start", fail)
    ran = place.judge("doctor")
    assert ran.code == 1
    assert "! does not answer: no fork server" in ran.out
    assert "none" in ran.out


# --- the real command -------------------------------------------------------------------------


def real(arguments: Sequence[str], **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "judge", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **more,  # type: ignore[call-overload]  # settings of subprocess.run
    )


def test_the_real_command_and_its_exit_codes(place: Place) -> None:
    place.write("centring.py", RIGHT)
    assert real(["check", "centring"]).returncode == 0
    place.write("centring.py", WRONG)
    ran = real(["check", "centring"])
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "\x1b" not in ran.stdout
    ran = real(["check", "centrin"])
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Did you mean centring?" in ran.stderr


def test_a_closed_pipe_is_quiet(place: Place) -> None:
    for command in (["schema"], ["list"], ["show", "centring"], ["--help"]):
        reader, writer = os.pipe()
        os.close(reader)
        ran = subprocess.run(
            [sys.executable, "-m", "judge", *command],
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
        os.close(writer)
        assert (ran.returncode, ran.stderr) == (141, b"")


def test_interrupting_a_check(place: Place) -> None:
    ready = place.work / "fifo"
    os.mkfifo(ready)
    source = "def centre_rows(x):\n    open('fifo', 'w').close()\n    while True: pass\n"
    place.write("centring.py", source)
    process = subprocess.Popen(
        [sys.executable, "-m", "judge", "check", "centring", "--debug"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with ready.open():  # opens when the submission does
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("Interrupted in line ")
    assert "Traceback" not in err


def test_messages_survive_a_narrow_encoding(place: Place) -> None:
    ran = real(["check", "naïve"], env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert ran.returncode == 2
    assert r"na\xefve" in ran.stderr


def test_a_terminal_sees_a_check_at_work_and_whole_words(place: Place) -> None:
    place.write("centring.py", RIGHT)
    ours, theirs = os.openpty()
    for arguments in (["check", "centring", "--json"], ["check", "centrin"]):
        subprocess.run(
            [sys.executable, "-m", "judge", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=theirs,
            env={**os.environ, "COLUMNS": "60", "TERM": "xterm"},
            check=False,
            timeout=60,
        )
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(ours, 65536):
            shown += data
    except OSError:  # how a terminal says that nobody writes to it any more
        pass
    os.close(ours)
    text = shown.decode()
    assert "of 3 tests done; running:" in text
    last = text[text.index("There is no challenge") :].splitlines()
    assert all(len(line) <= 60 for line in last)
