from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from judge import intake, submission
from judge.errors import SubmissionError
from judge.submission import Cell, read_submission, submission_from_cells


def notebook(path: Path, *cells: dict[str, Any], **rest: Any) -> Path:
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": cells, **rest}))
    return path


def code(source: Any, **rest: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, **rest}


def refusal(path: Path) -> str:
    """The text of the refusal, its form checked: two to four lines, each a sentence."""
    with pytest.raises(SubmissionError) as caught:
        read_submission(path)
    text = str(caught.value)
    assert 2 <= len(text.splitlines()) <= 4, text
    assert all(line[-1] in ".?:)" or "chmod" in line for line in text.splitlines()), text
    return text


# --- what is read -----------------------------------------------------------------------------


def test_code_cells_in_order_with_the_numbers_jupyter_shows(tmp_path: Path) -> None:
    path = notebook(
        tmp_path / "a.ipynb",
        {"cell_type": "markdown", "source": "# Title"},
        code(["import math\n", "x = 1"]),
        code("  \n"),
        {"cell_type": "raw", "source": "raw"},
        code("y = 2\r\nz = 3\r"),
    )
    found = read_submission(path)
    assert found.cells == (Cell("cell 1", "import math\nx = 1"), Cell("cell 2", "y = 2\nz = 3\n"))
    assert found.kind == "notebook"
    assert found.origin == str(path)
    assert found.digests == {}


def test_outputs_and_metadata_are_stepped_over(tmp_path: Path) -> None:
    deep: list[Any] = []
    for _ in range(50):
        deep = [deep]
    plain = notebook(tmp_path / "a.ipynb", code("x = 1"))
    full = notebook(
        tmp_path / "b.ipynb",
        code("x = 1", outputs=[{"source": "y"}], metadata={"source": deep}, execution_count=7),
        metadata={"cells": [code("z")]},
    )
    assert read_submission(full).cells == read_submission(plain).cells


def test_notebook_format_3(tmp_path: Path) -> None:
    path = tmp_path / "old.ipynb"
    cell = {"cell_type": "code", "language": "python", "input": ["a = 1\n", "b = 2"]}
    path.write_text(json.dumps({"nbformat": 3, "worksheets": [{"cells": [cell]}, {"cells": []}]}))
    assert read_submission(path).cells == (Cell("cell 1", "a = 1\nb = 2"),)


def test_a_notebook_may_have_a_byte_order_mark(tmp_path: Path) -> None:
    path = notebook(tmp_path / "a.ipynb", code("x = 'é'"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_submission(path).cells[0].source == "x = 'é'"


@pytest.mark.parametrize(
    ("data", "source"),
    [
        ("x = 'é'\r\n".encode(), "x = 'é'\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (b"#!/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n", None),
        (b"x = 1\n# coding: rot13\n", "x = 1\n# coding: rot13\n"),  # too late to count
        (b"# %% [markdown]\n# text\n# %%\nx = 1\n", "# %% [markdown]\n# text\n# %%\nx = 1\n"),
    ],
)
def test_a_script_is_one_cell_without_a_label(
    tmp_path: Path, data: bytes, source: str | None
) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(data)
    found = read_submission(path)
    assert found.kind == "script"
    assert [cell.label for cell in found.cells] == [""]
    assert found.cells[0].source == source or (source is None and "€" in found.cells[0].source)


def test_nothing_is_parsed_as_python(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("(" * 100_000)
    assert read_submission(path).cells[0].source == "(" * 100_000


def test_sha256_is_of_the_sources_and_where_they_part() -> None:
    def digest(*sources: str, label: str = "") -> str:
        return submission_from_cells([(label, s) for s in sources], "here").sha256

    assert digest("a", "b") == digest("a", "b", label="In [1]")
    assert re.fullmatch("[0-9a-f]{64}", digest("a"))
    assert len({digest("ab"), digest("a", "b"), digest("b", "a"), digest("a")}) == 4


def test_cells_of_a_kernel() -> None:
    cells = [("In [1]", "x = 1\r\n"), ("In [2]", " "), ("In [3]", "\0"), ("In [4]", "'\ud800'")]
    found = submission_from_cells(cells, "kernel", digests={"f": "12"})
    assert found.cells == (Cell("In [1]", "x = 1\n"),)
    assert found.kind == "kernel"
    assert found.digests == {"f": "12"}


def test_too_much_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "MAX_CODE", 10_000)
    path = notebook(tmp_path / "a.ipynb", code("#" * 6_000), code("#" * 6_000))
    assert "of code" in refusal(path)
    with pytest.raises(SubmissionError, match="of code"):
        submission_from_cells([("", "#" * 11_000)], "here")


# --- what is refused --------------------------------------------------------------------------


def test_a_missing_file_names_near_ones(tmp_path: Path) -> None:
    (tmp_path / "flash_attention.ipynb").touch()
    (tmp_path / "notes.txt").touch()
    assert "Did you mean flash_attention.ipynb?" in refusal(tmp_path / "flash_atention.ipynb")
    text = refusal(tmp_path / "softmax.py")
    assert "flash_attention.ipynb" in text
    assert "notes.txt" not in text


def test_a_missing_file_in_a_folder_of_nothing_and_of_much(tmp_path: Path) -> None:
    assert "no .ipynb and no .py" in refusal(tmp_path / "a.py")
    for n in range(8):
        (tmp_path / f"week{n}.py").touch()
    assert "and 3 more" in refusal(tmp_path / "zzz.ipynb")
    assert "folder" in refusal(tmp_path / "nowhere" / "a.py")


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    text = refusal(tmp_path)
    assert "is a folder" in text
    assert "a.py" in text


@pytest.mark.parametrize("name", ["a.py", "a.ipynb"])
def test_an_empty_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b" \n\n")
    assert "is empty" in refusal(tmp_path / name)


def test_an_unknown_suffix(tmp_path: Path) -> None:
    (tmp_path / "a.rst").write_text("x = 1")
    assert "end in .ipynb or .py" in refusal(tmp_path / "a.rst")
    assert "There is no file" in refusal(tmp_path / "b.rst")


def test_links_pipes_and_devices(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_text("x = 1")
    (tmp_path / "link.py").symlink_to(tmp_path / "real.py")
    (tmp_path / "lost.py").symlink_to(tmp_path / "nowhere.py")
    os.mkfifo(tmp_path / "pipe.py")
    assert "is a link" in refusal(tmp_path / "link.py")
    assert "is a link" in refusal(tmp_path / "lost.py")
    assert "not a plain file" in refusal(tmp_path / "pipe.py")
    assert "not a plain file" in refusal(Path(os.devnull))


def test_a_file_that_becomes_a_link_between_two_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1")
    (tmp_path / "secret").write_text("s = 1")
    first = intake._check_plain

    def swapped(looked: Path, mode: int) -> None:
        first(looked, mode)
        looked.unlink()
        looked.symlink_to(tmp_path / "secret")

    monkeypatch.setattr(intake, "_check_plain", swapped)
    assert "is a link" in refusal(path)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1")

    def denied(*_: Any, **__: Any) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)  # chmod would not stop root
    assert "permission denied" in refusal(path)


def test_too_large_by_size_and_by_what_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = notebook(tmp_path / "a.ipynb", code("x = 1", outputs=["y" * 2000]))
    script = tmp_path / "a.py"
    script.write_text("#" * 2000)
    monkeypatch.setattr(intake, "MAX_FILE", 1000)
    assert "Clear the outputs" in refusal(path)
    assert "too large" in refusal(script)


def test_a_sparse_file_of_a_terabyte_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    with path.open("wb") as stream:
        stream.truncate(10**12)
    assert "1000000.0 MB" in refusal(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import numpy as np\n", "is not a notebook"),
        ("[1, 2]", "is JSON but not a notebook"),
        ("{}", "is JSON but not a notebook"),
        ('{"cells": {}}', "is JSON but not a notebook"),
        ('{"cells": [{"source": "x"}]}', "is JSON but not a notebook"),
        ('{"cells": [{"cell_type": "code", "source": 3}]}', "is JSON but not a notebook"),
        ('{"cells": []}', "no code cell"),
        ('{"cells": [{"cell_type": "markdown", "source": "x"}]}', "no code cell"),
        ('{"cells": [{"cell_type": "code", "source": " "}]}', "only empty code cells"),
        ('{\n"cells": [\n<<<<<<< HEAD\n]}', "damaged in line 3"),
        ('{\n"cells": [\n{"cell_type": "code",\n', "damaged in line 3: it ends in the middle"),
        ('{"cells": [{"cell_type": "code", "source": "a\\u0000"}]}', "cell 1"),
        ('{"cells": [{"cell_type": "code", "source": "\\ud800 "}]}', "damaged"),
    ],
)
def test_what_is_no_notebook(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(text)
    assert said in refusal(path)


@pytest.mark.parametrize(
    "data",
    [
        b'{"metadata": ' + b"[" * 1_000_000,
        b'{"cells": [{"cell_type": "code", "source": ' + b"[" * 1_000_000,
        b'{"cells": [{"cell_type": "code", "outputs": ' + b'{"a":' * 200_000,
    ],
)
def test_deep_nesting(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(data)
    assert "a.ipynb is" in refusal(path)


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\ny = '\xe9'\n")
    assert "byte 0xe9 in line 2" in refusal(path)
    path = notebook(tmp_path / "a.ipynb", code("x = 1"))
    path.write_bytes(path.read_bytes().replace(b"x = 1", b"x = \xff"))
    assert "is not UTF-8" in refusal(path)
    path.write_bytes("\ufeff{}".encode("utf-16"))
    assert "is not UTF-8" in refusal(path)


def test_nul_bytes_in_a_script(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\ny = 2\0\n")
    assert "NUL byte in line 2" in refusal(path)
    path.write_bytes("x = 1\n".encode("utf-16-le"))
    assert "UTF-16" in refusal(path)


@pytest.mark.parametrize("name", ["rot13", "unicode_escape", "no-such", "utf-16", "idna"])
def test_encodings_that_are_not_accepted(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.py"
    path.write_text(f"# coding: {name}\nx = 1\n")
    assert repr(name) in refusal(path)


def test_a_byte_order_mark_against_a_coding_line(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"\xef\xbb\xbf# coding: latin-1\n")
    assert "'latin-1'" in refusal(path)


def test_a_name_cannot_forge_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a\nPASSED\x1b[32m\u202e.txt"
    path.write_text("x")
    text = refusal(path)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert r"a\nPASSED\x1b[32m\u202e.txt" in text
