"""`?explain=true`: what each input contributed to each prediction of a body."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl

from ..explanation.background import has_separate_inputs
from ..explanation.shapley import TooCostly, explain
from .answers import Answers
from .media_types import JSON, JSON_LINES
from .refusals import RequestRefused
from .served_model import ServedModel
from .settings import ServingSettings


def asks_explanation(query: str) -> bool:
    """Return whether a request's query asks for an explanation.

    Raises:
        RequestRefused: 400 for a parameter or a value that there is none.
    """
    wanted = False
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=100):
        if name != "explain" or value not in ("true", "false"):
            reason = f'"{name[:50]}={value[:50]}" is neither explain=true nor explain=false.'
            raise RequestRefused(400, "query_unknown", reason)
        wanted = value == "true"
    return wanted


def refuse_explanation(
    served: ServedModel, settings: ServingSettings, wanted: str, rows: int
) -> None:
    """Refuse what cannot be explained.

    Args:
        served: The model.
        settings: The limits.
        wanted: Media type of the answer.
        rows: Rows of the body.

    Raises:
        RequestRefused: 406 where the answer has no place for it, 422 where the model or the number
            of rows does not allow it.
    """
    if wanted not in (JSON, JSON_LINES):
        reason = f"Explanations are given in {JSON} and {JSON_LINES} only."
        raise RequestRefused(406, "explanation_refused", reason)
    reason = ""
    if not has_separate_inputs(served.model.schema):
        reason = "An image or a text is one input: there is nothing to divide a prediction among."
    elif served.background is None:
        reason = "Training recorded no background rows with this model: train it anew."
    elif rows > settings.explain_rows:
        reason = f"At most {settings.explain_rows} rows are explained at once; there are {rows}."
    if reason:
        raise RequestRefused(422, "explanation_refused", reason)


async def explanations(
    served: ServedModel, columns: Any, answers: Answers, settings: ServingSettings
) -> list[dict[str, Any]]:
    """Return {"baseline", "contributions": {column: share}} of each row.

    They are about the probability of the predicted label, or about the value; baseline and
    contributions add up to it. Computed in a thread.

    Args:
        served: A model with a background.
        columns: The table of the body.
        answers: The model's to its rows.
        settings: The limits.

    Raises:
        RequestRefused: 422 where it would take too many evaluations.
    """
    assert served.background is not None  # noqa: S101 - see refuse_explanation
    try:
        found = await asyncio.get_running_loop().run_in_executor(
            None,
            explain,
            served.model.answers,
            columns,
            served.background,
            settings.explain_evaluations,
        )
    except TooCostly as reason:
        refused = f"This would take too long: {reason}."
        raise RequestRefused(422, "explanation_refused", refused) from None
    return [
        {
            "baseline": float(explanation.baseline[output]),
            "contributions": {
                name: float(values[output]) for name, values in explanation.contributions.items()
            },
        }
        for explanation, output in zip(found, answers.argmax(axis=1).tolist(), strict=True)
    ]
