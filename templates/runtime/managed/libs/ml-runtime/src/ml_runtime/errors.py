"""Errors that say what went wrong, why, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches


class MlRuntimeError(Exception):
    """A failure the reader can act on; its text is what, why and what next.

    Args:
        code: Stable identifier, in lower case with hyphens.
        what: What happened, one sentence.
        why: The cause, or the limit that was crossed; may be empty.
        next_step: What to do about it; may be empty.

    Attributes:
        code: As given, and so are the other three.
    """

    def __init__(self, code: str, what: str, why: str, next_step: str) -> None:
        super().__init__(f"{what} {why} {next_step}")
        self.code, self.what, self.why, self.next_step = code, what, why, next_step


class LayoutError(MlRuntimeError):
    """The container's folders or configuration files cannot be read."""


class HyperparameterError(MlRuntimeError):
    """Hyperparameters are unknown, of the wrong type or out of range."""


class DataError(MlRuntimeError):
    """A data set, a channel or a column description is missing or malformed."""


class ModelCodeError(MlRuntimeError):
    """The model's own modules are missing or lack a function that is called."""


class TrainingError(MlRuntimeError):
    """Training was asked for something it cannot do, or a worker died."""


class ExportError(MlRuntimeError):
    """The exported model is absent, or differs from the trained one."""


class LoadTestError(MlRuntimeError):
    """A load test has nothing to measure, or a promised rate is missed."""


class PipelineError(MlRuntimeError):
    """A step of the local pipeline failed, a gate is closed, or the step graph cannot be used."""


class ProgramError(MlRuntimeError):
    """People's own program does not keep SageMaker's contract, or fails."""


class SettingsError(MlRuntimeError):
    """settings.json says something that cannot be used."""


class OptimisationError(MlRuntimeError):
    """The exported model cannot be optimised as asked."""


class TuningError(MlRuntimeError):
    """No trial of a hyperparameter search came to an end, or the search cannot be started."""


class TrackingError(MlRuntimeError):
    """A run cannot be logged."""


class QuarantineError(MlRuntimeError):
    """The training data differs from the trusted baseline as poisoned data would."""


def nearest(name: str, known: Sequence[str]) -> str:
    """Return ` (did you mean "x"?)` for the known name closest to `name`, or an empty string."""
    matches = get_close_matches(name, known, n=1, cutoff=0.5)
    return f' (did you mean "{matches[0]}"?)' if matches else ""


def joined(problems: Sequence[str], limit: int = 20) -> str:
    """Join the first `limit` problems (default 20) into one line, with a count of the rest."""
    rest = f" (and {len(problems) - limit} more)" if len(problems) > limit else ""
    return "; ".join(problems[:limit]) + rest + "."
