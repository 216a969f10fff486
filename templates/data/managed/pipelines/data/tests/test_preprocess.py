"""What training reads: typed, each row once, and the same however often data arrives."""

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conftest import CANCER, WINE, Lake, contract_of
from data_pipeline.errors import DataPipelineError
from data_pipeline.preprocess import deliveries_to_write


def test_writes_typed_rows_without_personal_data(cancer: Lake) -> None:
    rows = cancer.version(cancer.both("a", CANCER))
    assert len(rows) == 569
    assert "sample_id" not in rows[0]
    assert isinstance(rows[0]["mean_radius"], float)
    assert len({row["row_key"] for row in rows}) == 569
    assert {row["outcome"] for row in rows} == {"benign", "malignant"}


def test_keeps_a_repeated_row_once(wine: Lake) -> None:
    assert len(wine.version(wine.both("a", [*WINE, *WINE[:5]]))) == 178


def test_data_that_arrives_twice_changes_nothing(wine: Lake) -> None:
    first = wine.both("a", WINE)
    before = wine.files("curated")
    assert wine.both("a", list(reversed(WINE))) == first
    assert wine.files("curated") == before


def test_late_data_that_arrives_twice_changes_nothing(wine: Lake) -> None:
    """A delivery from before comes after a later one, and then once more."""
    wine.both("2026-11-02", WINE[100:])
    late = wine.both("2026-11-01", WINE[:100])
    before = wine.files("curated")
    assert wine.both("2026-11-01", WINE[:100]) == late
    assert wine.files("curated") == before
    assert len(wine.version(late)) == 178


def test_a_row_that_two_deliveries_bring_counts_once(wine: Lake) -> None:
    wine.both("a", WINE[:100])
    version = wine.both("b", WINE[50:])
    assert len(wine.version(version)) == 178
    # Written again, the first one does not give its rows away.
    assert len(wine.version(wine.both("a", WINE[:100]))) == 178


def test_a_corrected_delivery_replaces_itself_and_older_versions_keep_their_rows(
    wine: Lake,
) -> None:
    first = wine.both("a", WINE)
    second = wine.both("a", [{**row, "hue": "1.5"} for row in WINE])
    assert first != second
    assert {row["hue"] for row in wine.version(second)} == {1.5}
    assert len({row["hue"] for row in wine.version(first)}) > 1


def test_keeps_the_latest_of_rows_with_one_key(spark: SparkSession, tmp_path: Path) -> None:
    columns = [{"name": "id", "type": "int"}, {"name": "at", "type": "date"}]
    contract = contract_of(columns, uniqueKey=["id"], latestBy="at", maxDuplicateShare=1)
    lake = Lake(spark, tmp_path, contract)
    dates = ["2026-01-02", "2026-03-04", "2026-02-03"]
    version = lake.both("a", [{"id": 1, "at": date} for date in dates])
    assert [str(row["at"]) for row in lake.version(version)] == ["2026-03-04"]


def test_a_job_that_breaks_off_changes_nothing_that_training_reads(
    wine: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = wine.both("a", WINE[:100])
    wine.deliver("b", WINE[100:])
    wine.validate("b")
    states = sorted(Path(wine.places.folder("curated"), "_ingests").iterdir())
    with monkeypatch.context() as broken:
        broken.setattr("data_pipeline.preprocess._write_version", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            wine.preprocess("b")
    assert sorted(Path(wine.places.folder("curated"), "_ingests").iterdir()) == states
    assert len(wine.version(version)) == 100
    assert len(wine.version(wine.preprocess("b"))) == 178


def test_refuses_what_was_not_validated(wine: Lake) -> None:
    wine.deliver("a", [{**row, "hue": "blue"} for row in WINE])
    assert not wine.validate("a").passed
    with pytest.raises(DataPipelineError, match="delivery-not-validated"):
        wine.preprocess("a")


def test_says_which_version_it_made(wine: Lake) -> None:
    version = wine.both("a", WINE)
    state = json.loads(Path(wine.places.state("a")).read_text("utf-8"))
    assert (state["version"], state["rows"], state["ingest"]) == (version, 178, "a")


def test_writes_what_the_bookmark_found_before_what_it_was_told() -> None:
    assert deliveries_to_write("b", ["c", "a", "b", "half"], ["a", "b", "c"]) == ["a", "c", "b"]
    assert deliveries_to_write("b", [], []) == ["b"]
