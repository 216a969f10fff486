"""The commands of `python -m ml_runtime`: one module each, named as the command.

A module has a docstring (its help), `configure(parser)`, which adds its options, and
`run(options, layout, arguments)`. It imports what it runs only in `run`: serving must not load
torch, and preparing need not.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Protocol, cast

from ..layout import ContainerLayout

# In the order in which people use them.
NAMES = (
    "prepare",
    "validate",
    "tune",
    "train",
    "optimise",
    "evaluate",
    "log",
    "register",
    "pipeline",
    "processing",
    "serve",
    "openapi",
    "loadtest",
)


class Command(Protocol):
    """What a module of this package offers."""

    __doc__: str | None

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own options."""

    def run(
        self, options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]
    ) -> None:
        """Do it.

        Args:
            options: What `configure` had parsed, and `root`.
            layout: Of that root, with the hyperparameters that the command line sets.
            arguments: The whole command line after `-m ml_runtime`.

        Raises:
            MlRuntimeError: It cannot be done; the reason is printed and written to output/failure.
        """


def load_command(name: str) -> Command:
    """Return the command's module; `name` is one of NAMES."""
    return cast(Command, import_module(f"{__name__}.{name}"))
