"""SHA-256 digests, in hexadecimal, by which runs, data and models know each other again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def json_digest(content: Mapping[str, Any]) -> str:
    """Return the digest of a JSON object, whatever the order of its keys (64 digits)."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def run_id(parts: Mapping[str, Any]) -> str:
    """Return 12 digits that stand for everything that decides a run's result.

    48 bits: of a million runs of one model, two share an id with a chance of 0.2 %.
    """
    return json_digest(parts)[:12]


def file_digest(file: Path) -> str:
    """Return the digest of a file's bytes (64 digits).

    Raises:
        OSError: The file cannot be read.
    """
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def files_digest(files: Iterable[tuple[str, Path]]) -> str:
    """Return the digest over names and contents, in the order that is given (64 digits).

    Raises:
        OSError: A file cannot be read.
    """
    digest = hashlib.sha256()
    for name, file in files:
        digest.update(f"{name} {file_digest(file)}\n".encode())
    return digest.hexdigest()
