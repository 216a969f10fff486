"""Bodies made from our own OpenAPI document, right and wrong ones: none gets a 5xx."""

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ml_runtime.serving.application import Application
from ml_runtime.serving.in_process import ask

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

EXAMPLES = 20_000 if os.environ.get("WA_ML_DEEP") == "1" else 300
JSON = "application/json"


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_bodies_by_the_document_get_an_answer_or_a_reason(
    application: Application, mode: str
) -> None:
    document = json.loads(ask(application, "GET", "/openapi.json").body)
    content = document["paths"]["/invocations"]["post"]["requestBody"]["content"]
    # The other formats are no JSON: schemathesis knows no way to write them.
    for media_type in [name for name in content if name != JSON]:
        del content[media_type]
    operation = schemathesis.openapi.from_dict(document)["/invocations"]["POST"]
    generation = schemathesis.GenerationMode(mode)
    seen: set[int] = set()

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=generation))
    def send(case: Any) -> None:
        body = json.dumps(case.body, default=str).encode()
        answer = ask(application, "POST", "/invocations", {"content-type": JSON}, body)
        assert answer.status == 200 or 400 <= answer.status < 500, (answer, body)
        if answer.status != 200:
            assert json.loads(answer.body)["error"]["reason"]
        seen.add(answer.status)

    send()
    assert seen <= {200, 400, 413, 422}
    if mode == "positive":
        assert 200 in seen, "nothing that the document allows is taken"
