"""One body on its way through the model: what it holds, and what became of it."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tables import Columns, row_count
from .refusals import Problems

# Stands for answers that are not there yet.
NO_ANSWERS: NDArray[np.float32] = np.empty((0, 0), dtype=np.float32)


class Work:
    """The rows of one body, and the answers to them.

    Attributes:
        rows: JSON rows of plain numbers that nobody has checked yet, or None.
        columns: The checked table; None while there are only rows.
        count: Number of rows.
        since: When they were ready to be computed, in seconds of `time.perf_counter`.
        answers: float32 [count, outputs], once computed.
        refusal: Why there are no answers, in their place.
        unusual: Values outside the range seen in training, where the policy is to warn.
        done: Whether there are answers or a refusal.
        future: What its request waits for, if it has to wait.
    """

    __slots__ = (
        "answers", "columns", "count", "done", "future", "refusal", "rows", "since", "unusual",
    )  # fmt: skip

    def __init__(self, rows: list[Any] | None = None, columns: Columns | None = None) -> None:
        self.rows, self.columns = rows, columns
        self.count = len(rows) if rows is not None else row_count(columns or {})
        self.since = 0.0
        self.answers = NO_ANSWERS
        self.refusal: Exception | None = None
        self.unusual: Problems | None = None
        self.done = False
        self.future: asyncio.Future[None] | None = None
