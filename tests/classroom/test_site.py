"""The pages: what stands on them, what hostile text comes to, and which folders are replaced."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.classroom.marks import WORDS
from judge.classroom.records import Handed, Pair, Result
from judge.classroom.site.folder import Site
from judge.classroom.site.overview import overview
from judge.classroom.site.page import Looks, document
from judge.classroom.site.source import Named, code, named_lines
from judge.classroom.site.styles import gathered
from judge.classroom.site.submission import Neighbours, submission_page
from judge.classroom.store import Store
from judge.errors import UserError
from judge.report.examples import QUESTIONS, RAISED, failing, report
from judge.report.jupyter import Shown, html
from judge.report.message import View
from judge.results import CostTooHigh, Report, Status
from judge.submission import Cell, submission_from_cells
from tests.classroom.generated import fill_class, fill_samples
from tests.classroom.pages import Page
from tests.report.generate import TEXT
from tests.report.samples import HOSTILE

STUDENTS = 30
SUMS = QUESTIONS[1]
CODE = (
    Cell("cell 4", "import numpy as np\n    return dP * (P - delta)\n"),
    Cell("cell 5", "\n".join(f"line_{number} = {number}" for number in range(1, 12))),
)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graded") / "OUT"
    fill_class(folder, STUDENTS, id="softmax_numpy")
    return folder


@pytest.fixture(scope="module")
def pages(graded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "html"
    with Store(graded) as store:
        Site(store, folder).write()
    return folder


def result(of: Report, student: str = "ada") -> Result:
    return Result(3, student, "pair", "ada/f.ipynb", "", "2025-03-01", True, "2025-03-02", of)


def page_of(
    of: Report, cells: tuple[Cell, ...] = CODE, student: str = "ada", view: View = "student"
) -> Page:
    return Page(submission_page(result(of, student), cells, view, Neighbours(2, 7)))


def hidden(of: Report) -> Report:
    tests = tuple(msgspec.structs.replace(test, visibility="hidden") for test in of.tests)
    return msgspec.structs.replace(of, tests=tests)


def test_a_command_to_repeat_is_offered_with_its_folder_or_not_at_all() -> None:
    told = "The command is for the folder that was graded."
    for origin, view, offered in (
        ("ada/f.ipynb", "instructor", True),
        ("class.zip/ada/f.ipynb", "instructor", False),
        ("ada/f.ipynb", "student", False),
    ):
        submission = msgspec.structs.replace(failing().submission, origin=origin)
        one = result(msgspec.structs.replace(failing(), submission=submission))
        page = submission_page(one, CODE, cast(View, view), Neighbours())
        assert (told in page, "judge check" in page) == (offered, offered)


def test_the_seed_of_a_class_is_its_instructors_alone() -> None:
    of = msgspec.structs.replace(failing(), seed=918273645)
    assert "918273645" not in submission_page(result(of), CODE, "student", Neighbours(2, 7))
    assert "918273645" in submission_page(result(of), CODE, "instructor", Neighbours(2, 7))


# --- the folder ---------------------------------------------------------------------------------


def test_a_page_for_each_submission_and_nothing_else(pages: Path, graded: Path) -> None:
    with Store(graded) as store:
        numbers = {f"{result.id}.html" for result in store.results()}
    assert {path.name for path in pages.iterdir()} == {"index.html", "submissions"}
    assert {path.name for path in (pages / "submissions").iterdir()} == numbers
    assert len(numbers) == STUDENTS
    assert [path.name for path in pages.parent.iterdir()] == ["html"]


def test_a_site_is_replaced_and_leaves_no_trace_of_the_old(graded: Path, tmp_path: Path) -> None:
    folder = tmp_path / "html"
    with Store(graded) as store:
        Site(store, folder).write()
        (folder / "submissions" / "999.html").write_text("old")
        Site(store, folder, "instructor").write()
    assert not (folder / "submissions" / "999.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["html"]


def test_an_empty_folder_is_taken(graded: Path, tmp_path: Path) -> None:
    with Store(graded) as store:
        Site(store, tmp_path / "a" / "b").write()
        (tmp_path / "empty").mkdir()
        Site(store, tmp_path / "empty").write()
    assert (tmp_path / "a" / "b" / "index.html").is_file()
    assert (tmp_path / "empty" / "index.html").is_file()


def test_a_folder_that_is_no_such_site_is_refused(graded: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "index.html").write_text("<p>my own page</p>")
    (mine / "submissions").mkdir()
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("text")
    link.symlink_to(mine)
    with Store(graded) as store:
        for folder in (mine, file, link, graded):
            with pytest.raises(UserError, match="Give --html"):
                Site(store, folder).write()
    assert (mine / "index.html").read_text() == "<p>my own page</p>"
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "file", "link"}


def test_an_interruption_leaves_the_old_site(graded: Path, tmp_path: Path) -> None:
    folder = tmp_path / "html"
    with Store(graded) as store:
        Site(store, folder).write()
        before = (folder / "index.html").read_bytes()

        class Stops(Store):
            def source(self, sha256: str) -> tuple[Cell, ...] | None:
                raise KeyboardInterrupt

        with Stops(graded) as stopping, pytest.raises(KeyboardInterrupt):
            Site(stopping, folder).write()
    assert (folder / "index.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["html"]


# --- what a page may do -------------------------------------------------------------------------


def all_pages(folder: Path) -> Iterator[tuple[Path, Page]]:
    for path in sorted(folder.rglob("*.html")):
        yield path, Page(path.read_text(encoding="utf-8"))


def test_no_page_reaches_out(pages: Path) -> None:
    for path, page in all_pages(pages):
        for tag, attributes in page.tags:
            assert tag not in {"img", "iframe", "link", "object", "embed", "base", "form"}
            assert "src" not in attributes
            assert not any(name.startswith("on") for name in attributes)
            target = attributes.get("href")
            assert target is None or re.fullmatch(
                r"#[a-z0-9]+|submissions/\d+\.html|\d+\.html|\.\./index\.html", target
            )
            if target is not None and target.endswith(".html"):
                assert (path.parent / target).is_file()


def test_only_the_overview_has_a_script_and_its_digest_allows_it(pages: Path) -> None:
    for path, page in all_pages(pages):
        (policy,) = (
            str(meta["content"])
            for meta in page.of("meta")
            if meta.get("http-equiv") == "Content-Security-Policy"
        )
        assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src ")
        scripts = re.findall(r"<script>(.*?)</script>", path.read_text(encoding="utf-8"), re.DOTALL)
        if path.name != "index.html":
            assert not scripts
            assert "script-src 'none'" in policy
            continue
        (script,) = scripts
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}'" in policy


def test_hostile_names_and_texts_are_only_text(pages: Path) -> None:
    index = (pages / "index.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in index
    for path, page in all_pages(pages):
        raw = path.read_text(encoding="utf-8")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", raw)
        assert len(page.of("script")) == (path.name == "index.html")


@settings(deadline=None, max_examples=50)
@given(TEXT, TEXT)
def test_any_name_and_source_make_a_page_of_matching_tags(name: str, source: str) -> None:
    page = page_of(failing(), (Cell(name, source), *CODE), student=name)
    assert not page.of("script")
    assert page.of("title")


def test_hostile_evidence_is_only_text() -> None:
    raised = msgspec.structs.replace(RAISED, text=HOSTILE, type="</style><script>x</script>")
    page = page_of(report((SUMS.answered(Status.CRASHED, raised),)))
    assert not page.of("script")
    assert len(page.of("style")) == 1


# --- the overview -------------------------------------------------------------------------------


def test_each_mark_has_a_word_for_screen_readers(pages: Path) -> None:
    page = Page((pages / "index.html").read_text(encoding="utf-8"))
    cells = [cell for cell in page.of("td") if re.fullmatch("m[A-Za-z-]", cell.get("class") or "")]
    with_tests = len(cells) // STUDENTS
    assert len(cells) == STUDENTS * with_tests
    assert {cell["aria-label"] for cell in cells} <= set(WORDS.values())


def test_header_cells_are_buttons_that_say_how_they_sort(pages: Path) -> None:
    page = Page((pages / "index.html").read_text(encoding="utf-8"))
    heads = [head for head in page.of("th") if "data-kind" in head]
    assert heads
    assert all(head["aria-sort"] == "none" and head["scope"] == "col" for head in heads)
    assert len(page.of("button")) == len(heads)


def test_the_overview_has_its_parts_in_order(pages: Path) -> None:
    text = Page((pages / "index.html").read_text(encoding="utf-8")).text
    places = [
        text.index(part)
        for part in (f"{STUDENTS} submissions", "share passing", "discrimination", "no_rescale")
    ]
    assert places == sorted(places)
    assert "similar submissions" not in text


def test_models_have_their_tables(tmp_path: Path) -> None:
    fill_samples(
        tmp_path / "OUT", ("large", "<b>small</b>"), ("softmax_numpy", "flash_attention"), 5
    )
    with Store(tmp_path / "OUT") as store:
        analysis = Site(store, tmp_path / "html").write()
    page = Page((tmp_path / "html" / "index.html").read_text(encoding="utf-8"))
    for part in ("pass@1", "pass@5", "Chen et al. 2021", "mean share of points", "Models by tests"):
        assert part in page.text
    assert "<b>small</b>" in page.text
    assert analysis.results == 20


def test_students_of_several_challenges_have_a_matrix(tmp_path: Path) -> None:
    for id in ("softmax_numpy", "flash_attention"):
        fill_class(tmp_path / "OUT", 5, id=id)
    with Store(tmp_path / "OUT") as store:
        Site(store, tmp_path / "html").write()
    text = Page((tmp_path / "html" / "index.html").read_text(encoding="utf-8")).text
    assert "Students by challenges" in text
    assert "Item analysis: flash_attention" in text


def test_similar_pairs_are_shown_when_there_are_some(graded: Path, tmp_path: Path) -> None:
    def pair(left: str, right: str, share: float) -> Pair:
        return Pair("softmax_numpy", left, "a.py", right, "b.py", share, numbers.get(left, 0), 0)

    with Store(graded) as store:
        numbers = {one.student: one.id for one in store.results()}
        pairs = [pair("ada 010", "<i>bo</i>", 0.82), pair("=cmd()", "dora", 0.97)]
        Site(store, tmp_path / "html", similar=pairs).write()
    raw = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    part = Page(raw[raw.index('<h2 id="similar">') : raw.rindex("</section>")])
    assert part.text.index("97%") < part.text.index("<i>bo</i>")
    assert len(part.of("a")) == 2  # those who handed something in


def test_an_overview_of_nothing_is_a_page() -> None:
    from judge.classroom.analysis import analyse

    assert "0 submissions" in Page(overview(analyse([]), "Results")).text


# --- a submission -------------------------------------------------------------------------------


def test_the_report_and_the_code_stand_side_by_side() -> None:
    page = page_of(failing())
    assert "the running sums follow a growing maximum" in page.text
    assert "line_9 = 9" in page.text
    assert "handed in 2025-03-01, late" in page.text
    links = [link["href"] for link in page.of("a")]
    assert links[:3] == ["../index.html", "2.html", "7.html"]


def test_named_lines_are_marked_and_linked_both_ways() -> None:
    page = page_of(failing())
    marked = {tag["id"] for tag in page.of("span") if tag.get("class") == "hit"}
    assert marked == {"c0l2", "c1l9"}
    links = {str(link["href"]).removeprefix("#") for link in page.of("a")}
    assert marked <= links
    listed = {str(item["id"]) for item in page.of("li")}
    assert listed <= links


def test_the_line_that_allocated_most_is_named() -> None:
    cost = CostTooHigh(what="traced memory", used=2.0, limit=1.0, line="line 6: S = Q @ K")
    labelled = msgspec.structs.replace(cost, line="cell 3, line 12: x")
    first, second = (SUMS.answered(Status.FAILED, one) for one in (cost, labelled))
    assert named_lines(report((first, second))) == (
        Named("", 6, SUMS.title),
        Named("cell 3", 12, SUMS.title),
    )


def test_lines_that_are_not_there_are_not_linked() -> None:
    made = code(CODE, [Named("cell 5", 99, "a"), Named("cell 9", 1, "b"), Named("cell 5", 0, "c")])
    assert made.named == ""
    assert 'class="hit"' not in made.cells


def test_numbers_are_those_of_python() -> None:
    made = code((Cell("", "a = 1\x0c\nb = '\u2028'\n\nc = 2\n"),), ())
    assert made.cells.count("<span>") == 4


def test_a_student_sees_nothing_of_hidden_tests() -> None:
    of = hidden(failing())
    student, instructor = page_of(of), page_of(of, view="instructor")
    assert "dS = step(dP, P)" in instructor.text
    assert "dS = step(dP, P)" not in student.text
    assert not [tag for tag in student.of("span") if tag.get("class") == "hit"]
    assert [tag for tag in instructor.of("span") if tag.get("class") == "hit"]


def test_without_its_code_a_page_says_so() -> None:
    assert "code of this submission was not kept" in page_of(failing(), ()).text


def test_very_long_code_is_cut() -> None:
    made = code((Cell("cell 1", "\n" * 100_000), Cell("cell 2", "x = 1")), ())
    assert made.cells.count("<span>") == 5000
    assert "Only the first 5,000 lines" in made.cells


# --- styles as classes --------------------------------------------------------------------------


def test_styles_become_classes_that_say_the_same() -> None:
    fragment = html(Shown(failing(), full=True))
    found = gathered(fragment)
    assert " style=" not in found.html
    assert len(found.html) < 0.75 * len(fragment)
    rules = dict(re.findall(r"\.(_\w+)\{([^}]*)\}", found.rules))
    styles = [tag.get("style") for _, tag in Page(fragment).tags if "style" in tag]
    again = [rules[str(tag["class"])] for _, tag in Page(found.html).tags if "class" in tag]
    assert [style for style in again if not style.startswith("stroke:")] == styles


@settings(deadline=None)
@given(st.text(max_size=30))
def test_text_that_looks_like_a_style_stays_text(text: str) -> None:
    shown = text.replace("&", "").replace("<", "").replace(">", "").replace('"', "")
    assert gathered(f"<p>{shown} style=&quot;x&quot;</p>").rules == ""


def test_the_title_is_escaped() -> None:
    assert "<title>&lt;/title&gt;</title>" in document("</title>", "", Looks())


def test_a_refusal_has_a_page(tmp_path: Path) -> None:
    from judge.results import Verdict

    refused = report((), verdict=Verdict.REFUSED, reason="<b>the notebook is damaged</b>")
    with Store(tmp_path / "OUT", create=True) as store:
        handed = Handed("ada", "pair", "a.py", Path("a.py"))
        store.put(handed, refused, "", {})
        store.put_source(submission_from_cells([("", "x")], "a.py"))
        Site(store, tmp_path / "html").write()
    (page,) = (tmp_path / "html" / "submissions").iterdir()
    assert "<b>the notebook is damaged</b>" in Page(page.read_text(encoding="utf-8")).text
