"""Reports in a frame of their own, as Colab shows them: 600 pixels, its colours, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Literal

import pytest

from tests.browser.chromium import chromium, picture
from tests.browser.looks import contrast, open_all, overflowing
from tests.browser.pages import pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow
WIDTH = 600
DRAWN = ("failing", "growth", "not_finite", "hostile", "status_half", "hint_second")
STYLE = """
body { margin: 0; padding: 4px; background: #ffffff; color: #212121;
  font-family: Roboto, Noto, sans-serif; font-size: 14px }
table { font-size: 12px } td, th { text-align: right }
@media (prefers-color-scheme: dark) { body { background: #383838; color: #d5d5d5 } }
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def framed(report: str) -> str:
    """A page with nothing but a frame around a report."""
    inner = f"<!DOCTYPE html><html><style>{STYLE}</style><body>{report}</body></html>"
    frame = f'<iframe style="border:0;width:{WIDTH}px;height:3000px" srcdoc="{escape(inner)}">'
    return f'<!DOCTYPE html><html><body style="margin:0">{frame}</iframe></body></html>'


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    scheme: Literal["light", "dark"] = request.param
    context = browser.new_context(color_scheme=scheme, viewport={"width": WIDTH, "height": 900})
    yield context.new_page()
    context.close()


def test_every_page_fits_and_is_readable(page: Page, request: pytest.FixtureRequest) -> None:
    scheme = request.node.callspec.params["page"]
    for name, shown in pages().items():
        page.set_content(framed(shown))
        body = page.frame_locator("iframe").locator("body")
        if name in DRAWN:
            body.locator("> div").screenshot(path=picture(f"frame_{name}_{scheme}"))
        open_all(body)
        assert overflowing(body) == [], name
        found = contrast(body)
        assert found.count > 0, name
        assert found.faint == [], name


@pytest.mark.parametrize("width", [360, 480, 600])
def test_progress_fits_into_a_narrow_page(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for name in ("status_empty", "status_half", "status_full"):
        page.set_content(f"<!DOCTYPE html><html><style>{STYLE}</style>{pages()[name]}</html>")
        body = page.locator("body")
        open_all(body)
        assert overflowing(body) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") == width, name


def test_what_overflows_or_is_faint_is_found(page: Page) -> None:
    """The measures themselves can fail."""
    faint = '<p style="color:#888888">grey</p><p style="opacity:0.4">pale</p>'
    page.set_content(framed(f'{faint}<p style="width:700px">wide</p><p>fine</p>'))
    body = page.frame_locator("iframe").locator("body")
    assert [found.rpartition(",")[2] for found in contrast(body).faint] == ["grey", "pale"]
    assert len(overflowing(body)) == 1
