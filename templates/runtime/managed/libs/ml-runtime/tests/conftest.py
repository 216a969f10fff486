"""Real data as a user's CSV file, and one trained model of each task that the tests share."""

import csv
import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest

from ml_runtime.__main__ import main
from ml_runtime.inference import load_exported_model
from ml_runtime.serving.application import Application
from ml_runtime.serving.settings import ServingSettings

EXAMPLE = Path(__file__).parent / "example_model"

# How long an example takes is no claim of a test: a busy machine would fail it.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")

# The runtime is tested in a model's environment, and a model of an estimator has no PyTorch.
HAS_TORCH = find_spec("torch") is not None
needs_network = pytest.mark.skipif(
    not HAS_TORCH, reason="asks for what only a network does, and there is no torch"
)


def write_model(folder: Path, task: str) -> Path:
    """Copy the example model with wine (classification) or diabetes (regression) as its CSV file.

    A category is derived from a number, every tenth cell of two columns is blank, and an identifier
    is listed as not used.
    """
    sets = pytest.importorskip("sklearn.datasets")
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    if not HAS_TORCH:
        shutil.copy(EXAMPLE.parent / "example_estimator.py", folder / "model.py")
    bunch = sets.load_wine() if task == "classification" else sets.load_diabetes(scaled=False)
    names = [name.replace("/", "_") for name in bunch.feature_names]
    rows = [[repr(float(value)) for value in row] for row in bunch.data]
    strength = np.digitize(bunch.data[:, 2], np.quantile(bunch.data[:, 2], [1 / 3, 2 / 3]))
    for number, row in enumerate(rows):
        if number % 10 == 3:
            row[0] = ""
        if number % 10 == 7:
            row[4] = "NA"
        row.append("" if number % 17 == 0 else ["low", "middle", "high"][strength[number]])
        row.append(f"sample-{number}")
        target = bunch.target[number]
        row.append(
            str(bunch.target_names[target]) if task == "classification" else repr(float(target))
        )
    columns: list[dict[str, Any]] = [
        {"name": name, "type": "float", "missing": 18 if position in (0, 4) else 0}
        for position, name in enumerate(names)
    ]
    columns += [
        {"name": "level", "type": "string", "missing": 11, "categories": ["high", "low", "middle"]},
        {"name": "sample", "type": "string", "missing": 0, "use": False},
        {"name": "outcome", "type": "string" if task == "classification" else "float"},
    ]
    (folder / "data").mkdir()
    with (folder / "data/example.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[*names, "level", "sample", "outcome"], *rows])
    described = {"version": 1, "file": "data/example.csv", "target": "outcome", "task": task}
    (folder / "columns.json").write_text(json.dumps({**described, "columns": columns}))
    return folder


def run(command: str, root: Path, *options: str) -> None:
    assert main([command, "--root", str(root), *options]) == 0


def _trained(folder: Path, task: str, *options: str) -> Path:
    code, root = write_model(folder / "code", task), folder / "ml"
    run("prepare", root, "--code", str(code))
    run("train", root, "--code", str(code), *options)
    return root


@pytest.fixture(scope="session")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Root folder of a trained classification."""
    options = ["--precision", "bf16"] if HAS_TORCH else []
    return _trained(tmp_path_factory.mktemp("wine"), "classification", *options)


@pytest.fixture(scope="session")
def diabetes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Root folder of a trained regression."""
    return _trained(tmp_path_factory.mktemp("diabetes"), "regression")


@pytest.fixture(scope="session")
def application(wine: Path) -> Application:
    return Application(
        load_exported_model(wine / "model"),
        ServingSettings(body_bytes=100_000, stream_bytes=100_000),
    )
