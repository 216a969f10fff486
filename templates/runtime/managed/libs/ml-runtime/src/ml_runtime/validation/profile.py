"""A profile: what a channel looks like, small enough to be committed, without any row of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..schema import Column, Schema
from ..tables import Columns, row_count
from .neighbours import LabelTrust, label_trust

# Of the file's form; a reader refuses a newer one.
PROFILE_VERSION = 1

# Numbers are kept as their percentiles: a distribution function with steps of 0.01.
LEVELS = np.linspace(0.0, 1.0, 101)

# Rank correlations are kept for this many columns at most: their number grows with the square.
CORRELATED_COLUMNS = 100


@dataclass(frozen=True)
class Profile:
    """What is compared. All shares are fractions of 1.

    Attributes:
        rows: Number of rows.
        data_sha256: Digest of the channel's files.
        kinds: Column name to type, the target among them.
        classes: Labels of a classification; empty for a regression.
        duplicates: Share of rows that repeat an earlier one, target included.
        missing: Column to share of missing values.
        percentiles: What is measured (see `measures`) to its 101 percentiles; empty where all is
            missing.
        counts: Category column (and the target of a classification) to counts of its values.
        correlations: "a|b" to Spearman's rank correlation of two of these.
        labels: How far labels agree with those of their nearest neighbours, or None where there
            are no columns to measure distance with.
    """

    rows: int
    data_sha256: str
    kinds: dict[str, str]
    classes: tuple[str, ...]
    duplicates: float
    missing: dict[str, float]
    percentiles: dict[str, list[float]]
    counts: dict[str, dict[str, int]]
    correlations: dict[str, float]
    labels: LabelTrust | None

    def write(self, file: Path) -> None:
        """Write the profile as JSON.

        Raises:
            OSError: The file cannot be written.
        """
        content = {
            "profileVersion": PROFILE_VERSION,
            "rows": self.rows,
            "dataSha256": self.data_sha256,
            "kinds": self.kinds,
            "classes": list(self.classes),
            "duplicates": self.duplicates,
            "missing": self.missing,
            "percentiles": self.percentiles,
            "counts": self.counts,
            "correlations": self.correlations,
            "labels": None if self.labels is None else self.labels.to_json(),
        }
        file.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", "utf-8")


def read_profile(file: Path) -> Profile:
    """Read a profile that `Profile.write` wrote.

    Raises:
        DataError: It is malformed, or of a newer version.
    """
    try:
        content = json.loads(file.read_text("utf-8"))
        if content["profileVersion"] > PROFILE_VERSION:
            raise ValueError(f"profileVersion {content['profileVersion']} is newer than ours")
        labels = content["labels"]
        return Profile(
            rows=int(content["rows"]),
            data_sha256=str(content["dataSha256"]),
            kinds=dict(content["kinds"]),
            classes=tuple(content["classes"]),
            duplicates=float(content["duplicates"]),
            missing=dict(content["missing"]),
            percentiles=dict(content["percentiles"]),
            counts=dict(content["counts"]),
            correlations=dict(content["correlations"]),
            labels=None if labels is None else LabelTrust.from_json(labels),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            "profile-unreadable",
            f"The trusted baseline {file} cannot be read:",
            f"{type(error).__name__}: {error}.",
            "Restore it from Git, or write a new one with --trust.",
        ) from error


def make_profile(table: Columns, schema: Schema, data_sha256: str) -> Profile:
    """Return the profile of a channel.

    Args:
        table: Inputs and target.
        schema: Their description.
        data_sha256: Digest of the channel's files.
    """
    columns = [*schema.inputs, schema.target_column]
    numbers = measures(table, schema)
    text = [column for column in columns if _is_category(column, schema)]
    return Profile(
        rows=row_count(table),
        data_sha256=data_sha256,
        kinds={column.name: column.type for column in columns},
        classes=schema.classes,
        duplicates=_duplicates(table),
        missing={column.name: float(is_missing(table[column.name]).mean()) for column in columns},
        percentiles={name: _percentiles(values) for name, values in numbers.items()},
        counts={column.name: _counts(table[column.name]) for column in text},
        correlations=_correlations(numbers),
        labels=label_trust(table, schema),
    )


def measures(table: Columns, schema: Schema) -> Columns:
    """Return what can be measured of every row, each float64 [rows] with NaN for missing.

    Numbers are themselves. An array (an image) has a mean and a deviation, a free text a length.
    """
    found: Columns = {}
    for column in [*schema.inputs, schema.target_column]:
        values = table[column.name]
        if values.ndim > 1:
            flat = values.reshape(len(values), -1)
            found[f"{column.name} (mean)"] = flat.mean(axis=1, dtype=np.float64)
            found[f"{column.name} (deviation)"] = flat.std(axis=1, dtype=np.float64)
        elif column.type != "string":
            found[column.name] = values
        elif not _is_category(column, schema):
            lengths = [np.nan if value is None else float(len(value)) for value in values]
            found[f"{column.name} (length)"] = np.array(lengths)
    return found


def is_missing(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which values of a column are missing, in its shape."""
    if values.dtype == object:
        return np.array([value is None for value in values], dtype=np.bool_)
    missing: NDArray[np.bool_] = np.isnan(values)
    return missing


def _is_category(column: Column, schema: Schema) -> bool:
    return column.type == "string" and (
        column.categories is not None or column.name == schema.target
    )


def _duplicates(table: Columns) -> float:
    texts = [
        [repr(one) for one in values.tolist()]
        if values.ndim == 1
        else [one.tobytes().hex() for one in values]
        for values in table.values()
    ]
    rows = list(zip(*texts, strict=True))
    return 1 - len(set(rows)) / len(rows)


def _percentiles(values: NDArray[Any]) -> list[float]:
    present = values[~np.isnan(values)]
    if not len(present):
        return []
    return [float(value) for value in np.quantile(present, LEVELS, method="inverted_cdf")]


def _counts(values: NDArray[Any]) -> dict[str, int]:
    names, counts = np.unique([str(v) for v in values if v is not None], return_counts=True)
    return {str(name): int(count) for name, count in zip(names, counts, strict=True)}


def _correlations(table: Columns) -> dict[str, float]:
    from scipy.stats import rankdata

    names = [name for name, values in table.items() if _varies(values)][:CORRELATED_COLUMNS]
    if len(names) < 2:
        return {}
    ranks = np.stack([rankdata(_filled(table[name])) for name in names])
    matrix = np.corrcoef(ranks)
    return {
        f"{names[a]}|{names[b]}": round(float(matrix[a, b]), 4)
        for a in range(len(names))
        for b in range(a + 1, len(names))
    }


# A column that has one value this often (or oftener) says too little for ranks and outliers.
CONSTANT_SHARE = 0.9


def is_nearly_constant(percentiles: list[float]) -> bool:
    """Return whether one value makes up 90 % of a column, by its percentiles."""
    return bool(np.unique(percentiles, return_counts=True)[1].max() > CONSTANT_SHARE * len(LEVELS))


def _varies(values: NDArray[Any]) -> bool:
    percentiles = _percentiles(values)
    return bool(percentiles) and not is_nearly_constant(percentiles)


def _filled(values: NDArray[Any]) -> NDArray[Any]:
    return np.where(np.isnan(values), np.nanmedian(values), values)
