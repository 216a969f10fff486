"""Whatever the body is, the answer is 200 or a 4xx with a reason."""

import json
import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml_runtime.serving.application import Application
from ml_runtime.serving.in_process import ask

# Bodies of each of the three tests: with WA_ML_DEEP=1 more than 100,000 altogether.
EXAMPLES = 34_000 if os.environ.get("WA_ML_DEEP") == "1" else 2500

HOSTILE = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = st.sampled_from(["ash", "alcohol", "level", "hue", "instances", "", "x\x00"])
VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
)
JSONS = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=16)
        | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=40,
)
ROW = st.lists(st.floats(-1e38, 1e38) | VALUES, min_size=14, max_size=14)
BODIES = st.fixed_dictionaries({}, optional={"instances": JSONS, "inputs": JSONS}) | st.builds(
    lambda key, rows: {key: rows},
    st.sampled_from(["instances", "inputs"]),
    st.lists(ROW, min_size=1, max_size=3),
)


def check(application: Application, body: bytes, content_type: str, accept: str = "*/*") -> None:
    headers = {"content-type": content_type, "accept": accept}
    answer = ask(application, "POST", "/invocations", headers, body)
    assert answer.status == 200 or 400 <= answer.status < 500, answer
    if answer.status == 200 and accept == "*/*":
        assert json.loads(answer.body)["predictions"]
    elif answer.status != 200:
        assert json.loads(answer.body)["error"]["reason"]


@HOSTILE
@given(body=BODIES)
def test_any_json_body(application: Application, body: Any) -> None:
    check(application, json.dumps(body).encode(), "application/json")


@HOSTILE
@given(body=st.binary(max_size=200), content_type=st.sampled_from(["application/json", "text/csv"]))
def test_any_bytes(application: Application, body: bytes, content_type: str) -> None:
    check(application, body, content_type)


@HOSTILE
@given(
    lines=st.lists(
        st.lists(
            st.sampled_from(["1", "", "NaN", "inf", "1e400", '"', "low", "ash", "level", "٣", "\r"])
            | st.text(max_size=4),
            max_size=16,
        ),
        max_size=4,
    ),
    accept=st.sampled_from(["*/*", "text/csv", "x"]),
)
def test_any_csv(application: Application, lines: list[list[str]], accept: str) -> None:
    body = "\n".join(",".join(line) for line in lines).encode("utf-8", "surrogatepass")
    check(application, body, "text/csv", accept)
