"""Inputs that tell implementations apart."""

from __future__ import annotations

from typing import Any

import numpy as np


def poison(array: np.ndarray[Any, Any], rows: slice, axis: int = -2) -> np.ndarray[Any, Any]:
    """A copy of a float array with NaN in these rows.

    What is computed and then masked becomes NaN (0 * NaN is NaN); what is skipped stays right.
    """
    copy = array.copy()
    index: list[slice] = [slice(None)] * array.ndim
    index[axis] = rows
    copy[tuple(index)] = np.nan
    return copy
