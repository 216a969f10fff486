"""What SageMaker mounts into a processing job that judges a model."""

import shutil
import tarfile
from pathlib import Path


def lay_out_evaluation(root: Path, folder: Path) -> None:
    """Copy the channels of a container root, and pack its model as a training job does."""
    inputs = folder / "processing/input"
    for name in ("train", "test"):
        shutil.copytree(root / "input/data" / name, inputs / name)
    (inputs / "model").mkdir()
    with tarfile.open(inputs / "model/model.tar.gz", "w:gz") as archive:
        archive.add(root / "model", ".")
