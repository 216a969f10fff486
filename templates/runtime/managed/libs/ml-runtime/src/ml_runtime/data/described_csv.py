"""A CSV file read by the description in columns.json, which `--data FILE --target COLUMN` seeds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from ..errors import DataError
from ..schema import Column, ColumnType, Task
from ..tables import read_csv, take_rows
from .dataset import Dataset, observed_range

COLUMN_TYPES: dict[str, ColumnType] = {
    "float": "double",
    "integer": "long",
    "boolean": "boolean",
    "string": "string",
}


def read_described_csv(description: Path) -> Dataset:
    """Read the data set that a columns.json describes.

    Columns with `"use": false` are ignored, rows without a target are left out. `file` is relative
    to the description. Keys of a column: name, type (float, integer, boolean, string), missing
    (count of missing values; with any, the served value may be missing too), categories, unit.

    Raises:
        DataError: The description or the data file is absent or malformed.
    """
    try:
        content = json.loads(description.read_text("utf-8"))
        file = description.parent / content["file"]
        target, task = str(content["target"]), cast(Task, content["task"])
        listed = [_column(entry) for entry in content["columns"] if entry.get("use", True)]
        unit = {entry["name"]: entry.get("unit") for entry in content["columns"]}.get(target)
        if task not in ("classification", "regression"):
            raise ValueError(f'the task is "{task}", not classification or regression')
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            "description-unreadable",
            f"The column description {description} cannot be read:",
            f"{type(error).__name__}: {error}.",
            "Restore the file from Git or correct it.",
        ) from error
    if not file.is_file():
        raise DataError(
            "data-file-absent",
            f"There is no data file {file}.",
            "Data files are ignored by Git, so a fresh clone does not have them.",
            f'Copy it there, or change "file" in {description}.',
        )
    inputs = [column for column in listed if column.name != target]
    target_type: ColumnType = "string" if task == "classification" else "double"
    columns = read_csv(file, [*inputs, Column(target, target_type, required=False)])
    kept = np.array([value is not None and value == value for value in columns[target]], dtype=bool)
    columns = take_rows(columns, np.flatnonzero(kept))
    return Dataset(
        columns=columns,
        inputs=tuple(
            column
            if column.type == "string"
            else replace(column, range=observed_range(columns[column.name]))
            for column in inputs
        ),
        target=target,
        task=task,
        classes=tuple(sorted(set(columns[target]))) if task == "classification" else (),
        source=f"{content['file']} (columns.json)",
        target_unit=unit,
    )


def _column(entry: dict[str, Any]) -> Column:
    kind = COLUMN_TYPES[entry["type"]]
    categories = entry.get("categories")
    return Column(
        name=str(entry["name"]),
        type=kind,
        required=not entry.get("missing", 0),
        unit=entry.get("unit"),
        categories=tuple(map(str, categories or ())) if kind == "string" else None,
    )
