"""A SageMaker processing job around one command of the runtime.

A processing job has its inputs and outputs below /opt/ml/processing, a model packed as it lies in
S3, and its reason of failure in another file than a training job. The commands know one layout; so
the inputs are put where they look for them, and the results where SageMaker does.

Source: "How Amazon SageMaker Processing Runs Your Processing Container Image" and "Save and Access
Metadata Information About Your Processing Job".
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import PipelineError

# How a model lies in S3: as a training job packs it.
ARCHIVE = "model.tar.gz"

# DescribeProcessingJob returns the first KB of the message.
MESSAGE_BYTES = 1024

# No member outside of the folder. Debian's Python 3.11 may lack it, and the archive is our own.
SAFE_MEMBERS: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


@dataclass(frozen=True)
class Binding:
    """A folder of the job and its place in the container layout.

    Attributes:
        name: Folder below /opt/ml/processing/input or /opt/ml/processing/output.
        path: Place in the layout, relative to its root.
        artifact: The folder holds a model as model.tar.gz.
    """

    name: str
    path: str
    artifact: bool


def run_processing(
    command: Sequence[str],
    inputs: Sequence[Binding],
    outputs: Sequence[Binding],
    processing: Path,
    message: Path,
) -> None:
    """Run a command of the runtime as a processing job.

    Args:
        command: Its name and arguments.
        inputs: Folders below `processing`/input. They are linked into the layout, or copied where
            an output has the same place.
        outputs: Folders below `processing`/output. Filled in the end, of a failed job too.
        processing: /opt/ml/processing.
        message: File that becomes the job's ExitMessage if the command fails.

    Raises:
        PipelineError: The command failed, or left an output unwritten.
    """
    # Results are moved at the end: the output folders are mount points, which no command may
    # replace by a finished folder in one step.
    with tempfile.TemporaryDirectory(prefix="processing-") as temporary:
        root = Path(temporary)
        environ = dict(os.environ)
        written = {place.path for place in outputs}
        for place in inputs:
            _bring(place, processing / "input" / place.name, root, written)
            if place.path.startswith("input/data/"):
                environ[f"SM_CHANNEL_{place.name.upper()}"] = str(root / place.path)
        arguments = [sys.executable, "-m", "ml_runtime", *command, "--root", str(root)]
        done = subprocess.run(arguments, env=environ, check=False)  # noqa: S603
        absent = [place.name for place in outputs if not (root / place.path).is_dir()]
        for place in outputs:
            if place.name not in absent:
                _hand_over(place, root / place.path, processing / "output" / place.name)
        if done.returncode == 0 and not absent:
            return
        failure = root / "output" / "failure"
        reason = (
            failure.read_text("utf-8")
            if failure.is_file()
            else f"{command[0]} ended with exit code {done.returncode}; not written: {absent}."
        )
        message.parent.mkdir(parents=True, exist_ok=True)
        # Cut between characters: a message that is not UTF-8 fails the job for that.
        message.write_bytes(
            reason.encode()[:MESSAGE_BYTES].decode("utf-8", "ignore").encode("utf-8")
        )
        raise PipelineError("processing-failed", reason, "", "The log above says more.")


def _bring(place: Binding, source: Path, root: Path, written: set[str]) -> None:
    target = root / place.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if place.artifact:
        archive = source / ARCHIVE
        if not archive.is_file():
            raise PipelineError(
                "artifact-absent", f"There is no {archive}.", "The step reads a model.", ""
            )
        with tarfile.open(archive, "r:gz") as packed:
            packed.extractall(target, **SAFE_MEMBERS)  # noqa: S202  # nosec B202
    elif place.path in written:
        shutil.copytree(source, target)
    else:
        target.symlink_to(source, target_is_directory=True)


def _hand_over(place: Binding, written: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    if not place.artifact:
        shutil.copytree(written, target, dirs_exist_ok=True)
        return
    # Without times, so that the same model is the same archive.
    with (
        (target / ARCHIVE).open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for path in sorted(written.rglob("*")):
            archive.add(path, path.relative_to(written).as_posix(), False, filter=_anonymous)


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry
