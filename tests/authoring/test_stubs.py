from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from judge.authoring.stubs import stubs
from judge.challenge import Challenge, read_challenge
from tests.folders import TOML, write_challenge

TASKS = """
[[task]]
id = "forward"
function = "forward(Q: Tensor, K, tile_size=4, *, causal=True) -> tuple"
returns = ["O", "cache"]
points = 1
hints = ["h"]

[[task]]
id = "backward"
function = "backward(dO, cache)"
returns = ["dQ", "dK"]
points = 1
hints = ["h"]

[[task]]
id = "draw"
function = "draw()"
points = 1
hints = ["h"]
"""


def challenge(tmp_path: Path, **replaced: str) -> Challenge:
    toml = TOML.partition("[[task]]")[0] + TASKS
    for old, new in replaced.items():
        toml = toml.replace(old, new)
    return read_challenge(write_challenge(tmp_path, toml=toml))


def functions(found: Challenge) -> dict[str, dict[str, Any]]:
    """What each stub defines, by what it returns."""
    spaces: dict[str, dict[str, Any]] = {}
    for stub in stubs(found):
        spaces[stub.returned] = {}
        for cell in stub.submission.cells:
            exec(cell.source, spaces[stub.returned])  # noqa: S102  the text under test is code
    return spaces


def test_every_task_gets_something_plausible(tmp_path: Path) -> None:
    q = np.ones((2, 3), np.float32)
    found = functions(challenge(tmp_path))
    out, cache = found["zeros"]["forward"](q, q, causal=False)
    assert out.shape == (2, 3)
    assert out.dtype == np.float32
    assert not out.any()
    assert list(cache) == ["O", "Q", "K", "tile_size", "causal"]
    assert cache["Q"] is q
    assert [np.isnan(part).all() for part in found["NaN"]["backward"](q, cache)] == [True, True]
    assert found["the argument K or cache"]["forward"](q, "k")[0] == "k"
    assert found["zeros"]["draw"]() == 0.0
    assert found["None"]["forward"](q, q) is None
    assert found["the number 0"]["backward"](q, cache) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("imports", "load", "zeros"),
    [
        ('["torch", "numpy"]', "import torch", "torch.zeros_like(dO)"),
        ('["numpy"]', "import numpy as np", "np.zeros_like(dO)"),
        ("[]", "import math", "(0.0, 0.0)"),
    ],
)
def test_arrays_come_from_what_a_solution_may_import(
    tmp_path: Path, imports: str, load: str, zeros: str
) -> None:
    found = stubs(challenge(tmp_path, **{'["numpy"]': imports}))
    cells = found[0].submission.cells
    assert cells[0].source == load
    assert zeros in cells[2].source
