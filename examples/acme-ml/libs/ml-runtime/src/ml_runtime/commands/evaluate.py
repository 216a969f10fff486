"""Judge the exported model on the test channel."""

from __future__ import annotations

import argparse

from ..layout import ContainerLayout


def configure(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has no options of its own."""


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Write output/data/evaluation.json."""
    from ..evaluation import evaluate

    evaluate(layout)
