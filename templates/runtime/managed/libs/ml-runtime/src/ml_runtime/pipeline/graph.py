"""The step graph, pipelines/training-steps.json: what runs after what, on what, and which gate.

The CDK construct reads the same file and checks it thoroughly; here only its shape is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import PipelineError

# In the repository; the CDK construct reads the same file.
GRAPH_FILE = Path("pipelines") / "training-steps.json"

Json = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """An input or an output of a step.

    Attributes:
        name: Unique within the step's inputs or outputs.
        path: Folder of the container layout, relative to its root.
        artifact: A model's folder: packed as model.tar.gz in S3, a plain folder here.
        step: For an input: the step that wrote it, or None where it is raw data.
        output: For an input: the name of that step's output.
    """

    name: str
    path: str
    artifact: bool = False
    step: str | None = None
    output: str | None = None


@dataclass(frozen=True)
class Report:
    """A JSON file in an output, which a gate reads.

    Attributes:
        name: Unique in the graph; gates name it.
        output: Name of the output of its step that it lies in.
        file: Name of the file.
    """

    name: str
    output: str
    file: str


@dataclass(frozen=True)
class Condition:
    """What a gate asks for: a value of a report beside a parameter or a value.

    Attributes:
        operator: A key of `gates.OPERATORS`, named as SageMaker names it.
        report: Name of the report.
        path: Dotted path of the value in it.
        parameter: Name of the parameter to compare with, or None.
        value: What to compare with where `parameter` is None.
    """

    operator: str
    report: str
    path: str
    parameter: str | None
    value: Any


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        name: Unique in the graph.
        kind: Its word of the vocabulary: prepare, train, gate, register, ...
        after: Names of steps before it.
        command: Arguments after `python -m ml_runtime`; empty for a gate.
        inputs, outputs: What it reads and writes.
        report: The report among its outputs, or None.
        conditions: All that a gate asks for; empty for other kinds.
        failure: Name of the step that stands for a closed gate, on SageMaker a step of its own.
        message: What that step says, with parameters in braces.
        approval: For a registration, the new version's status.
    """

    name: str
    kind: str
    after: tuple[str, ...]
    command: tuple[str, ...] = ()
    inputs: tuple[Place, ...] = ()
    outputs: tuple[Place, ...] = ()
    report: Report | None = None
    conditions: tuple[Condition, ...] = ()
    failure: str = ""
    message: str = ""
    approval: str = ""


@dataclass(frozen=True)
class StepGraph:
    """The steps in the order in which they run, and the defaults of the parameters.

    Attributes:
        steps: Each after those that it needs.
        parameters: Name to default; None where an execution on SageMaker has to name a value.
    """

    steps: tuple[Step, ...]
    parameters: dict[str, Any]

    def step(self, name: str) -> Step:
        """Return the step of that name.

        Raises:
            PipelineError: There is none.
        """
        for step in self.steps:
            if step.name == name:
                return step
        known = ", ".join(step.name for step in self.steps)
        raise PipelineError(
            "step-unknown", f'There is no step "{name}".', f"The steps are {known}.", "Name one."
        )

    def writer_of(self, report: str) -> tuple[Step, Report]:
        """Return the step that writes a report, and the report.

        Raises:
            PipelineError: No step does.
        """
        for step in self.steps:
            if step.report is not None and step.report.name == report:
                return step, step.report
        raise PipelineError(
            "report-unknown", f'No step writes the report "{report}".', "", "Mend the step graph."
        )


def find_graph(code: Path) -> Path:
    """Return pipelines/training-steps.json of the repository that `code` lies in.

    Raises:
        PipelineError: No folder above has it.
    """
    for folder in (code, *code.parents):
        if (folder / GRAPH_FILE).is_file():
            return folder / GRAPH_FILE
    raise PipelineError(
        "graph-absent",
        f"No folder above {code} has {GRAPH_FILE}.",
        "It says which steps there are.",
        "Run `npx projen` in the repository, or name the file with --steps.",
    )


def read_graph(file: Path, options: Collection[str]) -> StepGraph:
    """Read the graph of a model that has only these options (`data`, `tuning`, `program`).

    Steps and inputs that need another option, or that one of these makes needless, are left out.
    What came after such a step comes after those before it, and what read its output reads what it
    had under the same name.

    Raises:
        PipelineError: The file cannot be read or is no step graph.
    """
    try:
        content = json.loads(file.read_text("utf-8"))
        if content["version"] != 1:
            raise ValueError(f"its version is {content['version']}, not 1")
        there = [entry for entry in content["steps"] if _wanted(entry, options)]
        gone = {one["name"]: one for one in content["steps"] if not _wanted(one, options)}
        steps = tuple(_step(entry, gone, options) for entry in there)
        parameters = {entry["name"]: entry.get("default") for entry in content["parameters"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PipelineError(
            "graph-unreadable",
            f"{file} is no step graph:",
            f"{type(error).__name__}: {error}.",
            "Bring it back from Git, or take ours with `npx wa-ml adopt`.",
        ) from error
    return StepGraph(steps, parameters)


def _wanted(entry: Json, options: Collection[str]) -> bool:
    needed = "when" not in entry or entry["when"] in options
    return needed and entry.get("unless") not in options


def _remaining(name: str, gone: Mapping[str, Json]) -> tuple[str, ...]:
    """What is left of a step: itself, or those it came after."""
    if name not in gone:
        return (name,)
    return tuple(left for before in gone[name]["after"] for left in _remaining(before, gone))


def _rerouted(entry: Json, gone: Mapping[str, Json]) -> Json:
    """An input whose writer is gone, from where that one had it."""
    if entry.get("step") not in gone:
        return entry
    inputs = gone[entry["step"]].get("inputs", ())
    before = [one for one in inputs if one["name"] == entry["output"] and "step" in one]
    if not before:
        return entry
    return _rerouted(entry | {key: before[0][key] for key in ("step", "output")}, gone)


def _step(entry: Json, gone: Mapping[str, Json], options: Collection[str]) -> Step:
    otherwise = entry.get("otherwise", {"name": "", "message": ""})
    report = entry.get("report")
    return Step(
        name=entry["name"],
        kind=entry["kind"],
        after=tuple(
            dict.fromkeys(left for name in entry["after"] for left in _remaining(name, gone))
        ),
        command=tuple(entry.get("command", ())) or _registration(entry),
        inputs=tuple(
            _place(_rerouted(one, gone)) for one in entry.get("inputs", ()) if _wanted(one, options)
        ),
        outputs=tuple(_place(one) for one in entry.get("outputs", ())),
        report=Report(**report) if report else None,
        conditions=tuple(_condition(one) for one in entry.get("conditions", ())),
        failure=otherwise["name"],
        message=otherwise["message"],
        approval=entry.get("approval", ""),
    )


def _registration(entry: Json) -> tuple[str, ...]:
    """SageMaker registers by itself; here it is a command."""
    return ("register", "--approval", entry["approval"]) if entry["kind"] == "register" else ()


def _place(entry: Json) -> Place:
    return Place(
        name=entry["name"],
        path=entry["path"],
        artifact=entry.get("artifact", False),
        step=entry.get("step"),
        output=entry.get("output"),
    )


def _condition(entry: Json) -> Condition:
    left, right = entry["left"], entry["right"]
    return Condition(
        operator=entry["operator"],
        report=left["report"],
        path=left["path"],
        parameter=right.get("parameter"),
        value=right.get("value"),
    )
