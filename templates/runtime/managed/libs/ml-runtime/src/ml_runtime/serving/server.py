"""`serve`: Granian around the application."""

from __future__ import annotations

import os
from pathlib import Path

from granian.constants import Interfaces
from granian.log import LogLevels

from ..errors import LayoutError
from ..inference import load_exported_model
from .application import Application
from .drain import Draining, DrainingServer

# Passed to the worker processes, which import this module anew.
MODEL_VARIABLE, BODY_VARIABLE = "ML_RUNTIME_MODEL", "ML_RUNTIME_BODY_BYTES"

# SageMaker sends SIGKILL 30 seconds after SIGTERM.
DRAIN_SECONDS = 25

# A worker that died is replaced at once. Granian ends where one dies again within 5.5 seconds.
RESPAWN_SECONDS = 0.1


def serve(model: Path, host: str, port: int, workers: int, body_bytes: int) -> None:
    """Serve until SIGTERM or SIGINT, then finish what was accepted.

    Args:
        model: The model folder; only read.
        host: Address to listen on.
        port: TCP port, 1 to 65535.
        workers: Processes, each with its own session.
        body_bytes: Largest body that is taken, in bytes.

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
    # Loaded here once, so that a bad artifact ends with its reason and not in a worker's log.
    loaded = load_exported_model(model)
    print(f"serve: {loaded.schema.flavour} model {loaded.digest[:12]} on {host}:{port}", flush=True)
    os.environ[MODEL_VARIABLE], os.environ[BODY_VARIABLE] = str(model), str(body_bytes)
    DrainingServer(
        "ml_runtime.serving.server:create_application",
        factory=True,
        interface=Interfaces.RSGI,
        address=host,
        port=port,
        workers=workers,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
        workers_kill_timeout=DRAIN_SECONDS,
        log_level=LogLevels.warning,
    ).serve()


def create_application() -> Draining:
    """Return the application of one worker process."""
    model = load_exported_model(Path(os.environ[MODEL_VARIABLE]))
    return Draining(Application(model, int(os.environ[BODY_VARIABLE])))
