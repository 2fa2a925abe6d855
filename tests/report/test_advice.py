from __future__ import annotations

from typing import Literal

import pytest

from judge.report.examples import CALL
from judge.report.lines import columns
from judge.report.message import message_text
from judge.results import AnyEvidence, Call, Frame, Raised, Said, Status, WrongType, WrongValue
from tests.report.made import SUMS

KERNEL = Frame(label="In [3]", line=2, function="f", code="e = g(x)")
SCRIPT = Frame(label="", line=2, function="f", code="e = g(x)")


def told(evidence: AnyEvidence) -> str:
    """The message on one line, so that where it breaks does not matter."""
    text = message_text(SUMS.answered(Status.FAILED, evidence), width=92)
    return " ".join(text.split())


def raised(type: str, text: str, *frames: Frame, load: bool = False) -> Raised:
    phase: Literal["load", "call"] = "load" if load else "call"
    return Raised(call=CALL, phase=phase, type=type, text=text, frames=frames)


@pytest.mark.parametrize(
    ("error", "following"),
    [
        (raised("TypeError", "f() takes 1 positional argument but 2 were given"), "same names"),
        (raised("TypeError", "f() got an unexpected keyword argument 'axis'"), "same names"),
        (raised("TypeError", "f() missing 1 required keyword-only argument: 'k'"), "same names"),
        (raised("TypeError", "'numpy.ndarray' object is not callable"), "rename that"),
        (raised("TypeError", "unhashable type: 'numpy.ndarray'"), "functools.lru_cache"),
        (raised("NameError", "name 'g' is not defined", KERNEL), "run the cell that defines it"),
        (raised("NameError", "name 'g' is not defined", SCRIPT), "define or import `g` in what"),
        (raised("NameError", "name 'g' is not defined", KERNEL, load=True), "write `g`, or run"),
        (raised("UnboundLocalError", "...", KERNEL), "on every way to this line"),
        (raised("RecursionError", "maximum recursion depth", KERNEL), "calls itself"),
        (raised("ImportError", "A solution may import numpy.", KERNEL, load=True), "plots and"),
        (raised("ModuleNotFoundError", "No module named 'a'", KERNEL), "write what you need"),
        (
            raised("ModuleNotFoundError", "No module named 'functorch'", KERNEL),
            "take torch.compile",
        ),
        (raised("EOFError", "EOF when reading a line", KERNEL), "make it an argument"),
        (raised("BdbQuit", "", KERNEL), "take the breakpoint out"),
        (raised("SystemExit", "done", KERNEL), "take the exit out"),
        (raised("FileNotFoundError", "[Errno 2] No such file: 'a'", KERNEL), "into the code"),
        (raised("PermissionError", "[Errno 13] Denied: 'a'", KERNEL, load=True), "into the code"),
        (
            raised("PermissionError", "[Errno 13] Denied: '/a/site-packages/b'", KERNEL),
            "do without",
        ),
        (raised("NotImplementedError", 'Module [M] is missing the required "forward"'), "indented"),
        (raised("RuntimeError", "expected scalar type Half but found", KERNEL), "print the dtypes"),
        (raised("RuntimeError", "a leaf Variable that requires grad is", KERNEL), "no_grad"),
        (
            raised("RuntimeError", "modified by an inplace operation", KERNEL),
            "a new tensor",
        ),
        (raised("RuntimeError", "numpy() on Tensor that requires grad", KERNEL), "stay in torch"),
        (raised("AssertionError", "Torch not compiled with CUDA", KERNEL), "without a GPU"),
        (raised("RuntimeError", "view size is not compatible with", KERNEL), "take reshape"),
        (raised("AttributeError", "'NoneType' object has no attribute 's'", KERNEL), "is None"),
        (raised("TypeError", "for *: 'float' and 'NoneType'", KERNEL), "print what is None"),
        (raised("KeyError", "'m'", KERNEL), "print the keys"),
        (raised("ValueError", "operands could not be broadcast", KERNEL), "print the shapes"),
        (raised("RuntimeError", "mat1 and mat2 shapes cannot", KERNEL), "print the shapes"),
        (raised("ZeroDivisionError", "x", KERNEL, load=True), "restart the kernel and run"),
        (raised("ZeroDivisionError", "x", SCRIPT, load=True), "run the file from the top"),
    ],
)
def test_an_exception_is_followed_by_what_to_do(error: Raised, following: str) -> None:
    assert following in told(error).partition(" next ")[2]


@pytest.mark.parametrize(
    "error",
    [
        raised("TypeError", "g() takes 1 positional argument but 2 were given", KERNEL),
        raised("TypeError", "unhashable type: 'list'", KERNEL),
        raised("ZeroDivisionError", "division by zero", KERNEL),
        raised("NameError", "an apology", KERNEL),
    ],
)
def test_an_exception_that_its_own_line_explains_has_no_advice(error: Raised) -> None:
    assert " next " not in told(error)


def test_a_method_is_reminded_of_self() -> None:
    call = Call(text="MultiHeadAttention.forward(Q, K, V)")
    text = "forward() takes 3 positional arguments but 4 were given"
    error = Raised(call=call, phase="call", type="TypeError", text=text)
    assert "same order, self first" in told(error)


def test_a_recursion_shows_its_line_once() -> None:
    text = told(raised("RecursionError", "too deep", *[KERNEL] * 6))
    assert text.count("In [3], line 2") == 1
    assert "called from" not in text


def test_a_comprehension_is_told_as_the_line_it_stands_on() -> None:
    inner = Frame(label="In [3]", line=2, function="<genexpr>", code="e = g(x)")
    outer = Frame(label="In [3]", line=9, function="<listcomp>", code="[f(x)]")
    text = told(raised("ZeroDivisionError", "division by zero", outer, KERNEL, inner))
    assert "In [3], line 2, in f e = g(x) called from In [3], line 9, in <listcomp> [f(" in text
    assert "<genexpr>" not in text


def kind(got: str, expected: str = "a NumPy array") -> WrongType:
    return WrongType(call=CALL, quantity="p", got=got, expected=expected, hint="print the maximum")


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (kind("NoneType"), "got None next a function that reaches no `return` gives None"),
        (kind("list"), "p as a NumPy array got type list next np.array or np.stack"),
        (
            kind("list", "a tensor"),
            "p as a tensor got type list next torch.cat or torch",
        ),
        (kind("tuple"), "next return this one value by itself"),
        (kind("dict"), "next return the values themselves"),
        (kind("generator"), "next a `yield` makes it a generator"),
        (kind("coroutine"), "next take `async` away"),
        (kind("generator", "list"), "of type list got type generator next a `yield` makes"),
        (kind("function"), "a function and not its result"),
        (kind("ndarray"), "type ndarray, but not of numbers that can be read next print its dtype"),
        (kind("Out"), "next return a NumPy array itself"),
        (kind("complex128", "a float type"), "p of a float type got type complex128 next print"),
    ],
)
def test_a_value_that_is_no_array_is_told_apart_from_wrong_numbers(
    evidence: WrongType, words: str
) -> None:
    text = told(evidence)
    assert words in text
    assert "print the maximum" not in text  # the hint speaks of the numbers


def test_a_wrong_dtype_keeps_the_hint_of_its_test() -> None:
    assert "next print the maximum" in told(kind("float64", "float32"))


def test_none_in_place_of_several_values_is_called_so() -> None:
    text = told(Said(expected="the backward returns (dQ, dK, dV)", got="a NoneType"))
    assert "got None next a function that reaches no `return`" in text


def test_of_a_quantity_in_words_no_absolute_value_is_written() -> None:
    value = WrongValue(
        call=CALL,
        quantity="the gradient of Q",
        against="autograd",
        error=0.5,
        tolerance=1e-4,
        share=0.5,
        worst=(0, 1),
        got=1.0,
        expected=2.0,
    )
    text = told(value)
    assert "error at most 1e-4 of its largest number" in text
    assert "|the" not in text


@pytest.mark.parametrize("width", [50, 80])
def test_every_advice_stays_within_the_width(width: int) -> None:
    error = raised("NameError", f"name '{'n' * 40}' is not defined", KERNEL)
    text = message_text(SUMS.answered(Status.CRASHED, error), width=width)
    assert all(columns(line) <= width for line in text.splitlines())
