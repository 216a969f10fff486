"""Boosted trees that continue where a killed run stopped, and export to ONNX."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from .answers_graph import write_answers_graph
from .artifact import INPUT
from .estimators import EstimatorData, Split

# Trees add up in float32 in another order: a few 1e-7 for each of some hundred trees.
PARITY_LIMIT = 1e-5

# One to continue from and one more, should the disk lose the newest.
KEPT = 2


@dataclass(frozen=True)
class BoostedTrees:
    """A booster, as `train` exports it.

    Attributes:
        booster: The trees, up to the best round where training stopped early.
        outputs: Number of classes, or 1 for a regression.
    """

    booster: xgboost.Booster
    outputs: int
    framework: str = "xgboost"
    version: str = xgboost.__version__
    parity_limit: float = PARITY_LIMIT

    def predict(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return probabilities, [rows, classes], or values in the target's unit, [rows, 1]."""
        answers = np.asarray(self.booster.predict(xgboost.DMatrix(features)), dtype=np.float32)
        if self.outputs == 2:
            # Of two classes, xgboost gives the probability of the second.
            answers = np.stack([1 - answers, answers], axis=1)
        return answers.reshape(len(features), self.outputs)

    def save(self, folder: Path) -> None:
        """Write model.onnx, and model.json, which xgboost itself reads."""
        from onnxmltools import convert_xgboost
        from onnxmltools.convert.common.data_types import FloatTensorType

        shape = FloatTensorType([None, self.booster.num_features()])
        converted = convert_xgboost(self.booster, initial_types=[(INPUT, shape)], target_opset=15)
        write_answers_graph(converted, self.outputs, folder / "model.onnx")
        self.booster.save_model(folder / "model.json")


def boost(
    data: EstimatorData,
    parameters: dict[str, Any],
    rounds: int,
    *,
    patience: int = 0,
    checkpoint_rounds: int = 10,
) -> BoostedTrees:
    """Boost round by round, from the newest checkpoint of this run where there is one.

    A killed and continued run gives the same trees, to the bit: each round draws from its own seed,
    and every run goes on from its checkpoints as they are read again (the sums of leaves that the
    library keeps between rounds are rounded otherwise than those it computes anew).

    Args:
        data: What `fit` was given.
        parameters: xgboost's own (eta, max_depth, seed, ...); objective, metric and number of
            classes are set by the task.
        rounds: Trees for each output.
        patience: Stop when the validation loss has not fallen for this many rounds, and keep the
            best; 0 never stops.
        checkpoint_rounds: Rounds between checkpoints, at least 1.
    """
    outputs = len(data.schema.classes) or 1
    parameters = {**parameters, **_objective(outputs), "seed_per_iteration": True}
    train, validation = _matrix(data.train), _matrix(data.validation)
    booster = _read_newest(data.checkpoints, parameters, [train, validation])
    if done := booster.num_boosted_rounds():
        print(f"train: continuing after round {done} of {rounds}", flush=True)
    losses = [float(loss) for loss in (booster.attr("losses") or "").split()]
    while done < rounds and not _is_over(losses, patience):
        booster.update(train, done)
        done += 1
        losses.append(_loss(booster, validation, done))
        if done % checkpoint_rounds == 0 or done == rounds:
            booster.set_attr(losses=" ".join(map(repr, losses)))
            _save(booster, data.checkpoints, done)
            booster = _read_newest(data.checkpoints, parameters, [train, validation])
            print(f"round={done}; validation_loss={losses[-1]:.6f};", flush=True)
    best = int(np.argmin(losses)) + 1 if patience else done
    kept = booster[:best] if best < done else booster
    kept.set_attr(losses=None)
    return BoostedTrees(kept, outputs)


def _objective(outputs: int) -> dict[str, Any]:
    if outputs == 1:
        return {"objective": "reg:squarederror", "eval_metric": "rmse"}
    if outputs == 2:
        return {"objective": "binary:logistic", "eval_metric": "logloss"}
    return {"objective": "multi:softprob", "eval_metric": "mlogloss", "num_class": outputs}


def _matrix(split: Split) -> xgboost.DMatrix:
    return xgboost.DMatrix(split.features, split.target)


def _loss(booster: xgboost.Booster, validation: xgboost.DMatrix, done: int) -> float:
    return float(booster.eval(validation, iteration=done).rpartition(":")[2])


def _is_over(losses: list[float], patience: int) -> bool:
    return 0 < patience < len(losses) - int(np.argmin(losses)) if losses else False


def _steps(folder: Path) -> list[Path]:
    return sorted(folder.glob("round-*.ubj"))


def _read_newest(
    folder: Path, parameters: dict[str, Any], matrices: list[xgboost.DMatrix]
) -> xgboost.Booster:
    """Return the booster of the newest checkpoint, or one without trees where there is none."""
    newest = next(reversed(_steps(folder)), None)
    booster = xgboost.Booster(parameters, matrices, newest)
    booster.set_param(parameters)
    return booster


def _save(booster: xgboost.Booster, folder: Path, done: int) -> None:
    """Write a checkpoint that is either whole or absent, then drop all but the newest two."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / ".partial.ubj"
    booster.save_model(partial)
    with partial.open("rb") as stream:
        os.fsync(stream.fileno())
    partial.rename(folder / f"round-{done:08d}.ubj")
    for old in _steps(folder)[:-KEPT]:
        old.unlink()
