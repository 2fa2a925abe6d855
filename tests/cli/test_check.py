from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import jsonschema
import pytest

from judge import progress
from tests.cli.place import RIGHT, WRONG, Place, assert_told


def test_exit_codes_of_a_check(place: Place) -> None:
    cases = {
        RIGHT: 0,
        WRONG: 1,
        "x = 1\n": 1,
        "def centre_rows(x):\n    return x.nothing\n": 1,
        "def centre_rows(x:\n    return x\n": 2,
    }
    for source, code in cases.items():
        place.write("centring.py", source)
        assert place.judge("check", "centring").code == code


def test_a_syntax_error_names_its_line(place: Place) -> None:
    place.write("centring.py", "x = 1\ndef centre_rows(x:\n    return x\n")
    ran = place.judge("check", "centring")
    assert ran.code == 2
    assert "line 2" in ran.out
    assert "Traceback" not in ran.out + ran.err


def test_the_file_that_is_meant(place: Place) -> None:
    assert_told(place.judge("check", "centring"), "no centring.ipynb and no centring.py")
    place.write("mine.py", RIGHT)
    assert place.judge("check", "centring", "mine.py").code == 0
    place.judge("start", "centring")
    assert place.judge("check", "centring").code == 1
    place.write("centring.py", RIGHT)
    assert_told(place.judge("check", "centring"), "centring.ipynb and centring.py", "Name the one")


def test_a_chat_reply(place: Place) -> None:
    place.write("reply.md", f"Sure:\n\n```bash\nls\n```\n\n```python\n{RIGHT}```\n")
    ran = place.judge("check", "centring", "reply.md")
    assert ran.code == 0
    assert "Taken from the reply: block 2; left out: block 1 (bash)." in ran.out
    place.write("reply.md", "I cannot help with that.")
    assert_told(place.judge("check", "centring", "reply.md"), "reply.md has no block of code")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("gone.py", None, "There is no file gone.py"),
        ("empty.py", "", "is empty"),
        ("empty.ipynb", "\n", "is empty"),
        ("notes.rst", "hello", "neither a notebook nor a Python file"),
        ("list.ipynb", "[1, 2]", "not a notebook"),
        ("code.ipynb", "import numpy\n", "name it .py"),
        ("data.ipynb", '{"a": 1}', "JSON but not a notebook"),
        ("half.ipynb", '{"cells": [', "damaged in line 1"),
        ("none.ipynb", '{"cells": []}', "no code cell"),
        (".", None, "neither a notebook"),
    ],
)
def test_a_file_that_cannot_be_read(place: Place, name: str, text: str | None, said: str) -> None:
    if text is not None:
        place.write(name, text)
    said = "is a folder" if name == "." else said
    assert_told(place.judge("check", "centring", name), said)
    ran = place.judge("check", "centring", name, "--json", "--junit", "out.xml")
    assert ran.code == 2
    data = json.loads(ran.out)
    assert data["verdict"] == "refused"
    assert said in data["reason"].replace("\n", " ")
    assert ET.parse(place.work / "out.xml").getroot().get("failures") == "1"  # noqa: S314  our own


def test_json_is_one_object_of_the_schema(place: Place) -> None:
    schema = json.loads(place.judge("schema").out)
    for source, code in ((RIGHT, 0), (WRONG, 1), ("def f(:\n", 2)):
        place.write("centring.py", source)
        ran = place.judge("check", "centring", "--json", "--seed", "7")
        assert (ran.code, ran.err) == (code, "")
        data = json.loads(ran.out)
        jsonschema.validate(data, schema)
        assert data["seed"] == 7
    place.write("centring.ipynb", "")
    ran = place.judge("check", "centring", "centring.ipynb", "--json")
    jsonschema.validate(json.loads(ran.out), schema)


def test_junit_goes_to_its_file(place: Place) -> None:
    place.write("centring.py", WRONG)
    assert place.judge("check", "centring", "--junit", "out.xml").code == 1
    assert ET.parse(place.work / "out.xml").getroot().get("tests") == "3"  # noqa: S314  our own


def test_junit_that_cannot_be_written_is_told_before_the_check(place: Place) -> None:
    place.write("centring.py", RIGHT)
    place.write("file", "")
    for target, said in (
        ("gone/out.xml", "no folder gone"),
        (".", "it is a folder"),
        ("file/out.xml", "no folder file"),
    ):
        ran = place.judge("check", "centring", "--junit", target)
        assert_told(ran, "cannot be written", said)
    assert progress.read().tallies == {}


def test_parts_of_a_check(place: Place) -> None:
    place.write("pair.py", RIGHT)
    ran = place.judge("check", "pair", "--task", "centre")
    assert ran.code == 0
    assert "again ---" not in ran.out
    ran = place.judge("check", "pair", "--test", "float32 stays float32")
    assert ran.code == 0
    assert_told(place.judge("check", "pair", "--task", "agian"), "Did you mean again?")
    assert_told(
        place.judge("check", "pair", "--test", "float32_stay_float32"),
        "Did you mean float32_stays_float32",
    )
    assert_told(
        place.judge("check", "pair", "--task", "again", "--test", "float32_stays_float32"),
        "belongs to again",
    )


def test_a_part_does_not_solve_the_challenge(place: Place) -> None:
    place.write("pair.py", RIGHT)
    assert place.judge("check", "pair", "--task", "centre").code == 0
    tally = progress.read().of("pair")
    assert (tally.attempts, tally.solved) == (1, None)


def test_all_shows_every_message(place: Place) -> None:
    place.write("pair.py", WRONG)
    short = place.judge("check", "pair", "--seed", "1").out
    long = place.judge("check", "pair", "--seed", "1", "--all").out
    assert len(long.splitlines()) > len(short.splitlines())


@pytest.mark.parametrize("seed", ["-1", str(2**63)])
def test_a_seed_that_is_none(place: Place, seed: str) -> None:
    place.write("centring.py", RIGHT)
    assert_told(place.judge("check", "centring", "--seed", seed), "is no seed")


def test_isolation_that_is_not_there_checks_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write("centring.py", RIGHT)
    weak = property(lambda _: "none", lambda _, value: None)
    monkeypatch.setattr("judge.sandbox.process.ProcessSandbox.level", weak, raising=False)
    ran = place.judge("check", "centring", "--require-isolation", "reduced")
    assert_told(ran, "The isolation here is none", "judge doctor")
    assert progress.read().tallies == {}


def test_debug_is_marked_and_not_recorded(place: Place) -> None:
    place.write("centring.py", "print('hello from here')\n" + RIGHT)
    ran = place.judge("check", "centring", "--debug")
    assert ran.code == 0
    assert "without isolation" in ran.out
    assert progress.read().tallies == {}
