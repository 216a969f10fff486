"""Metrics from answers and truth, in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..schema import Schema

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

# A probability of 0 for what happened would make the log loss infinite. As scikit-learn's log_loss
# had it before it took the type's own resolution.
SMALLEST_PROBABILITY = 1e-15


def metrics_of(schema: Schema, answers: Floats, truth: NDArray[Any]) -> dict[str, float]:
    """Return the metrics of a task, by name.

    Args:
        schema: Says which task, and the classes.
        answers: What the model answers: probabilities [rows, classes], or values [rows, 1].
        truth: The target, [rows], as `Schema.target_numbers` gives it.
    """
    if schema.task == "regression":
        return regression_metrics(answers[:, 0], truth)
    return classification_metrics(answers, truth)


def classification_metrics(probabilities: Floats, truth: Indices) -> dict[str, float]:
    """Return accuracy, macro F1 and log loss (nats); for two classes also the area under the ROC.

    Args:
        probabilities: Shape [rows, classes]; each row adds up to 1.
        truth: Shape [rows], class indices from 0. The last class is the positive one of two.

    Returns:
        `accuracy`, `macro_f1` and, where the rows have both of two classes, `auc`, all 0 to 1; and
        `log_loss`, 0 or above.
    """
    predicted = probabilities.argmax(axis=1)
    own = np.clip(probabilities[np.arange(len(truth)), truth], SMALLEST_PROBABILITY, 1.0)
    metrics = {
        "accuracy": float((predicted == truth).mean()),
        "macro_f1": _macro_f1(predicted, truth, probabilities.shape[1]),
        "log_loss": float(-np.log(own).mean()),
    }
    if probabilities.shape[1] == 2 and len(set(truth.tolist())) == 2:
        metrics["auc"] = area_under_roc(probabilities[:, 1], truth == 1)
    return metrics


def regression_metrics(predicted: Floats, truth: Floats) -> dict[str, float]:
    """Return RMSE and MAE in the target's unit, and R squared (0 where the truth is constant).

    Args:
        predicted: Shape [rows], in the target's unit.
        truth: Shape [rows], in the target's unit.
    """
    error = predicted - truth
    spread = float(((truth - truth.mean()) ** 2).sum())
    return {
        "rmse": float(np.sqrt((error**2).mean())),
        "mae": float(np.abs(error).mean()),
        "r2": 1.0 - float((error**2).sum()) / spread if spread else 0.0,
    }


def area_under_roc(scores: Floats, positive: NDArray[Any]) -> float:
    """Return the share of (positive, negative) pairs in the right order; a tie counts half.

    Args:
        scores: Shape [rows]; higher for what is held for positive.
        positive: Shape [rows], true or false; at least one of each.

    Returns:
        0 to 1; 0.5 is chance.
    """
    values, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    del values
    last_rank = np.cumsum(counts)
    ranks = (last_rank - (counts - 1) / 2)[inverse]
    positives = int(positive.sum())
    negatives = len(positive) - positives
    above = ranks[positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def _macro_f1(predicted: Indices, truth: Indices, classes: int) -> float:
    scores = []
    for label in range(classes):
        hits = int(((predicted == label) & (truth == label)).sum())
        total = int((predicted == label).sum() + (truth == label).sum())
        if total:
            scores.append(2 * hits / total)
    return float(np.mean(scores))
