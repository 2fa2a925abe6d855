"""Tables of many rows: students by tests, students by challenges, models by challenges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from judge.classroom.analysis import Analysis, Class
from judge.classroom.marks import NONE, RAN, WORDS
from judge.classroom.models import Grade, Model
from judge.classroom.rows import Row
from judge.classroom.site.page import (
    head,
    link,
    name,
    number,
    percent,
    scrolled,
    size,
    table,
)
from judge.report import figures
from judge.report.summary import VERDICTS

_SHADES = 6  # from none to all
_CELLS = {
    mark: f'<td class="m{mark}" aria-label="{word}">{mark}</td>' for mark, word in WORDS.items()
}


def legend() -> str:
    """What the marks stand for."""
    parts = (f'<li><b class="m{mark}">{mark}</b> {word}</li>' for mark, word in WORDS.items())
    return f'<ul class="legend" aria-label="marks">{"".join(parts)}</ul>'


def by_tests(one: Class, who: str) -> str:
    """A row for each result of a challenge, a cell for each hidden test."""
    heads = [head(who, "text"), head("verdict", "text"), head("points", "number")]
    heads += [head("seconds", "number"), head("memory", "number")]
    heads += [head(item.title, "mark", f"{item.task}: {item.title}") for item in one.items]
    shares = "".join(f"<td>{percent(item.share)}</td>" for item in one.items)
    foot = f'<tr><th scope="row">share passing where it ran</th><td colspan="4"></td>{shares}</tr>'
    rows = "".join(_row(row, len(one.items)) for row in one.rows)
    made = table("".join(heads), rows, "heat people", foot if one.items else "")
    return scrolled(f"{one.challenge}: {who}s by hidden tests", made)


def _row(row: Row, tests: int) -> str:
    marks = row.marks.ljust(tests, NONE)
    late = ' <span class="quiet">late</span>' if row.late else ""
    return (
        f'<tr><th scope="row">{link(row.number, name(row.student, row.sample))}{late}</th>'
        f"<td>{VERDICTS[row.verdict]}</td>{number(row.earned, figures.points(row.earned))}"
        f"{number(row.seconds, figures.seconds(row.seconds))}"
        f"{number(row.memory, size(row.memory))}"
        f"{''.join(_CELLS[mark] for mark in marks)}</tr>\n"
    )


# --- several challenges -------------------------------------------------------------------------


def by_challenges(analysis: Analysis) -> str:
    """A row for each student, a cell for each challenge with the points, and their sum."""
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for one in analysis.classes:
        for row in one.rows:
            found[row.student][one.challenge] = row
    heads = [head("student", "text"), head("all points", "number")]
    heads += [head(one.challenge, "number", one.title) for one in analysis.classes]
    ids = [one.challenge for one in analysis.classes]
    rows = "".join(_student(student, found[student], ids) for student in sorted(found))
    return scrolled("students by challenges", table("".join(heads), rows, "people"))


def _student(student: str, rows: dict[str, Row], ids: Sequence[str]) -> str:
    total = sum(row.earned for row in rows.values())
    cells = [number(total, figures.points(total)), *(_points(rows.get(id)) for id in ids)]
    return f'<tr><th scope="row">{name(student)}</th>{"".join(cells)}</tr>\n'


def _points(row: Row | None) -> str:
    if row is None:
        return number(None, "")
    shown = link(row.number, figures.points(row.earned))
    return number(row.earned, shown, f"n {_shade(row.share)}")


def _shade(share: float) -> str:
    """One of seven grounds; the first for none at all, the last for all."""
    inner = 1 + min(int(share * (_SHADES - 1)), _SHADES - 2)
    return f"h{0 if share <= 0 else _SHADES if share >= 1 else inner}"


# --- models -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """What a cell of models by challenges shows, 0 to 1."""

    label: str
    of: Callable[[Grade], float]


SOLVED = Measure("pass@1", lambda grade: grade.solved)
POINTS = Measure("mean share of points", lambda grade: grade.points)


def by_models(found: Sequence[Model], ids: Sequence[str], measure: Measure) -> str:
    """A row for each model, a cell for each challenge."""
    heads = [head("model", "text"), head("all", "number"), *(head(id, "number") for id in ids)]
    rows = "".join(_model(model, ids, measure) for model in found)
    label = f"models by challenges: {measure.label}"
    return scrolled(label, table("".join(heads), rows, "people"))


def _model(model: Model, ids: Sequence[str], measure: Measure) -> str:
    values = [measure.of(grade) for grade in model.grades]
    cells = [_shared(sum(values) / len(values))]
    for id in ids:
        grade = model.grade(id)
        cells.append(_shared(None if grade is None else measure.of(grade)))
    return f'<tr><th scope="row">{name(model.name)}</th>{"".join(cells)}</tr>\n'


def _shared(share: float | None) -> str:
    return number(share, percent(share), "n" if share is None else f"n {_shade(share)}")


def models_by_tests(one: Class) -> str:
    """A row for each model, a cell for each hidden test: the share of samples that pass it."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in one.rows:
        rows[row.student].append(row)
    heads = [head("model", "text")]
    heads += [head(item.title, "number", f"{item.task}: {item.title}") for item in one.items]
    tests = len(one.items)
    body = "".join(
        f'<tr><th scope="row">{name(model)}</th>{"".join(_shares(rows[model], tests))}</tr>'
        for model in sorted(rows)
    )
    made = table("".join(heads), body, "people tall")
    return scrolled(f"{one.challenge}: models by hidden tests", made)


def _shares(rows: Sequence[Row], tests: int) -> Iterator[str]:
    """Of the samples in which a test ran, how many pass it."""
    for index in range(tests):
        ran = [mark for mark in (row.mark(index) for row in rows) if mark in RAN]
        yield _shared(ran.count("P") / len(ran) if ran else None)
