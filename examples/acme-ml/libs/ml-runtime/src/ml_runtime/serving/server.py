"""`serve`: Granian around the application."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from ..errors import LayoutError
from ..explanation.background import read_background
from ..inference import load_exported_model
from .application import Application
from .cores import available_cores, available_memory, plan_processes, take_turns
from .drain import Draining, DrainingServer
from .multi_model import MultiModelApplication
from .settings import ServingSettings, read_settings

# Passed to the worker processes, with the settings.
MODEL_VARIABLE, THREADS_VARIABLE = "ML_RUNTIME_MODEL", "ML_RUNTIME_THREADS"

# SageMaker sends SIGKILL 30 seconds after SIGTERM.
DRAIN_SECONDS = 25

# Time for the lines of a request's head to arrive, in milliseconds.
HEADER_MILLISECONDS = 10_000

# A worker that died is replaced at once. Granian ends where one dies again within 5.5 seconds.
RESPAWN_SECONDS = 0.1


def serve(
    model: Path, host: str, port: int, workers: int | None, settings: ServingSettings
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what was accepted.

    Args:
        model: The model folder; only read.
        host: Address to listen on.
        port: TCP port, 1 to 65535.
        workers: Processes, each with its own session; None: by the cores and memory there are.
        settings: Everything else.

    Raises:
        ExportError: There is no loadable model.
        LayoutError: The port is out of range.
    """
    if port > 65_535:
        raise LayoutError(
            "port-out-of-range",
            f"{port} is not a port.",
            "Ports end at 65535.",
            "Pass --port 8080.",
        )
    what, size = "several models", 0
    if settings.multi_model:
        workers = 1
    else:
        # Loaded here once, so that a bad artifact ends with its reason and not in a worker's log.
        loaded = load_exported_model(model)
        what, size = (
            f"{loaded.schema.flavour} model {loaded.digest[:12]}",
            (model / "model.onnx").stat().st_size,
        )
        del loaded
    workers, threads = plan_processes(
        available_cores(), available_memory(), size, workers, settings.threads
    )
    print(f"serve: {what} on {host}:{port}; workers={workers}; threads={threads};", flush=True)
    os.environ.update(settings.to_environ())
    os.environ[MODEL_VARIABLE], os.environ[THREADS_VARIABLE] = str(model), str(threads)
    take_turns()
    # The loader is passed as a function: looked for by name, Granian would depend on the folder.
    DrainingServer(
        "ml_runtime.serving.server:create_application",
        interface=Interfaces.RSGI,
        address=host,
        port=port,
        workers=workers,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS),
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
        workers_kill_timeout=DRAIN_SECONDS,
        log_access=settings.access_log,
        log_level=LogLevels.info if settings.access_log else LogLevels.warning,
    ).serve(target_loader=cast(Any, create_application), wrap_loader=False)


def create_application() -> Draining:
    """Return the application of one worker process, loaded."""
    settings = read_settings(os.environ)
    if settings.multi_model:
        return Draining(MultiModelApplication(settings))
    folder = Path(os.environ[MODEL_VARIABLE])
    model = load_exported_model(folder, max(1, settings.threads))
    background = read_background(folder, model.schema.inputs)
    return Draining(Application(model, settings, background))
