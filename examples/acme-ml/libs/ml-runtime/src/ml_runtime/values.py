"""One value of a column, from text (CSV) or from JSON: the same rules in training and serving."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .schema import Column

# Spellings of a missing value in a CSV file, compared in lower case and without outer blanks.
MISSING_TEXTS = frozenset({"", "na", "nan", "null"})

# Spellings of true (1) and false (0), compared in lower case and without outer blanks.
BOOLEAN_TEXTS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), 1.0),
    **dict.fromkeys(("false", "f", "no", "n", "0"), 0.0),
}

# Features are float32: a larger number would become infinite on the way into the model. It is the
# largest finite float32 (IEEE 754), (2 - 2**-23) * 2**127.
LARGEST_NUMBER = 3.4028234663852886e38

# A number (booleans are 0 and 1), a category or a text, a tensor of one row, or missing.
Value = float | str | NDArray[Any] | None


class Refusal(ValueError):
    """A value that its column does not take; the message is the reason."""


def value_from_text(column: Column, text: str) -> Value:
    """Return the value of a CSV cell: a number, a category, a text, or None where it is missing.

    Raises:
        Refusal: The text is not of the column's type, or is missing where it is required.
    """
    if column.is_text:
        return _text(column, text)
    text = text.strip()
    if text.lower() in MISSING_TEXTS:
        return _missing(column)
    if column.type == "string":
        return text
    if column.type == "boolean":
        if (flag := BOOLEAN_TEXTS.get(text.lower())) is None:
            raise Refusal(f"{_shown(text)} is not a boolean")
        return flag
    try:
        number = _number_from_text(text)
    except ValueError:
        raise Refusal(f"{_shown(text)} is not a number") from None
    return _number(column, number)


def value_from_json(column: Column, value: Any) -> Value:
    """Return the value of a JSON item: a number, a text, a tensor, or None where it is null.

    Raises:
        Refusal: The value is not of the column's type, or is null where it is required.
    """
    if value is None:
        return _missing(column)
    if column.type == "string":
        if not isinstance(value, str):
            raise Refusal(f"{_shown(value)} is not a string")
        return _text(column, value) if column.is_text else value
    if column.type == "tensor":
        return _tensor(column, value)
    if column.type == "boolean":
        if isinstance(value, int | float) and value in (0, 1):
            return float(value)
        raise Refusal(f"{_shown(value)} is not a boolean")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal(f"{_shown(value)} is not a number")
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        raise Refusal(f"{_shown(value)} is beyond what float32 holds")
    return _number(column, float(value))


def tensor_from_texts(column: Column, cells: Sequence[str]) -> NDArray[Any]:
    """Return the tensor of a CSV row's cells, in C order: the column's dtype and shape.

    Args:
        column: A tensor.
        cells: One for each of its elements.

    Raises:
        Refusal: A cell is not a number of the column's dtype.
    """
    elements = np.empty(len(cells), dtype=np.float64)
    for position, cell in enumerate(cells):
        try:
            elements[position] = _number_from_text(cell)
        except ValueError:
            raise Refusal(f"element {position}, {_shown(cell)}, is not a number") from None
    return _tensor(column, elements.reshape(column.shape or ()))


def _number_from_text(text: str) -> float:
    """Read a number as every other CSV reader does: Python's own 1_000 is none."""
    if "_" in text:
        raise ValueError(text)
    return float(text)


def _text(column: Column, text: str) -> Value:
    """A text as it is: "na" and blanks are text too; only an empty one is missing."""
    if not text:
        return _missing(column)
    if column.max_length is not None and len(text) > column.max_length:
        raise Refusal(
            f"the text has {len(text)} characters, the longest may have this many: "
            f"{column.max_length}"
        )
    return text


def _tensor(column: Column, value: Any) -> NDArray[Any]:
    """Return nested lists or an array of one row as the column's dtype and shape."""
    expected = f"{column.dtype} {list(column.shape or ())}"
    try:
        array = np.array(value)
    except ValueError:
        raise Refusal(f"is not a tensor of {expected}: its lists differ in length") from None
    if array.shape != column.shape:
        raise Refusal(f"has the shape {list(array.shape)}, not that of a tensor of {expected}")
    if array.dtype.kind not in "iuf":
        raise Refusal("holds elements that are no numbers")
    if not np.isfinite(array).all() or float(np.abs(array).max()) > LARGEST_NUMBER:
        raise Refusal("holds a number that is not finite, or beyond what float32 holds")
    # A float32 tensor rounds; whole numbers must be whole and fit.
    with np.errstate(invalid="ignore", over="ignore"):
        converted = array.astype(column.dtype)
    if column.dtype != "float32" and not np.array_equal(converted, array):
        raise Refusal(f"holds a number that is no {column.dtype}")
    return converted


def _missing(column: Column) -> Value:
    if column.required:
        raise Refusal("the value is missing, and the column had no missing values in training")
    return None


def _number(column: Column, number: float) -> float:
    if not math.isfinite(number):
        raise Refusal("the number is not finite")
    if abs(number) > LARGEST_NUMBER:
        raise Refusal(f"{_shown(number)} is beyond what float32 holds")
    if column.type == "long" and not number.is_integer():
        raise Refusal(f"{_shown(number)} is not a whole number")
    return number


def _shown(value: Any) -> str:
    text = str(value) if isinstance(value, str | int | float) else type(value).__name__
    return f'"{text[:40]}"' if isinstance(value, str) else text[:40]
