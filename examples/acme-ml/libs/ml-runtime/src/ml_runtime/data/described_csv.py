"""A CSV file read by the description in columns.json, which `--data FILE --target COLUMN` seeds."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from ..errors import DataError
from ..schema import Column, ColumnType, Task
from ..tables import Columns, read_csv, take_rows
from .dataset import Dataset, observed_range

# What columns.json calls a type, and what the schema does.
COLUMN_TYPES: dict[str, ColumnType] = {
    "float": "double",
    "integer": "long",
    "boolean": "boolean",
    "string": "string",
    "text": "string",
}


@dataclass(frozen=True)
class Description:
    """What a columns.json says.

    Attributes:
        file: The data file.
        inputs: The columns in use but the target, without ranges (those are in the data).
        target: Name of the column to predict.
        task: "classification" or "regression".
        target_unit: Unit of the target, or None.
    """

    file: Path
    inputs: tuple[Column, ...]
    target: str
    task: Task
    target_unit: str | None


def read_description(file: Path) -> Description:
    """Read a columns.json; it needs no data.

    Keys: file (relative to the description), target, task, columns. Keys of a column: name, type
    (float, integer, boolean, string for a category, text), missing (count of missing values; with
    any, a served value may be missing too), categories, maxLength of a text in characters, unit,
    use (false: ignored).

    Raises:
        DataError: The description is absent or malformed.
    """
    try:
        content = json.loads(file.read_text("utf-8"))
        target, task = str(content["target"]), cast(Task, content["task"])
        listed = [_column(entry) for entry in content["columns"] if entry.get("use", True)]
        unit = {entry["name"]: entry.get("unit") for entry in content["columns"]}.get(target)
        if task not in ("classification", "regression"):
            raise ValueError(f'the task is "{task}", not classification or regression')
        inputs = tuple(column for column in listed if column.name != target)
        return Description(file.parent / content["file"], inputs, target, task, unit)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            "description-unreadable",
            f"The column description {file} cannot be read:",
            f"{type(error).__name__}: {error}.",
            "Restore the file from Git or correct it.",
        ) from error


def read_described_csv(description: Path) -> Dataset:
    """Read the data set that a columns.json describes; rows without a target are left out.

    Where SM_CHANNEL_RAW names a folder, the data file is looked for in it, by its name alone;
    without one, all Parquet files below it are read: a version of the data, from the data pipeline.

    Raises:
        DataError: The description or the data file is absent or malformed.
    """
    told = read_description(description)
    # In a container the data is no part of the image: it comes as the channel "raw".
    raw = os.environ.get("SM_CHANNEL_RAW")
    parts: list[Path] = []
    if raw is not None:
        told = replace(told, file=Path(raw) / told.file.name)
        parts = [] if told.file.is_file() else sorted(Path(raw).rglob("*.parquet"))
    if not parts and not told.file.is_file():
        raise DataError(
            "data-file-absent",
            f"There is no data file {told.file}.",
            "Data files are ignored by Git, so a fresh clone does not have them.",
            f'Copy it there, or change "file" in {description}.',
        )
    target_type: ColumnType = "string" if told.task == "classification" else "double"
    wanted = [*told.inputs, Column(told.target, target_type, required=False)]
    columns = _read_parquet(parts, wanted) if parts else read_csv(told.file, wanted)
    targets = columns[told.target]
    kept = np.array([value is not None and value == value for value in targets], dtype=bool)
    columns = take_rows(columns, np.flatnonzero(kept))
    labels = tuple(sorted(set(columns[told.target]))) if told.task == "classification" else ()
    return Dataset(
        columns=columns,
        inputs=tuple(
            column
            if column.type == "string"
            else replace(column, range=observed_range(columns[column.name]))
            for column in told.inputs
        ),
        target=told.target,
        task=told.task,
        classes=labels,
        source=f"{told.file.name}, described by {description.name}",
        target_unit=told.target_unit,
    )


def _read_parquet(files: list[Path], wanted: list[Column]) -> Columns:
    import pyarrow
    import pyarrow.parquet

    from .arrow_tables import columns_from_arrow

    # Not as one data set: folders such as ingest=... would become columns.
    tables = [pyarrow.parquet.ParquetFile(file).read() for file in files]
    return columns_from_arrow(pyarrow.concat_tables(tables), wanted, f"{len(files)} Parquet files")


def _column(entry: dict[str, Any]) -> Column:
    kind = COLUMN_TYPES[entry["type"]]
    categories = entry.get("categories")
    return Column(
        name=str(entry["name"]),
        type=kind,
        required=not entry.get("missing", 0),
        unit=entry.get("unit"),
        categories=tuple(map(str, categories or ())) if entry["type"] == "string" else None,
        max_length=int(entry["maxLength"]) if entry["type"] == "text" else None,
    )
