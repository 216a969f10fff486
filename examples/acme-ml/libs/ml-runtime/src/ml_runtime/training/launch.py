"""`train`: in this process, or in several under torchrun."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import torch
from torch.distributed.elastic.multiprocessing.api import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.run import main as torchrun

from ..errors import TrainingError
from ..hyperparameters import TrainingHyperparameters, parse_hyperparameters
from ..layout import ContainerLayout
from ..model_code import ModelCode
from .loop import train_model
from .process_group import join_process_group


def train(
    layout: ContainerLayout, code: ModelCode, processes: int | None, arguments: list[str]
) -> None:
    """Train with the given number of processes.

    Args:
        layout: Where to read and write.
        code: The model's modules.
        processes: Default: one for each GPU with the strategy ddp, else 1.
        arguments: The command line after `-m ml_runtime`, repeated for each worker.

    Raises:
        TrainingError: Processes and strategy do not fit, there are several hosts, or a worker died.
    """
    if "TORCHELASTIC_RUN_ID" in os.environ:
        with join_process_group() as process:
            train_model(layout, code, process)
        return
    settings: TrainingHyperparameters = parse_hyperparameters(
        code.model().Hyperparameters, layout.hyperparameters
    )
    gpus = torch.cuda.device_count() if layout.gpus is None else layout.gpus
    count = processes or (max(1, gpus) if settings.strategy == "ddp" else 1)
    _check(layout, settings, count)
    if count == 1:
        with join_process_group() as process:
            train_model(layout, code, process)
        return
    _run_workers(code.folder, count, arguments)


def _check(layout: ContainerLayout, settings: TrainingHyperparameters, processes: int) -> None:
    if processes > 1 and settings.strategy == "single":
        raise TrainingError(
            "strategy-single",
            f"{processes} processes were asked for with the strategy single.",
            "That strategy trains in one process.",
            "Pass --strategy ddp, or leave --processes out.",
        )
    if len(layout.hosts) > 1:
        raise TrainingError(
            "several-hosts",
            f"The job has {len(layout.hosts)} hosts ({', '.join(layout.hosts)}).",
            "Training across hosts is not there yet: checkpoints would be split between them.",
            "Use one instance, with several GPUs if one is too slow.",
        )


def _run_workers(code: Path, processes: int, arguments: list[str]) -> None:
    environment = os.environ
    # The cores are shared out: torchrun's own default of 1 leaves most of a large machine idle.
    threads = max(1, len(_cores()) // processes)
    environment.setdefault("OMP_NUM_THREADS", str(threads))
    environment["ML_RUNTIME_CODE"] = str(code)
    if sys.platform == "linux":
        # One host talks to itself; a container without a network has only this interface.
        environment.setdefault("GLOO_SOCKET_IFNAME", "lo")
    options = ["--standalone", "--nproc-per-node", str(processes), "--max-restarts", "0"]
    try:
        torchrun([*options, "-m", "ml_runtime", *arguments])
    except ChildFailedError as error:
        codes = {rank: failure.exitcode for rank, failure in error.failures.items()}
        raise TrainingError(
            "worker-died",
            f"Training ended: exit codes by rank {codes}.",
            "A worker failed; -9 means that it was killed, often for want of memory.",
            "Read its message above; start again to continue from the newest checkpoint.",
        ) from error
    except SignalException as error:
        raise TrainingError(
            "stopped",
            f"Training was stopped by {error.sigval.name}.",
            "Its workers have ended; the newest checkpoint is whole.",
            "Start again to continue from it.",
        ) from error


def _cores() -> list[int]:
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))
