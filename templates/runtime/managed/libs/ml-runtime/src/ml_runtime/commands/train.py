"""Train or resume, then export."""

from __future__ import annotations

import argparse
import os

from ..layout import ContainerLayout
from .options import add_code_options, positive


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    add_code_options(parser)
    parser.add_argument("--processes", type=positive, help="default: one for each GPU, else 1")
    parser.add_argument("--strategy", choices=("single", "ddp"))
    parser.add_argument("--precision", choices=("fp32", "bf16"))


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Train in this process, or in several under torchrun."""
    from ..explanation.background import record_background
    from ..model_code import find_model_code
    from ..training.launch import train

    code = find_model_code(layout, os.environ, options.code)
    train(layout, code, options.processes, arguments)
    # The processes that torchrun starts come here too; the one that started it writes.
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        record_background(layout)
