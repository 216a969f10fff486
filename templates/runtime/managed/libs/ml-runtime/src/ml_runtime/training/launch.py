"""`train`: in this process, or in several under torchrun, on one host or on several."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from torch.distributed.elastic.multiprocessing.api import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.run import main as torchrun

from ..errors import TrainingError
from ..hyperparameters import TrainingHyperparameters, parse_hyperparameters
from ..layout import ContainerLayout
from ..model_code import ModelCode
from ..tracking.run_record import RunRecorder
from .combinations import check_combination, this_machine
from .loop import train_model
from .observer import Observer, Observers, PrintingObserver
from .process_group import join_process_group

# SageMaker kills a container 120 seconds after SIGTERM; the rest is for the copy to S3.
SHUTDOWN_SECONDS = 90

# torchrun's own default; a job's containers may talk to each other on any port.
RENDEZVOUS_PORT = "29500"


def train(
    layout: ContainerLayout, code: ModelCode, processes: int | None, arguments: list[str]
) -> None:
    """Train with the given number of processes.

    Args:
        layout: Where to read and write.
        code: The model's modules.
        processes: On this host. Default: one for each GPU with the strategies ddp and fsdp, else 1.
        arguments: The command line after `-m ml_runtime`, repeated for each worker.

    Raises:
        TrainingError: The settings contradict each other, a worker died, or SIGTERM stopped it.
    """
    if "TORCHELASTIC_RUN_ID" in os.environ:
        _train_here(layout, code)
        return
    settings: TrainingHyperparameters = parse_hyperparameters(
        code.model().Hyperparameters, layout.hyperparameters
    )
    machine = this_machine(layout)
    count = processes or (1 if settings.strategy == "single" else max(1, machine.gpus))
    check_combination(layout, settings, count, machine)
    if count == 1 and len(layout.hosts) == 1:
        _train_here(layout, code)
    else:
        _run_workers(layout, code.folder, count, arguments)


def _train_here(layout: ContainerLayout, code: ModelCode) -> None:
    observer = observer_of(layout, code)
    with join_process_group() as process:
        try:
            train_model(layout, code, process, observer)
        except Exception as error:
            if process.is_first:
                was_stopped = isinstance(error, TrainingError) and error.code == "stopped"
                status = "stopped" if was_stopped else "failed"
                observer.on_end({"status": status, "reason": str(error)})
            raise


def observer_of(layout: ContainerLayout, code: ModelCode) -> Observer:
    """Return who is told what happens in a run."""
    return Observers([PrintingObserver(), RunRecorder(layout, code.folder)])


def torchrun_options(layout: ContainerLayout, processes: int, port: str) -> list[str]:
    """Return torchrun's options: on one host it finds itself, several meet at the first.

    The ranks follow SageMaker's order of hosts, so that it is always the first that exports.

    Args:
        layout: Its hosts; the current one is among them.
        processes: On each host.
        port: TCP port of the first host that the others meet at.
    """
    options = ["--nproc-per-node", str(processes), "--max-restarts", "0"]
    options += ["--shutdown-timeout", str(SHUTDOWN_SECONDS)]
    if len(layout.hosts) == 1:
        return ["--standalone", *options]
    return [
        *("--nnodes", str(len(layout.hosts))),
        *("--node-rank", str(layout.hosts.index(layout.current_host))),
        *("--master-addr", layout.hosts[0]),
        *("--master-port", port),
        *options,
    ]


def _run_workers(layout: ContainerLayout, code: Path, processes: int, arguments: list[str]) -> None:
    environment = os.environ
    # The cores are shared out: torchrun's own default of 1 leaves most of a large machine idle.
    threads = max(1, len(_cores()) // processes)
    environment.setdefault("OMP_NUM_THREADS", str(threads))
    environment["ML_RUNTIME_CODE"] = str(code)
    interface = layout.network_interface
    if interface is None and len(layout.hosts) == 1 and sys.platform == "linux":
        # One host talks to itself; a container without a network has only this interface.
        interface = "lo"
    if interface is not None:
        environment.setdefault("GLOO_SOCKET_IFNAME", interface)
        environment.setdefault("NCCL_SOCKET_IFNAME", interface)
    options = torchrun_options(layout, processes, environment.get("MASTER_PORT", RENDEZVOUS_PORT))
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
