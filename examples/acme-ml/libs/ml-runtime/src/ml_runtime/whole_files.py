"""Files that are written whole or not at all: beside their place first, then renamed into it."""

from __future__ import annotations

import shutil
from pathlib import Path


def write_whole(target: Path, text: str) -> None:
    """Write a text in UTF-8; the folder is made.

    Raises:
        OSError: It cannot be written; what was there before still is.
    """
    partial = _beside(target)
    partial.write_text(text, "utf-8")
    partial.replace(target)


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file; the folder is made.

    Raises:
        OSError: It cannot be copied; what was there before still is.
    """
    partial = _beside(target)
    shutil.copyfile(source, partial)
    partial.replace(target)


def _beside(target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.with_name(f".{target.name}.partial")
