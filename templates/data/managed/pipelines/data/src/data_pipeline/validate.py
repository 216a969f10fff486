"""The validate job: raw -> validated, quarantine and quality."""

from __future__ import annotations

from collections.abc import Iterator

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from .checks import REASONS, duplicate_count, typed, with_reasons, without_missing
from .contract import Contract
from .delivered import CORRUPT, quoted, read_delivered, together
from .files import Files
from .places import Places
from .report import Problem, Report


def validate(
    spark: SparkSession,
    places: Places,
    ingest: str,
    contract: Contract,
    file_format: str,
    subject: str = "local",
) -> Report:
    """Hold one delivery against its contract.

    Writes the good rows to validated/ if the delivery passes, the broken ones to quarantine/ with
    their reasons, and then the report. A refused delivery leaves what was validated before it.
    The same delivery always gives the same files.

    Args:
        spark: The session.
        places: Where the dataset's data lies.
        ingest: Id of the delivery.
        contract: What it has to be like.
        file_format: "csv" or "json".
        subject: By which name its metrics are known in CloudWatch.

    Raises:
        DataPipelineError: There is nothing to read.
    """
    frames = read_delivered(spark, places.of("raw", ingest), file_format)
    names = [column.name for column in contract.columns]
    held = with_reasons(without_missing(together(frames, names), contract), contract).cache()
    try:
        broken = held.where(f.size(REASONS) > 0)
        good = typed(held.where(f.size(REASONS) == 0), contract)
        report = _report((places.dataset, subject, ingest), contract, frames, held, good)
        broken.write.mode("overwrite").json(places.of("quarantine", ingest))
        if report.passed:
            good.write.mode("overwrite").parquet(places.of("validated", ingest))
        Files(spark).write(places.report(ingest), report.to_json())
        return report
    finally:
        held.unpersist()


def _report(
    names: tuple[str, str, str],
    contract: Contract,
    frames: list[DataFrame],
    held: DataFrame,
    good: DataFrame,
) -> Report:
    nulls = [
        f.sum(f.col(quoted(column.name)).isNull().cast("int")).alias(str(number))
        for number, column in enumerate(contract.columns)
    ]
    is_broken = (f.size(REASONS) > 0).cast("int")
    (counts,) = held.agg(
        f.count("*").alias("rows"), f.sum(is_broken).alias("broken"), *nulls
    ).collect()
    rows, broken = int(counts["rows"]), int(counts["broken"] or 0)
    shares = {
        column.name: (counts[str(number)] or 0) / max(rows, 1)
        for number, column in enumerate(contract.columns)
    }
    reasons = held.select(f.explode(REASONS).alias("reason")).groupBy("reason").count().collect()
    known = {column.name for column in contract.columns}
    found = {name for frame in frames for name in frame.columns if name != CORRUPT}
    duplicates = duplicate_count(good, contract) if rows > broken else 0
    return Report(
        *names,
        rows,
        broken,
        duplicates,
        {row["reason"]: row["count"] for row in sorted(reasons)},
        shares,
        tuple(sorted(found - known)),
        tuple(_problems(contract, frames, rows, broken, duplicates, shares)),
    )


def _problems(
    contract: Contract,
    frames: list[DataFrame],
    rows: int,
    broken: int,
    duplicates: int,
    null_shares: dict[str, float],
) -> Iterator[Problem]:
    for column in contract.columns:
        if column.required and not all(column.name in frame.columns for frame in frames):
            yield Problem("columns", f"a file has no column {column.name}")
    if rows == 0:
        yield Problem("rows", "the files have no rows")
        return
    for column in contract.columns:
        if column.nullable and null_shares[column.name] > column.max_null_share:
            share = f"{null_shares[column.name]:.1%} of {column.name} are missing"
            yield Problem("nulls", f"{share}, at most {column.max_null_share:.1%} may be")
    if broken / rows > contract.max_rejected_share:
        yield Problem(
            "rejected",
            f"{broken / rows:.1%} of the rows are broken, "
            f"at most {contract.max_rejected_share:.1%} may be",
        )
    if duplicates / rows > contract.max_duplicate_share:
        yield Problem(
            "duplicates",
            f"{duplicates / rows:.1%} of the rows are repeated, "
            f"at most {contract.max_duplicate_share:.1%} may be",
        )
