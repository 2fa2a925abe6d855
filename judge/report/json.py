"""A report as one JSON object, and the JSON Schema of that object.

Two views: the *instructor*'s has everything; the *student*'s has no evidence of hidden tests. Text
is cleaned as for any display, and NaN and the infinities are spelt `"nan"`, `"inf"`, `"-inf"`.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from judge.report.clean import block
from judge.report.fields import DESCRIPTIONS
from judge.report.message import View, message_text
from judge.results import SCHEMA, Outcome, Report, to_data

Object = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_LEFT_OUT = ("about", "reason")  # of a test: `message` words them
_FINITE = ("Outcome", "TaskResult", "Points", "Report")
_NUMBER = {"anyOf": [{"type": "number"}, {"enum": ["nan", "inf", "-inf"]}]}


def report_object(report: Report, view: View = "student") -> Object:
    """The report as plain JSON values, valid under `schema()`."""
    data = to_data(report)
    data["tests"] = [
        _test(plain, outcome, view)
        for plain, outcome in zip(data["tests"], report.tests, strict=True)
    ]
    cleaned: Object = _clean(data)
    return cleaned


def report_json(report: Report, view: View = "student") -> str:
    """The same as text: ASCII only, so that any stream can carry it."""
    return json.dumps(report_object(report, view), indent=2, allow_nan=False)


def schema() -> Object:
    """The JSON Schema (draft 2020-12) of `report_object`, with a sentence for each field."""
    _, components = msgspec.json.schema_components([Report], ref_template="#/$defs/{name}")
    definitions = {name: _definition(name, part) for name, part in components.items()}
    root = definitions.pop("Report")
    root["properties"]["schema"]["const"] = SCHEMA
    return {
        "$schema": _DIALECT,
        **root,
        "title": "Report of judge",
        "$defs": {**definitions, "Number": _NUMBER},
    }


def _test(plain: Object, outcome: Outcome, view: View) -> Object:
    told = {key: value for key, value in plain.items() if key not in _LEFT_OUT}
    if view == "student" and outcome.visibility == "hidden":
        told["evidence"] = None
    misconception = told.pop("misconception")
    return {**told, "message": message_text(outcome, view), "misconception": misconception}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return block(value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value


def _definition(name: str, part: Object) -> Object:
    """A definition as msgspec makes it, closed, with every field required and described."""
    if part.get("type") != "object":
        return {"description": part["description"], "enum": part["enum"]}
    fields = dict(part["properties"])
    if name == "Outcome":
        fields = {key: item for key, item in fields.items() if key not in _LEFT_OUT}
        fields["message"] = {"type": "string"}
    described = {
        key: {**_plain(item, number=name not in _FINITE), "description": DESCRIPTIONS[name][key]}
        for key, item in fields.items()
    }
    return {
        "description": DESCRIPTIONS[name][""],
        "type": "object",
        "properties": described,
        "required": list(described),
        "additionalProperties": False,
    }


def _plain(item: Any, *, number: bool) -> Any:
    """Without defaults and discriminators; floats that may be NaN as such."""
    if isinstance(item, list):
        return [_plain(part, number=number) for part in item]
    if not isinstance(item, dict):
        return item
    if number and item == {"type": "number"}:
        return {"$ref": "#/$defs/Number"}
    return {
        key: _plain(part, number=number)
        for key, part in item.items()
        if key not in ("default", "discriminator")
    }
