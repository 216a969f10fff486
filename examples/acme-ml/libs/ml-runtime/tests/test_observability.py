"""Metrics, reviews and captures: what a server says about itself and its requests."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from linear_model import CLASSES, random_rows, write_linear_model

from ml_runtime.inference import load_exported_model
from ml_runtime.serving.application import Application
from ml_runtime.serving.emf import COUNTS, DIMENSIONS, NAMESPACE, metrics_line
from ml_runtime.serving.in_process import Answer, ask
from ml_runtime.serving.metrics import Histogram, Metrics
from ml_runtime.serving.settings import ServingSettings
from ml_runtime.serving.tracing import find_tracer, traced

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_linear_model(tmp_path_factory.mktemp("linear") / "model", CLASSES, scale=0.05)


def server(folder: Path, **settings: Any) -> Application:
    return Application(load_exported_model(folder), ServingSettings(**settings))


def invoke(application: Application, rows: Any, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps({"instances": rows}).encode()
    return ask(application, "POST", "/invocations", JSON | named, body)


def test_a_line_of_metrics_is_what_cloudwatch_reads(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    application = server(folder, endpoint="churn-prod", cache_megabytes=1)
    rows = random_rows(3).tolist()
    for sent in (rows, rows, rows[:1], [[1e9, 0, 0, 0, 0]], "x", 7):
        invoke(application, sent)
    application.write_metrics()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    line = json.loads(lines[0])
    told = line["_aws"]["CloudWatchMetrics"][0]
    assert (told["Namespace"], told["Dimensions"]) == (NAMESPACE, [list(DIMENSIONS)])
    assert [line[name] for name in DIMENSIONS] == ["churn-prod", "AllTraffic"]
    assert line["ModelVersion"] == application.model.digest[:12]
    named = {metric["Name"]: metric["Unit"] for metric in told["Metrics"]}
    assert set(named) <= set(COUNTS) | {"Latency", "QueueTime", "BatchSize"}
    assert all(name in line for name in named)
    counted = {name: line[name] for name in COUNTS if name in line}
    assert counted == {
        "Requests": 6,
        "Errors4XX": 2,
        "CacheHits": 1,
        "CacheMisses": 5,
        "OutOfRangeValues": 1,
    }
    assert line["Refusals"] == {"body_shape": 2}
    assert line["BatchSize"] == [1, 1, 3]
    assert len(line["Latency"]) == 6
    application.write_metrics()
    assert capsys.readouterr().out == ""


def test_a_histogram_keeps_the_quantiles_in_at_most_100_values() -> None:
    histogram = Histogram()
    values = np.random.default_rng(1).lognormal(-6, 1, 30_000)
    for value in values:
        histogram.add(float(value))
    kept = histogram.values()
    assert len(kept) == 100
    for share in (0.05, 0.5, 0.9, 0.99):
        found = float(np.quantile(kept, share))
        assert found == pytest.approx(float(np.quantile(values, share)), rel=0.15)
    assert histogram.values() == []


def test_no_more_than_a_line_of_the_format_takes() -> None:
    metrics = Metrics()
    for _ in range(10_000):
        metrics.request(0.01)
        metrics.batch(3, 0.001)
    line = metrics_line(metrics, ServingSettings(), "v")
    assert all(len(value) <= 100 for value in line.values() if isinstance(value, list))
    assert len(json.dumps(line)) < 256_000


def test_a_doubtful_prediction_is_marked_and_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    application = server(folder, review_below=0.6, endpoint="churn-prod")
    certain, doubtful = [3.0, 4.0, 5.0, 6.0, 7.0], [0.0, 0.0, 0.0, 0.0, 0.0]
    answer = invoke(application, [certain, doubtful], x_amzn_sagemaker_inference_id="i-1")
    predictions = json.loads(answer.body)["predictions"]
    assert [entry.get("review", False) for entry in predictions] == [False, True]
    assert answer.headers["x-ml-review"] == "1"
    event = json.loads(capsys.readouterr().out)
    assert event["event"] == "human-review"
    assert (event["endpoint"], event["inferenceId"]) == ("churn-prod", "i-1")
    assert [entry["row"] for entry in event["rows"]] == [2]
    assert event["rows"][0]["confidence"] == pytest.approx(1 / 3, abs=1e-4)
    assert application.metrics.counts["HumanReviews"] == 1
    assert "x-ml-review" not in invoke(application, [certain]).headers


def test_captures_are_in_sagemakers_format_without_the_dropped_columns(
    folder: Path, tmp_path: Path
) -> None:
    application = server(
        folder, capture_percent=100, capture_folder=str(tmp_path / "c"), capture_drop="x1, x3"
    )
    rows = random_rows(2).tolist()
    answer = invoke(
        application,
        rows,
        x_amzn_sagemaker_inference_id="i-1",
        x_amzn_sagemaker_custom_attributes="tenant=7",
    )
    (file,) = (tmp_path / "c").iterdir()
    (line,) = file.read_text().splitlines()
    record = json.loads(line)
    assert record["eventVersion"] == "0"
    assert record["eventMetadata"]["inferenceId"] == "i-1"
    assert record["eventMetadata"]["customAttributes"] == ["tenant=7"]
    given, got = (record["captureData"][side] for side in ("endpointInput", "endpointOutput"))
    assert (given["mode"], got["mode"], given["encoding"]) == ("INPUT", "OUTPUT", "JSON")
    kept = [{f"x{i}": row[i] for i in (0, 2, 4)} for row in rows]
    assert json.loads(given["data"]) == {"instances": kept}
    assert json.loads(got["data"]) == json.loads(answer.body)


def test_captures_are_a_sample_and_take_bounded_disk(folder: Path, tmp_path: Path) -> None:
    application = server(
        folder, capture_percent=50, capture_folder=str(tmp_path), capture_megabytes=0.02
    )
    for _ in range(200):
        invoke(application, random_rows(3).tolist())
        assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 0.02 * 1024 * 1024
    assert 60 < application.metrics.counts["Captured"] < 140


def test_a_full_disk_loses_captures_and_no_request(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    application = server(
        folder, capture_percent=100, capture_folder=str(tmp_path / "file" / "below")
    )
    assert invoke(application, random_rows(1).tolist()).status == 200
    assert application.metrics.counts["CapturesDropped"] == 1


def test_cached_answers_are_captured_too(folder: Path, tmp_path: Path) -> None:
    application = server(folder, capture_folder=str(tmp_path), cache_megabytes=1)
    for captured in (False, False, True):
        application.invocation.capture.share = float(captured)
        invoke(application, [[0, 0, 0, 0, 0]])
    assert application.metrics.counts == {"CacheMisses": 1, "CacheHits": 1, "Captured": 1}


def test_nothing_is_traced_unless_it_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    assert find_tracer() is None


def test_a_traced_request_is_a_child_of_its_callers_span(folder: Path) -> None:
    spans: list[tuple[str, Any]] = []

    class Tracer:
        def start_as_current_span(self, name: str, context: Any) -> Any:
            spans.append((name, context))
            return memoryview(b"")  # any context manager

    application = server(folder)
    application._handle = traced(application.handle, Tracer(), dict)
    answer = invoke(application, [[0, 0, 0, 0, 0]], traceparent="00-1-2-01")
    assert answer.status == 200
    assert spans == [("POST /invocations", {"traceparent": "00-1-2-01"})]
