"""Where runs are tracked: MLflow over SQLite in the repository, or a server that is named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import TrackingError

if TYPE_CHECKING:
    from mlflow import MlflowClient

# Folder of the repository with the database and the artifacts; Git ignores it.
STORE = ".mlflow"


def repository_of(code: Path) -> Path:
    """Return the nearest folder upwards that has a wa-ml.json, else `code` itself."""
    return next((one for one in (code, *code.parents) if (one / "wa-ml.json").is_file()), code)


def tracking_uri(code: Path, environ: Mapping[str, str]) -> str:
    """Return MLFLOW_TRACKING_URI (of a managed MLflow its ARN), or the repository's database."""
    default = f"sqlite:///{repository_of(code) / STORE / 'mlflow.db'}"
    return environ.get("MLFLOW_TRACKING_URI") or default


def open_client(code: Path, environ: Mapping[str, str]) -> MlflowClient:
    """Connect to the tracker; the repository's database is made by the first that asks.

    Args:
        code: The model's folder.
        environ: For MLFLOW_TRACKING_URI.

    Raises:
        TrackingError: MLflow, or its plugin for a managed one, is not installed.
    """
    uri = tracking_uri(code, environ)
    try:
        from mlflow import MlflowClient

        if uri.startswith("arn:"):
            import sagemaker_mlflow  # noqa: F401
    except ImportError as error:
        raise TrackingError(
            "mlflow-absent",
            f"{error.name} is not installed.",
            "Runs are logged with MLflow; a managed one (an ARN) needs sagemaker-mlflow as well.",
            "Install ml-runtime[track], or ml-runtime[track-aws] for an ARN.",
        ) from error
    if uri.startswith("sqlite:///"):
        Path(uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return MlflowClient(tracking_uri=uri, registry_uri=uri)
