"""Checkpoints that are either whole or absent, by torch.distributed.checkpoint.

A run's checkpoints lie in checkpoints/<run id>/step-<number>/. The run id is a digest of what
decides the result (hyperparameters, data, code), so another run never resumes from them.

Every process writes its own files, named by its rank, and rank 0 a list of all. Several hosts each
write to their own disk: SageMaker copies all of them to one place in S3, and all of that back to
every host when the job starts again. Until then no host has a whole checkpoint, so what is whole
is decided when a run starts, by reading the list, and by all hosts together.
"""

from __future__ import annotations

import os
import re
import shutil
import warnings
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.amp.grad_scaler import GradScaler
from torch.distributed.checkpoint.filesystem import FileSystemReader, FileSystemWriter
from torch.distributed.checkpoint.staging import DefaultStager, StagingOptions
from torch.distributed.checkpoint.state_dict import (
    get_model_state_dict,
    get_state_dict,
    set_model_state_dict,
    set_state_dict,
)
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import async_save
from torch.optim import Optimizer

from .process_group import Process


def begins_checkpoint(step: int, save_steps: int) -> bool:
    """Return whether a checkpoint is begun after this step: twice in `save_steps` steps.

    `Checkpoints.save` waits for the one before. So when a checkpoint is begun, the one before is in
    its place, and a kill falls back over two gaps at most, which together are `save_steps`. (A gap
    of one step has no half: where `save_steps` is 1, each checkpoint has to be waited for.)

    Args:
        step: Optimiser steps done.
        save_steps: At least 1.
    """
    return step % save_steps in (0, save_steps // 2)


@dataclass(frozen=True)
class Progress:
    """How far a run is; with the settings it says which rows and which learning rate come next.

    Attributes:
        step: Optimiser steps done.
        best_step: The step that validated best so far, or 0.
        best_loss: Its validation loss.
    """

    step: int = 0
    best_step: int = 0
    best_loss: float = float("inf")

    def tensor(self) -> torch.Tensor:
        """Return it as float64 [3], which every process can store and read back."""
        return torch.tensor([self.step, self.best_step, self.best_loss], dtype=torch.float64)


@dataclass(frozen=True)
class TrainingState:
    """What a checkpoint holds besides the progress and the random states.

    Attributes:
        model: What the loop calls: the network, or DDP or FSDP around it.
        optimiser: Its optimiser.
        scaler: Of fp16's loss; one that is off has no state.
    """

    model: nn.Module
    optimiser: Optimizer
    scaler: GradScaler


class Checkpoints:
    """The checkpoints of one run.

    Args:
        folder: The layout's checkpoint folder, of this host.
        run: The run id.
        process: This process; all processes call each method together.
        limit: How many of the newest are kept, besides the best one.
    """

    def __init__(self, folder: Path, run: str, process: Process, limit: int) -> None:
        self.folder, self.process, self.limit = folder / run, process, limit
        self.pending: tuple[Progress, Future[None]] | None = None
        if process.world_size == 1:
            # One process is what was asked for; torch warns of it at every checkpoint.
            warnings.filterwarnings("ignore", message="torch.distributed is disabled")
        on_gpu = process.device.type == "cuda"
        # Its buffers are kept from one checkpoint to the next.
        self.stager = DefaultStager(StagingOptions(on_gpu, False, False, on_gpu))
        if process.is_first_of_host:
            self.folder.mkdir(parents=True, exist_ok=True)
            for partial in self.folder.glob(".partial-*"):
                shutil.rmtree(partial)
        process.wait()

    def steps(self) -> list[int]:
        """Return the steps of all checkpoints on this host, whole or not, oldest first."""
        names = (re.fullmatch(r"step-(\d+)", path.name) for path in self.folder.iterdir())
        return sorted(int(match[1]) for match in names if match)

    def whole_steps(self) -> list[int]:
        """Return the steps whose checkpoint is whole on every host, oldest first."""
        mine = {step for step in self.steps() if _is_whole(self._at(step))}
        return sorted(mine.intersection(*self.process.everybodys(mine)))

    def save(self, progress: Progress, state: TrainingState) -> None:
        """Copy the state and write it in the background, waiting only for the one before.

        Raises:
            OSError: The one before could not be written.
        """
        self.finish()
        model_state, optimiser_state = get_state_dict(state.model, state.optimiser)
        content = {
            "model": model_state,
            "optimiser": optimiser_state,
            "progress": progress.tensor(),
            f"random-{self.process.rank}": _random_state(self.process),
        }
        if scaling := state.scaler.state_dict():
            content["scaler"] = scaling
        future = async_save(
            content,
            storage_writer=FileSystemWriter(self._partial(progress.step)),
            process_group=self.process.checkpointing,
            async_stager=self.stager,
            no_dist=self.process.world_size == 1,
        )
        assert isinstance(future, Future)  # noqa: S101 - a blocking stager gives no other answer
        published: Future[None] = Future()
        future.add_done_callback(lambda written: self._publish(progress, written, published))
        self.pending = (progress, published)

    def finish(self) -> None:
        """Wait until the checkpoint that is being written is in its place.

        Raises:
            OSError: It could not be written.
        """
        if self.pending is None:
            return
        progress, published = self.pending
        self.pending = None
        published.result()
        # Another process of this host puts it in its place.
        while self._partial(progress.step).exists():
            os.sched_yield()

    def _publish(self, progress: Progress, written: Future[Any], published: Future[None]) -> None:
        """Put a written checkpoint in its place; all processes have written when one is told."""
        try:
            written.result()
            if self.process.is_first_of_host:
                self._place(progress)
        except BaseException as error:
            published.set_exception(error)
        else:
            published.set_result(None)

    def _place(self, progress: Progress) -> None:
        """Rename it, and drop those before it that are not kept."""
        target = self._at(progress.step)
        shutil.rmtree(target, ignore_errors=True)
        self._partial(progress.step).rename(target)
        _flush_folder(self.folder)
        kept = {*self.steps()[-self.limit :], progress.best_step}
        for step in self.steps():
            if step not in kept:
                shutil.rmtree(self._at(step))

    def load(self, step: int, state: TrainingState) -> Progress:
        """Restore a checkpoint in place, whatever the number of processes that wrote it.

        A process that has no random state of its own there keeps its fresh one.
        """
        reader = FileSystemReader(self._at(step))
        known = set(reader.read_metadata().state_dict_metadata)
        model_state, optimiser_state = get_state_dict(state.model, state.optimiser)
        content: dict[str, Any] = {
            "model": model_state,
            "optimiser": optimiser_state,
            "progress": Progress().tensor(),
        }
        own = f"random-{self.process.rank}"
        random = _random_state(self.process)
        if random := {name: value for name, value in random.items() if f"{own}.{name}" in known}:
            content[own] = random
        if any(name.startswith("scaler.") for name in known):
            content["scaler"] = state.scaler.state_dict()
        self._load(content, reader)
        set_state_dict(
            state.model,
            state.optimiser,
            model_state_dict=content["model"],
            optim_state_dict=content["optimiser"],
        )
        if content.get("scaler"):
            state.scaler.load_state_dict(content["scaler"])
        _set_random_state(self.process, content.get(own, {}))
        done, best_step, best_loss = content["progress"].tolist()
        return Progress(int(done), int(best_step), best_loss)

    def load_weights(self, step: int, model: nn.Module) -> None:
        """Restore the weights alone."""
        content = {"model": get_model_state_dict(model)}
        self._load(content, FileSystemReader(self._at(step)))
        set_model_state_dict(model, content["model"])

    def close(self) -> None:
        """Wait for what is being written, and give the buffers back."""
        self.finish()
        self.stager.close()

    def _load(self, content: dict[str, Any], reader: FileSystemReader) -> None:
        load(content, storage_reader=reader, no_dist=self.process.world_size == 1)

    def _at(self, step: int) -> Path:
        return self.folder / f"step-{step:08d}"

    def _partial(self, step: int) -> Path:
        return self.folder / f".partial-{step:08d}"


def _is_whole(folder: Path) -> bool:
    """Whether every file that the checkpoint's list names is there in full."""
    try:
        stored = FileSystemReader(folder).read_metadata().storage_data or {}
    except (OSError, EOFError, ValueError):
        return False
    ends: dict[str, int] = {}
    for piece in stored.values():
        end = piece.offset + piece.length
        ends[piece.relative_path] = max(end, ends.get(piece.relative_path, 0))
    return all(
        (folder / name).is_file() and (folder / name).stat().st_size >= end
        for name, end in ends.items()
    )


def _random_state(process: Process) -> dict[str, torch.Tensor]:
    state = {"cpu": torch.get_rng_state()}
    if process.device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(process.device)
    return state


def _set_random_state(process: Process, state: dict[str, torch.Tensor]) -> None:
    if "cpu" in state:
        torch.set_rng_state(state["cpu"])
    if "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], process.device)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
