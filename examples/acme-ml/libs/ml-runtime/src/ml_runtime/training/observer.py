"""What happens in a run, told to whoever wants to know: printing, tracking.

Observers live in the first process only and are called between two steps, so they must be quick.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

# Name to value, and what is known of a run; the keys are those of Observer's methods.
Metrics = Mapping[str, float]
Record = Mapping[str, Any]


class Observer(Protocol):
    """One that is told; an exception of it ends the run."""

    def on_start(self, record: Record) -> None:
        """Before the first step.

        Args:
            record: `run` (its id), `step` (where it starts or continues), `last_step`, `rows`,
                `processes`, `device`, `settings` (all hyperparameters), `dataSha256`.
        """

    def on_step(self, step: int, metrics: Metrics) -> None:
        """After every `logging_steps` optimiser steps: `loss` of that batch, `learning_rate`."""

    def on_epoch(self, step: int, metrics: Metrics) -> None:
        """After an epoch.

        Args:
            step: Optimiser steps done.
            metrics: `epoch` (from 1), `train_loss` (of its last batch), `validation_loss`,
                `validation_accuracy` or `validation_rmse`, `rows_per_second` (over all processes).
        """

    def on_end(self, record: Record) -> None:
        """At the end, whichever; a run that fails early has not started.

        Args:
            record: `status`: "finished", "stopped" (by SIGTERM) or "failed". A finished run's has
                all of `on_start` that is about its content, `step`, `best_step`,
                `best_validation_loss` and `onnxMaxAbsDifference`; others' have the `reason`.
        """


class PrintingObserver:
    """Prints `name=value;`, as SageMaker's metric definitions look for them in the log."""

    def on_start(self, record: Record) -> None:
        """Say where the run starts and how."""
        settings, step, last = record["settings"], record["step"], record["last_step"]
        how = f"{settings['strategy']}, {record['processes']} processes, {record['device']}"
        how += f", {settings['precision']}; run {record['run']}; {record['rows']} rows"
        if step == 0:
            _say(f"train: starting at step 0 of {last} ({how})")
        elif step == last:
            _say(f"train: run {record['run']} is finished at step {step}; exporting it again")
        else:
            _say(f"train: resuming from the checkpoint of step {step} of {last} ({how})")

    def on_step(self, step: int, metrics: Metrics) -> None:
        """Print the loss with all its digits: curves of two runs are compared by it."""
        _say(f"step={step}; " + " ".join(f"{name}={value!r};" for name, value in metrics.items()))

    def on_epoch(self, step: int, metrics: Metrics) -> None:
        """Print an epoch's metrics."""
        epoch = f"epoch={metrics['epoch']:.0f}; step={step};"
        others = (f"{name}={value:.6f};" for name, value in metrics.items() if name != "epoch")
        _say(" ".join([epoch, *others]))

    def on_end(self, record: Record) -> None:
        """Print how far the exported model is from the trained one."""
        if "onnxMaxAbsDifference" in record:
            _say(f"train: exported; onnx_max_abs_difference={record['onnxMaxAbsDifference']:.2e};")


class Observers:
    """Several observers as one, told in order.

    Args:
        observers: The exception of one keeps the ones behind it from being told.
    """

    def __init__(self, observers: Sequence[Observer]) -> None:
        self.observers = tuple(observers)

    def on_start(self, record: Record) -> None:
        """Tell all."""
        for observer in self.observers:
            observer.on_start(record)

    def on_step(self, step: int, metrics: Metrics) -> None:
        """Tell all."""
        for observer in self.observers:
            observer.on_step(step, metrics)

    def on_epoch(self, step: int, metrics: Metrics) -> None:
        """Tell all."""
        for observer in self.observers:
            observer.on_epoch(step, metrics)

    def on_end(self, record: Record) -> None:
        """Tell all."""
        for observer in self.observers:
            observer.on_end(record)


def _say(text: str) -> None:
    print(text, flush=True)
