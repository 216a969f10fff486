"""Judge the model on the test channel."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..layout import ContainerLayout


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own option."""
    parser.add_argument("--code", type=Path, help="folder of program.json, where there is one")


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Write output/data/evaluation.json."""
    from ..evaluation.evaluate import evaluate, evaluate_program
    from ..model_code import find_model_code
    from ..program.description import read_program

    program = read_program(find_model_code(layout, os.environ, options.code).folder)
    if program is None:
        evaluate(layout)
    else:
        evaluate_program(layout, program)
