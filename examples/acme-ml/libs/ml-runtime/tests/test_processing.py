"""A processing job's folders, and its message when it fails."""

import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from conftest import write_model
from processing_inputs import lay_out_evaluation

from ml_runtime.__main__ import main
from ml_runtime.errors import PipelineError
from ml_runtime.pipeline.processing import run_processing


def job(folder: Path, command: str, *options: str) -> int:
    processing = ["--processing", str(folder / "processing"), "--root", str(folder)]
    return main(["processing", *processing, "--command", command, *options])


def test_prepares_raw_data_of_a_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = write_model(tmp_path / "code", "classification")
    raw = tmp_path / "processing/input/raw"
    raw.mkdir(parents=True)
    (code / "data/example.csv").rename(raw / "example.csv")  # an image holds no data
    (tmp_path / "processing/output/train").mkdir(parents=True)  # a mount point is there before
    monkeypatch.chdir(code)
    outputs = [f"--output={name}=input/data/{name}" for name in ("train", "validation", "test")]
    assert job(tmp_path, "prepare", "--input=raw=input/data/raw", *outputs) == 0
    for name in ("train", "validation", "test"):
        assert (tmp_path / "processing/output" / name / "part-0.csv").stat().st_size > 1000
    assert (tmp_path / "processing/output/train/schema.json").is_file()


def evaluation(wine: Path, folder: Path) -> list[str]:
    lay_out_evaluation(wine, folder)
    channels = [f"--input={name}=input/data/{name}" for name in ("train", "test")]
    return ["--input-artifact=model=model", *channels, "--output=evaluation=output/data"]


def test_judges_a_packed_model_and_packs_one_the_same_way_twice(wine: Path, tmp_path: Path) -> None:
    options = [*evaluation(wine, tmp_path), "--output-artifact=model=model"]
    archives = []
    for _ in range(2):
        assert job(tmp_path, "evaluate", *options) == 0
        archives.append((tmp_path / "processing/output/model/model.tar.gz").read_bytes())
    report = tmp_path / "processing/output/evaluation/evaluation.json"
    assert json.loads(report.read_text())["metrics"]["accuracy"]["value"] > 0.9
    assert archives[0] == archives[1]
    with tarfile.open(tmp_path / "processing/output/model/model.tar.gz") as archive:
        assert "model.onnx" in archive.getnames()
        assert {entry.uid for entry in archive} == {0}


def test_says_why_it_failed_where_sagemaker_looks(
    wine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = evaluation(wine, tmp_path)
    (tmp_path / "processing/input/test/part-0.csv").write_text("other\n1\n")
    assert job(tmp_path, "evaluate", *options) == 1
    assert "alcohol" in (tmp_path / "output/message").read_text("utf-8")
    assert "processing failed" in capsys.readouterr().err
    assert job(tmp_path, "evaluate", "--input-artifact=other=model", "--output=e=output/data") == 1
    assert "artifact-absent" in (tmp_path / "output/failure").read_text()


def test_its_message_is_a_kilobyte_of_whole_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(command: list[str], **_options: Any) -> subprocess.CompletedProcess[bytes]:
        output = Path(command[-1]) / "output"
        output.mkdir()
        (output / "failure").write_text("x" + "é" * 1000, "utf-8")
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr("ml_runtime.pipeline.processing.subprocess.run", fail)
    with pytest.raises(PipelineError, match="xéé"):
        run_processing(["evaluate"], [], [], tmp_path, tmp_path / "output/message")
    # Of a message that is not UTF-8 the job would fail, and not of what it says.
    assert (tmp_path / "output/message").read_text("utf-8") == "x" + "é" * 511
