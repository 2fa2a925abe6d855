"""A Chromium for tests: the system's own, without a window, network or past."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROGRAM = Path("/usr/bin/chromium")
PICTURES = Path(__file__).resolve().parents[2] / "build" / "browser"
MISSING = f"These tests need {PROGRAM}, which is not here. Install it with: sh .ci/tools"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@contextlib.contextmanager
def chromium(program: Path = PROGRAM) -> Iterator[Browser]:
    """A running Chromium with an empty profile; a test without one fails, and says what to do."""
    if not program.exists():
        pytest.fail(MISSING)
    from playwright.sync_api import sync_playwright  # where only the quick tests run, it is missing

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def picture(name: str) -> Path:
    """Where the screenshot `name` goes."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / f"{name}.png"
