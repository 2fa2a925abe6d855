"""`judge report`: the summary, JSON, pages, who moved, and what it says to mistakes."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import msgspec
import pytest

from judge.classroom.analysis import analyse
from judge.classroom.moved import Stand, Turned, against, since_last
from judge.classroom.records import Handed, Pair, Result
from judge.classroom.store import FINISHED, Store
from judge.classroom.terminal import alike, movement, rows
from judge.report.examples import QUESTIONS, failing, passing, report
from judge.report.layout import plain
from judge.report.lines import columns
from judge.results import Report, Status, Verdict
from tests.classroom.generated import fill_class, fill_samples
from tests.cli.place import Place, assert_told

MANY = 45


@pytest.fixture
def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Place:
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path, capsys)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graded") / "OUT"
    fill_class(folder, MANY, id="softmax_numpy")
    return folder


def put(folder: Path, student: str, of: Report) -> None:
    with Store(folder, create=True) as store:
        store.put(Handed(student, "pair", f"{student}.py", Path(student)), of, "", {})


# --- the summary --------------------------------------------------------------------------------


def test_the_summary_says_what_the_class_comes_to(place: Place, out: Path) -> None:
    ran = place.judge("report", str(out))
    assert ran.code == 0
    for part in (f"{MANY} submissions", "mean ", "hardest tests", "commonest", "ada 010"):
        assert part in ran.out
    assert "and 5 more: --all shows them" in ran.out
    assert "\x1b" not in ran.out


def test_all_shows_every_student(place: Place, out: Path) -> None:
    ran = place.judge("report", str(out), "--all")
    assert "more: --all" not in ran.out
    assert ran.out.count("\n") > MANY


def test_the_summary_keeps_its_width(out: Path) -> None:
    with Store(out) as store:
        analysis = analyse(store.results())
    for width in (50, 80, 200):
        lines = plain(rows(analysis, width)).splitlines()
        assert max(map(columns, lines)) <= min(width, 92)


def test_models_get_a_table_of_their_estimates(place: Place) -> None:
    fill_samples(place.work / "OUT", ("large", "small"), ("softmax_numpy",), 10)
    ran = place.judge("report", "OUT")
    assert "20 samples" in ran.out
    for k in (1, 2, 5):
        assert f"pass@{k}" in ran.out
    assert "  students" not in ran.out
    data = json.loads(place.judge("report", "OUT", "--json").out)
    assert [model["name"] for model in data["models"]] == ["large", "small"]
    assert data["models"][0]["estimates"][0]["k"] == 1


def test_intervals_do_not_touch_each_other() -> None:
    found = [
        Result(n, "m", "pair", f"{n}", f"{n}", None, False, "2025", passing()) for n in range(200)
    ]
    lines = plain(rows(analyse(found))).splitlines()
    (bounds,) = [line.split() for line in lines if line.lstrip().startswith("98.1-")]
    assert len(bounds) == 4
    assert bounds[-1] == "100.0-100.0"


def test_the_summary_says_why_no_test_ran(place: Place) -> None:
    for student, reason in (("ada", "empty"), ("bo", "empty"), ("cy", "a <b>link</b>")):
        refused = report((), verdict=Verdict.REFUSED, reason=f"{student}.py is {reason}.\nMend it.")
        put(place.work / "OUT", student, refused)
    told = place.judge("report", "OUT").out
    assert "why no test ran" in told
    assert "  2                 is empty.\n" in told
    place.judge("report", "OUT", "--html", "html")
    page = (place.work / "html" / "index.html").read_text(encoding="utf-8")
    part = page[page.index("Why no test ran</h2>") :]
    assert part.index("<b>2</b> is empty.") < part.index("<b>1</b> is a &lt;b&gt;link")


def test_a_run_that_was_stopped_is_told_of(place: Place) -> None:
    put(place.work / "OUT", "ada", passing())
    assert place.judge("report", "OUT").err == ""
    for setting, told in (("", True), ("yes", False)):
        with Store(place.work / "OUT") as store:
            store.set({FINISHED: setting})
        assert ("The last run is not at its end" in place.judge("report", "OUT").err) is told


def test_json_has_every_row(place: Place, out: Path) -> None:
    data = json.loads(place.judge("report", str(out), "--json").out)
    (one,) = data["challenges"]
    assert data["results"] == len(one["results"]) == MANY
    assert all(len(row["marks"]) == len(one["tests"]) for row in one["results"])
    assert sum(data["verdicts"].values()) == MANY


# --- pages --------------------------------------------------------------------------------------


def test_html_writes_pages_and_says_where(place: Place, out: Path) -> None:
    ran = place.judge("report", str(out), "--html", "html")
    assert ran.code == 0
    assert f"{MANY} submissions: open html/index.html" in ran.out
    assert "hand out single pages" in ran.out
    assert len(list((place.work / "html" / "submissions").iterdir())) == MANY
    again = place.judge("report", str(out), "--html", "html", "--instructor")
    assert again.code == 0
    assert "hand out" not in again.out


def test_alike_submissions_are_named_by_their_files_where_names_say_too_little() -> None:
    def pair(left: str, right: str) -> Pair:
        return Pair("softmax", "large", f"large/{left}", "small", f"small/{right}", 1.0)

    assert "100%  large  " in plain(alike([pair("0.md", "0.md")]))
    told = plain(alike([pair("0.md", "0.md"), pair("0.md", "1.md")]))
    assert "large/0.md" in told
    assert "small/1.md" in told


# --- who moved ----------------------------------------------------------------------------------


def test_diff_alone_shows_what_regrading_changed(place: Place) -> None:
    put(place.work / "OUT", "ada", failing())
    put(place.work / "OUT", "bo", passing())
    assert "0 otherwise changed, 2 as before" in place.judge("report", "OUT", "--diff").out
    put(place.work / "OUT", "ada", passing())
    ran = place.judge("report", "OUT", "--diff")
    assert "+70" in ran.out
    assert "ada  pair" in ran.out
    assert "20 FAILED -> 90 passed" in ran.out
    assert "failed -> passed" in ran.out
    assert "2 results: 1 up, 0 down, 0 otherwise changed, 1 as before" in ran.out
    assert place.judge("report", "--diff", "OUT").out == ran.out


def test_diff_with_another_folder(place: Place) -> None:
    for student, before, after in (
        ("ada", passing(), failing()),
        ("bo", failing(), failing()),
        ("chen", failing(), None),
        ("dora", None, passing()),
    ):
        if before:
            put(place.work / "OLD", student, before)
        if after:
            put(place.work / "NEW", student, after)
    with Store(place.work / "NEW") as new, Store(place.work / "OLD") as old:
        found = against(new, old)
    assert found.compared == 4
    assert [one.student for one in found.moved] == ["ada", "chen", "dora"]
    ada, chen, dora = found.moved
    assert ada.gain < 0
    assert chen.after is None
    assert dora.before is None
    ran = place.judge("report", "NEW", "--diff", "OLD")
    assert "0 up, 1 down, 2 otherwise changed, 1 as before" in ran.out
    assert "nothing -> 90 passed" in ran.out
    data = json.loads(place.judge("report", "NEW", "--diff", "OLD", "--json").out)
    assert [one["student"] for one in data["moved"]] == ["ada", "chen", "dora"]


def test_a_test_that_is_new_is_named(tmp_path: Path) -> None:
    first, second = QUESTIONS[0], QUESTIONS[1]
    put(tmp_path, "ada", report((first.answered(),), verdict=Verdict.PASSED))
    put(tmp_path, "ada", report((first.answered(), second.answered(Status.FAILED))))
    with Store(tmp_path) as store:
        found = since_last(store)
    (moved,) = found.moved
    assert moved.turned == (Turned(second.title, None, Status.FAILED),)
    assert (moved.before, moved.after) == (
        Stand(Verdict.PASSED, 5, 5),
        Stand(Verdict.FAILED, 5, 15),
    )
    assert "no such test -> failed" in plain(movement(found))


# --- mistakes -----------------------------------------------------------------------------------


def test_without_a_folder(place: Place) -> None:
    assert_told(place.judge("report"), "judge report OUT")


def test_a_folder_without_results(place: Place) -> None:
    assert_told(place.judge("report", "nowhere"), "no results in nowhere", "judge grade")


def test_an_empty_store(place: Place) -> None:
    Store(place.work / "OUT", create=True).close()
    for more in ([], ["--html", "html"], ["--diff"]):
        assert_told(place.judge("report", "OUT", *more), "holds no results yet")
    assert not (place.work / "html").exists()


def test_a_damaged_store(place: Place) -> None:
    put(place.work / "OUT", "ada", failing())
    database = sqlite3.connect(place.work / "OUT" / "results.db")
    with database:
        database.execute("UPDATE results SET report = x'00'")
    database.close()
    assert_told(place.judge("report", "OUT"), "cannot be read")
    (place.work / "OUT" / "results.db").write_bytes(b"no database" * 100)
    assert_told(place.judge("report", "OUT"), "results.db", "damaged")


def test_a_folder_for_pages_that_cannot_be_used(place: Place, out: Path) -> None:
    place.write("mine.html", "mine")
    ran = place.judge("report", str(out), "--html", str(place.work))
    assert_told(ran, "holds something else", "new folder")
    ran = place.judge("report", str(out), "--html", "mine.html/below")
    assert_told(ran, "cannot be written")


def test_options_that_do_not_go_together(place: Place, out: Path) -> None:
    assert_told(place.judge("report", str(out), "--html", "h", "--json"), "--html and --json")
    assert_told(place.judge("report", str(out), "--html", "h", "--diff"), "--html and --diff")
    assert_told(place.judge("report", str(out), "--instructor"), "--html DIR --instructor")


def test_hostile_names_reach_no_terminal(place: Place) -> None:
    bad = msgspec.structs.replace(failing(), reason="\x1b[2J")
    put(place.work / "OUT", "\x1b]0;owned\x07ada\u202e", bad)
    put(place.work / "OUT", "\x1b]0;owned\x07ada\u202e", passing())
    for more in ([], ["--diff"], ["--json"]):
        ran = place.judge("report", "OUT", *more)
        assert ran.code == 0
        assert "\x1b" not in ran.out
        assert "\u202e" not in ran.out
        assert "owned" not in ran.out
