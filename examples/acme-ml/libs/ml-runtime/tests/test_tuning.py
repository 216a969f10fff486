"""A search finds better hyperparameters on real data, and goes on where it was interrupted."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sklearn")

from conftest import needs_network, run, write_model
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.preprocessing import StandardScaler

from ml_runtime.__main__ import main
from ml_runtime.errors import SettingsError, TuningError
from ml_runtime.layout import ContainerLayout, read_layout
from ml_runtime.model_code import ModelCode
from ml_runtime.tuning import Space, read_space, tune
from ml_runtime.tuning.trial_run import Outcome, Report

STRENGTH = {"type": "Continuous", "min": 1e-6, "max": 10, "scaling": "Logarithmic"}


def space_of(tmp_path: Path, parameters: dict[str, Any], **changes: Any) -> Space:
    settings = {
        "strategy": "Bayesian",
        "objective": {"metric": "validation_accuracy", "type": "Maximize"},
        "maxJobs": 8,
        "maxParallelJobs": 1,
        "earlyStopping": "Off",
        "seed": 17,
        "parameters": parameters,
    }
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"tuning": settings | changes}))
    return read_space(file)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the example model's code, and its channels in ml/."""
    folder = tmp_path_factory.mktemp("wine")
    code = write_model(folder / "code", "classification")
    run("prepare", folder / "ml", "--code", str(code))
    return folder


@pytest.fixture
def layout(prepared: Path, tmp_path: Path) -> ContainerLayout:
    shutil.copytree(prepared / "ml", tmp_path / "ml")
    return read_layout(tmp_path / "ml", {})


@pytest.fixture
def code(prepared: Path) -> ModelCode:
    return ModelCode(prepared / "code")


class BreastCancer:
    """Trains a logistic regression on real data, and counts."""

    def __init__(self, die_at: int | None = None, stumble: int = 0) -> None:
        bunch = load_breast_cancer()
        self.rows, self.labels = StandardScaler().fit_transform(bunch.data), bunch.target
        self.calls: list[dict[str, str]] = []
        self.die_at, self.stumble = die_at, stumble

    def __call__(self, texts: Mapping[str, str], folder: Path, report: Report) -> Outcome:
        self.calls.append(dict(texts))
        if len(self.calls) == self.die_at:
            raise KeyboardInterrupt
        if len(self.calls) <= self.stumble:
            return Outcome("Failed", None, "for want of memory")
        model = LogisticRegression(C=float(texts["strength"]))
        return Outcome(
            "Completed", float(cross_val_score(model, self.rows, self.labels, cv=3).mean())
        )


def test_it_finds_what_is_better_than_the_first_guess(
    layout: ContainerLayout, code: ModelCode, tmp_path: Path
) -> None:
    report = tune(layout, code, space_of(tmp_path, {"strength": STRENGTH}), BreastCancer())
    assert len(report["jobs"]) == 8
    assert report["best"]["value"] == max(job["value"] for job in report["jobs"]) > 0.96
    assert 1e-6 <= float(report["best"]["hyperparameters"]["strength"]) <= 10
    assert json.loads((layout.output_data / "tuning.json").read_text()) == report


def test_an_interrupted_search_goes_on(
    layout: ContainerLayout, code: ModelCode, tmp_path: Path
) -> None:
    space = space_of(tmp_path, {"strength": STRENGTH})
    first, second, third = BreastCancer(die_at=4), BreastCancer(), BreastCancer()
    with pytest.raises(TuningError, match="5 of 8 trials left") as caught:
        tune(layout, code, space, first)
    assert caught.value.code == "tuning-stopped"
    report = tune(layout, code, space, second)
    assert len(report["jobs"]) == 8
    assert len(second.calls) == 5
    # The one that was interrupted is run again, with the same hyperparameters.
    assert second.calls[0] == first.calls[3]
    # And none is drawn twice.
    assert len({job["hyperparameters"]["strength"] for job in report["jobs"]}) == 8
    assert tune(layout, code, space, third) == report
    assert third.calls == []
    more = space_of(tmp_path, {"strength": STRENGTH}, maxJobs=9)
    tune(layout, code, more, third)
    assert len(third.calls) == 1
    # Another search has nothing to do with it.
    other = space_of(tmp_path, {"strength": STRENGTH}, seed=18, maxJobs=2)
    assert len(tune(layout, code, other, BreastCancer())["jobs"]) == 2


def test_trials_that_fail_are_listed_and_the_best_of_the_others_is_taken(
    layout: ContainerLayout, code: ModelCode, tmp_path: Path
) -> None:
    space = space_of(tmp_path, {"strength": STRENGTH}, maxJobs=3)
    report = tune(layout, code, space, BreastCancer(stumble=1))
    assert [job["status"] for job in report["jobs"]] == ["Failed", "Completed", "Completed"]
    assert report["jobs"][0]["value"] is None
    with pytest.raises(TuningError, match="for want of memory"):
        tune(
            layout, code, space_of(tmp_path, {"strength": STRENGTH}, seed=1), BreastCancer(None, 9)
        )


def test_static_hyperparameters_come_along_and_every_kind_stays_within_its_bounds(
    layout: ContainerLayout, code: ModelCode, tmp_path: Path
) -> None:
    parameters = {
        "width": {"type": "Integer", "min": 4, "max": 9},
        "decay": {"type": "Continuous", "min": 0.9, "max": 0.999, "scaling": "ReverseLogarithmic"},
        "norm": {"type": "Categorical", "values": ["batch", "layer"]},
    }
    seen: list[dict[str, str]] = []

    def run_trial(texts: Mapping[str, str], folder: Path, report: Report) -> Outcome:
        seen.append(dict(texts))
        return Outcome("Completed", float(texts["width"]))

    static = ContainerLayout(**{**vars(layout), "hyperparameters": {"epochs": "4"}})
    space = space_of(
        tmp_path,
        parameters,
        strategy="Random",
        maxJobs=12,
        objective={"metric": "validation_rmse", "type": "Minimize"},
    )
    report = tune(static, code, space, run_trial)
    assert all(one["epochs"] == "4" and 4 <= int(one["width"]) <= 9 for one in seen)
    assert all(0.9 <= float(one["decay"]) <= 0.999 for one in seen)
    assert {one["norm"] for one in seen} == {"batch", "layer"}
    assert report["best"]["value"] == min(int(one["width"]) for one in seen)
    assert "epochs" not in report["best"]["hyperparameters"]


def test_a_trial_behind_the_median_is_stopped(
    layout: ContainerLayout, code: ModelCode, tmp_path: Path
) -> None:
    def run_trial(texts: Mapping[str, str], folder: Path, report: Report) -> Outcome:
        level = 0.5 if int(folder.name) >= 6 else 0.9
        for step in range(1, 5):
            if not report(step, level + step / 100):
                return Outcome("Stopped", level)
        return Outcome("Completed", level)

    space = space_of(tmp_path, {"strength": STRENGTH}, earlyStopping="Auto")
    statuses = [job["status"] for job in tune(layout, code, space, run_trial)["jobs"]]
    assert statuses == ["Completed"] * 6 + ["Stopped"] * 2


@needs_network
def test_it_trains_the_model_itself_over_a_grid(
    layout: ContainerLayout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, root = write_model(tmp_path / "code", "classification"), layout.root
    values = {"type": "Categorical", "values": ["0.00000001", "0.02"]}
    space_of(code, {"learning_rate": values}, strategy="Grid", maxParallelJobs=2)
    options = ["--root", str(root), "--code", str(code), "--set", "epochs=8"]
    assert main(["tune", *options]) == 0
    printed = capsys.readouterr()
    assert "python -m ml_runtime train --set learning_rate=0.02" in printed.out
    assert "tune: 2 of 8" in printed.err
    report = json.loads((root / "output/data/tuning.json").read_text())
    assert report["best"]["hyperparameters"] == {"learning_rate": "0.02"}
    assert len(report["jobs"]) == 2
    assert report["best"]["value"] > 0.8
    kept = {path.name for path in (root / "tuning/trials/0000").iterdir()}
    assert kept == {"output", "train.log"}
    # A finished search runs nothing again, and the trained model of the root was never touched.
    assert main(["tune", *options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == report
    assert not (root / "model").exists()


def test_what_cannot_be_searched_is_refused_at_once(tmp_path: Path) -> None:
    parameters = {
        "a": {"type": "Continuous", "min": 1, "max": 0},
        "b": {"type": "Integer", "min": 0, "max": 5, "scaling": "Logarithmic"},
        "c": {"type": "Categorical", "values": [1]},
    }
    with pytest.raises(SettingsError) as caught:
        space_of(tmp_path, parameters, strategy="Guess", maxJobs=0, objective={"metric": ""})
    for part in ("min is not below", "begins above 0", "values are texts", "'Guess'", "maxJobs"):
        assert part in str(caught.value)
    with pytest.raises(SettingsError, match="Categorical parameters only"):
        space_of(tmp_path, {"strength": STRENGTH}, strategy="Grid")
    with pytest.raises(TuningError, match=r"models\.<name>\.tuning"):
        read_space(tmp_path / "absent.json")
