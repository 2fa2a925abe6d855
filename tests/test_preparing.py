"""Making a submission ready: refused, stopped, missing, or a program."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.challenge import reference_submission
from judge.manifest import Challenge, read_challenge
from judge.preparing import Prepared, prepare
from judge.results import LimitHit, Raised, Status
from judge.sandbox.process import ProcessSandbox
from judge.submission import Submission, submission_from_cells
from tests.folders import TOML, write_challenge

TWO = (
    TOML
    + """
[[task]]
id = "half"
function = "half(x)"
points = 1
hints = ["divide"]
"""
)
BOTH = "def twice(x, *, times=2): return x * times\ndef half(x): return x / 2\n"


@pytest.fixture(scope="module")
def challenge(tmp_path_factory: pytest.TempPathFactory) -> Challenge:
    return read_challenge(write_challenge(tmp_path_factory.mktemp("challenges"), toml=TWO))


def script(source: str) -> Submission:
    return submission_from_cells([("", source)], "answer.py", "script")


def notebook(*sources: str) -> Submission:
    cells = [(f"cell {n}", source) for n, source in enumerate(sources, start=1)]
    return submission_from_cells(cells, "answer.ipynb", "notebook")


@pytest.fixture
def ready(sandbox: ProcessSandbox, challenge: Challenge) -> Prepared:
    return prepare(challenge, script(BOTH), sandbox.worker)


def test_a_good_submission_becomes_a_program(ready: Prepared) -> None:
    assert ready.refused is None
    assert ready.stop is None
    assert ready.missing == {}
    assert ready.found == ("twice", "half")
    assert ready.program is not None
    assert ready.program.memory == 1024 << 20
    assert ready.program.allowed == ("numpy",)
    assert ready.program.parameters == {"twice": ("x", "times"), "half": ("x",)}
    assert ready.program.returns == {"twice": ("y",)}


def test_the_reference_of_a_challenge_is_a_submission(
    sandbox: ProcessSandbox, tmp_path: Path
) -> None:
    one = read_challenge(write_challenge(tmp_path))
    found = prepare(one, reference_submission(one), sandbox.worker)
    assert found.missing == {}
    assert found.program is not None
    assert found.program.imports == ("math",)


@pytest.mark.parametrize(
    ("source", "start"),
    [
        ("x = 1\ndef twice(x:\n", "answer.py, line 2: "),
        ("if x:\nprint(1)", "answer.py, line 2: "),
        ("(" * 5000, "answer.py, line 1: "),
    ],
)
def test_a_script_that_is_no_python_is_refused(
    sandbox: ProcessSandbox, challenge: Challenge, source: str, start: str
) -> None:
    found = prepare(challenge, script(source), sandbox.worker)
    assert found.refused is not None
    assert found.refused.startswith(start)
    assert found.program is None


def test_source_that_crashes_the_parser_is_refused(
    sandbox: ProcessSandbox, challenge: Challenge
) -> None:
    for source in (
        "-" * 300_000 + "1",
        "x = " + "[" * 90_000 + "]" * 90_000,
        "+".join("1" * 90_000),
    ):
        found = prepare(challenge, script(source), sandbox.worker)
        assert found.refused is not None or "twice" in found.missing


def test_a_plan_that_takes_too_long_is_refused(
    sandbox: ProcessSandbox, challenge: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("judge.preparing.PLAN_SECONDS", 0.0)
    found = prepare(challenge, script(BOTH), sandbox.worker)
    assert found.refused == "The submission could not be read in 0 s."


def test_megabytes_of_code_are_read(sandbox: ProcessSandbox, challenge: Challenge) -> None:
    row = "0123456789" * 390  # each statement short enough to travel in a header
    rows = "".join(f"ROW_{n} = '{row}'\n" for n in range(300))
    used = ", ".join(f"ROW_{n}" for n in range(300))
    source = f"{rows}def twice(x): return [{used}]\ndef half(x): return x / 2\n"
    assert len(source) > 1 << 20
    found = prepare(challenge, script(source), sandbox.worker)
    assert (found.refused, found.stop, found.missing) == (None, None, {})


def test_a_notebook_leaves_out_the_cell_that_is_no_python(
    sandbox: ProcessSandbox, challenge: Challenge
) -> None:
    found = prepare(challenge, notebook(BOTH, "def broken(:", "!ls"), sandbox.worker)
    assert found.refused is None
    assert found.missing == {}
    assert any("cell 2" in note for note in found.notes)


def test_what_is_missing_says_what_there_is(sandbox: ProcessSandbox, challenge: Challenge) -> None:
    found = prepare(challenge, script("def double(x): return x\nclass A: pass"), sandbox.worker)
    assert found.missing == {
        "twice": "twice is not defined; found: double, A",
        "half": "half is not defined; found: double, A",
    }
    nothing = prepare(challenge, script("x = 1"), sandbox.worker)
    assert nothing.missing["twice"] == "twice is not defined; the submission defines no function"
    many = "\n".join(f"def f{n}(): return {n}" for n in range(20))
    found = prepare(challenge, script(many), sandbox.worker)
    assert found.missing["half"].endswith("f7, ...")


@pytest.mark.parametrize("body", ["pass", "...", "'Twice x.'", "raise NotImplementedError"])
def test_a_stub_is_not_attempted(sandbox: ProcessSandbox, challenge: Challenge, body: str) -> None:
    source = f"def twice(x): return x\ndef half(x):\n    {body}\n"
    found = prepare(challenge, script(source), sandbox.worker)
    assert found.missing == {"half": "half is still the stub"}


def test_what_loading_raises_stops_it(sandbox: ProcessSandbox, challenge: Challenge) -> None:
    source = "table = {}['no']\ndef twice(x): return table\ndef half(x): return x / 2"
    found = prepare(challenge, script(source), sandbox.worker)
    assert found.stop is not None
    assert found.stop.status is Status.CRASHED
    assert isinstance(found.stop.evidence, Raised)
    assert found.stop.evidence.phase == "load"
    assert found.stop.evidence.frames[0].line == 1


def test_a_loop_while_loading_stops_it(
    sandbox: ProcessSandbox, challenge: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("judge.preparing.LOAD_SECONDS", 0.3)
    source = "def table():\n    while True: pass\nvalues = table()\ndef twice(x): return values"
    found = prepare(challenge, script(source), sandbox.worker)
    assert found.stop is not None
    assert found.stop.status is Status.EXCEEDED
    assert isinstance(found.stop.evidence, LimitHit)


def test_forged_plans_and_faults_do_no_harm(challenge: Challenge) -> None:
    class Forger:
        """Answers with anything but a plan."""

        charged = 0.0

        def __init__(self, kind: str, value: object) -> None:
            self.answer = kind, value

        def __enter__(self) -> Forger:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def ask(self, kind: str, value: object, seconds: float) -> object:
            from judge.wire import Message

            return Message(*self.answer[:1], 1, self.answer[1])

    for kind, value in [
        ("plan", None),
        ("plan", [1, 2]),
        ("raised", {"type": "E", "text": "", "frames": []}),
        ("missing", {"text": "x"}),
    ]:
        found = prepare(challenge, script(BOTH), lambda _, k=kind, v=value: Forger(k, v))  # type: ignore[misc, arg-type]  # no whole worker
        assert found.refused == "The submission cannot be read as Python."
    strange = {"found": {"a": 1}, "imports": [3, [], [None]], "fault": [1, 2], "notes": "x"}
    found = prepare(challenge, script(BOTH), lambda _: Forger("plan", strange))  # type: ignore[arg-type, return-value]  # no whole worker
    assert found.refused is None
    assert found.found == ()
