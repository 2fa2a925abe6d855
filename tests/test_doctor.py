"""`judge doctor` shows what isolation works here, what is missing and why."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import metadata

import pytest

from judge import doctor
from judge.report import health
from judge.sandbox.probes import PROBES


@pytest.fixture(scope="module")
def poor() -> Iterator[doctor.Examination]:
    """Where the kernel has no Landlock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("judge.sandbox.forkserver._CONFINE", "tests.sandbox.without_landlock")
        yield doctor.examine()


def text(found: doctor.Examination) -> str:
    return "\n".join(line.plain for line in health.lines(found))


def test_every_probe_is_run(poor: doctor.Examination) -> None:
    assert [found.probe for found in poor.probes] == [probe.name for probe in PROBES]
    assert all(found.applies for found in poor.probes if found.probe == "read an oracle")


def test_a_missing_layer_is_shown_with_why_and_with_what_it_lets_through(
    poor: doctor.Examination,
) -> None:
    shown = text(poor)
    assert "! reduced: it lacks what full needs" in shown
    assert "! landlock: the kernel has none (ENOSYS); it came with Linux 5.13" in shown
    assert "! read hidden tests: not withstood: it got what it tried for" in shown
    assert "submissions can be checked here" in shown
    assert "fork: not withstood" not in shown


def test_the_same_as_data(poor: doctor.Examination) -> None:
    data = health.as_data(poor)
    assert data["level"] == "reduced"
    assert data["missing"]["landlock"].startswith("the kernel has none (ENOSYS)")
    rows = {row["probe"]: row for row in data["probes"]}
    assert rows["read hidden tests"]["status"] == "not withstood"
    assert "landlock is missing" in rows["read hidden tests"]["why"]


def without(found: doctor.Examination, *names: str) -> doctor.Examination:
    """The same where these packages are not installed."""
    return replace(found, packages={**found.packages, **dict.fromkeys(names)})


def test_what_watches_for_saves_is_listed(poor: doctor.Examination) -> None:
    assert f"           watchfiles {metadata.version('watchfiles')}\n" in text(poor)
    shown = text(without(poor, "watchfiles"))
    assert "watchfiles not installed: `judge watch` looks at the file twice a second" in shown
    assert "! watchfiles" not in shown


@pytest.mark.parametrize("name", doctor.OPTIONAL)
def test_a_missing_package_is_told_with_what_is_not_there_without_it(
    poor: doctor.Examination, name: str
) -> None:
    shown = text(without(poor, name))
    assert f"           {name} not installed: " in shown
    assert "submissions can be checked here" in shown


def test_a_missing_package_that_everybody_needs_is_marked(poor: doctor.Examination) -> None:
    shown = text(without(poor, "msgspec"))
    assert "! msgspec not installed\n" in shown
    assert "! submissions cannot be checked here: see what is marked with !" in shown


def test_a_python_without_sqlite_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor._version("sqlite3") is not None
    monkeypatch.setitem(sys.modules, "sqlite3", None)
    assert doctor._version("sqlite3") is None
