"""Poisoned training data is told from trusted data, and other rows of the same data are not."""

import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")

from conftest import run, write_model
from sklearn import datasets

from ml_runtime.__main__ import main
from ml_runtime.schema import Column, Schema
from ml_runtime.tables import Columns, row_count, take_rows
from ml_runtime.validation import compare, make_profile, measures

LOADERS: dict[str, Callable[[], Any]] = {
    "breast cancer": datasets.load_breast_cancer,
    "digits": datasets.load_digits,
    "wine": datasets.load_wine,
    "diabetes": lambda: datasets.load_diabetes(scaled=False),
}


@cache
def dataset(name: str) -> tuple[Columns, Schema]:
    bunch = LOADERS[name]()
    inputs = tuple(Column(one.replace(" ", "_")) for one in bunch.feature_names)
    columns: Columns = {column.name: bunch.data[:, i] for i, column in enumerate(inputs)}
    if name == "diabetes":
        return {**columns, "y": bunch.target}, Schema("regression", "y", (), inputs)
    labels = np.array([f"c{label}" for label in bunch.target], dtype=object)
    classes = tuple(sorted(set(labels)))
    return {**columns, "y": labels}, Schema("classification", "y", classes, inputs)


def halves(name: str, seed: int) -> tuple[Columns, Columns, Schema]:
    """Return two halves without a common row: the trusted one and the new one."""
    table, schema = dataset(name)
    order = np.random.default_rng(seed).permutation(row_count(table))
    middle = len(order) // 2
    return take_rows(table, order[:middle]), take_rows(table, order[middle:]), schema


def checks(trusted: Columns, new: Columns, schema: Schema) -> set[tuple[str, str]]:
    """Return (check, column) of every finding."""
    profiles = [make_profile(table, schema, "0" * 64) for table in (trusted, new)]
    found = compare(profiles[0], profiles[1], measures(new, schema))
    return {(one.check, one.column) for one in found}


@pytest.mark.parametrize("name", LOADERS)
def test_other_rows_of_the_same_data_raise_no_alarm(name: str) -> None:
    alarms = {seed: found for seed in range(20) if (found := checks(*halves(name, seed)))}
    assert alarms == {}


def flipped(table: Columns, classes: tuple[str, ...], share: float) -> Columns:
    generator = np.random.default_rng(5)
    labels = table["y"].copy()
    for row in generator.choice(len(labels), round(share * len(labels)), replace=False):
        labels[row] = generator.choice([label for label in classes if label != labels[row]])
    return {**table, "y": labels}


@pytest.mark.parametrize("name", ["breast cancer", "digits"])
def test_a_tenth_of_the_labels_flipped(name: str) -> None:
    trusted, new, schema = halves(name, 1)
    assert ("labels", "") in checks(trusted, flipped(new, schema.classes, 0.1), schema)


def test_targets_of_a_regression_that_were_mirrored() -> None:
    trusted, new, schema = halves("diabetes", 1)
    targets = new["y"].copy()
    targets[:70] = targets.max() + targets.min() - targets[:70]
    assert checks(trusted, {**new, "y": targets}, schema) != set()


@pytest.mark.parametrize("name", ["breast cancer", "wine", "diabetes"])
def test_a_shifted_column(name: str) -> None:
    trusted, new, schema = halves(name, 2)
    column = schema.input_names[3]
    moved = {**new, column: new[column] + new[column].std()}
    assert ("distribution", column) in checks(trusted, moved, schema)


@pytest.mark.parametrize("name", LOADERS)
def test_rows_that_were_multiplied(name: str) -> None:
    trusted, new, schema = halves(name, 3)
    rows = np.concatenate([np.arange(row_count(new)), np.repeat(np.arange(5), 5)])
    assert ("duplicates", "") in checks(trusted, take_rows(new, rows), schema)


@pytest.mark.parametrize("name", LOADERS)
def test_one_absurd_value(name: str) -> None:
    trusted, new, schema = halves(name, 4)
    column = schema.input_names[2]
    values = new[column].copy()
    values[7] = 1e9
    assert checks(trusted, {**new, column: values}, schema) == {("range", column)}


def test_many_values_that_are_a_little_too_large() -> None:
    trusted, new, schema = halves("breast cancer", 4)
    values = new["mean_area"].copy()
    values[:25] = trusted["mean_area"].max() * 1.01
    assert ("range", "mean_area") in checks(trusted, {**new, "mean_area": values}, schema)


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("breast cancer", "mean_radius", "mean_texture"), ("diabetes", "s1", "s2")],
)
def test_two_columns_that_changed_places(name: str, first: str, second: str) -> None:
    trusted, new, schema = halves(name, 5)
    swapped = {**new, first: new[second], second: new[first]}
    assert {column for _, column in checks(trusted, swapped, schema)} >= {first}


def test_a_column_whose_values_were_shuffled_keeps_its_distribution_and_is_found() -> None:
    trusted, new, schema = halves("breast cancer", 6)
    shuffled = np.random.default_rng(6).permutation(new["mean_radius"])
    found = checks(trusted, {**new, "mean_radius": shuffled}, schema)
    assert {check for check, _ in found} == {"correlation"}


def pictures(table: Columns, schema: Schema) -> tuple[Columns, Schema]:
    """Return the digits as images of 8 by 8 pixels, in one column."""
    pixels = np.stack([table[name] for name in schema.input_names], axis=1)
    images = {"image": pixels.reshape(-1, 8, 8).astype(np.uint8), "y": table["y"]}
    return images, Schema("classification", "y", schema.classes, (Column("image"),))


def test_images_with_flipped_labels_or_other_light() -> None:
    trusted, new, schema = halves("digits", 9)
    before, images = pictures(trusted, schema)
    after, _ = pictures(new, schema)
    assert checks(before, after, images) == set()
    assert ("labels", "") in checks(before, flipped(after, schema.classes, 0.1), images)
    darker = {**after, "image": after["image"] // 2}
    assert ("distribution", "image (mean)") in checks(before, darker, images)


def test_texts_of_another_length() -> None:
    licence = Path(np.__file__).with_name("__init__.py").read_text().split("\n")
    lines = np.array([line for line in licence if line.strip()][:300], dtype=object)
    labels = np.array(["a", "b"] * (len(lines) // 2), dtype=object)
    schema = Schema("classification", "y", ("a", "b"), (Column("text", "string"),))
    halves_of = [{"text": lines[start::2], "y": labels[: len(lines[start::2])]} for start in (0, 1)]
    assert checks(halves_of[0], halves_of[1], schema) == set()
    twice = {**halves_of[1], "text": np.array([2 * one for one in lines[1::2]], dtype=object)}
    assert ("distribution", "text (length)") in checks(halves_of[0], twice, schema)


def test_missing_values_fewer_rows_and_a_moved_balance() -> None:
    trusted, new, schema = halves("breast cancer", 7)
    values = new["mean_area"].copy()
    values[:40] = np.nan
    assert ("missing", "mean_area") in checks(trusted, {**new, "mean_area": values}, schema)
    few = take_rows(new, np.arange(100))
    assert ("rows", "") in checks(trusted, few, schema)
    healthy = np.flatnonzero(new["y"] == "c1")
    assert ("shares", "y") in checks(trusted, take_rows(new, healthy[:150]), schema)


def test_other_columns_types_and_classes_are_not_compared_but_named() -> None:
    trusted, _, schema = halves("wine", 8)
    renamed = Schema(
        "classification",
        "y",
        ("c0", "c1", "c2", "c3"),
        (*schema.inputs[1:], Column("colour", "boolean")),
    )
    table = {**trusted, "colour": trusted["alcohol"]}
    assert checks(trusted, table, schema) == set()
    profiles = make_profile(trusted, schema, ""), make_profile(table, renamed, "")
    found = {
        (one.check, one.column): one.text for one in compare(*profiles, measures(table, renamed))
    }
    assert set(found) == {("columns", "alcohol"), ("columns", "colour"), ("classes", "")}
    assert found["columns", "colour"] == "colour was absent and is boolean."


@pytest.fixture
def prepared(tmp_path: Path) -> tuple[Path, Path]:
    """Root and code of the example model, prepared."""
    code, root = write_model(tmp_path / "code", "classification"), tmp_path / "ml"
    run("prepare", root, "--code", str(code))
    return root, code


def test_the_first_data_passes_and_can_be_trusted(
    prepared: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    root, code = prepared
    report = root / "output/data/validation.json"
    run("validate", root, "--code", str(code))
    assert json.loads(report.read_text())["verdict"] == "no-baseline"
    assert "--trust" in capsys.readouterr().out
    assert (root / "output/data/profile.json").is_file()
    assert not (code / "baseline.json").exists()
    run("validate", root, "--code", str(code), "--trust")
    assert (code / "baseline.json").is_file()
    # Another split of the same data.
    run("prepare", root, "--code", str(code), "--set", "seed=4")
    run("validate", root, "--code", str(code))
    passed = json.loads(report.read_text())
    assert (passed["verdict"], passed["findings"]) == ("passed", [])
    assert len(passed["baselineSha256"]) == 64


def test_poisoned_data_is_moved_where_training_does_not_find_it(
    prepared: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    root, code = prepared
    run("validate", root, "--code", str(code), "--trust")
    # As a pipeline hands the baseline over.
    (root / "input/data/baseline").mkdir()
    shutil.move(code / "baseline.json", root / "input/data/baseline/profile.json")
    file = root / "input/data/train/part-0.csv"
    header, *lines = file.read_text().splitlines()
    place = header.split(",").index("ash")
    cells = [line.split(",") for line in lines]
    for row in cells:
        row[place] = repr(float(row[place]) + 1)
    file.write_text("\n".join([header, *(",".join(row) for row in cells)]) + "\n")
    assert main(["validate", "--root", str(root), "--code", str(code)]) == 1
    reason = (root / "output/failure").read_text()
    assert reason.startswith("data-quarantined: ")
    assert "ash is distributed differently" in reason
    report = json.loads((root / "output/data/validation.json").read_text())
    assert report["verdict"] == "quarantined"
    kept = Path(report["quarantine"])
    assert kept == root / "quarantine" / report["dataSha256"][:12] / "train"
    assert (kept / "part-0.csv").read_text().startswith(header)
    assert json.loads((kept.parent / "validation.json").read_text()) == report
    assert main(["train", "--root", str(root), "--code", str(code)]) == 1
    assert 'The channel "train" is not at' in capfd.readouterr().err


def test_a_baseline_that_cannot_be_read_is_no_reason_to_pass(
    prepared: tuple[Path, Path],
) -> None:
    root, code = prepared
    (code / "baseline.json").write_text('{"profileVersion": 1}')
    assert main(["validate", "--root", str(root), "--code", str(code)]) == 1
    assert "profile-unreadable" in (root / "output/failure").read_text()
    assert main(["validate", "--root", str(root), "--baseline", str(code / "no.json")]) == 1
    assert "baseline-absent" in (root / "output/failure").read_text()
