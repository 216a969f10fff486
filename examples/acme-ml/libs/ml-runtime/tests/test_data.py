"""Described CSV files, deterministic splits and channels."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.csv
import pyarrow.parquet
import pytest
from conftest import run, write_model

from ml_runtime.data import Dataset, read_described_csv
from ml_runtime.data.channels import read_channel, read_channel_schema
from ml_runtime.data.splitting import split_rows
from ml_runtime.errors import DataError
from ml_runtime.hyperparameters import SplitHyperparameters
from ml_runtime.layout import read_layout
from ml_runtime.schema import Column


def test_a_split_is_disjoint_complete_stratified_and_repeatable() -> None:
    labels = np.array(["rare"] * 30 + ["common"] * 170, dtype=object)
    settings = SplitHyperparameters(seed=5, validation_share=0.2, test_share=0.1)
    splits = split_rows(200, settings, labels)
    assert sorted(np.concatenate(list(splits.values()))) == list(range(200))
    assert Counter(labels[splits["test"]]) == {"rare": 3, "common": 17}
    assert Counter(labels[splits["validation"]]) == {"rare": 6, "common": 34}
    again = split_rows(200, settings, labels)
    assert all((splits[name] == again[name]).all() for name in splits)
    other = split_rows(200, SplitHyperparameters(seed=6), labels)
    assert not np.array_equal(splits["train"], other["train"])


def test_a_described_file_gives_types_ranges_categories_and_missing_values(tmp_path: Path) -> None:
    dataset = read_described_csv(write_model(tmp_path / "m", "classification") / "columns.json")
    inputs = {column.name: column for column in dataset.inputs}
    assert "sample" not in inputs
    assert inputs["level"].categories == ("high", "low", "middle")
    assert not inputs["alcohol"].required
    assert inputs["ash"].required
    assert inputs["ash"].range == (1.36, 3.23)
    assert dataset.classes == ("class_0", "class_1", "class_2")
    assert np.isnan(dataset.columns["alcohol"]).sum() == 18


def test_rows_without_a_target_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("x,y\n1,yes\n2,\n3,no\n")
    description = {"file": "d.csv", "target": "y", "task": "classification"}
    columns = [{"name": "x", "type": "integer"}, {"name": "y", "type": "string"}]
    (tmp_path / "columns.json").write_text(json.dumps({**description, "columns": columns}))
    assert read_described_csv(tmp_path / "columns.json").columns["x"].tolist() == [1, 3]


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"columns": [1]}', '{"file": "x", "target": "y", "task": "z", "columns": []}'],
)
def test_a_malformed_description_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "columns.json").write_text(text)
    with pytest.raises(DataError) as caught:
        read_described_csv(tmp_path / "columns.json")
    assert caught.value.code == "description-unreadable"


def test_an_absent_data_file_says_that_git_ignores_it(tmp_path: Path) -> None:
    code = write_model(tmp_path / "m", "regression")
    (code / "data/example.csv").unlink()
    with pytest.raises(DataError) as caught:
        read_described_csv(code / "columns.json")
    assert caught.value.code == "data-file-absent"
    assert "ignored by Git" in caught.value.why
    assert "Copy it there" in caught.value.next_step


def test_a_version_of_the_data_is_read_from_its_parquet_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = write_model(tmp_path / "m", "classification")
    of_csv = read_described_csv(code / "columns.json")
    table = pyarrow.csv.read_csv(code / "data/example.csv")
    for number, part in enumerate((table.slice(0, 100), table.slice(100))):
        folder = tmp_path / f"raw/ingest=2026-11-0{number + 1}/content=0a"
        folder.mkdir(parents=True)
        # What the data pipeline adds is not asked for.
        keys = pyarrow.array(["key"] * len(part))
        part = part.append_column("row_key", keys)
        pyarrow.parquet.write_table(part, folder / "part-0.parquet")
    monkeypatch.setenv("SM_CHANNEL_RAW", str(tmp_path / "raw"))
    of_parquet = read_described_csv(code / "columns.json")
    assert of_parquet.inputs == of_csv.inputs
    for name, values in of_csv.columns.items():
        np.testing.assert_array_equal(of_parquet.columns[name], values, err_msg=name)


def test_a_data_set_that_contradicts_itself_names_every_contradiction() -> None:
    labels = np.array(["a", "c"], dtype=object)
    inputs = (Column("absent"), Column("text", "string"), Column("y"))
    with pytest.raises(DataError) as caught:
        Dataset({"text": labels, "y": labels}, inputs, "y", "classification", ("a", "b"))
    for part in (
        '"absent" is absent',
        '"y" is also',
        '"text" is text without',
        '"c" is not a class',
    ):
        assert part in str(caught.value)


def test_preparing_twice_gives_the_same_bytes_and_training_reads_them(tmp_path: Path) -> None:
    code, root = write_model(tmp_path / "m", "classification"), tmp_path / "ml"
    contents = []
    for _ in range(2):
        run("prepare", root, "--code", str(code), "--set", "seed=3")
        files = sorted(path for path in root.rglob("*") if path.is_file())
        contents.append({file: file.read_bytes() for file in files})
    assert contents[0] == contents[1]
    layout = read_layout(root, {})
    schema = read_channel_schema(layout)
    assert len(read_channel(layout, "train", schema)["outcome"]) == 106


def test_an_absent_channel_says_to_prepare(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Run prepare"):
        read_channel_schema(read_layout(tmp_path, {}))
