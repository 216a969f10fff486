"""The local pipeline: steps as processes, cached, resumable, with the gate that SageMaker has."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import needs_network, write_model
from mlflow import MlflowClient

from ml_runtime.__main__ import main
from ml_runtime.pipeline.graph import GRAPH_FILE

STEPS = ["Prepare", "Validate", "Train", "Optimise", "Evaluate", "Gate", "Register"]
Event = dict[str, Any]


def steps_file() -> Path:
    """The step graph: of the repository that this package lies in, or where it is kept."""
    for folder in Path(__file__).parents:
        for file in (GRAPH_FILE, Path("packages/config/src/step-graph/training-steps.json")):
            if (folder / file).is_file():
                return folder / file
    raise AssertionError("there is no step graph above this file")


def write_repository(folder: Path, **settings: Any) -> Path:
    """A repository with one model, which tells wines apart by real measurements."""
    (folder / "models").mkdir(parents=True)
    code = write_model(folder / "models" / "wine", "classification")
    (folder / "wa-ml.json").write_text("{}")
    (folder / GRAPH_FILE).parent.mkdir()
    (folder / GRAPH_FILE).write_bytes(steps_file().read_bytes())
    content = {"options": ["data"], "hyperparameters": {"strategy": "single"}, **settings}
    (code / "settings.json").write_text(json.dumps(content))
    return code


def pipeline(code: Path, *options: str) -> int:
    return main(["pipeline", "--root", str(code / ".ml"), "--code", str(code), *options])


def outcome(
    code: Path, capsys: pytest.CaptureFixture[str], *options: str, expected: int = 0
) -> dict[str, str]:
    """Step to status of one run."""
    capsys.readouterr()
    assert pipeline(code, "--json", *options) == expected
    lines = capsys.readouterr().out.splitlines()
    return {event["step"]: event["status"] for event in map(json.loads, lines)}


@pytest.fixture(autouse=True)
def local_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose pipeline has run once."""
    code = write_repository(tmp_path_factory.mktemp("repository"))
    assert pipeline(code) == 0
    return code


def test_runs_every_step_once_and_registers_what_it_evaluated(
    code: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = code.parent.parent
    client = MlflowClient(f"sqlite:///{repository / '.mlflow' / 'mlflow.db'}")
    (version,) = client.search_model_versions("name = 'wine'")
    report = json.loads((code / ".ml/pipeline/Evaluate/output/data/evaluation.json").read_text())
    assert version.tags["approval_status"] == "PendingManualApproval"
    assert version.tags["onnx_sha256"] == report["model"]["onnxSha256"]
    assert float(version.tags["metric.accuracy"]) == report["metrics"]["accuracy"]["value"] > 0.8
    assert version.tags["git_commit"] == "unknown"
    kept = Path(str(version.source).removeprefix("file://"))
    assert kept.is_relative_to(repository / ".mlflow")
    served = code / ".ml/pipeline/Optimise/model"
    assert (kept / "model.onnx").read_bytes() == (served / "model.onnx").read_bytes()

    # The same again: nothing runs, and nothing new is registered.
    again = outcome(code, capsys)
    assert again == {name: "passed" if name == "Gate" else "cached" for name in STEPS}
    # Registered again it is the version that it was: no second one of the same artifact.
    assert outcome(code, capsys, "--from", "Register")["Register"] == "done"
    assert len(client.search_model_versions("name = 'wine'")) == 1


def test_a_closed_gate_registers_nothing_and_says_what_sagemaker_says(
    code: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--parameter", "MinimumSkill=0.9999")
    assert outcome(code, capsys, *options, expected=1) == {
        **dict.fromkeys(STEPS[:5], "cached"), "Gate": "failed",
    }  # fmt: skip
    failure = (code / ".ml/output/failure").read_text()
    assert failure.startswith("gate-closed: The skill score on the test data is not above 0.9999:")
    assert "Reject" in failure


@needs_network
def test_a_failed_step_shows_its_reason_and_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = write_repository(tmp_path)
    with (code / "model.py").open("a") as module:
        module.write('\n\ndef build_model(*_given):\n    raise ValueError("no such layer")\n')
    assert pipeline(code) == 1
    said = capsys.readouterr()
    assert "✓ Prepare" in said.out
    assert "✗ Train" in said.out
    for part in ("step-failed: Train failed: ValueError: no such layer", "run this again"):
        assert part in said.err


@needs_network
@pytest.mark.skipif(sys.platform != "linux", reason="looks for survivors in /proc")
def test_a_stopped_run_leaves_no_process_and_keeps_its_checkpoints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = write_repository(tmp_path)
    options = ["--set", "epochs=3000"]
    command = ["pipeline", "--root", str(code / ".ml"), "--code", str(code), *options]
    process = subprocess.Popen([sys.executable, "-m", "ml_runtime", *command])
    folder = code / ".ml/pipeline/Train"
    deadline = time.monotonic() + 300
    while not list(folder.glob("checkpoints/*/step-*0")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert pipeline(code) == 1, "two runs were let into one folder"
    assert "pipeline-busy" in capsys.readouterr().err
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait() != 0
    alive = [
        line
        for entry in Path("/proc").glob("[0-9]*/cmdline")
        if str(folder) in (line := _text(entry))
    ]
    assert alive == []
    assert not (folder / "state.json").exists()
    assert list(folder.glob("checkpoints/*/step-*"))


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace").replace("\0", " ")
    except OSError:
        return ""
