"""One value of a column, from text (CSV) or from JSON: the same rules in training and serving."""

from __future__ import annotations

import math
from typing import Any

from .schema import Column

# Spellings of a missing value in a CSV file, compared in lower case and without outer blanks.
MISSING_TEXTS = frozenset({"", "na", "nan", "null"})

BOOLEAN_TEXTS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), 1.0),
    **dict.fromkeys(("false", "f", "no", "n", "0"), 0.0),
}

# Features are float32: a larger number would become infinite on the way into the model.
LARGEST_NUMBER = 3.4028234663852886e38

Value = float | str | None


class Refusal(ValueError):
    """A value that its column does not take; the message is the reason."""


def value_from_text(column: Column, text: str) -> Value:
    """Return the value of a CSV cell: a number, a category, or None where it is missing.

    Raises:
        Refusal: The text is not of the column's type, or is missing where it is required.
    """
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
        if "_" in text:
            raise ValueError
        number = float(text)
    except ValueError:
        raise Refusal(f"{_shown(text)} is not a number") from None
    return _number(column, number)


def value_from_json(column: Column, value: Any) -> Value:
    """Return the value of a JSON item: a number, a category, or None where it is null.

    Raises:
        Refusal: The value is not of the column's type, or is null where it is required.
    """
    if value is None:
        return _missing(column)
    if column.type == "string":
        if not isinstance(value, str):
            raise Refusal(f"{_shown(value)} is not a string")
        return value
    if column.type == "boolean":
        if isinstance(value, int | float) and value in (0, 1):
            return float(value)
        raise Refusal(f"{_shown(value)} is not a boolean")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal(f"{_shown(value)} is not a number")
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        raise Refusal(f"{_shown(value)} is beyond what float32 holds")
    return _number(column, float(value))


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
