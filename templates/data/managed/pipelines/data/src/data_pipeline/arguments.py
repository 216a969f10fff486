"""What a job is told: Glue passes its arguments as --name value."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import SparkSession

from .contract import Contract, read_contract
from .files import Files
from .places import Places, checked_ingest


@dataclass(frozen=True)
class JobArguments:
    """What both jobs are told.

    Attributes:
        lake: s3://<data bucket>, or a folder.
        dataset: Name of the dataset.
        ingest: Id of the delivery.
        contract: Where the contract lies.
        format: "csv" or "json".
        subject: By which name its metrics are known in CloudWatch.
    """

    lake: str
    dataset: str
    ingest: str
    contract: str
    format: str
    subject: str

    @property
    def places(self) -> Places:
        """Return where the dataset's data lies."""
        return Places(self.lake, self.dataset)

    def read_contract(self, spark: SparkSession) -> Contract:
        """Return the contract.

        Raises:
            DataPipelineError: It is malformed.
        """
        return read_contract(Files(spark).read(self.contract), self.contract)


def job_arguments(arguments: Sequence[str]) -> JobArguments:
    """Read a job's arguments; those that are Glue's own are ignored.

    Raises:
        DataPipelineError: The id of the delivery cannot be part of a file name.
        SystemExit: One is missing.
    """
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("lake", "dataset", "ingest", "contract"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--format", choices=("csv", "json"), default="csv")
    parser.add_argument("--subject", default="local")
    told, _ = parser.parse_known_args(arguments)
    return JobArguments(
        told.lake,
        told.dataset,
        checked_ingest(told.ingest),
        told.contract,
        told.format,
        told.subject,
    )
