"""Models whose input is an image or a text: every form of a body, the same answers and refusals."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from ml_runtime.inference import load_exported_model
from ml_runtime.schema import Column, Schema
from ml_runtime.serving.application import Application
from ml_runtime.serving.in_process import Answer, ask
from ml_runtime.serving.media_types import CSV, JSON, JSON_LINES, NPY
from ml_runtime.serving.openapi import openapi_document
from ml_runtime.serving.settings import ServingSettings

IMAGE = Column("image", "tensor", dtype="uint8", shape=(2, 3), range=(0.0, 16.0))
WORD = Column("word", "string", max_length=8)
FEATURES = {
    "image": "return columns['image'].reshape(len(columns['image']), 6).astype(np.float32)",
    "word": "return np.array([[len(word), *[0] * 5] for word in columns['word']], np.float32)",
}


def write(folder: Path, column: Column) -> Application:
    """A regression: the sum of the pixels, or the length of the word."""
    (folder / "code").mkdir(parents=True)
    body = FEATURES[column.name]
    (folder / "code/features.py").write_text(
        f"import numpy as np\ndef describe(inputs): return []\n"
        f"def compute(columns, inputs):\n    {body}\n"
    )
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["features", "w"], ["answers"])],
        "sum",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["rows", 6])],
        [helper.make_tensor_value_info("answers", TensorProto.FLOAT, ["rows", 1])],
        [numpy_helper.from_array(np.ones((6, 1), np.float32), "w")],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / "model.onnx")
    Schema("regression", "y", (), (column,)).write(folder / "schema.json")
    application = Application(load_exported_model(folder))
    application.warm_up()
    return application


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Application:
    return write(tmp_path_factory.mktemp("image") / "model", IMAGE)


@pytest.fixture(scope="module")
def word(tmp_path_factory: pytest.TempPathFactory) -> Application:
    return write(tmp_path_factory.mktemp("word") / "model", WORD)


def invoke(application: Application, body: Any, sent: str = JSON, query: str = "") -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": sent, "accept": JSON, "content-length": str(len(content))}
    return ask(application, "POST", "/invocations" + query, headers, content)


def npy(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def test_every_form_of_an_image_gets_the_same_answer(image: Application) -> None:
    one, two = [[1, 2, 3], [4, 5, 6]], [[0, 0, 0], [0, 0, 16]]
    names = ",".join(f"image_{index}" for index in range(6))
    text = b"1,2,3,4,5,6\n0,0,0,0,0,16\n"
    for body, sent in (
        ({"instances": [one, two]}, JSON),
        ({"instances": [{"image": one}, {"image": two}]}, JSON),
        ({"inputs": [one, two]}, JSON),
        ({"inputs": {"image": [one, two]}}, JSON),
        (json.dumps(one).encode() + b"\n" + json.dumps(two).encode(), JSON_LINES),
        (text, CSV),
        (names.encode() + b"\n" + text, CSV),
        (npy(np.array([one, two])), NPY),
        (npy(np.array([one, two], dtype=np.float32)), NPY),
    ):
        answer = invoke(image, body, sent)
        assert answer.status == 200, (body, answer)
        content = json.loads(answer.body)
        assert [entry["value"] for entry in content["predictions"]] == [21, 16], body
        assert "warnings" not in content


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({"instances": [[[1, 2], [3, 4]]]}, JSON),
        ({"instances": [[[1, 2, 3], [4, 5]]]}, JSON),
        ({"instances": [[[1, 2, 3], [4, 5, 256]]]}, JSON),
        ({"instances": [[[1, 2, 3], [4, 5, 0.5]]]}, JSON),
        ({"instances": [[[1, 2, 3], [4, 5, None]]]}, JSON),
        ({"instances": [[[1, 2, 3], [4, 5, "6"]]]}, JSON),
        ({"instances": [[[True, False, True], [True, False, True]]]}, JSON),
        ({"instances": [None]}, JSON),
        (b"1,2,3,4,5", CSV),
        (b"1,2,3,4,5,x", CSV),
        (b"image_0,image_1\n1,2", CSV),
        (npy(np.full((1, 2, 3), np.nan)), NPY),
        (npy(np.zeros((1, 3, 2))), NPY),
    ],
)
def test_what_is_no_such_image_is_refused(image: Application, body: Any, sent: str) -> None:
    answer = invoke(image, body, sent)
    assert answer.status == 422, answer
    assert json.loads(answer.body)["error"]["problems"][0]["reason"]


def test_an_unusual_pixel_is_warned_of(image: Application) -> None:
    answer = invoke(image, {"instances": [[[1, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, 99, 6]]]})
    (warning,) = json.loads(answer.body)["warnings"]
    assert warning["row"] == 2
    assert warning["reason"].startswith("99 ")


def test_every_form_of_a_text_gets_the_same_answer(word: Application) -> None:
    for body, sent in (
        ({"instances": ["maison", "na"]}, JSON),
        ({"instances": [["maison"], ["na"]]}, JSON),
        ({"instances": [{"word": "maison"}, {"word": "na"}]}, JSON),
        ({"inputs": {"word": ["maison", "na"]}}, JSON),
        (b'"maison"\n"na"\n', JSON_LINES),
        (b'maison\n"na"\n', CSV),
        (b"word\nmaison\nna\n", CSV),
    ):
        answer = invoke(word, body, sent)
        assert answer.status == 200, (body, answer)
        values = [entry["value"] for entry in json.loads(answer.body)["predictions"]]
        assert values == [6, 2], body


@pytest.mark.parametrize("text", ["", "123456789", 7, None])
def test_what_is_no_such_text_is_refused(word: Application, text: Any) -> None:
    assert invoke(word, {"instances": [text]}).status == 422


def test_a_whole_image_or_text_is_not_explained(image: Application, word: Application) -> None:
    for application, row in ((image, [[0, 0, 0], [0, 0, 0]]), (word, "maison")):
        answer = invoke(application, {"instances": [row]}, query="?explain=true")
        assert answer.status == 422
        assert "one input" in json.loads(answer.body)["error"]["reason"]


def test_the_document_says_what_an_image_is() -> None:
    schema = Schema("regression", "y", (), (IMAGE,))
    document = openapi_document(schema, ServingSettings())
    tensor = document["components"]["schemas"]["Row"]["oneOf"][0]
    assert (tensor["maxItems"], tensor["items"]["maxItems"]) == (2, 3)
    assert tensor["items"]["items"] == {"type": "integer", "minimum": 0, "maximum": 255}
