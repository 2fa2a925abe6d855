"""What the README tells people to type works as it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from judge.results import Verdict

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(<!-- walk -->\n)?```(\w+)\n(.*?)```", re.DOTALL)
BLOCKS = [(bool(walk), language, text) for walk, language, text in BLOCK.findall(README)]


def shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script as a person would, with our `judge` first on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "JUDGE_DATA": str(folder / "data")}
    return subprocess.run(
        ["bash", "-euc", script], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def commands(language: str = "sh") -> list[str]:
    """Every `judge` command of the README that stands on a line of its own."""
    lines = [line for _, lang, text in BLOCKS if lang == language for line in text.splitlines()]
    return [line.partition("#")[0].strip() for line in lines if line.startswith("judge ")]


def test_the_walk_of_an_author_works_line_by_line(tmp_path: Path) -> None:
    (walk,) = [text for walk, _, text in BLOCKS if walk]
    done = shell(walk, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all is well" in done.stdout
    assert "10 of 10 points" in done.stdout


def test_the_students_commands_work(tmp_path: Path) -> None:
    assert "judge start flash_attention" in commands()
    for script in (
        "judge list",
        "judge start flash_attention",
        "judge hint flash_attention --task forward",
    ):
        done = shell(script, tmp_path)
        assert done.returncode == 0, done.stderr
    done = shell("judge check flash_attention", tmp_path)
    assert done.returncode == 1
    assert "not attempted" in done.stdout
    assert (tmp_path / "flash_attention.ipynb").is_file()


def test_the_evaluators_commands_work(tmp_path: Path) -> None:
    assert "flash_attention_bwd" in shell("judge prompt flash_attention", tmp_path).stdout
    assert '"$schema"' in shell("judge schema", tmp_path).stdout
    (tmp_path / "reply.py").write_text("def nothing():\n    pass\n", encoding="utf-8")
    done = shell("judge check flash_attention reply.py --json", tmp_path)
    assert done.returncode == 1
    assert '"verdict": "not attempted"' in done.stdout


def test_every_command_named_exists() -> None:
    from judge.cli import judge

    named = {command.split()[1] for command in commands()}
    assert named
    assert named <= set(judge.commands)


def test_grade_from_python_works() -> None:
    from judge import grade

    report = grade("flash_attention", "def flash_attention_fwd(Q, K, V, tile_size): ...")
    assert report.verdict is Verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_file_linked_is_there(link: str) -> None:
    assert (ROOT / link).exists()
