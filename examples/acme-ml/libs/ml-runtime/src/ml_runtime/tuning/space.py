"""The search space under `tuning` of settings.json, in SageMaker's words."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import TuningError
from ..settings import read_settings, settings_refused

if TYPE_CHECKING:
    from optuna.trial import Trial

# SageMaker's words (HyperParameterTuningJobConfig).
STRATEGIES = ("Bayesian", "Random", "Hyperband", "Grid")
SCALINGS = ("Auto", "Linear", "Logarithmic", "ReverseLogarithmic")
# SageMaker's words, and Optuna's.
DIRECTIONS: Mapping[str, Literal["maximize", "minimize"]] = {
    "Maximize": "maximize",
    "Minimize": "minimize",
}

# SageMaker's quota of trainings of one tuning job ("Resource Limits for Automatic Model Tuning").
MOST_JOBS = 750


@dataclass(frozen=True)
class Parameter:
    """One hyperparameter that is searched.

    Attributes:
        name: As train knows it.
        type: "Continuous", "Integer" or "Categorical".
        minimum: Smallest value of a number.
        maximum: Largest value of a number.
        scaling: Where values lie closer: "Logarithmic" near the minimum, "ReverseLogarithmic" (of
            numbers below 1) near the maximum; "Auto" and "Linear" are uniform.
        values: Of a categorical one, as texts.
    """

    name: str
    type: str
    minimum: float = 0.0
    maximum: float = 0.0
    scaling: str = "Auto"
    values: tuple[str, ...] = ()

    def suggest(self, trial: Trial) -> str:
        """Return the value for a trial, as the text that train reads."""
        if self.type == "Categorical":
            return str(trial.suggest_categorical(self.name, self.values))
        logarithmic = self.scaling == "Logarithmic"
        if self.type == "Integer":
            low, high = int(self.minimum), int(self.maximum)
            return str(trial.suggest_int(self.name, low, high, log=logarithmic))
        if self.scaling == "ReverseLogarithmic":
            rest = trial.suggest_float(self.name, 1 - self.maximum, 1 - self.minimum, log=True)
            return repr(1 - rest)
        return repr(trial.suggest_float(self.name, self.minimum, self.maximum, log=logarithmic))


@dataclass(frozen=True)
class Space:
    """What is searched, how, and for what.

    Attributes:
        strategy: "Bayesian", "Random", "Hyperband" or "Grid" (of categorical parameters).
        metric: Name as train prints it, e.g. "validation_accuracy".
        type: "Maximize" or "Minimize".
        max_jobs: Trials in all.
        max_parallel_jobs: Trials at a time.
        early_stopping: "Auto" stops trials that lag behind the median, "Off" lets all finish.
        seed: Of the search.
        parameters: What is searched; all others stay as they are.
    """

    strategy: str
    metric: str
    type: str
    max_jobs: int
    max_parallel_jobs: int
    early_stopping: str
    seed: int
    parameters: tuple[Parameter, ...]

    def grid(self) -> list[dict[str, str]]:
        """Return all combinations of a grid, in the order of the parameters."""
        names = [parameter.name for parameter in self.parameters]
        rows = itertools.product(*(parameter.values for parameter in self.parameters))
        return [dict(zip(names, row, strict=True)) for row in rows]


def read_space(file: Path) -> Space:
    """Read the key `tuning` of a settings.json.

    Raises:
        TuningError: There is none.
        SettingsError: It cannot be searched; all problems at once.
    """
    written = read_settings(file, "tuning")
    if written is None:
        raise TuningError(
            "tuning-absent",
            f'{file} has no "tuning".',
            "It says which hyperparameters are searched, between which bounds.",
            "Add models.<name>.tuning to wa-ml.json, then run npx projen.",
        )
    objective = written.get("objective")
    objective = objective if isinstance(objective, dict) else {}
    space = Space(
        strategy=written.get("strategy", "Bayesian"),
        metric=objective.get("metric", ""),
        type=objective.get("type", "Maximize"),
        max_jobs=written.get("maxJobs", 20),
        max_parallel_jobs=written.get("maxParallelJobs", 1),
        early_stopping=written.get("earlyStopping", "Off"),
        seed=written.get("seed", 17),
        parameters=(),
    )
    problems = _problems(space)
    parameters = []
    entries = written.get("parameters")
    if not isinstance(entries, dict) or not entries:
        problems.append("parameters holds nothing to search")
        entries = {}
    for name, entry in entries.items():
        try:
            parameters.append(_parameter(name, entry))
        except (ValueError, KeyError, TypeError) as error:
            problems.append(f"{name}: {json.dumps(entry)} is no range ({error})")
    if space.strategy == "Grid" and any(one.type != "Categorical" for one in parameters):
        problems.append("a Grid takes Categorical parameters only")
    if problems:
        raise settings_refused(file, "tuning", problems)
    return Space(**{**vars(space), "parameters": tuple(parameters)})


def _problems(space: Space) -> list[str]:
    problems = []
    for name, value, known in (
        ("strategy", space.strategy, STRATEGIES),
        ("objective.type", space.type, tuple(DIRECTIONS)),
        ("earlyStopping", space.early_stopping, ("Off", "Auto")),
    ):
        if value not in known:
            problems.append(f"{name} is {value!r}, not one of {', '.join(known)}")
    if not isinstance(space.metric, str) or not space.metric:
        problems.append("objective.metric is not the name of a metric")
    for name, number in (("maxJobs", space.max_jobs), ("maxParallelJobs", space.max_parallel_jobs)):
        if not isinstance(number, int) or not 1 <= number <= MOST_JOBS:
            problems.append(f"{name} is {number!r}, not between 1 and {MOST_JOBS}")
    return problems


def _parameter(name: str, entry: Mapping[str, Any]) -> Parameter:
    kind, scaling = entry["type"], entry.get("scaling", "Auto")
    if kind == "Categorical":
        values = tuple(entry["values"])
        if not values or not all(isinstance(value, str) for value in values):
            raise ValueError("values are texts, one at least")
        return Parameter(name, kind, values=values)
    if kind not in ("Continuous", "Integer"):
        raise ValueError("type is Continuous, Integer or Categorical")
    low, high = entry["min"], entry["max"]
    if not low < high:
        raise ValueError("min is not below max")
    if scaling not in SCALINGS:
        raise ValueError(f"scaling is one of {', '.join(SCALINGS)}")
    if scaling == "Logarithmic" and low <= 0:
        raise ValueError("a logarithmic scale begins above 0")
    if scaling == "ReverseLogarithmic" and not (kind == "Continuous" and 0 <= low < high < 1):
        raise ValueError("a reverse logarithmic scale lies in 0 to 1, and holds no whole numbers")
    return Parameter(name, kind, low, high, scaling)
