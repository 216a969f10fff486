"""Log the last run, with its reports, to MLflow."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..layout import ContainerLayout


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.add_argument("--code", type=Path, help="the model's folder")
    parser.add_argument("--experiment", help="default: the name of the model's folder")


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Write to MLFLOW_TRACKING_URI, or to .mlflow/mlflow.db of the repository."""
    from ..model_code import find_model_code
    from ..tracking.log import log_run

    code = find_model_code(layout, os.environ, options.code).folder
    log_run(layout, code, options.experiment or code.name, os.environ)
