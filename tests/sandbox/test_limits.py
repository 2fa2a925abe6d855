"""Limits as a process has them after `apply_limits`, seen from inside a worker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from judge.sandbox import limits
from judge.sandbox.forkserver import CPU_SECONDS
from judge.sandbox.process import ProcessSandbox
from tests.students import asked, called, worker

LOOK = """
import importlib
resource = importlib.import_module("".join(["reso", "urce"]))
def look():
    names = ("DATA", "AS", "FSIZE", "NOFILE", "CORE", "CPU")
    return {name: list(resource.getrlimit(getattr(resource, "RLIMIT_" + name))) for name in names}
def write(path):
    with open(path, "w") as file:
        file.write("x")
    return 1
def descriptors():
    import os
    opened = []
    while True:
        try:
            opened.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            return len(opened)
"""


def test_soft_and_hard_limits_are_the_same(sandbox: ProcessSandbox) -> None:
    with worker(sandbox, LOOK) as made:
        found = called(made, "look")
    assert all(soft == hard for soft, hard in found.values())
    assert found["FSIZE"] == [0, 0]
    assert found["CORE"] == [0, 0]
    assert found["NOFILE"] == [limits.DESCRIPTORS] * 2
    assert found["CPU"] == [CPU_SECONDS] * 2


def test_memory_comes_on_top_of_what_there_is(sandbox: ProcessSandbox) -> None:
    size, more = 100 << 20, 300 << 20
    with worker(sandbox, LOOK, memory=size) as small, worker(sandbox, LOOK, memory=more) as large:
        low, high = called(small, "look"), called(large, "look")
    assert low["DATA"][0] > size
    assert high["DATA"][0] - low["DATA"][0] == more - size
    assert low["AS"][0] > size + limits.SLACK


def test_no_file_can_be_written(sandbox: ProcessSandbox, tmp_path: Path) -> None:
    new = tmp_path / "new"
    with worker(sandbox, LOOK) as made:
        assert made.ask("call", asked("write", str(new)), 10.0).kind == "raised"
    assert not new.exists() or new.read_bytes() == b""


def test_descriptors_run_out(sandbox: ProcessSandbox) -> None:
    with worker(sandbox, LOOK) as made:
        assert called(made, "descriptors") == limits.DESCRIPTORS - 4


def test_a_hard_limit_that_is_already_lower_stays() -> None:
    code = (
        "import resource\n"
        "from judge.sandbox.limits import apply_limits\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (5, 5))\n"
        "apply_limits(1 << 30, 60)\n"
        "assert resource.getrlimit(resource.RLIMIT_NOFILE) == (16, 16)\n"
        "assert resource.getrlimit(resource.RLIMIT_CPU) == (5, 5)\n"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
