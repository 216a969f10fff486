"""A model's answers on the test channel, beside the simplest baseline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.channels import channel_digest, read_channel
from ..layout import ContainerLayout, write_report
from ..schema import Schema
from ..tables import Columns, row_count
from .metrics import metrics_of

Answers = Callable[[Columns], NDArray[Any]]


def judge(
    layout: ContainerLayout, schema: Schema, answers: Answers, model: Mapping[str, Any]
) -> dict[str, Any]:
    """Judge a model's answers, write output/data/evaluation.json and print a table.

    The baseline always answers the train channel's majority class (with its class shares as
    probabilities), or its mean.

    Args:
        layout: Where the channels test and train are.
        schema: What the model takes and gives.
        answers: From columns to probabilities [rows, classes], or values [rows, 1].
        model: What the report says of the model itself.

    Returns:
        The report, as it is written.

    Raises:
        MlRuntimeError: A channel is absent, or the model cannot be asked.
    """
    test = read_channel(layout, "test", schema)
    known = read_channel(layout, "train", schema)[schema.target]
    truth = schema.target_numbers(test[schema.target])
    metrics = metrics_of(schema, answers(test).astype(np.float64), truth)
    baseline = metrics_of(schema, _baseline_answers(schema, known, len(truth)), truth)
    report = {
        "task": schema.task,
        "target": schema.target,
        "rows": row_count(test),
        "metrics": {name: {"value": value} for name, value in metrics.items()},
        "baseline": {
            "name": "majority class" if schema.task == "classification" else "mean",
            "metrics": {name: {"value": value} for name, value in baseline.items()},
        },
        # What the pipeline's gate reads.
        "skill": {"value": skill(schema.task, metrics, baseline)},
        "model": dict(model),
        "data": {"testSha256": channel_digest(layout, ("test",))},
    }
    write_report(layout, "evaluation.json", report)
    _print_table(report)
    return report


def skill(task: str, metrics: dict[str, float], baseline: dict[str, float]) -> float:
    """Skill score: 1 - loss / baseline's loss; 1 is perfect, 0 no better than the baseline.

    The loss is log loss for a classification and RMSE for a regression. Where the baseline is
    already perfect there is nothing to gain, and the skill is 0.

    Args:
        task: "classification" or "regression".
        metrics: The model's, as `metrics_of` gives them.
        baseline: The baseline's, of the same rows.

    Returns:
        At most 1; below 0 for a model that is worse than the baseline.
    """
    loss = "log_loss" if task == "classification" else "rmse"
    return 1.0 - metrics[loss] / baseline[loss] if baseline[loss] > 0 else 0.0


def _baseline_answers(schema: Schema, known: NDArray[Any], rows: int) -> NDArray[np.float64]:
    if schema.task == "regression":
        return np.full((rows, 1), known.astype(np.float64).mean())
    shares = np.array([(known == label).mean() for label in schema.classes])
    return np.tile(shares, (rows, 1))


def _print_table(report: dict[str, Any]) -> None:
    baseline = report["baseline"]
    print(f"evaluate: {report['rows']} held-out rows; baseline: {baseline['name']}")
    print(f"{'metric':<12}{'model':>12}{'baseline':>12}")
    for name, entry in report["metrics"].items():
        other = baseline["metrics"].get(name, {"value": float("nan")})["value"]
        print(f"{name:<12}{entry['value']:>12.4f}{other:>12.4f}")
    print(
        " ".join(f"test_{name}={entry['value']:.6f};" for name, entry in report["metrics"].items())
    )
