"""Captures a share of the requests as JSON lines, in the format of SageMaker's data capture.

For monitoring: SageMaker's own capture does it on its real-time endpoints; this one where that is
not to be had (serverless, local), and where columns with personal data must not be kept.
"""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import numpy as np
import orjson

from ..tables import Columns, row_count
from .media_types import JSON
from .metrics import Metrics
from .settings import MEGABYTE, ServingSettings

# The files of a folder share its limit; so many of them, so that the oldest can go.
FILES = 8


class Capture:
    """Writes captured requests of one worker.

    Args:
        settings: Share, folder and limits.
        metrics: Where captures are counted.
    """

    def __init__(self, settings: ServingSettings, metrics: Metrics) -> None:
        self.share = settings.capture_percent / 100
        self.folder = Path(settings.capture_folder)
        self.most = int(settings.capture_megabytes * MEGABYTE)
        self.dropped = frozenset(filter(None, map(str.strip, settings.capture_drop.split(","))))
        self.metrics = metrics
        self._random = random.Random()  # noqa: S311 - a sample, not a secret
        self._file: IO[bytes] | None = None
        self._written = 0

    def sampled(self) -> bool:
        """Return whether the next request is captured."""
        return self.share > 0 and self._random.random() < self.share

    def write(
        self, columns: Columns, predictions: list[dict[str, Any]], identifiers: dict[str, str]
    ) -> None:
        """Write one request; a full disk is counted and stops nobody.

        Args:
            columns: The request's table; the dropped columns are left out.
            predictions: As in a JSON answer.
            identifiers: What the request is known by.
        """
        kept = {name: values for name, values in columns.items() if name not in self.dropped}
        line = orjson.dumps(
            captured(kept, predictions, identifiers), option=orjson.OPT_APPEND_NEWLINE
        )
        try:
            if self._file is None or self._written + len(line) > self.most / FILES:
                self._next_file()
            assert self._file is not None  # noqa: S101 - opened above
            self._file.write(line)
            self._file.flush()
            self._written += len(line)
            self.metrics.count("Captured")
        except OSError:
            self.metrics.count("CapturesDropped")

    def _next_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._written = None, 0
        self.folder.mkdir(parents=True, exist_ok=True)
        # Oldest first; those of other workers count as well.
        files = sorted(self.folder.glob("*.jsonl"), key=lambda file: file.stat().st_mtime)
        total = sum(file.stat().st_size for file in files)
        for file in files:
            if total <= self.most - self.most / FILES:
                break
            total -= file.stat().st_size
            file.unlink(missing_ok=True)
        name = (
            f"{time.strftime('%Y-%m-%dT%H-%M-%S', time.gmtime())}-{os.getpid()}-{uuid4().hex[:8]}"
        )
        self._file = (self.folder / f"{name}.jsonl").open("ab")


def captured(
    columns: Columns, predictions: list[dict[str, Any]], identifiers: dict[str, str]
) -> dict[str, Any]:
    """Return one request in SageMaker's format, rows as objects by name."""
    lists = {name: json_values(values) for name, values in columns.items()}
    rows = [{name: lists[name][row] for name in lists} for row in range(row_count(columns))]
    return {
        "captureData": {
            "endpointInput": _side("INPUT", {"instances": rows}),
            "endpointOutput": _side("OUTPUT", {"predictions": predictions}),
        },
        "eventMetadata": {
            "eventId": str(uuid4()),
            **identifiers,
            "inferenceTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        "eventVersion": "0",
    }


def json_values(values: np.ndarray[Any, Any]) -> list[Any]:
    """Return the values of a column as JSON has them; None where one is missing."""
    # Only NaN differs from itself.
    return [None if value != value else value for value in values.tolist()]


def _side(mode: str, content: dict[str, Any]) -> dict[str, str]:
    return {
        "observedContentType": JSON,
        "mode": mode,
        "data": orjson.dumps(content).decode(),
        "encoding": "JSON",
    }
