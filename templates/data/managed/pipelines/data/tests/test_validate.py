"""Deliveries of real data, whole and broken, and what the validate job says of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from conftest import CANCER, WINE, Lake, Rows, contract_of
from data_pipeline.errors import DataPipelineError


def changed(rows: Rows, at: int, **values: Any) -> Rows:
    return [*rows[:at], {**rows[at], **values}, *rows[at + 1 :]]


def test_lets_a_delivery_of_real_data_pass_with_every_row(cancer: Lake) -> None:
    cancer.deliver("a", CANCER[:300], "part-0.csv")
    cancer.deliver("a", CANCER[300:], "part-1.csv")
    report = cancer.validate("a")
    assert (report.passed, report.rows, report.rejected) == (True, 569, 0)
    assert report.null_shares["mean_radius"] == 0
    rows = cancer.spark.read.parquet(cancer.places.of("validated", "a"))
    assert dict(rows.dtypes)["mean_radius"] == "double"
    total = rows.agg({"mean_radius": "sum"}).collect()[0][0]
    assert total == pytest.approx(sum(float(row["mean_radius"]) for row in CANCER))


def test_refuses_a_delivery_without_a_column_and_keeps_what_was_good(wine: Lake) -> None:
    wine.both("a", WINE)
    before = wine.files("validated")
    wine.deliver("a", [{k: v for k, v in row.items() if k != "hue"} for row in WINE])
    report = wine.validate("a")
    assert [problem.check for problem in report.problems] == ["columns", "rejected"]
    assert "no column hue" in report.problems[0].what
    assert wine.files("validated") == before


def test_refuses_a_delivery_of_which_one_file_lacks_a_column(wine: Lake) -> None:
    """Its header alone tells: Spark would put the values of the next column there."""
    wine.deliver("a", WINE[:100], "part-0.csv")
    wine.deliver("a", [{k: v for k, v in row.items() if k != "hue"} for row in WINE[100:]], "b.csv")
    assert wine.validate("a").problems[0].check == "columns"


def test_reads_files_whose_columns_stand_in_another_order(wine: Lake) -> None:
    wine.deliver("a", WINE[:100], "part-0.csv")
    wine.deliver("a", [dict(reversed(row.items())) for row in WINE[100:]], "part-1.csv")
    report = wine.validate("a")
    assert (report.passed, report.rows, report.rejected) == (True, 178, 0)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"alcohol": "strong"}, "alcohol: no double"),
        ({"alcohol": "0x1F"}, "alcohol: no double"),
        ({"alcohol": "-1"}, "alcohol: below 0"),
        ({"alcohol": "NA"}, "alcohol: no value"),
        ({"outcome": "class_9"}, "outcome: not one of the allowed values"),
    ],
)
def test_quarantines_one_broken_row_with_its_reason(
    wine: Lake, values: dict[str, str], reason: str
) -> None:
    wine.deliver("a", changed(WINE, 7, **values))
    report = wine.validate("a")
    assert (report.passed, report.rejected, report.reasons) == (True, 1, {reason: 1})
    (row,) = wine.spark.read.json(wine.places.of("quarantine", "a")).collect()
    assert row["_reasons"] == [reason]
    assert row["sample_id"] == "sample-7"
    good = wine.spark.read.parquet(wine.places.of("validated", "a"))
    assert good.count() == 177


def test_refuses_a_delivery_with_too_many_broken_rows(wine: Lake) -> None:
    rows = WINE
    for at in range(10):
        rows = changed(rows, at, hue="blue")
    wine.deliver("a", rows)
    report = wine.validate("a")
    assert [problem.check for problem in report.problems] == ["rejected"]
    assert report.problems[0].what == "5.6% of the rows are broken, at most 1.0% may be"
    assert not Path(wine.places.of("validated", "a")).exists()


def test_refuses_repeated_rows_over_the_limit_and_counts_those_below(wine: Lake) -> None:
    wine.deliver("few", [*WINE, *WINE[:5]])
    assert (wine.validate("few").passed, wine.validate("few").duplicates) == (True, 5)
    wine.deliver("many", [*WINE, *WINE[:20]])
    assert [problem.check for problem in wine.validate("many").problems] == ["duplicates"]


def test_refuses_nulls_over_the_limit(spark: SparkSession, tmp_path: Path) -> None:
    columns: Rows = [
        {"name": "id", "type": "int"},
        {"name": "x", "type": "double", "nullable": True, "maxNullShare": 0.2},
    ]
    lake = Lake(spark, tmp_path, contract_of(columns))
    lake.deliver("a", [{"id": number, "x": "" if number < 2 else 1} for number in range(10)])
    assert lake.validate("a").passed
    lake.deliver("a", [{"id": number, "x": "" if number < 3 else 1} for number in range(10)])
    (problem,) = lake.validate("a").problems
    assert problem.what == "30.0% of x are missing, at most 20.0% may be"


def test_takes_numbers_and_dates_by_how_they_are_written(
    spark: SparkSession, tmp_path: Path
) -> None:
    kinds = ["int", "bigint", "boolean", "date", "timestamp"]
    columns = [{"name": kind, "type": kind} for kind in kinds]
    lake = Lake(spark, tmp_path, contract_of(columns, maxRejectedShare=1))
    good = dict(
        zip(kinds, ["1", "9999999999", "True", "2026-02-28", "2026-02-28T10:00:00Z"], strict=True)
    )
    lies = {"int": "1.5", "bigint": "1e3", "boolean": "yes", "date": "2026", "timestamp": "noon"}
    impossible = {"int": "9999999999", "date": "2026-02-30"}
    lake.deliver(
        "a", [good, *[{**good, **{k: v}} for k, v in [*lies.items(), *impossible.items()]]]
    )
    report = lake.validate("a")
    assert report.rejected == 7
    assert report.reasons == {f"{kind}: no {kind}": 1 + (kind in impossible) for kind in kinds}


def test_reads_lines_of_json_and_names_those_that_are_none(
    spark: SparkSession, tmp_path: Path
) -> None:
    columns = [{"name": "id", "type": "int"}, {"name": "text", "type": "string"}]
    lake = Lake(spark, tmp_path, contract_of(columns, maxRejectedShare=0.5), "json")
    lake.deliver("a", [{"id": 1, "text": "one, two"}, {"id": 2, "text": "x"}], "part-0.json")
    with (tmp_path / "raw/samples/ingest=a/part-0.json").open("a") as file:
        file.write("{no json\n")
    report = lake.validate("a")
    assert (report.passed, report.rows, report.rejected) == (True, 3, 1)
    assert report.reasons["the line cannot be read"] == 1


def test_refuses_a_delivery_without_rows_and_one_without_files(wine: Lake) -> None:
    wine.deliver("a", [])
    assert {problem.check for problem in wine.validate("a").problems} == {"columns", "rows"}
    with pytest.raises(DataPipelineError, match="delivery-empty"):
        wine.validate("b")


def test_says_what_it_found_in_cloudwatchs_own_words(wine: Lake) -> None:
    wine.deliver("a", changed(WINE, 7, hue="blue"))
    wine.validate("a")
    content = json.loads(Path(wine.places.report("a")).read_text("utf-8"))
    assert content["passed"] is True
    metrics = {metric["MetricName"]: metric for metric in content["metrics"]}
    assert metrics["Rows"]["Value"] == 178
    assert metrics["RejectedRows"] == {
        "MetricName": "RejectedRows",
        "Dimensions": [{"Name": "Dataset", "Value": "local"}],
        "Value": 1.0,
        "Unit": "Count",
    }
    assert metrics["DeliveryRefused"]["Value"] == 0


def test_names_columns_that_nobody_asked_for(wine: Lake) -> None:
    wine.deliver("a", [{**row, "vintage": 1990} for row in WINE])
    report = wine.validate("a")
    assert (report.passed, report.unexpected) == (True, ("vintage",))
