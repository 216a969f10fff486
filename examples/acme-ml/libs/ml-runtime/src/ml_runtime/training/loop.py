"""The training loop, from channels to an exported model, top to bottom."""

from __future__ import annotations

import math
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, replace

import torch
from torch import Tensor, nn
from torch.amp.grad_scaler import GradScaler
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict

from ..data.channels import read_channel_schema
from ..digests import run_id
from ..errors import TrainingError
from ..hyperparameters import TrainingHyperparameters, parse_hyperparameters
from ..layout import ContainerLayout
from ..model_code import ModelCode
from .batches import Batch, Batches
from .checkpoint import Checkpoints, Progress, TrainingState, begins_checkpoint
from .export import export_model
from .interruption import interruptible, stopped
from .objective import Objective, ServedModel
from .observer import Observer
from .parallelism import parallelise, synchronising
from .precision import autocast, gradient_scaler, prepare_numerics
from .process_group import Process
from .schedule import learning_rate
from .sources import open_source


def train_model(
    layout: ContainerLayout, code: ModelCode, process: Process, observer: Observer
) -> None:
    """Train, or continue a killed run, and export to the model folder.

    Args:
        layout: Where to read and write.
        code: The model's modules.
        process: This process; all processes of a run call this together.
        observer: Is told what happens, in the first process.

    Raises:
        MlRuntimeError: A channel, a hyperparameter or the model's code is not usable, the loss is
            no longer a number, the export differs from the trained model, or SIGTERM stopped it.
    """
    module = code.model()
    settings: TrainingHyperparameters = parse_hyperparameters(
        module.Hyperparameters, layout.hyperparameters
    )
    prepare_numerics(settings, process.device)
    schema = replace(read_channel_schema(layout), flavour=module.FLAVOUR)
    source = open_source(layout, code, schema, settings, process)
    objective = source.objective

    torch.manual_seed(settings.seed)
    network = module.build_model(source.known, objective.outputs, settings).to(process.device)
    model = parallelise(network, settings, process)
    optimiser = torch.optim.AdamW(
        model.parameters(),
        lr=settings.learning_rate,
        weight_decay=settings.weight_decay,
        fused=True,
    )
    scaler = gradient_scaler(settings, process.device)
    # Dropout differs between processes; the weights above must not.
    torch.manual_seed(settings.seed + process.rank)

    decisive = {"settings": settings.decisive(), "data": source.digest, "code": code.digest()}
    run = _agreed_run(run_id(decisive | {"schema": schema.to_json()}), process)
    checkpoints = Checkpoints(layout.checkpoints, run, process, settings.save_total_limit)
    state = TrainingState(model, optimiser, scaler)
    progress = Progress()
    if whole := checkpoints.whole_steps():
        progress = checkpoints.load(whole[-1], state)
    step, epoch_steps = progress.step, source.train.epoch_steps
    last_step = epoch_steps * settings.epochs
    save_steps = settings.save_steps or epoch_steps
    record = {"run": run, "settings": asdict(settings), "dataSha256": source.digest}
    if process.is_first:
        place = {"step": step, "last_step": last_step, "rows": source.train.rows}
        how = {"processes": process.world_size, "device": process.device.type}
        observer.on_start(record | place | how)

    forward = autocast(settings, process.device)
    parameters = list(model.parameters())
    since, since_step = time.monotonic(), step
    model.train()
    with interruptible(process) as interruption:
        for batch in source.train.from_step(step, last_step):
            rate = learning_rate(settings, step, last_step)
            for group in optimiser.param_groups:
                group["lr"] = rate
            loss = compute_gradients(model, batch, objective, forward, scaler, process)
            if settings.max_grad_norm:
                scaler.unscale_(optimiser)
                nn.utils.clip_grad_norm_(parameters, settings.max_grad_norm)
            scaler.step(optimiser)
            scaler.update()
            optimiser.zero_grad(set_to_none=True)
            step += 1

            ends_epoch = step % epoch_steps == 0
            is_logged = settings.logging_steps > 0 and step % settings.logging_steps == 0
            if ends_epoch or is_logged:
                mean = process.total([float(loss)])[0] / max(1, batch.rows)
                if not math.isfinite(mean):
                    raise _diverged(step)
                if process.is_first and is_logged:
                    observer.on_step(step, {"loss": mean, "learning_rate": rate})
            if ends_epoch:
                scores = validate(model, source.validation, objective, settings, process)
                speed = (step - since_step) * settings.batch_size / (time.monotonic() - since)
                if process.is_first:
                    epoch = {"epoch": step // epoch_steps, "train_loss": mean}
                    observer.on_epoch(step, epoch | scores | {"rows_per_second": speed})
                if scores["validation_loss"] < progress.best_loss:
                    progress = replace(
                        progress, best_step=step, best_loss=scores["validation_loss"]
                    )
                since, since_step = time.monotonic(), step
            stops = interruption.agreed()
            is_due = begins_checkpoint(step, save_steps)
            if is_due or step in (last_step, progress.best_step) or stops:
                checkpoints.save(replace(progress, step=step), state)
                if save_steps == 1:
                    checkpoints.finish()
            if stops and step < last_step:
                checkpoints.close()
                raise stopped(step)

    checkpoints.close()
    if settings.load_best_model_at_end and progress.best_step:
        checkpoints.load_weights(progress.best_step, model)
    weights = get_model_state_dict(
        model, options=StateDictOptions(full_state_dict=True, cpu_offload=True)
    )
    if process.is_first:
        # A plain network again, without what was wrapped around it for training.
        plain = module.build_model(source.known, objective.outputs, settings)
        plain.load_state_dict(weights)
        served = ServedModel(plain, objective).eval()
        steps = {"steps": step, "bestStep": progress.best_step}
        parity = export_model(layout, code, schema, served, source.sample, record | steps)
        best = {"best_step": progress.best_step, "best_validation_loss": progress.best_loss}
        end = {"status": "finished", "step": step, "onnxMaxAbsDifference": parity}
        observer.on_end(record | end | best)
    process.wait()


def compute_gradients(
    model: nn.Module,
    batch: Batch,
    objective: Objective,
    forward: AbstractContextManager[object],
    scaler: GradScaler,
    process: Process,
) -> Tensor:
    """Add the gradients of a batch's mean loss, the same in all processes, to the parameters'.

    Args:
        model: What `parallelise` returned.
        batch: This process's share.
        objective: The loss.
        forward: Context of each forward pass.
        scaler: Scales the loss, if it is on.
        process: This process.

    Returns:
        The summed loss of this process's rows, a scalar.
    """
    # Gradients are averaged over processes: times world_size over rows, that average is the batch's
    # mean, even where the processes hold different numbers of rows.
    # The backward pass begins with it: a product would be one more operation in each pass.
    scale = process.world_size / max(1, batch.rows)
    gradient = torch.full((), scale, device=process.device)
    total: Tensor | None = None
    for number, (features, targets) in enumerate(batch.parts, start=1):
        with synchronising(model, last=number == len(batch.parts)):
            with forward:
                outputs = model(features)
            if len(outputs) > len(targets):
                outputs = outputs[: len(targets)]
            loss = objective.loss_sum(outputs, targets)
            scaler.scale(loss).backward(gradient)  # type: ignore[no-untyped-call]
        total = loss.detach() if total is None else total + loss.detach()
    assert total is not None  # noqa: S101 - every batch has a part
    return total


@torch.no_grad()
def validate(
    model: nn.Module,
    validation: Batches,
    objective: Objective,
    settings: TrainingHyperparameters,
    process: Process,
) -> dict[str, float]:
    """Return `validation_loss` and `validation_accuracy` or `validation_rmse` of all rows."""
    model.eval()
    loss = score = 0.0
    for batch in validation.in_order():
        for features, targets in batch.parts:
            with autocast(settings, process.device):
                outputs = model(features)[: len(targets)]
            loss += float(objective.loss_sum(outputs, targets))
            score += objective.score_sum(outputs, targets)
    model.train()
    loss, score = (value / validation.rows for value in process.total([loss, score]))
    if objective.schema.task == "regression":
        return {"validation_loss": loss, "validation_rmse": math.sqrt(score)}
    return {"validation_loss": loss, "validation_accuracy": score}


def _agreed_run(run: str, process: Process) -> str:
    """Return the run id, which is the same in all processes if they have the same files."""
    if len(ids := sorted(set(process.everybodys(run)))) > 1:
        raise TrainingError(
            "hosts-differ",
            f"The processes would train different runs ({', '.join(ids)}).",
            "Their data, code or hyperparameters are not the same.",
            "Give every host the same channels (FullyReplicated) and the same image.",
        )
    return run


def _diverged(step: int) -> TrainingError:
    return TrainingError(
        "loss-not-finite",
        f"The loss is not a number at step {step}.",
        "The training has diverged.",
        "Lower learning_rate, or look for extreme values in the data.",
    )
