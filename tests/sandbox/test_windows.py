"""What Windows would be asked, and what becomes of its answers; the calls are made up."""

from __future__ import annotations

import ctypes
import os

import pytest

from judge.errors import SandboxError
from judge.sandbox import windows as real
from judge.sandbox.forkserver import CPU_SECONDS, ENVIRONMENT
from judge.sandbox.spawned import SpawnSandbox
from tests.sandbox.pretended import Jobs, PipesAndJobs
from tests.sandbox.processes import LONG, descriptors
from tests.students import MEMORY, called, program


def test_the_structures_are_as_large_as_windows_has_them() -> None:
    assert ctypes.sizeof(real.Limits) == 144
    assert real.Limits.process_memory.offset == 112
    assert real.Limits.active_processes.offset == 40
    assert ctypes.sizeof(real.Counters) == 72
    assert real.Counters.peak_committed.offset == 64


def test_a_worker_is_alone_in_a_job_with_limits() -> None:
    jobs = Jobs()
    with SpawnSandbox([], PipesAndJobs(jobs)).worker(MEMORY) as made:
        made.ask("random", {}, LONG)
        names = [name for name, _ in jobs.asked if name != "CloseHandle"]
        job, kind, place, size = jobs.of("SetInformationJobObject")[-1]
        (joined,) = {arguments[0].value for arguments in jobs.of("AssignProcessToJobObject")[-1:]}
    assert names[-4:] == [
        *("CreateJobObjectW", "SetInformationJobObject", "OpenProcess"),
        "AssignProcessToJobObject",
    ]
    limits = place.contents
    assert (kind.value, size.value, job.value) == (9, 144, joined)
    assert limits.flags == 0x2000 | 0x100 | 0x8 | 0x2
    assert limits.active_processes == 1
    assert limits.process_time == CPU_SECONDS * 10_000_000
    assert limits.process_memory == MEMORY + (1 << 30)


def test_every_handle_is_closed() -> None:
    jobs = Jobs()
    with SpawnSandbox([], PipesAndJobs(jobs)).worker(MEMORY):
        assert len(jobs.open) == 2
    assert jobs.open == set()


@pytest.mark.parametrize(
    "function",
    ["CreateJobObjectW", "SetInformationJobObject", "OpenProcess", "AssignProcessToJobObject"],
)
def test_without_a_job_there_is_no_worker(function: str) -> None:
    jobs = Jobs(fails=function)
    before = descriptors()
    with pytest.raises(SandboxError, match=f"job object: .*{function}"):
        SpawnSandbox([], PipesAndJobs(jobs)).start()
    assert jobs.open == set()
    assert descriptors() == before


def test_the_environment_has_what_windows_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYSTEMROOT", "C:\\Windows")
    source = "import os\ndef look():\n    return dict(os.environ)"
    with SpawnSandbox([], PipesAndJobs()).worker(MEMORY) as made:
        ready = program(made, source)
        made.ask("load", {"plan": ready.plan, "allowed": [], "returns": {}}, LONG)
        found = called(made, "look")
    assert {**ENVIRONMENT, "SYSTEMROOT": "C:\\Windows"}.items() <= found.items()
    assert set(found) <= {*ENVIRONMENT, "LC_CTYPE", "SYSTEMROOT"}
    assert not set(found) & (set(os.environ) - {*ENVIRONMENT, "LC_CTYPE", "SYSTEMROOT"})
