"""Whoever observes a run is told how it began, went and ended."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from conftest import EXAMPLE, run, write_model

from ml_runtime.errors import DataError
from ml_runtime.layout import read_layout
from ml_runtime.model_code import ModelCode
from ml_runtime.training import launch
from ml_runtime.training.observer import Observers, PrintingObserver


class Recording:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []

    def on_start(self, record: Mapping[str, Any]) -> None:
        self.told.append(("start", dict(record)))

    def on_step(self, step: int, metrics: Mapping[str, float]) -> None:
        self.told.append(("step", {"step": step, **metrics}))

    def on_epoch(self, step: int, metrics: Mapping[str, float]) -> None:
        self.told.append(("epoch", {"step": step, **metrics}))

    def on_end(self, record: Mapping[str, Any]) -> None:
        self.told.append(("end", dict(record)))


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Recording:
    observer = Recording()
    both = Observers([PrintingObserver(), observer])
    monkeypatch.setattr(launch, "observer_of", lambda layout, code: both)
    return observer


def test_a_run_is_told_from_its_start_to_its_end(
    recording: Recording, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, root = write_model(tmp_path / "code", "regression"), tmp_path / "ml"
    run("prepare", root, "--code", str(code))
    options = ["--set=epochs=2", "--set=batch_size=100", "--set=logging_steps=2"]
    run("train", root, "--code", str(code), *options)
    names = [name for name, _ in recording.told]
    assert names == ["start", "step", "epoch", "step", "step", "epoch", "end"]
    start, epoch, end = (recording.told[number][1] for number in (0, 2, -1))
    assert (start["step"], start["last_step"], start["rows"]) == (0, 6, 266)
    assert start["settings"]["epochs"] == 2
    assert {"train_loss", "validation_loss", "validation_rmse", "rows_per_second"} <= epoch.keys()
    assert (end["status"], end["step"], end["run"]) == ("finished", 6, start["run"])
    printed = capsys.readouterr().out
    assert "starting at step 0 of 6 (single, 1 processes, cpu, fp32" in printed
    assert "validation_rmse=" in printed


def test_a_run_that_fails_is_told_with_its_reason(recording: Recording, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        launch.train(read_layout(tmp_path, {}), ModelCode(EXAMPLE), None, [])
    ((name, record),) = recording.told
    assert (name, record["status"]) == ("end", "failed")
    assert "Run prepare" in record["reason"]
