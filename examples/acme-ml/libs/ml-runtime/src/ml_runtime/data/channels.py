"""A channel: Parquet, CSV, JSON lines or images, and in train the schema of their rows."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..digests import files_digest
from ..errors import DataError
from ..layout import ContainerLayout
from ..schema import Schema, read_schema
from ..tables import Columns, joined_tables, read_csv, row_count
from .blocks import Block, channel_blocks, channel_files, read_block

# In the channel train, beside its rows.
SCHEMA_FILE = "schema.json"

# The end of a file, which stands for its content: in Parquet the footer, or the last part of it.
DIGESTED_BYTES = 64 * 1024


def read_channel_schema(layout: ContainerLayout) -> Schema:
    """Return the schema that lies in the train channel.

    Raises:
        DataError: The train channel is not there, or its schema is malformed.
    """
    _files(layout, "train")
    return read_schema(layout.channel("train") / SCHEMA_FILE)


def read_channel(layout: ContainerLayout, name: str, schema: Schema) -> Columns:
    """Read all files of a channel, in the order of their names: the inputs and the target.

    Args:
        layout: Where the channel lies.
        name: "train", "validation" or "test".
        schema: What the columns hold.

    Returns:
        A table of at least one row.

    Raises:
        DataError: The channel is absent, empty, or does not fit the schema.
    """
    files = _files(layout, name)
    if files[0].suffix.lower() == ".csv":
        columns = [*schema.inputs, schema.target_column]
        table = joined_tables([read_csv(file, columns) for file in files])
    elif blocks := channel_blocks(layout.channel(name)):
        table = joined_tables([read_block(block, schema) for block in blocks])
    else:
        raise _absent(layout, name, "It has no rows.")
    if row_count(table) == 0:
        raise _absent(layout, name, "It has no rows.")
    return table


def stream_channel(layout: ContainerLayout, name: str) -> list[Block]:
    """Return the blocks of a channel, which are read one by one.

    Raises:
        DataError: The channel is absent or empty.
    """
    _files(layout, name)
    if blocks := channel_blocks(layout.channel(name)):
        return blocks
    raise _absent(layout, name, "It has no rows.")


def stream_digest(layout: ContainerLayout, names: tuple[str, ...]) -> str:
    """Return a SHA-256 for channels too large to be read twice.

    It is over the names, the sizes and the last 64 KiB of the files: in Parquet these are the
    footer, with the statistics of every column. In hexadecimal, 64 digits.

    Raises:
        DataError: A channel is absent.
    """
    digest = hashlib.sha256()
    for name in names:
        for file in _files(layout, name):
            size = file.stat().st_size
            with file.open("rb") as stream:
                stream.seek(max(0, size - DIGESTED_BYTES))
                end = hashlib.sha256(stream.read()).hexdigest()
            path = file.relative_to(layout.channel(name)).as_posix()
            digest.update(f"{name}/{path} {size} {end}\n".encode())
    return digest.hexdigest()


def channel_digest(layout: ContainerLayout, names: tuple[str, ...]) -> str:
    """Return the SHA-256 over the names and the bytes of the channels' files, in hexadecimal.

    Raises:
        DataError: A channel is absent.
    """
    return files_digest(
        (f"{name}/{file.relative_to(layout.channel(name)).as_posix()}", file)
        for name in names
        for file in _files(layout, name)
    )


def _files(layout: ContainerLayout, name: str) -> list[Path]:
    folder = layout.channel(name)
    files = channel_files(folder) if folder.is_dir() else []
    if not files:
        raise _absent(
            layout, name, "There are no Parquet, CSV or JSON lines files or images in it."
        )
    return files


def _absent(layout: ContainerLayout, name: str, why: str) -> DataError:
    return DataError(
        "channel-absent",
        f'The channel "{name}" is not at {layout.channel(name)}.',
        why,
        "Run prepare locally; on SageMaker give the job this channel.",
    )
