"""What cannot be trained together, told all at once and before any process starts."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

import torch

from ..errors import TrainingError, joined
from ..hyperparameters import TrainingHyperparameters
from ..layout import ContainerLayout


@dataclass(frozen=True)
class Machine:
    """What this host can do.

    Attributes:
        gpus: Number of CUDA devices.
        computes_bf16: Whether they compute bfloat16 themselves; emulation is slower than fp32.
        has_compiler: Whether there is a C++ compiler, which torch.compile calls.
    """

    gpus: int
    computes_bf16: bool
    has_compiler: bool


def this_machine(layout: ContainerLayout) -> Machine:
    """Look at this host; SM_NUM_GPUS, where it is set, limits the GPUs."""
    gpus = torch.cuda.device_count() if layout.gpus is None else layout.gpus
    return Machine(
        gpus=gpus,
        computes_bf16=gpus == 0 or torch.cuda.is_bf16_supported(including_emulation=False),
        has_compiler=shutil.which(os.environ.get("CXX", "g++")) is not None,
    )


def check_combination(
    layout: ContainerLayout, settings: TrainingHyperparameters, processes: int, machine: Machine
) -> None:
    """Refuse settings that contradict each other, the hosts or the machine.

    Args:
        layout: Its hosts and channels.
        settings: The hyperparameters.
        processes: Processes on each host.
        machine: What a host can do; all are alike.

    Raises:
        TrainingError: With every problem and its reason.
    """
    hosts = len(layout.hosts)
    world_size = processes * hosts
    problems = []
    if world_size > 1 and settings.strategy == "single":
        where = f" on {hosts} hosts" if hosts > 1 else ""
        problems.append(
            f"{world_size} processes{where} were asked for with the strategy single, which trains"
            " in one: pass --strategy ddp or fsdp, or ask for one process"
        )
    if world_size == 1 and settings.strategy == "fsdp":
        problems.append(
            "the strategy fsdp shards over processes and there is one: pass --processes, or"
            " --strategy single"
        )
    if settings.precision == "fp16" and not machine.gpus:
        problems.append(
            "fp16 overflows without loss scaling, which needs a GPU, and there is none: use bf16"
        )
    if settings.precision == "fp16" and settings.strategy == "fsdp":
        problems.append(
            "fp16 cannot be used with fsdp: the processes would see overflows in different shards"
            " and scale the loss differently: use bf16"
        )
    if settings.precision == "bf16" and not machine.computes_bf16:
        problems.append("this GPU only emulates bf16, slower than fp32: use fp16")
    if machine.gpus and processes > machine.gpus:
        problems.append(
            f"{processes} processes cannot share {machine.gpus} GPUs: nccl wants one for each"
        )
    if settings.torch_compile and not machine.has_compiler:
        problems.append(
            "torch_compile calls a C++ compiler and there is none: install g++ or set CXX"
        )
    smallest = world_size * settings.gradient_accumulation_steps
    if settings.batch_size < smallest:
        problems.append(
            f"batch_size {settings.batch_size} leaves some of {world_size} processes with"
            f" {settings.gradient_accumulation_steps} accumulated parts each without a row: use"
            f" {smallest} or more"
        )
    problems += _host_problems(layout)
    if problems:
        raise TrainingError(
            "combination-refused",
            "This combination cannot be trained:",
            joined(problems),
            "Correct the hyperparameters, the command or the job.",
        )


def _host_problems(layout: ContainerLayout) -> list[str]:
    if len(layout.hosts) == 1:
        return []
    problems = []
    if layout.current_host not in layout.hosts:
        problems.append(
            f"this host, {layout.current_host}, is not among the job's ({', '.join(layout.hosts)})"
        )
    if len(layout.instance_types) > 1:
        problems.append(
            f"the hosts are of different types ({', '.join(layout.instance_types)}): every step"
            " would wait for the slowest: use one instance group"
        )
    if layout.split_channels:
        problems.append(
            f"each host has other files of {', '.join(layout.split_channels)} (ShardedByS3Key):"
            " the loop deals the rows out itself: use FullyReplicated"
        )
    return problems
