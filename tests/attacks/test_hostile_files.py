"""Hostile sources and notebooks, some of them too large to keep: none passes, hangs or kills."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from judge.errors import SubmissionError
from judge.results import Verdict
from tests.attacks.arena import Arena, arena

DEEP = 100_000
ZEROS = "def scaled_softmax(x, scale):\n    return x * 0\n"
SOURCES: dict[str, Callable[[], bytes]] = {
    "nul": lambda: b"x = 1\0\n" + ZEROS.encode(),
    "utf_16": lambda: ZEROS.encode("utf-16"),
    "utf_7": lambda: b"# coding: utf-7\n+AAo-import os\n" + ZEROS.encode(),
    "rot13": lambda: b"# coding: rot13\nqrs f(): pass\n",
    "zlib": lambda: b"# coding: zlib\n" + bytes(1000),
    "unicode_escape": lambda: b"# coding: unicode_escape\n\\x0aimport os\n" + ZEROS.encode(),
    "not_what_it_declares": lambda: b"# coding: ascii\nx = '\xff'\n" + ZEROS.encode(),
    "mark_and_coding": lambda: b"\xef\xbb\xbf# coding: latin-1\n" + ZEROS.encode(),
    "surrogates": lambda: "x = '\ud800'\n".encode("utf-8", "surrogatepass") + ZEROS.encode(),
    "parentheses": lambda: f"x = {'(' * DEEP}{')' * DEEP}\n{ZEROS}".encode(),
    "open_parentheses": lambda: b"(" * DEEP,
    "brackets": lambda: f"x = {'[' * 2 * DEEP}\n".encode(),
    "minus_signs": lambda: f"x = {'-' * DEEP}1\n{ZEROS}".encode(),
    "attributes": lambda: f"x = a{'.a' * DEEP}\n{ZEROS}".encode(),
    "additions": lambda: f"x = 1{' + 1' * DEEP}\n{ZEROS}".encode(),
    "calls": lambda: f"x = f{'()' * DEEP}\n{ZEROS}".encode(),
    "comparisons": lambda: f"x = 1{' < 2' * DEEP}\n{ZEROS}".encode(),
    "lambdas": lambda: f"x = {'lambda: ' * DEEP}1\n{ZEROS}".encode(),
    "branches": lambda: ("if 0: pass\n" + "elif 0: pass\n" * DEEP + ZEROS).encode(),
    "indents": lambda: "".join(f"{' ' * n}if 1:\n" for n in range(2000)).encode(),
    "decorators": lambda: ("@f\n" * DEEP + ZEROS).encode(),
    "long_number": lambda: f"x = {'9' * 100_000}\n{ZEROS}".encode(),
    "tower": lambda: f"x = 9**9**9**9\ny = 'a' * 10**10\n{ZEROS}".encode(),
    "one_long_line": lambda: f"x = '{'y' * 3_900_000}'\n{ZEROS}".encode(),
    "many_statements": lambda: ("x = 1\n" * 300_000 + ZEROS).encode(),
    "many_definitions": lambda: (ZEROS * 4_000).encode(),
    "too_much_code": lambda: b"x = 1\n" * 800_000,
    "hundred_megabytes": lambda: b"#" * 100_000_000,
    "unfinished_text": lambda: f"{ZEROS}x = '''".encode(),
    "backslash": lambda: f"{ZEROS}x = 1 \\".encode(),
    "braces": lambda: f"from __future__ import braces\n{ZEROS}".encode(),
    "only_a_mark": lambda: b"\xef\xbb\xbf",
    "binary": lambda: bytes(range(256)) * 100,
}


def notebook(*cells: object, **more: object) -> bytes:
    return json.dumps({"cells": list(cells), "nbformat": 4, "nbformat_minor": 5, **more}).encode()


def code(source: object, **more: object) -> dict[str, object]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **more}


PASSED = {"output_type": "stream", "name": "stdout", "text": "PASSED 4 of 4 points"}
NOTEBOOKS: dict[str, Callable[[], bytes]] = {
    "python": ZEROS.encode,
    "deep_json": lambda: b'{"cells": ' + b"[" * DEEP,
    "deep_outputs": lambda: notebook(code(ZEROS))[:-1] + b', "x": ' + b"[" * DEEP + b"}",
    "cut_off": lambda: notebook(code(ZEROS))[:-20],
    "not_utf_8": lambda: notebook(code(ZEROS)).replace(b"scale", b"sc\xffle"),
    "huge_number": lambda: notebook(code(ZEROS), nbformat_major=10**4000),
    "cells_no_list": lambda: json.dumps({"cells": {"a": 1}}).encode(),
    "source_no_text": lambda: notebook(code({"a": 1})),
    "two_lists_of_cells": lambda: b'{"cells": [], ' + notebook(code(ZEROS))[1:],
    "nul": lambda: notebook(code(f"{ZEROS}\0")),
    "half_a_character": lambda: notebook(code(ZEROS + "x = '\ud800'")),
    "million_pieces": lambda: notebook(code(["#"] * 1_000_000), code(ZEROS)),
    "many_cells": lambda: notebook(*[code("x = 1")] * 20_000, code(ZEROS)),
    "lying_outputs": lambda: notebook(code(ZEROS, outputs=[PASSED], execution_count=1)),
    "lying_metadata": lambda: notebook(
        code(ZEROS), metadata={"judge": {"verdict": "passed", "earned": 4}, "grade": 100}
    ),
    "large_outputs": lambda: notebook(code(ZEROS, outputs=[{**PASSED, "text": "x" * 15_000_000}])),
    "too_large_outputs": lambda: notebook(code(ZEROS, outputs=[{"text": "x" * 30_000_000}])),
    "magics": lambda: notebook(code("!kill -9 $PPID\n%run /etc/passwd\n%load_ext x\n" + ZEROS)),
    "shell_cell": lambda: notebook(code("%%bash\nkill -9 $PPID"), code(ZEROS)),
    "asks_for_ipython": lambda: notebook(code("ip = get_ipython()\n" + ZEROS)),
    "function_in_markdown": lambda: notebook({**code(ZEROS), "cell_type": "markdown"}),
    "no_cells": lambda: notebook(),
    "null": lambda: b"null",
}


@pytest.fixture(scope="module")
def confined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with arena(tmp_path_factory.mktemp("home"), layers=True) as found:
        yield found


def ends_well(arena: Arena, path: Path) -> None:
    """It is refused in words, or graded and does not pass; a right one still does."""
    refusal = ""
    try:
        report = arena.grade(path).report
    except SubmissionError as error:
        refusal = str(error)
    if refusal:
        assert 2 <= len(refusal.splitlines()) <= 4
    else:
        assert report.verdict not in (Verdict.PASSED, Verdict.BROKEN)
        assert report.points.earned == 0
        assert len(report.reason or "") < 1000
    assert arena.left() == []


@pytest.mark.parametrize("name", SOURCES)
def test_a_hostile_source_ends_well(name: str, confined: Arena, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.py"
    path.write_bytes(SOURCES[name]())
    ends_well(confined, path)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_hostile_notebook_ends_well(name: str, confined: Arena, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.ipynb"
    path.write_bytes(NOTEBOOKS[name]())
    ends_well(confined, path)


def test_a_right_one_passes_after_all_of_them(confined: Arena) -> None:
    assert confined.right_one_passes()


def make_link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def make_archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../solution.py", ZEROS)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("link.py", make_link),
        ("zeros.py", lambda path: path.symlink_to("/dev/zero")),
        ("pipe.ipynb", os.mkfifo),
        ("folder.py", Path.mkdir),
        ("archive.zip", make_archive),
        ("archive.py", make_archive),
    ],
)
def test_what_is_no_plain_file_is_refused(
    name: str, make: Callable[[Path], None], confined: Arena, tmp_path: Path
) -> None:
    make(tmp_path / name)
    with pytest.raises(SubmissionError):
        confined.grade(tmp_path / name)
