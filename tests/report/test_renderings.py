from __future__ import annotations

import pytest

from tests.report.refresh import FOLDER, renderings, stored

RENDERINGS = dict(renderings())
REPORTS = 30


@pytest.mark.parametrize("name", RENDERINGS)
def test_the_stored_rendering_is_what_is_shown(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert text == RENDERINGS[name], "run `python -m tests.report.refresh` and read the diff"


def test_no_stored_rendering_is_left_over() -> None:
    assert stored() == set(RENDERINGS)


def test_there_are_many_situations_and_most_have_both_forms() -> None:
    texts, pages = (
        {name.removesuffix(form) for name in RENDERINGS if name.endswith(form)}
        for form in (".txt", ".html")
    )
    assert pages <= texts
    assert len(pages) >= REPORTS
