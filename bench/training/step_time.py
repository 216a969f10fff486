"""Microseconds of processor time of an optimiser step: our whole loop, a bare one, Lightning's and Accelerate's.

All have the same network, batches that lie in memory, AdamW (fused), clipping to norm 1, and a
cosine schedule. Ours is `train_model` itself, timed between two of its steps. All compute in one
thread, so that processor time is what a step takes on a machine that does nothing else.
"""

import math
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import lightning
import torch
from accelerate import Accelerator
from ml_runtime.data.prepare import prepare
from ml_runtime.layout import read_layout
from ml_runtime.model_code import ModelCode
from ml_runtime.training.loop import train_model
from ml_runtime.training.process_group import Process
from rows import interleaved, row
from torch import nn
from torch.nn import functional

HERE = Path(__file__).parent
WARM_UP, STEPS, ROUNDS = 100, 500, 7
RATE, DECAY = 2e-3, 5e-2

sys.path.insert(0, str(HERE / "model"))
from data import FEATURES, load  # noqa: E402
from features import compute  # noqa: E402
from model import network  # noqa: E402


class Done(Exception):
    """Ends our loop after the last step that is timed: what comes then is no step."""


class Clock:
    """An observer that notes when two steps were done."""

    def __init__(self, ends: bool = False) -> None:
        self.seen: dict[int, float] = {}
        self.ends = ends

    def on_start(self, record: object) -> None: ...
    def on_epoch(self, step: int, metrics: object) -> None: ...
    def on_end(self, record: object) -> None: ...
    def on_step(self, step: int, metrics: object) -> None:
        self.seen[step] = time.process_time()
        if self.ends and step == STEPS:
            raise Done

    def microseconds(self) -> float:
        return (self.seen[STEPS] - self.seen[WARM_UP]) / (STEPS - WARM_UP) * 1e6


def rate(step: int) -> float:
    return RATE * (0.55 + 0.45 * math.cos(math.pi * step / STEPS))


class Batches:
    """One epoch in a new order, as any loop gets it."""

    def __init__(self, features: torch.Tensor, targets: torch.Tensor, size: int) -> None:
        self.features, self.targets, self.size = features, targets, size

    def __len__(self) -> int:
        return STEPS

    def __iter__(self):
        order = torch.randperm(len(self.features))
        for start in range(0, STEPS * self.size, self.size):
            rows = order[start : start + self.size]
            yield self.features[rows], self.targets[rows]


def ours(root: Path, size: int, width: int) -> float:
    texts = {
        "batch_size": str(size),
        "width": str(width),
        "epochs": "1",
        "logging_steps": "100",
        # No peer writes any.
        "save_steps": "1000000",
        "sample": str(STEPS * size),
        "learning_rate": str(RATE),
        "weight_decay": str(DECAY),
    }
    layout = replace(
        read_layout(root, {}), hyperparameters=texts, checkpoints=root / str(time.time_ns())
    )
    clock = Clock(ends=True)
    with suppress(Done):
        train_model(layout, ModelCode(HERE / "model"), Process(0, 1, torch.device("cpu")), clock)
    return clock.microseconds()


def bare(batches: Batches, width: int) -> float:
    model = network(FEATURES, width)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY, fused=True)
    clock = Clock()
    for step, (features, targets) in enumerate(batches, start=1):
        for group in optimiser.param_groups:
            group["lr"] = rate(step)
        loss = functional.cross_entropy(model(features), targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        if step % 100 == 0:
            loss.item()
            clock.on_step(step, None)
    return clock.microseconds()


class Module(lightning.LightningModule):
    def __init__(self, width: int, clock: Clock) -> None:
        super().__init__()
        self.model, self.clock = network(FEATURES, width), clock

    def training_step(self, batch, number):
        return functional.cross_entropy(self.model(batch[0]), batch[1])

    def on_train_batch_end(self, outputs, batch, number):
        if (number + 1) % 100 == 0:
            outputs["loss"].item()
            self.clock.on_step(number + 1, None)

    def configure_optimizers(self):
        optimiser = torch.optim.AdamW(self.parameters(), lr=RATE, weight_decay=DECAY, fused=True)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: rate(step) / RATE)
        return [optimiser], [{"scheduler": schedule, "interval": "step"}]


def with_lightning(batches: Batches, width: int) -> float:
    clock = Clock()
    # Without any of its extras.
    trainer = lightning.Trainer(
        max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, gradient_clip_val=1.0,
    )  # fmt: skip
    trainer.fit(Module(width, clock), batches)
    return clock.microseconds()


def with_accelerate(batches: Batches, width: int) -> float:
    accelerator = Accelerator(cpu=True)
    model = network(FEATURES, width)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: rate(step) / RATE)
    model, optimiser, schedule = accelerator.prepare(model, optimiser, schedule)
    clock = Clock()
    for step, (features, targets) in enumerate(batches, start=1):
        loss = functional.cross_entropy(model(features), targets)
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        if step % 100 == 0:
            loss.item()
            clock.on_step(step, None)
    return clock.microseconds()


def main() -> None:
    root = Path(sys.argv[1]) / "ml"
    prepare(read_layout(root, {}), ModelCode(HERE / "model"), "parquet")
    dataset = load()
    features = torch.from_numpy(compute(dataset.columns, dataset.inputs))
    targets = torch.from_numpy((dataset.columns["y"] == "yes").astype("int64"))
    for size, width in ((64, 64), (64, 256)):
        batches = Batches(features, targets, size)
        found = interleaved(
            {
                "ours": lambda: ours(root, size, width),
                "bare": lambda: bare(batches, width),
                "lightning": lambda: with_lightning(batches, width),
                "accelerate": lambda: with_accelerate(batches, width),
            },
            ROUNDS,
        )
        work = f"step: 4 layers {width} wide, batch {size}, CPU"
        for peer, name, goal in (
            ("bare", "a bare PyTorch loop", 1.03),
            ("lightning", "Lightning 2.6.6", 1),
            ("accelerate", "Accelerate 1.15.0", 1),
        ):
            row(
                work=work,
                unit="us CPU",
                us=found["ours"],
                peer=found[peer],
                peerName=name,
                goal=goal,
            )


main()
