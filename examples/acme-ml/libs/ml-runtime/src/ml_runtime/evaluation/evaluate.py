"""`evaluate`: the exported model, or people's own program, on the test channel."""

from __future__ import annotations

from typing import Any

from ..data.channels import read_channel_schema
from ..layout import ContainerLayout
from ..pipeline.fingerprint import digest_of
from ..program.answers import asked
from ..program.description import Program
from ..program.serving import serving
from .judge import judge


def evaluate(layout: ContainerLayout) -> dict[str, Any]:
    """Judge the exported model with ONNX Runtime, and write output/data/evaluation.json.

    Args:
        layout: Its model folder and the channels test and train are read.

    Returns:
        The report, as it is written.

    Raises:
        MlRuntimeError: The model or a channel is absent.
    """
    # Where a program of people's own serves the model, there is no ONNX Runtime.
    from ..inference import load_exported_model

    model = load_exported_model(layout.model)
    about = {"flavour": model.schema.flavour, "onnxSha256": model.digest}
    return judge(layout, model.schema, model.answers, about)


def evaluate_program(layout: ContainerLayout, program: Program) -> dict[str, Any]:
    """Judge what a program has trained by what its own server answers, row by row.

    Raises:
        ProgramError: The server does not start, or does not answer as the contract says.
        MlRuntimeError: A channel is absent.
    """
    schema = read_channel_schema(layout)
    about = {"flavour": "custom", "artifactSha256": digest_of(layout.model)}
    with serving(layout, program) as address:
        return judge(layout, schema, lambda rows: asked(address, schema, rows), about)
