"""One Spark session for all tests, and real data as it is delivered."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from sklearn.datasets import load_breast_cancer, load_wine

from data_pipeline.contract import Contract, read_contract
from data_pipeline.places import Places
from data_pipeline.preprocess import preprocess
from data_pipeline.report import Report
from data_pipeline.validate import validate

Rows = list[dict[str, Any]]


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.ui.enabled", "false")
        # To compile each plan costs more than a few hundred rows do.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@dataclass(frozen=True)
class Lake:
    """A data bucket as a folder, with one dataset."""

    spark: SparkSession
    folder: Path
    contract: Contract
    format: str = "csv"

    @property
    def places(self) -> Places:
        return Places(str(self.folder), "samples")

    def deliver(self, ingest: str, rows: Rows, name: str = "part-0.csv") -> None:
        file = self.folder / f"raw/samples/ingest={ingest}" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", newline="", encoding="utf-8") as out:
            if name.endswith(".json"):
                out.writelines(json.dumps(row) + "\n" for row in rows)
            else:
                writer = csv.DictWriter(out, list(rows[0]) if rows else ["id"])
                writer.writeheader()
                writer.writerows(rows)

    def validate(self, ingest: str) -> Report:
        return validate(self.spark, self.places, ingest, self.contract, self.format)

    def preprocess(self, ingest: str) -> str:
        return preprocess(self.spark, self.places, ingest, self.contract)

    def both(self, ingest: str, rows: Rows) -> str:
        self.deliver(ingest, rows)
        assert self.validate(ingest).passed
        return self.preprocess(ingest)

    def version(self, version: str) -> Rows:
        """Return the rows of a version of the data, as SageMaker would read its manifest."""
        prefix, *names = json.loads(Path(self.places.version(version)).read_text("utf-8"))
        paths = [prefix["prefix"] + name for name in names]
        return [row.asDict() for row in self.spark.read.parquet(*paths).collect()]

    def files(self, stage: str) -> dict[str, bytes]:
        """Return path -> content of everything in a stage."""
        root = self.folder / stage
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }


def contract_of(columns: Sequence[dict[str, Any]], **more: Any) -> Contract:
    return read_contract(json.dumps({"version": 1, "columns": columns, **more}), "test")


def _rows(bunch: Any) -> Rows:
    names = [name.replace("/", "_").replace(" ", "_") for name in bunch.feature_names]
    return [
        {
            "sample_id": f"sample-{number}",
            **dict(zip(names, map(repr, map(float, row)), strict=True)),
        }
        | {"outcome": str(bunch.target_names[bunch.target[number]])}
        for number, row in enumerate(bunch.data)
    ]


def _contract(rows: Rows, **more: Any) -> Contract:
    names = [name for name in rows[0] if name not in ("sample_id", "outcome")]
    columns = [{"name": name, "type": "double", "minimum": 0} for name in names]
    identity = {"name": "sample_id", "type": "string", "pii": True}
    outcome = {
        "name": "outcome",
        "type": "string",
        "allowed": sorted({row["outcome"] for row in rows}),
    }
    return contract_of([identity, *columns, outcome], uniqueKey=["sample_id"], **more)


WINE = _rows(load_wine())
CANCER = _rows(load_breast_cancer())


@pytest.fixture
def wine(spark: SparkSession, tmp_path: Path) -> Lake:
    return Lake(spark, tmp_path, _contract(WINE))


@pytest.fixture
def cancer(spark: SparkSession, tmp_path: Path) -> Lake:
    return Lake(spark, tmp_path, _contract(CANCER))
