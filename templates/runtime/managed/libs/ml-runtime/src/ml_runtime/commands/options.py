"""Options that several commands share, and the types of their values."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_code_options(parser: argparse.ArgumentParser) -> None:
    """Add --code and --set, of every command that runs the model's own modules."""
    parser.add_argument("--code", type=Path, help="folder of data.py, features.py, model.py")
    parser.add_argument(
        "--set", action="append", default=[], type=setting, metavar="NAME=VALUE",
        help="a hyperparameter; wins over SM_HPS and the file",
    )  # fmt: skip


def setting(text: str) -> str:
    """Return `text`, which is NAME=VALUE.

    Raises:
        argparse.ArgumentTypeError: It is not.
    """
    if "=" not in text:
        raise argparse.ArgumentTypeError("must be NAME=VALUE")
    return text


def positive(text: str) -> int:
    """Return the whole number above 0 that `text` is.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError("must be a whole number above 0")
    return int(text)
