"""Models that bring their own `fit` in place of a network: no torch, no processes, one call.

`train` comes here where model.py has a function `fit`; the libraries' own parts are in
estimators_xgboost.py and estimators_sklearn.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..data.channels import channel_digest, read_channel, read_channel_schema
from ..digests import run_id
from ..evaluation.metrics import metrics_of
from ..hyperparameters import SplitHyperparameters, one_of, parse_hyperparameters, within
from ..layout import ContainerLayout
from ..model_code import Feature, ModelCode
from ..schema import Schema
from ..tables import Columns
from ..tracking.run_record import RunRecorder
from .artifact import onnx_difference, parity_samples, write_artifact


@dataclass(frozen=True)
class EstimatorHyperparameters(SplitHyperparameters):
    """What every estimator takes; a model's own dataclass adds its fields.

    Attributes:
        threads: Threads of the library; 0 is one for each core.
        precision: "fp32" only: libraries have their own arithmetic.
        strategy: "single" only: they train in one process.
    """

    threads: int = within(0, 0, 1024)
    precision: str = one_of("fp32", "fp32")
    strategy: str = one_of("single", "single")


@dataclass(frozen=True)
class Split:
    """Rows to learn from, or to stop by.

    Attributes:
        features: What features.py gives, float32 [rows, features], NaN for missing numbers.
        target: Class indices, int64 [rows], or values in the target's unit, float64 [rows].
    """

    features: NDArray[np.float32]
    target: NDArray[Any]


@dataclass(frozen=True)
class EstimatorData:
    """What `fit` may look at: never the test channel.

    Attributes:
        train: The train channel.
        validation: The validation channel, for early stopping.
        described: What features.py says about the columns, in order.
        schema: The inputs, the target and its classes.
        checkpoints: This run's own folder, kept when a spot job is stopped; may not exist yet.
    """

    train: Split
    validation: Split
    described: tuple[Feature, ...]
    schema: Schema
    checkpoints: Path


class Estimator(Protocol):
    """A fitted model, as `fit` returns it."""

    @property
    def framework(self) -> str:
        """Name of the library, as training.json records it."""

    @property
    def version(self) -> str:
        """Version of the library."""

    @property
    def parity_limit(self) -> float:
        """Largest difference between the library and ONNX Runtime that is let through."""

    def predict(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return probabilities, [rows, classes], or values in the target's unit, [rows, 1]."""

    def save(self, folder: Path) -> None:
        """Write model.onnx (one input, features; one output, answers) and the library's own file.

        Never a pickle: loading one runs whatever is in it.
        """


def train_estimator(layout: ContainerLayout, code: ModelCode) -> None:
    """Fit, or continue a killed fit, and export to the model folder.

    Args:
        layout: Where the channels lie, and where model and record go.
        code: The model's modules.

    Raises:
        MlRuntimeError: A channel, a hyperparameter or the model's code is not usable, or the
            export differs from the fitted model.
    """
    module, features = code.estimator(), code.features()
    settings = parse_hyperparameters(module.Hyperparameters, layout.hyperparameters)
    schema = replace(read_channel_schema(layout), flavour=module.FLAVOUR)
    digest = channel_digest(layout, ("train", "validation"))
    run = run_id(
        {
            "settings": asdict(settings),
            "data": digest,
            "code": code.digest(),
            "schema": schema.to_json(),
        }
    )
    train, validation = (
        make_split(read_channel(layout, name, schema), schema, features.compute)
        for name in ("train", "validation")
    )
    data = EstimatorData(
        train, validation, tuple(features.describe(schema.inputs)), schema, layout.checkpoints / run
    )
    how = f"{schema.flavour}; run {run}; {len(train.target)} rows"
    print(f"train: starting ({how})", flush=True)
    recorder = RunRecorder(layout, code.folder)
    recorder.on_start(
        {
            "run": run,
            "step": 0,
            "rows": len(train.target),
            "processes": 1,
            "device": "cpu",
            "settings": asdict(settings),
            "dataSha256": digest,
        }
    )
    try:
        fitted = module.fit(data, settings)
    except Exception as error:
        recorder.on_end({"status": "failed", "reason": str(error)})
        raise
    answers = fitted.predict(validation.features).astype(np.float64)
    found = metrics_of(schema, answers, validation.target)
    metrics = {f"validation_{name}": value for name, value in found.items()}
    print(" ".join(f"{name}={value:.6f};" for name, value in metrics.items()), flush=True)
    recorder.on_epoch(1, metrics)

    def write_model(folder: Path) -> float:
        fitted.save(folder)
        return onnx_difference(
            folder / "model.onnx", fitted.predict, parity_samples(validation.features)
        )

    record = {
        "run": run,
        "dataSha256": digest,
        "settings": asdict(settings),
        "framework": {"name": fitted.framework, "version": fitted.version},
    }
    parity = write_artifact(layout, code, schema, record, write_model, fitted.parity_limit)
    print(f"exported={layout.model}; onnx_max_abs_difference={parity:.2e};", flush=True)
    recorder.on_end({"status": "finished", "step": 1, "onnxMaxAbsDifference": parity})


def make_split(table: Columns, schema: Schema, compute: Callable[..., Any]) -> Split:
    """Return a channel as `fit` takes it; `compute` is that of features.py.

    Args:
        table: The channel's inputs and target.
        schema: What they hold.
        compute: Columns and inputs to features, [rows, features].

    Raises:
        DataError: The target holds labels that are no classes.
    """
    return Split(compute(table, schema.inputs), schema.target_numbers(table[schema.target]))
