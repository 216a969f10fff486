"""The exported graph gives what the fitted model gives, and fitting is repeatable without torch."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from ml_runtime.data.channels import read_channel
from ml_runtime.inference import load_exported_model
from ml_runtime.layout import read_layout
from ml_runtime.schema import Schema
from ml_runtime.tables import Columns
from ml_runtime.training.estimators import EstimatorData, make_split

import features
from model import Hyperparameters, fit

CODE = Path(__file__).parent.parent


def test_held_out_rows_get_the_answers_of_the_model_fitted_again(
    trained: Path, tmp_path: Path
) -> None:
    layout, model = read_layout(trained, {}), load_exported_model(trained / "model")
    schema: Schema = model.schema
    tables: dict[str, Columns] = {
        name: read_channel(layout, name, schema) for name in ("train", "validation", "test")
    }
    train, validation = (
        make_split(tables[name], schema, features.compute) for name in ("train", "validation")
    )
    record = json.loads((trained / "model/training.json").read_text("utf-8"))
    described = tuple(features.describe(schema.inputs))
    data = EstimatorData(train, validation, described, schema, tmp_path / "checkpoints")
    fitted = fit(data, Hyperparameters(**record["settings"]))

    expected = fitted.predict(features.compute(tables["test"], schema.inputs))
    limit = record["parityLimit"]
    np.testing.assert_allclose(model.answers(tables["test"]), expected, rtol=limit, atol=limit)


def test_trains_where_there_is_no_torch_and_leaves_no_pickle(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "input").symlink_to(trained / "input")
    program = (
        "import sys\n"
        "from ml_runtime.__main__ import main\n"
        "code = main(sys.argv[1:])\n"
        "sys.exit(code or 'torch' in sys.modules)\n"
    )
    place = ["--root", str(tmp_path), "--code", str(CODE)]
    subprocess.run([sys.executable, "-c", program, "train", *place], check=True)
    kept = {path.name for path in (tmp_path / "model").iterdir()}
    assert kept >= {"code", "model.onnx", "schema.json", "training.json"}
    assert not [name for name in kept if name.endswith((".pkl", ".pickle", ".joblib"))]
