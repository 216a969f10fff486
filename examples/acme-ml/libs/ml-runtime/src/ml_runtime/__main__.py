"""The command line: `python -m ml_runtime COMMAND`, one of `ml_runtime.commands.NAMES`."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from dataclasses import replace
from pathlib import Path

from .commands import NAMES, load_command
from .errors import MlRuntimeError
from .layout import DEFAULT_ROOT, ContainerLayout, read_layout, write_failure


def main(arguments: list[str]) -> int:
    """Run one command; return 0, or 1 with the reason on stderr and in output/failure."""
    options = _parser().parse_args(arguments)
    layout = None
    try:
        layout = _with_settings(read_layout(options.root.resolve(), os.environ), options)
        if options.command != "serve" and "TORCHELASTIC_RUN_ID" not in os.environ:
            layout.failure.unlink(missing_ok=True)
        load_command(options.command).run(options, layout, arguments)
    except MlRuntimeError as error:
        return _fail(options, layout, f"{error.code}: {error}")
    except Exception as error:
        detail = "".join(traceback.format_exception(error))
        return _fail(options, layout, f"{type(error).__name__}: {error}\n{detail[-600:]}", detail)
    return 0


def _fail(
    options: argparse.Namespace, layout: ContainerLayout | None, reason: str, detail: str = ""
) -> int:
    print(f"{options.command} failed. {detail or reason}", file=sys.stderr, flush=True)
    # A served model's root is read-only, and only jobs have a FailureReason.
    if options.command != "serve":
        try:
            write_failure(layout or read_layout(options.root, {}), reason)
        except (OSError, MlRuntimeError) as error:
            print(f"The reason could not be written: {error}", file=sys.stderr)
    return 1


def _with_settings(layout: ContainerLayout, options: argparse.Namespace) -> ContainerLayout:
    given = dict(entry.split("=", 1) for entry in getattr(options, "set", []))
    for name in ("strategy", "precision", "sample"):
        if (value := getattr(options, name, None)) is not None:
            given[name] = value
    return replace(layout, hyperparameters={**layout.hyperparameters, **given})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ml_runtime", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in NAMES:
        command = load_command(name)
        about = (command.__doc__ or "").partition("\n")[0].rstrip(".")
        options = commands.add_parser(name, help=about, description=command.__doc__)
        options.add_argument("--root", type=Path, default=DEFAULT_ROOT, help="stands for /opt/ml")
        command.configure(options)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
