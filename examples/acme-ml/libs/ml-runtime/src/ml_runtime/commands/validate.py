"""Compare the train channel with the trusted baseline; quarantine what looks poisoned."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..layout import ContainerLayout


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.add_argument("--code", type=Path, help="folder of baseline.json")
    parser.add_argument("--baseline", type=Path, help="trusted profile; default: the code's")
    parser.add_argument(
        "--trust", action="store_true",
        help="trust this data from now on, whatever it looks like: write the baseline",
    )  # fmt: skip


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Write output/data/validation.json and profile.json, and the baseline with --trust."""
    from ..model_code import find_model_code
    from ..validation.validate import BASELINE_FILE, find_baseline, trust, validate

    code = find_model_code(layout, os.environ, options.code)
    if options.trust:
        validate(layout, None)
        trust(layout, options.baseline or code.folder / BASELINE_FILE)
        return
    report = validate(layout, find_baseline(layout, code.folder, options.baseline))
    if report["verdict"] == "no-baseline":
        print("validate: no baseline is trusted yet, so nothing was compared.")
        print("validate: once this data is known to be good, trust it with --trust.", flush=True)
