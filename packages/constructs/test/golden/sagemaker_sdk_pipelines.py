"""The step graph by the SageMaker Python SDK: the golden definitions that ours must equal.

    uv run --python 3.11 --with sagemaker==2.257.7 packages/constructs/test/golden/sagemaker_sdk_pipelines.py

writes <case>.json for each case of cases.json beside this file (or into the folder that is named).
Version 2 is the last SDK with sagemaker.workflow's estimators and tuners. It asks no account: the
session below has made-up credentials and is never used for a request.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

os.environ.update(
    AWS_ACCESS_KEY_ID="none",
    AWS_SECRET_ACCESS_KEY="none",  # noqa: S105
    AWS_DEFAULT_REGION="eu-west-1",
    SAGEMAKER_SUPPRESS_V2_WARNING="1",
)

from sagemaker import MetricsSource, ModelMetrics, TrainingInput
from sagemaker.estimator import Estimator
from sagemaker.model import Model
from sagemaker.network import NetworkConfig
from sagemaker.processing import ProcessingInput, ProcessingOutput, Processor
from sagemaker.tuner import (
    CategoricalParameter,
    ContinuousParameter,
    HyperbandStrategyConfig,
    HyperparameterTuner,
    IntegerParameter,
    StrategyConfig,
)
from sagemaker.workflow import parameters
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import (
    ConditionEquals,
    ConditionGreaterThan,
    ConditionGreaterThanOrEqualTo,
    ConditionLessThan,
    ConditionLessThanOrEqualTo,
)
from sagemaker.workflow.execution_variables import ExecutionVariables
from sagemaker.workflow.fail_step import FailStep
from sagemaker.workflow.functions import Join, JsonGet
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.retry import (
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)
from sagemaker.workflow.steps import CacheConfig, ProcessingStep, TrainingStep, TuningStep

HERE = Path(__file__).parent
GRAPH = HERE / "../../../config/src/step-graph/training-steps.json"
DAY = 24 * 3600
CONDITIONS = {
    "Equals": ConditionEquals,
    "GreaterThan": ConditionGreaterThan,
    "GreaterThanOrEqualTo": ConditionGreaterThanOrEqualTo,
    "LessThan": ConditionLessThan,
    "LessThanOrEqualTo": ConditionLessThanOrEqualTo,
}
PARAMETERS = {
    "String": parameters.ParameterString,
    "Integer": parameters.ParameterInteger,
    "Float": parameters.ParameterFloat,
    "Boolean": parameters.ParameterBoolean,
}
ROLES = {
    "prepare": "prepare",
    "validate": "evaluate",
    "tune": "train",
    "train": "train",
    "optimise": "optimise",
    "evaluate": "evaluate",
}
execution = ExecutionVariables.PIPELINE_EXECUTION_ID


class Golden:
    """One model's pipeline by the SDK."""

    def __init__(self, graph: dict[str, Any], case: dict[str, Any]) -> None:
        self.graph, self.case = graph, case
        # Its telemetry would go out over the network.
        quiet = {"SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}}}
        self.session = PipelineSession(
            default_bucket="unused", sagemaker_config={"SchemaVersion": "1.0", **quiet}
        )
        self.parameters = {
            entry["name"]: PARAMETERS[entry["type"]](
                name=entry["name"],
                **({"default_value": entry["default"]} if "default" in entry else {}),
            )
            for entry in graph["parameters"]
        }
        self.made: dict[str, Any] = {}
        self.reports: dict[str, tuple[str, PropertyFile]] = {}
        self.written = {step["name"]: step for step in graph["steps"]}

    def definition(self) -> dict[str, Any]:
        steps = [step for step in self.graph["steps"] if self.there(step)]
        gate = next(step for step in steps if step["kind"] == "gate")
        behind = [step for step in steps if gate["name"] in step["after"]]
        top = []
        for step in steps:
            if step in behind:
                continue
            made = self.gate(step, behind) if step is gate else self.step(step)
            self.made[step["name"]] = made
            top.append(made)
        pipeline = Pipeline(
            name="unused",
            parameters=list(self.parameters.values()),
            steps=top,
            sagemaker_session=self.session,
        )
        return json.loads(pipeline.definition())

    def there(self, entry: dict[str, Any]) -> bool:
        return entry.get("when") in (None, *self.case["options"])

    def step(self, step: dict[str, Any]) -> Any:
        common: dict[str, Any] = {
            "name": step["name"],
            "depends_on": [name for name in step["after"] if name in self.made],
            "retry_policies": [self.retry(name) for name in step["retry"]],
        }
        if "cache" in step:
            common["cache_config"] = CacheConfig(enable_caching=True, expire_after=step["cache"])
        if step["kind"] == "train":
            return TrainingStep(step_args=self.estimator(step).fit(self.channels(step)), **common)
        if step["kind"] == "tune":
            return TuningStep(step_args=self.tuner(step).fit(self.channels(step)), **common)
        if step["kind"] == "register":
            return self.registration(step, common)
        if "report" in step:
            report = step["report"]
            file = PropertyFile(
                name=report["name"], output_name=report["output"], path=report["file"]
            )
            common["property_files"] = [file]
            self.reports[report["name"]] = (step["name"], file)
        return ProcessingStep(step_args=self.processing(step), **common)

    def retry(self, name: str) -> Any:
        policy = self.graph["retryPolicies"][name]
        settings = {
            "interval_seconds": policy["intervalSeconds"],
            "backoff_rate": policy["backoffRate"],
            "max_attempts": policy["maxAttempts"],
        }
        types = policy["exceptionTypes"]
        if all(kind.startswith("Step.") for kind in types):
            kinds = [entry for entry in StepExceptionTypeEnum if entry.value in types]
            return StepRetryPolicy(exception_types=kinds, **settings)
        kinds = [entry for entry in SageMakerJobExceptionTypeEnum if entry.value in types]
        return SageMakerJobStepRetryPolicy(exception_types=kinds, **settings)

    def source(self, given: dict[str, Any]) -> Any:
        """The S3 URI of an input."""
        case = self.case
        if "bucket" in given:
            prefix = f"s3://{case['dataBucket']}/{case['model']}/raw"
            return Join(on="/", values=[prefix, self.parameters["DataVersion"]])
        made, writer = self.made[given["step"]], self.written[given["step"]]
        if writer["kind"] == "train":
            return made.properties.ModelArtifacts.S3ModelArtifacts
        uri = made.properties.ProcessingOutputConfig.Outputs[given["output"]].S3Output.S3Uri
        return Join(on="/", values=[uri, "model.tar.gz"]) if given.get("artifact") else uri

    def target(self, output: dict[str, Any]) -> Any:
        """The S3 URI of an output."""
        case = self.case
        if output["path"].startswith("input/data/"):
            prefix = f"s3://{case['dataBucket']}/{case['model']}/prepared"
        elif output.get("artifact"):
            prefix = f"s3://{case['artifactBucket']}/training/{case['model']}"
        else:
            prefix = f"s3://{case['artifactBucket']}/evaluation/{case['model']}"
        return Join(on="/", values=[prefix, execution, output["name"]])

    def tags(self) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in self.case["tags"].items()]

    def role(self, step: dict[str, Any]) -> str:
        return self.case["roles"][ROLES[step["kind"]]]

    def processing(self, step: dict[str, Any]) -> Any:
        case = self.case
        inputs = [given for given in step["inputs"] if self.there(given)]
        arguments = ["--command", step["command"][0]]
        for flag, entries in (("input", inputs), ("output", step["outputs"])):
            for entry in entries:
                kind = f"--{flag}-artifact" if entry.get("artifact") else f"--{flag}"
                arguments += [kind, f"{entry['name']}={entry['path']}"]
        processor = Processor(
            image_uri=self.parameters["TrainingImage"],
            role=self.role(step),
            instance_count=1,
            instance_type="ml.m5.xlarge",
            volume_size_in_gb=30,
            volume_kms_key=case["keyArn"],
            output_kms_key=case["keyArn"],
            entrypoint=["python", "-m", "ml_runtime", "processing"],
            max_runtime_in_seconds=3600,
            sagemaker_session=self.session,
            tags=self.tags(),
            network_config=NetworkConfig(
                enable_network_isolation=True,
                encrypt_inter_container_traffic=True,
                security_group_ids=[case["securityGroupId"]],
                subnets=case["subnetIds"],
            ),
            env=(
                {"ML_RUNTIME_DATA_VERSION": self.parameters["DataVersion"]}
                if step["kind"] == "prepare"
                else None
            ),
        )
        return processor.run(
            arguments=arguments,
            inputs=[
                ProcessingInput(
                    input_name=given["name"],
                    source=self.source(given),
                    destination=f"/opt/ml/processing/input/{given['name']}",
                )
                for given in inputs
            ],
            outputs=[
                ProcessingOutput(
                    output_name=output["name"],
                    source=f"/opt/ml/processing/output/{output['name']}",
                    destination=self.target(output),
                )
                for output in step["outputs"]
            ],
        )

    def estimator(self, step: dict[str, Any], *, tuned: bool = True) -> Estimator:
        case = self.case
        training = case["training"]
        values: dict[str, Any] = {
            name: value
            for name, value in training.items()
            if name not in ("instanceType", "instances", "capacity")
        }
        search = next(
            (
                name
                for name in step["after"]
                if name in self.made and self.written[name]["kind"] == "tune"
            ),
            None,
        )
        if search and tuned:
            best = self.made[search].properties.BestTrainingJob.TunedHyperParameters
            values |= {name: best[name] for name in case["tuning"]["parameters"]}
        more: dict[str, Any] = {}
        if training["capacity"] == "spot":
            more = {"use_spot_instances": True, "max_wait": 2 * DAY}
        elif training["capacity"] == "warmPool" and tuned:
            more = {"keep_alive_period_in_seconds": 1800}
        if not training["instanceType"].startswith("ml.g5."):
            more["volume_kms_key"] = case["keyArn"]
        estimator = Estimator(
            image_uri=self.parameters["TrainingImage"],
            role=self.role(step),
            instance_count=training["instances"],
            instance_type=training["instanceType"],
            volume_size=30,
            output_path=f"s3://{case['artifactBucket']}/training/{case['model']}",
            output_kms_key=case["keyArn"],
            max_run=DAY,
            checkpoint_s3_uri=Join(
                on="/",
                values=[
                    f"s3://{case['artifactBucket']}/checkpoints/{case['model']}",
                    self.parameters["DataVersion"],
                    self.parameters["GitCommit"],
                ],
            ),
            checkpoint_local_path="/opt/ml/checkpoints",
            enable_network_isolation=True,
            encrypt_inter_container_traffic=True,
            subnets=case["subnetIds"],
            security_group_ids=[case["securityGroupId"]],
            sagemaker_session=self.session,
            tags=self.tags(),
            disable_profiler=True,
            debugger_hook_config=False,
            environment={
                "ML_RUNTIME_COMMIT": self.parameters["GitCommit"],
                "ML_RUNTIME_IMAGE": self.parameters["TrainingImage"],
            },
            **more,
        )
        estimator.set_hyperparameters(**values)
        return estimator

    def channels(self, step: dict[str, Any]) -> dict[str, TrainingInput]:
        return {
            given["name"]: TrainingInput(s3_data=self.source(given))
            for given in step["inputs"]
            if self.there(given)
        }

    def tuner(self, step: dict[str, Any]) -> HyperparameterTuner:
        tuning = self.case["tuning"]
        ranges: dict[str, Any] = {}
        for name, given in tuning["parameters"].items():
            if given["type"] == "Categorical":
                ranges[name] = CategoricalParameter(given["values"])
            else:
                kind = IntegerParameter if given["type"] == "Integer" else ContinuousParameter
                ranges[name] = kind(given["min"], given["max"], scaling_type=given["scaling"])
        metric = tuning["objective"]["metric"]
        hyperband = {}
        if tuning["strategy"] == "Hyperband":
            config = HyperbandStrategyConfig(max_resource=tuning["maxEpochs"], min_resource=1)
            hyperband["strategy_config"] = StrategyConfig(hyperband_strategy_config=config)
        return HyperparameterTuner(
            estimator=self.estimator(step, tuned=False),
            objective_metric_name=metric,
            objective_type=tuning["objective"]["type"],
            metric_definitions=[{"Name": metric, "Regex": f"{metric}=([0-9.e+-]+);"}],
            hyperparameter_ranges=ranges,
            strategy=tuning["strategy"],
            max_jobs=tuning["maxJobs"],
            max_parallel_jobs=tuning["maxParallelJobs"],
            early_stopping_type=tuning["earlyStopping"],
            random_seed=tuning["seed"],
            tags=self.tags(),
            **hyperband,
        )

    def gate(self, step: dict[str, Any], behind: list[dict[str, Any]]) -> ConditionStep:
        conditions = []
        for condition in step["conditions"]:
            writer, file = self.reports[condition["left"]["report"]]
            left = JsonGet(
                step_name=writer, property_file=file, json_path=condition["left"]["path"]
            )
            right = condition["right"]
            value = self.parameters[right["parameter"]] if "parameter" in right else right["value"]
            conditions.append(CONDITIONS[condition["operator"]](left=left, right=value))
        parts = re.split(r"\{(\w+)\}", step["otherwise"]["message"])
        message = Join(
            on="",
            values=[
                self.parameters[part] if index % 2 else part for index, part in enumerate(parts)
            ],
        )
        return ConditionStep(
            name=step["name"],
            depends_on=step["after"],
            conditions=conditions,
            if_steps=[self.step(inner) for inner in behind],
            else_steps=[FailStep(name=step["otherwise"]["name"], error_message=message)],
        )

    def registration(self, step: dict[str, Any], common: dict[str, Any]) -> Any:
        given = {entry["name"]: entry for entry in step["inputs"]}
        report = self.written[given["evaluation"]["step"]]["report"]["file"]
        statistics = Join(on="/", values=[self.source(given["evaluation"]), report])
        model = Model(
            image_uri=self.parameters["InferenceImage"],
            model_data=self.source(given["model"]),
            sagemaker_session=self.session,
        )
        arguments = model.register(
            content_types=["application/json", "text/csv"],
            response_types=["application/json", "text/csv"],
            inference_instances=self.case["endpointInstanceTypes"],
            model_package_group_name=self.case["groupName"],
            approval_status=step["approval"],
            customer_metadata_properties={
                "GitCommit": self.parameters["GitCommit"],
                "DataVersion": self.parameters["DataVersion"],
                "PipelineExecution": execution,
            },
            model_metrics=ModelMetrics(
                model_statistics=MetricsSource(content_type="application/json", s3_uri=statistics)
            ),
        )
        del common["depends_on"]
        # The SDK appends the kind to the name of what it registers.
        return ModelStep(step_args=arguments, **common)


def main(folder: Path) -> None:
    graph = json.loads(GRAPH.read_text("utf-8"))
    cases = json.loads((HERE / "cases.json").read_text("utf-8"))
    for name, case in cases.items():
        whole = {**cases.get(case.get("extends"), {}), **case}
        text = json.dumps(Golden(graph, whole).definition(), indent=2) + "\n"
        (folder / f"{name}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
