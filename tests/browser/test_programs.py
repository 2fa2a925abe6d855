"""What the tests of this folder need beside Python, and what happens where it is missing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.browser import chromium, tmux

TOOLS = Path(__file__).resolve().parents[2] / ".ci" / "tools"
APT = '#!/bin/sh\necho "$@" >> "$LOG"\n'
SUDO = '#!/bin/sh\nexec "$@"\n'


def program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def asked_for(tmp_path: Path, *present: str) -> list[str]:
    """What .ci/tools asks apt-get for where only these programs are there."""
    for name in present:
        program(tmp_path / "usr" / name, "#!/bin/sh\n")
    program(tmp_path / "bin" / "apt-get", APT)
    program(tmp_path / "bin" / "sudo", SUDO)
    script = TOOLS.read_text(encoding="utf-8").replace("/usr/bin", str(tmp_path / "usr"))
    log = tmp_path / "log"
    log.write_text("", encoding="utf-8")
    env = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "LOG": str(log)}
    subprocess.run(["sh", "-c", script], env=env, check=True)
    return log.read_text(encoding="utf-8").splitlines()


def test_what_is_missing_is_installed_and_nothing_else(tmp_path: Path) -> None:
    install = "install -q -y --no-install-recommends"
    assert asked_for(tmp_path) == ["update -q", f"{install} chromium tmux"]
    assert asked_for(tmp_path, "chromium")[-1] == f"{install} tmux"
    before = asked_for(tmp_path, "chromium", "tmux")
    assert asked_for(tmp_path, "chromium", "tmux") == before == []


def test_the_script_can_be_run_as_it_is() -> None:
    assert os.access(TOOLS, os.X_OK)
    assert "build/" in (TOOLS.parents[1] / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_where_a_program_is_missing_a_test_fails_and_says_what_to_do(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(pytest.fail.Exception, match=r"sh \.ci/tools"), chromium.chromium(nowhere):
        pass
    with pytest.raises(pytest.fail.Exception, match=r"sh \.ci/tools"):
        tmux.captured(["true"], tmp_path, tmp_path / "socket", nowhere)
