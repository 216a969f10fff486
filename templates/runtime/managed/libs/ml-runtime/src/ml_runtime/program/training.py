"""Training by people's own program, over the folders that SageMaker gives its container."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ProgramError
from ..layout import ContainerLayout
from .description import ROOT_VARIABLE, Program, not_started


def train_program(layout: ContainerLayout, program: Program) -> None:
    """Run the program with the argument `train`, and see that it keeps the contract.

    Reads the channels, writes model/, checkpoints/ and output/. The model folder is empty when it
    starts, as in a new container.

    Raises:
        ProgramError: It cannot be started, ends with another exit code than 0, or leaves no model.
    """
    shutil.rmtree(layout.model, ignore_errors=True)
    with _container_folders(layout) as root:
        code = _run([*program.train, "train"], program.folder, root)
    if code != 0:
        shutil.rmtree(layout.model, ignore_errors=True)
        raise ProgramError(
            "program-failed",
            f"{' '.join(program.train)} train ended with exit code {code}:",
            _reason(layout.failure),
            "Mend the program, or what it is told.",
        )
    if not any(layout.model.iterdir()):
        raise ProgramError(
            "program-left-no-model",
            f"{' '.join(program.train)} train ended well, and {layout.model} is empty.",
            "SageMaker packs what lies in /opt/ml/model as the model.",
            f"Write the model into ${ROOT_VARIABLE}/model, or /opt/ml/model where it is unset.",
        )


@contextmanager
def _container_folders(layout: ContainerLayout) -> Iterator[Path]:
    """A folder as /opt/ml of a training container, which leads to those of the layout.

    Its configuration is its own: hyperparameters of this run must not be there in the next.
    """
    with tempfile.TemporaryDirectory(prefix="opt-ml-") as temporary:
        root = Path(temporary)
        links = {
            "model": layout.model,
            "checkpoints": layout.checkpoints,
            "output": layout.failure.parent,
        }
        for name, place in links.items():
            place.mkdir(parents=True, exist_ok=True)
            (root / name).symlink_to(place.resolve(), target_is_directory=True)
        layout.output_data.mkdir(parents=True, exist_ok=True)
        channels = {name: place for name, place in layout.channels.items() if place.is_dir()}
        (root / "input" / "data").mkdir(parents=True)
        for name, place in channels.items():
            (root / "input/data" / name).symlink_to(place.resolve(), target_is_directory=True)
        config = {
            "hyperparameters": dict(layout.hyperparameters),
            "inputdataconfig": {name: {"TrainingInputMode": "File"} for name in channels},
            "resourceconfig": {
                "current_host": layout.current_host,
                "hosts": list(layout.hosts),
                "network_interface_name": layout.network_interface or "eth0",
            },
        }
        (root / "input" / "config").mkdir()
        for name, content in config.items():
            (root / "input/config" / f"{name}.json").write_text(json.dumps(content), "utf-8")
        yield root


def _run(command: list[str], folder: Path, root: Path) -> int:
    """Run to the end; SIGTERM, by which a job is stopped, is handed on."""
    environ = {**os.environ, ROOT_VARIABLE: str(root)}
    try:
        process = subprocess.Popen(command, cwd=folder, env=environ)  # noqa: S603
    except OSError as error:
        raise not_started(command, error) from error
    try:
        earlier = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    except ValueError:  # not in the main thread, where signals do not arrive
        return process.wait()
    try:
        return process.wait()
    finally:
        signal.signal(signal.SIGTERM, earlier)


def _reason(failure: Path) -> str:
    """What the program says itself; SageMaker shows the same text."""
    if failure.is_file() and (text := failure.read_text("utf-8", "replace").strip()):
        return text if text.endswith(".") else f"{text}."
    return "It left no reason in output/failure, where SageMaker looks for it."
