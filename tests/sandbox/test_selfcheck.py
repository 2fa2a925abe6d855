"""The probes: withstood where the layers are, reached where they are not, and told apart."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from judge.sandbox import selfcheck as checking
from judge.sandbox.probes import PROBES, Probe
from judge.sandbox.process import ProcessSandbox
from judge.sandbox.selfcheck import Finding, selfcheck
from tests.sandbox.examined import BLOCK, PRIVATE, ROOT, examined

NOBODY = 65534
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"


def run(probes: list[Probe], monkeypatch: pytest.MonkeyPatch, module: str) -> dict[str, Finding]:
    """What comes of some probes where `module` confines the workers."""
    monkeypatch.setattr("judge.sandbox.forkserver._CONFINE", module)
    monkeypatch.setattr(checking, "PROBES", tuple(probes))
    own = ProcessSandbox(["numpy"])
    try:
        return {found.probe: found for found in selfcheck(own, PRIVATE)}
    finally:
        own.close()


def named(*names: str) -> list[Probe]:
    found = [probe for probe in PROBES if probe.name in names]
    assert len(found) == len(names)
    return found


def test_probes_have_names_of_their_own() -> None:
    assert len({probe.name for probe in PROBES}) == len(PROBES) >= 40


def settled(found: dict[str, Any]) -> None:
    """Nothing got out that a layer in force should have stopped; memory can be measured."""
    assert found["probes"] == len(PROBES)
    kinds = {probe.name: set(probe.layers) for probe in PROBES}
    for name, why in found["lost"].items():
        assert kinds[name] & set(found["missing"]), f"{name}: {why}"
    if found["level"] == "full":
        assert found["lost"] == {} or set(found["missing"]) <= {"namespaces", "no capabilities"}
    assert found["forgotten"] > BLOCK // 2


def test_every_probe_is_withstood_here() -> None:
    settled(examined())


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """An empty folder that everybody may enter; what pytest gives out is closed to others."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_every_probe_is_withstood_by_an_ordinary_user(open_folder: Path) -> None:
    python = ordinary()
    root, packages = within_reach(python, open_folder)
    done = subprocess.run(
        [python, "-m", "tests.sandbox.examined"],
        env={"PYTHONPATH": os.pathsep.join(packages), "HOME": "/", "PATH": "/bin"},
        cwd=root,
        user=NOBODY if os.getuid() == 0 else None,
        group=NOBODY if os.getuid() == 0 else None,
        extra_groups=[] if os.getuid() == 0 else None,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["uid"] != 0
    settled(found)


def within_reach(python: str, spare: Path) -> tuple[Path, list[str]]:
    """The checkout and its packages; copies in `spare` where an ordinary user may not look."""
    packages = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    looking = f"import os; [os.listdir(path) for path in {[str(ROOT), *packages]!r}]"
    if os.getuid() != 0 or _runs(python, looking):
        return ROOT, packages
    for name in ("judge", "tests", "challenges"):
        shutil.copytree(ROOT / name, spare / name)
    shutil.copy(ROOT / "pyproject.toml", spare)
    copies = [spare / f"packages{number}" for number in range(len(packages))]
    for path, copy in zip(packages, copies, strict=True):
        shutil.copytree(path, copy, symlinks=True)
    return spare, [str(copy) for copy in copies]


def ordinary() -> str:
    """A Python of this version that an ordinary user can start."""
    if os.getuid() != 0:
        return sys.executable
    usual = shutil.which(f"python{VERSION}", path="/usr/local/bin:/usr/bin:/bin")
    for path in (sys.executable, sys._base_executable, usual):  # type: ignore[attr-defined]  # CPython's
        if path and _runs(path, ""):
            return str(path)
    raise AssertionError(f"an ordinary user can start no Python {VERSION}: install one in /usr")


def _runs(python: str, program: str) -> bool:
    """Whether an ordinary user can run a line of Python."""
    command = [python, "-c", program]
    try:
        subprocess.run(
            command, user=NOBODY, group=NOBODY, extra_groups=[], check=True, capture_output=True
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True


# --- each probe proves that it works: with its layers off, it gets out ----------------------------

OPEN_TO_ALL = (
    *("read a file", "list a folder", "read the accounts", "read the judge", "read an oracle"),
    *("read hidden tests", "read a solution", "list installed packages", "read another package"),
    *("read by way of /proc", "list the working folder", "write a file", "change a file"),
    *("shorten a file", "remove a file", "rename a file", "link a file", "make a folder"),
    *("make a symbolic link", "make a pipe with a name", "change a file's mode"),
    *("change a file's times", "signal a sibling", "signal the server", "signal the judge"),
    *("end another program", "hold a handle of a process", "have the kernel send signals"),
    *("limit another program", "slow another program down", "pin another program"),
    *("fork", "clone a process", "become a program", "run a program by spawn"),
    *("connect by TCP", "listen on a port", "send by UDP", "connect to a socket in a folder"),
    *("connect to an abstract socket", "send to a socket from a pair", "ask the kernel for routes"),
    *("make a file in memory", "outlive the server", "hide from the judge"),
)


def test_probes_get_out_where_there_is_no_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    found = run(named(*OPEN_TO_ALL), monkeypatch, "tests.attacks.layers_off")
    assert [name for name, finding in found.items() if finding.held] == []


def test_a_missing_layer_is_named_with_why(monkeypatch: pytest.MonkeyPatch) -> None:
    probes = named("read a file", "write a file", "fork", "connect by TCP")
    found = run(probes, monkeypatch, "tests.sandbox.without_landlock")
    assert not found["read a file"].held
    assert "landlock is missing: the kernel has none (ENOSYS)" in found["read a file"].why
    assert [found[name].held for name in ("write a file", "fork", "connect by TCP")] == [True] * 3


def test_landlock_alone_holds_what_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    probes = named("read a file", "write a file", "remove a file", "make a file in memory", "fork")
    found = run(probes, monkeypatch, "tests.sandbox.without_seccomp")
    assert [name for name, f in found.items() if f.held] == [p.name for p in probes[:3]]
    assert "seccomp is missing: the kernel has none (ENOSYS)" in found["fork"].why


# --- ways of ending are told apart ----------------------------------------------------------------


@pytest.fixture(scope="module")
def here() -> Iterator[ProcessSandbox]:
    kept = ProcessSandbox(["numpy"])
    yield kept
    kept.close()


def one(here: ProcessSandbox, monkeypatch: pytest.MonkeyPatch, probe: Probe) -> Finding:
    monkeypatch.setattr(checking, "PROBES", (probe,))
    return selfcheck(here, PRIVATE)[0]


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        ("return 1", "not withstood", "it got what it tried for"),
        ("return 0", "withstood", "it got nothing"),
        ("raise PermissionError(1, 'no')", "withstood", "PermissionError: [Errno 1] no"),
        ("return no_such_name", "not applicable", "the probe itself does not work here"),
        ("os._exit(3)", "not withstood", "left with exit code 3"),
    ],
)
def test_a_probe_is_judged_by_what_it_got(
    here: ProcessSandbox, monkeypatch: pytest.MonkeyPatch, body: str, status: str, why: str
) -> None:
    found = one(here, monkeypatch, Probe("try", (), body))
    assert found.status == status
    assert why in found.why


def test_an_end_of_another_kind_is_not_withstood(
    here: ProcessSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash, leave = named("crash", "leave")
    mixed = Probe("mixed", (), leave.body, ends=crash.ends, saying=crash.saying)
    assert one(here, monkeypatch, crash).held
    assert not one(here, monkeypatch, mixed).held
    lazy = Probe("lazy", (), "return 1", ends=crash.ends, saying=crash.saying)
    assert "lived on" in one(here, monkeypatch, lazy).why


def test_what_does_not_exist_here_is_not_applicable(
    here: ProcessSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not one(here, monkeypatch, Probe("other", (), "return 1", machine="vax")).applies
    monkeypatch.setattr(checking, "PROBES", tuple(named("read an oracle")))
    assert "no oracle" in selfcheck(here, {})[0].why
