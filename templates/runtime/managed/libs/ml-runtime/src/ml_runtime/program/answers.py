"""What a program's server answers to rows, read as the contract says."""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.request
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ProgramError
from ..schema import Schema
from ..tables import Columns, row_count

# SageMaker waits so long for an answer.
ANSWER_SECONDS = 60.0

# Far below the 6 MB of a request, with any number of columns that a table has.
ROWS_OF_A_REQUEST = 100


def asked(address: str, schema: Schema, columns: Columns) -> NDArray[np.float64]:
    """Ask a server for all rows of a table, by POST /invocations.

    A request is {"instances": [{"column": value}]}, null where a value is missing; the answer
    {"predictions": [...]} with one entry for each row: {"probabilities": {"class": share}} of a
    classification, {"value": number} of a regression.

    Args:
        address: Of the server, without a path.
        schema: The inputs, and the classes.
        columns: The rows; the target among them is not sent.

    Returns:
        Probabilities [rows, classes], or values [rows, 1].

    Raises:
        ProgramError: It answers with another status than 200, or otherwise than that.
    """
    rows = _rows(schema, columns)
    answers: list[list[float]] = []
    for start in range(0, len(rows), ROWS_OF_A_REQUEST):
        instances = rows[start : start + ROWS_OF_A_REQUEST]
        answers += _predictions(_post(address, {"instances": instances}), schema, len(instances))
    return np.array(answers, dtype=np.float64)


def _rows(schema: Schema, columns: Columns) -> list[dict[str, Any]]:
    values = {
        name: [None if value is None or value != value else value for value in one.tolist()]
        for name, one in columns.items()
        if name in schema.input_names
    }
    return [{name: values[name][row] for name in values} for row in range(row_count(columns))]


def _post(address: str, body: object) -> object:
    request = urllib.request.Request(  # noqa: S310
        f"{address}/invocations",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Accept": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310  # nosec B310
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        said = error.read(500).decode("utf-8", "replace")
        raise _broken(f"It answered {error.code}: {said}") from error
    except (OSError, ValueError) as error:
        raise _broken(f"{type(error).__name__}: {error}.") from error


def _predictions(content: object, schema: Schema, rows: int) -> list[list[float]]:
    predictions = content.get("predictions") if isinstance(content, dict) else None
    if not isinstance(predictions, list) or len(predictions) != rows:
        raise _broken(f'Its answer to {rows} rows has no "predictions" of as many.')
    return [_numbers(entry, schema) for entry in predictions]


def _numbers(entry: object, schema: Schema) -> list[float]:
    values: list[Any] = []
    if isinstance(entry, dict):
        shares = entry.get("probabilities")
        if not schema.classes:
            values = [entry.get("value")]
        elif isinstance(shares, dict):
            values = [shares.get(label) for label in schema.classes]
    if not values or not all(
        isinstance(value, int | float) and math.isfinite(value) for value in values
    ):
        wanted = (
            f'"probabilities" of {", ".join(schema.classes)}' if schema.classes else 'a "value"'
        )
        raise _broken(f"A prediction lacks {wanted}: {json.dumps(entry)[:200]}.")
    return [float(value) for value in values]


def _broken(why: str) -> ProgramError:
    return ProgramError(
        "program-answers-otherwise",
        "The program's server does not keep the contract.",
        why,
        "libs/ml-runtime/README.md says what it gets and what it has to answer.",
    )
