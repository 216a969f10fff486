"""What only Glue has: its job, and the bookmark that knows which files were processed.

Everything else is plain Spark, so that the same jobs run on a laptop: there every file is new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pyspark.sql import SparkSession

from .files import Files

# Names the state that Glue keeps: another name would forget what was processed.
TRANSFORMATION_CONTEXT = "validated"
FILE = "_file"


class Bookmark:
    """Which deliveries have files that no successful run has seen."""

    def __init__(self, spark: SparkSession, context: Any | None = None) -> None:
        self._spark = spark
        self._context = context

    def touched(self, folder: str) -> set[str]:
        """Return the ids of the deliveries with new files below <stage>/<dataset>.

        The path is always the same: Glue remembers the newest time it has listed, not each file, so
        that a job that reads another folder each time would lose what lies in the rest.
        """
        if self._context is None:
            return {
                ingest for path in Files(self._spark).below(folder) if (ingest := _ingest(path))
            }
        frame = self._context.create_dynamic_frame.from_options(
            connection_type="s3",
            connection_options={"paths": [f"{folder}/"], "recurse": True},
            format="parquet",
            format_options={"attachFilename": FILE},
            transformation_ctx=TRANSFORMATION_CONTEXT,
        ).toDF()
        if FILE not in frame.columns:  # nothing new: a frame without columns
            return set()
        paths = [row[FILE] for row in frame.select(FILE).distinct().collect()]
        return {ingest for path in paths if (ingest := _ingest(path))}


@contextmanager
def glue_job(arguments: Sequence[str]) -> Iterator[tuple[SparkSession, Bookmark]]:
    """Give a session and the bookmark, and commit the bookmark when all went well.

    Args:
        arguments: The command line, the program first: on Glue it names the job and its run.
    """
    try:
        from awsglue.context import GlueContext
        from awsglue.job import Job
        from awsglue.utils import getResolvedOptions
    except ImportError:  # not on Glue
        spark = SparkSession.builder.getOrCreate()
        yield spark, Bookmark(spark)
        return
    context = GlueContext(SparkSession.builder.getOrCreate().sparkContext)
    job = Job(context)
    options = getResolvedOptions(list(arguments), ["JOB_NAME"])
    job.init(options["JOB_NAME"], options)
    yield context.spark_session, Bookmark(context.spark_session, context)
    job.commit()


def _ingest(path: str) -> str | None:
    found = re.search(r"/ingest=([^/]+)/", path)
    return found.group(1) if found else None
