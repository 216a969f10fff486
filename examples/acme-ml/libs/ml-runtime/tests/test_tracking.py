"""A run leaves a record by itself, and the record goes to MLflow whole, once."""

import json
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import needs_network, run

from ml_runtime.__main__ import main
from ml_runtime.layout import read_layout
from ml_runtime.tracking.energy import Usage, estimate, watt_hours_of_predictions
from ml_runtime.tracking.lineage import lineage
from ml_runtime.tracking.run_record import HISTORY_ENTRIES, RunRecorder

START = {
    "run": "abc",
    "step": 0,
    "last_step": 9,
    "rows": 5,
    "processes": 2,
    "device": "cpu",
    "settings": {"epochs": 3},
    "dataSha256": "d" * 64,
}


def record_of(root: Path) -> Any:
    return json.loads((root / "output/data/run.json").read_text())


@needs_network
def test_training_writes_its_record(wine: Path) -> None:
    record = record_of(wine)
    trained = json.loads((wine / "model/training.json").read_text())
    assert record["status"] == "finished"
    assert record["run"] == trained["run"]
    assert record["dataSha256"] == trained["dataSha256"]
    assert record["parameters"]["epochs"] == 30
    curve = [one["metrics"]["validation_loss"] for one in record["history"]]
    assert len(curve) == 30
    assert curve[-1] < curve[0]
    assert record["metrics"]["validation_loss"] == curve[-1]
    assert record["system"]["cpuSeconds"] > 0
    assert 0 < record["energy"]["kWh"] < 0.1
    assert record["endedAt"] > record["startedAt"]


def test_a_run_that_goes_on_adds_to_its_record(tmp_path: Path) -> None:
    layout = read_layout(tmp_path, {})
    first = RunRecorder(layout, tmp_path)
    first.on_start(START)
    for step in (3, 6):
        first.on_epoch(step, {"validation_loss": 1 / step})
    first.on_end({"status": "stopped", "step": 6})
    before = record_of(tmp_path)
    again = RunRecorder(layout, tmp_path)
    # The checkpoint is older than the record.
    again.on_start({**START, "step": 3})
    again.on_epoch(6, {"validation_loss": float("nan")})
    again.on_end({"status": "finished", "step": 9})
    record = record_of(tmp_path)
    assert [entry["step"] for entry in record["history"]] == [3, 6]
    assert record["history"][1]["metrics"] == {"validation_loss": None}
    assert record["startedAt"] == before["startedAt"]
    assert record["system"]["seconds"] > before["system"]["seconds"]
    assert record["energy"]["kWh"] > before["energy"]["kWh"]
    other = RunRecorder(layout, tmp_path)
    other.on_start({**START, "run": "other", "step": 3})
    assert record_of(tmp_path)["history"] == []


def test_the_record_of_a_long_run_stays_small(tmp_path: Path) -> None:
    recorder = RunRecorder(read_layout(tmp_path, {}), tmp_path)
    recorder.on_start(START)
    for step in range(3 * HISTORY_ENTRIES):
        recorder.on_step(step, {"loss": 1.0})
    recorder.on_end({"status": "finished", "step": step})
    steps = [entry["step"] for entry in record_of(tmp_path)["history"]]
    assert len(steps) <= HISTORY_ENTRIES
    assert (steps[0], steps[-1]) == (0, 3 * HISTORY_ENTRIES - 1)
    assert steps == sorted(steps)


def test_energy_follows_the_stated_coefficients() -> None:
    hour = Usage(seconds=3600, cpu_seconds=2 * 3600, cores=4, memory_gb=10)
    watts = 4 * 0.74 + 2 * (3.5 - 0.74) + 10 * 0.392
    local = estimate(hour, None)
    assert local["kWh"] == pytest.approx(watts / 1000)
    ireland, sweden = estimate(hour, "eu-west-1"), estimate(hour, "eu-north-1")
    assert ireland["kWh"] == pytest.approx(1.135 * watts / 1000)
    assert ireland["gCO2e"] == pytest.approx(316 * ireland["kWh"])
    assert sweden["gCO2e"] < ireland["gCO2e"] / 30
    assert (ireland["regionKnown"], estimate(hour, "eu-east-9")["regionKnown"]) == (True, False)
    gpu = estimate(Usage(3600, 0, 1, 0, gpu_joules=300 * 3600), None)
    assert gpu["kWh"] == pytest.approx(0.30074)
    # A millisecond on one busy core.
    assert watt_hours_of_predictions(1000) == pytest.approx(3.5 / 3600)


def test_the_record_of_a_job_names_its_instance_type(tmp_path: Path) -> None:
    config = tmp_path / "input/config"
    config.mkdir(parents=True)
    # As SageMaker writes it into a container of our own, which knows no SM_ variable.
    told = {"current_host": "algo-1", "hosts": ["algo-1"], "current_instance_type": "ml.g5.xlarge"}
    (config / "resourceconfig.json").write_text(json.dumps(told))
    RunRecorder(read_layout(tmp_path, {}), tmp_path).on_start(START)
    assert record_of(tmp_path)["lineage"]["instanceType"] == "ml.g5.xlarge"


def test_lineage_is_told_by_the_image_or_asked_of_git(tmp_path: Path) -> None:
    told = {"ML_RUNTIME_COMMIT": "abc-dirty", "ML_RUNTIME_IMAGE": "x@sha256:1", "AWS_REGION": "r"}
    found = lineage(tmp_path, told)
    assert (found["commit"], found["dirty"]) == ("abc", True)
    assert (found["image"], found["region"]) == ("x@sha256:1", "r")

    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        command = ["git", "-C", str(tmp_path), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    assert lineage(tmp_path / "absent", {})["commit"] is None
    git("init", "--quiet")
    (tmp_path / "model.py").write_text("x = 1\n")
    git("add", ".")
    git("commit", "--quiet", "--message", "x")
    found = lineage(tmp_path, {})
    assert (found["commit"], found["dirty"]) == (git("rev-parse", "HEAD"), False)
    (tmp_path / "model.py").write_text("x = 2\n")
    assert lineage(tmp_path, {})["dirty"] is True


@needs_network
def test_a_run_goes_to_mlflow_once_with_all_that_is_known(wine: Path, tmp_path: Path) -> None:
    repository = tmp_path / "repo"
    code, root = repository / "models/cultivar", tmp_path / "ml"
    shutil.copytree(wine.parent / "code", code)
    (repository / "wa-ml.json").write_text("{}")
    shutil.copytree(wine, root)
    run("evaluate", root)
    run("optimise", root, "--code", str(code))
    for _ in range(2):
        run("log", root, "--code", str(code))
    with sqlite3.connect(repository / ".mlflow/mlflow.db") as database:

        def table(query: str) -> dict[str, Any]:
            return dict(database.execute(query).fetchall())

        assert table("select name, artifact_location from experiments")["cultivar"].startswith(
            (repository / ".mlflow/artifacts").resolve().as_uri()
        )
        assert table("select status, count(*) from runs group by 1") == {"FINISHED": 1}
        parameters = table("select key, value from params")
        assert parameters["epochs"] == "30"
        assert parameters["precision"] == "bf16"
        # Logged twice, there once.
        points = table("select key, count(*) from metrics group by 1")
        assert points["validation_loss"] == 30
        latest = table("select key, value from latest_metrics")
        record = record_of(root)
        assert latest["validation_loss"] == record["metrics"]["validation_loss"]
        assert latest["energy/gco2e"] == record["energy"]["gCO2e"]
        assert latest["system/peakMemoryMib"] > 0
        assert latest["test_accuracy"] > 0.9
        assert latest["energy/wh_per_1000_predictions"] > 0
        tags = table("select key, value from tags")
        assert tags["data_sha256"] == record["dataSha256"]
        assert tags["onnx_sha256"]
        assert tags["optimised"]
        datasets = table("select digest, name from datasets")
        assert datasets == {record["dataSha256"][:36]: "train and validation"}
    logged = {path.name for path in (repository / ".mlflow/artifacts").rglob("*.json")}
    assert logged == {"run.json", "evaluation.json", "optimisation.json"}


def test_without_a_record_there_is_nothing_to_log(tmp_path: Path) -> None:
    assert main(["log", "--root", str(tmp_path), "--code", str(tmp_path)]) == 1
    assert "record-absent" in (tmp_path / "output/failure").read_text()


def test_a_managed_tracker_needs_its_plugin(
    wine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(wine / "output", tmp_path / "output")
    arn = "arn:aws:sagemaker:eu-west-1:111111111111:mlflow-app/app-X"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", arn)
    assert main(["log", "--root", str(tmp_path), "--code", str(tmp_path)]) == 1
    assert "track-aws" in (tmp_path / "output/failure").read_text()
