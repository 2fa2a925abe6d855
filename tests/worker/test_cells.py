"""Cells lose what IPython adds to Python, keep their line numbers, and never raise."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import pytest

from judge.worker.cells import ParsedCell, parse_cell


def parsed(source: str, *, interactive: bool = True) -> ParsedCell:
    return parse_cell("cell 1", source, interactive=interactive)


@dataclass(frozen=True)
class Case:
    name: str
    source: str
    code: tuple[str, ...]  # the cleaned lines
    magics: tuple[str, ...] = ()


CLEANED = [
    Case("plain code stays", "x = 1\ny = 2", ("x = 1", "y = 2")),
    Case("an empty cell", "", ("",)),
    Case("only blank lines and a comment", "\n# note\n", ("", "# note", "")),
    Case(
        "line magic", "%matplotlib inline\nx = 1", ("pass", "x = 1"), magics=("%matplotlib inline",)
    ),
    Case("shell line", "x = 1\n!pip install a", ("x = 1", "pass"), magics=("!pip install a",)),
    Case("automagic pip", "pip install numpy\nx = 1", ("pass", "x = 1"), ("pip install numpy",)),
    Case("automagic cd", "cd ..\nx = 1", ("pass", "x = 1"), ("cd ..",)),
    Case("automagic conda", "conda install -y numpy", ("pass",), ("conda install -y numpy",)),
    Case("assigned shell line", "files = !ls", ("pass",), ("files = !ls",)),
    Case("assigned magic", "a, b = %sx ls", ("pass",), ("a, b = %sx ls",)),
    Case("trailing question mark", "len?\nx = 1", ("pass", "x = 1"), ("len?",)),
    Case("two question marks", "np.sum??", ("pass",), ("np.sum??",)),
    Case("leading question mark", "?len", ("pass",), ("?len",)),
    Case(
        "a magic keeps its indent in a block",
        "for i in x:\n    !echo {i}\ny = 1",
        ("for i in x:", "    pass", "y = 1"),
        ("!echo {i}",),
    ),
    Case(
        "a magic goes on over backslashes",
        "!pip install \\\n  numpy \\\n  scipy\nx = 1",
        ("pass", "", "", "x = 1"),
        ("!pip install \\",),
    ),
    Case("an unclosed quote in a magic", "!echo it's\nx = 1", ("pass", "x = 1"), ("!echo it's",)),
    Case("an open bracket in a magic", "%timeit f((1\nx = 1", ("pass", "x = 1"), ("%timeit f((1",)),
    Case("%time keeps its statement", "%time x = f(1)", ("x = f(1)",)),
    Case("%time keeps its indent", "if a:\n    %time x = 1", ("if a:", "    x = 1")),
    Case("%time over something else", "%time ls -l a", ("pass",), ("ls -l a",)),
    Case("%time with an option", "%time -n f(x) y", ("pass",), ("%time -n f(x) y",)),
    Case("cell magic %%time", "%%time\nx = 1", ("", "x = 1")),
    Case("a stack of cell magics", "%%time\n%%capture out\nx = 1", ("", "", "x = 1")),
    Case("%%prun with options", "%%prun -l 5\nx = 1", ("", "x = 1")),
    Case("%%timeit after blank lines", "\n\n%%timeit\nx = 1", ("", "", "", "x = 1")),
    Case(
        "a string with a magic at its line start",
        'x = """\n%matplotlib inline\n!ls\nwhat?\n"""',
        ('x = """', "%matplotlib inline", "!ls", "what?", '"""'),
    ),
    Case(
        "a string with a magic beside a real magic",
        'x = """\n%time\n"""\n%load_ext a',
        ('x = """', "%time", '"""', "pass"),
        ("%load_ext a",),
    ),
    Case(
        "a percent operator at its line start",
        "x = (a\n% b)\n!ls",
        ("x = (a", "% b)", "pass"),
        ("!ls",),
    ),
    Case("percent formatting", 'x = "%d" \\\n% 3', ('x = "%d" \\', "% 3")),
    Case("names that are shell words", "ls = 1\ncat = ls", ("ls = 1", "cat = ls")),
    Case("a comment that looks like a magic", "# %time x\n# why?", ("# %time x", "# why?")),
    Case("carriage returns", "x = 1\r\ny = 2\rz = 3", ("x = 1", "y = 2", "z = 3")),
    Case("a byte order mark", "\ufeffx = 1", ("x = 1",)),
    Case("a form feed", "x = 1\n\x0cy = 2", ("x = 1", "\x0cy = 2")),
    Case("tabs", "if a:\n\tx = 1", ("if a:", "\tx = 1")),
    Case("a line separator inside a string", 'x = "a\u2028b"', ('x = "a\u2028b"',)),
    Case("an indented cell", "  x = 1\n  if x:\n    y = 2", ("x = 1", "if x:", "  y = 2")),
    Case("await at top level", "x = await f()", ("x = await f()",)),
]


@pytest.mark.parametrize("case", CLEANED, ids=lambda case: case.name)
def test_a_cell_is_cleaned_and_keeps_its_lines(case: Case) -> None:
    cell = parsed(case.source)
    assert cell.fault is None
    assert cell.lines == case.code
    assert cell.magics == case.magics


@pytest.mark.parametrize("magic", ["bash", "html", "writefile a.py", "javascript", "sql", ""])
def test_a_cell_of_another_language_is_dropped(magic: str) -> None:
    cell = parsed(f"%%{magic}\nx = 1")
    assert cell.dropped == f"%%{magic.split(' ')[0]}"
    assert cell.body == ()


def test_another_language_under_a_stack_is_dropped() -> None:
    assert parsed("%%time\n%%bash\nls").dropped == "%%bash"


FAULTS = [
    ("a colon is missing", "x = 1\ndef f()\n    pass", 2, "expected ':'"),
    ("below a magic", "%time\nx = 1\ny = = 2", 3, "invalid syntax"),
    ("below a lookalike", "%load_ext a\nx = (a\n% b)\ny = = 2", 4, "invalid syntax"),
    ("above a magic", "x = = 1\n!ls", 1, "invalid syntax"),
    ("a bracket left open", "x = (1,\ny = 2", 1, "'(' was never closed"),
    ("return at top level", "x = 1\nreturn x", 2, "'return' outside function"),
    ("a parameter twice", "def f(a, a):\n    pass", 1, "duplicate argument 'a'"),
    ("an unknown future", "from __future__ import magic", 1, "future feature magic"),
    ("only a keyword", "def", 1, "invalid syntax"),
]


@pytest.mark.parametrize(("name", "source", "line", "text"), FAULTS, ids=[f[0] for f in FAULTS])
def test_a_syntax_error_is_a_fault_with_its_line(
    name: str, source: str, line: int, text: str
) -> None:
    fault = parsed(source).fault
    assert fault is not None, name
    assert fault.line == line
    assert fault.text.startswith(text)
    assert fault.code == source.split("\n")[line - 1].strip()


def test_await_at_top_level_is_a_fault_in_a_script() -> None:
    fault = parsed("x = await f()", interactive=False).fault
    assert fault is not None
    assert "await" in fault.text


def test_an_indented_script_is_a_fault() -> None:
    fault = parsed("  x = 1", interactive=False).fault
    assert fault is not None
    assert "indent" in fault.text


HOSTILE = {
    "many parentheses": "(" * 100_000,
    "many minus signs": "-" * 100_000 + "1",
    "a long sum": "1" + "+1" * 100_000,
    "a long chain of attributes": "a" + ".b" * 100_000,
    "many nested blocks": "".join(" " * i + "if 1:\n" for i in range(150)),
    "a NUL": "x = 1\x00",
    "a lone surrogate": "x = '\ud800'",
    "a huge integer": "x = " + "9" * 10_000,
    "a long line of nonsense": "?" * 1_000_000,
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_source_is_a_bounded_fault(source: str) -> None:
    for interactive in (True, False):
        cell = parsed(source, interactive=interactive)
        if cell.fault is None:  # a line of question marks is a magic
            assert cell.magics
            continue
        assert len(cell.fault.text) < 200
        assert len(cell.fault.code) < 200


def test_thousands_of_magics_end_in_a_fault_not_a_hang() -> None:
    assert parsed("%x\n" * 5_000).fault is not None


def test_statements_carry_the_lines_of_the_cell() -> None:
    cell = parsed("%%time\n!pip install \\\n a\n\n@d\ndef f():\n    pass\n")
    function = cell.body[-1]
    assert isinstance(function, ast.FunctionDef)
    assert (function.lineno, function.end_lineno) == (6, 7)
