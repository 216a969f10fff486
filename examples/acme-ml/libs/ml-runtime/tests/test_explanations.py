"""What each input contributed: exact for a linear model, and always adding up."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from linear_model import CLASSES, INPUTS, random_rows, table, write_linear_model

from ml_runtime.explanation.background import read_background
from ml_runtime.explanation.shapley import explain
from ml_runtime.inference import load_exported_model
from ml_runtime.serving.application import Application
from ml_runtime.serving.in_process import Answer, ask
from ml_runtime.serving.settings import ServingSettings

WEIGHTS = np.arange(5) - 3


def server(folder: Path, **settings: Any) -> Application:
    background = read_background(folder, INPUTS)
    return Application(load_exported_model(folder), ServingSettings(**settings), background)


def invoke(
    application: Application, rows: Any, query: str = "?explain=true", accept: str = ""
) -> Answer:
    body = json.dumps({"instances": rows}).encode()
    headers = {"content-type": "application/json", "accept": accept}
    return ask(application, "POST", "/invocations" + query, headers, body)


def test_a_linear_model_is_explained_by_its_weights(tmp_path: Path) -> None:
    folder = write_linear_model(tmp_path / "model")
    rows = random_rows(3)
    answer = invoke(server(folder), rows.tolist())
    assert answer.status == 200, answer
    background = read_background(folder, INPUTS)
    assert background is not None
    means = np.array([background[column.name].mean() for column in INPUTS])
    for row, entry in zip(rows, json.loads(answer.body)["predictions"], strict=True):
        shares = list(entry["explanation"]["contributions"].values())
        np.testing.assert_allclose(shares, WEIGHTS * (row - means), atol=1e-4)
        assert list(entry["explanation"]["contributions"]) == [c.name for c in INPUTS]


def test_contributions_add_up_to_prediction_minus_baseline(tmp_path: Path) -> None:
    application = server(write_linear_model(tmp_path / "model", CLASSES))
    for entry in json.loads(invoke(application, random_rows(4).tolist()).body)["predictions"]:
        told = entry["explanation"]
        total = told["baseline"] + sum(told["contributions"].values())
        assert total == pytest.approx(entry["probabilities"][entry["label"]], abs=1e-6)


def test_columns_of_words_and_missing_values_are_explained_too(wine: Path) -> None:
    folder = wine / "model"
    model = load_exported_model(folder)
    background = read_background(folder, model.schema.inputs)
    assert background is not None
    application = Application(model, ServingSettings(), background)
    row: list[Any] = [13.2, 1.8, 2.1, 11.2, None, 2.6, 2.8, 0.3, 1.3, 4.4, 1.1, 3.4, 1050, "low"]
    (entry,) = json.loads(invoke(application, [row]).body)["predictions"]
    told = entry["explanation"]
    total = told["baseline"] + sum(told["contributions"].values())
    assert total == pytest.approx(entry["probabilities"][entry["label"]], abs=1e-5)
    assert set(told["contributions"]) == set(model.schema.input_names)


def test_no_row_of_the_background_is_a_row_of_the_data(wine: Path) -> None:
    model = load_exported_model(wine / "model")
    background = read_background(wine / "model", model.schema.inputs)
    assert background is not None
    lines = set((wine / "model/background.csv").read_text().splitlines()[1:])
    data = (wine / "input/data/train/part-0.csv").read_text().splitlines()
    assert not any(line.startswith(tuple(lines)) for line in data)


def test_the_evaluations_are_bounded(tmp_path: Path) -> None:
    model = load_exported_model(write_linear_model(tmp_path / "model"))
    background = read_background(tmp_path / "model", INPUTS)
    assert background is not None
    evaluated = 0

    def answers(columns: Any) -> Any:
        nonlocal evaluated
        evaluated += len(next(iter(columns.values())))
        return model.answers(columns)

    for most in (30, 100, 5_000):
        evaluated = 0
        (explanation,) = explain(answers, table(random_rows(1)), background, most)
        assert evaluated <= most
        assert len(explanation.contributions) == 5


@pytest.mark.parametrize(
    ("settings", "rows", "query", "accept", "status"),
    [
        ({"explain_rows": 2}, 3, "?explain=true", "", 422),
        ({"explain_rows": 0}, 1, "?explain=true", "", 422),
        ({"explain_evaluations": 10}, 1, "?explain=true", "", 422),
        ({}, 1, "?explain=true", "text/csv", 406),
        ({}, 1, "?explain=yes", "", 400),
        ({}, 1, "?explian=true", "", 400),
        ({}, 1, "?explain=false", "text/csv", 200),
        ({}, 1, "?explain=true", "application/jsonlines", 200),
    ],
)
def test_what_cannot_be_explained_is_refused_with_a_reason(
    tmp_path: Path, settings: Any, rows: int, query: str, accept: str, status: int
) -> None:
    application = server(write_linear_model(tmp_path / "model"), **settings)
    answer = invoke(application, random_rows(rows).tolist(), query, accept)
    assert answer.status == status, answer
    if status != 200:
        assert json.loads(answer.body)["error"]["reason"]


def test_a_model_without_a_background_is_refused(tmp_path: Path) -> None:
    folder = write_linear_model(tmp_path / "model")
    (folder / "background.csv").unlink()
    answer = invoke(server(folder), random_rows(1).tolist())
    assert answer.status == 422
    assert "train it anew" in json.loads(answer.body)["error"]["reason"]
