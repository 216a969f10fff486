"""Images in folders named by their labels: <channel>/<label>/<name>.png."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ..errors import DataError, joined
from ..schema import Schema
from ..tables import Columns

# Formats that Pillow reads everywhere, of files that are taken for images.
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp"})

# Images of a block: decoding them takes about as long as a step of a small network.
IMAGES_PER_BLOCK = 256


def image_blocks(files: Sequence[Path]) -> Iterator[tuple[int, int]]:
    """Give the first and the last number, excluded, of each block of images."""
    for start in range(0, len(files), IMAGES_PER_BLOCK):
        yield start, min(start + IMAGES_PER_BLOCK, len(files))


def read_images(files: Sequence[Path], schema: Schema) -> Columns:
    """Decode images into the schema's one input, uint8 [rows, height, width] or with channels last.

    Args:
        files: Each in a folder with the label's name.
        schema: Its input has a shape: [height, width] for grey images, [height, width, 3] for
            colours. Images of another size are refused: scaling them belongs into `data.py`, where
            it is seen.

    Raises:
        DataError: The schema is not one of images, or files are no images of its shape.
    """
    # Needed for images only, and models of tables do not install it.
    from PIL import Image, UnidentifiedImageError

    (column, *others) = schema.inputs
    shape = getattr(column, "shape", None)
    if others or not shape or len(shape) not in (2, 3):
        raise DataError(
            "images-undescribed",
            "The channel holds images and the schema describes no image.",
            "Its one input must have a shape, [height, width] or [height, width, 3].",
            "Correct what data.py returns, or the channel.",
        )
    mode = "L" if len(shape) == 2 or shape[2] == 1 else "RGB"
    pixels = np.empty((len(files), *shape), dtype=np.uint8)
    problems = []
    for number, file in enumerate(files):
        try:
            with Image.open(file) as image:
                decoded = np.asarray(image.convert(mode))
        except (OSError, UnidentifiedImageError) as error:
            problems.append(f"{file.parent.name}/{file.name}: {error}")
            continue
        if decoded.shape[:2] != tuple(shape[:2]):
            problems.append(
                f"{file.parent.name}/{file.name} is {decoded.shape[0]} x {decoded.shape[1]} pixels"
            )
            continue
        pixels[number] = decoded.reshape(shape)
    if problems:
        raise DataError(
            "images-malformed",
            f"Images of {' x '.join(map(str, shape))} are wanted:",
            joined(problems),
            "Scale or remove them.",
        )
    labels = np.array([file.parent.name for file in files], dtype=object)
    return {column.name: pixels, schema.target: labels}
