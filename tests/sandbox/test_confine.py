"""Confinement: what is in force here, what is found on poorer kernels, what must go on working."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from judge.errors import SandboxError
from judge.sandbox import confine
from judge.sandbox.confine import Confinement
from judge.sandbox.kernel import Kernel
from judge.sandbox.process import ProcessSandbox
from judge.sandbox.readable import readable, with_requirements
from judge.sandbox.seccomp import _OWN_ID, ALLOW, KILL, program
from judge.sandbox.syscalls import ASKED, DENIED, numbers
from tests.sandbox.simulated import (
    ENFORCING,
    LANDLOCK,
    SECCOMP,
    SPACES,
    Pretended,
    decide,
    denied,
)
from tests.students import called, worker

MACHINES = ("x86_64", "aarch64")


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What `prepare` changes in a fork server, it must not change in this process."""
    monkeypatch.setattr(confine, "keep_listings", lambda: None)
    monkeypatch.setattr(confine, "_allow_open_files", lambda: None)
    made: list[Confinement] = []
    prepare = confine.prepare

    def kept(packages: Sequence[str], kernel: Kernel) -> Confinement:
        made.append(prepare(packages, kernel))
        return made[-1]

    monkeypatch.setattr(confine, "prepare", kept)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208  only their number counts
    yield
    for confinement in made:
        confinement.close()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208  as above


def found(kernel: Pretended) -> tuple[Confinement, dict[str, str]]:
    """What is prepared on a kernel, and why what is missing is."""
    made = confine.prepare([], kernel)
    return made, {lost.layer: lost.why for lost in made.missing}


# --- kernels that lack something ------------------------------------------------------------------


@pytest.mark.usefixtures("quiet")
def test_all_layers_are_in_force_where_all_calls_work() -> None:
    made, missing = found(Pretended({}))
    assert missing == {}
    assert made.level == "full"
    assert made.layers == (
        "namespaces user net ipc",
        "no new privileges",
        "landlock ABI 7",
        "no capabilities",
        "seccomp",
    )


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("what", "number", "layer", "why"),
    [
        (LANDLOCK, errno.ENOSYS, "landlock", "the kernel has none (ENOSYS)"),
        (LANDLOCK, errno.EOPNOTSUPP, "landlock", "disabled at boot (EOPNOTSUPP)"),
        (LANDLOCK, errno.EPERM, "landlock", "blocked (EPERM)"),
        (ENFORCING, errno.E2BIG, "landlock", "E2BIG"),
        (SECCOMP, errno.EINVAL, "seccomp", "the kernel has none (ENOSYS)"),
        (SECCOMP, errno.EACCES, "seccomp", "blocked (EACCES)"),
        (SPACES, errno.EPERM, "namespaces", "blocked (EPERM)"),
        (SPACES, errno.ENOSPC, "namespaces", "the limit of this user is reached (ENOSPC)"),
        ("capset", errno.EPERM, "no capabilities", "blocked (EPERM)"),
    ],
)
def test_a_layer_that_fails_is_named_with_why(
    what: str | int, number: int, layer: str, why: str
) -> None:
    made, missing = found(Pretended({what: number}))
    assert list(missing) == [layer]
    assert why in missing[layer]
    assert made.level == ("reduced" if layer in ("landlock", "seccomp") else "full")
    assert not any(name.startswith(layer) for name in made.layers)


@pytest.mark.usefixtures("quiet")
def test_a_machine_without_a_table_has_no_seccomp() -> None:
    made, missing = found(Pretended({}, machine="riscv64"))
    assert missing == {"seccomp": "there is no table of calls for riscv64, 64 bits"}
    assert made.level == "reduced"


@pytest.mark.usefixtures("quiet")
def test_a_program_of_32_bits_has_no_seccomp() -> None:
    kernel = Pretended({})
    kernel.pointer = 4
    assert "32 bits" in found(kernel)[1]["seccomp"]


@pytest.mark.usefixtures("quiet")
def test_elsewhere_than_on_linux_every_layer_is_missing() -> None:
    kernel = Pretended({})
    kernel.system = "darwin"
    made, missing = found(kernel)
    assert (made.level, made.layers, made.enter()) == ("reduced", (), ())
    assert set(missing.values()) == {"only Linux has it"}
    assert len(missing) == 5
    assert kernel.asked == []


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(("abi", "size", "flags"), [(1, 8, 0), (3, 8, 0), (4, 16, 0), (6, 24, 0)])
def test_an_older_landlock_is_asked_for_what_it_knows(abi: int, size: int, flags: int) -> None:
    kernel = Pretended({}, abi=abi)
    made, _ = found(kernel)
    assert f"landlock ABI {abi}" in made.layers
    assert {asked[2] for asked in kernel.of(LANDLOCK) if not asked[3]} == {size}
    assert [asked[2] for asked in kernel.of(ENFORCING)] == [flags]


@pytest.mark.usefixtures("quiet")
def test_privileges_are_kept_when_only_they_can_read_the_packages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = iter([False])
    monkeypatch.setattr(confine, "_reads", lambda _: next(seen, True))
    made, missing = found(Pretended({}))
    assert set(missing) == {"namespaces", "no capabilities"}
    assert "readable only with the privileges" in missing["namespaces"]
    assert made.level == "full"


@pytest.mark.usefixtures("quiet")
def test_each_worker_gets_a_ruleset_of_its_own() -> None:
    kernel = Pretended({})
    made, _ = found(kernel)
    before = len(kernel.of(LANDLOCK))
    made.renew()
    assert len(kernel.of(LANDLOCK)) == before + 1
    held = made.descriptors
    made.enter()
    for descriptor in held:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


# --- the filter -----------------------------------------------------------------------------------


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("machine", MACHINES)
def test_every_listed_call_is_denied(machine: str, guarded: bool) -> None:
    steps = program(machine, files_guarded=guarded)
    assert max(max(step.yes, step.no) for step in steps) < 256
    for number in numbers(DENIED, machine).values():
        assert denied(decide(steps, machine, number))


@pytest.mark.parametrize("machine", MACHINES)
def test_what_numpy_and_threads_need_is_allowed(machine: str) -> None:
    steps = program(machine, files_guarded=True)
    plain = {"x86_64": (0, 1, 3, 9, 11, 12, 14, 24, 39, 186, 202, 228, 318, 334)}
    plain["aarch64"] = (63, 64, 57, 222, 215, 214, 135, 124, 172, 178, 98, 113, 278, 293)
    for number in plain[machine]:
        assert not denied(decide(steps, machine, number))


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("call", "right", "wrong"),
    [
        ("clone", [(0x3D0F00,)], [(17,), (0x4111,), (0x10000000 | 17,)]),
        ("kill", [(_OWN_ID, 15)], [(1, 15), (0, 15), (0xFFFFFFFF, 9)]),
        ("tgkill", [(_OWN_ID, 5, 6)], [(1, 1, 9)]),
        ("prlimit64", [(0, 7, 0, 1), (_OWN_ID, 7, 0)], [(1, 7, 0, 1), (0, 7, 1 << 40, 0)]),
        ("prctl", [(15, 1), (0x53564D41, 0)], [(1, 0), (4, 0), (22, 2, 1), (36, 1)]),
        ("fcntl", [(3, 1), (3, 4, 2048)], [(3, 8, 1), (3, 10, 9), (3, 7, 9), (3, 37, 9)]),
        ("ioctl", [(1, 0x5401), (3, 0x541B)], [(0, 0x5412), (0, 0x541C), (3, 0x8901)]),
        ("socketpair", [(1, 1), (1, 1 | 0x80800)], [(1, 2), (2, 1), (16, 3), (1, 5)]),
        ("sendto", [(3, 9, 9, 0, 0, 0)], [(3, 9, 9, 0, 9, 16), (3, 9, 9, 0, 1 << 32, 16)]),
        ("sched_setaffinity", [(0, 8)], [(1, 8)]),
        ("mmap", [(0, 8, 3, 0x22), (0, 8, 1, 0x1)], [(0, 8, 3, 0x21), (0, 8, 3, 0x40022)]),
        ("madvise", [(0, 8, 4), (0, 8, 14)], [(0, 8, 21)]),
    ],
)
def test_calls_denied_by_what_they_ask(
    machine: str, call: str, right: list[tuple[int, ...]], wrong: list[tuple[int, ...]]
) -> None:
    steps = program(machine, files_guarded=True)
    number = numbers(ASKED, machine)[call]
    assert [denied(decide(steps, machine, number, *a)) for a in right] == [False] * len(right)
    assert [denied(decide(steps, machine, number, *a)) for a in wrong] == [True] * len(wrong)


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_guards_writing_where_landlock_does_not(machine: str) -> None:
    number = numbers(ASKED, machine)["openat"]
    alone = program(machine, files_guarded=False)
    for flags in (0o1, 0o2, 0o100, 0o1000, 0o2000):
        assert denied(decide(alone, machine, number, 0, 0, flags))
    assert not denied(decide(alone, machine, number, 0, 0, 0o2000000))
    helped = program(machine, files_guarded=True)
    assert not denied(decide(helped, machine, number, 0, 0, 0o1))


def test_another_kind_of_call_ends_the_process() -> None:
    assert decide(program("aarch64", files_guarded=True), "x86_64", 63) == KILL
    steps = program("x86_64", files_guarded=True)
    assert decide(steps, "i386", 1) == KILL
    assert decide(steps, "x86_64", 0x40000000 | 1) == KILL
    assert decide(steps, "x86_64", 1) == ALLOW


def test_libraries_are_told_to_use_the_older_clone() -> None:
    for machine in MACHINES:
        number = numbers(ASKED, machine)["clone3"]
        answer = decide(program(machine, files_guarded=True), machine, number)
        assert answer == 0x50000 | errno.ENOSYS


# --- what may be read -----------------------------------------------------------------------------


def test_no_readable_folder_holds_packages_or_the_judge() -> None:
    import numpy

    folders = readable(["numpy"])
    numpys = Path(numpy.__file__).resolve().parent
    assert numpys in folders
    for private in (
        numpys.parent,
        Path(confine.__file__).resolve(),
        Path.home() / "x",
        Path("/etc"),
    ):
        assert not any(private.is_relative_to(folder) for folder in folders)
    assert Path(os.__file__).resolve() in folders or any(
        Path(os.__file__).resolve().is_relative_to(folder) for folder in folders
    )
    assert len(folders) == len(set(folders))


def test_a_package_brings_what_it_requires() -> None:
    assert {"rich", "pygments"} <= set(with_requirements(["rich"]))
    assert with_requirements(["numpy", "no_such_package"]) == ["numpy", "no_such_package"]


# --- in force here --------------------------------------------------------------------------------

_ALLOWED = """
import importlib, os, sys

def later(names):
    importlib.invalidate_caches()
    missing = []
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    return missing

def threads():
    import concurrent.futures
    import numpy as np
    a = np.ones((300, 300))
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        return [float((a @ a)[i, i]) for i in pool.map(int, range(3))]

def events():
    import asyncio
    async def main():
        return await asyncio.get_running_loop().run_in_executor(None, lambda: 42)
    return asyncio.run(main())

def silence():
    import contextlib
    with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing):
        print("to nobody")
    return True

def own():
    with open("/proc/self/status") as file:
        return file.readline().split()[0], os.cpu_count() > 0, len(os.urandom(4))

def signalled():
    import signal
    seen = []
    signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
    signal.raise_signal(signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGUSR1)
    return len(seen)

def refused():
    kinds = []
    for attempt in (
        lambda: open("/etc/passwd"),
        lambda: open("/tmp/new", "w"),
        os.fork,
        lambda: os.kill(1, 0),
    ):
        try:
            attempt()
        except PermissionError as error:
            kinds.append(type(error).__name__)
    return kinds
"""
LATER = (
    *("decimal", "random", "dataclasses", "concurrent.futures", "statistics", "fractions"),
    *("zoneinfo", "email.mime.text", "json.tool", "unittest.mock", "logging.config"),
    *("xml.etree.ElementTree", "encodings.utf_16", "multiprocessing.pool"),
    *("numpy.polynomial", "numpy.fft", "numpy.ma", "numpy.random", "numpy.testing"),
)


@pytest.fixture(scope="module")
def here() -> Iterator[ProcessSandbox]:
    kept = ProcessSandbox(["numpy"])
    kept.start()
    yield kept
    kept.close()


def test_what_a_solution_may_do_still_works(here: ProcessSandbox) -> None:
    with worker(here, _ALLOWED) as made:
        assert called(made, "later", list(LATER)) == []
        assert called(made, "threads") == [300.0] * 3
        assert called(made, "events") == 42
        assert called(made, "silence")
        assert list(called(made, "own")) == ["Name:", True, 4]
        assert called(made, "signalled") == 2


def test_what_is_denied_looks_like_an_ordinary_permission_error(here: ProcessSandbox) -> None:
    with worker(here, _ALLOWED) as made:
        seen = called(made, "refused")
    if here.level == "full":
        assert seen == ["PermissionError"] * 4


def test_level_and_layers_are_what_the_server_found(here: ProcessSandbox) -> None:
    assert here.level in ("full", "reduced")
    assert here.layers[:2] == ("process", "rlimits")
    complete = {"landlock", "seccomp"} <= {name.split()[0] for name in here.layers}
    assert (here.level == "full") == complete
    assert complete == (not {"landlock", "seccomp"} & set(here.missing))


def test_nothing_is_claimed_before_it_was_tried() -> None:
    idle = ProcessSandbox(["numpy"])
    assert (idle.level, idle.layers, idle.missing) == ("none", (), {})


def test_no_submission_runs_when_a_layer_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("judge.sandbox.forkserver._CONFINE", "tests.sandbox.unconfinable")
    own = ProcessSandbox(["numpy"])
    try:
        with pytest.raises(SandboxError, match="could not be confined"), own.worker(1 << 29):
            pass
    finally:
        own.close()


def test_the_judge_and_its_server_let_nobody_look_in(here: ProcessSandbox) -> None:
    import ctypes

    assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0
    server = here.start()._process.pid
    assert Path(f"/proc/{server}/mem").stat().st_uid == 0
