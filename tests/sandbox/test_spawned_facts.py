"""What a sandbox without a fork server says of itself, of memory, and to the probes."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from judge.errors import RulesBroken, SandboxError, WorkerDied
from judge.sandbox import selfcheck as checking
from judge.sandbox.choice import default_sandbox
from judge.sandbox.posix import Posix
from judge.sandbox.probes import PROBES
from judge.sandbox.process import ProcessSandbox
from judge.sandbox.selfcheck import selfcheck
from judge.sandbox.spawned import SpawnSandbox
from tests.sandbox.examined import PRIVATE
from tests.sandbox.pretended import MacOS, OddMacOS, PipesAndJobs
from tests.sandbox.processes import descriptors
from tests.sandbox.spawning import here, loaded, spawned
from tests.students import MEMORY, called

__all__ = ["here", "spawned"]  # fixtures

# --- starting -------------------------------------------------------------------------------------


def test_a_package_that_is_not_installed_is_named(spawned: SpawnSandbox) -> None:
    with pytest.raises(SandboxError, match="no_such_package"):
        SpawnSandbox(["no_such_package"], spawned._system).start()


def test_a_worker_that_cannot_start_says_why(
    spawned: SpawnSandbox, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, code in (("broken_pack", "raise ValueError('so it is')"), ("leaving", "import os")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"{code}\n")
    (tmp_path / "leaving" / "__init__.py").write_text("import os\nos._exit(5)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = descriptors()
    with pytest.raises(SandboxError, match="so it is"):
        SpawnSandbox(["broken_pack"], spawned._system).start()
    with pytest.raises(SandboxError, match="exit code 5"):
        SpawnSandbox(["leaving"], spawned._system).start()
    assert descriptors() == before


def test_an_interpreter_that_is_not_there_leaves_nothing_open() -> None:
    class Broken(Posix):
        python = "/no/such/python"

    before = descriptors()
    with pytest.raises(OSError, match="no/such/python"):
        SpawnSandbox([], Broken()).start()
    assert descriptors() == before


def test_a_worker_with_fewer_limits_than_the_first_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = SpawnSandbox([]).start()
    monkeypatch.setattr(own, "_system", MacOS())
    with pytest.raises(SandboxError, match="as the ones before"), own.worker(MEMORY):
        pass


# --- what is said of it ---------------------------------------------------------------------------


def test_what_is_in_force_here_is_named(here: SpawnSandbox) -> None:
    here.start()
    assert here.level == "reduced"
    assert here.layers == (
        *("process", "empty environment", "session"),
        "rlimits DATA AS FSIZE NOFILE CORE CPU",
    )
    assert set(here.missing) == {
        *("landlock", "seccomp", "no capabilities", "namespaces", "descendants"),
    }


@pytest.mark.parametrize(
    ("system", "in_force", "missing"),
    [
        (MacOS(), "FSIZE NOFILE CORE CPU", {"rlimit DATA", "rlimit AS"}),
        (OddMacOS(), "DATA FSIZE NOFILE CORE", {"rlimit AS", "rlimit CPU"}),
    ],
)
def test_a_limit_that_does_not_work_is_named(
    system: MacOS, in_force: str, missing: set[str]
) -> None:
    own = SpawnSandbox([], system).start()
    assert own.layers[-1] == f"rlimits {in_force}"
    assert missing | {"memory seen from outside"} <= set(own.missing)
    assert "rlimit CPU" not in missing or own.missing["rlimit AS"].startswith("refused: current")


def test_windows_has_a_job_and_no_rlimits() -> None:
    own = SpawnSandbox([], PipesAndJobs()).start()
    assert own.layers == ("process", "empty environment", "job object")
    assert "No module named" in own.missing["rlimits"]
    assert own.level == "reduced"


def test_each_platform_has_its_sandbox() -> None:
    assert isinstance(default_sandbox(()), ProcessSandbox if sys.platform == "linux" else object)
    assert isinstance(default_sandbox((), "linux"), ProcessSandbox)
    assert isinstance(default_sandbox((), "darwin"), SpawnSandbox)


# --- memory ---------------------------------------------------------------------------------------

BLOCK = 600 << 20  # larger than this process, whose size a child on Linux starts with
FILL = "def fill(size):\n    return len(bytearray(b'x') * size)"


def test_a_peak_is_seen(spawned: SpawnSandbox) -> None:
    with loaded(spawned, FILL, memory=2 * BLOCK) as made:
        called(made, "fill", BLOCK)
        found = made.peaks()
        assert 2 * BLOCK > found.resident >= BLOCK
        assert found.virtual >= found.resident
        made.clear_peaks()
        assert (made.peaks().resident < BLOCK) == ("session" in spawned.layers)


def test_a_peak_of_the_whole_life_is_all_there_is_without_proc() -> None:
    with loaded(SpawnSandbox([], MacOS()), FILL) as made:
        called(made, "fill", BLOCK)
        made.clear_peaks()
        assert made.peaks().resident >= BLOCK


@pytest.mark.parametrize("lie", ["-1", "'much'", "2**60"])
def test_a_peak_that_is_none_breaks_the_rules(lie: str) -> None:
    source = f"""
import gc
def forge():
    for found in gc.get_objects():
        if type(found).__name__ == "SpawnedWorker":
            found._resident_peak = lambda: {lie}
    return 1
"""
    with loaded(SpawnSandbox([], MacOS()), source) as made:
        assert called(made, "forge") == 1
        with pytest.raises(RulesBroken, match="a peak of memory"):
            made.peaks()


def test_the_dead_have_no_peaks(spawned: SpawnSandbox) -> None:
    with loaded(spawned, "import os\ndef leave():\n    os._exit(3)") as made:
        with pytest.raises(WorkerDied):
            called(made, "leave")
        with pytest.raises(WorkerDied, match="exit code 3"):
            made.peaks()


# --- the probes -----------------------------------------------------------------------------------

REACHED = ("read a file", "write a file", "fork", "connect by TCP", "signal the judge")
HELD = (
    *("see the environment", "find open descriptors", "open too many files"),
    *("flood the output", "never end", "abort", "leave"),
)


@pytest.mark.slow
def test_every_probe_is_run_and_what_is_missing_is_named(here: SpawnSandbox) -> None:
    found = {finding.probe: finding for finding in selfcheck(here, PRIVATE)}
    assert list(found) == [probe.name for probe in PROBES]
    assert [name for name in REACHED if found[name].held] == []
    assert [name for name in HELD if not found[name].held] == []
    assert "landlock is missing: only workers of the fork server" in found["read a file"].why
    # What was left behind was ended, too.
    assert found["leave a grandchild behind"].why.startswith("a process was left behind")
    assert not [name for _, name in checking._names() if name.startswith("jp-")]


def test_the_probes_can_be_run_where_much_is_missing(
    spawned: SpawnSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.listxattr")
    pipes = "job object" in spawned.start().layers
    if pipes:
        monkeypatch.delattr("socket.AF_UNIX")
    names = ("read a file", "connect to an abstract socket", "never end", "leave")
    chosen = tuple(probe for probe in PROBES if probe.name in names)
    monkeypatch.setattr(checking, "PROBES", chosen)
    found = {finding.probe: finding for finding in selfcheck(spawned, {})}
    assert not found["read a file"].held
    assert found["connect to an abstract socket"].applies != pipes
    assert found["never end"].held
    assert found["leave"].held
