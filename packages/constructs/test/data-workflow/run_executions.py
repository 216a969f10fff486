"""Runs executions of a state machine in moto's interpreter, and says what they did.

stdin: {"definition": ..., "cases": {name: {"event", "objects": {key: content}, "answers": {call: [...]}}}}
stdout: {name: {"status", "error", "cause", "states", "calls", "told", "kept", "metrics"}}

S3, SNS, SQS and CloudWatch are moto's own. It has no Glue jobs that end and no SageMaker pipelines:
their calls get the answers of the case, one after the other and the last one for ever. Requests and
answers are held against the API model of botocore, so that neither can have a shape that AWS has not.
"""

import json
import sys
import time
from typing import Any

import boto3
import botocore.client
from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk as sdk_task,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_glue import (  # noqa: E501
    StateTaskServiceGlue,
)
from moto.stepfunctions.parser.asl.utils import json_path

# A filter that finds nothing gives an empty list, as a slice does; moto raises.
is_indefinite = json_path._contains_slice_or_wildcard_array
json_path._contains_slice_or_wildcard_array = lambda path: is_indefinite(path) or "[?" in path
# In AWS's own spelling; moto knows it of two other services.
sdk_task._SERVICE_ERROR_NAMES.update({"glue": "Glue", "sagemaker": "SageMaker"})


def wait_for_job(self: Any, env: Any, **told: Any) -> None:
    """Ask moto's own resolver until the job has ended.

    moto 5.2.5 ends every `.sync` task without a task token with an AttributeError of None.
    """
    resolve = self._build_sync_resolver(env=env, **told)
    while (outcome := resolve()) is None:
        time.sleep(0.05)
    env.stack.append(outcome)


StateTaskServiceGlue._eval_integration_pattern = wait_for_job
# Retries wait as they are told to; here nobody waits with them.
sleep = time.sleep
time.sleep = lambda seconds: sleep(min(seconds, 0.05))
ANSWERED = ("glue", "sagemaker")
REGION, ACCOUNT, BUCKET = "eu-west-1", "123456789012", "data-bucket"
make_api_call = botocore.client.BaseClient._make_api_call


class Answers:
    """What Glue and SageMaker answer, and what they were asked."""

    def __init__(self, answers: dict[str, list[Any]]) -> None:
        self.answers, self.calls = answers, []

    def __call__(self, client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        service = client.meta.service_model.service_name
        if service not in ANSWERED:
            response = make_api_call(client, operation, parameters)
            if operation == "GetObject":  # Step Functions gives the text, moto a stream
                response["Body"] = response["Body"].read().decode()
            return response
        model = client.meta.service_model.operation_model(operation)
        self.hold(parameters, model.input_shape, operation)
        name = f"{service}:{operation}"
        self.calls.append({"call": name, **parameters})
        left = self.answers[name]
        answer = left.pop(0) if len(left) > 1 else left[0]
        if "Error" in answer:
            error = {"Error": {"Code": answer["Error"], "Message": "as the case says"}}
            response = {
                **error,
                "ResponseMetadata": {"HTTPStatusCode": 400, "RequestId": "1"},
            }
            raise client.exceptions.from_code(answer["Error"])(response, operation)
        self.hold(answer, model.output_shape, operation)
        return json.loads(json.dumps(answer))

    @staticmethod
    def hold(value: Any, shape: Any, operation: str) -> None:
        found = ParamValidator().validate(value, shape)
        unknown = [key for key in value if key not in shape.members]
        if found.has_errors() or unknown:
            raise ParamValidationError(
                report=f"{operation}: {found.generate_report()} {unknown}"
            )


def run(definition: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        clients = {
            name: boto3.client(name, region_name=REGION)
            for name in ("s3", "sns", "sqs", "cloudwatch", "stepfunctions")
        }
        s3, sns, sqs = clients["s3"], clients["sns"], clients["sqs"]
        location = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        for key, content in case["objects"].items():
            s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(content))
        topic = sns.create_topic(Name="alarms")["TopicArn"]
        queues = {}
        for name in ("dead-letters", "mail"):
            queues[name] = sqs.create_queue(QueueName=name)["QueueUrl"]
        mail = f"arn:aws:sqs:{REGION}:{ACCOUNT}:mail"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=mail)
        text = json.dumps(definition).replace("<topic>", topic)
        text = text.replace("<queue>", queues["dead-letters"])
        if case.get("withoutTopic"):
            sns.delete_topic(TopicArn=topic)
        answers = Answers(case["answers"])
        botocore.client.BaseClient._make_api_call = lambda *told: answers(*told)
        try:
            ended, history = execute(clients["stepfunctions"], text, case["event"])
        finally:
            botocore.client.BaseClient._make_api_call = make_api_call
        entered = [
            event["stateEnteredEventDetails"]["name"]
            for event in history
            if "stateEnteredEventDetails" in event
        ]
        metrics = clients["cloudwatch"].list_metrics()["Metrics"]
        return {
            "status": ended["status"],
            "error": ended.get("error"),
            "cause": ended.get("cause"),
            "states": entered,
            "calls": answers.calls,
            "told": [
                json.loads(body)["Message"] for body in messages(sqs, queues["mail"])
            ],
            "kept": [
                json.loads(body) for body in messages(sqs, queues["dead-letters"])
            ],
            "metrics": sorted(
                f"{one['Namespace']}/{one['MetricName']}"
                for one in metrics
                if one["Namespace"] != "AWS/S3"  # of moto's buckets, once a day
            ),
        }


def execute(states: Any, definition: str, event: Any) -> tuple[Any, Any]:
    role = f"arn:aws:iam::{ACCOUNT}:role/workflow"
    machine = states.create_state_machine(name="m", definition=definition, roleArn=role)
    execution = states.start_execution(
        stateMachineArn=machine["stateMachineArn"], input=json.dumps(event)
    )["executionArn"]
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        ended = states.describe_execution(executionArn=execution)
        if ended["status"] != "RUNNING":
            break
        time.sleep(0.05)
    return ended, states.get_execution_history(executionArn=execution)["events"]


def messages(sqs: Any, queue: str) -> list[str]:
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [message["Body"] for message in received.get("Messages", [])]


def main() -> None:
    told = json.load(sys.stdin)
    results = {
        name: run(told["definition"], case) for name, case in told["cases"].items()
    }
    json.dump(results, sys.stdout, default=str)


main()
