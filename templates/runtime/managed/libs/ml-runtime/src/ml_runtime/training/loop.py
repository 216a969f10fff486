"""The training loop, from channels to an exported model, top to bottom."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from ..data.channels import channel_digest, read_channel, read_channel_schema
from ..errors import TrainingError
from ..hyperparameters import TrainingHyperparameters, parse_hyperparameters
from ..layout import ContainerLayout
from ..model_code import ModelCode
from .checkpoint import Checkpoints, run_id
from .export import export_model
from .objective import Objective, ServedModel, make_objective
from .process_group import Process
from .training_data import TrainingData


def train_model(layout: ContainerLayout, code: ModelCode, process: Process) -> None:
    """Train, or continue a killed run, and export to the model folder.

    Every batch is drawn from one permutation that depends on (seed, epoch) alone, so a resumed run
    sees the rows that an uninterrupted one would have seen, whatever the number of processes.

    Raises:
        MlRuntimeError: A channel, a hyperparameter or the model's code is not usable, the loss is
            no longer a number, or the export differs from the trained model.
    """
    model_module, features_module = code.model(), code.features()
    settings: TrainingHyperparameters = parse_hyperparameters(
        model_module.Hyperparameters, layout.hyperparameters
    )
    schema = replace(read_channel_schema(layout), flavour=model_module.FLAVOUR)
    tables = {name: read_channel(layout, name, schema) for name in ("train", "validation")}
    matrices = {
        name: features_module.compute(table, schema.inputs) for name, table in tables.items()
    }
    objective = make_objective(schema, tables["train"][schema.target])
    train, validation = (
        (
            torch.from_numpy(matrices[name]).to(process.device),
            objective.targets(tables[name][schema.target]).to(process.device),
        )
        for name in ("train", "validation")
    )

    torch.manual_seed(settings.seed)
    data = TrainingData(matrices["train"], tuple(features_module.describe(schema.inputs)), schema)
    network = model_module.build_model(data, objective.outputs, settings).to(process.device)
    model: nn.Module = network
    if settings.strategy == "ddp" and process.world_size > 1:
        model = DistributedDataParallel(network)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    # Dropout differs between processes; the weights above must not.
    torch.manual_seed(settings.seed + process.rank)

    digest = channel_digest(layout, ("train", "validation"))
    decisive = {"settings": asdict(settings), "data": digest, "code": code.digest()}
    run = run_id(decisive | {"schema": schema.to_json()})
    checkpoints = Checkpoints(layout.checkpoints, run, process)
    rows = len(train[0])
    epoch_steps = math.ceil(rows / settings.batch_size)
    last_step = epoch_steps * settings.epochs
    every = settings.checkpoint_steps or epoch_steps
    step = checkpoints.load_newest(model, optimiser)
    process.say(_beginning(run, step, last_step, rows, settings, process))

    while step < last_step:
        epoch, position = divmod(step, epoch_steps)
        batch = _batch_rows(rows, settings, epoch, position)
        own = torch.from_numpy(batch[process.rank :: process.world_size]).to(process.device)
        for group in optimiser.param_groups:
            group["lr"] = _learning_rate(settings, step, last_step)
        model.train()
        with _autocast(settings, process):
            outputs = model(train[0][own])
        # DDP averages the gradients over processes: this makes the average the batch's mean, even
        # where the processes hold different numbers of rows.
        loss = objective.loss_sum(outputs, train[1][own]) * (process.world_size / len(batch))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        if settings.gradient_clip:
            nn.utils.clip_grad_norm_(network.parameters(), settings.gradient_clip)
        optimiser.step()
        step += 1

        if step % epoch_steps == 0:
            batch_loss = process.total([float(loss.detach())])[0] / process.world_size
            scores = _validate(network, validation, objective, settings, process)
            process.say(f"epoch={epoch + 1}; step={step}; train_loss={batch_loss:.6f}; {scores}")
            if not math.isfinite(batch_loss):
                raise _diverged(step)
        if step % every == 0 or step == last_step:
            checkpoints.save(step, model, optimiser)

    if process.is_first:
        record = {"run": run, "steps": step, "dataSha256": digest, "settings": asdict(settings)}
        served = ServedModel(network, objective).cpu().eval()
        parity = export_model(layout, code, schema, served, matrices["validation"], record)
        process.say(f"exported={layout.model}; onnx_max_abs_difference={parity:.2e};")
    process.wait()


def _batch_rows(rows: int, settings: Any, epoch: int, position: int) -> Any:
    order = np.random.default_rng([settings.seed, epoch]).permutation(rows)
    return order[position * settings.batch_size : (position + 1) * settings.batch_size]


def _learning_rate(settings: TrainingHyperparameters, step: int, last_step: int) -> float:
    """Cosine from the peak to a tenth of it: a function of the step, so nothing to restore."""
    return settings.learning_rate * (0.55 + 0.45 * math.cos(math.pi * step / last_step))


def _autocast(settings: TrainingHyperparameters, process: Process) -> Any:
    if settings.precision == "fp32":
        return nullcontext()
    return torch.autocast(process.device.type, dtype=torch.bfloat16)


@torch.no_grad()
def _validate(
    network: nn.Module,
    validation: tuple[Tensor, Tensor],
    objective: Objective,
    settings: TrainingHyperparameters,
    process: Process,
) -> str:
    network.eval()
    features, targets = (part[process.rank :: process.world_size] for part in validation)
    with _autocast(settings, process):
        outputs = network(features)
    sums = [float(objective.loss_sum(outputs, targets)), objective.score_sum(outputs, targets)]
    loss, score = (value / len(validation[0]) for value in process.total(sums))
    name = "accuracy"
    if objective.schema.task == "regression":
        name, score = "rmse", math.sqrt(score)
    return f"validation_loss={loss:.6f}; validation_{name}={score:.6f};"


def _beginning(
    run: str, step: int, last: int, rows: int, settings: TrainingHyperparameters, process: Process
) -> str:
    how = f"{settings.strategy}, {process.world_size} processes, {process.device.type}"
    how += f", {settings.precision}; run {run}; {rows} rows"
    if step == 0:
        return f"train: starting at step 0 of {last} ({how})"
    if step == last:
        return f"train: run {run} is finished at step {step}; exporting it again"
    return f"train: resuming from the checkpoint of step {step} of {last} ({how})"


def _diverged(step: int) -> TrainingError:
    return TrainingError(
        "loss-not-finite",
        f"The loss is not a number at step {step}.",
        "The training has diverged.",
        "Lower learning_rate, or look for extreme values in the data.",
    )
