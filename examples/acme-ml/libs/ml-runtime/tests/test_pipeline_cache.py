"""What runs again and what does not, with processes that only write files."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import write_model
from test_pipeline import steps_file

from ml_runtime.errors import PipelineError
from ml_runtime.pipeline import RunOptions, read_graph, run_pipeline, runner
from ml_runtime.pipeline.graph import Step, StepGraph, find_graph
from ml_runtime.pipeline.progress import Progress
from ml_runtime.pipeline.step_folder import lay_out

Runs = list[str]
Start = Callable[..., Runs]

SETTINGS: dict[str, Any] = {
    "options": ["tuning"],
    "hyperparameters": {"strategy": "single", "learning_rate": "0.1"},
    "tuning": {"maxJobs": 2},
}


class Recorder(Progress):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: Runs = []

    def done(self, step: Step, seconds: float) -> None:
        self.ran.append(step.name)


@pytest.fixture
def code(tmp_path: Path) -> Path:
    return write_model(tmp_path / "wine", "classification")


@pytest.fixture
def graph() -> StepGraph:
    return read_graph(steps_file(), SETTINGS["options"])


@pytest.fixture
def start(tmp_path: Path, code: Path, graph: StepGraph, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Run the pipeline; returns the names of the steps that a process ran for."""
    written = {
        "evaluation.json": {"skill": {"value": 0.5}},
        "optimisation.json": {},
        "validation.json": {},
        "tuning.json": {"best": {"hyperparameters": {"learning_rate": "0.03"}}},
    }

    def write(step: Step, folder: Path, code: Path, more: Sequence[str]) -> None:
        for place in (*step.outputs, *step.inputs):
            (folder / place.path).mkdir(parents=True, exist_ok=True)
        for place in step.outputs:
            # A result that depends on all that is read, and not on when.
            read = sorted(path for path in folder.rglob("*.csv"))
            text = json.dumps([file.read_text() for file in read]) + str(_hyperparameters(folder))
            passes_on = step.kind in ("train", "optimise")
            (folder / place.path / "result.csv").write_text(text if passes_on else "1")
        if step.report is not None:
            file = folder / "output/data" / step.report.file
            file.write_text(json.dumps(written[step.report.file]))

    monkeypatch.setattr(runner, "run_step", write)

    def run(settings: dict[str, Any] = SETTINGS, **options: Any) -> Runs:
        recorder = Recorder()
        run_pipeline(graph, tmp_path / "ml", code, settings, RunOptions(**options), recorder)
        return recorder.ran

    return run


def _hyperparameters(folder: Path) -> Any:
    return json.loads((folder / "input/config/hyperparameters.json").read_text())


ALL = ["Prepare", "Validate", "Tune", "Train", "Optimise", "Evaluate", "Register"]


def test_runs_again_what_depends_on_what_has_changed(start: Start, code: Path) -> None:
    assert start() == ALL
    assert start() == []
    # Of other settings than its own a step knows nothing.
    assert start({**SETTINGS, "environments": {"dev": {}}}) == []
    assert start({**SETTINGS, "tuning": {"maxJobs": 3}}) == ["Tune"]
    slower = {"strategy": "single", "learning_rate": "0.1", "epochs": "9"}
    assert start({**SETTINGS, "hyperparameters": slower}) == ALL[2:]
    faster = {**SETTINGS, "hyperparameters": slower, "optimise": {"prune": 0.2}}
    assert start(faster) == ["Optimise"]


def test_code_counts_where_it_is_read(start: Start, code: Path) -> None:
    start()
    for file in ("README.md", "tests/test_new.py", ".hidden/x.py", "settings.json"):
        (code / file).parent.mkdir(exist_ok=True)
        (code / file).write_text("changed")
    assert start() == []
    # Prepared anew, and the same comes out: nothing after it runs.
    with (code / "data.py").open("a") as data:
        data.write("# a remark\n")
    assert start() == ["Prepare"]
    with (code / "data/example.csv").open("a") as rows:
        rows.write("\n")
    assert start() == ["Prepare"]
    with (code / "model.py").open("a") as model:
        model.write("# a remark\n")
    assert start() == ["Tune", "Train"]


def test_a_new_version_of_the_runtime_runs_everything(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    start()
    monkeypatch.setattr("ml_runtime.pipeline.fingerprint.runtime_digest", lambda: "new")
    assert start() == ALL


def test_from_and_force(start: Start) -> None:
    start()
    assert start(start="Evaluate") == ["Evaluate", "Register"]
    assert start(start="Gate") == ["Register"]
    assert start(force=True) == ALL


def test_a_result_that_somebody_changed_is_made_again(start: Start, tmp_path: Path) -> None:
    start()
    (tmp_path / "ml/Train/model/result.csv").write_text("mine")
    assert start() == ["Train"]
    (tmp_path / "ml/Prepare/input/data/test/result.csv").unlink()
    assert start() == ["Prepare"]


def test_training_takes_what_the_search_found_unless_told_otherwise(
    start: Start, tmp_path: Path
) -> None:
    start()
    assert _hyperparameters(tmp_path / "ml/Train")["learning_rate"] == "0.03"
    assert _hyperparameters(tmp_path / "ml/Tune")["learning_rate"] == "0.1"
    start(hyperparameters={"learning_rate": "0.5"})
    assert _hyperparameters(tmp_path / "ml/Train") == {"strategy": "single", "learning_rate": "0.5"}


def test_a_run_goes_on_at_the_step_that_failed(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = vars(runner)["run_step"]

    def broken(step: Step, *rest: Any) -> None:
        if step.name == "Train":
            raise PipelineError("step-failed", "Train failed.", "", "")
        whole(step, *rest)

    monkeypatch.setattr(runner, "run_step", broken)
    with pytest.raises(PipelineError, match="Train failed"):
        start()
    monkeypatch.setattr(runner, "run_step", whole)
    assert start() == ["Train", "Optimise", "Evaluate", "Register"]


def test_a_step_that_does_not_write_what_the_graph_says_has_failed(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "run_step", lambda *_arguments: None)
    with pytest.raises(PipelineError, match="wrote no input/data/train"):
        start()


def test_an_unknown_step_or_parameter_is_refused_before_anything_runs(start: Start) -> None:
    with pytest.raises(PipelineError, match=r'no step "Clean".*Prepare, Validate, Tune, Train'):
        start(start="Clean")
    with pytest.raises(PipelineError, match=r"no parameter Skill.*MinimumSkill"):
        start(parameters={"Skill": 1})


def test_a_gate_reads_the_report_by_its_operator(start: Start) -> None:
    start(parameters={"MinimumSkill": 0.49})
    with pytest.raises(PipelineError, match=r"is not above 0\.5:"):
        start(parameters={"MinimumSkill": 0.5})
    with pytest.raises(PipelineError, match="does not say whether"):
        start(parameters={"MinimumSkill": "high"})


def test_what_a_step_writes_to_an_input_is_a_copy_and_checkpoints_stay(tmp_path: Path) -> None:
    model, data, folder = tmp_path / "model", tmp_path / "data", tmp_path / "step"
    for source in (model, data):
        source.mkdir()
        (source / "file").write_text("theirs")
    (folder / "checkpoints").mkdir(parents=True)
    for _ in range(2):
        lay_out(folder, {"model": model, "input/data/train": data}, {"model"}, {})
        (folder / "model/file").write_text("ours")
        (folder / "output").mkdir()
    assert (model / "file").read_text() == "theirs"
    assert (folder / "input/data/train/file").samefile(data / "file")
    assert (folder / "checkpoints").is_dir()


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2}', '{"version": 1, "steps": [{}]}'])
def test_a_malformed_graph_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "steps.json").write_text(text)
    with pytest.raises(PipelineError, match="is no step graph"):
        read_graph(tmp_path / "steps.json", ())


def test_a_model_outside_of_a_repository_has_no_graph(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="npx projen"):
        find_graph(tmp_path)
