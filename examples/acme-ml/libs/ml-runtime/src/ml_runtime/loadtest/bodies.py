"""What a load test sends: real rows of the test channel, or a file of bodies."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from ..data.channels import read_channel, read_channel_schema
from ..errors import LoadTestError
from ..layout import ContainerLayout
from ..tables import row_count

# Different bodies: enough that a cache in front of the server does not answer for it.
BODIES = 500


def channel_bodies(layout: ContainerLayout, rows: int) -> tuple[bytes, ...]:
    """Return JSON bodies of so many rows each, from the test channel's rows in turn.

    Raises:
        DataError: There is no train channel (for its schema) or no test channel.
    """
    schema = read_channel_schema(layout)
    table = read_channel(layout, "test", schema)
    columns = [
        [None if value is None or value != value else value for value in table[name].tolist()]
        for name in schema.input_names
    ]
    count = row_count(table)
    lines = [[column[row] for column in columns] for row in range(count)]
    return tuple(
        json.dumps(
            {"instances": [lines[(first + row) % count] for row in range(rows)]},
            separators=(",", ":"),
        ).encode()
        for first in np.arange(min(count, BODIES)).tolist()
    )


def file_bodies(file: Path) -> tuple[bytes, ...]:
    """Return the lines of a file; each is a JSON body.

    Raises:
        LoadTestError: There is no such file, or nothing in it.
    """
    try:
        lines = tuple(line for line in file.read_bytes().splitlines() if line.strip())
    except OSError as error:
        raise _unreadable(file, f"{type(error).__name__}: {error}.") from error
    if not lines:
        raise _unreadable(file, "It is empty.")
    return lines


def _unreadable(file: Path, why: str) -> LoadTestError:
    return LoadTestError(
        "bodies-unreadable",
        f"The bodies {file} cannot be read.",
        why,
        "Give a file with one JSON body a line.",
    )
