"""Images in a CSV file: the target, and one column for each pixel (as MNIST is often handed on)."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from ..errors import DataError, joined
from ..schema import Column
from ..tables import column_array
from ..values import Refusal, Value, tensor_from_texts, value_from_text
from .dataset import Dataset

# A pixel is one byte: what 0 and 255 stand for is the same in every image.
PIXEL_RANGE = (0.0, 255.0)


def read_described_images(description: Path) -> Dataset:
    """Read the images that a columns.json describes; rows without a target are left out.

    Keys: file (relative to the description), target, task, and columns with the entry {"type":
    "pixels", "name", "shape": [height, width]}. All columns of the file but the target are pixels,
    in their order: row by row from the top left, whole numbers from 0 to 255.

    Raises:
        DataError: The description or the file is absent or malformed; all bad lines at once.
    """
    try:
        told = json.loads(description.read_text("utf-8"))
        (pixels,) = (entry for entry in told["columns"] if entry["type"] == "pixels")
        shape = (int(pixels["shape"][0]), int(pixels["shape"][1]))
        file, target = description.parent / told["file"], str(told["target"])
        image = Column(pixels["name"], "tensor", range=PIXEL_RANGE, dtype="uint8", shape=shape)
        outcome = Column(
            target, "string" if told["task"] == "classification" else "double", required=False
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            "description-unreadable",
            f"The description {description} cannot be read:",
            f"{type(error).__name__}: {error}.",
            "Restore the file from Git or correct it.",
        ) from error
    if not file.is_file():
        raise DataError(
            "data-file-absent",
            f"There is no data file {file}.",
            "Data files are ignored by Git, so a fresh clone does not have them.",
            f'Copy it there, or change "file" in {description}.',
        )
    images, outcomes = _read(file, image, outcome)
    labels = tuple(sorted({str(value) for value in outcomes}))
    return Dataset(
        columns={
            image.name: column_array(image, images),
            target: column_array(outcome, outcomes),
        },
        inputs=(image,),
        target=target,
        task=told["task"],
        classes=labels if told["task"] == "classification" else (),
        source=f"{file.name}, described by {description.name}",
    )


def _read(file: Path, image: Column, outcome: Column) -> tuple[list[Value], list[Value]]:
    images: list[Value] = []
    outcomes: list[Value] = []
    problems = []
    with file.open(encoding="utf-8-sig", newline="") as stream:
        lines = csv.reader(stream)
        header = [name.strip() for name in next(lines, [])]
        if header.count(outcome.name) != 1 or len(header) != 1 + len(image.cells):
            raise _malformed(
                file,
                [f'the header needs "{outcome.name}" once and {len(image.cells)} pixels beside it'],
            )
        for number, line in enumerate(lines, start=2):
            if not line:
                continue
            try:
                if len(line) != len(header):
                    raise Refusal(f"{len(line)} cells, the header has {len(header)}")
                value = value_from_text(outcome, line.pop(header.index(outcome.name)))
                tensor = tensor_from_texts(image, line)
            except Refusal as reason:
                problems.append(f"line {number}: {reason}")
                continue
            if value is not None:
                images.append(tensor)
                outcomes.append(value)
    if problems or not images:
        raise _malformed(file, problems or ["it has no rows with a target"])
    return images, outcomes


def _malformed(file: Path, problems: list[str]) -> DataError:
    return DataError(
        "csv-malformed",
        f"{file} cannot be read as described:",
        joined(problems),
        "Correct the file, or the description of its columns.",
    )
