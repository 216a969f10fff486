"""A model's answers to response bodies."""

from __future__ import annotations

import csv
import io

import numpy as np
import orjson
from numpy.typing import NDArray

from ..schema import Schema
from .bodies import CSV
from .refusals import Problems


def answer_body(schema: Schema, answers: NDArray[np.float32], media_type: str) -> bytes:
    """Return the predictions as JSON or CSV.

    JSON: {"predictions": [{"label", "probabilities": {class: share}}]} or [{"value"}]. CSV, without
    a header: the label and one share for each class in schema order, or the value.

    Raises:
        RequestRefused: 422 where an answer is not a finite number (inputs absurdly far outside the
            training data overflow float32).
    """
    problems = Problems()
    for row in np.flatnonzero(~np.isfinite(answers).all(axis=1)):
        problems.add(int(row) + 1, None, "its values are too far outside the training data")
    problems.refuse_any()
    if media_type == CSV:
        return _csv(schema, answers)
    if schema.task == "regression":
        predictions = [{"value": value} for value in answers[:, 0].tolist()]
    else:
        labels = [schema.classes[index] for index in answers.argmax(axis=1).tolist()]
        predictions = [
            {"label": label, "probabilities": dict(zip(schema.classes, shares, strict=True))}
            for label, shares in zip(labels, answers.tolist(), strict=True)
        ]
    return orjson.dumps({"predictions": predictions})


def _csv(schema: Schema, answers: NDArray[np.float32]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if schema.task == "regression":
        writer.writerows(answers.tolist())
    else:
        labels = (schema.classes[index] for index in answers.argmax(axis=1).tolist())
        writer.writerows([label, *row] for label, row in zip(labels, answers.tolist(), strict=True))
    return text.getvalue().encode()
