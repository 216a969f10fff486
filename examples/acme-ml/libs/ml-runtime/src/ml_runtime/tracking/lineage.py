"""Where a run comes from: commit, image, job and machine."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Set when the image is built and by the pipeline; in a checkout Git is asked instead.
COMMIT_VARIABLE = "ML_RUNTIME_COMMIT"
IMAGE_VARIABLE = "ML_RUNTIME_IMAGE"
# Behind a commit that files differ from.
DIRTY_SUFFIX = "-dirty"


def lineage(code: Path, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return commit, whether the tree differed from it, image, job, instance type and region.

    Args:
        code: The model's code folder.
        environ: Environment variables. What nothing tells is None.
    """
    commit = commit_of(code, environ)
    return {
        "commit": commit.removesuffix(DIRTY_SUFFIX) if commit else None,
        "dirty": commit.endswith(DIRTY_SUFFIX) if commit else None,
        "image": environ.get(IMAGE_VARIABLE),
        "job": environ.get("TRAINING_JOB_NAME"),
        "instanceType": environ.get("SM_CURRENT_INSTANCE_TYPE"),
        "region": environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION"),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
    }


def commit_of(code: Path, environ: Mapping[str, str]) -> str | None:
    """Return the Git commit, "-dirty" appended where files differ from it, or None.

    Args:
        code: A folder of the repository.
        environ: For ML_RUNTIME_COMMIT, which wins.
    """
    if told := environ.get(COMMIT_VARIABLE):
        return told

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(code), *arguments]
        # An error (no Git, no repository, somebody else's) only means that nothing is known.
        told = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)  # noqa: S603
        return told.stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")
        return commit + DIRTY_SUFFIX if git("status", "--porcelain") else commit
    except (OSError, subprocess.SubprocessError):
        return None
