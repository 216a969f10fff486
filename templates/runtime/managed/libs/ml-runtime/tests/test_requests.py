"""What the server answers to good and to bad requests, without a socket."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import needs_network

from ml_runtime.data.channels import read_channel
from ml_runtime.inference import load_exported_model
from ml_runtime.layout import read_layout
from ml_runtime.schema import Schema
from ml_runtime.serving.application import Application
from ml_runtime.serving.in_process import Answer, ask
from ml_runtime.serving.settings import ServingSettings
from ml_runtime.tables import Columns, row_count

JSON, CSV = {"content-type": "application/json"}, {"content-type": "text/csv"}


def invoke(application: Application, body: object, headers: dict[str, str] = JSON) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(application, "POST", "/invocations", headers, content)


def error(answer: Answer) -> Any:
    assert 400 <= answer.status < 500, answer
    content = json.loads(answer.body)["error"]
    assert content["reason"]
    return content


def objects(table: Columns, schema: Schema) -> list[dict[str, Any]]:
    """The rows of a channel as a client sends them, null where a value is missing."""
    rows = []
    for row in range(row_count(table)):
        values = {name: table[name][row] for name in schema.input_names}
        rows.append({name: None if v is None or v != v else v for name, v in values.items()})
    return rows


@pytest.fixture(scope="module")
def rows(wine: Path, application: Application) -> list[dict[str, Any]]:
    schema = application.model.schema
    return objects(read_channel(read_layout(wine, {}), "test", schema), schema)


def test_ping_is_ready(application: Application) -> None:
    assert ask(application, "GET", "/ping").status == 200


def test_every_form_of_the_same_rows_gets_the_same_answer(
    wine: Path, application: Application, rows: list[dict[str, Any]]
) -> None:
    model = application.model
    names = model.schema.input_names
    table = read_channel(read_layout(wine, {}), "test", model.schema)
    expected = model.answers(table)
    lists = [[row[name] for name in names] for row in rows]
    text = "\n".join(",".join("" if v is None else str(v) for v in row) for row in lists).encode()
    header = ",".join(names).encode() + b"\r\n"
    for body, headers in (
        ({"instances": lists}, JSON),
        ({"instances": rows}, JSON),
        ({"inputs": lists}, JSON),
        ({"inputs": {name: [row[name] for row in rows] for name in names}}, JSON),
        (text, CSV),
        (header + text, {"content-type": "Text/CSV; charset=UTF-8"}),
        (b"\xef\xbb\xbf" + header + text, CSV),
    ):
        answer = invoke(application, body, headers)
        assert answer.status == 200, answer
        predictions = json.loads(answer.body)["predictions"]
        found = [list(entry["probabilities"].values()) for entry in predictions]
        np.testing.assert_allclose(found, expected, atol=1e-6)
        labels = [entry["label"] for entry in predictions]
        assert labels == [model.schema.classes[index] for index in expected.argmax(axis=1)]


def test_csv_answers_are_a_label_and_a_share_for_each_class(
    application: Application, rows: list[dict[str, Any]]
) -> None:
    answer = invoke(application, {"instances": rows[:2]}, JSON | {"accept": "text/csv, */*;q=0.1"})
    assert answer.headers["content-type"] == "text/csv"
    cells = [line.split(",") for line in answer.body.decode().splitlines()]
    assert [len(line) for line in cells] == [4, 4]
    assert cells[0][0] in application.model.schema.classes


def test_missing_values_and_unknown_categories_follow_the_schema(
    application: Application, rows: list[dict[str, Any]]
) -> None:
    changed = rows[0] | {"alcohol": None, "level": "never seen"}
    assert invoke(application, {"instances": [changed]}).status == 200
    del changed["alcohol"]
    assert invoke(application, {"instances": [changed]}).status == 200
    content = error(invoke(application, {"instances": [changed | {"ash": None}]}))
    assert content["problems"][0]["column"] == "ash"


def test_every_problem_of_a_body_is_reported_with_its_row(
    application: Application, rows: list[dict[str, Any]]
) -> None:
    bad: list[Any] = [
        rows[0],
        rows[1] | {"ash": "2.1", "hue": True},
        rows[2] | {"ahs": 1},
        7,
        [1, 2],
        rows[3] | {"level": 4, "ash": 1e300},
    ]
    answer = invoke(application, {"instances": bad})
    content = error(answer)
    assert answer.status == 422
    places = [(entry["row"], entry.get("column")) for entry in content["problems"]]
    assert sorted(places, key=str) == sorted(
        [(2, "ash"), (2, "hue"), (3, "ahs"), (4, None), (5, None), (6, "level"), (6, "ash")],
        key=str,
    )
    assert 'did you mean "ash"' in json.dumps(content).replace('\\"', '"')


def test_the_list_of_problems_is_capped_and_all_are_counted(application: Application) -> None:
    content = error(invoke(application, {"instances": [[1]] * 500}))
    assert (len(content["problems"]), content["problemCount"]) == (50, 500)


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"", JSON, 400, "body_empty"),
        (b" \n ", CSV, 400, "body_empty"),
        (b"{", JSON, 400, "body_not_json"),
        (b'{"instances": [[NaN]]}', JSON, 400, "body_not_json"),
        (b'{"instances": [[Infinity]]}', JSON, 400, "body_not_json"),
        (b'{"instances": [["\xff"]]}', JSON, 400, "body_not_utf8"),
        ("é".encode("latin-1"), CSV, 400, "body_not_utf8"),
        (b"[[1]]", JSON, 422, "rows_refused"),
        (b"7", JSON, 400, "body_shape"),
        (b"[]", JSON, 400, "body_shape"),
        (b'{"instances": []}', JSON, 400, "body_shape"),
        (b'{"instance": [[1]]}', JSON, 400, "body_shape"),
        (b'{"instances": [[1]], "inputs": [[1]]}', JSON, 400, "body_shape"),
        (b'{"instances": {"ash": [1]}}', JSON, 400, "body_shape"),
        (b'{"inputs": {"ash": 1}}', JSON, 422, "rows_refused"),
        (b'{"inputs": {"ash": [1], "hue": [1, 2]}}', JSON, 422, "rows_refused"),
        (b'{"inputs": {}}', JSON, 422, "rows_refused"),
        (b"[" * 100_000, JSON, 400, "body_not_json"),
        (b"1,2,inf", CSV, 422, "rows_refused"),
        (b"ash,ash\n1,2", CSV, 422, "rows_refused"),
        (b"ash,hue\n", CSV, 422, "rows_refused"),
        (b'"a\x00', CSV, 422, "rows_refused"),
        (b"x" * 140_000, CSV, 413, "body_too_large"),
        (b"{}", {}, 415, "content_type_unknown"),
        (b"{}", {"content-type": "image/png"}, 415, "content_type_unknown"),
        (b"{}", {"content-type": "application/x-npy"}, 400, "body_not_npy"),
        (b"{}", {"content-type": "application/json; charset=utf-16"}, 415, "charset_unknown"),
        (b"{}", JSON | {"accept": "text/html"}, 406, "accept_unknown"),
    ],
)
def test_a_bad_request_gets_its_status_and_code(
    application: Application, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = invoke(application, body, headers)
    assert (answer.status, error(answer)["code"]) == (status, code)


def test_a_cell_larger_than_the_csv_reader_takes_is_refused(wine: Path) -> None:
    application = Application(
        load_exported_model(wine / "model"),
        ServingSettings(body_bytes=6_000_000, stream_bytes=6_000_000),
    )
    content = error(invoke(application, b"x" * 1_000_000, CSV))
    assert content["code"] == "body_not_csv"


@needs_network
def test_answers_that_are_no_numbers_are_refused(
    application: Application, rows: list[dict[str, Any]]
) -> None:
    absurd = {n: 3.4e38 if isinstance(v, float) else v for n, v in rows[0].items()}
    answer = invoke(application, {"instances": [rows[1], absurd]})
    assert error(answer)["problems"][0]["row"] == 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/ping", 405), ("GET", "/invocations", 405), ("GET", "/", 404), ("PUT", "/x", 404)],
)
def test_unknown_paths_and_methods(
    application: Application, method: str, path: str, status: int
) -> None:
    answer = ask(application, method, path)
    assert answer.status == status
    error(answer)
    assert ("allow" in answer.headers) == (status == 405)
