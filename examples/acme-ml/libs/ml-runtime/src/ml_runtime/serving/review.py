"""Predictions that people should look at: marked in the answer, and told as an event."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .answers import Answers

# What "event" says in the line.
EVENT = "human-review"

# Rows that one event names; all are counted.
LISTED_ROWS = 100


def review_event(
    answers: Answers,
    rows: list[int],
    classes: tuple[str, ...],
    version: str,
    endpoint: str,
    identifiers: dict[str, str],
) -> dict[str, Any]:
    """Return the event of one request, a line of the log; it holds no inputs.

    Args:
        answers: float32 [rows, classes].
        rows: The doubtful ones, from 0.
        classes: Labels in the order of the answers.
        version: Of the model.
        endpoint: Name of the endpoint.
        identifiers: What the request is known by, e.g. its inference id: who reviews finds its
            inputs in the captured data by them.
    """
    doubtful = [
        {
            "row": row + 1,
            "label": classes[int(answers[row].argmax())],
            "confidence": round(float(answers[row].max()), 6),
        }
        for row in rows[:LISTED_ROWS]
    ]
    return {
        "event": EVENT,
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "endpoint": endpoint or "local",
        "modelVersion": version,
        **identifiers,
        "count": len(rows),
        "rows": doubtful,
    }
