"""`judge doctor` shows what isolation works here, what is missing and why."""

from __future__ import annotations

from collections.abc import Iterator

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
