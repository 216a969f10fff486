"""Rows as bench/rows.mjs takes them, one JSON object a line on the real standard output."""

import json
import os
import statistics
import sys
from collections.abc import Callable
from typing import Any

_OUT = os.fdopen(os.dup(1), "w")
# What the peers print is no row.
os.dup2(2, 1)


def row(**entries: Any) -> None:
    print(json.dumps(entries), file=_OUT, flush=True)


def note(text: str) -> None:
    row(note=text)


def interleaved(works: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Run all works in each round, so that what else the machine does hits all alike.

    Returns:
        The median of the first work, and for each other that times the median of the rounds' ratios.
    """
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        # Neither is always first.
        names = list(works) if number % 2 == 0 else list(reversed(works))
        for name in names:
            times[name].append(works[name]())
        print(number, {name: values[-1] for name, values in times.items()}, file=sys.stderr)
    # On a busy machine rounds differ more than works do: peers are ours times the usual ratio.
    first = next(iter(works))
    middle = statistics.median(times[first])
    return {
        name: middle * statistics.median(b / a for a, b in zip(times[first], values, strict=True))
        for name, values in times.items()
    }
