"""Inside the worker: what a call allocates, and inputs laid out in memory as a test asks.

The tracer runs beside the student's code, which can stop it: its peak can only under-report. The
trusted process reads the peak of the whole process as a second witness.
"""

from __future__ import annotations

import hashlib
import linecache
import random
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np
import numpy.random  # lazy in NumPy: loaded once by the fork server, not in each worker

from judge.worker.loading import label_of

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Run:
    """A measured call: its result, and bytes allocated on the way and returned."""

    result: Any
    traced: int
    returned: int


def measured(
    function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], *, trace: bool
) -> Run:
    """Call `function` and report the peak of bytes traced above the start, and bytes returned."""
    if not trace:
        result = function(*args, **kwargs)
        return Run(result, 0, returned_bytes(result, [*args, *kwargs.values()]))
    tracemalloc.start()
    try:
        tracemalloc.reset_peak()  # the submission may have started to trace by itself
        before = tracemalloc.get_traced_memory()[0]
        result = function(*args, **kwargs)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return Run(result, max(0, peak - before), returned_bytes(result, [*args, *kwargs.values()]))


def returned_bytes(result: object, given: Sequence[object]) -> int:
    """Bytes of the buffers in `result` that were not in `given`, each counted once."""
    known = set(_buffers(given))
    return sum(size for base, size in _buffers(result).items() if base not in known)


def _buffers(value: object, depth: int = 0) -> dict[int, int]:
    if isinstance(value, np.ndarray):
        base: Any = value
        while isinstance(base.base, np.ndarray):
            base = base.base
        return {id(base): int(base.nbytes)}
    items: list[Any] = []
    if isinstance(value, dict):
        items = list(value.values())
    elif isinstance(value, list | tuple):
        items = list(value)
    elif hasattr(value, "__dict__"):
        items = list(vars(value).values())
    found: dict[int, int] = {}
    if depth < 6:
        for item in items:
            found.update(_buffers(item, depth + 1))
    return found


def hungriest_line(
    function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
) -> str | None:
    """The line of the submission during which traced memory rose most: `cell 3, line 12: code`.

    The call is made once more under a line tracer, which is slow: only after a test has failed.
    """
    watch = _LineWatch()
    tracemalloc.start()
    sys.settrace(watch.enter)
    try:
        function(*args, **kwargs)
    finally:
        sys.settrace(None)
        tracemalloc.stop()
    return watch.worst()


class _LineWatch:
    """Attributes each rise of the traced peak to the line that ran meanwhile."""

    def __init__(self) -> None:
        self._rise: dict[tuple[str, int], int] = {}
        self._here: tuple[str, int] | None = None
        self._before = 0

    def enter(self, frame: FrameType, event: str, arg: object) -> Any:
        if label_of(frame.f_code.co_filename) is None:
            return None
        self._step(frame)
        return self._line

    def _line(self, frame: FrameType, event: str, arg: object) -> Any:
        if event == "return":  # what follows belongs to the line that called
            self._step(frame.f_back)
        else:
            self._step(frame)
        return self._line

    def _step(self, frame: FrameType | None) -> None:
        now, peak = tracemalloc.get_traced_memory()
        if self._here is not None:
            self._rise[self._here] = max(self._rise.get(self._here, 0), peak - self._before)
        self._here = None
        if frame is not None and label_of(frame.f_code.co_filename) is not None:
            self._here = (frame.f_code.co_filename, frame.f_lineno)
        self._before = now
        tracemalloc.reset_peak()

    def worst(self) -> str | None:
        filename, line = max(self._rise, key=lambda place: self._rise[place], default=("", 0))
        if not self._rise.get((filename, line)):  # the submission may have stopped the tracer
            return None
        code = linecache.getline(filename, line).strip()
        label = label_of(filename)
        place = f"{label}, line {line}" if label else f"line {line}"
        return f"{place}: {code}"[:300]


def random_state() -> str:
    """A digest of the global generators of Python, NumPy and, where it is there, torch."""
    theirs = np.random.get_state(legacy=False)  # noqa: NPY002  the global generator is the subject
    inner = theirs["state"]
    state = (random.getstate(), inner["key"].tobytes(), inner["pos"], theirs["has_gauss"])
    torch = sys.modules.get("torch")
    more = torch.get_rng_state().numpy().tobytes() if torch is not None else b""
    return hashlib.sha256(repr(state).encode() + more).hexdigest()


# --- layouts ----------------------------------------------------------------------------------


def laid_out(value: object, layout: str) -> object:
    """`value` with equal elements and another memory layout; containers are left alone.

    `transposed`: the last two axes are swapped in memory. `reversed`: a view with negative strides
    on the last two axes; tensors have none. `strided`: every other element of a larger buffer
    filled with NaN, or with ones where there is no NaN. A vector has one axis to do it with, a
    single number none.
    """
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        made = _tensor(value.detach(), layout)
        return made.requires_grad_(value.requires_grad)
    if not isinstance(value, np.ndarray) or not value.ndim or layout == "C":
        return value
    return _LAYOUTS[layout](value)


def _fortran(value: _Array) -> _Array:
    return np.asfortranarray(value)


def _transposed(value: _Array) -> _Array:
    if value.ndim < 2:
        return value
    return np.ascontiguousarray(value.swapaxes(-1, -2)).swapaxes(-1, -2)


def _reversed(value: _Array) -> _Array:
    axes = tuple(range(value.ndim))[-2:]
    return np.flip(np.ascontiguousarray(np.flip(value, axes)), axes)


def _strided(value: _Array) -> _Array:
    filler = np.nan if value.dtype.kind in "fc" else 1
    wide = np.full((*value.shape[:-1], 2 * value.shape[-1]), filler, value.dtype)
    wide[..., ::2] = value
    return wide[..., ::2]


_LAYOUTS: dict[str, Callable[[_Array], _Array]] = {
    "F": _fortran,
    "transposed": _transposed,
    "reversed": _reversed,
    "strided": _strided,
}


def _tensor(value: Any, layout: str) -> Any:
    if layout == "F":
        axes = tuple(reversed(range(value.ndim)))
        return value.permute(axes).contiguous().permute(axes)
    if layout == "transposed" and value.ndim > 1:
        return value.mT.contiguous().mT
    if layout == "strided" and value.ndim:
        filler = np.nan if value.is_floating_point() or value.is_complex() else 1
        wide = value.new_full((*value.shape[:-1], 2 * value.shape[-1]), filler)
        wide[..., ::2] = value
        return wide[..., ::2]
    return value
