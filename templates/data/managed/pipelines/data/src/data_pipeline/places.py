"""Where the data of one delivery lies. Stages are folders of the data bucket, or of a folder."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import DataPipelineError

# What may stand behind "ingest=": it becomes part of file names and of the version of the data.
INGEST = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Places:
    """The folders of one dataset.

    Attributes:
        lake: s3://<data bucket>, or a folder.
        dataset: Its name.
    """

    lake: str
    dataset: str

    def of(self, stage: str, ingest: str) -> str:
        """Return <stage>/<dataset>/ingest=<id>, without a slash at its end."""
        return f"{self.folder(stage)}/ingest={ingest}"

    def folder(self, stage: str) -> str:
        """Return <stage>/<dataset>."""
        return f"{self.lake.rstrip('/')}/{stage}/{self.dataset}"

    def report(self, ingest: str) -> str:
        """Return where the validation says what it found."""
        return f"{self.of('quality', ingest)}/report.json"

    def state(self, ingest: str) -> str:
        """Return where it stands which content of a delivery counts; it is written last."""
        return f"{self.folder('curated')}/_ingests/{ingest}.json"

    def version(self, version: str) -> str:
        """Return the manifest that names all files of a version of the data."""
        return f"{self.folder('curated')}/_versions/{version}.manifest"


def checked_ingest(ingest: str) -> str:
    """Return the id of a delivery.

    Raises:
        DataPipelineError: It cannot be a part of file names.
    """
    if INGEST.fullmatch(ingest):
        return ingest
    raise DataPipelineError(
        "ingest-invalid",
        f'"{ingest}" cannot be the id of a delivery.',
        "It becomes part of file names: at most 64 letters, digits and _ . -, none of these first.",
        "Deliver to raw/<dataset>/ingest=<id>/ with an id such as 2026-11-21T10.",
    )
