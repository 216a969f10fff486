"""Microseconds until the next batch: from memory, and streamed from Parquet."""

import sys
import time
from collections.abc import Iterable
from pathlib import Path

import torch
from ml_runtime.data.channels import read_channel, read_channel_schema, stream_channel
from ml_runtime.hyperparameters import TrainingHyperparameters
from ml_runtime.layout import read_layout
from ml_runtime.model_code import ModelCode
from ml_runtime.training.batches import InMemoryBatches
from ml_runtime.training.objective import make_objective
from ml_runtime.training.process_group import Process
from ml_runtime.training.streaming import Reader, StreamingBatches
from rows import interleaved, row
from torch.utils.data import DataLoader, TensorDataset
from torchdata.stateful_dataloader import StatefulDataLoader

BATCHES, ROUNDS, SIZE = 600, 9, 64
CODE = ModelCode(Path(__file__).parent / "model")


def microseconds(batches: Iterable[object]) -> float:
    since = time.perf_counter()
    for number, _ in enumerate(batches, start=1):
        if number == BATCHES:
            break
    return (time.perf_counter() - since) / number * 1e6


def main() -> None:
    layout = read_layout(Path(sys.argv[1]) / "ml", {})
    schema = read_channel_schema(layout)
    table = read_channel(layout, "train", schema)
    objective = make_objective(schema, table[schema.target])
    features = torch.from_numpy(CODE.features().compute(table, schema.inputs))
    targets = objective.targets(table[schema.target])
    settings, process = TrainingHyperparameters(batch_size=SIZE), Process(0, 1, torch.device("cpu"))
    in_memory = InMemoryBatches(features, targets, settings, process)
    filler = features[:1], targets[:0]
    blocks = stream_channel(layout, "train")
    streamed = StreamingBatches(blocks, Reader(schema, CODE, objective), settings, process, filler)
    data = TensorDataset(features, targets)
    found = interleaved(
        {
            "memory": lambda: microseconds(in_memory.from_step(0, BATCHES)),
            "stream": lambda: microseconds(streamed.from_step(0, BATCHES)),
            "plain": lambda: microseconds(DataLoader(data, SIZE, shuffle=True)),
            "stateful": lambda: microseconds(StatefulDataLoader(data, SIZE, shuffle=True)),
        },
        ROUNDS,
    )
    for peer, name in (("plain", "torch DataLoader"), ("stateful", "torchdata StatefulDataLoader")):
        work = "batch of 64 of 60,000 rows in memory"
        row(work=work, unit="us", us=found["memory"], peer=found[peer], peerName=name, goal=1)
    work = "batch of 64, streamed from Parquet"
    peer = "torch DataLoader, the rows in memory"
    row(work=work, unit="us", us=found["stream"], peer=found["plain"], peerName=peer)


main()
