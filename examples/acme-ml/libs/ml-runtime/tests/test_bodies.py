"""JSON lines, NPY, and bodies of other containers: the same rows, the same answers."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from linear_model import random_rows, write_linear_model

from ml_runtime.inference import load_exported_model
from ml_runtime.serving.application import Application
from ml_runtime.serving.bodies import MOST_LEFT
from ml_runtime.serving.in_process import Answer, ask
from ml_runtime.serving.media_types import CSV, JSON, JSON_LINES, NPY
from ml_runtime.serving.settings import OutOfRange, ServingSettings


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_linear_model(tmp_path_factory.mktemp("linear") / "model")


@pytest.fixture(scope="module")
def numeric(folder: Path) -> Application:
    """A model whose inputs are all numbers."""
    return Application(load_exported_model(folder))


@pytest.fixture
def rows() -> np.ndarray[Any, Any]:
    return random_rows(9)


def invoke(
    application: Application, body: bytes, sent: str = JSON, accept: str = "", path: str = ""
) -> Answer:
    headers = {"content-type": sent, "content-length": str(len(body)), "accept": accept}
    return ask(application, "POST", "/invocations" + path, headers, body)


def npy(array: np.ndarray[Any, Any]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def values(answer: Answer) -> list[float]:
    assert answer.status == 200, answer
    return [entry["value"] for entry in json.loads(answer.body)["predictions"]]


def test_every_media_type_gives_the_answers_of_the_model(
    numeric: Application, rows: np.ndarray[Any, Any]
) -> None:
    names = numeric.model.schema.input_names
    expected = numeric.model.answers(dict(zip(names, rows.T, strict=True)))[:, 0]
    lists = rows.tolist()
    objects = [dict(zip(names, row, strict=True)) for row in lists]
    for body, sent in (
        (json.dumps({"instances": lists}).encode(), JSON),
        (json.dumps(lists).encode(), JSON),
        (json.dumps({"predictions": lists}).encode(), JSON),
        ("\n".join(json.dumps(row) for row in lists).encode(), JSON_LINES),
        ("\r\n".join(json.dumps(row) for row in objects).encode() + b"\n\n", JSON_LINES),
        ("\n".join(",".join(map(repr, row)) for row in lists).encode(), CSV),
        (npy(rows), NPY),
        (npy(np.asfortranarray(rows)), NPY),
        (npy(rows.astype(">f8")), NPY),
    ):
        found = values(invoke(numeric, body, sent, JSON))
        np.testing.assert_allclose(found, expected, rtol=1e-6, err_msg=f"{sent} {body[:80]!r}")


def test_answers_are_the_same_in_every_media_type(
    numeric: Application, rows: np.ndarray[Any, Any]
) -> None:
    body = npy(rows)
    expected = values(invoke(numeric, body, NPY, JSON))
    lines = invoke(numeric, body, NPY, JSON_LINES).body.splitlines()
    assert [json.loads(line)["value"] for line in lines] == expected
    array = np.load(io.BytesIO(invoke(numeric, body, NPY, NPY).body), allow_pickle=False)
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array[:, 0], np.array(expected, dtype=np.float32))
    cells = invoke(numeric, body, NPY, CSV).body.decode().split()
    np.testing.assert_array_equal(np.array(cells, dtype=np.float64), expected)


@pytest.mark.parametrize(
    ("body", "sent", "status"),
    [
        (b"\x93NUMPY\x01\x00", NPY, 400),
        (npy(np.zeros((2, 5)))[:-1], NPY, 400),
        (npy(np.zeros((0, 5))), NPY, 400),
        (npy(np.zeros((2, 6))), NPY, 422),
        (npy(np.zeros((2, 2, 5))), NPY, 422),
        (npy(np.full((1, 5), np.inf)), NPY, 422),
        (npy(np.zeros(5, dtype="U3")), NPY, 400),
        (npy(np.zeros(1, dtype=[("a", "f4")])), NPY, 400),
        (npy(np.zeros((1, 5), dtype=complex)), NPY, 400),
        (b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'shape': (999999999, 99999999), ", NPY, 400),
        (b"\x80\x04\x95", NPY, 400),
        (b"[1\n{", JSON_LINES, 422),
        (b"\n \n", JSON_LINES, 400),
        (b"7", JSON_LINES, 422),
        (b'"abc"', JSON_LINES, 422),
    ],
)
def test_malformed_bodies_are_refused(
    numeric: Application, body: bytes, sent: str, status: int
) -> None:
    answer = invoke(numeric, body, sent)
    assert answer.status == status, answer
    assert json.loads(answer.body)["error"]["reason"]


def test_an_object_array_is_never_unpickled(numeric: Application) -> None:
    stream = io.BytesIO()
    np.save(stream, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    assert invoke(numeric, stream.getvalue(), NPY).status == 400


def test_the_short_way_refuses_what_the_long_way_refuses(
    numeric: Application, rows: np.ndarray[Any, Any]
) -> None:
    good = rows[0].tolist()
    cells: list[Any] = [True, "1.5", [1.0], {}, 1e300, None]
    for bad in cells:
        for place in (0, len(good) - 1):
            row = [*good[:place], bad, *good[place + 1 :]]
            answer = invoke(numeric, json.dumps({"instances": [good, row, good]}).encode())
            assert answer.status == 422, (bad, answer)
            assert json.loads(answer.body)["error"]["problems"][0]["row"] == 2
    short = invoke(numeric, json.dumps({"instances": [good, good[:-1]]}).encode())
    assert json.loads(short.body)["error"]["problems"][0]["row"] == 2
    # So long that it is an array before it waits for its batch.
    many = [good] * (MOST_LEFT // len(good) + 1)
    assert len(values(invoke(numeric, json.dumps({"instances": many}).encode()))) == len(many)
    for last in ([*good[:-1], "1.5"], [*good[:-1], 1e300], good[:-1]):
        answer = invoke(numeric, json.dumps({"instances": [*many, last]}).encode())
        problems = json.loads(answer.body)["error"]["problems"]
        assert [problem["row"] for problem in problems] == [len(many) + 1], (last, problems)


@pytest.mark.parametrize(
    ("policy", "status", "warned"), [("accept", 200, 0), ("warn", 200, 2), ("refuse", 422, 0)]
)
@pytest.mark.parametrize("size", [3, MOST_LEFT])
def test_values_outside_the_range_of_training_follow_the_policy(
    folder: Path, size: int, policy: OutOfRange, status: int, warned: int
) -> None:
    settings = ServingSettings(out_of_range=policy)
    application = Application(load_exported_model(folder), settings)
    table = random_rows(size)
    table[1, 0], table[2, 3] = 1e4, -1e4
    answer = invoke(application, json.dumps({"instances": table.tolist()}).encode())
    assert answer.status == status, answer
    content = json.loads(answer.body)
    assert len(content.get("warnings", [])) == warned
    listed = content["warnings"] if warned else content.get("error", {}).get("problems", [])
    assert [(entry["row"]) for entry in listed] == ([2, 3] if policy != "accept" else [])
    assert answer.headers.get("x-ml-out-of-range") == ("2" if warned else None)


def test_too_many_rows_are_refused(folder: Path, rows: np.ndarray[Any, Any]) -> None:
    application = Application(load_exported_model(folder), ServingSettings(rows=5))
    for body, sent in (
        (json.dumps({"instances": rows.tolist()}).encode(), JSON),
        (json.dumps({"inputs": {"x0": [1] * 6}}).encode(), JSON),
        (npy(rows), NPY),
        ("\n".join(json.dumps(row) for row in rows.tolist()).encode(), JSON_LINES),
        ("\n".join(",".join(map(repr, row)) for row in rows.tolist()).encode(), CSV),
    ):
        assert invoke(application, body, sent).status == 413, sent


def test_custom_attributes_and_request_ids_are_passed_on(
    numeric: Application, rows: np.ndarray[Any, Any]
) -> None:
    body = json.dumps({"instances": rows.tolist()}).encode()
    named = {"x-amzn-sagemaker-custom-attributes": "tenant=7", "x-amzn-requestid": "abc-1"}
    headers = {"content-type": JSON, "content-length": str(len(body))}
    answer = ask(numeric, "POST", "/invocations", headers | named, body)
    assert named.items() <= answer.headers.items()
    bad = ask(numeric, "POST", "/invocations", headers | {"x-amzn-requestid": "é\n"}, body)
    assert bad.status == 400


def test_batch_transform_is_told_how_to_call(numeric: Application) -> None:
    told = json.loads(ask(numeric, "GET", "/execution-parameters").body)
    assert told["BatchStrategy"] == "MULTI_RECORD"
    assert told["MaxConcurrentTransforms"] * told["MaxPayloadInMB"] <= 100
