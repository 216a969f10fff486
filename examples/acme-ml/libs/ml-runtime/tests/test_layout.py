"""The container's layout: files, variables that win over them, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from ml_runtime.errors import LayoutError
from ml_runtime.layout import ContainerLayout, read_layout, write_failure


def configure(root: Path, **files: Any) -> ContainerLayout:
    (root / "input/config").mkdir(parents=True)
    for name, content in files.items():
        (root / f"input/config/{name}.json").write_text(json.dumps(content))
    return read_layout(root, {})


def test_reads_what_sagemaker_writes(tmp_path: Path) -> None:
    layout = configure(
        tmp_path,
        hyperparameters={"epochs": "3", "sagemaker_job_name": "x", "_tuning_objective_metric": "y"},
        inputdataconfig={"train": {"TrainingInputMode": "File"}},
        resourceconfig={"current_host": "algo-2", "hosts": ["algo-1", "algo-2"]},
    )
    assert layout.hyperparameters == {"epochs": "3"}
    assert layout.channels == {"train": tmp_path / "input/data/train"}
    assert (layout.current_host, layout.hosts) == ("algo-2", ("algo-1", "algo-2"))


def test_variables_win_over_files(tmp_path: Path) -> None:
    configure(tmp_path, hyperparameters={"epochs": "3"}, resourceconfig={"hosts": ["algo-9"]})
    environ = {
        "SM_HPS": '{"epochs": 5, "name": "a"}',
        "SM_CHANNEL_TRAIN": "/somewhere/train",
        "SM_MODEL_DIR": "/somewhere/model",
        "SM_OUTPUT_DATA_DIR": "/somewhere/data",
        "SM_NUM_GPUS": "4",
        "SM_HOSTS": '["algo-1"]',
    }
    layout = read_layout(tmp_path, environ)
    assert layout.hyperparameters == {"epochs": "5", "name": "a"}
    assert layout.channel("train") == Path("/somewhere/train")
    assert layout.model == Path("/somewhere/model")
    assert layout.output_data == Path("/somewhere/data")
    assert (layout.gpus, layout.hosts) == (4, ("algo-1",))


def test_an_empty_folder_has_sagemakers_places(tmp_path: Path) -> None:
    layout = read_layout(tmp_path, {})
    assert layout.channel("test") == tmp_path / "input/data/test"
    assert layout.checkpoints == tmp_path / "checkpoints"
    assert layout.failure == tmp_path / "output/failure"


def test_names_every_malformed_file_and_variable_at_once(tmp_path: Path) -> None:
    (tmp_path / "input/config").mkdir(parents=True)
    (tmp_path / "input/config/hyperparameters.json").write_text("{")
    (tmp_path / "input/config/resourceconfig.json").write_text("[]")
    with pytest.raises(LayoutError) as caught:
        read_layout(tmp_path, {"SM_NUM_GPUS": "many", "SM_HOSTS": "algo-1"})
    for part in ("hyperparameters.json", "resourceconfig.json", "SM_NUM_GPUS", "SM_HOSTS"):
        assert part in str(caught.value)


def test_the_failure_is_cut_and_the_first_one_kept(tmp_path: Path) -> None:
    layout = read_layout(tmp_path, {})
    write_failure(layout, "é" * 2000)
    write_failure(layout, "later")
    assert layout.failure.read_text("utf-8") == "é" * 1024
