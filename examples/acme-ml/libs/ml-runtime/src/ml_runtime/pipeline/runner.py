"""Runs the steps of a graph: each a process of its own over a folder of its own."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import PipelineError
from .fingerprint import digest_of, key_of
from .gates import failure_message, is_open
from .graph import Step, StepGraph
from .progress import Progress
from .step_folder import LOG_FILE, StepState, lay_out, read_state, write_state
from .step_process import run_step

# Reports that hold what a search found, by their file (see the command `tune`).
TUNING_REPORT = "tuning.json"


@dataclass(frozen=True)
class RunOptions:
    """How a run differs from "whatever is out of date, with the settings as they are".

    Attributes:
        start: Name of the step that runs again in any case, with all after it. Default: none.
        force: All steps run again. Default: False.
        processes: Training processes on this machine. Default: what `train` chooses.
        hyperparameters: They win over settings.json and over what a search found.
        parameters: Values of the graph's parameters, e.g. MinimumSkill.
    """

    start: str | None = None
    force: bool = False
    processes: int | None = None
    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)


class Run:
    """One run of one model's pipeline; the arguments are those of `run_pipeline`.

    Attributes:
        digests: (step, output) to the digest of what it holds, of the steps that are done.
        parameters: Of the graph, with this run's values.
        again_from: Name of the step that is run again with all after it, or None.

    Raises:
        PipelineError: A step or a parameter that is named is none of the graph's.
    """

    def __init__(
        self,
        graph: StepGraph,
        root: Path,
        code: Path,
        settings: Mapping[str, Any],
        options: RunOptions,
        progress: Progress,
    ) -> None:
        self.graph, self.root, self.code, self.settings = graph, root, code, settings
        self.options, self.progress = options, progress
        self.digests: dict[tuple[str, str], str] = {}
        self.parameters = {**graph.parameters, **options.parameters}
        unknown = sorted(set(options.parameters) - set(graph.parameters))
        if unknown:
            raise PipelineError(
                "parameter-unknown",
                f"The step graph has no parameter {', '.join(unknown)}.",
                f"It has {', '.join(graph.parameters)}.",
                "Name one of them.",
            )
        # A name that is not there is refused before anything runs.
        self.again_from = graph.step(options.start).name if options.start else None

    def execute(self) -> None:
        """Run all steps, in order; those whose result is at hand are passed over."""
        again = self.options.force
        for step in self.graph.steps:
            again = again or step.name == self.again_from
            if step.kind == "gate":
                self._pass_gate(step)
            else:
                self._run_or_reuse(step, again)

    def folder(self, name: str) -> Path:
        """Return the folder that stands for /opt/ml in the step of that name."""
        return self.root / name

    def _pass_gate(self, gate: Step) -> None:
        reports = {
            condition.report: self._report_file(condition.report) for condition in gate.conditions
        }
        if not is_open(gate, reports, self.parameters):
            message = failure_message(gate, self.parameters)
            self.progress.failed(gate, 0.0)
            raise PipelineError(
                "gate-closed",
                message,
                f"The step {gate.failure} ends the pipeline here, as it does on SageMaker.",
                "Mend data or model and run this again: what is unchanged is not run again.",
            )
        self.progress.passed(gate)

    def _report_file(self, name: str) -> Path:
        writer, report = self.graph.writer_of(name)
        path = next(place.path for place in writer.outputs if place.name == report.output)
        return self.folder(writer.name) / path / report.file

    def _run_or_reuse(self, step: Step, again: bool) -> None:
        folder = self.folder(step.name)
        hyperparameters = self._hyperparameters(step)
        inputs = {
            place.name: self.digests[place.step, place.output]
            for place in step.inputs
            if place.step is not None and place.output is not None
        }
        key = key_of(step, inputs, self.code, self.settings, hyperparameters)
        state = read_state(folder)
        if not again and state is not None and state.key == key and self._whole(step, state):
            self.progress.cached(step, state.seconds)
        else:
            state = self._run(step, folder, hyperparameters, key)
        for name, digest in state.outputs.items():
            self.digests[step.name, name] = digest

    def _run(
        self, step: Step, folder: Path, hyperparameters: Mapping[str, str], key: str
    ) -> StepState:
        sources = {place.path: self._source(place.step, place.output) for place in step.inputs}
        linked = {path: source for path, source in sources.items() if source is not None}
        lay_out(folder, linked, {place.path for place in step.outputs}, hyperparameters)
        self.progress.started(step)
        began = time.monotonic()
        more = ["--processes", str(self.options.processes)] if self.options.processes else []
        try:
            run_step(step, folder, self.code, more if step.kind == "train" else [])
        except PipelineError:
            self.progress.failed(step, time.monotonic() - began)
            raise
        seconds = round(time.monotonic() - began, 1)
        for place in step.outputs:
            if not (folder / place.path).is_dir():
                self.progress.failed(step, seconds)
                raise PipelineError(
                    "output-absent",
                    f"{step.name} ended well and wrote no {place.path}.",
                    "The step graph says that it does.",
                    f"Its output is in {folder / LOG_FILE}.",
                )
        state = StepState(key, seconds, self._output_digests(step, folder))
        write_state(folder, state)
        self.progress.done(step, seconds)
        return state

    def _source(self, step: str | None, output: str | None) -> Path | None:
        if step is None:  # raw data, which data.py finds beside itself
            return None
        path = next(place.path for place in self.graph.step(step).outputs if place.name == output)
        return self.folder(step) / path

    def _hyperparameters(self, step: Step) -> dict[str, str]:
        """What the step's process gets: the settings, what a search found, and this run's own."""
        given = dict(self.options.hyperparameters)
        if step.kind not in ("train", "tune"):
            return given if step.kind == "prepare" else {}
        found: dict[str, str] = {}
        for name in step.after if step.kind == "train" else ():
            search = self.graph.step(name)
            if search.kind == "tune" and search.report is not None:
                text = self._report_file(search.report.name).read_text("utf-8")
                best = json.loads(text)["best"]["hyperparameters"]
                found |= {name: str(value) for name, value in best.items()}
        return {**self.settings.get("hyperparameters", {}), **found, **given}

    def _output_digests(self, step: Step, folder: Path) -> dict[str, str]:
        return {place.name: digest_of(folder / place.path) for place in step.outputs}

    def _whole(self, step: Step, state: StepState) -> bool:
        """Whether the outputs are still what the step wrote."""
        return self._output_digests(step, self.folder(step.name)) == state.outputs


def run_pipeline(
    graph: StepGraph,
    root: Path,
    code: Path,
    settings: Mapping[str, Any],
    options: RunOptions,
    progress: Progress,
) -> None:
    """Run a model's pipeline below `root`, one folder for each step.

    A step whose inputs, code, settings and runtime are as they were is not run again, and neither
    are those that had ended well before one failed.

    Args:
        graph: The steps.
        root: Where the folders of the steps are.
        code: The model's folder.
        settings: The content of its settings.json.
        options: How this run differs.
        progress: Told of every step.

    Raises:
        PipelineError: A step failed, a gate is closed, or another run is in here.
    """
    root.mkdir(parents=True, exist_ok=True)
    with _alone(root):
        Run(graph, root, code, settings, options, progress).execute()


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the lock of a pipeline's folder; the system gives it back whatever ends the process."""
    try:
        import fcntl
    except ImportError:  # Windows without WSL, where nothing of this is supported
        yield
        return
    lock = os.open(root / ".lock", os.O_CREAT | os.O_RDWR)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PipelineError(
                "pipeline-busy",
                f"Another run is in {root}.",
                "Two would write over each other's results.",
                "Wait for it, or stop it.",
            ) from error
        yield
    finally:
        os.close(lock)
