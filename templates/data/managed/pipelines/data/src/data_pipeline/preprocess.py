"""The preprocess job: validated -> curated, and a version of the data that training reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from .checks import deduplicated
from .contract import Contract
from .delivered import quoted
from .errors import DataPipelineError
from .files import Files
from .places import Places

ROW_KEY = "row_key"


def deliveries_to_write(told: str, touched: Iterable[str], complete: Iterable[str]) -> list[str]:
    """Return the ids of the deliveries to write, the one that the job was told of last.

    Others are those whose files the bookmark has not seen yet: validated by an execution that ended
    before it came to this job.

    Args:
        told: Id that the job was started for.
        touched: Ids below which the bookmark found new files.
        complete: Ids of which all validated files are there.
    """
    return [*sorted((set(touched) & set(complete)) - {told}), told]


def preprocess(spark: SparkSession, places: Places, ingest: str, contract: Contract) -> str:
    """Write one delivery for training; returns the version of the data that it makes.

    Content has a folder named by what it is: to write it again changes nothing, and older
    versions of the data keep their files. A row whose key an earlier delivery brought is left out;
    a delivery that comes again under its id replaces itself. The last write is one small file, so
    that a job that breaks off has changed nothing that anybody reads.

    Raises:
        DataPipelineError: The delivery was not validated.
    """
    files = Files(spark)
    validated = places.of("validated", ingest)
    if not files.exists(f"{validated}/_SUCCESS"):
        raise DataPipelineError(
            "delivery-not-validated",
            f"There is nothing complete in {validated}.",
            "Only what the validate job has let through is written for training.",
            "Start the data pipeline again for this delivery.",
        )
    states = _states(files, places)
    others = {name: state for name, state in states.items() if name != ingest}
    rows = curated_rows(
        spark.read.schema(contract.schema()).parquet(validated),
        contract,
        [places.of("curated", name) + f"/content={one['content']}" for name, one in others.items()],
    ).cache()
    try:
        content = content_id(rows)
        folder = f"{places.of('curated', ingest)}/content={content}"
        if not files.exists(f"{folder}/_SUCCESS"):
            rows.write.mode("overwrite").parquet(folder)
        state: dict[str, Any] = {"content": content, "rows": rows.count()}
    finally:
        rows.unpersist()
    version = version_id(ingest, {**others, ingest: state})
    _write_version(files, places, version, {**others, ingest: state})
    files.write(places.state(ingest), json.dumps({**state, "ingest": ingest, "version": version}))
    return version


def curated_rows(frame: DataFrame, contract: Contract, others: list[str]) -> DataFrame:
    """Return the rows that training gets: one for each key, none that another delivery has.

    Columns with personal data are gone. `row_key` stays: a digest of the key, by which rows are
    told apart across deliveries.

    Args:
        frame: Validated rows.
        contract: Their contract.
        others: Folders of the other deliveries' contents.
    """
    # Nulls and empty texts are the same to concat_ws: the JSON of the key tells them apart.
    key = f.to_json(
        f.struct(*[f.col(quoted(name)) for name in contract.key]), {"ignoreNullFields": "false"}
    )
    rows = deduplicated(frame, contract).withColumn(ROW_KEY, f.sha2(key, 256))
    if others:
        known = frame.sparkSession.read.parquet(*others).select(ROW_KEY)
        rows = rows.join(known, ROW_KEY, "left_anti")
    return rows.select([f.col(ROW_KEY), *[f.col(quoted(one.name)) for one in contract.kept]])


def content_id(rows: DataFrame) -> str:
    """Return 16 hexadecimal digits that say what the rows are, whatever their order."""
    hashes = f.xxhash64(*[f.col(quoted(name)) for name in rows.columns]).cast("decimal(38,0)")
    found = rows.agg(f.count("*"), f.sum(hashes)).head()
    return hashlib.sha256(f"{rows.schema.json()} {found}".encode()).hexdigest()[:16]


def version_id(ingest: str, states: dict[str, dict[str, Any]]) -> str:
    """Return <ingest>-<8 digits>: the same for the same contents of the same deliveries."""
    contents = json.dumps({name: state["content"] for name, state in sorted(states.items())})
    return f"{ingest}-{hashlib.sha256(contents.encode()).hexdigest()[:8]}"


def _states(files: Files, places: Places) -> dict[str, dict[str, Any]]:
    folder = f"{places.folder('curated')}/_ingests"
    return {
        name.removesuffix(".json"): json.loads(files.read(f"{folder}/{name}"))
        for name in files.names(folder)
    }


def _write_version(
    files: Files, places: Places, version: str, states: dict[str, dict[str, Any]]
) -> None:
    """Write SageMaker's form of a manifest: the prefix, and the files of each delivery below it."""
    root = places.folder("curated")
    names = [
        f"ingest={name}/content={state['content']}/{path.rsplit('/', 1)[1]}"
        for name, state in sorted(states.items())
        for path in files.below(f"{root}/ingest={name}/content={state['content']}")
    ]
    files.write(places.version(version), json.dumps([{"prefix": f"{root}/"}, *names]))
