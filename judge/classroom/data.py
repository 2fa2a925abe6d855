"""An analysis, or who moved, as plain JSON values; all text is cleaned as for any display."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from judge.classroom.analysis import Analysis, Class
from judge.classroom.marks import NONE, WORDS
from judge.classroom.models import Model, models
from judge.classroom.moved import Movement
from judge.classroom.rows import Row
from judge.report.clean import block

SCHEMA = 1
Object = dict[str, Any]


def as_data(analysis: Analysis) -> Object:
    """All of it: rows, items, misconceptions; for samples the models as well."""
    data: Object = {
        "schema": SCHEMA,
        "samples": analysis.samples,
        "results": analysis.results,
        "verdicts": {str(one.verdict): one.number for one in analysis.verdicts},
        "marks": WORDS,
        "challenges": [_class(one) for one in analysis.classes],
    }
    if analysis.samples:
        data["models"] = [_model(model) for model in models(analysis)]
    return _cleaned(data)


def movement_as_data(found: Movement) -> Object:
    """Who moved."""
    moved = [{**asdict(one), "gain": one.gain} for one in found.moved]
    return _cleaned({"schema": SCHEMA, "compared": found.compared, "moved": moved})


def _class(one: Class) -> Object:
    return {
        "challenge": one.challenge,
        "title": one.title,
        "possible": one.possible,
        "points": one.points and asdict(one.points),
        "seconds": one.seconds and asdict(one.seconds),
        "memory": one.memory and asdict(one.memory),
        "tests": [{**asdict(i), "share": i.share, "remark": i.remark} for i in one.items],
        "misconceptions": [{**asdict(m), "count": m.count} for m in one.misconceptions],
        "results": [_row(row, len(one.items)) for row in one.rows],
    }


def _row(row: Row, tests: int) -> Object:
    return {**asdict(row), "marks": row.marks.ljust(tests, NONE)}


def _model(model: Model) -> Object:
    grades = [{**asdict(grade), "solved": grade.solved} for grade in model.grades]
    return {**asdict(model), "grades": grades, "samples": model.samples}


def _cleaned(data: Object) -> Object:
    return {key: _clean(value) for key, value in data.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return block(value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
