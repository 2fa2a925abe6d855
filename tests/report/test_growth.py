from __future__ import annotations

import math
import re
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.report import growth
from judge.report.examples import GROWTH, RAISED
from judge.results import CostTooHigh
from tests.report.generate import records
from tests.report.markup import Strict, pictures

FIGURES = st.floats(0, 1e18) | st.floats()


def changed(**fields: object) -> CostTooHigh:
    return msgspec.structs.replace(GROWTH, **fields)


def picture(cost: CostTooHigh) -> ET.Element:
    return pictures(growth.block(cost))[0]


def ends(cost: CostTooHigh) -> dict[str, tuple[float, ...]]:
    """The first and the last point of each line, by its dashes."""
    lines = [path for path in picture(cost).findall("path") if path.get("stroke-width") == "2"]
    found = {}
    for path in lines:
        numbers = [float(text) for text in re.findall(r"[\d.]+", path.get("d", ""))]
        found[path.get("stroke-dasharray", "")] = (*numbers[:2], *numbers[-2:])
    return found


def test_the_limit_starts_with_the_use_and_ends_below_it() -> None:
    use, limit = ends(GROWTH)[""], ends(GROWTH)["6 4"]
    assert limit[:2] == pytest.approx(use[:2], abs=0.2)
    assert limit[2] == use[2]
    assert limit[3] > use[3]  # downwards


def test_heights_are_in_proportion_to_bytes() -> None:
    shown = picture(GROWTH)
    ticks = {word.text: float(word.get("y", "")) - 4 for word in shown.iter("text")}
    zero, two = ticks["0"], ticks["2 MB"]
    _, first, _, last = ends(GROWTH)[""]
    assert (zero - first) / (zero - two) == pytest.approx(1.41 / 2, abs=0.01)
    assert (zero - last) / (zero - two) == pytest.approx(5.09 / 2, abs=0.01)


def test_the_axes_and_the_lines_are_named() -> None:
    words = {word.text for word in picture(GROWTH).iter("text")}
    assert {"N", "memory use", "1024", "2048", "0"} <= words
    page = growth.block(GROWTH)
    assert "your code: 3.6 times" in page
    assert "limit: 2.5 times, 3.5 MB at N = 2048" in page
    assert "reference" not in page


def test_the_reference_is_drawn_where_it_is_known() -> None:
    cost = changed(reference=2.0)
    assert "reference: 2 times, 2.8 MB at N = 2048" in growth.block(cost)
    assert set(ends(cost)) == {"", "6 4", "2 3"}


def test_a_screen_reader_hears_all_figures() -> None:
    label = picture(GROWTH).get("aria-label", "")
    for figure in ("1.4 MB at N = 1024", "5.1 MB at N = 2048", "3.6 times", "2.5 times"):
        assert figure in label


def test_uses_below_the_floor_are_said_to_count_as_it() -> None:
    cost = changed(uses=(2e5, 4e6), used=4.0)
    assert "less than 1 MB counts as that much" in growth.block(cost)
    assert "counts as" not in growth.block(GROWTH)
    assert ends(cost)["6 4"][1] < ends(cost)[""][1]  # it begins above the first point


def test_the_words_of_close_sizes_do_not_touch() -> None:
    cost = changed(sizes=(64, 128, 256, 4096), uses=(1e6, 2e6, 3e6, 9e6), used=9.0)
    words = {word.text for word in picture(cost).iter("text")}
    assert "4096" in words
    assert len(words & {"64", "128", "256"}) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"what": "time"},
        {"sizes": (1024,)},
        {"sizes": (), "uses": ()},
        {"sizes": (2048, 1024)},
        {"sizes": (1024, 1024)},
        {"uses": (math.nan, 1e6)},
        {"uses": (1e6, math.inf)},
        {"uses": (0.0, 0.0)},
        {"used": 0.0},
        {"limit": math.inf},
        {"reference": math.nan},
        {"sizes": tuple(range(50)), "uses": (1e6,) * 50},
    ],
)
def test_figures_that_make_no_curve_are_left_to_the_words(fields: dict[str, object]) -> None:
    assert growth.block(changed(**fields)) == ""


def test_other_evidence_has_no_curve() -> None:
    assert growth.block(RAISED) == ""
    assert growth.block(None) == ""


@given(records(CostTooHigh), st.lists(FIGURES, min_size=2, max_size=4), FIGURES, FIGURES)
@settings(deadline=None)
def test_any_figures_are_drawn_within_the_picture(
    cost: CostTooHigh, uses: list[float], used: float, limit: float
) -> None:
    sizes = tuple(10 * 2**at for at in range(len(uses)))
    fields = {"sizes": sizes, "uses": tuple(uses), "used": used, "limit": limit}
    page = growth.block(msgspec.structs.replace(cost, what="growth", reference=None, **fields))
    Strict(page)
    for shown in pictures(page)[:1]:
        width, height = map(int, shown.get("viewBox", "").split()[2:])
        for dot in shown.findall("circle"):
            assert 0 <= float(dot.get("cx", "")) <= width
            assert 0 <= float(dot.get("cy", "")) <= height
