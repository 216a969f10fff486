"""Shapley values by permutations: exact in their sum, for any model.

A permutation starts at a background row and replaces its values by those of the explained row, one
column after the other; what the answer changes by is the column's contribution. All changes of a
permutation add up to the whole way, so contributions always add up to prediction minus baseline.
Each permutation is also walked backwards, which cancels most of the sampling error.

Strumbelj and Kononenko, "Explaining prediction models and individual predictions with feature
contributions", 2014; Mitchell et al., "Sampling permutations for Shapley value estimation", 2022.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tables import Columns, row_count, take_rows
from .background import first_rows

# A table of rows to float32 [rows, outputs].
Answer = Callable[[Columns], NDArray[np.float32]]

# Pairs of permutations that are walked where the evaluations allow it. For a model that is additive
# one is exact; more of them average over the interactions.
MOST_PAIRS = 8

# Rows that the model computes at once.
CHUNK_ROWS = 8192

# Any number will do: the same row gets the same explanation.
SEED = 53


@dataclass(frozen=True)
class Explanation:
    """What the columns contributed to the answers to one row.

    Attributes:
        baseline: Mean answer to the background, float64 [outputs].
        contributions: By column, float64 [outputs]; with the baseline they add up to the answer.
    """

    baseline: NDArray[np.float64]
    contributions: dict[str, NDArray[np.float64]]


class TooCostly(ValueError):
    """The evaluations do not suffice; the message is the reason."""


def explain(
    answer: Answer, columns: Columns, background: Columns, evaluations: int
) -> list[Explanation]:
    """Return the explanation of each row.

    Args:
        answer: The model: float32 [rows, outputs] for a table.
        columns: The rows to explain.
        background: What they are compared with.
        evaluations: Most rows the model computes for all of them together.

    Raises:
        TooCostly: Not even one pair of permutations from one background row fits.
    """
    rows, inputs = row_count(columns), len(columns)
    walk = 2 * (inputs + 1) * rows
    if evaluations < walk:
        raise TooCostly(
            f"{rows} rows of {inputs} columns take at least {walk} evaluations of the model, and "
            f"{evaluations} are allowed"
        )
    background = first_rows(background, evaluations // walk)
    pairs = min(MOST_PAIRS, evaluations // (walk * row_count(background)))
    return [
        _explain_row(answer, take_rows(columns, np.array([row])), background, pairs)
        for row in range(rows)
    ]


def _explain_row(answer: Answer, row: Columns, background: Columns, pairs: int) -> Explanation:
    names, others = list(row), row_count(background)
    random = np.random.default_rng(SEED)
    orders = [random.permutation(len(names)) for _ in range(pairs)]
    orders += [order[::-1] for order in orders]
    steps = len(names) + 1
    # place[walk, column]: at which step of a walk the column's value is replaced.
    place = np.argsort(np.array(orders), axis=1)
    step = np.arange(steps)
    table: Columns = {}
    for position, name in enumerate(names):
        # [walks, steps, background rows]
        replaced = step[None, :, None] > place[:, position, None, None]
        replaced = np.broadcast_to(replaced, (len(orders), steps, others)).reshape(-1)
        table[name] = _mixed(replaced, row[name], background[name])
    answers = _in_chunks(answer, table).reshape(len(orders), steps, others, -1).mean(axis=2)
    # changes[walk, step] belongs to the column that the step replaced.
    changes = np.diff(answers, axis=1)
    contributions = {
        name: changes[np.arange(len(orders)), place[:, position]].mean(axis=0)
        for position, name in enumerate(names)
    }
    return Explanation(baseline=answers[:, 0].mean(axis=0), contributions=contributions)


def _mixed(
    replaced: NDArray[np.bool_], value: NDArray[Any], background: NDArray[Any]
) -> NDArray[Any]:
    """The explained row's value where it is replaced, the background's elsewhere."""
    repeats = len(replaced) // len(background)
    values = np.tile(background, (repeats, *[1] * (background.ndim - 1)))
    values[replaced] = value[0]
    return values


def _in_chunks(answer: Answer, table: Columns) -> NDArray[np.float64]:
    rows = row_count(table)
    parts = [
        answer({name: values[start : start + CHUNK_ROWS] for name, values in table.items()})
        for start in range(0, rows, CHUNK_ROWS)
    ]
    return np.concatenate(parts).astype(np.float64)
