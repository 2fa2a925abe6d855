"""The pages of 500 submissions in a real browser: sorted, filtered, dark, narrow, printed."""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from judge.classroom.site.folder import Site
from judge.classroom.store import Store
from tests.browser.chromium import PICTURES, chromium, picture
from tests.classroom.generated import fill_class, fill_samples

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

STUDENTS = 500
MODELS = ("large", "<b>middle</b>", "small")
IDS = ("softmax_numpy", "flash_attention")
WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 420, "height": 900}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("class")
    fill_class(root / "OUT", STUDENTS)
    with Store(root / "OUT") as store:
        Site(store, root / "html", "instructor").write()
    return root / "html"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    fill_samples(root / "OUT", MODELS, IDS, 20)
    with Store(root / "OUT") as store:
        Site(store, root / "html").write()
    return root / "html"


class Seen:
    """A page, with all it asked for and complained of."""

    def __init__(self, browser: Browser, file: Path, dark: bool, size: dict[str, int]) -> None:
        scheme = "dark" if dark else "light"
        context = browser.new_context(color_scheme=scheme, viewport=size)
        self.page: Page = context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.goto(file.as_uri())

    def check(self) -> None:
        """Nothing was said, nothing but the file itself was asked for."""
        assert not self.said
        assert all(url.startswith("file:") for url in self.asked)


def opened(browser: Browser, file: Path, dark: bool = False, narrow: bool = False) -> Seen:
    return Seen(browser, file, dark, NARROW if narrow else WIDE)


def column(page: Page, index: int) -> list[str]:
    script = (
        "index => [...document.querySelector('table.heat').tBodies[0].rows]"
        ".filter(row => !row.hidden).map(row => row.cells[index].textContent)"
    )
    found: list[str] = page.evaluate(script, index)
    return found


def points(page: Page) -> list[float]:
    return [float(text) for text in column(page, 2)]


def a_page(site: Path, what: str) -> Path:
    """A page of a submission that says `what`."""
    return next(
        path
        for path in sorted((site / "submissions").iterdir())
        if what in path.read_text(encoding="utf-8")
    )


def test_columns_sort_by_clicking_and_by_keyboard(browser: Browser, site: Path) -> None:
    seen = opened(browser, site / "index.html")
    page = seen.page
    button = page.get_by_role("columnheader", name="points").first.get_by_role("button")
    button.click()
    assert points(page) == sorted(points(page))
    button.click()
    assert points(page) == sorted(points(page), reverse=True)
    head = page.locator("table.heat th[aria-sort=descending]")
    assert head.inner_text().startswith("points")
    button.press("Tab")
    page.keyboard.press("Enter")  # seconds, by the keyboard alone
    assert page.locator("table.heat th[aria-sort=ascending]").inner_text().startswith("seconds")
    seconds = page.evaluate(
        "[...document.querySelector('table.heat').tBodies[0].rows]"
        ".map(row => Number(row.cells[3].dataset.v))"
    )
    known = [value for value in seconds if value == value]
    assert known == sorted(known)
    marks = page.locator("table.heat th[data-kind=mark] button").nth(3)
    marks.focus()
    page.keyboard.press("Space")
    found = column(page, 8)
    places = ["PXCFwnB-".index(mark) for mark in found]
    assert places == sorted(places)
    seen.check()


def test_the_filter_leaves_the_students_it_names(browser: Browser, site: Path) -> None:
    seen = opened(browser, site / "index.html")
    page = seen.page
    page.get_by_label("Show students with").fill("ADA")
    names = column(page, 0)
    assert 40 <= len(names) < STUDENTS
    assert all("ada" in name for name in names)
    assert page.get_by_role("status").inner_text() == f"{len(names)} of {STUDENTS} rows shown"
    page.get_by_label("Show students with").fill("<script>")
    assert column(page, 0) == ["<script>alert(1)</script>"]
    page.get_by_label("Show students with").fill("")
    assert len(column(page, 0)) == STUDENTS
    seen.check()


def test_the_header_and_the_first_column_stay_in_sight(browser: Browser, site: Path) -> None:
    seen = opened(browser, site / "index.html")
    page = seen.page
    box = page.locator(".box").first
    box.focus()
    page.keyboard.press("End")
    box.evaluate("box => box.scrollTo(box.scrollWidth, 4000)")
    place = box.bounding_box()
    head = page.locator("table.heat thead th").first.bounding_box()
    name = page.locator("table.heat tbody th").nth(200).bounding_box()
    assert place is not None
    assert head is not None
    assert name is not None
    assert abs(head["x"] - place["x"]) < 3
    assert abs(head["y"] - place["y"]) < 3
    assert abs(name["x"] - place["x"]) < 3
    page.screenshot(path=picture("site-scrolled"))
    seen.check()


@pytest.mark.parametrize("dark", [False, True])
def test_the_overview_in_both_schemes(browser: Browser, site: Path, dark: bool) -> None:
    seen = opened(browser, site / "index.html", dark)
    scheme = "dark" if dark else "light"
    seen.page.screenshot(path=picture(f"site-{scheme}"))
    for part in ("items0", "known0", "points0"):
        seen.page.evaluate("part => document.getElementById(part).scrollIntoView()", part)
        if part == "known0":
            seen.page.locator("summary").first.click()
        seen.page.screenshot(path=picture(f"site-{part}-{scheme}"))
    assert not too_faint(seen.page)
    seen.check()


@pytest.mark.parametrize("dark", [False, True])
def test_models_in_both_schemes(browser: Browser, models: Path, dark: bool) -> None:
    seen = opened(browser, models / "index.html", dark)
    scheme = "dark" if dark else "light"
    seen.page.screenshot(path=picture(f"site-models-{scheme}"), full_page=True)
    head = seen.page.get_by_role("columnheader", name="all").first.get_by_role("button")
    head.click()
    assert not too_faint(seen.page)
    seen.check()


@pytest.mark.parametrize("which", ["site", "models"])
def test_a_narrow_overview_scrolls_in_its_tables_only(
    browser: Browser, which: str, request: pytest.FixtureRequest
) -> None:
    file = request.getfixturevalue(which) / "index.html"
    seen = Seen(browser, file, dark=False, size={"width": 320, "height": 900})
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320
    seen.check()


@pytest.mark.parametrize("look", ["light", "dark", "narrow"])
def test_a_submission_and_its_code(browser: Browser, site: Path, look: str) -> None:
    file = a_page(site, 'class="hit"')
    seen = opened(browser, file, look == "dark", look == "narrow")
    page = seen.page
    report, code = (page.locator("main > section").nth(at).bounding_box() for at in (0, 1))
    assert report is not None
    assert code is not None
    assert (code["y"] > report["y"]) == (look == "narrow")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= (NARROW if look == "narrow" else WIDE)["width"]
    page.screenshot(path=picture(f"site-submission-{look}"))
    page.locator("ul.named a").first.click()
    assert re.search(r"#c\d+l\d+$", page.url)
    page.locator("span.hit a").first.click()
    assert re.search(r"#n\d+$", page.url)
    assert not too_faint(page)
    seen.check()


def test_the_way_by_keyboard_from_student_to_report_and_back(browser: Browser, site: Path) -> None:
    seen = opened(browser, site / "index.html")
    page = seen.page
    page.get_by_label("Show students with").fill("ada 030")
    page.locator("table.heat tbody tr:not([hidden]) a").focus()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/submissions/*.html")
    assert page.get_by_role("heading", level=1).inner_text() == "ada 030"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/index.html")
    seen.check()


def test_both_kinds_of_page_are_printed(browser: Browser, site: Path) -> None:
    seen = opened(browser, site / "index.html", dark=True)
    seen.page.set_viewport_size({"width": 1062, "height": 733})  # A4 on its side, without margins
    seen.page.emulate_media(media="print", color_scheme="dark")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1062
    assert not seen.page.locator(".filter").is_visible()
    ground = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    seen.page.screenshot(path=picture("site-print"))
    data = seen.page.pdf(path=PICTURES / "site-overview.pdf", prefer_css_page_size=True)
    assert data.startswith(b"%PDF")
    assert with_header(data) >= 5
    file = a_page(site, 'class="hit"')
    other = opened(browser, file)
    page = other.page
    page.emulate_media(media="print")
    closed = page.locator("details:not([open]) p").first
    assert closed.is_visible()
    page.pdf(path=PICTURES / "site-submission.pdf", prefer_css_page_size=True)
    page.screenshot(path=picture("site-submission-print"), full_page=True)
    for one in (seen, other):
        one.check()


def with_header(data: bytes) -> int:
    """How many pages of a PDF are drawn with the ground of header cells fifty times and more."""
    found = 0
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        with contextlib.suppress(zlib.error):  # a font
            drawn = zlib.decompress(stream)
            found += b"BT" in drawn and len(re.findall(rb"\.9333\d* \.9333\d* \.9333", drawn)) >= 50
    return found


_FAINT = """() => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour, under) => {
    context.fillStyle = under; context.fillRect(0, 0, 1, 1);
    context.fillStyle = colour; context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const text = (rgb) => `rgb(${rgb.join(",")})`;
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    const own = getComputedStyle(element).backgroundColor;
    if (own === "rgba(0, 0, 0, 0)") return ground(element.parentElement);
    return rgb(own, text(ground(element.parentElement)));
  };
  const kinds = new Map();
  const all = "td, th, p, li, dd, dt, span, a, h1, h2, h3, b";
  for (const element of document.querySelectorAll(all))
    if (element.textContent.trim() && element.getClientRects().length)
      kinds.set(`${element.tagName} ${element.className} in ${element.parentElement.className}`,
        element);
  const faint = [];
  for (const [kind, element] of kinds) {
    const under = ground(element);
    const style = getComputedStyle(element);
    const [low, high] = [light(under), light(rgb(style.color, text(under)))].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) faint.push(`${kind}: ${ratio.toFixed(2)}`);
  }
  return faint;
}"""


def too_faint(page: Page) -> list[str]:
    """Kinds of text that stand out from their ground by less than 4.5 to 1."""
    found: list[str] = page.evaluate(_FAINT)
    return found
