"""Print the OpenAPI document of the trained model's server."""

from __future__ import annotations

import argparse
import json
import os

from ..layout import ContainerLayout
from ..schema import read_schema


def configure(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has no options of its own."""


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Print it to standard output, indented."""
    from ..serving.openapi import openapi_document
    from ..serving.settings import read_settings

    schema = read_schema(layout.model / "schema.json")
    print(json.dumps(openapi_document(schema, read_settings(os.environ)), indent=2))
