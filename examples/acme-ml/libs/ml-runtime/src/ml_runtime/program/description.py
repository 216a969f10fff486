"""program.json: how a model's own program is started."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import ProgramError

PROGRAM_FILE = "program.json"

# Where the program finds what is at /opt/ml in a container, and what its server listens on.
ROOT_VARIABLE, HOST_VARIABLE = "ML_RUNTIME_ROOT", "ML_RUNTIME_HOST"


@dataclass(frozen=True)
class Program:
    """How a program is started; SageMaker adds the argument `train` or `serve`, and so do we.

    Attributes:
        folder: The model's folder, in which it is started.
        train: Program and arguments, as ENTRYPOINT of the training image has them.
        serve: The same of the inference image.
    """

    folder: Path
    train: tuple[str, ...]
    serve: tuple[str, ...]


def read_program(folder: Path) -> Program | None:
    """Read program.json of a model's folder, or return None where there is none.

    Raises:
        ProgramError: It does not say how the program is started.
    """
    file = folder / PROGRAM_FILE
    if not file.is_file():
        return None
    try:
        content = json.loads(file.read_text("utf-8"))
        train, serve = (_command(content[name]) for name in ("train", "serve"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ProgramError(
            "program-unreadable",
            f"{file} does not say how the program is started:",
            f"{type(error).__name__}: {error}.",
            'Write {"train": ["node", "train.mjs"], "serve": ["node", "serve.mjs"]}.',
        ) from error
    return Program(folder.resolve(), train, serve)


def not_started(command: Sequence[str], error: OSError) -> ProgramError:
    """Return the error of a program that is not on this machine."""
    return ProgramError(
        "program-not-started",
        f"{command[0]} cannot be started:",
        f"{error}.",
        "Install it, or mend program.json.",
    )


def _command(value: object) -> tuple[str, ...]:
    if not (isinstance(value, list) and value and all(isinstance(part, str) for part in value)):
        raise ValueError(f"{value!r} is no list of texts")
    return tuple(value)
