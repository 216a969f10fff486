"""`log`: one run's record and reports into MLflow, after the fact."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import TrackingError
from ..layout import ContainerLayout
from .energy import watt_hours_of_predictions
from .run_record import RECORD_FILE
from .store import STORE, open_client, repository_of

if TYPE_CHECKING:
    from mlflow import MlflowClient

# Marks the MLflow run of one of ours, and the last step of it that is there.
RUN_TAG = "ml_runtime.run"
STEP_TAG = "ml_runtime.logged_step"

# Of output/data, as far as they are there.
REPORTS = ("evaluation.json", "optimisation.json", "tuning.json", "validation.json")

# MLflow takes this many entries in one call.
BATCH = 1000


def log_run(
    layout: ContainerLayout, code: Path, experiment: str, environ: Mapping[str, str]
) -> str:
    """Log output/data/run.json and the reports beside it; what is there already is left alone.

    Args:
        layout: Where the record and the reports lie.
        code: The model's folder, in a repository or in an image.
        experiment: Name of the MLflow experiment: that of the model.
        environ: For MLFLOW_TRACKING_URI.

    Returns:
        The id of the MLflow run.

    Raises:
        TrackingError: There is no record, or no MLflow.
    """
    record = _read(layout.output_data / RECORD_FILE)
    if record is None:
        raise TrackingError(
            "record-absent",
            f"There is no {layout.output_data / RECORD_FILE}.",
            "It is what train writes while it runs.",
            "Run train first.",
        )
    reports = {name: _read(layout.output_data / name) for name in REPORTS}
    client = open_client(code, environ)
    number = _experiment(client, experiment, code, environ)
    run = _run(client, number, record)
    _log(client, run, record, {name: one for name, one in reports.items() if one is not None})
    print(f"log: experiment={experiment}; run={record['run']}; mlflow_run={run};", flush=True)
    return run


def _read(file: Path) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return content
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise TrackingError(
            "record-unreadable", f"{file} cannot be read:", f"{error}.", "Write it again."
        ) from error


def _experiment(client: MlflowClient, name: str, code: Path, environ: Mapping[str, str]) -> str:
    if (known := client.get_experiment_by_name(name)) is not None:
        return str(known.experiment_id)
    # By itself MLflow would make a folder in whatever folder this runs.
    place = None
    if "MLFLOW_TRACKING_URI" not in environ:
        place = (repository_of(code) / STORE / "artifacts" / name).resolve().as_uri()
    return str(client.create_experiment(name, artifact_location=place))


def _run(client: MlflowClient, experiment: str, record: Mapping[str, Any]) -> str:
    """Return the MLflow run of this record, made if it is not there yet."""
    wanted = f"tags.`{RUN_TAG}` = '{record['run']}'"
    found = client.search_runs([experiment], wanted, max_results=1)
    if found:
        return str(found[0].info.run_id)
    made = client.create_run(
        experiment,
        start_time=_milliseconds(record["startedAt"]),
        tags={RUN_TAG: record["run"]},
        run_name=f"{record['run']} {record['startedAt'][:16]}",
    )
    return str(made.info.run_id)


def _log(
    client: MlflowClient, run: str, record: Mapping[str, Any], reports: Mapping[str, Any]
) -> None:
    from mlflow.entities import (
        Dataset,
        DatasetInput,
        InputTag,
        Metric,
        Param,
        RunTag,
    )

    logged = int(client.get_run(run).data.tags.get(STEP_TAG, -1))
    parameters = [Param(name, str(value)) for name, value in record["parameters"].items()]
    tags = {**_tags(record, reports), STEP_TAG: str(record["step"])}
    client.log_batch(run, params=parameters, tags=[RunTag(*entry) for entry in tags.items()])
    metrics = [
        Metric(name, value, _milliseconds(entry["time"]), entry["step"])
        for entry in record["history"]
        if entry["step"] > logged
        for name, value in entry["metrics"].items()
        if value is not None
    ]
    now = _milliseconds(record["endedAt"] or record["startedAt"])
    metrics += [Metric(name, one, now, record["step"]) for name, one in _totals(record, reports)]
    for start in range(0, len(metrics), BATCH):
        client.log_batch(run, metrics=metrics[start : start + BATCH])
    data = Dataset(
        "train and validation", record["dataSha256"][:36], "local", json.dumps({"channels": "both"})
    )
    client.log_inputs(run, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])
    for name, report in {RECORD_FILE: record, **reports}.items():
        client.log_dict(run, dict(report), name)
    status = {"finished": "FINISHED", "failed": "FAILED", "stopped": "KILLED"}
    if record["status"] in status:
        client.set_terminated(run, status[record["status"]], now)


def _tags(record: Mapping[str, Any], reports: Mapping[str, Any]) -> dict[str, str]:
    lineage = record["lineage"]
    tags = {
        "mlflow.source.git.commit": lineage["commit"],
        "git.dirty": lineage["dirty"],
        "image": lineage["image"],
        "job": lineage["job"],
        "instance_type": lineage["instanceType"],
        "region": lineage["region"],
        "python": lineage["python"],
        "data_sha256": record["dataSha256"],
        "device": record["device"],
        "energy.method": record["energy"]["method"],
    }
    if (evaluation := reports.get("evaluation.json")) is not None:
        tags["onnx_sha256"] = evaluation["model"]["onnxSha256"]
    if (optimisation := reports.get("optimisation.json")) is not None:
        tags["optimised"] = optimisation["kept"]
    if (validation := reports.get("validation.json")) is not None:
        tags["data_verdict"] = validation["verdict"]
    return {name: str(value) for name, value in tags.items() if value is not None}


def _totals(record: Mapping[str, Any], reports: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield what a run has one value of: system, energy, and the figures of its reports."""
    for name, value in record["system"].items():
        yield f"system/{name}", float(value)
    yield "energy/kwh", record["energy"]["kWh"]
    yield "energy/gco2e", record["energy"]["gCO2e"]
    if (evaluation := reports.get("evaluation.json")) is not None:
        for name, entry in evaluation["metrics"].items():
            yield f"test_{name}", entry["value"]
        yield "skill", evaluation["skill"]["value"]
    if (optimisation := reports.get("optimisation.json")) is not None:
        kept = next(
            one for one in optimisation["candidates"] if one["name"] == optimisation["kept"]
        )
        yield "latency/p50_us", kept["p50Us"]
        yield "latency/p99_us", kept["p99Us"]
        yield "size/bytes", kept["bytes"]
        yield "energy/wh_per_1000_predictions", watt_hours_of_predictions(kept["p50Us"])


def _milliseconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000)
