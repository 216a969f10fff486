"""Search hyperparameters on this machine, within the bounds of settings.json."""

from __future__ import annotations

import argparse
import json
import os
import signal
from pathlib import Path
from typing import Any

from ..layout import ContainerLayout
from .options import add_code_options


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    add_code_options(parser)
    parser.add_argument(
        "--settings", type=Path, help='the search space, under "tuning"; default: the code\'s'
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Write output/data/tuning.json, and say how to train with what was found."""
    from ..model_code import find_model_code
    from ..settings import SETTINGS_FILE
    from ..tuning import read_space, tune

    # As Ctrl-C: the trials are ended, and the study can be taken up again.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    code = find_model_code(layout, os.environ, options.code)
    report = tune(layout, code, read_space(options.settings or code.folder / SETTINGS_FILE))
    print(json.dumps(report, indent=2) if options.json else _told(report), flush=True)


def _told(report: dict[str, Any]) -> str:
    metric, best = report["objective"]["metric"], report["best"]
    settings = " ".join(f"--set {name}={text}" for name, text in best["hyperparameters"].items())
    return (
        f"tune: best {metric}={best['value']:.6f}; of {len(report['jobs'])} trials\n"
        f"tune: to train with it: python -m ml_runtime train {settings}\n"
        "tune: to keep it: make these the defaults in model.py"
    )
