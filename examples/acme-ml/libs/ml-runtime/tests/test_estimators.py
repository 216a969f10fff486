"""Models that fit themselves: they learn, continue when killed, export faithfully."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

# Each model has only its own library, and the runtime is tested in a model's environment.
for library in ("onnx", "skl2onnx", "xgboost"):
    pytest.importorskip(library)

import onnx
import xgboost
from conftest import run, write_model

from ml_runtime.__main__ import main
from ml_runtime.data.channels import read_channel
from ml_runtime.inference import load_exported_model
from ml_runtime.layout import read_layout
from ml_runtime.training import estimators_xgboost

BOOSTED = """
from dataclasses import dataclass
from ml_runtime.hyperparameters import within
from ml_runtime.training.estimators import EstimatorHyperparameters
from ml_runtime.training.estimators_xgboost import boost

FLAVOUR = "xgboost"

@dataclass(frozen=True)
class Hyperparameters(EstimatorHyperparameters):
    patience: int = within(0, 0, 100)

def fit(data, settings):
    parameters = {"eta": 0.1, "max_depth": 3, "subsample": 0.7, "seed": settings.seed}
    return boost(data, parameters, 40, patience=settings.patience, checkpoint_rounds=10)
"""
PIPELINE = """
from ml_runtime.training.estimators import EstimatorHyperparameters as Hyperparameters
from ml_runtime.training.estimators_sklearn import SklearnPipeline
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

FLAVOUR = "sklearn"

def fit(data, settings):
    outputs = len(data.schema.classes) or 1
    forest = RandomForestClassifier if outputs > 1 else RandomForestRegressor
    pipeline = make_pipeline(SimpleImputer(), forest(20, random_state=settings.seed))
    return SklearnPipeline(pipeline.fit(data.train.features, data.train.target), outputs)
"""


def prepared(folder: Path, task: str, model: str) -> tuple[Path, Path]:
    """Return code and root of a model on data with a category and missing values."""
    code, root = write_model(folder / "code", task), folder / "ml"
    (code / "model.py").write_text(model)
    run("prepare", root, "--code", str(code))
    return code, root


@pytest.mark.parametrize("model", [BOOSTED, PIPELINE], ids=["xgboost", "sklearn"])
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_learns_from_categories_and_missing_values_and_exports_what_it_learnt(
    tmp_path: Path, task: str, model: str
) -> None:
    code, root = prepared(tmp_path, task, model)
    run("train", root, "--code", str(code))
    run("evaluate", root)
    report = json.loads((root / "output/data/evaluation.json").read_text())
    if task == "classification":
        assert report["metrics"]["accuracy"]["value"] > 0.85
        assert report["baseline"]["metrics"]["accuracy"]["value"] < 0.45
    else:
        error = report["metrics"]["rmse"]["value"]
        assert error < 0.9 * report["baseline"]["metrics"]["rmse"]["value"]
    record = json.loads((root / "model/training.json").read_text())
    assert 0 <= record["onnxMaxAbsDifference"] <= record["parityLimit"] <= 1e-5
    assert record["framework"]["name"] in ("xgboost", "scikit-learn")
    graph = onnx.load(root / "model/model.onnx").graph
    assert [entry.name for entry in graph.input] == ["features"]
    assert [entry.name for entry in graph.output] == ["answers"]
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param == "rows"
    assert not list((root / "model").glob("*.pkl"))
    record = json.loads((root / "output/data/run.json").read_text("utf-8"))
    assert record["status"] == "finished"
    assert record["run"] == json.loads((root / "model/training.json").read_text("utf-8"))["run"]


def test_of_two_classes_both_probabilities_are_served(tmp_path: Path) -> None:
    code, root = prepared(tmp_path, "classification", BOOSTED)
    for file in (root / "input/data").glob("*/part-0.csv"):
        file.write_text(file.read_text().replace("class_2", "class_1"))
    schema = json.loads((root / "input/data/train/schema.json").read_text())
    schema["classes"] = ["class_0", "class_1"]
    (root / "input/data/train/schema.json").write_text(json.dumps(schema))
    run("train", root, "--code", str(code))
    model = load_exported_model(root / "model")
    answers = model.answers(read_channel(read_layout(root, {}), "test", model.schema))
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-6)
    booster = xgboost.Booster(model_file=root / "model/model.json")
    assert booster.num_boosted_rounds() == 40


class Killed(BaseException):
    """Stands for SIGKILL: nothing may catch it."""


@pytest.mark.parametrize("death", [1, 10, 17, 33, 39])
def test_a_killed_run_continues_and_ends_with_the_same_trees(
    tmp_path: Path, death: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, root = prepared(tmp_path, "classification", BOOSTED)
    shutil.copytree(root, tmp_path / "whole")
    run("train", tmp_path / "whole", "--code", str(code))

    loss = estimators_xgboost._loss

    def dying(booster: xgboost.Booster, validation: xgboost.DMatrix, done: int) -> float:
        if done == death:
            raise Killed
        return loss(booster, validation, done)

    with monkeypatch.context() as patched:
        patched.setattr(estimators_xgboost, "_loss", dying)
        with pytest.raises(Killed):
            main(["train", "--root", str(root), "--code", str(code)])
    assert not (root / "model/model.onnx").exists()
    capsys.readouterr()
    run("train", root, "--code", str(code))
    kept = (death - 1) // 10 * 10
    assert (f"continuing after round {kept} of 40" in capsys.readouterr().out) == (kept > 0)
    for name in ("model.json", "model.onnx"):
        assert (root / "model" / name).read_bytes() == (
            tmp_path / "whole/model" / name
        ).read_bytes()


def test_stops_when_the_validation_loss_no_longer_falls_and_keeps_the_best(tmp_path: Path) -> None:
    code, root = prepared(tmp_path, "regression", BOOSTED.replace('"eta": 0.1', '"eta": 0.5'))
    run("train", root, "--code", str(code), "--set", "patience=2")
    booster = xgboost.Booster(model_file=root / "model/model.json")
    assert 0 < booster.num_boosted_rounds() < 38


def test_an_export_that_differs_leaves_no_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lying = PIPELINE.replace(
        "return SklearnPipeline(",
        "class Lying(SklearnPipeline):\n"
        "        def predict(self, features):\n"
        "            return super().predict(features) * 1.001\n"
        "    return Lying(",
    )
    code, root = prepared(tmp_path, "regression", lying)
    assert main(["train", "--root", str(root), "--code", str(code)]) == 1
    assert "onnx-differs" in capsys.readouterr().err
    assert list((root / "model").iterdir()) == []


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--strategy", "ddp"], 'strategy = "ddp" is not one of single'),
        (["--precision", "bf16"], 'precision = "bf16" is not one of fp32'),
        (["--set", "epochs=3"], '"epochs" is unknown'),
    ],
)
def test_what_only_a_network_can_do_is_refused(
    tmp_path: Path, options: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, root = prepared(tmp_path, "regression", PIPELINE)
    assert main(["train", "--root", str(root), "--code", str(code), *options]) == 1
    assert reason in capsys.readouterr().err


def test_labels_that_are_no_classes_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, root = prepared(tmp_path, "classification", PIPELINE)
    file = root / "input/data/validation/part-0.csv"
    file.write_text(file.read_text().replace("class_2", "class_9"))
    assert main(["train", "--root", str(root), "--code", str(code)]) == 1
    assert "class_9" in capsys.readouterr().err
