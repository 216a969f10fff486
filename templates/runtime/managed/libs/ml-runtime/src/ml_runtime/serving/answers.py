"""A model's answers to response bodies."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from numpy.lib import format as npy
from numpy.typing import NDArray

from ..schema import Schema
from .media_types import CSV, JSON, JSON_LINES
from .refusals import Problems

# [rows, classes] of probabilities, or [rows, 1] of values in the target's unit.
Answers = NDArray[np.float32]


def refuse_infinite(answers: Answers) -> None:
    """Refuse answers that are not finite (inputs absurdly far from training overflow float32).

    Raises:
        RequestRefused: 422 with the rows.
    """
    finite = np.isfinite(answers)
    if finite.all():
        return
    problems = Problems()
    for row in np.flatnonzero(~finite.all(axis=1)).tolist():
        problems.add(row + 1, None, "its values are too far outside the training data")
    problems.refuse_any()


class AnswerWriter:
    """Writes the answers of one model.

    Args:
        schema: The model's schema.
        review_below: Share of the most probable class below which people should look; 0: never.
    """

    def __init__(self, schema: Schema, review_below: float = 0.0) -> None:
        self.classes = schema.classes
        self.regression = schema.task == "regression"
        self.review_below = 0.0 if self.regression else review_below

    def predictions(self, answers: Answers) -> list[dict[str, Any]]:
        """Return {"label", "probabilities": {class: share}} or {"value"} of each row.

        A prediction that people should look at has "review": true as well.
        """
        if self.regression:
            return [{"value": value} for value in answers[:, 0].tolist()]
        classes = self.classes
        predictions: list[dict[str, Any]] = [
            {"label": classes[index], "probabilities": dict(zip(classes, shares, strict=True))}
            for index, shares in zip(answers.argmax(axis=1).tolist(), answers.tolist(), strict=True)
        ]
        for row in self.doubtful(answers):
            predictions[row]["review"] = True
        return predictions

    def doubtful(self, answers: Answers) -> list[int]:
        """Return the rows, from 0, whose confidence is below the threshold."""
        if not self.review_below:
            return []
        doubtful: list[int] = np.flatnonzero(answers.max(axis=1) < self.review_below).tolist()
        return doubtful

    def body(
        self,
        answers: Answers,
        media_type: str,
        extra: dict[str, Any] | None = None,
        explanations: Sequence[dict[str, Any]] | None = None,
    ) -> bytes:
        """Return the response body.

        JSON: {"predictions": [...]} and what is extra; JSON lines: a prediction a line. CSV,
        without a header: the label and one share for each class in schema order, or the value.
        NPY: float32 [rows, classes] or [rows, 1].

        Args:
            answers: float32 [rows, outputs].
            media_type: One of `media_types.OFFERED`.
            extra: More keys of a JSON document.
            explanations: One for each row, for JSON and JSON lines.
        """
        if media_type in (JSON, JSON_LINES):
            predictions = self.predictions(answers)
            for prediction, explanation in zip(predictions, explanations or (), strict=False):
                prediction["explanation"] = explanation
            if media_type == JSON:
                content: dict[str, Any] = {"predictions": predictions}
                return orjson.dumps(content | extra if extra else content)
            return b"".join(
                orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in predictions
            )
        if media_type == CSV:
            return self._csv(answers)
        stream = io.BytesIO()
        npy.write_array(stream, np.ascontiguousarray(answers), version=(1, 0), allow_pickle=False)
        return stream.getvalue()

    def _csv(self, answers: Answers) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        rows = answers.tolist()
        if not self.regression:
            labels = (self.classes[index] for index in answers.argmax(axis=1).tolist())
            rows = [[label, *row] for label, row in zip(labels, rows, strict=True)]
        writer.writerows(rows)
        return text.getvalue().encode()
