"""Run another command as a SageMaker processing job."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..layout import ContainerLayout
from .options import setting


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    # Not `dest="command"`: that is the name of this one.
    parser.add_argument(
        "--command", dest="job", nargs="+", required=True, help="what to run, with its arguments"
    )
    parser.add_argument("--processing", type=Path, default=Path("/opt/ml/processing"))
    for flag, about in (
        ("input", "a folder below input/ and its place in the layout"),
        ("input-artifact", "a model.tar.gz below input/NAME/ and its place"),
        ("output", "a folder below output/ and the place that it is taken from"),
        ("output-artifact", "a place that is packed as output/NAME/model.tar.gz"),
    ):
        parser.add_argument(
            f"--{flag}", action="append", default=[], type=setting, metavar="NAME=PATH", help=about
        )


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Run it; the layout is that of the job, whose output/message says why it failed."""
    from ..pipeline.processing import Binding, run_processing

    def bindings(plain: list[str], packed: list[str]) -> list[Binding]:
        return [
            Binding(name, path, artifact)
            for entries, artifact in ((plain, False), (packed, True))
            for name, _, path in (entry.partition("=") for entry in entries)
        ]

    run_processing(
        options.job,
        bindings(options.input, options.input_artifact),
        bindings(options.output, options.output_artifact),
        options.processing,
        layout.root / "output" / "message",
    )
