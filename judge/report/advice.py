"""What to do next where the kind of a mistake tells it: an exception, a value that is no array.

The texts of exceptions are hostile: they are searched, and of them only a name is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from judge.results import Raised, WrongType

NONE = "NoneType"
_KERNEL = "In ["  # how the cells of a kernel are labelled

_SHAPES = "print the shapes on that line; find the first you did not expect"
_PARAMETERS = "give it the template's parameters: same names, same order"
_NO_RETURN = "a function that reaches no `return` gives None: let it end with one"


@dataclass(frozen=True)
class _Rule:
    """What an exception asks for: one of these types, whose text says this.

    `outside`: only where no line of the submission was reached, so the call itself did not fit.
    """

    types: frozenset[str]
    says: re.Pattern[str]
    following: str
    outside: bool = False

    def fits(self, evidence: Raised) -> bool:
        """Whether this is such an exception."""
        if self.outside and (evidence.frames or evidence.phase == "load"):
            return False
        named = not self.types or evidence.type in self.types
        return named and self.says.search(evidence.text) is not None


def _rule(types: str, says: str, following: str, *, outside: bool = False) -> _Rule:
    return _Rule(frozenset(types.split()), re.compile(says), following, outside)


_RULES = (
    _rule(
        "TypeError",
        r"positional argument|keyword argument|keyword-only argument|multiple values for arg",
        _PARAMETERS,
        outside=True,
    ),
    _rule(
        "TypeError",
        r"object is not callable",
        "a later line gave its name to something else: rename that, and run its cell again",
        outside=True,
    ),
    _rule(
        "TypeError",
        r"unhashable type",
        "a cache such as functools.lru_cache cannot keep arrays: take it off the function",
        outside=True,
    ),
    _rule("UnboundLocalError", "", "give the variable a value on every way to this line"),
    _rule("RecursionError", "", "it calls itself without an end: print what it is called with"),
    _rule("", r"functorch|<--- HERE", "take torch.compile or torch.jit off the function"),
    _rule(
        "ImportError ModuleNotFoundError",
        r"may import|No module named",
        "write what you need of it; plots and progress bars stay outside",
    ),
    _rule("EOFError", "reading a line", "nobody answers input() here: make it an argument"),
    _rule("BdbQuit", "", "take the breakpoint out: nobody answers it here"),
    _rule("SystemExit", "", "take the exit out: a function ends by `return`"),
    _rule(
        "PermissionError",
        r"site-packages|dist-packages|/lib/python",
        "do without what that line loads: not all of a library is open to a check",
    ),
    _rule(
        "FileNotFoundError PermissionError",
        "^.Errno.*: '",
        "your files are not there while it is checked: write the numbers into the code",
    ),
    _rule("", "CUDA", "it is checked without a GPU: keep tensors on the device of the inputs"),
    _rule(
        "RuntimeError",
        r"^view size is not compatible",
        "view refuses after a transpose: take reshape, which copies where it must",
    ),
    _rule(
        "NotImplementedError",
        'the required "forward"',
        "define `forward` inside the class, indented as `__init__` is",
    ),
    _rule(
        "RuntimeError",
        r"scalar type|same dtype",
        "print the dtypes on that line: keep to the dtype of the inputs",
    ),
    _rule(
        "RuntimeError",
        r"leaf Variable that requires grad",
        "put what changes a parameter under `with torch.no_grad():`",
    ),
    _rule(
        "RuntimeError",
        r"modified by an inplace operation",
        "make a new tensor there: autograd still needs the one that +=, out= or [...] = changes",
    ),
    _rule(
        "RuntimeError",
        r"Tensor that requires grad|does not require grad",
        "stay in torch from the inputs on: no .numpy(), .detach(), .item() or .data",
    ),
    _rule("AttributeError TypeError", NONE, "print what is None there, and its call"),
    _rule("KeyError", "", "print the keys that are there"),
    _rule(
        "ValueError RuntimeError IndexError AxisError",
        r"broadcast|shape|core dimension|size|axes|out of bounds|out of range|unpack|indices",
        _SHAPES,
    ),
)

_NUMBERS: Mapping[str, str] = {
    "a NumPy array": "np.array or np.stack",
    "a tensor": "torch.cat or torch.stack",
}
_UNFINISHED: Mapping[str, str] = {
    NONE: _NO_RETURN,
    "generator": "a `yield` makes it a generator: collect the parts and return them",
    "coroutine": "take `async` away: the function is called, not awaited",
    "function": "what came back is a function and not its result: call it",
}
_KINDS: Mapping[str, str] = {
    "tuple": "return this one value by itself here, not several",
    "dict": "return the values themselves, in the order of the statement, without names",
    "ndarray": "print its dtype: object means that its parts are no numbers of one kind",
    "Tensor": "print it: a sparse tensor, or one on another device, cannot be read",
}


def after_exception(evidence: Raised) -> str:
    """What to do about what was raised; empty where its own text and line have to do."""
    if evidence.type == "NameError" and (name := _undefined(evidence)):
        return _define(name, evidence)
    found = next((rule for rule in _RULES if rule.fits(evidence)), None)
    if found is not None:
        return found.following + _self_first(evidence, found)
    if evidence.phase == "call":
        return ""
    first = "restart the kernel and run the cells" if _label(evidence) else "run the file"
    return f"{first} from the top, up to this line"


def for_kind(evidence: WrongType) -> str:
    """What to do about a value that is not of numbers at all; empty for a matter of dtype."""
    if evidence.got in _UNFINISHED:
        return _UNFINISHED[evidence.got]
    if evidence.expected == "a float type":
        return "print the dtype of each value on the way; find where it stops being a float type"
    if evidence.expected not in _NUMBERS:
        return ""
    if evidence.got == "list":
        return f"{_NUMBERS[evidence.expected]} makes one of a list"
    return _KINDS.get(evidence.got, f"return {evidence.expected} itself, made of numbers")


def after_none(got: str) -> str:
    """What to do where None came back, of evidence that is text; empty for all else."""
    return _NO_RETURN if got.startswith(f"a {NONE}") else ""


def _self_first(evidence: Raised, rule: _Rule) -> str:
    """Of a method, the parameter that calls do not show."""
    called = "" if evidence.call is None else evidence.call.text.partition("(")[0]
    return ", self first" if rule.following == _PARAMETERS and "." in called else ""


def _undefined(evidence: Raised) -> str:
    found = re.search(r"^name '(\w{1,40})' is not defined", evidence.text)
    return found[1] if found else ""


def _define(name: str, evidence: Raised) -> str:
    if _label(evidence).startswith(_KERNEL):
        return f"write `{name}`, or run the cell that defines it, and check again"
    return f"define or import `{name}` in what is handed in"


def _label(evidence: Raised) -> str:
    return evidence.frames[-1].label if evidence.frames else ""
