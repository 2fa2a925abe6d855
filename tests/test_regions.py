from __future__ import annotations

import re

import pytest

from judge.errors import ChallengeError
from judge.regions import find_regions, with_solution, without_solution

CELL = '''class Layer:
    """### BEGIN SOLUTION in a string does no harm"""

    def forward(self, x):
        y = """
    ### BEGIN SOLUTION
        """
        if x:
            ### BEGIN SOLUTION
            return y
            ### END SOLUTION
        return 0  ### END SOLUTION behind code neither


### BEGIN HIDDEN TESTS
assert Layer()
### END HIDDEN TESTS
'''


def test_a_region_becomes_a_stub_at_its_indent() -> None:
    assert without_solution(CELL, "n.py") == CELL.split("            ### BEGIN")[0] + (
        "            # YOUR CODE HERE\n"
        '            raise NotImplementedError("Layer.forward is not written yet")\n'
        "        return 0  ### END SOLUTION behind code neither"
    )


def test_with_solution_takes_only_the_markers_away() -> None:
    left = with_solution(CELL, "n.py")
    assert left.splitlines() == [
        line for n, line in enumerate(CELL.splitlines(), start=1) if n not in (9, 11, 15, 17)
    ]


def test_a_cell_without_regions_stays_as_it_is() -> None:
    source = "x = 1\n# ### about solutions"
    assert without_solution(source, "n.py") == with_solution(source, "n.py") == source


def test_several_regions_and_one_outside_of_functions() -> None:
    source = (
        "# ### BEGIN SOLUTION\nx = 1\n# ### END SOLUTION\n"
        "def f():\n    def g():\n        ### BEGIN SOLUTION\n        return 1\n"
        "        ### END SOLUTION\n    return g"
    )
    assert [(r.first, r.last, r.indent) for r in find_regions(source, "n.py")] == [
        (1, 3, ""),
        (6, 8, "        "),
    ]
    assert without_solution(source, "n.py") == (
        '# YOUR CODE HERE\nraise NotImplementedError("this cell is not written yet")\n'
        "def f():\n    def g():\n        # YOUR CODE HERE\n"
        '        raise NotImplementedError("f is not written yet")\n    return g'
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1\n### BEGIN SOLUTION\ny = 2", "line 11: the marker `### BEGIN SOLUTION`"),
        ("### END SOLUTION", "line 10: the marker `### END SOLUTION`"),
        (
            "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION",
            "line 11: the marker `### BEGIN SOLUTION`",
        ),
        (
            "### BEGIN SOLUTION\n### END HIDDEN TESTS",
            "line 11: the marker `### END HIDDEN TESTS`",
        ),
        ("x = 1\n%time x", "line 11: not Python"),
        ("x = '\0'", "line 10: not Python"),
        (
            "def f():\n    ### BEGIN HIDDEN TESTS\n    return 1\n    ### END HIDDEN TESTS",
            "line 11: this region cannot be taken out",
        ),
        (
            "if x:\n    ### BEGIN SOLUTION\n    y = 1\nelse:\n    ### END SOLUTION\n    y = 2",
            "line 11: this region cannot be taken out: it cuts",
        ),
        (
            "y = (\n    ### BEGIN SOLUTION\n    1\n    ### END SOLUTION\n)",
            "line 11: this region cannot be taken out: it cuts",
        ),
    ],
)
def test_mistakes_name_file_and_line(source: str, said: str) -> None:
    with pytest.raises(ChallengeError, match=re.escape(f"n.py, {said}")):
        without_solution(source, "n.py", 10)
