"""A channel: a folder of CSV files with a header, and in train the schema of its columns."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..errors import DataError
from ..layout import ContainerLayout
from ..schema import Schema, read_schema
from ..tables import Columns, joined_tables, read_csv, row_count

SCHEMA_FILE = "schema.json"


def read_channel_schema(layout: ContainerLayout) -> Schema:
    """Return the schema that lies in the train channel.

    Raises:
        DataError: The train channel is not there.
    """
    _files(layout, "train")
    return read_schema(layout.channel("train") / SCHEMA_FILE)


def read_channel(layout: ContainerLayout, name: str, schema: Schema) -> Columns:
    """Read all CSV files of a channel, in the order of their names: the inputs and the target.

    Raises:
        DataError: The channel is absent, empty, or does not fit the schema.
    """
    columns = [*schema.inputs, schema.target_column]
    table = joined_tables([read_csv(file, columns) for file in _files(layout, name)])
    if row_count(table) == 0:
        raise _absent(layout, name, "It has no rows.")
    return table


def channel_digest(layout: ContainerLayout, names: tuple[str, ...]) -> str:
    """Return the SHA-256 over the names and the bytes of the channels' files, in hexadecimal."""
    digest = hashlib.sha256()
    for name in names:
        for file in _files(layout, name):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{name}/{file.name} {content}\n".encode())
    return digest.hexdigest()


def _files(layout: ContainerLayout, name: str) -> list[Path]:
    folder = layout.channel(name)
    files = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    if not files:
        raise _absent(layout, name, "There are no CSV files in it.")
    return files


def _absent(layout: ContainerLayout, name: str, why: str) -> DataError:
    return DataError(
        "channel-absent",
        f'The channel "{name}" is not at {layout.channel(name)}.',
        why,
        "Run prepare locally; on SageMaker give the job this channel.",
    )
