"""A channel's files as blocks of rows, each of which can be read by itself.

A block is a row group of Parquet, some MiB of whole lines of CSV or JSON lines, or some hundred
images. Works on the local copy of a channel (File mode) and on FastFile mode, where a file is
fetched from S3 as it is read; there Parquet is best, whose row groups are found without reading
all of it, while lines have to be counted first.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet

from ..errors import DataError
from ..schema import Schema
from ..tables import Columns
from .arrow_tables import columns_from_arrow
from .image_folder import IMAGE_SUFFIXES, image_blocks, read_images

# Bytes of a block of lines: some thousand rows, so that a few hundred blocks fit in memory.
LINE_BLOCK_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Block:
    """Rows that are read together.

    Attributes:
        file: Where they lie: a file, or the channel's folder if they are images.
        start: Row group; first byte; first image.
        stop: Last byte, or last image, excluded; unused for a row group.
        rows: How many there are.
    """

    file: Path
    start: int
    stop: int
    rows: int


def parquet_blocks(file: Path) -> Iterator[Block]:
    """Give the file's row groups; only its footer is read.

    Raises:
        OSError, pyarrow.ArrowException: It cannot be read, or is no Parquet.
    """
    metadata = pyarrow.parquet.read_metadata(file)
    for group in range(metadata.num_row_groups):
        if rows := metadata.row_group(group).num_rows:
            yield Block(file, group, group + 1, rows)


def line_blocks(file: Path) -> Iterator[Block]:
    """Give ranges of whole lines; a line break between quotes does not end a CSV row.

    Raises:
        OSError: It cannot be read.
    """
    is_csv = file.suffix.lower() == ".csv"
    with file.open("rb") as stream:
        start = len(stream.readline()) if is_csv else 0
        stream.seek(start)
        rest, quoted = b"", 0
        while chunk := stream.read(LINE_BLOCK_BYTES):
            content = np.frombuffer(rest + chunk, dtype=np.uint8)
            ends = content == ord("\n")
            if is_csv:
                ends &= (np.cumsum(content == ord('"')) + quoted) % 2 == 0
            found = np.flatnonzero(ends)
            if len(found) == 0:
                rest += chunk
                continue
            size = int(found[-1]) + 1
            if rows := _filled_lines(content, found):
                yield Block(file, start, start + size, rows)
            start += size
            rest = content[size:].tobytes()
        if rest.strip():
            yield Block(file, start, start + len(rest), 1)


def _filled_lines(content: np.ndarray, ends: np.ndarray) -> int:
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts
    carriage = (lengths == 1) & (content[starts] == ord("\r"))
    return int(((lengths > 0) & ~carriage).sum())


def _read_parquet(block: Block) -> pa.Table:
    return pyarrow.parquet.ParquetFile(block.file).read_row_group(block.start)


def _read_csv(block: Block) -> pa.Table:
    with block.file.open("rb") as stream:
        header = stream.readline()
        stream.seek(block.start)
        body = header.removeprefix(b"\xef\xbb\xbf") + stream.read(block.stop - block.start)
    names = pyarrow.csv.read_csv(io.BytesIO(body.split(b"\n", 1)[0] + b"\n")).column_names
    as_text = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
    )
    options = pyarrow.csv.ParseOptions(newlines_in_values=True)
    return pyarrow.csv.read_csv(
        io.BytesIO(body), convert_options=as_text, parse_options=options
    ).rename_columns([name.strip() for name in names])


def _read_json_lines(block: Block) -> pa.Table:
    with block.file.open("rb") as stream:
        stream.seek(block.start)
        return pyarrow.json.read_json(io.BytesIO(stream.read(block.stop - block.start)))


# Suffix: how a file is cut into blocks, and how a block is read.
FORMATS: dict[str, tuple[Callable[[Path], Iterator[Block]], Callable[[Block], pa.Table]]] = {
    ".parquet": (parquet_blocks, _read_parquet),
    ".csv": (line_blocks, _read_csv),
    ".jsonl": (line_blocks, _read_json_lines),
}


def channel_files(folder: Path) -> list[Path]:
    """Return the channel's data files, sorted: all of one format, or images in label folders.

    Raises:
        DataError: The files are of several formats.
    """
    tables = [path for path in folder.glob("*") if path.suffix.lower() in FORMATS]
    images = [path for path in folder.glob("*/*") if path.suffix.lower() in IMAGE_SUFFIXES]
    kinds = {path.suffix.lower() for path in tables} | ({"images"} if images else set())
    if len(kinds) > 1:
        raise DataError(
            "channel-mixed",
            f"{folder} holds files of several formats: {', '.join(sorted(kinds))}.",
            "The same rows might be there twice.",
            "Leave one format in the channel.",
        )
    return sorted(tables or images)


def channel_blocks(folder: Path) -> list[Block]:
    """Return the blocks of a channel's folder, in the order of its files and rows.

    Raises:
        DataError: The files are of several formats, or cannot be read.
    """
    files = channel_files(folder)
    if files and files[0].suffix.lower() in IMAGE_SUFFIXES:
        return [Block(folder, start, stop, stop - start) for start, stop in image_blocks(files)]
    try:
        return [block for file in files for block in FORMATS[file.suffix.lower()][0](file)]
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(folder, error) from error


def read_block(block: Block, schema: Schema) -> Columns:
    """Return a block's inputs and target.

    Args:
        block: Of `channel_blocks`.
        schema: What the columns hold.

    Raises:
        DataError: The block does not fit the schema.
    """
    if block.file.is_dir():
        return read_images(channel_files(block.file)[block.start : block.stop], schema)
    try:
        table = FORMATS[block.file.suffix.lower()][1](block)
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(block.file, error) from error
    return columns_from_arrow(table, [*schema.inputs, schema.target_column], str(block.file))


def _unreadable(place: Path, error: Exception) -> DataError:
    return DataError(
        "channel-unreadable",
        f"{place} cannot be read:",
        f"{type(error).__name__}: {error}.",
        "Write the channel again.",
    )
