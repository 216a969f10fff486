"""The command line: `python -m ml_runtime <prepare|train|evaluate|serve>`."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from dataclasses import replace
from pathlib import Path

from .errors import MlRuntimeError
from .layout import DEFAULT_ROOT, ContainerLayout, read_layout, write_failure
from .model_code import find_model_code

# SageMaker's real-time endpoints take bodies of at most 6 MB.
DEFAULT_BODY_BYTES = 6 * 1024 * 1024


def main(arguments: list[str]) -> int:
    """Run one command; return 0, or 1 with the reason on stderr and in output/failure."""
    options = _parser().parse_args(arguments)
    layout = None
    try:
        layout = _with_settings(read_layout(options.root.resolve(), os.environ), options)
        if options.command != "serve" and "TORCHELASTIC_RUN_ID" not in os.environ:
            layout.failure.unlink(missing_ok=True)
        _run(options, layout, arguments)
    except MlRuntimeError as error:
        return _fail(options, layout, f"{error.code}: {error}")
    except Exception as error:
        detail = "".join(traceback.format_exception(error))
        return _fail(options, layout, f"{type(error).__name__}: {error}\n{detail[-600:]}", detail)
    return 0


def _run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    # Imported here: serving must not load torch, preparing need not.
    if options.command == "prepare":
        from .data.prepare import prepare

        prepare(layout, find_model_code(layout, os.environ, options.code))
    elif options.command == "train":
        from .training.launch import train

        code = find_model_code(layout, os.environ, options.code)
        train(layout, code, options.processes, arguments)
    elif options.command == "evaluate":
        from .evaluation import evaluate

        evaluate(layout)
    else:
        from .serving.server import serve

        serve(layout.model, options.host, options.port, options.workers, options.body_bytes)


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
    for name in ("strategy", "precision"):
        if (value := getattr(options, name, None)) is not None:
            given[name] = value
    return replace(layout, hyperparameters={**layout.hyperparameters, **given})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ml_runtime", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    prepare, train, evaluate, serve = (
        commands.add_parser(name, help=text)
        for name, text in (
            ("prepare", "write the channels train, validation and test"),
            ("train", "train or resume, then export"),
            ("evaluate", "judge the exported model on the test channel"),
            ("serve", "answer /ping and /invocations"),
        )
    )
    for command in (prepare, train, evaluate, serve):
        command.add_argument("--root", type=Path, default=DEFAULT_ROOT, help="stands for /opt/ml")
    for command in (prepare, train):
        command.add_argument("--code", type=Path, help="folder of data.py, features.py, model.py")
        command.add_argument(
            "--set", action="append", default=[], type=_setting, metavar="NAME=VALUE",
            help="a hyperparameter; wins over SM_HPS and the file",
        )  # fmt: skip
    train.add_argument("--processes", type=_positive, help="default: one for each GPU, else 1")
    train.add_argument("--strategy", choices=("single", "ddp"))
    train.add_argument("--precision", choices=("fp32", "bf16"))
    serve.add_argument("--host", default="0.0.0.0", help="address to listen on")  # noqa: S104
    # SAGEMAKER_BIND_TO_PORT is set for containers of an inference pipeline.
    port = os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080")
    serve.add_argument("--port", type=_positive, default=port)
    workers = os.environ.get("SAGEMAKER_MODEL_SERVER_WORKERS", "1")
    serve.add_argument("--workers", type=_positive, default=workers, help="processes")
    serve.add_argument("--body-bytes", type=_positive, default=DEFAULT_BODY_BYTES)
    return parser


def _setting(text: str) -> str:
    if "=" not in text:
        raise argparse.ArgumentTypeError("must be NAME=VALUE")
    return text


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError("must be a whole number above 0")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
