"""Trains in processes forked from one that has torch loaded: a start takes no seconds."""

import json
import os
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["ml_runtime.training.launch", "processes"])


@dataclass
class RecordingObserver:
    """Appends every step's loss to a file, and dies at a step if it is told to.

    Attributes:
        file: One JSON object a line: {"start": step}, {"step", "loss"}, {"end": status}.
        dies_after: Kill this process with SIGKILL after this step. Default: never.
        terminated_after: Send SIGTERM to this process after this step. Default: never.
    """

    file: Path
    dies_after: int = 0
    terminated_after: int = 0

    def on_start(self, record: Mapping[str, Any]) -> None:
        self._write({"start": record["step"], "last": record["last_step"]})

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
    **settings: Any,
) -> Outcome:
    """Train once in `world` processes; when one of them dies, the others are killed."""
    file = root / "events.jsonl"
    file.unlink(missing_ok=True)
    texts = {"logging_steps": "1", **{name: str(value) for name, value in settings.items()}}
    observer = RecordingObserver(file, dies_after, terminated_after)
    codes = in_processes(world, _train, root, code, texts, observer)
    lines = file.read_text().splitlines() if file.exists() else []
    events = [json.loads(line) for line in lines]
    return Outcome(
        codes,
        [event["start"] for event in events if "start" in event],
        {event["step"]: event["loss"] for event in events if "loss" in event},
    )


def in_processes(world: int, function: Callable[..., None], *arguments: Any) -> tuple[int, ...]:
    """Call `function(*arguments)` in `world` processes that are ranks; return their exit codes."""
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


def _train(root: Path, code: Path, texts: dict[str, str], observer: RecordingObserver) -> None:
    from ml_runtime.layout import read_layout
    from ml_runtime.model_code import ModelCode
    from ml_runtime.training.loop import train_model
    from ml_runtime.training.process_group import join_process_group

    layout = replace(read_layout(root, {}), hyperparameters=texts)
    with join_process_group() as process:
        train_model(layout, ModelCode(code), process, observer)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
