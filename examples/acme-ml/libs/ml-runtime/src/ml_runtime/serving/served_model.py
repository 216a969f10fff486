"""A loaded model with everything that stands between a body and its answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from ..explanation.background import read_background
from ..inference import ExportedModel, load_exported_model
from ..schema import Schema
from ..tables import Columns, joined_tables
from .answers import AnswerWriter, refuse_infinite
from .batcher import Batcher
from .bodies import BodyParser
from .limits import Limits
from .metrics import Metrics
from .refusals import RequestRefused
from .requests import Work
from .settings import ServingSettings

# Before the first request, so that nobody waits for memory and threads to be set up.
WARM_UP_BATCHES = (1, 1, 2, 16, 16, 1, 1)


class ServedModel:
    """Parses, checks, computes and writes for one model.

    Args:
        model: What to serve.
        settings: How to serve it.
        metrics: Where it is counted.
        background: What explanations compare with; None: there are none.
    """

    def __init__(
        self,
        model: ExportedModel,
        settings: ServingSettings,
        metrics: Metrics,
        background: Columns | None = None,
    ) -> None:
        self.model = model
        self.version = settings.model_version or model.digest[:12]
        self.limits = Limits(model.schema, settings.out_of_range)
        self.parser = BodyParser(model.schema, self.limits, settings.rows)
        self.writer = AnswerWriter(model.schema, settings.review_below)
        self.batcher = Batcher(self.compute, settings, metrics)
        self.background = background

    def compute(self, works: Sequence[Work]) -> None:
        """Give each work its answers or its refusal; the works of one batch."""
        tables = self._tables(works)
        accepted = [work for work in works if work.refusal is None]
        if not accepted:
            return
        answers = self.model.answers(tables[0] if len(tables) == 1 else joined_tables(tables))
        finite = np.count_nonzero(np.isfinite(answers)) == answers.size
        start = 0
        for work in accepted:
            mine = answers[start : start + work.count]
            start += work.count
            if not finite:
                try:
                    refuse_infinite(mine)
                except RequestRefused as refusal:
                    work.refusal = refusal
                    continue
            work.answers = mine

    def _tables(self, works: Sequence[Work]) -> list[Columns]:
        """The checked tables of all works that are not refused, in their order."""
        if all(work.rows is not None for work in works):
            rows = works[0].rows if len(works) == 1 else None
            rows = rows or list(chain.from_iterable(work.rows or () for work in works))
            table = self.limits.columns(rows)
            # The usual case: plain numbers, and nothing to say about any of them.
            if table is not None and (self.limits.all_usual or not self.limits.warns):
                return [table]
        tables = []
        for work in works:
            try:
                if work.columns is None:
                    work.columns = self.parser.columns(work.rows or [])
                unusual = self.limits.unusual(work.columns)
                if unusual.count and self.limits.out_of_range == "refuse":
                    unusual.refuse_any()
                work.unusual = unusual if unusual.count else None
                tables.append(work.columns)
            except RequestRefused as refusal:
                work.refusal = refusal
        return tables

    def warm_up(self) -> None:
        """Compute made-up rows, so that the first request is as quick as the others."""
        for rows in WARM_UP_BATCHES:
            work = Work(columns=example_table(self.model.schema, rows))
            self.compute([work])


def load_served_model(folder: Path, settings: ServingSettings, metrics: Metrics) -> ServedModel:
    """Load a model folder with all that belongs to serving it.

    Args:
        folder: As `train` wrote it; only read.
        settings: How to serve it.
        metrics: Where it is counted.

    Raises:
        ExportError: model.onnx is absent or not loadable.
        DataError: The schema or the background is malformed.
        ModelCodeError: features.py is absent or lacks a function.
    """
    model = load_exported_model(folder, max(1, settings.threads))
    background = read_background(folder, model.schema.inputs)
    return ServedModel(model, settings, metrics, background)


def example_table(schema: Schema, rows: int) -> Columns:
    """Return rows that the model takes: the middle of each range, the first category."""
    columns: Columns = {}
    for column in schema.inputs:
        if column.shape is not None:
            columns[column.name] = np.zeros((rows, *column.shape), dtype=column.dtype)
        elif column.type == "string":
            values = np.empty(rows, dtype=object)
            values[:] = (column.categories or ("a",))[0]
            columns[column.name] = values
        else:
            low, high = column.range or (0.0, 0.0)
            middle = low if column.type != "double" else (low + high) / 2
            columns[column.name] = np.full(rows, middle)
    return columns
