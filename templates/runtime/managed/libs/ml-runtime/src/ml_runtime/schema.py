"""The schema that training records in model/schema.json and serving validates against.

Its inputs and outputs have the shape of an MLflow signature (name, type, required; types boolean,
long, double, string, and tensor with its tensor-spec), with units, ranges, categories, the longest
text and the missing-value policy added.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from .errors import DataError

# Of the file's form; a reader refuses a newer one.
SCHEMA_VERSION = 1

# MLflow's names of types; "long" and "double" are whole and real numbers of 64 bits.
ColumnType = Literal["boolean", "long", "double", "string", "tensor"]
ElementType = Literal["uint8", "int64", "float32"]
Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class Column:
    """One input of the model.

    Attributes:
        name: As in the data and in requests.
        type: "string" columns carry categories or text; a "tensor" is an array of one shape in
            every row (an image); the others are numbers (booleans are 0 and 1).
        required: False lets the value be missing: a number is then imputed with the median of the
            train split, a category falls into the reserved index 0.
        unit: Unit of measurement, or None where it is unknown or there is none.
        range: Smallest and largest value seen in the data, in the column's unit.
        categories: The vocabulary, in index order from 1; 0 is reserved for all other values.
        max_length: Most characters (Unicode code points) of a text, a string without categories.
        dtype: Type of a tensor's elements.
        shape: Shape of one row's tensor, every size at least 1.
    """

    name: str
    type: ColumnType = "double"
    required: bool = True
    unit: str | None = None
    range: tuple[float, float] | None = None
    categories: tuple[str, ...] | None = None
    max_length: int | None = None
    dtype: ElementType | None = None
    shape: tuple[int, ...] | None = None

    @property
    def is_text(self) -> bool:
        """True for free text: a string of which `max_length` is known, and no categories."""
        return self.type == "string" and self.max_length is not None

    @property
    def cells(self) -> tuple[str, ...]:
        """Names of the column's cells in a CSV file; a tensor has one for each element, C order."""
        if self.shape is None:
            return (self.name,)
        return tuple(f"{self.name}_{index}" for index in range(math.prod(self.shape)))

    @cached_property
    def category_index(self) -> dict[str, int]:
        """Category to index, from 1; an unknown category is not in it (use 0)."""
        return {category: index for index, category in enumerate(self.categories or (), start=1)}

    def to_json(self) -> dict[str, Any]:
        """Return the column as it is written to schema.json."""
        missing = "impute-median"
        if self.is_text:
            missing = "empty-text"
        elif self.categories is not None:
            missing = "reserved-category"
        entry: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "required": self.required,
            "missing": "refuse" if self.required else missing,
        }
        if self.shape is not None:
            entry["tensor-spec"] = {"dtype": self.dtype, "shape": [-1, *self.shape]}
        if self.max_length is not None:
            entry["maxLength"] = self.max_length
        if self.unit is not None:
            entry["unit"] = self.unit
        if self.range is not None:
            entry["range"] = list(self.range)
        if self.categories is not None:
            entry |= {"categories": list(self.categories), "unknown": "reserved-category"}
        return entry


@dataclass(frozen=True)
class Schema:
    """What a model takes and gives.

    Attributes:
        task: "classification" (a label of `classes`) or "regression" (a number).
        target: Name of the column that is predicted; never an input.
        classes: Labels in the order of the model's outputs; empty for regression.
        inputs: In the order of the columns of positional rows.
        flavour: Kind of model that was trained; empty in a channel.
        source: Where the data comes from, for people.
        target_unit: Unit of a regression's prediction.
    """

    task: Task
    target: str
    classes: tuple[str, ...]
    inputs: tuple[Column, ...]
    flavour: str = ""
    source: str = ""
    target_unit: str | None = None

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs in order."""
        return tuple(column.name for column in self.inputs)

    @cached_property
    def class_index(self) -> dict[str, int]:
        """Label to index, from 0, in the order of the model's outputs."""
        return {label: index for index, label in enumerate(self.classes)}

    def target_numbers(self, column: NDArray[Any]) -> NDArray[Any]:
        """Return the target column as numbers, [rows]: int64 class indices, or float64 values.

        Raises:
            DataError: It holds labels that are no classes.
        """
        if self.task == "regression":
            return column.astype(np.float64)
        index = self.class_index
        if unknown := sorted({str(label) for label in column} - set(index)):
            raise DataError(
                "label-unknown",
                f"A channel holds labels that are no classes: {', '.join(unknown[:5])}.",
                f"The classes are {', '.join(self.classes)}.",
                "Run prepare again, or correct the channel.",
            )
        return np.array([index[label] for label in column], dtype=np.int64)

    @property
    def target_column(self) -> Column:
        """The target as a column: text for classification, a number for regression."""
        return Column(self.target, "string" if self.task == "classification" else "double")

    def to_json(self) -> dict[str, Any]:
        """Return the content of schema.json."""
        value = {"name": "value", "type": "double", "required": True}
        label = {"name": "label", "type": "string", "required": True}
        share = {"type": "double", "required": True, "range": [0.0, 1.0]}
        properties = dict.fromkeys(self.classes, share)
        return {
            "schemaVersion": SCHEMA_VERSION,
            "flavour": self.flavour,
            "task": self.task,
            "target": {"name": self.target, "unit": self.target_unit},
            "classes": list(self.classes),
            "inputs": [column.to_json() for column in self.inputs],
            "outputs": [value if self.target_unit is None else value | {"unit": self.target_unit}]
            if self.task == "regression"
            else [
                label | {"categories": list(self.classes)},
                {
                    "name": "probabilities",
                    "type": "object",
                    "required": True,
                    "properties": properties,
                },
            ],
            "source": self.source,
        }

    def write(self, file: Path) -> None:
        """Write the schema as indented JSON.

        Raises:
            OSError: The file cannot be written.
            ValueError: A range is not finite.
        """
        text = json.dumps(self.to_json(), indent=2, ensure_ascii=False, allow_nan=False)
        file.write_text(text + "\n", "utf-8")


def read_schema(file: Path) -> Schema:
    """Read a schema that `Schema.write` wrote.

    Raises:
        DataError: The file is absent, malformed or of a newer version.
    """
    try:
        content = json.loads(file.read_text("utf-8"))
        if content["schemaVersion"] > SCHEMA_VERSION:
            raise ValueError(f"schemaVersion {content['schemaVersion']} is newer than ours")
        return Schema(
            task=cast(Task, content["task"]),
            target=content["target"]["name"],
            classes=tuple(content["classes"]),
            inputs=tuple(_column(entry) for entry in content["inputs"]),
            flavour=content["flavour"],
            source=content["source"],
            target_unit=content["target"]["unit"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            "schema-unreadable",
            f"The schema {file} cannot be read:",
            f"{type(error).__name__}: {error}.",
            "Run prepare (for a channel) or train (for a model) to write it.",
        ) from error


def _column(entry: dict[str, Any]) -> Column:
    limits, categories = entry.get("range"), entry.get("categories")
    tensor = entry.get("tensor-spec", {})
    return Column(
        name=entry["name"],
        type=entry["type"],
        required=entry["required"],
        unit=entry.get("unit"),
        range=None if limits is None else (limits[0], limits[1]),
        categories=None if categories is None else tuple(categories),
        max_length=entry.get("maxLength"),
        dtype=tensor.get("dtype"),
        shape=tuple(tensor["shape"][1:]) if tensor else None,
    )
