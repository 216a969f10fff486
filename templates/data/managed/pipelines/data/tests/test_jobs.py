"""The jobs as Glue starts them, and the contract and ids that they refuse."""

import json
import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from pyspark.sql import SparkSession

from conftest import WINE, Lake
from data_pipeline.arguments import job_arguments
from data_pipeline.contract import read_contract
from data_pipeline.errors import DataPipelineError
from data_pipeline.files import Files
from data_pipeline.glue import TRANSFORMATION_CONTEXT

JOBS = Path(__file__).parent.parent / "jobs"
COLUMNS = [{"name": "sample_id", "type": "string"}, {"name": "hue", "type": "double"}]


def started(job: str, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = lake.folder / "contract.json"
    contract.write_text(json.dumps({"version": 1, "columns": COLUMNS, "uniqueKey": ["sample_id"]}))
    told = {"lake": lake.folder, "dataset": "samples", "ingest": "a", "contract": contract}
    argv = [item for name, value in told.items() for item in (f"--{name}", str(value))]
    monkeypatch.setattr(
        sys, "argv", [job, "--JOB_NAME", "j", *argv, "--enable-auto-scaling", "true"]
    )
    runpy.run_path(str(JOBS / f"{job}.py"))


def test_run_without_glue(
    wine: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wine.deliver("a", WINE)
    started("validate", wine, monkeypatch)
    started("preprocess", wine, monkeypatch)
    assert '"passed": true' in capsys.readouterr().out
    (version,) = Path(wine.places.folder("curated"), "_versions").glob("*.manifest")
    assert len(wine.version(version.stem)) == 178


class Glue:
    """As much of awsglue as the jobs use."""

    def __init__(self, spark: SparkSession, files: list[str]) -> None:
        self.spark_session, self.files = spark, files
        self.calls: list[Any] = []

    def create_dynamic_frame_from_options(self, **options: Any) -> Any:
        self.calls.append(("read", options))
        rows = self.spark_session.createDataFrame([(file,) for file in self.files], "_file string")
        return SimpleNamespace(toDF=lambda: rows)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.create_dynamic_frame = SimpleNamespace(
            from_options=self.create_dynamic_frame_from_options
        )
        job = SimpleNamespace(
            init=lambda name, _: self.calls.append(("init", name)),
            commit=lambda: self.calls.append("commit"),
        )
        parts: dict[str, dict[str, Any]] = {
            "context": {"GlueContext": lambda _: self},
            "job": {"Job": lambda _: job},
            "utils": {"getResolvedOptions": lambda argv, names: {"JOB_NAME": argv[2]}},
        }
        monkeypatch.setitem(sys.modules, "awsglue", ModuleType("awsglue"))
        for name, content in parts.items():
            module = ModuleType(f"awsglue.{name}")
            vars(module).update(content)
            monkeypatch.setitem(sys.modules, f"awsglue.{name}", module)


def test_on_glue_the_bookmark_is_read_and_then_committed(
    wine: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    wine.deliver("a", WINE[:100])
    started("validate", wine, monkeypatch)
    wine.deliver("left", WINE[100:])
    wine.validate("left")  # by an execution that ended before it came to the job
    file = f"{wine.places.of('validated', 'left')}/part-0.parquet"
    glue = Glue(wine.spark, [file])
    glue.install(monkeypatch)
    started("preprocess", wine, monkeypatch)
    init, (_, options), commit = glue.calls
    assert (init, commit) == (("init", "j"), "commit")
    assert options["transformation_ctx"] == TRANSFORMATION_CONTEXT
    assert options["connection_options"]["paths"] == [f"{wine.places.folder('validated')}/"]
    curated = Path(wine.places.folder("curated"))
    assert sorted(path.stem for path in (curated / "_ingests").glob("*.json")) == ["a", "left"]


def test_on_glue_a_job_that_fails_commits_nothing(
    wine: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    glue = Glue(wine.spark, [])
    glue.install(monkeypatch)
    with pytest.raises(DataPipelineError, match="delivery-not-validated"):
        started("preprocess", wine, monkeypatch)
    assert "commit" not in glue.calls


@pytest.mark.parametrize("ingest", ["", "../a", "a b", "a/b", "=a", "x" * 65])
def test_refuses_an_id_that_cannot_be_part_of_a_file_name(ingest: str) -> None:
    told = ["--lake", "l", "--dataset", "d", "--contract", "c", f"--ingest={ingest}"]
    with pytest.raises(DataPipelineError, match="ingest-invalid"):
        job_arguments(told)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "JSONDecodeError"),
        ("[]", "TypeError"),
        ('{"columns": []}', "no column is left"),
        ('{"columns": [{"name": "a", "type": "float32"}]}', "float32"),
        ('{"columns": [{"name": "a", "type": "int"}], "uniqueKey": ["b"]}', "no column is named b"),
        ('{"columns": [{"name": "a", "type": "int", "pii": true}]}', "no column is left"),
    ],
)
def test_refuses_a_contract_that_is_none(content: str, why: str) -> None:
    with pytest.raises(DataPipelineError, match=why):
        read_contract(content, "contract.json")


def test_lists_files_and_leaves_markers_out(spark: SparkSession, tmp_path: Path) -> None:
    for name in ["_SUCCESS", ".a.crc", "b.csv", "deep/c.csv", "_hidden/d.csv"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("\ufeffa,b\n1,2\n", "utf-8")
    files = Files(spark)
    assert [Path(path).name for path in files.below(str(tmp_path))] == ["b.csv", "c.csv"]
    assert files.first_line(str(tmp_path / "b.csv")) == "a,b"
    assert files.below(str(tmp_path / "none")) == []
