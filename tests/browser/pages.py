"""All that notebooks show as HTML, by name."""

from __future__ import annotations

from judge.report.jupyter import Shown, html
from tests.report.boards import BOARDS
from tests.report.samples import SAMPLES


def pages() -> dict[str, str]:
    """Every sample of a report, and of what the other functions show."""
    reports = {name: html(Shown(make())) for name, make in SAMPLES.items()}
    return reports | {name: shown().html for name, shown in BOARDS.items()}
