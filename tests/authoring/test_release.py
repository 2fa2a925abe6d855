"""The version for students: it works, and nothing in it gives away what stays hidden."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from judge import starting
from judge.__main__ import main
from judge.authoring.build import build
from judge.authoring.handout import classroom
from judge.authoring.release import Wish, release
from judge.catalogue import Catalogue, bundled, challenge_folders, open_catalogue
from judge.challenge import load_tests, read_challenge, reference_submission
from judge.errors import ChallengeError, UserError
from judge.grading import Asked, Grader
from judge.manifest import Challenge
from judge.results import Report, Status, Verdict
from judge.submission import submission_from_cells
from tests.authoring.secrets import FILES, TESTS, made, secrets_of

TRAVELS = ["a_constant_factor_scales", "growing_then_shrinking_changes_nothing"]


@pytest.fixture(scope="module")
def challenge(tmp_path_factory: pytest.TempPathFactory) -> Challenge:
    found = made(tmp_path_factory.mktemp("author"))
    build([found.folder])
    return found


@pytest.fixture(scope="module")
def student(challenge: Challenge, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The released repository."""
    root = tmp_path_factory.mktemp("student") / "course"
    notes = release([challenge], Wish(root))
    assert "scale: 2 of 5 tests travel." in notes
    return root


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def notes_of(challenge: Challenge, root: Path, **wish: Any) -> str:
    return "\n".join(release([challenge], Wish(root, **wish)))


# --- what is there, and what is not -------------------------------------------------------------


def test_the_files_are_those_of_a_course_repository(student: Path) -> None:
    assert [path.relative_to(student).as_posix() for path in files(student)] == [
        ".github/classroom.py",
        ".github/workflows/classroom.yml",
        "README.md",
        "challenges/index.json",
        "challenges/scale/_cases.py",
        "challenges/scale/_more.py",
        "challenges/scale/challenge.toml",
        "challenges/scale/hidden_tests.py",
        "challenges/scale/notebook.py",
        "challenges/tracks.toml",
        "judge.toml",
        "templates/scale.ipynb",
    ]


def test_nothing_that_stays_hidden_is_in_any_file(challenge: Challenge, student: Path) -> None:
    secrets = secrets_of(challenge)
    assert {"umbrella_adds", "umbrella_grown", "return np.true_divide(x, 2)"} <= secrets
    for path in files(student):
        text = path.read_text(encoding="utf-8")
        assert [secret for secret in secrets if secret in text] == [], path
        assert not [secret for secret in secrets if secret in str(path.relative_to(student))]


def test_nothing_of_them_is_in_the_notebook_either(challenge: Challenge, student: Path) -> None:
    notebook = json.loads((student / "templates" / "scale.ipynb").read_text(encoding="utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    assert "Think of the inverse." in text
    assert [secret for secret in secrets_of(challenge) if secret in text] == []


def test_the_template_is_that_of_the_author(challenge: Challenge, student: Path) -> None:
    own = challenge.folder.parent.parent / "templates" / "scale.ipynb"
    assert (student / "templates" / "scale.ipynb").read_bytes() == own.read_bytes()


def test_public_tests_travel_with_what_they_need(student: Path) -> None:
    written = read_challenge(student / "challenges" / "scale")
    assert [test.name for test in load_tests(written)] == TRAVELS
    assert [test.needs for test in load_tests(written)] == [(), (TRAVELS[0],)]
    text = (written.folder / "hidden_tests.py").read_text(encoding="utf-8")
    assert "SIZES.append(4)" in text
    assert "SIZES[0] = 6" in text
    assert "import string" not in text
    assert "oracle" not in text
    assert (written.folder / "_cases.py").read_text(encoding="utf-8").count("CENTRE") == 1


def test_what_is_listed_travels(challenge: Challenge, student: Path) -> None:
    written = read_challenge(student / "challenges" / "scale")
    assert written.released
    assert written.tasks == challenge.tasks
    assert written.title == 'Scale "it"'
    tracks = tomllib.loads((student / "challenges" / "tracks.toml").read_text(encoding="utf-8"))
    assert [track["id"] for track in tracks["track"]] == ["fundamentals"]


def test_building_it_again_changes_nothing(student: Path) -> None:
    assert build([student / "challenges" / "scale"]) == []
    assert not (student / "solutions").exists()


def test_the_author_is_told_what_does_not_travel(challenge: Challenge, tmp_path: Path) -> None:
    told = notes_of(challenge, tmp_path / "course", check=False)
    assert "they measure the reference: memory_is_that_of_the_reference" in told
    assert "no public test is left of the task shrink" in told
    assert "run without them: a_constant_factor_scales" in told


# --- it works -----------------------------------------------------------------------------------


def catalogue(student: Path) -> Catalogue:
    return open_catalogue((student / "challenges",))


def graded(student: Path, source: str, grader: Grader) -> Report:
    written = read_challenge(student / "challenges" / "scale")
    submission = submission_from_cells([("", source)], "scale.py", "script")
    return grader.grade(written, submission, Asked(seed=1))


def test_it_is_listed_and_started(student: Path, tmp_path: Path) -> None:
    entry = next(e for e in catalogue(student).entries if e.id == "scale")
    assert (entry.tests, entry.points) == (2, 15)
    assert starting.start(catalogue(student), "scale", tmp_path).is_file()
    with pytest.raises(UserError, match="comes without its solution"):
        starting.solution(catalogue(student), "scale", tmp_path, spoil=True)


def test_checks_see_right_and_wrong_without_a_reference(student: Path, grader: Grader) -> None:
    right = "def grow(x, factor=2): return x * factor\ndef shrink(x): return x / 2"
    report = graded(student, right, grader)
    assert report.verdict is Verdict.PASSED
    assert (report.points.earned, report.points.possible) == (6, 6)
    wrong = graded(student, right.replace("x * factor", "x + factor"), grader)
    assert wrong.verdict is Verdict.FAILED
    assert [test.status for test in wrong.tests] == [Status.FAILED, Status.NOT_RUN]
    assert all(test.misconception is None for test in wrong.tests)


def test_the_template_is_not_attempted(student: Path, grader: Grader) -> None:
    written = read_challenge(student / "challenges" / "scale")
    report = grader.grade(written, reference_submission(written), Asked(seed=1))
    assert report.verdict is Verdict.NOT_ATTEMPTED


# --- the oracle ---------------------------------------------------------------------------------


NEEDS_ORACLE = TESTS.replace('points=3, visibility="hidden"', "points=3")


def test_a_public_test_that_needs_the_oracle_is_refused(tmp_path: Path) -> None:
    challenge = made(tmp_path / "a", hidden_tests=NEEDS_ORACLE)
    with pytest.raises(UserError, match=r"need the oracle.*: umbrella_values_are_right") as caught:
        release([challenge], Wish(tmp_path / "b"))
    assert "a_constant_factor_scales" not in str(caught.value)
    assert "--with-oracle" in str(caught.value)
    assert not (tmp_path / "b").exists()


def test_it_travels_where_it_is_asked_for_and_no_more_of_it(tmp_path: Path) -> None:
    oracle = FILES["oracle.py"] + "\n\ndef rest_of_the_oracle():\n    return 1\n"
    challenge = made(tmp_path / "a", hidden_tests=NEEDS_ORACLE, oracle=oracle)
    release([challenge], Wish(tmp_path / "b", with_oracle=True))
    text = (tmp_path / "b" / "challenges" / "scale" / "oracle.py").read_text(encoding="utf-8")
    assert "def umbrella_grown" in text
    assert "rest_of_the_oracle" not in text


@pytest.mark.parametrize(
    "use",
    [
        "getattr(oracle, 'umbrella' + '_grown')(1, 2)",
        "_more.umbrella_unused()",
        "(lambda: umbrella_helper(student))()",
        "[oracle.umbrella_grown for _ in ()]",
    ],
)
def test_no_way_to_the_oracle_is_overlooked(tmp_path: Path, use: str) -> None:
    line = '    """grow(2 x) is 2 grow(x)."""\n'
    tests = TESTS.replace(line, f"{line}    {use}\n")
    challenge = made(tmp_path / "a", hidden_tests=tests)
    with pytest.raises(UserError, match="need the oracle"):
        release([challenge], Wish(tmp_path / "b"))


def test_a_public_test_that_uses_a_hidden_one_is_refused(tmp_path: Path) -> None:
    line = '    """shrink(grow(x)) is x."""\n'
    tests = TESTS.replace(line, f"{line}    umbrella_halves_are_right(student)\n")
    with pytest.raises(ChallengeError, match="uses the hidden test umbrella_halves_are_right"):
        release([made(tmp_path / "a", hidden_tests=tests)], Wish(tmp_path / "b"))


# --- mistakes -----------------------------------------------------------------------------------


def test_what_a_name_does_not_tell_is_found_by_trying(tmp_path: Path) -> None:
    line = '    """grow(2 x) is 2 grow(x)."""\n'
    tests = TESTS.replace(line, f"{line}    globals()['HIDDEN' + '_SIZES']\n")
    challenge = made(tmp_path / "a", hidden_tests=tests)
    with pytest.raises(ChallengeError, match="does not pass a_constant_factor_scales: broken"):
        release([challenge], Wish(tmp_path / "b"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]


def test_a_test_without_a_name_of_its_own_is_refused(tmp_path: Path) -> None:
    more = """

def _plain(student):
    '''Made by hand.'''


_plain.__name__ = "made_by_hand"
MADE = hidden_test(task="grow", group="strict")(_plain)
"""
    challenge = made(tmp_path / "a", hidden_tests=TESTS + more)
    with pytest.raises(ChallengeError, match="found by their names: made_by_hand"):
        release([challenge], Wish(tmp_path / "b"))


def test_an_import_inside_a_function_is_refused(tmp_path: Path) -> None:
    line = '    """grow(2 x) is 2 grow(x)."""\n'
    tests = TESTS.replace(line, f"{line}    from .oracle import umbrella_grown\n")
    with pytest.raises(ChallengeError, match="cannot be followed"):
        release([made(tmp_path / "a", hidden_tests=tests)], Wish(tmp_path / "b"))


def test_nothing_to_check_is_refused(tmp_path: Path) -> None:
    tests = TESTS.replace('visibility="public"', 'visibility="hidden"')
    tests = tests.replace("points=2, needs", 'points=2, visibility="hidden", needs')
    tests = tests.replace("points=1)", 'points=1, visibility="hidden")')
    with pytest.raises(UserError, match="none of its 5 tests can travel"):
        release([made(tmp_path / "a", hidden_tests=tests)], Wish(tmp_path / "b"))


def test_a_folder_with_something_in_it_stays_as_it_is(challenge: Challenge, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="not empty"):
        release([challenge], Wish(tmp_path, check=False))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(UserError, match="is a file"):
        release([challenge], Wish(tmp_path / "mine.txt", check=False))


def test_a_git_repository_is_filled(challenge: Challenge, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    release([challenge], Wish(tmp_path, check=False))
    assert (tmp_path / "judge.toml").is_file()
    assert (tmp_path / ".git").is_dir()


def test_a_released_challenge_is_not_released_again(student: Path, tmp_path: Path) -> None:
    written = read_challenge(student / "challenges" / "scale")
    with pytest.raises(UserError, match="for students already"):
        release([written], Wish(tmp_path / "b"))


# --- around the challenges ----------------------------------------------------------------------


def test_where_it_is_published_goes_on(tmp_path: Path) -> None:
    challenge = made(tmp_path / "a")
    own = '[project]\nrepository = "me/private"\ninstall = "flashjudge==0.1"\n'
    (tmp_path / "a" / "judge.toml").write_text(own)
    release([challenge], Wish(tmp_path / "b", repository="me/course", check=False))
    project = tomllib.loads((tmp_path / "b" / "judge.toml").read_text())["project"]
    assert project == {"repository": "me/course", "install": "flashjudge==0.1", "ref": "main"}
    notebook = (tmp_path / "b" / "templates" / "scale.ipynb").read_text(encoding="utf-8")
    assert "github/me/course/blob/main/templates/scale.ipynb" in notebook
    everything = "".join(path.read_text(encoding="utf-8") for path in files(tmp_path / "b"))
    assert "me/private" not in everything
    with pytest.raises(UserError, match="OWNER/NAME"):
        release([challenge], Wish(tmp_path / "c", repository="me", check=False))


def test_the_workflow_checks_and_reports_each_challenge(student: Path) -> None:
    text = (student / ".github" / "workflows" / "classroom.yml").read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    steps = found["jobs"]["run-autograding-tests"]["steps"]
    assert [step["uses"] for step in steps if "uses" in step] == [
        "actions/checkout@v4",
        "actions/setup-python@v5",
        "classroom-resources/autograding-grading-reporter@v1",
    ]
    assert "http" not in text
    assert found["permissions"] == {"checks": "write", "actions": "read", "contents": "read"}
    one = next(step for step in steps if step.get("id") == "challenge1")
    assert one["run"] == 'python .github/classroom.py scale 6 >> "$GITHUB_OUTPUT"'
    report = steps[-1]
    assert report["with"]["runners"] == "challenge1"
    assert report["env"] == {"CHALLENGE1_RESULTS": "${{ steps.challenge1.outputs.result }}"}


def classroom_run(student: Path, home: Path, *files: tuple[str, str]) -> dict[str, Any]:
    """What the workflow's step leaves for the reporter."""
    home.mkdir()
    for name in ("judge.toml", "challenges", ".github", "templates"):
        (home / name).symlink_to(student / name)
    for name, text in files:
        (home / name).write_text(text)
    env = {"PATH": "/usr/bin:/bin", "HOME": str(home), "JUDGE_DATA": str(home / "data")}
    done = subprocess.run(
        [sys.executable, ".github/classroom.py", "scale", "6"],
        cwd=home,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = done.stdout.splitlines()
    name, _, encoded = line.partition("=")
    assert name == "result"
    found: dict[str, Any] = json.loads(base64.b64decode(encoded, validate=True))
    assert found["max_score"] == 6
    assert {test["status"] for test in found["tests"]} <= {"pass", "fail", "error"}
    return found


def test_the_reporter_gets_partial_credit(student: Path, tmp_path: Path) -> None:
    half = "def grow(x, factor=2): return x * factor\ndef shrink(x): return x / 3\n"
    trap = ("judge.py", "raise SystemExit('the wrong judge')")
    found = classroom_run(student, tmp_path / "one", ("scale.py", half), trap)
    assert found["status"] == "fail"
    assert sum(test["score"] for test in found["tests"]) == 4
    assert [test["status"] for test in found["tests"]] == ["pass", "fail"]
    assert "got" in found["tests"][1]["message"]


def test_the_reporter_is_told_of_what_is_missing(student: Path, tmp_path: Path) -> None:
    found = classroom_run(student, tmp_path / "one")
    assert "There is no scale.ipynb" in found["tests"][0]["message"]
    found = classroom_run(student, tmp_path / "two", ("scale.py", "def ("))
    assert (found["status"], found["tests"][0]["score"]) == ("fail", 0)


def test_a_check_that_never_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("judge", 1)

    monkeypatch.setattr(subprocess, "run", run)
    assert "more than 600 seconds" in classroom.outcome("scale", 6)["tests"][0]["message"]


# --- the command --------------------------------------------------------------------------------


def test_the_command(
    challenge: Challenge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(challenge.folder.parent)
    target = str(tmp_path / "course")
    common = ["-o", target, "--challenges", folder, "--no-check"]
    assert main(["release", "scale", *common]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"wrote the student version of scale to {target}\n"
    assert "note: scale: 2 of 5 tests travel." in captured.err
    assert main(["release", "scale", *common]) == 2
    assert "not empty" in capsys.readouterr().err
    assert main(["release", *common]) == 2
    assert "Name the challenges" in capsys.readouterr().err
    assert main(["release", "scail", *common]) == 2
    assert "Did you mean scale?" in capsys.readouterr().err


@pytest.mark.slow
def test_every_challenge_of_ours_works_as_a_release(tmp_path: Path) -> None:
    """With their oracles: most of their tests need them. Our own solutions are tried on them."""
    found = [read_challenge(folder) for folder in challenge_folders(bundled())]
    told = "\n".join(release(found, Wish(tmp_path / "course", with_oracle=True)))
    assert "flash_attention: left out, as they measure the reference" in told
    written = tmp_path / "course" / "challenges"
    assert [folder.name for folder in challenge_folders(written)] == [c.id for c in found]
    assert not list(written.rglob("mutants*"))
    for challenge in found:
        name = f"{challenge.id}.ipynb"
        template = bundled("templates") / name
        assert (written.parent / "templates" / name).read_bytes() == template.read_bytes()
