"""Load a submission: execute the pieces of a plan as a module, and name its frames afterwards.

The module goes by "submission" and by "__main__", as a notebook's names do, while its `__name__`
is "submission": what stands under `if __name__ == "__main__":` does not run.
"""

from __future__ import annotations

import dis
import linecache
import sys
import types
import warnings
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from importlib.machinery import PathFinder
from pathlib import Path

from judge.worker import imports
from judge.worker.imports import import_advice
from judge.worker.plan import Import, Piece, Plan, clip, place

__all__ = [
    "frames_of",
    "import_advice",
    "import_problem",
    "install_judge_stub",
    "is_own",
    "label_of",
    "line_of",
    "load",
    "support",
    "withhold_optional",
]

_MODULE = "submission"
_FILE = "<submission"  # a file name of the student's code: `<submission cell 3>`
_STUBBED = ("check", "hint", "status", "reset_progress", "grade")
_MOST_NOTES = 12

Frame = tuple[str, int, str, str]  # label, line, function, code


def support(source: str) -> dict[str, object]:
    """The names that the challenge's own helpers define."""
    module = types.ModuleType("support")
    module.__file__ = "support.py"
    sys.modules["support"] = module
    exec(compile(source, "support.py", "exec"), module.__dict__)  # noqa: S102  the author's code
    return vars(module)


def load(plan: Plan) -> tuple[types.ModuleType, tuple[str, ...]]:
    """The submission as a module, and notes on what was passed over.

    Raises whatever the student's code raises, except in a plan of everything: there a raising
    statement is passed over. A slice that raises NameError becomes such a plan, since a name must
    then have been bound in a way that the slice does not show.
    """
    if _Closed not in sys.meta_path:
        sys.meta_path.insert(0, _Closed)
    if plan.everything:
        return _load_everything(plan.pieces, plan.flags)
    module = _new_module(plan.pieces)
    try:
        for piece in plan.pieces:
            _execute(piece, plan.flags, module)
    except NameError as error:
        if isinstance(error, UnboundLocalError):
            raise
        return _load_everything(plan.whole, plan.flags)
    return module, ()


def import_problem(plan: Plan, allowed: Collection[str]) -> Import | None:
    """The first import that a challenge with these third-party packages does not allow."""
    return imports.import_problem(plan.imports, allowed)


def withhold_optional(plan: Plan, allowed: Collection[str]) -> tuple[str, ...]:
    """Make optional imports that are not allowed fail, installed or not; return their names.

    `try: import numba` must take the same way everywhere. Call it before `load`.
    """
    names = imports.withheld_modules(plan.imports, allowed)
    for name in names:
        # Documented: None makes the import of that name fail.
        sys.modules[name] = None  # type: ignore[assignment]  # typeshed knows modules only
    return names


def install_judge_stub() -> None:
    """Replace `judge` by a module whose functions do nothing: `check()` must not enter itself.

    Every real module of the package leaves `sys.modules`, so that no import finds one. The judge's
    own code goes on with what it has imported.
    """
    for name in [n for n in sys.modules if n == "judge" or n.startswith("judge.")]:
        del sys.modules[name]
    stub = types.ModuleType("judge", "Stands in for the judge while a submission is loaded.")
    stub.__path__ = []  # no submodule is ever found
    stub.__dict__.update({name: _nothing for name in _STUBBED})
    stub.__dict__["__getattr__"] = _any_attribute
    sys.modules["judge"] = stub


def label_of(filename: str) -> str | None:
    """The label of the cell that a code object's file name stands for; None for other code."""
    if filename.startswith(_FILE) and filename.endswith(">"):
        return filename[len(_FILE) : -1].strip()
    return None


def frames_of(error: BaseException, limit: int = 6) -> list[Frame]:
    """The student's own frames in a traceback, outermost first; the innermost `limit` of them.

    A syntax error raised while loading has no frame of its own: its place comes last.
    """
    # Read through BaseException: a hostile subclass may define these names anew.
    trace = BaseException.__dict__["__traceback__"].__get__(error)
    kept: deque[tuple[types.CodeType, int]] = deque(maxlen=limit)
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith(_FILE):
            kept.append((code, trace.tb_lineno or 0))
        trace = trace.tb_next
    frames = [_frame(code.co_filename, line, code.co_name) for code, line in kept]
    if isinstance(error, SyntaxError):
        frames += _syntax_frame(error)
    return frames[-limit:]


def is_own(error: BaseException) -> bool:
    """Whether a `raise` of the submission itself raised it, no library below."""
    trace = BaseException.__dict__["__traceback__"].__get__(error)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or label_of(trace.tb_frame.f_code.co_filename) is None:
        return False
    code: bytes = trace.tb_frame.f_code.co_code
    place: int = trace.tb_lasti
    return code[place] == dis.opmap["RAISE_VARARGS"]


def line_of(frame: types.FrameType | None) -> tuple[str, int, str]:
    """Label, line and code of a frame of the submission; empty without one."""
    if frame is None:
        return "", 0, ""
    label, line, _, code = _frame(frame.f_code.co_filename, frame.f_lineno, "")
    return label, line, code


class _Closed:
    """Says of a package that may not be read that it is not there.

    What a library can do without it tries to import, and it expects an ImportError: of numpy
    `from numpy import *` loads all, f2py included.
    """

    @staticmethod
    def find_spec(name: str, path: object = None, _: object = None) -> None:
        """Raise ModuleNotFoundError, or leave it to the other finders."""
        spec = PathFinder.find_spec(name) if path is None else None
        if spec is None or not spec.has_location or spec.origin is None:
            return
        try:
            with Path(spec.origin).open("rb"):
                pass
        except PermissionError:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name) from None


# --- executing ----------------------------------------------------------------------------------


def _load_everything(
    pieces: Sequence[Piece], flags: int
) -> tuple[types.ModuleType, tuple[str, ...]]:
    module = _new_module(pieces)
    notes: list[str] = []
    for piece in pieces:
        try:
            _execute(piece, flags, module)
        except (Exception, SystemExit) as error:  # noqa: BLE001  passing over is the purpose
            where = place(piece.label, piece.line)
            notes.append(f"{where} was passed over: it raises {_named(error)}.")
    if len(notes) > _MOST_NOTES:
        more = len(notes) - _MOST_NOTES
        notes = [*notes[:_MOST_NOTES], f"{more} more statements were passed over."]
    return module, tuple(notes)


def _named(error: BaseException) -> str:
    """The type of an exception, and the name that was missing, where one was."""
    kind = clip(type(error).__name__, 80)
    name = NameError.__dict__["name"].__get__(error) if isinstance(error, NameError) else None
    return f"{kind}, {clip(name, 40)} is not defined" if type(name) is str else kind


def _new_module(pieces: Sequence[Piece]) -> types.ModuleType:
    module = types.ModuleType(_MODULE)
    module.__file__ = f"{_MODULE}.py"  # for `Path(__file__).parent`; there is no such file
    module.__dict__["display"] = _nothing  # IPython's
    sys.modules[_MODULE] = sys.modules["__main__"] = module
    for label, text in _joined(pieces):  # tracebacks and inspect.getsource find the lines there
        name = _filename(label)
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    return module


def _joined(pieces: Iterable[Piece]) -> Iterator[tuple[str, str]]:
    """Label and text of each run of pieces from one cell, every piece on its own line number."""
    label, line, parts = "", 0, list[str]()
    for piece in pieces:
        if parts and (piece.label != label or piece.line < line):
            yield label, "".join(parts)
            parts = []
        if not parts:
            label, line = piece.label, 1
        elif piece.line == line:
            parts.append("; ")
        parts.append("\n" * (piece.line - line))
        parts.append(piece.source)
        line = piece.line + piece.source.count("\n")
    if parts:
        yield label, "".join(parts)


def _execute(piece: Piece, flags: int, module: types.ModuleType) -> None:
    """Compile and run one statement, by itself as IPython does.

    Together, `import numpy as np` and a function would give that function other byte code for
    `np.exp(x)` than it has in a kernel, and so another digest.
    """
    text = "\n" * (piece.line - 1) + piece.source
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape in a string is not our business
        code = compile(text, _filename(piece.label), "exec", flags=flags, dont_inherit=True)
    exec(code, module.__dict__)  # noqa: S102  running the submission is what a worker is for


def _filename(label: str) -> str:
    return f"{_FILE} {label}>" if label else f"{_FILE}>"


# --- showing ------------------------------------------------------------------------------------


def _frame(filename: str, line: int, function: str) -> Frame:
    code = clip(linecache.getline(filename, line).strip())
    return clip(label_of(filename) or "", 80), line, clip(function, 80), code


def _syntax_frame(error: SyntaxError) -> list[Frame]:
    filename, line = (SyntaxError.__dict__[n].__get__(error) for n in ("filename", "lineno"))
    if type(filename) is not str or type(line) is not int or label_of(filename) is None:
        return []
    return [_frame(filename, line, "<module>")]


def _nothing(*_args: object, **_kwargs: object) -> None:
    """Stands in for a function of the judge, or for IPython's `display`."""


def _any_attribute(name: str) -> object:
    if name.startswith("__"):
        raise AttributeError(name)
    return _nothing
