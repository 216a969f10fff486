"""Make the exported model smaller and faster, where that is measured and costs no accuracy."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..layout import ContainerLayout


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.add_argument("--code", type=Path, help="folder of settings.json")
    parser.add_argument(
        "--settings", type=Path, help='what to try, under "optimise"; default: the code\'s'
    )
    parser.add_argument("--quantise", help="none, dynamic, static or int8 (both)")
    parser.add_argument("--prune", type=float, help="share of the hidden units to take out")
    parser.add_argument("--max-accuracy-drop", type=float, help="largest loss, as a share")
    parser.add_argument("--min-latency-reduction", type=float, help="smallest gain, as a share")


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Write output/data/optimisation.json, and model/model.onnx where the gate is passed."""
    from ..model_code import find_model_code
    from ..optimise import optimise, read_optimise_settings
    from ..settings import SETTINGS_FILE

    code = find_model_code(layout, os.environ, options.code)
    given = {
        "quantise": options.quantise,
        "prune": options.prune,
        "maxAccuracyDrop": options.max_accuracy_drop,
        "minLatencyReduction": options.min_latency_reduction,
    }
    given = {name: value for name, value in given.items() if value is not None}
    file = options.settings or code.folder / SETTINGS_FILE
    optimise(layout, read_optimise_settings(file, given))
