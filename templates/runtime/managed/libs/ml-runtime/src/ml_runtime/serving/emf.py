"""Metrics as lines of CloudWatch's embedded metric format, which its Logs turn into metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
Namespace, dimensions and names are the same in packages/config/src/serving-metrics.ts.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import orjson

from .metrics import Metrics
from .settings import ServingSettings

# Read by alarms and dashboards.
NAMESPACE = "WaMl/Serving"
DIMENSIONS = ("EndpointName", "VariantName")

# Counts of a worker since its last line, in the order in which they are written.
COUNTS = (
    "Requests",
    "Errors4XX",
    "Errors5XX",
    "CacheHits",
    "CacheMisses",
    "OutOfRangeValues",
    "HumanReviews",
    "Explanations",
    "Captured",
    "CapturesDropped",
)
# Distributions, at most 100 values each.
LATENCY, QUEUE_TIME, BATCH_SIZE = "Latency", "QueueTime", "BatchSize"
UNITS = {LATENCY: "Milliseconds", QUEUE_TIME: "Milliseconds", BATCH_SIZE: "Count"}


def metrics_line(metrics: Metrics, settings: ServingSettings, version: str) -> dict[str, Any]:
    """Return what has been counted since the last line, and begin anew.

    Args:
        metrics: Of one worker.
        settings: Names of endpoint and variant.
        version: Of the model; a property, not a dimension: each value of a dimension would be a
            metric of its own, with its own price.
    """
    counts = {"Requests": metrics.requests} | metrics.counts
    refusals = metrics.refusals
    metrics.requests, metrics.counts, metrics.refusals = 0, {}, {}
    values: dict[str, Any] = {name: counts[name] for name in COUNTS if counts.get(name)}
    distributions = {
        LATENCY: [round(value * 1000, 3) for value in metrics.latency.values()],
        QUEUE_TIME: [round(value * 1000, 3) for value in metrics.queue_time.values()],
        BATCH_SIZE: [round(value) for value in metrics.batch_size.values()],
    }
    values |= {name: found for name, found in distributions.items() if found}
    named = dict(zip(DIMENSIONS, (settings.endpoint or "local", settings.variant), strict=True))
    return {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [list(DIMENSIONS)],
                    "Metrics": [
                        {"Name": name, "Unit": UNITS.get(name, "Count")} for name in values
                    ],
                }
            ],
        },
        **named,
        "ModelVersion": version,
        **values,
        **({"Refusals": refusals} if refusals else {}),
    }


def write_line(content: dict[str, Any]) -> None:
    """Write one JSON document as a line of standard output."""
    sys.stdout.write(orjson.dumps(content).decode() + "\n")
    sys.stdout.flush()
