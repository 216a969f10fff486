"""Trains in processes forked from one that has torch loaded: a start takes no seconds."""

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from multiprocessing import forkserver, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["ml_runtime.training.launch", "processes", "warm_torch"])


@dataclass
class RecordingObserver:
    """Appends every step's loss to a file, and dies at a step if it is told to.

    Attributes:
        file: One JSON object a line: {"start": step}, {"step", "loss"}, {"end": status}.
        dies_after: Kill this process with SIGKILL after this step. Default: never.
        terminated_after: Send SIGTERM to this process after this step. Default: never.
        dies_within: Kill this process with SIGKILL so many seconds after the start of its training,
            wherever it is then. Default: never.
    """

    file: Path
    dies_after: int = 0
    terminated_after: int = 0
    dies_within: float = 0.0

    def on_start(self, record: Mapping[str, Any]) -> None:
        self._write({"start": record["step"], "last": record["last_step"]})
        if self.dies_within:
            threading.Timer(self.dies_within, os.kill, (os.getpid(), signal.SIGKILL)).start()

    def on_step(self, step: int, metrics: Mapping[str, float]) -> None:
        self._write({"step": step, "loss": metrics["loss"]})
        if step == self.dies_after:
            os.kill(os.getpid(), signal.SIGKILL)
        if step == self.terminated_after:
            os.kill(os.getpid(), signal.SIGTERM)

    def on_epoch(self, step: int, metrics: Mapping[str, float]) -> None:
        pass

    def on_end(self, record: Mapping[str, Any]) -> None:
        self._write({"end": record["status"], "step": record["step"]})

    def _write(self, event: Mapping[str, Any]) -> None:
        with self.file.open("a") as file:
            file.write(json.dumps(event) + "\n")


@dataclass(frozen=True)
class Outcome:
    """What one start of a training did."""

    exit_codes: tuple[int, ...]
    starts: list[int]
    curve: dict[int, float]


def train(
    root: Path,
    code: Path,
    world: int = 1,
    *,
    dies_after: int = 0,
    terminated_after: int = 0,
    dies_within: float = 0.0,
    write_seconds: float = 0.0,
    **settings: Any,
) -> Outcome:
    """Train once in `world` processes; when one of them dies, the others are killed.

    Args:
        root: Stands for /opt/ml.
        code: The model's folder.
        world: How many processes.
        dies_after: See `RecordingObserver`.
        terminated_after: See there.
        dies_within: See there.
        write_seconds: How much longer than here a disk takes to write a checkpoint.
        settings: Hyperparameters.
    """
    file = root / "events.jsonl"
    file.unlink(missing_ok=True)
    texts = {"logging_steps": "1", **{name: str(value) for name, value in settings.items()}}
    observer = RecordingObserver(file, dies_after, terminated_after, dies_within)
    codes = in_processes(world, _train, root, code, texts, observer, write_seconds)
    lines = file.read_text().splitlines() if file.exists() else []
    events = [json.loads(line) for line in lines]
    return Outcome(
        codes,
        [event["start"] for event in events if "start" in event],
        {event["step"]: event["loss"] for event in events if "loss" in event},
    )


def in_processes(world: int, function: Callable[..., None], *arguments: Any) -> tuple[int, ...]:
    """Call `function(*arguments)` in `world` processes that are ranks; return their exit codes."""
    _start_forkserver()
    port = _free_port()
    processes: list[BaseProcess] = [
        CONTEXT.Process(target=_as_rank, args=(rank, world, port, function, *arguments))
        for rank in range(world)
    ]
    for process in processes:
        process.start()
    processes[0].join()
    for process in processes[1:]:
        # Peers of a dead process wait for it: torchrun would kill them.
        process.join(10 if processes[0].exitcode == 0 else 2)
        if process.is_alive():
            process.kill()
            process.join()
    return tuple(process.exitcode or 0 for process in processes)


def _start_forkserver() -> None:
    """Start it if it does not run; what it cannot import before it forks it leaves out, silently.

    Python 3.11 forgets to tell it where this folder is.
    """
    before = os.environ.get("PYTHONPATH")
    here = str(Path(__file__).parent)
    os.environ["PYTHONPATH"] = here if before is None else os.pathsep.join([here, before])
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def _as_rank(
    rank: int, world: int, port: int, function: Callable[..., None], *arguments: Any
) -> None:
    import torch

    torch.set_num_threads(1)
    if world > 1:
        os.environ |= {
            "RANK": str(rank),
            "LOCAL_RANK": str(rank),
            "WORLD_SIZE": str(world),
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(port),
            "TORCHELASTIC_RUN_ID": "test",
            "GLOO_SOCKET_IFNAME": "lo",
        }
    function(*arguments)


def _train(
    root: Path,
    code: Path,
    texts: dict[str, str],
    observer: RecordingObserver,
    write_seconds: float,
) -> None:
    from torch.distributed.checkpoint.filesystem import FileSystemWriter

    from ml_runtime.layout import read_layout
    from ml_runtime.model_code import ModelCode
    from ml_runtime.training import checkpoint
    from ml_runtime.training.loop import train_model
    from ml_runtime.training.process_group import join_process_group

    class SlowWriter(FileSystemWriter):
        def finish(self, *arguments: Any, **options: Any) -> None:
            time.sleep(write_seconds)
            super().finish(*arguments, **options)

    if write_seconds:
        vars(checkpoint)["FileSystemWriter"] = SlowWriter
    layout = replace(read_layout(root, {}), hyperparameters=texts)
    with join_process_group() as process:
        train_model(layout, ModelCode(code), process, observer)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
