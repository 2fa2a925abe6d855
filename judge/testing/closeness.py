"""Expectations on values: type, shape, dtype, finiteness, and only then numbers.

Comparisons are written so that NaN fails. The error is norm-wise, max|got - want| over max|want|:
the largest elementwise ratio sits on an element near zero and says nothing. Nothing is broadcast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import structs
from numpy.typing import DTypeLike

from judge.calls import is_numbers
from judge.results import Changed, NotFinite, WrongShape, WrongType, WrongValue
from judge.testing.failed import Failed
from judge.testing.places import places_of

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class _Subject:
    """What is looked at, and how to speak of it."""

    name: str
    axes: tuple[str, ...]
    tile: int | None
    hint: str | None


def expect_close(
    got: Any,
    want: Any,
    *,
    name: str = "the result",
    against: str = "the oracle",
    tolerance: float = 1e-4,
    floor: float = 0.0,
    absolute: bool = False,
    dtype: Any = None,
    axes: Sequence[str] = (),
    tile: int | None = None,
    hint: str | None = None,
) -> None:
    """`got` has the shape and the numbers of `want`: max|got - want| <= tolerance * scale.

    The scale is max(max|want|, floor), or 1 when `absolute`. `got` is of exactly `dtype` if one is
    given; else, where `want` is of floats, of any float type. `axes` names the axes for the
    message; with `tile` it draws which tiles of rows are wrong. Raises Failed.
    """
    wanted = (
        number_array(want, "the oracle's value", None) if is_numbers(want) else np.asarray(want)
    )
    subject = _Subject(name, tuple(axes), tile, hint)
    array = number_array(got, name, hint, like=want)
    expect_shape(array, wanted.shape, name=name, hint=hint)
    if dtype is not None:
        expect_dtype(got, dtype, name=name, hint=hint)
    else:
        _kind(array, wanted, subject)
    _finite(array, subject)
    scale = 1.0 if absolute else max(float(np.max(np.abs(wanted), initial=0.0)), floor)
    scale = scale or 1.0  # a right answer of zeros has no scale of its own
    evidence = _difference(array, wanted, tolerance * scale, subject)
    if evidence is not None:
        error = float(evidence.error) / scale
        said = {"error": error, "tolerance": tolerance, "absolute": absolute, "against": against}
        raise Failed(structs.replace(evidence, **said))


def expect_type(got: Any, kind: type, *, name: str, hint: str | None = None) -> None:
    """`got` is a `kind`. Raises Failed."""
    if not isinstance(got, kind):
        found = _type_name(got)
        evidence = WrongType(quantity=name, got=found, expected=kind.__name__, hint=hint)
        raise Failed(evidence)


def _type_name(got: Any) -> str:
    """A Remote names its own type; what a tensor has under that name is a method."""
    named = getattr(got, "type", None)
    return named if isinstance(named, str) else type(got).__name__


def expect_shape(
    got: _Array, shape: Sequence[int], *, name: str = "the result", hint: str | None = None
) -> None:
    """`got` is an array of exactly this shape. Raises Failed."""
    array = number_array(got, name, hint)
    if array.shape != tuple(shape):
        raise Failed(WrongShape(quantity=name, got=array.shape, expected=tuple(shape), hint=hint))


def expect_dtype(
    got: Any, dtype: Any, *, name: str = "the result", hint: str | None = None
) -> None:
    """`got` is an array or tensor of exactly this dtype. Raises Failed."""
    wanted = _dtype_name(dtype)
    array = number_array(got, name, hint, like=dtype)
    found = _dtype_name(got.dtype) if is_numbers(got) else str(array.dtype)
    if found != wanted:
        raise Failed(WrongType(quantity=name, got=found, expected=wanted, hint=hint))


def _dtype_name(dtype: Any) -> str:
    """`float32`, of NumPy's dtypes and of torch's, which has bfloat16 as well."""
    return str(dtype).removeprefix("torch.") if _is_torch(dtype) else str(np.dtype(dtype))


def _is_torch(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] == "torch"


def expect_finite(
    got: Any,
    *,
    name: str = "the result",
    axes: Sequence[str] = (),
    tile: int | None = None,
    hint: str | None = None,
) -> None:
    """No NaN and no infinity in `got`. Raises Failed."""
    _finite(number_array(got, name, hint), _Subject(name, tuple(axes), tile, hint))


def expect_same(
    after: Any, before: Any, *, name: str, by: str = "the call", hint: str | None = None
) -> None:
    """`after` is `before`, bit for bit (NaN equals NaN, 0.0 is not -0.0). Raises Failed."""
    old = np.asarray(number_array(before, name, hint), order="C")
    new = np.asarray(number_array(after, name, hint, like=before), order="C")
    expect_shape(new, old.shape, name=name, hint=hint)
    expect_dtype(new, old.dtype, name=name, hint=hint)
    if not old.size:
        return
    bytes_of = [array.reshape(-1, 1).view(np.uint8) for array in (old, new)]
    count = int((bytes_of[0] != bytes_of[1]).any(axis=-1).sum())
    if count:
        raise Failed(Changed(quantity=name, by=by, count=count, size=old.size, hint=hint))


def number_array(got: Any, name: str, hint: str | None, *, like: Any = None) -> _Array:
    """`got` as an array; a number is one of no axes. Raises Failed.

    The message asks for a tensor where `like` is one.
    """
    if isinstance(got, np.ndarray):
        return got
    if is_numbers(got):
        from judge.tensors import as_array

        return as_array(got)
    if isinstance(got, np.generic | int | float | complex) and not isinstance(got, bool):
        array = np.asarray(got)
        if array.dtype != object:  # an int of more than 64 bits
            return array
    found = _type_name(got)
    wanted = "a tensor" if _is_torch(like) else "a NumPy array"
    raise Failed(WrongType(quantity=name, got=found, expected=wanted, hint=hint))


def _kind(array: _Array, wanted: _Array, subject: _Subject) -> None:
    """Floats where floats are wanted; a single whole number will do as well. Raises Failed."""
    if wanted.dtype.kind != "f" or array.dtype.kind == "f":
        return
    if array.dtype.kind not in "iu" or array.ndim:
        got, name, hint = str(array.dtype), subject.name, subject.hint
        raise Failed(WrongType(quantity=name, got=got, expected="a float type", hint=hint))


def _difference(
    array: _Array, wanted: _Array, limit: float, subject: _Subject
) -> WrongValue | None:
    """Where and how far two arrays of one shape differ by more than `limit`, in absolute terms."""
    with np.errstate(over="ignore", invalid="ignore"):  # an infinite difference is too large
        difference = np.abs(array.astype(_wide(array)) - wanted)
    wrong = ~(difference <= limit)
    if not wrong.any():
        return None
    worst = _index(int(np.argmax(difference)), difference)
    return WrongValue(
        quantity=subject.name,
        against="",
        error=float(difference[worst]),
        tolerance=limit,
        absolute=True,
        share=float(wrong.mean()),
        worst=worst,
        got=float(np.real(array[worst])),
        expected=float(np.real(wanted[worst])),
        axes=subject.axes,
        places=places_of(wrong, subject.axes, subject.tile),
        hint=subject.hint,
    )


def _wide(array: _Array) -> DTypeLike:
    """The dtype to subtract in: differences of small integers and halves must not wrap."""
    return np.complex128 if np.iscomplexobj(array) else np.float64


def _index(flat: int, array: _Array) -> tuple[int, ...]:
    """A flat index as one index for each axis."""
    return tuple(int(i) for i in np.unravel_index(flat, array.shape))


def _finite(array: _Array, subject: _Subject) -> None:
    finite = np.isfinite(array)
    if finite.all():
        return
    raise Failed(
        NotFinite(
            quantity=subject.name,
            nan=int(np.isnan(array).sum()),
            inf=int(np.isinf(array).sum()),
            size=array.size,
            first=_index(int(np.argmin(finite)), array),
            axes=subject.axes,
            places=places_of(~finite, subject.axes, subject.tile),
            hint=subject.hint,
        )
    )
