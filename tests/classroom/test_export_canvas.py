"""Canvas: one column of its own export filled in, the rest as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import msgspec
import pytest

from judge.classroom.export.canvas import canvas
from judge.classroom.records import Result
from judge.errors import UnknownNameError, UserError
from judge.report.examples import failing
from judge.results import Verdict
from tests.classroom.handed import asked, result, whole, worth

BOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Softmax (101),Flash (102),Current Score\r\n"
    "    Points Possible,,,,,10,20,(read only)\r\n"
    '"Lovelace, Ada",11,S1,ada@x.org,"Mon, 9",9,,90\r\n'
    '"Noether, Emmy",12,S2,emmy@x.org,Tue,,3,15\r\n'
    '"=Turing, Alan",13,S3,alan@x.org,Tue,,EX,15\r\n'
    '"Student, Test",14,,t1,Tue,,,\r\n'
)
FULL, HALF = worth(90, 90), worth(45, 90)


def filled(*results: Result, book: str = BOOK, column: str = "Flash (102)") -> list[list[str]]:
    data = whole(canvas(asked(*results, sheet=book, columns=[column])))
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def notes(*results: Result, book: str = BOOK) -> str:
    return "\n".join(canvas(asked(*results, sheet=book, columns=["Flash"])).notes)


@pytest.mark.parametrize(
    "student", ["11", "S1", "s1", "ada@x.org", "Ada Lovelace", "Lovelace, Ada", "ada_lovelace"]
)
def test_a_student_is_known_by_id_login_or_name(student: str) -> None:
    rows = filled(result(student, HALF))
    assert len(rows) == 3
    assert rows[2] == ["Lovelace, Ada", "11", "S1", "ada@x.org", "Mon, 9", "9", "10", "90"]


def test_the_file_differs_in_the_one_cell_alone() -> None:
    data = whole(canvas(asked(result("11", FULL), sheet=BOOK, columns=["Flash"]))).decode()
    lines = BOOK.splitlines(keepends=True)
    assert data == "".join([*lines[:2], lines[2].replace("9,,90", "9,20,90")])


def test_names_come_back_as_they_were_even_where_they_are_formulas() -> None:
    book = BOOK.replace(",EX,", ",,")
    assert filled(result("13", FULL), book=book)[2][0] == "=Turing, Alan"


def test_rows_without_a_result_are_left_out_and_named() -> None:
    told = notes(result("11", FULL), result("nobody", FULL))
    assert "Noether, Emmy" in told
    assert "Not found in the file, or not surely: nobody." in told
    assert "90 points of the results are 20 of the column" in told


def test_who_is_excused_stays_so() -> None:
    both = (result("11", FULL), result("13", FULL))
    assert [row[1] for row in filled(*both)] == ["ID", "", "11"]
    assert "excused: =Turing, Alan" in notes(*both)


def test_what_the_judge_failed_on_gets_no_grade() -> None:
    broken = msgspec.structs.replace(failing(), verdict=Verdict.BROKEN)
    results = (result("11", FULL), result("12", broken))
    assert [row[1] for row in filled(*results)] == ["ID", "", "11"]
    assert "the judge failed on them: 12" in notes(*results)


def test_points_of_several_challenges_are_added() -> None:
    results = (result("11", FULL), result("11", HALF, challenge="softmax"), result("12", FULL))
    rows = filled(*results)
    assert [row[6] for row in rows[2:]] == ["15", "10"]


def test_without_points_possible_points_are_written_as_they_are() -> None:
    book = BOOK.replace("10,20,(read only)", ",,(read only)")
    assert filled(result("11", HALF), book=book)[2][6] == "45"


def test_semicolons_decimal_commas_and_a_byte_order_mark() -> None:
    book = (
        "\ufeffStudent;ID;Section;Softmax (101);Flash (102)\n    Points Possible;;;10,0;1,5\n"
        "Ada;11;A;7,5;\n"
    )
    data = whole(canvas(asked(result("11", HALF), sheet=book, columns=["Flash"])))
    assert data.decode() == book.replace("7,5;\n", "7,5;0,75\n")


def test_a_decimal_comma_between_commas_is_quoted() -> None:
    book = BOOK.replace(",9,,90", ',"9,5",,90')
    data = whole(canvas(asked(result("11", worth(1, 3)), sheet=book, columns=["Flash"])))
    assert '"9,5","6,67",90' in data.decode()


@pytest.mark.parametrize("column", ["Flash (102)", "flash", "102", " Flash "])
def test_a_column_by_title_or_number(column: str) -> None:
    assert filled(result("11", FULL), column=column)[2][6] == "20"


@pytest.mark.parametrize("column", ["Flahs (102)", "Section", "Current Score", "ID"])
def test_a_column_that_is_none(column: str) -> None:
    with pytest.raises(UnknownNameError, match=r"Softmax \(101\), Flash \(102\)"):
        filled(result("11", FULL), column=column)


def test_a_misspelt_column_gets_a_near_match() -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean Flash \(102\)"):
        filled(result("11", FULL), column="Flahs (102)")


def refused(*results: Result, sheet: str | None, columns: Sequence[str] = ("Flash",)) -> str:
    with pytest.raises(UserError) as caught:
        canvas(asked(*results, sheet=sheet, columns=columns))
    return str(caught.value)


def test_mistakes_are_told() -> None:
    ada = result("11", FULL)
    assert "Grades, Export" in refused(ada, sheet=None)
    assert "--column TITLE" in refused(ada, sheet=BOOK, columns=())
    assert "--column TITLE" in refused(ada, sheet=BOOK, columns=("a", "b"))
    assert "not a gradebook" in refused(ada, sheet="Name,Grade\nAda,1\n")
    assert "2 columns are called" in refused(ada, sheet=BOOK.replace("Softmax", "Flash"))
    assert "Results are of: x" in refused(result("x", FULL), sheet=BOOK)
    sample = result("11", FULL, sample="3")
    assert "samples of models" in refused(sample, sheet=BOOK)


def test_two_students_of_one_name_are_not_guessed() -> None:
    book = BOOK.replace("Noether, Emmy", "Lovelace, Ada")
    assert "Results are of: Ada Lovelace" in refused(result("Ada Lovelace", FULL), sheet=book)


def test_two_results_for_one_row_are_nobodys() -> None:
    two = (result("11", FULL), result("Ada Lovelace", HALF), result("12", HALF))
    assert [row[1] for row in filled(*two)] == ["ID", "", "12"]
    assert "not surely: 11, Ada Lovelace" in notes(*two)


def test_one_key_alone_can_be_asked_for() -> None:
    wanted = asked(result("11", FULL), sheet=BOOK, columns=["Flash"], match="login")
    with pytest.raises(UserError, match="--match id"):
        canvas(wanted)
    with pytest.raises(UnknownNameError, match="Did you mean login"):
        canvas(asked(result("11", FULL), sheet=BOOK, columns=["Flash"], match="logn"))


def test_downloaded_files_bear_the_id() -> None:
    one = result("lovelaceada", FULL, source="download/lovelaceada_LATE_11_998_flash.ipynb")
    assert filled(one)[2][1] == "11"
