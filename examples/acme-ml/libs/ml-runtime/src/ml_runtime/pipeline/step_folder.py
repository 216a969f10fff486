"""The folder of one step: /opt/ml as a container of its own would have it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..whole_files import write_whole

# In a step's folder: what is known of its last good end, and what it printed.
STATE_FILE = "state.json"
LOG_FILE = "output.txt"


@dataclass(frozen=True)
class StepState:
    """What is known of the last time that a step ended well.

    Attributes:
        key: Digest of what its result depends on.
        seconds: How long it took.
        outputs: Digest of each output by its name.
    """

    key: str
    seconds: float
    outputs: dict[str, str]


def read_state(folder: Path) -> StepState | None:
    """Return the state of a step, or None where it has not ended well yet."""
    try:
        return StepState(**json.loads((folder / STATE_FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_state(folder: Path, state: StepState) -> None:
    """Write the state: the last thing of a step, and whole or not at all.

    Raises:
        OSError: The folder cannot be written.
    """
    write_whole(folder / STATE_FILE, json.dumps(asdict(state), indent=2) + "\n")


def lay_out(
    folder: Path,
    inputs: Mapping[str, Path],
    outputs: Collection[str],
    hyperparameters: Mapping[str, str],
) -> None:
    """Make a step's folder ready for a process that reads it as /opt/ml.

    What an earlier run left is removed, except the checkpoints: a training that broke off goes on.

    Args:
        folder: Stands for /opt/ml.
        inputs: Path in the layout to the folder that another step wrote. It is linked, or copied
            where the step writes to the same path.
        outputs: Paths in the layout that the step writes.
        hyperparameters: Written as SageMaker does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for child in folder.iterdir():
        if child.name == "checkpoints":
            continue
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()
    for path, source in inputs.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if path in outputs:
            shutil.copytree(source, place)
        else:
            place.symlink_to(source.resolve(), target_is_directory=True)
    config = folder / "input" / "config"
    config.mkdir(parents=True, exist_ok=True)
    text = json.dumps(dict(hyperparameters), indent=2) + "\n"
    (config / "hyperparameters.json").write_text(text, "utf-8")
