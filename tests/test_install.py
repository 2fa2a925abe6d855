"""Installed in every usual way, in an empty folder, judge lists, starts and grades the flagship."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = str(ROOT / "constraints.txt")
BASE_PYTHON = str(
    Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
)


def run(command: list[str], folder: Path, env: Mapping[str, str]) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def environment(home: Path, **more: str) -> dict[str, str]:
    """This machine's settings, without anything that leads back to the checkout."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL", "JUDGE"))}
    return {**kept, "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), **more}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "-w",
        str(folder),
        str(ROOT),
    ]
    run(command, folder, dict(os.environ))
    (found,) = folder.glob("flashjudge-*.whl")
    return found


def new_venv(folder: Path) -> Path:
    """A fresh virtual environment; its python."""
    venv.create(folder, with_pip=True)
    return folder / "bin" / "python"


def use(judge: Path, python: Path, folder: Path, env: Mapping[str, str]) -> None:
    """What a student does: list, start, check the template, then the solution, and check()."""
    assert "flash_attention" in run([str(judge), "list"], folder, env)
    run([str(judge), "start", "flash_attention"], folder, env)
    command = [str(judge), "check", "flash_attention", "--json"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["verdict"] == "not attempted"
    solved = folder / "solved"
    solved.mkdir()
    run([str(judge), "solution", "flash_attention", str(solved), "--spoil"], folder, env)
    (notebook,) = solved.iterdir()
    report = json.loads(run([*command, str(notebook)], folder, env))
    assert report["verdict"] == "passed"
    assert report["points"] == {"earned": 100.0, "possible": 100.0}
    script = folder / "kernel_less.py"
    script.write_text("from judge import check\ncheck('flash_attention')\n", encoding="utf-8")
    assert "not attempted" in run([str(python), str(script)], folder, env)
    code = "import sys, judge; print('torch' in sys.modules, judge.__file__)"
    assert run([str(python), "-c", code], folder, env).startswith("False")


def test_the_wheel_alone_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    env = environment(tmp_path)
    python = new_venv(tmp_path / "venv")
    run([str(python), "-m", "pip", "install", "-q", "-c", CONSTRAINTS, str(wheel)], tmp_path, env)
    installed = run([str(python), "-m", "pip", "list", "--format=freeze"], tmp_path, env)
    assert "torch" not in installed
    folder = tmp_path / "empty"
    folder.mkdir()
    use(tmp_path / "venv" / "bin" / "judge", python, folder, env)


def test_an_editable_install(tmp_path: Path) -> None:
    env = environment(tmp_path)
    python = new_venv(tmp_path / "venv")
    run(
        [str(python), "-m", "pip", "install", "-q", "-c", CONSTRAINTS, "-e", str(ROOT)],
        tmp_path,
        env,
    )
    folder = tmp_path / "empty"
    folder.mkdir()
    use(tmp_path / "venv" / "bin" / "judge", python, folder, env)


def test_a_user_install_under_a_home_of_its_own(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    folder = home / "work"
    folder.mkdir(parents=True)
    env = environment(home, PYTHONUSERBASE=str(home / "base"), PIP_BREAK_SYSTEM_PACKAGES="1")
    install = [BASE_PYTHON, "-m", "pip", "install", "-q", "--user", "--ignore-installed"]
    run([*install, "-c", CONSTRAINTS, str(wheel)], folder, env)
    use(home / "base" / "bin" / "judge", Path(BASE_PYTHON), folder, env)


@pytest.mark.parametrize(("extra", "brings"), [("", False), ("[torch]", True)])
def test_only_the_extra_brings_torch(extra: str, brings: bool, tmp_path: Path) -> None:
    python = new_venv(tmp_path / "venv")
    target = tmp_path / "report.json"
    command = [str(python), "-m", "pip", "install", "-q", "--dry-run", "-c", CONSTRAINTS]
    run([*command, "--report", str(target), f"{ROOT}{extra}"], tmp_path, environment(tmp_path))
    plan = json.loads(target.read_text(encoding="utf-8"))
    names = {item["metadata"]["name"].lower() for item in plan["install"]}
    assert "flashjudge" in names
    assert ("torch" in names) is brings
