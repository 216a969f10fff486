"""Write the channels train, validation and test."""

from __future__ import annotations

import argparse
import os

from ..layout import ContainerLayout
from .options import add_code_options


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    add_code_options(parser)
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv", help="default: csv")


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Load and split the model's data."""
    from ..data.prepare import prepare
    from ..model_code import find_model_code

    prepare(layout, find_model_code(layout, os.environ, options.code), options.format)
