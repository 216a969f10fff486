"""Gates: the conditions of a SageMaker Condition step, and the message of its Fail step."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..errors import PipelineError
from .graph import Condition, Step

# SageMaker's names of the comparisons.
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}


def is_open(gate: Step, reports: Mapping[str, Path], parameters: Mapping[str, Any]) -> bool:
    """Return whether all conditions of the gate hold.

    Args:
        gate: The step.
        reports: Report name to its file.
        parameters: Parameter name to its value.

    Raises:
        PipelineError: A report lacks the value, or the values cannot be compared.
    """
    return all(_holds(condition, reports, parameters) for condition in gate.conditions)


def _holds(
    condition: Condition, reports: Mapping[str, Path], parameters: Mapping[str, Any]
) -> bool:
    file = reports[condition.report]
    right = condition.value if condition.parameter is None else parameters[condition.parameter]
    try:
        left = json.loads(file.read_text("utf-8"))
        for part in condition.path.split("."):
            left = left[part]
        return OPERATORS[condition.operator](left, right)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PipelineError(
            "gate-unreadable",
            f"{file} does not say whether {condition.path} is {condition.operator} {right}:",
            f"{type(error).__name__}: {error}.",
            "Run the step that writes it again: --from.",
        ) from error


def failure_message(gate: Step, parameters: Mapping[str, Any]) -> str:
    """Return what a closed gate says: the text of the Fail step, its parameters filled in."""
    return re.sub(r"\{(\w+)\}", lambda match: str(parameters[match[1]]), gate.message)
