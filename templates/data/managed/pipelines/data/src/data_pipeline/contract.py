"""What the deliveries of a dataset have to be like: contracts/<dataset>.json."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyspark.sql import types

from .errors import DataPipelineError

# Types of columns, in the words of Glue's catalogue. How each is written as text; Spark alone would
# read "1.5" as the int 1 and "2020" as a date.
SPARK_TYPES: dict[str, types.DataType] = {
    "string": types.StringType(),
    "int": types.IntegerType(),
    "bigint": types.LongType(),
    "double": types.DoubleType(),
    "boolean": types.BooleanType(),
    "date": types.DateType(),
    "timestamp": types.TimestampType(),
}
WRITTEN: dict[str, str] = {
    "int": r"^[+-]?\d+$",
    "bigint": r"^[+-]?\d+$",
    "double": r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$",
    "boolean": r"^(?i:true|false)$",
    "date": r"^\d{4}-\d{2}-\d{2}$",
    "timestamp": r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$",
}
# Spellings of "no value"; ml_runtime reads the same ones.
MISSING = ("", "na", "nan", "null")


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: As it stands in the header.
        type: A key of SPARK_TYPES.
        required: Whether a file without it is refused.
        nullable: Whether a row may lack a value.
        max_null_share: Of a nullable column: largest share of nulls in a delivery, 0 to 1.
        minimum: Smallest number, or None.
        maximum: Largest number, or None.
        allowed: The only texts that are let through; () for any.
        pii: Whether it is personal data, which training does not get.
    """

    name: str
    type: str
    required: bool = True
    nullable: bool = False
    max_null_share: float = 1.0
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] = ()
    pii: bool = False


@dataclass(frozen=True)
class Contract:
    """What the deliveries of a dataset have to be like.

    Attributes:
        columns: All columns that are kept; others are left out.
        unique_key: Columns that together name a row; () where whole rows are compared.
        latest_by: Of rows with one key the one with the largest value here is kept; None for any.
        max_rejected_share: Largest share of broken rows in a delivery, 0 to 1.
        max_duplicate_share: Largest share of repeated rows in a delivery, 0 to 1.
    """

    columns: tuple[Column, ...]
    unique_key: tuple[str, ...] = ()
    latest_by: str | None = None
    max_rejected_share: float = 0.01
    max_duplicate_share: float = 0.05

    @property
    def key(self) -> tuple[str, ...]:
        """Return the columns that tell rows apart."""
        return self.unique_key or tuple(column.name for column in self.columns)

    @property
    def kept(self) -> tuple[Column, ...]:
        """Return the columns that training gets."""
        return tuple(column for column in self.columns if not column.pii)

    def schema(self) -> types.StructType:
        """Return the columns as Spark types them."""
        return types.StructType(
            [types.StructField(column.name, SPARK_TYPES[column.type]) for column in self.columns]
        )


def read_contract(text: str, place: str) -> Contract:
    """Read a contract.

    Args:
        text: JSON, as contracts/<dataset>.json holds it.
        place: Where it lies, for people.

    Raises:
        DataPipelineError: It is malformed, names an unknown type, or a key that is no column.
    """
    try:
        content: dict[str, Any] = json.loads(text)
        columns = tuple(_column(entry) for entry in content["columns"])
        names = [column.name for column in columns]
        contract = Contract(
            columns,
            tuple(content.get("uniqueKey", ())),
            content.get("latestBy"),
            float(content.get("maxRejectedShare", Contract.max_rejected_share)),
            float(content.get("maxDuplicateShare", Contract.max_duplicate_share)),
        )
        named = [*contract.unique_key, *([contract.latest_by] if contract.latest_by else [])]
        if absent := [name for name in named if name not in names]:
            raise ValueError(f"no column is named {', '.join(absent)}")
        if not contract.kept:
            raise ValueError("no column is left for training")
        return contract
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataPipelineError(
            "contract-invalid",
            f"{place} is no contract of data:",
            f"{type(error).__name__}: {error}.",
            "Mend it; README.md lists what it may say.",
        ) from error


def _column(entry: dict[str, Any]) -> Column:
    if entry["type"] not in SPARK_TYPES:
        raise ValueError(
            f'{entry["name"]} has the type "{entry["type"]}", not one of {", ".join(SPARK_TYPES)}'
        )
    number: Callable[[Any], float | None] = lambda value: None if value is None else float(value)  # noqa: E731
    return Column(
        name=str(entry["name"]),
        type=str(entry["type"]),
        required=bool(entry.get("required", True)),
        nullable=bool(entry.get("nullable", False)),
        max_null_share=float(entry.get("maxNullShare", 1)),
        minimum=number(entry.get("minimum")),
        maximum=number(entry.get("maximum")),
        allowed=tuple(entry.get("allowed", ())),
        pii=bool(entry.get("pii", False)),
    )
