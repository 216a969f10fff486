"""Train or resume, then export."""

from __future__ import annotations

import argparse
import os

from ..hyperparameters import PRECISIONS, STRATEGIES
from ..layout import ContainerLayout
from .options import add_code_options, positive


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    add_code_options(parser)
    parser.add_argument("--processes", type=positive, help="default: one for each GPU, else 1")
    parser.add_argument("--strategy", choices=STRATEGIES)
    parser.add_argument("--precision", choices=PRECISIONS)
    parser.add_argument(
        "--sample", metavar="SHARE_OR_ROWS", help="train on fewer rows: 0.1 of them, or 1000"
    )


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Train in this process, a network in several under torchrun, or by people's own program."""
    from ..explanation.background import record_background
    from ..model_code import find_model_code
    from ..program.description import read_program
    from ..program.training import train_program

    code = find_model_code(layout, os.environ, options.code)
    if (program := read_program(code.folder)) is not None:
        train_program(layout, program)
    elif code.fits_itself():
        # Such a model's environment has no torch, which the loop imports.
        from ..training.estimators import train_estimator

        train_estimator(layout, code)
    else:
        from ..training.launch import train

        train(layout, code, options.processes, arguments)
    # The processes that torchrun starts come here too: the one that started them writes. Of several
    # hosts only the first exports a model.
    if "TORCHELASTIC_RUN_ID" not in os.environ and (layout.model / "model.onnx").is_file():
        record_background(layout)
