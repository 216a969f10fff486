"""Checks a pipeline definition's jobs against the SageMaker API's own model, as botocore has it.

Reads a definition from standard input, prints what the API would refuse as a JSON list. Functions
(Get, Std:Join) stand for text. Names of jobs are added, which Pipelines gives them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator

OPERATIONS = {
    "Training": ("CreateTrainingJob", {"TrainingJobName": "name"}),
    "Tuning": ("CreateHyperParameterTuningJob", {"HyperParameterTuningJobName": "name"}),
    "Processing": ("CreateProcessingJob", {"ProcessingJobName": "name"}),
    "RegisterModel": ("CreateModelPackage", {}),
}
# Of a pipeline, and of no API.
PIPELINE_ONLY = {"AppManaged"}


def plain(value: Any) -> Any:
    """The value with each function replaced by a text."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) in ({"Get"}, {"Std:Join"}):
        return "text"
    return {key: plain(item) for key, item in value.items()}


def outside_of_enums(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """Texts that are no word of their enumeration, which botocore does not look at."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for key, item in value.items():
            if key in shape.members:
                yield from outside_of_enums(item, shape.members[key], f"{path}.{key}")
    elif shape.type_name == "list" and isinstance(value, list):
        for item in value:
            yield from outside_of_enums(item, shape.member, path)
    elif getattr(shape, "enum", None) and value != "text" and value not in shape.enum:
        yield f"{path}: {value} is not in {shape.name}"
    maximum = shape.metadata.get("max")
    if maximum is not None:
        size = value if isinstance(value, int) else len(value)
        if size > maximum:
            yield f"{path}: {size} is more than {maximum}"


def main() -> None:
    """Print the problems."""
    model = ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")
    definition = json.load(sys.stdin)
    steps = definition["Steps"]
    steps += [inner for step in steps for inner in step["Arguments"].get("IfSteps", [])]
    problems, checked = [], []
    for step in steps:
        if step["Type"] not in OPERATIONS:
            continue
        operation, names = OPERATIONS[step["Type"]]
        arguments = {**plain(step["Arguments"]), **names}
        for place in [
            *arguments.get("ProcessingInputs", []),
            *arguments.get("ProcessingOutputConfig", {}).get("Outputs", []),
        ]:
            for key in PIPELINE_ONLY:
                place.pop(key, None)
        shape = model.operation_model(operation).input_shape
        report = ParamValidator().validate(arguments, shape)
        if report.has_errors():
            problems.append(f"{step['Name']}: {report.generate_report()}")
        problems += outside_of_enums(arguments, shape, step["Name"])
        checked.append(step["Name"])
    print(json.dumps({"checked": checked, "problems": problems}))


main()
