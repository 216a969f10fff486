"""Milliseconds for which the loop waits at a checkpoint of 25 million parameters, with AdamW."""

import os
import shutil
import sys
import time
from pathlib import Path

import torch
from ml_runtime.training.checkpoint import Checkpoints, Progress, TrainingState
from ml_runtime.training.process_group import Process
from rows import interleaved, row
from torch import nn
from torch.amp.grad_scaler import GradScaler

ROUNDS = 7


def main() -> None:
    folder = Path(sys.argv[1]) / "stall"
    model = nn.Sequential(*(nn.Linear(1024, 1024) for _ in range(24)))
    optimiser = torch.optim.AdamW(model.parameters(), fused=True)
    model(torch.zeros(1, 1024)).sum().backward()
    optimiser.step()
    state = TrainingState(model, optimiser, GradScaler("cpu", enabled=False))
    ours = Checkpoints(folder, "ours", Process(0, 1, torch.device("cpu")), 1)
    steps = iter(range(1, 1000))

    def stall(compute: bool = True) -> float:
        since = time.perf_counter()
        ours.save(Progress(next(steps)), state)
        waited = time.perf_counter() - since
        ours.finish()
        return waited * 1e3

    def whole() -> float:
        since = time.perf_counter()
        ours.save(Progress(next(steps)), state)
        ours.finish()
        return (time.perf_counter() - since) * 1e3

    def torch_save() -> float:
        since = time.perf_counter()
        file = folder / "peer.pt"
        with file.open("wb") as stream:
            torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict()}, stream)
            stream.flush()
            # As ours: a checkpoint that a power cut takes away is none.
            os.fsync(stream.fileno())
        return (time.perf_counter() - since) * 1e3

    stall()
    found = interleaved({"stall": stall, "whole": whole, "torch": torch_save}, ROUNDS)
    ours.close()
    shutil.rmtree(folder)
    work = "checkpoint of 300 MB"
    row(work=f"{work}: the loop waits", unit="ms", us=found["stall"], peer=found["torch"],
        peerName="torch.save and fsync", goal=1)  # fmt: skip
    # What a kill may cost is halved by writing twice: then ours waits twice where a peer waits once.
    row(work=f"{work}: the loop waits, in save_steps steps", unit="ms", us=2 * found["stall"],
        peer=found["torch"], peerName="torch.save and fsync, once", goal=1)  # fmt: skip
    row(work=f"{work}: until it is in its place", unit="ms", us=found["whole"],
        peer=found["torch"], peerName="torch.save and fsync")  # fmt: skip


main()
