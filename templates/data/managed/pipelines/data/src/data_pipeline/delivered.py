"""Reads what was delivered as text, so that every wrong value can be named."""

from __future__ import annotations

import csv
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession, types
from pyspark.sql import functions as f

from .errors import DataPipelineError
from .files import Files

CORRUPT = "_corrupt_record"


def read_delivered(spark: SparkSession, folder: str, file_format: str) -> list[DataFrame]:
    """Return the rows below a folder, every value a text; one frame for each set of columns.

    Files with other headers are read by themselves: Spark would take the first file's header for
    all and put values under wrong names. A line that cannot be read stands in _corrupt_record.

    Args:
        spark: The session.
        folder: raw/<dataset>/ingest=<id>.
        file_format: "csv" with a header line, or "json" with one object a line.

    Raises:
        DataPipelineError: The folder holds no file.
    """
    files = Files(spark)
    paths = files.below(folder)
    if not paths:
        raise DataPipelineError(
            "delivery-empty",
            f"There is no file below {folder}.",
            "The marker _SUCCESS says that a delivery is complete.",
            "Deliver the files first and the marker last.",
        )
    if file_format == "json":
        return [_texts(spark.read.option("primitivesAsString", True).json(paths))]
    by_header: dict[str, list[str]] = {}
    for path in paths:
        by_header.setdefault(files.first_line(path), []).append(path)
    return [_csv(spark, header, group) for header, group in by_header.items()]


def together(frames: list[DataFrame], names: list[str]) -> DataFrame:
    """Return all rows with the named columns, null where a file lacks one."""

    def column(frame: DataFrame, name: str) -> Column:
        return (f.col(quoted(name)) if name in frame.columns else f.lit(None)).cast("string")

    wanted = [*names, CORRUPT]
    parts = [frame.select([column(frame, name).alias(name) for name in wanted]) for frame in frames]
    return reduce(DataFrame.unionByName, parts)


def quoted(name: str) -> str:
    """Return a column's name as Spark takes any."""
    return f"`{name.replace('`', '``')}`"


def _csv(spark: SparkSession, header: str, paths: list[str]) -> DataFrame:
    names = [name.strip() for name in next(csv.reader([header]), [])]
    if len(set(names)) < len(names):
        raise DataPipelineError(
            "delivery-unreadable",
            f"{paths[0]} has two columns of one name.",
            f"Its header is {header}.",
            "Columns are known by their names: rename one and deliver again.",
        )
    fields = [types.StructField(name, types.StringType()) for name in names]
    schema = types.StructType([*fields, types.StructField(CORRUPT, types.StringType())])
    return (
        spark.read.schema(schema)
        .option("header", True)
        .option("multiLine", True)
        .option("escape", '"')
        .option("mode", "PERMISSIVE")
        .option("columnNameOfCorruptRecord", CORRUPT)
        .csv(paths)
    )


def _texts(frame: DataFrame) -> DataFrame:
    """Nested values as the JSON text that stood there: of a wrong type, whatever is wanted."""
    return frame.select(
        [
            f.col(quoted(field.name))
            if isinstance(field.dataType, types.StringType)
            else f.to_json(f.col(quoted(field.name))).alias(field.name)
            for field in frame.schema.fields
        ]
    )
