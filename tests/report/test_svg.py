from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.report import svg
from judge.report.svg import Axis, Frame, Line
from tests.report.generate import TEXT
from tests.report.markup import pictures

# White paper, JupyterLab's and VS Code's dark themes, Colab's.
PAGES = ("#ffffff", "#111111", "#1e1e1e", "#383838")
FRAME = Frame(200, 100, (0, 10), (0, 4), left=40, bottom=30, top=10, right=10)
MARKS = st.text("-.:*#", min_size=1, max_size=80)


def one(text: str) -> ET.Element:
    (picture,) = pictures(text)
    return picture


def light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def cells(picture: ET.Element, top: int, bottom: int) -> set[tuple[int, int]]:
    """Head and tile of each cell that is painted from `top` down to `bottom`, and no other."""
    found = set()
    for path in picture.findall("path"):
        if path.get("stroke-width") != str(bottom - top) or path.get("stroke-opacity"):
            continue
        runs = re.findall(r"M(\d+) ([\d.]+)h(\d+)", path.get("d", ""))
        for x, y, length in runs:
            head, down = divmod(float(y), svg.PITCH)
            if down == (top + bottom) / 2:
                first, many = int(x) // 10, int(length) // 10 + 1
                found |= {(int(head), tile) for tile in range(first, first + many)}
    return found


@pytest.mark.parametrize("colour", [svg.RIGHT, svg.WRONG])
@pytest.mark.parametrize("page", PAGES)
def test_both_colours_stand_out_from_every_page(colour: str, page: str) -> None:
    low, high = sorted((light(colour), light(page)))
    assert (high + 0.05) / (low + 0.05) >= 3


@pytest.mark.parametrize(
    ("share", "filled"), [(0, "0"), (1e-6, "3"), (0.5, "50"), (0.9999, "97"), (1, "100")]
)
def test_a_bar_is_full_or_empty_only_when_its_points_are(share: float, filled: str) -> None:
    picture = one(svg.bar(share, "points"))
    assert picture.findall("path")[1].get("d") == f"M0 5h{filled}"


@settings(deadline=None)
@given(st.lists(MARKS, min_size=1, max_size=12))
def test_each_cell_is_filled_as_high_as_its_mark_says(rows: list[str]) -> None:
    picture = one(svg.error_map(rows, "a map"))
    for mark, top in ((".", 12), (":", 8), ("*", 4), ("#", 0)):
        wanted = {(h, t) for h, row in enumerate(rows) for t, m in enumerate(row) if m == mark}
        assert cells(picture, top, 16) == wanted
    right = {(h, t) for h, row in enumerate(rows) for t, m in enumerate(row) if m == "-"}
    assert cells(picture, 7, 9) == right


@settings(deadline=None)
@given(st.lists(MARKS, min_size=1, max_size=12))
def test_no_cell_leaves_its_map(rows: list[str]) -> None:
    picture = one(svg.error_map(rows, "a map"))
    width, height = map(int, picture.get("viewBox", "").split()[2:])
    for path in picture.findall("path"):
        half = int(path.get("stroke-width", "0")) / 2
        for x, y, length in re.findall(r"M(\d+) ([\d.]+)h(\d+)", path.get("d", "")):
            assert int(x) + int(length) <= width
            assert half <= float(y) <= height - half


def test_a_run_of_like_cells_is_one_line() -> None:
    assert svg.error_map(["#" * 64], "a map").count("h") < svg.error_map(["#-" * 32], "").count("h")
    marks = ["#" * 64] * 12
    assert len(svg.error_map(marks, "a map")) < 400 + sum(map(len, marks))


@pytest.mark.parametrize("mark", "-.:*#")
def test_a_swatch_is_a_cell_that_no_one_reads_aloud(mark: str) -> None:
    picture = one(svg.swatch(mark))
    assert picture.get("aria-hidden") == "true"
    assert len(picture.findall("path")) >= 1


def test_values_stand_where_the_axes_say() -> None:
    assert (FRAME.across(0), FRAME.across(10)) == (40, 190)
    assert (FRAME.up(0), FRAME.up(4)) == (70, 10)
    lines = [Line(((0, 0), (10, 4)), svg.WRONG, dots=True), Line(((0, 0), (10, 2)), svg.RIGHT, "6")]
    picture = one(svg.curve(lines, FRAME, Axis("N", ((5, "five"),)), Axis("bytes", ()), "rises"))
    paths = {path.get("d"): path.get("stroke-dasharray") for path in picture.findall("path")}
    assert paths["M40 70L190 10"] is None
    assert paths["M40 70L190 40"] == "6"
    assert [(dot.get("cx"), dot.get("cy")) for dot in picture.findall("circle")] == [
        ("40", "70"),
        ("190", "10"),
    ]
    words = {word.text: word.get("x") for word in picture.iter("text")}
    assert words["five"] == "115"
    assert {"N", "bytes"} <= set(words)


@given(TEXT)
def test_any_label_is_said_and_nothing_else(label: str) -> None:
    axis = Axis(label, ((1, label),))
    for text in (
        svg.bar(0.5, label),
        svg.error_map(["-#"], label),
        svg.curve([Line(((0, 0), (1, 1)), svg.RIGHT)], FRAME, axis, axis, label),
    ):
        picture = one(text)
        assert picture.get("role") == "img"
        assert {element.tag for element in picture.iter()} <= {
            "svg",
            "g",
            "path",
            "text",
            "metadata",
        }
        names = {name for element in picture.iter() for name in element.attrib}
        assert not any(name.startswith(("on", "href", "xlink", "id", "class")) for name in names)
