"""What each row is held against; pure functions over frames."""

from __future__ import annotations

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as f

from .contract import MISSING, WRITTEN, Column, Contract
from .delivered import CORRUPT, quoted

REASONS = "_reasons"


def without_missing(frame: DataFrame, contract: Contract) -> DataFrame:
    """Return the texts trimmed, with null for every spelling of "no value"."""
    trimmed = {column.name: f.trim(f.col(quoted(column.name))) for column in contract.columns}
    values = {name: f.when(~f.lower(text).isin(*MISSING), text) for name, text in trimmed.items()}
    return frame.select([value.alias(name) for name, value in values.items()] + [f.col(CORRUPT)])


def with_reasons(frame: DataFrame, contract: Contract) -> DataFrame:
    """Add the column _reasons: why a row is rejected, as an array of texts; empty for a good row.

    Args:
        frame: Texts, as `without_missing` gives them.
        contract: What they have to be like.
    """
    reasons = [f.when(f.col(CORRUPT).isNotNull(), f.lit("the line cannot be read"))]
    for column in contract.columns:
        reasons += _reasons_of(column)
    return frame.withColumn(REASONS, f.array_compact(f.array(*reasons)))


def typed(frame: DataFrame, contract: Contract) -> DataFrame:
    """Return the columns of the contract in its types; for rows without reasons."""
    return frame.select([_typed(column).alias(column.name) for column in contract.columns])


def duplicate_count(frame: DataFrame, contract: Contract) -> int:
    """Return how many rows repeat the key of another one."""
    distinct = frame.select([f.col(quoted(name)) for name in contract.key]).distinct().count()
    return frame.count() - distinct


def deduplicated(frame: DataFrame, contract: Contract) -> DataFrame:
    """Return one row for each key.

    The one with the largest `latest_by`, and among equals always the same one, whatever the order
    in which Spark meets them.
    """
    if not contract.unique_key:
        return frame.distinct()
    latest = [f.col(quoted(contract.latest_by)).desc_nulls_last()] if contract.latest_by else []
    ties = f.xxhash64(*[f.col(quoted(name)) for name in frame.columns])
    window = Window.partitionBy([f.col(quoted(name)) for name in contract.key])
    ranked = frame.withColumn("_rank", f.row_number().over(window.orderBy(*latest, ties)))
    return ranked.where(f.col("_rank") == 1).drop("_rank")


def _typed(column: Column) -> Expression:
    return f.col(quoted(column.name)).cast(column.type)


def _reasons_of(column: Column) -> list[Expression]:
    text, value = f.col(quoted(column.name)), _typed(column)
    said = f.lit(f"{column.name}: ")

    def reason(condition: Expression, what: str) -> Expression:
        return f.when(condition, f.concat(said, f.lit(what)))

    found = []
    if not column.nullable and column.required:
        found.append(reason(text.isNull(), "no value"))
    if column.type in WRITTEN:
        is_wrong = text.isNotNull() & (~text.rlike(WRITTEN[column.type]) | value.isNull())
        found.append(reason(is_wrong, f"no {column.type}"))
    if column.minimum is not None:
        found.append(reason(value < f.lit(column.minimum), f"below {column.minimum:g}"))
    if column.maximum is not None:
        found.append(reason(value > f.lit(column.maximum), f"above {column.maximum:g}"))
    if column.allowed:
        found.append(reason(~text.isin(*column.allowed), "not one of the allowed values"))
    return found
