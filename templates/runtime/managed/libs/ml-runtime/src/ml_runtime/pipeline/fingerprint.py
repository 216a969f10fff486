"""What a step's result depends on, as one digest: the same again need not run again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from ..digests import files_digest, json_digest
from ..program.description import read_program
from .graph import Step

# Files of a model's folder that a kind of step reads, as patterns; kinds that are not here read
# none. data.py and what lies beside it is the preparation's, whose rows are digested themselves;
# model.py is the training's.
CODE: Mapping[str, tuple[str, ...]] = {
    "prepare": ("**/*",),
    "validate": ("baseline.json",),
    "tune": ("*.py",),
    "train": ("*.py",),
}
# Those of a model that brings its own program: which of its files that reads is its own affair.
PROGRAM_CODE: Mapping[str, tuple[str, ...]] = {
    **CODE,
    "train": ("**/*",),
    "evaluate": ("**/*",),
}
# Files that people read or other steps do: the preparation's result does not depend on them.
NOT_CODE = frozenset({"settings.json", "card.yaml", "README.md", "baseline.json"})

# Keys of settings.json that a kind of step takes its settings from.
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "tune": ("hyperparameters", "tuning"),
    "train": ("hyperparameters",),
    "optimise": ("optimise",),
}


def digest_of(folder: Path) -> str:
    """Return the SHA-256 over names and contents of all files below a folder, in hexadecimal."""
    return files_digest((file.relative_to(folder).as_posix(), file) for file in _files(folder))


def key_of(
    step: Step,
    inputs: Mapping[str, str],
    code: Path,
    settings: Mapping[str, Any],
    overrides: Mapping[str, str],
) -> str:
    """Return the digest of all that a step's result depends on.

    Args:
        step: The step as the graph has it.
        inputs: Digest of each input by its name.
        code: The model's folder.
        settings: The content of settings.json.
        overrides: Hyperparameters of this run, which win over the settings.
    """
    parts = {
        "step": repr(step),
        "inputs": dict(inputs),
        "code": _code_digest(step.kind, code),
        "settings": {name: settings.get(name) for name in SETTINGS.get(step.kind, ())},
        "overrides": dict(overrides),
        "runtime": runtime_digest(),
    }
    return json_digest(parts)


@cache
def runtime_digest() -> str:
    """Return the digest of this package's files and of the versions of all that is installed."""
    package = Path(__file__).parent.parent
    files = ((file.relative_to(package).as_posix(), file) for file in sorted(package.rglob("*.py")))
    installed = sorted({f"{one.name}=={one.version}" for one in distributions()})
    return hashlib.sha256("\n".join([files_digest(files), *installed]).encode()).hexdigest()


def _code_digest(kind: str, code: Path) -> str:
    patterns = PROGRAM_CODE if read_program(code) else CODE
    found = {file for pattern in patterns.get(kind, ()) for file in code.glob(pattern)}
    named = [
        (file.relative_to(code), file)
        for file in sorted(found)
        if file.is_file() and (file.name not in NOT_CODE or file.name in patterns[kind])
    ]
    return files_digest(
        (path.as_posix(), file)
        for path, file in named
        if not any(part.startswith(".") or part in ("tests", "__pycache__") for part in path.parts)
        and file.name != ("model.py" if kind == "prepare" else "data.py")
    )


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
