"""Run the training pipeline's steps here, as SageMaker runs them in containers."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from ..layout import ContainerLayout
from .options import add_code_options, positive, setting


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    add_code_options(parser)
    parser.add_argument("--steps", type=Path, help="default: pipelines/training-steps.json above")
    parser.add_argument("--settings", type=Path, help="default: settings.json beside the code")
    parser.add_argument("--processes", type=positive, help="of the training; default: as `train`")
    parser.add_argument("--from", dest="start", metavar="STEP", help="run this and all after it")
    parser.add_argument("--force", action="store_true", help="run every step again")
    parser.add_argument(
        "--parameter", action="append", default=[], type=setting, metavar="NAME=VALUE",
        help="a parameter of the pipeline, e.g. MinimumSkill=0.2",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON object for each step")
    parser.add_argument("--list", action="store_true", help="print the steps as JSON, run nothing")


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Run what is out of date, below <root>/pipeline."""
    from ..model_code import find_model_code
    from ..pipeline import RunOptions, find_graph, read_graph, run_pipeline
    from ..pipeline.progress import Progress

    code = find_model_code(layout, os.environ, options.code).folder
    settings = _settings(options.settings or code / "settings.json")
    graph = read_graph(options.steps or find_graph(code), settings.get("options", ()))
    parameters = dict(entry.split("=", 1) for entry in options.parameter)
    if options.list:
        print(json.dumps(_listed(graph), indent=2))
        return
    run_options = RunOptions(
        start=options.start,
        force=options.force,
        processes=options.processes,
        hyperparameters=dict(entry.split("=", 1) for entry in options.set),
        parameters={name: _typed(value) for name, value in parameters.items()},
    )
    progress = Progress(as_json=options.json)
    run_pipeline(graph, layout.root / "pipeline", code, settings, run_options, progress)


def _settings(file: Path) -> dict[str, Any]:
    from ..errors import PipelineError

    if not file.is_file():  # a folder that is no model of a repository: no options, no settings
        return {}
    try:
        content = json.loads(file.read_text("utf-8"))
        if not isinstance(content, dict):
            raise ValueError("it is no JSON object")
    except ValueError as error:
        raise PipelineError(
            "settings-unreadable", f"{file} cannot be read:", f"{error}.", "Run `npx projen`."
        ) from error
    return content


def _typed(text: str) -> Any:
    """A number where the text is one, as StartPipelineExecution has it."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _listed(graph: Any) -> list[dict[str, Any]]:
    from ..pipeline.gates import failure_message

    return [
        {
            "name": step.name,
            "kind": step.kind,
            "after": list(step.after),
            "command": list(step.command),
            "inputs": [place.name for place in step.inputs],
            "outputs": [place.name for place in step.outputs],
            "conditions": [vars(condition) for condition in step.conditions],
            "failure": {
                "name": step.failure,
                "message": failure_message(step, graph.parameters) if step.message else "",
            },
        }
        for step in graph.steps
    ]
