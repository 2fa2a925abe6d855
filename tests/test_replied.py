"""Blocks of code are found in Markdown as models write it, and in time for any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.replied import (
    Block,
    blocks_of,
    indented_blocks,
    looks_like_code,
    without_prose,
    without_thinking,
)


def found(text: str) -> list[tuple[str, str]]:
    return [(block.language, block.source) for block in blocks_of(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```python\nx\n```", [("python", "x")]),
        ("```\nx\n```\n~~~\ny\n~~~", [("", "x"), ("", "y")]),
        ("text\n```py\nx\n\ny\n```\ntext", [("py", "x\n\ny")]),
        ("```python\nx", [("python", "x")]),
        ("````python\n```\nx\n````", [("python", "```\nx")]),
        ("```python\n~~~\n```", [("python", "~~~")]),
        ("```python\nx\n``` python", [("python", "x\n``` python")]),
        ("```python\nx\n`````  ", [("python", "x")]),
        ("  ```python\n  x\n    y\n  ```", [("python", "x\n  y")]),
        ("1. a\n\n     ```python\n     x\n     ```", [("python", "x")]),
        ("- ```python\n  x\n  ```", [("python", "x")]),
        ("12) ```python\n    x\n    ```", [("python", "x")]),
        ("\t```python\n\tx\n\t```", [("python", "x")]),
        ("   ```python\nx\n```", [("python", "x")]),
        ('```python\ndef f():\n    """\n    ```\n    """\n```', None),
        ("```{python}\nx\n```", [("python", "x")]),
        ("```{.Python .numberLines}\nx\n```", [("python", "x")]),
        ('```python title="softmax.py"\nx\n```', [("python", "x")]),
        ("```python:softmax.py\nx\n```", [("python", "x")]),
        ("```src/softmax.py\nx\n```", [("python", "x")]),
        ("```C++\nx\n```", [("c++", "x")]),
        ("```python\n \n```", []),
        ("``` `x` ```", []),
        ("use `x` and ``y``", []),
        (
            "````markdown\n```python\nx\n```\n````\n```text\ny\n```",
            [("python", "x"), ("text", "y")],
        ),
        ("```md\n# a\n```\n```python\nx\n```", [("python", "x")]),
        ("", []),
    ],
)
def test_blocks(text: str, expected: list[tuple[str, str]] | None) -> None:
    if expected is None:  # a fence deeper inside than the block's own
        expected = [("python", 'def f():\n    """\n    ```\n    """')]
    assert found(text) == expected


def test_blocks_are_numbered_as_a_reader_counts_them() -> None:
    text = "```bash\na\n```\n```\n```\n```python\nb\n```"
    assert [block.number for block in blocks_of(text)] == [1, 2]


@pytest.mark.parametrize("name", ["", "python", "python3", "py", "py3", "python3.11", "ipython"])
def test_names_of_python(name: str) -> None:
    assert Block(1, name, "x").is_python


@pytest.mark.parametrize("name", ["pycon", "bash", "text", "json", "diff", "output", "c++"])
def test_names_of_other_languages(name: str) -> None:
    assert not Block(1, name, "x").is_python


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<think>a</think>b", "b"),
        ("a\n<think>\nb\n</think>\nc", "a\n\nc"),
        ("<THINKING>a</thinking>b", "b"),
        ("<think>a", ""),
        ("a\n</think>\nb", "\nb"),
        ("a.</think>\n\nb", "\n\nb"),
        ("<think>a</think>b<think>c", "b<think>c"),
        ("<think>a</think>\n<think>b</think>c", "\nc"),
        ('x = "<think>"\ny = s.split("</think>")', 'x = "<think>"\ny = s.split("</think>")'),
        ("no thought", "no thought"),
        ("<reasoning>a</reasoning>b", "b"),
        ("[THINK]a[/THINK]b", "b"),
        ("[\n[think]\n]", "[\n[think]\n]"),
        ("<|channel|>analysis<|message|>a<|end|><|channel|>final<|message|>b<|return|>", "b"),
        ("<|channel|>analysis<|message|>cut off", ""),
    ],
)
def test_reasoning_is_left_out(text: str, kept: str) -> None:
    assert without_thinking(text) == kept


def test_code_without_fences() -> None:
    assert looks_like_code("import numpy\n\ndef f(x): ...")
    assert looks_like_code("Sure:\nclass A: pass")
    assert not looks_like_code("To define softmax, import numpy first.")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Here it is:\n\nimport a\nx = 1", "import a\nx = 1"),
        ("Sure, here's one.\nfrom a import b", "from a import b"),
        ("I'm done.\n@a\ndef f(x): ...", "@a\ndef f(x): ..."),
        ("<artifact>\nclass A:\n    x = 1", "class A:\n    x = 1"),
        ("Here you import the\nclass of the\ndef f(x): ...", "def f(x): ..."),
        ("N, D = 4, 2\nimport a", "N, D = 4, 2\nimport a"),
        ("LIMIT = 3\ndef f(x): ...", "LIMIT = 3\ndef f(x): ..."),
        ("x = 1\nimport a", "x = 1\nimport a"),
        ("Only prose.", "Only prose."),
    ],
)
def test_prose_before_code_without_fences(text: str, kept: str) -> None:
    assert without_prose(text) == kept


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("a\n\n    import b\n\n    c\n\nd", ["import b\n\nc"]),
        ("a\n\tdef f(x):\n\t\treturn x", ["def f(x):\n\treturn x"]),
        ("    def f(x): ...\nthen\n    f(1)", ["def f(x): ...", "f(1)"]),
        ("a\n    no code\nb", []),
        ("import a", []),
    ],
)
def test_code_that_is_moved_in(text: str, sources: list[str]) -> None:
    assert [block.source for block in indented_blocks(text)] == sources


@given(text=st.text(alphabet="`~ \n\tpyx-1.</think>", max_size=300))
def test_any_text_is_taken_apart_without_losing_lines_to_two_blocks(text: str) -> None:
    blocks = list(blocks_of(without_thinking(text)))
    assert sum(len(block.source) for block in blocks) <= len(text)
    assert [block.number for block in blocks] == list(range(1, len(blocks) + 1))


@pytest.mark.parametrize(
    "part",
    [
        "`",
        " ",
        "\t",
        "- ",
        "1. ",
        "<think>\n",
        "</think",
        "```\n",
        "```{",
        "~~~x",
        "A a",
    ],
)
def test_a_long_reply_takes_no_longer_than_it_is_long(part: str) -> None:
    text = part * (1_000_000 // len(part))
    began = time.process_time()
    list(blocks_of(without_thinking(text)))
    list(indented_blocks(without_prose(text)))
    assert time.process_time() - began < 2.0  # 0.3 s; squared it would be hours
