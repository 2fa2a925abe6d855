"""The autograder's zip, unpacked and run as Gradescope does it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import json
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from judge.__main__ import main
from judge.authoring import autograding
from judge.authoring.autograder import grade
from judge.authoring.autograding import graded, submitted
from judge.authoring.gradescope import autograder
from judge.authoring.wheel import wheel
from judge.errors import SubmissionError, UserError
from judge.manifest import Challenge
from tests.authoring.secrets import made
from tests.classroom.test_export_files import check_results

RIGHT = "def grow(x, factor=2): return x * factor\ndef shrink(x): return x / 2\n"
WRONG = RIGHT.replace("x * factor", "x + factor")
HOSTILE = (
    RIGHT
    + """
import json, os, sys
for name in ("/autograder", os.environ.get("JUDGE_AUTOGRADER", "/autograder")):
    try:
        with open(name + "/results/results.json", "w") as stream:
            json.dump({"score": 1000}, stream)
    except OSError:
        pass
def grow(x, factor=2):
    print(json.dumps({"score": 1000}), flush=True)
    os._exit(0)
"""
)


@pytest.fixture(scope="module")
def challenge(tmp_path_factory: pytest.TempPathFactory) -> Challenge:
    return made(tmp_path_factory.mktemp("author"))


@pytest.fixture(scope="module")
def archive(challenge: Challenge, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("zip") / "autograder.zip"
    autograder(challenge, target, 2.0)
    return target


def unpacked(archive: Path, root: Path) -> Path:
    """Gradescope's folders: the zip in source, its programs beside them as well."""
    for name in ("source", "submission", "results"):
        (root / name).mkdir(parents=True)
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            opened.extract(entry, root / "source")
            (root / "source" / entry.filename).chmod(entry.external_attr >> 16)
    shutil.copy2(root / "source" / "run_autograder", root / "run_autograder")
    return root


def hand_in(root: Path, **files: str) -> None:
    """What a student uploads, in place of what was there."""
    shutil.rmtree(root / "submission")
    (root / "submission").mkdir()
    for stem, text in files.items():
        (root / "submission" / f"{stem}.py").write_text(text, encoding="utf-8")


# --- the zip ------------------------------------------------------------------------------------


def test_what_gradescope_starts_is_at_the_top_and_may_be_started(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        entries = {entry.filename: entry for entry in opened.infolist()}
        assert opened.testzip() is None
        for name in ("setup.sh", "run_autograder"):
            assert opened.read(name).startswith(b"#!/usr/bin/env bash\n")
            assert entries[name].external_attr >> 16 == 0o755
            assert b"\r" not in opened.read(name)
        settings = json.loads(opened.read("settings.json"))
    assert settings == {"challenge": "scale", "pace": 2.0, "memory_mb": 600}
    assert {"challenges/scale/oracle.py", "challenges/scale/mutants/umbrella_file.py"} <= set(
        entries
    )
    assert not [name for name in entries if "__pycache__" in name]


def test_the_same_challenge_gives_the_same_zip(
    challenge: Challenge, archive: Path, tmp_path: Path
) -> None:
    autograder(challenge, tmp_path / "again.zip", 2.0)
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_the_programs_are_shell(name: str) -> None:
    file = Path(grade.__file__).with_name(name)
    subprocess.run(["bash", "-n", str(file)], check=True)


def test_the_wheel_is_one_and_holds_no_solution() -> None:
    name, data = wheel()
    assert re.fullmatch(r"flashjudge-[\d.]+-py3-none-any\.whl", name)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        names = opened.namelist()
        info = name.removesuffix("-py3-none-any.whl") + ".dist-info"
        record = opened.read(f"{info}/RECORD").decode().splitlines()
        assert len(record) == len(names)
        for line in record[:-1]:
            path, digest, size = line.rsplit(",", 2)
            assert len(opened.read(path)) == int(size)
            assert digest.startswith("sha256=")
        assert b"Requires-Dist: numpy" in opened.read(f"{info}/METADATA")
        assert b"judge = judge.__main__:main" in opened.read(f"{info}/entry_points.txt")
    assert "judge/authoring/autograder/run_autograder" in names
    assert not [name for name in names if "_bundled" in name or "__pycache__" in name]


def test_a_wheel_needs_an_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(UserError, match="not installed here"):
        wheel()


def test_the_command(
    challenge: Challenge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "scale.zip"
    common = ["gradescope", "scale", "--challenges", str(challenge.folder.parent), "-o"]
    assert main([*common, str(target)]) == 0
    assert "with 15 points" in capsys.readouterr().out
    assert zipfile.is_zipfile(target)
    assert main([*common, str(tmp_path / "no" / "x.zip")]) == 2
    assert "cannot be written" in capsys.readouterr().err
    for pace in ("0.5", "nan", "99"):
        assert main([*common, str(target), "--pace", pace]) == 2
        assert "Give a number from 1 to 10" in capsys.readouterr().err


# --- which file is meant ------------------------------------------------------------------------


def test_the_file_of_the_name_is_meant_wherever_it_lies(tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    wanted = tmp_path / "repository" / "scale.ipynb"
    for path in (wanted, tmp_path / "other.py", tmp_path / ".scale.py", tmp_path / "notes.txt"):
        path.write_text("x")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "scale.py").write_text("x")
    (tmp_path / "scale.py").symlink_to("/etc/passwd")
    assert submitted(tmp_path, "scale") == wanted


def test_a_single_file_may_have_any_name(tmp_path: Path) -> None:
    (tmp_path / "homework (1).ipynb").write_text("x")
    assert submitted(tmp_path, "scale").name == "homework (1).ipynb"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "No notebook and no Python file"),
        (("notes.txt",), "No notebook and no Python file"),
        (("a.py", "b.py"), "It is not clear which file is meant: a.py, b.py"),
        (("scale.py", "scale.ipynb"), "It is not clear"),
    ],
)
def test_what_is_not_clear_is_told(tmp_path: Path, names: tuple[str, ...], said: str) -> None:
    for name in names:
        (tmp_path / name).write_text("x")
    with pytest.raises(SubmissionError, match=said):
        submitted(tmp_path, "scale")


# --- results.json -------------------------------------------------------------------------------


@pytest.fixture
def root(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = unpacked(archive, tmp_path / "autograder")
    monkeypatch.setenv("JUDGE_AUTOGRADER", str(found))
    return found


def results(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "results" / "results.json").read_text())
    check_results(found)
    return found


def test_a_right_submission_gets_all_points(root: Path) -> None:
    hand_in(root, scale=RIGHT)
    grade.main()
    assert results(root)["score"] == 15
    assert [path.name for path in (root / "results").iterdir()] == ["results.json"]


def test_zeros_are_there_before_anything_is_done(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look(_: Path) -> dict[str, Any]:
        seen.append(results(root))
        raise MemoryError

    monkeypatch.setattr(autograding, "graded", look)
    grade.main()
    assert seen[0]["score"] == 0
    assert "ended before it was done" in seen[0]["output"]
    assert "the autograder itself failed" in results(root)["output"]


def test_a_submission_that_is_none_is_told(root: Path) -> None:
    hand_in(root)
    found = graded(root)
    assert (found["score"], found["tests"]) == (0, [])
    assert "No notebook and no Python file was handed in" in found["output"]


def test_a_student_reads_no_inputs_of_hidden_tests(root: Path) -> None:
    hand_in(root, scale=RIGHT.replace("x / 2", "x / 3"))
    grade.main()
    found = results(root)
    (hidden,) = [test for test in found["tests"] if "umbrella halves" in test["name"]]
    assert "stay hidden" in hidden["output"]
    assert "error" not in hidden["output"]
    assert found["score"] == 8


# --- as Gradescope runs it ----------------------------------------------------------------------


def requirements(name: str, found: set[str]) -> set[str]:
    """The installed distributions that judge depends on, one through another."""
    for line in importlib.metadata.requires(name) or []:
        need = re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]
        if "extra ==" not in line and need not in found:
            try:
                importlib.metadata.distribution(need)
            except importlib.metadata.PackageNotFoundError:  # of another system
                continue
            found |= {need} | requirements(need, found | {need})
    return found


def linked(names: set[str], target: Path) -> None:
    """The files of these distributions in another folder, as pip would have put them there."""
    for name in names:
        for file in importlib.metadata.files(name) or []:
            source = Path(str(file.locate()))
            if ".." in file.parts or not source.is_file():
                continue
            place = target / file
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                shutil.copy2(source, place)


@pytest.fixture(scope="module")
def machine(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A machine as Gradescope's with judge set up by setup.sh.

    There is no network here: what PyPI would give lies in the venv already, judge does not.
    """
    root = unpacked(archive, tmp_path_factory.mktemp("gradescope") / "autograder")
    venv.create(root / "judge", with_pip=True)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    linked(requirements("flashjudge", set()), root / "judge" / "lib" / version / "site-packages")
    env = {**environment(root), "PIP_NO_INDEX": "1"}
    done = subprocess.run(
        [str(root / "source" / "setup.sh")], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    yield root
    shutil.rmtree(root, ignore_errors=True)


def environment(root: Path) -> dict[str, str]:
    """Nothing that leads back to this checkout."""
    home = {"HOME": str(root), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    return {**home, "JUDGE_AUTOGRADER": str(root), "JUDGE_PYTHON": sys.executable}


def graded_there(root: Path, **files: str) -> dict[str, Any]:
    hand_in(root, **files)
    done = subprocess.run(
        [str(root / "run_autograder")],
        cwd=root,
        env=environment(root),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return results(root)


@pytest.mark.slow
def test_it_runs_where_gradescope_runs_it(machine: Path) -> None:
    python = machine / "judge" / "bin" / "python"
    code = "import judge; print(judge.__file__)"
    command = [str(python), "-c", code]
    env = environment(machine)
    where = subprocess.run(command, cwd=machine, env=env, capture_output=True, check=True)
    assert where.stdout.decode().startswith(str(machine))
    digest = hashlib.sha256((machine / "source" / "settings.json").read_bytes()).digest()

    right = graded_there(machine, scale=RIGHT)
    assert (right["score"], len(right["tests"])) == (15, 5)
    wrong = graded_there(machine, scale=WRONG)
    assert wrong["score"] == 6
    assert wrong["extra_data"]["misconceptions"] == ["umbrella_adds"]
    hostile = graded_there(machine, scale=HOSTILE)
    passed = [test["name"] for test in hostile["tests"] if test["status"] == "passed"]
    assert hostile["score"] == 6  # of tests that do not call grow
    assert len(passed) == 2
    endless = RIGHT.replace("return x * factor", "\n    while True: pass")
    loop = graded_there(machine, scale=endless)
    assert loop["score"] == 6
    assert any("exceeded" in test["tags"] for test in loop["tests"])
    assert "No notebook" in graded_there(machine)["output"]
    assert "scale.py" in graded_there(machine, scale="def (")["output"]
    several = graded_there(machine, one=RIGHT, two=WRONG)
    assert (several["score"], several["tests"]) == (0, [])
    assert "one.py, two.py" in several["output"]
    named = graded_there(machine, scale=RIGHT, two=WRONG)
    assert named["score"] == 15
    assert hashlib.sha256((machine / "source" / "settings.json").read_bytes()).digest() == digest


def test_a_set_up_that_failed_is_told(archive: Path, tmp_path: Path) -> None:
    root = unpacked(archive, tmp_path / "autograder")
    hand_in(root, scale=RIGHT)
    bare = tmp_path / "bin" / "python3"  # a Python without judge
    bare.parent.mkdir()
    base = Path(sys.base_prefix) / "bin" / "python3"
    bare.write_text(f'#!/bin/sh\nexec "{base}" -I "$@"\n')
    bare.chmod(0o755)
    env = {**environment(root), "PATH": f"{bare.parent}:/usr/bin:/bin"}
    done = subprocess.run(
        [str(root / "run_autograder")], env=env, capture_output=True, text=True, check=True
    )
    assert "the autograder itself failed" in results(root)["output"]
    assert "No module named 'judge'" in done.stderr
