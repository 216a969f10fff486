"""Spreading a batch over processes, or over parts, changes neither gradients nor losses."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from conftest import run, write_model
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from processes import in_processes, train
from torch import nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import CheckpointWrapper
from torch.distributed.tensor import DTensor

from ml_runtime.hyperparameters import TrainingHyperparameters
from ml_runtime.schema import Column, Schema
from ml_runtime.training.batches import InMemoryBatches
from ml_runtime.training.loop import compute_gradients
from ml_runtime.training.objective import Objective
from ml_runtime.training.parallelism import blocks, parallelise
from ml_runtime.training.precision import autocast, gradient_scaler
from ml_runtime.training.process_group import Process, join_process_group

SCHEMA = Schema("classification", "y", ("a", "b", "c"), (Column("x"),))
ROWS = 45
# A busy machine must not fail a claim that says nothing of time.
FEWER = examples(max_examples=40)
HERE = Process(0, 1, torch.device("cpu"))


class Images(nn.Module):
    """Takes images, not rows of numbers: the loop must not care."""

    def __init__(self) -> None:
        super().__init__()
        layers = [nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 3)]
        self.layers = nn.ModuleList(layers)
        self.last = nn.Linear(4, 3)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            images = torch.relu(layer(images))
        logits: torch.Tensor = self.last(images.mean(dim=(2, 3)))
        return logits


def gradients(settings: TrainingHyperparameters, process: Process) -> dict[str, torch.Tensor]:
    """Gradients of the third batch of 16 of 45 images: 13 rows, so that shares are uneven."""
    generator = torch.Generator().manual_seed(1)
    features = torch.randn((ROWS, 1, 8, 8), generator=generator)
    targets = torch.randint(0, 3, (ROWS,), generator=generator)
    torch.manual_seed(2)
    network = Images()
    model = parallelise(network, settings, process)
    batches = InMemoryBatches(features, targets, settings, process)
    batch = next(batches.from_step(2, 3))
    forward, scaler = autocast(settings, process.device), gradient_scaler(settings, process.device)
    compute_gradients(model, batch, Objective(SCHEMA), forward, scaler, process)
    found = {}
    for name, parameter in network.named_parameters():
        gradient = parameter.grad
        assert gradient is not None
        whole = gradient.full_tensor() if isinstance(gradient, DTensor) else gradient
        found[name.replace("_checkpoint_wrapped_module.", "")] = whole
    return found


def _save_gradients(settings: TrainingHyperparameters, file: Path) -> None:
    with join_process_group() as process:
        found = gradients(settings, process)
        if process.is_first:
            torch.save(found, file)


@pytest.mark.parametrize(
    ("processes", "settings"),
    [
        (2, {"strategy": "ddp"}),
        (2, {"strategy": "fsdp"}),
        (2, {"strategy": "ddp", "gradient_accumulation_steps": 3}),
        (2, {"strategy": "fsdp", "gradient_accumulation_steps": 3}),
        (3, {"strategy": "fsdp", "gradient_checkpointing": True}),
        (1, {"gradient_accumulation_steps": 5, "gradient_checkpointing": True}),
    ],
)
def test_gradients_are_those_of_one_process_with_the_whole_batch(
    tmp_path: Path, processes: int, settings: dict[str, Any]
) -> None:
    shared = TrainingHyperparameters(batch_size=16, **settings)
    codes = in_processes(processes, _save_gradients, shared, tmp_path / "gradients")
    assert codes == (0,) * processes
    expected = gradients(TrainingHyperparameters(batch_size=16), HERE)
    found = torch.load(tmp_path / "gradients")
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=0, atol=1e-6, msg=name)


@FEWER
@given(
    rows=st.integers(1, 60),
    batch_size=st.integers(1, 20),
    world=st.integers(1, 5),
    parts=st.integers(1, 4),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_row_is_in_one_batch_of_an_epoch_whatever_the_processes(
    rows: int, batch_size: int, world: int, parts: int, seed: int
) -> None:
    settings = TrainingHyperparameters(
        batch_size=batch_size, gradient_accumulation_steps=parts, seed=seed
    )
    numbers = torch.arange(rows)
    shares = [
        InMemoryBatches(numbers, numbers, settings, Process(rank, world, torch.device("cpu")))
        for rank in range(world)
    ]
    steps = shares[0].epoch_steps
    one = InMemoryBatches(numbers, numbers, settings, HERE)
    whole = [batch.parts for batch in one.from_step(0, 2 * steps)]
    dealt = [list(share.from_step(0, 2 * steps)) for share in shares]
    for step in range(2 * steps):
        own = [target for share in dealt for _, target in share[step].parts]
        expected = torch.cat([targets for _, targets in whole[step]])
        assert sorted(torch.cat(own).tolist()) == sorted(expected.tolist())
        assert all(len(share[step].parts) == parts for share in dealt)
        assert all(len(features) > 0 for share in dealt for features, _ in share[step].parts)
    epoch = torch.cat([targets for batch in whole[:steps] for _, targets in batch])
    assert sorted(epoch.tolist()) == list(range(rows))


@FEWER
@given(step=st.integers(0, 40), rows=st.integers(1, 30), batch_size=st.integers(1, 8))
def test_continuing_at_a_step_gives_the_batches_that_were_to_come(
    step: int, rows: int, batch_size: int
) -> None:
    settings = TrainingHyperparameters(batch_size=batch_size)
    numbers = torch.arange(rows)
    batches = InMemoryBatches(numbers, numbers, settings, HERE)
    whole = list(batches.from_step(0, 41))
    continued = list(batches.from_step(step, 41))
    assert len(continued) == 41 - step
    for expected, found in zip(whole[step:], continued, strict=True):
        assert torch.equal(expected.parts[0][1], found.parts[0][1])


def test_blocks_are_the_layers_of_a_list_or_of_a_sequence() -> None:
    assert [name for _, name, _ in blocks(Images())] == ["0", "1"]
    inner = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))
    assert [name for _, name, _ in blocks(nn.Sequential(inner, nn.ReLU()))] == ["0"]
    assert blocks(nn.Linear(2, 2)) == []


def test_activation_checkpointing_wraps_the_blocks_and_keeps_the_names_of_weights() -> None:
    network = Images()
    names = set(network.state_dict())
    parallelise(network, TrainingHyperparameters(gradient_checkpointing=True), HERE)
    assert isinstance(network.layers[0], CheckpointWrapper)
    assert set(network.state_dict()) == names


@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_two_processes_train_what_one_trains_and_export_it(
    strategy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = write_model(tmp_path / "code", "regression")
    one, two = tmp_path / "one", tmp_path / "two"
    for root in (one, two):
        run("prepare", root, "--code", str(code))
    same: dict[str, Any] = {"epochs": 3, "batch_size": 35, "dropout": 0}
    alone = train(one, code, **same)
    together = train(two, code, 2, strategy=strategy, **same)
    assert together.exit_codes == (0, 0)
    assert len(alone.curve) == 3 * 8
    assert list(together.curve) == list(alone.curve)
    np.testing.assert_allclose(
        list(together.curve.values()), list(alone.curve.values()), rtol=0, atol=1e-6
    )
    assert (two / "model/model.onnx").is_file()
