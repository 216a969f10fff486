"""What a model's `data.load()` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, joined
from ..schema import Column, Schema, Task
from ..tables import Columns


@dataclass(frozen=True)
class Dataset:
    """All rows of a data set, inputs and target.

    Attributes:
        columns: Every input and the target. Inputs of type string, and the target of a
            classification, hold str (None for missing); tensors their dtype, [rows, ...]; all
            others float64 (NaN for missing).
        inputs: Descriptions of the inputs, in the order of the model's inputs.
        target: Name of the column to predict; it has no missing values.
        task: "classification" or "regression".
        classes: Labels in output order (the last is the positive one of two); () for regression.
        source: Where the data comes from, for people.
        target_unit: Unit of a regression's target.

    Raises:
        DataError: The description and the columns disagree; all problems at once.
    """

    columns: Columns
    inputs: tuple[Column, ...]
    target: str
    task: Task
    classes: tuple[str, ...] = ()
    source: str = ""
    target_unit: str | None = None

    def __post_init__(self) -> None:
        names = [column.name for column in self.inputs]
        problems = [f'column "{name}" is absent' for name in names if name not in self.columns]
        problems += [
            f'input "{name}" is listed twice' for name in set(names) if names.count(name) > 1
        ]
        if self.target not in self.columns:
            problems.append(f'the target "{self.target}" is absent')
        if self.target in names:
            problems.append(f'the target "{self.target}" is also an input')
        if not names:
            problems.append("there are no inputs")
        problems += [
            f'input "{column.name}" is text without categories or a longest length'
            for column in self.inputs
            if column.type == "string" and not (column.categories or column.is_text)
        ]
        if len({len(values) for values in self.columns.values()}) > 1:
            problems.append("the columns differ in length")
        if self.task == "classification":
            problems += self._class_problems()
        if problems:
            raise DataError(
                "dataset-inconsistent",
                "The data set does not fit its description:",
                joined(problems),
                "Correct what data.py returns.",
            )

    def _class_problems(self) -> list[str]:
        if len(self.classes) < 2:
            return [f"a classification needs at least 2 classes, not {len(self.classes)}"]
        found = set(self.columns.get(self.target, np.array([], dtype=object)))
        return [f'the label "{label}" is not a class' for label in found - set(self.classes)]

    def schema(self) -> Schema:
        """Return the schema of this data; training adds the flavour."""
        return Schema(
            task=self.task,
            target=self.target,
            classes=self.classes,
            inputs=self.inputs,
            source=self.source,
            target_unit=self.target_unit,
        )


def observed_range(values: NDArray[Any]) -> tuple[float, float] | None:
    """Return the smallest and largest number of a column, or None where all are missing.

    Args:
        values: Shape [rows], NaN for missing.
    """
    present = values[~np.isnan(values)]
    return (float(present.min()), float(present.max())) if len(present) else None
