"""A class as it comes: right, wrong, hostile, damaged, late and double submissions of all kinds."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from judge.challenge import read_challenge, reference_submission
from tests.attacks.corpus import CHALLENGE as ATTACKED
from tests.attacks.corpus import PROGRAMS

HONEST = "softmax_numpy"
HOSTILE = "challenge"
PACK = ATTACKED.parent  # the folder of challenges that `--challenges` names

RIGHT = (
    "def softmax(x, axis=-1):\n"
    "    e = np.exp(x - x.max(axis=axis, keepdims=True))\n"
    "    return e / e.sum(axis=axis, keepdims=True)\n",
    "def softmax(x, axis=-1):\n"
    "    top = np.maximum.reduce(x, axis=axis, keepdims=True)\n"
    "    lse = np.log(np.add.reduce(np.exp(x - top), axis=axis, keepdims=True))\n"
    "    return np.exp(x - top - lse)\n",
    "def _stable(rows):\n"
    "    e = np.exp(rows - np.max(rows, -1, keepdims=True))\n"
    "    return e / np.sum(e, -1, keepdims=True)\n\n"
    "def softmax(x, axis=-1):\n"
    "    return np.moveaxis(_stable(np.moveaxis(x, axis, -1)), -1, axis)\n",
)
WRONG = (
    "def softmax(x, axis=-1):\n    e = np.exp(x)\n    return e / e.sum(axis=axis, keepdims=True)\n",
    "def softmax(x, axis=-1):\n    e = np.exp(x - x.max())\n    return e / e.sum()\n",
    "def softmax(x, axis=-1):\n    x -= x.max(axis=axis, keepdims=True)\n"
    "    e = np.exp(x)\n    return e / e.sum(axis=axis, keepdims=True)\n",
    "def softmax(x, axis=-1):\n    return x / x.sum(axis=axis, keepdims=True)\n",
    "def softmax(x, axis=-1):\n    raise ValueError('<b>\\x1b[31m=cmd()')\n",
)
_ATTACKS = ("values", "patching", "frames", "exits", "leaks", "display")


@dataclass(frozen=True)
class Expected:
    """What a source must come to."""

    source: str
    verdict: str  # passed, failed or refused; "-passed" for anything else than passed


def write_class(folder: Path) -> list[Expected]:
    """Write it below `folder`; what each source must come to. At least 60 submissions."""
    folder.mkdir()
    return [
        *_people(folder),
        *_late(folder),
        *_hostile(folder),
        *_damaged(folder),
        *_replies(folder),
        *_archive(folder),
    ]


def _people(folder: Path) -> Iterator[Expected]:
    """A folder each, half of them notebooks."""
    for number in range(30):
        right = number % 3 != 0
        sources = RIGHT if right else WRONG
        source = f"import numpy as np\n\n{sources[number % len(sources)]}\n# student {number}\n"
        home = folder / f"Étudiante {number:02d}"
        home.mkdir()
        if number % 2:
            (home / f"{HONEST}.ipynb").write_text(notebook(source), encoding="utf-8")
        else:
            (home / f"{HONEST}.py").write_text(source, encoding="utf-8")
        name = f"{HONEST}.{'ipynb' if number % 2 else 'py'}"
        yield Expected(f"{home.name}/{name}", "passed" if right else "failed")


def _late(folder: Path) -> Iterator[Expected]:
    """The first try was wrong, the second right."""
    for number in range(4):
        home = folder / f"late {number}"
        home.mkdir()
        for version, text in enumerate((WRONG[0], RIGHT[0])):
            source = f"import numpy as np\n{text}\n# late {number}.{version}\n"
            (home / f"{HONEST}-{version}.py").write_text(source)
            verdict = "passed" if version else "failed"
            yield Expected(f"{home.name}/{HONEST}-{version}.py", verdict)


def _hostile(folder: Path) -> Iterator[Expected]:
    for family in _ATTACKS:
        for file in sorted((PROGRAMS / family).glob("*.py"))[:2]:
            home = folder / f"eve {family} {file.stem}"
            home.mkdir()
            (home / f"{HOSTILE}.py").write_bytes(file.read_bytes())
            yield Expected(f"{home.name}/{HOSTILE}.py", "-passed")
    home = folder / "grace"
    home.mkdir()
    cells = reference_submission(read_challenge(ATTACKED)).cells
    (home / f"{HOSTILE}.py").write_text("\n".join(cell.source for cell in cells))
    yield Expected(f"{home.name}/{HOSTILE}.py", "passed")


def _damaged(folder: Path) -> Iterator[Expected]:
    for name, data in (
        ("cut.ipynb", notebook(RIGHT[0]).encode()[:-40]),
        ("empty.py", b""),
        ("nul.py", b"import numpy\0"),
        ("bytes.py", bytes(range(128, 256)) * 9),
        ("list.ipynb", b"[1, 2, 3]"),
        ("syntax.py", b"def softmax(x:\n"),
    ):
        home = folder / f"mallory {name}"
        home.mkdir()
        file = f"{HONEST}_{name}"
        (home / file).write_bytes(data)
        yield Expected(f"{home.name}/{file}", "refused")
    home = folder / "mallory link"
    home.mkdir()
    (home / f"{HONEST}.py").symlink_to("/etc/passwd")
    home = folder / "mallory huge"
    home.mkdir()
    with (home / f"{HONEST}.py").open("wb") as stream:
        stream.truncate(50_000_000)
    yield Expected(f"{home.name}/{HONEST}.py", "refused")


def _replies(folder: Path) -> Iterator[Expected]:
    for number, text in enumerate((RIGHT[1], WRONG[1])):
        home = folder / f"model {number}"
        home.mkdir()
        fence = "```"
        reply = (
            f"First try:\n\n{fence}python\ndef softmax(x, axis=-1):\n    return (\n{fence}\n\n"
            f"Better:\n\n{fence}python\nimport numpy as np\n\n{text}{fence}\n\nRun `pip install`.\n"
        )
        (home / f"{HONEST}.md").write_text(reply)
        yield Expected(f"{home.name}/{HONEST}.md", "failed" if number else "passed")


def _archive(folder: Path) -> Iterator[Expected]:
    with zipfile.ZipFile(folder / "group.zip", "w") as archive:
        for number in range(3):
            member = f"member {number}/{HONEST}.py"
            archive.writestr(member, f"import numpy as np\n{RIGHT[number]}\n# {member}\n")
            yield Expected(f"group.zip/{member}", "passed")
        archive.writestr("../outside/softmax_numpy.py", "import os\n")


def notebook(source: str) -> str:
    """A notebook with one code cell, and a plot that must not run."""
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Mine"},
        _code("b", source),
        _code("c", "import matplotlib.pyplot as plt\nplt.plot(softmax(np.ones(3)))"),
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _code(id: str, source: str) -> dict[str, object]:
    return {
        "cell_type": "code",
        "id": id,
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }
