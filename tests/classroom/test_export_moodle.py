"""Moodle: its own worksheet with grades and feedback, in the languages it is made in."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest

from judge.classroom.export.moodle import moodle
from judge.classroom.export.totals import feedback
from judge.classroom.records import Result
from judge.errors import UnknownNameError, UserError
from judge.report.examples import failing
from judge.results import Verdict
from tests.classroom.handed import asked, result, whole, worth
from tests.report.samples import SAMPLES, hidden, hostile

ENGLISH = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,"
    "Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments\n"
)
GERMAN = (
    "ID,Vollständiger Name,ID-Nummer,E-Mail-Adresse,Status,Bewertung,Bestwertung,"
    "Bewertung kann geändert werden,Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung),"
    "Feedback als Kommentar\n"
)
FRENCH = (
    "Identifiant,Nom complet,Numéro d'identification,Adresse de courriel,Statut,Note,"
    "Note maximale,La note peut être modifiée,Dernière modification (travail remis),"
    "Dernière modification (note),Feedback par commentaires\n"
)
SPANISH = (
    "Identificador,Nombre completo,Número de ID,Dirección de correo,Estado,Calificación,"
    "Calificación máxima,La calificación puede ser cambiada,Última modificación (entrega),"
    "Última modificación (calificación),Comentarios de retroalimentación\n"
)
POLISH = "Identyfikator,Nazwa,Numer,E-mail,Status,Ocena,Maks,Zmiana,Oddane,Ocenione,Komentarz\n"
ROWS = (
    'Participant 7,Ada Lovelace,M1,ada@x.org,Submitted,,"50,00",Yes,"Monday, 1 March",-,\n'
    "Participant 8,Emmy Noether,M2,emmy@x.org,Submitted,12,50.00,Yes,-,-,<p>old</p>\n"
    "Participant 9,=Alan Turing,M3,alan@x.org,Submitted,,50.00,No,-,-,\n"
)
SHEET = ENGLISH + ROWS
FULL, HALF = worth(90, 90), worth(45, 90)


def cells(*results: Result, sheet: str = SHEET, columns: tuple[str, ...] = ()) -> list[list[str]]:
    data = whole(moodle(asked(*results, sheet=sheet, columns=columns)))
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize(
    "student", ["7", "Participant 7", "m1", "ADA@x.org", "Ada Lovelace", "Lovelace, Ada"]
)
def test_a_student_is_known_by_what_the_sheet_has(student: str) -> None:
    rows = cells(result(student, HALF))
    assert rows[1][5] == "25"
    assert "passed, 45 of 90 points" in rows[1][10]


def test_everything_else_stays_as_it_was() -> None:
    data = whole(moodle(asked(result("8", HALF), sheet="\ufeff" + SHEET))).decode()
    before, after = ("\ufeff" + SHEET).splitlines(), data.splitlines()
    assert [line for line in after if line in before] == [*before[:2], before[3]]
    rows = cells(result("8", HALF))
    assert rows[2][:5] == ["Participant 8", "Emmy Noether", "M2", "emmy@x.org", "Submitted"]
    assert rows[2][6:10] == ["50.00", "Yes", "-", "-"]


def test_a_decimal_comma_is_written_where_one_is_read() -> None:
    rows = cells(result("7", worth(1, 3)), result("8", worth(1, 3)))
    assert (rows[1][5], rows[2][5]) == ("16,67", "16.67")


@pytest.mark.parametrize("header", [ENGLISH, GERMAN, FRENCH, SPANISH])
def test_headings_of_four_languages(header: str) -> None:
    rows = cells(result("ada@x.org", FULL), sheet=header + ROWS)
    assert rows[1][5] == "50"
    assert rows[1][10].startswith("<pre>")


@pytest.mark.parametrize("no", ["No", "Nein", "Non", "NO"])
def test_a_grade_that_may_not_be_changed_is_not(no: str) -> None:
    sheet = SHEET.replace(",No,", f",{no},")
    exported = moodle(asked(result("9", FULL), result("7", FULL), sheet=sheet))
    assert "may not be changed: 9" in "\n".join(exported.notes)
    assert whole(exported).decode().splitlines()[3] == sheet.splitlines()[3]
    with pytest.raises(UserError, match="1 of them may not be changed"):
        moodle(asked(result("9", FULL), sheet=sheet))


def test_downloaded_folders_bear_the_participant() -> None:
    source = "Ada Lovelace_7_assignsubmission_file_/flash_attention.ipynb"
    rows = cells(result("ada", FULL, source=source))
    assert rows[1][5] == "50"


def test_a_language_that_is_not_known_is_told_by_column() -> None:
    sheet = POLISH + ROWS.replace("Participant", "Uczestnik")
    named = ("grade=Ocena", "feedback=Komentarz")
    rows = cells(result("7", FULL), sheet=sheet, columns=named)
    assert rows[1][5] == "50"
    assert rows[1][10].startswith("<pre>")
    with pytest.raises(UserError, match="which column is the grade"):
        cells(result("7", FULL), sheet=sheet)
    with pytest.raises(UnknownNameError, match="Did you mean Ocena"):
        cells(result("7", FULL), sheet=sheet, columns=("grade=Ocna",))
    with pytest.raises(UnknownNameError, match="Did you mean grade"):
        cells(result("7", FULL), sheet=sheet, columns=("grad=Ocena",))


def test_what_the_judge_failed_on_stays_as_it_was() -> None:
    broken = msgspec.structs.replace(failing(), verdict=Verdict.BROKEN)
    rows = cells(result("8", broken), result("7", FULL))
    assert rows[2][5] == "12"


def test_feedback_is_text_and_no_page() -> None:
    rows = cells(result("7", hostile()))
    assert "<script>" not in rows[1][10]
    assert "&lt;script&gt;" in rows[1][10]


@pytest.mark.parametrize("name", SAMPLES)
def test_feedback_is_short_plain_and_the_students(name: str) -> None:
    text = feedback(SAMPLES[name]())
    assert 0 < len(text) <= 2000
    assert "\x1b" not in text


def test_feedback_says_the_first_message_of_each_task_and_no_secret() -> None:
    text = feedback(failing())
    assert "the running sums follow a growing maximum" in text
    assert "1.1645" in text
    assert "scratch memory" not in text
    assert "the gradients agree" in text
    assert "1.1645" not in feedback(hidden())


def test_without_a_column_for_feedback_there_are_grades_alone() -> None:
    sheet = SHEET.replace("Feedback comments", "Remarks").replace("Last modified (grade)", "When")
    exported = moodle(asked(result("7", FULL), sheet=sheet))
    assert "no column for feedback" in "\n".join(exported.notes)


def test_mistakes_are_told() -> None:
    with pytest.raises(UserError, match="Download grading worksheet"):
        moodle(asked(result("7", FULL)))
    with pytest.raises(UserError, match="which column is the identifier"):
        moodle(asked(result("7", FULL), sheet="Name,Points\nAda,1\n"))
    with pytest.raises(UserError, match="Results are of: nobody known"):
        moodle(asked(result("nobody known", FULL), sheet=SHEET))


def test_a_number_in_a_name_is_no_participant() -> None:
    sheet = ENGLISH + "Participant 7,Group 7,,,,,50.00,Yes,-,-,\n"
    sheet += "Participant 8,Group 8,,,,,50.00,Yes,-,-,\n"
    rows = cells(result("Group 8", HALF), result("Team 7", FULL), sheet=sheet)
    assert [row[5] for row in rows[1:]] == ["", "25"]
