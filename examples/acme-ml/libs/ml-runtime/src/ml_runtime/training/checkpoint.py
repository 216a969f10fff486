"""Checkpoints that are either whole or absent, by torch.distributed.checkpoint.

A run's checkpoints lie in checkpoints/<run id>/step-<number>/. The run id is a digest of what
decides the result (hyperparameters, data, code), so another run never resumes from them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.distributed.checkpoint import filesystem, state_dict_loader, state_dict_saver
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
from torch.optim import Optimizer

from .process_group import Process

# One to resume from and one more, should the disk lose the newest.
KEPT = 2


def run_id(parts: dict[str, Any]) -> str:
    """Return 12 hexadecimal digits that stand for everything that decides a run's result."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


class Checkpoints:
    """The checkpoints of one run.

    Args:
        folder: The layout's checkpoint folder.
        run: The run id.
        process: This process; all processes call each method together.
    """

    def __init__(self, folder: Path, run: str, process: Process) -> None:
        self.folder = folder / run
        self.process = process
        if process.is_first:
            self.folder.mkdir(parents=True, exist_ok=True)
            for partial in self.folder.glob(".partial-*"):
                shutil.rmtree(partial)
        process.wait()

    def steps(self) -> list[int]:
        """Return the steps that have a whole checkpoint, oldest first."""
        names = (re.fullmatch(r"step-(\d+)", path.name) for path in self.folder.iterdir())
        return sorted(int(match[1]) for match in names if match)

    def save(self, step: int, model: nn.Module, optimiser: Optimizer) -> None:
        """Write the state after `step`, then drop all but the newest two."""
        partial = self.folder / f".partial-{step:08d}"
        model_state, optimiser_state = get_state_dict(model, optimiser)
        state = {
            "model": model_state,
            "optimiser": optimiser_state,
            f"random-{self.process.rank}": _random_state(self.process),
        }
        with _without_single_process_warning():
            state_dict_saver.save(
                state, checkpoint_id=partial, no_dist=self.process.world_size == 1
            )
        self.process.wait()
        if self.process.is_first:
            _flush(partial)
            target = self.folder / f"step-{step:08d}"
            shutil.rmtree(target, ignore_errors=True)
            partial.rename(target)
            _flush_folder(self.folder)
            for old in self.steps()[:-KEPT]:
                shutil.rmtree(self.folder / f"step-{old:08d}")
        self.process.wait()

    def load_newest(self, model: nn.Module, optimiser: Optimizer) -> int:
        """Restore the newest checkpoint in place and return its step, or 0 where there is none.

        With another number of processes than wrote it, a process without a random state of its own
        keeps the fresh one.
        """
        steps = self.steps()
        if not steps:
            return 0
        folder = self.folder / f"step-{steps[-1]:08d}"
        reader = filesystem.FileSystemReader(folder)
        model_state, optimiser_state = get_state_dict(model, optimiser)
        state: dict[str, Any] = {"model": model_state, "optimiser": optimiser_state}
        own = f"random-{self.process.rank}"
        known = reader.read_metadata().state_dict_metadata
        if any(name == own or name.startswith(f"{own}.") for name in known):
            state[own] = _random_state(self.process)
        with _without_single_process_warning():
            state_dict_loader.load(
                state, storage_reader=reader, no_dist=self.process.world_size == 1
            )
        set_state_dict(
            model,
            optimiser,
            model_state_dict=state["model"],
            optim_state_dict=state["optimiser"],
        )
        if own in state:
            _set_random_state(self.process, state[own])
        return steps[-1]


@contextmanager
def _without_single_process_warning() -> Iterator[None]:
    """One process is what was asked for; torch warns of it at every checkpoint."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="torch.distributed is disabled")
        yield


def _random_state(process: Process) -> dict[str, torch.Tensor]:
    state = {"cpu": torch.get_rng_state()}
    if process.device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(process.device)
    return state


def _set_random_state(process: Process, state: dict[str, torch.Tensor]) -> None:
    torch.set_rng_state(state["cpu"])
    if "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], process.device)


def _flush(folder: Path) -> None:
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as stream:
                os.fsync(stream.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
