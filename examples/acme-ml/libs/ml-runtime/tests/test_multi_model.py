"""SageMaker's multi-model contract: load, list, get, unload, invoke, and bounded memory."""

import json
from pathlib import Path
from typing import Any

import pytest
from linear_model import CLASSES, random_rows, write_linear_model

from ml_runtime.serving.in_process import Answer, ask
from ml_runtime.serving.multi_model import MultiModelApplication
from ml_runtime.serving.settings import MEGABYTE, ServingSettings

ROWS = json.dumps({"instances": random_rows(2).tolist()}).encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    for name in ("a", "b", "c"):
        write_linear_model(root / name)
    write_linear_model(root / "labels", CLASSES)
    return root


@pytest.fixture
def application() -> MultiModelApplication:
    return MultiModelApplication(ServingSettings(multi_model=True))


def call(application: MultiModelApplication, method: str, path: str, body: Any = b"") -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json", "content-length": str(len(content))}
    return ask(application, method, path, headers, content)


def load(application: MultiModelApplication, name: str, folder: Path) -> Answer:
    return call(application, "POST", "/models", {"model_name": name, "url": str(folder)})


def test_models_are_loaded_listed_invoked_and_unloaded(
    application: MultiModelApplication, folder: Path
) -> None:
    assert call(application, "GET", "/ping").status == 200
    assert json.loads(call(application, "GET", "/models").body) == {"models": []}
    assert load(application, "a", folder / "a").status == 200
    assert load(application, "x/y", folder / "labels").status == 200
    listed = json.loads(call(application, "GET", "/models").body)["models"]
    assert listed[0] == {"modelName": "a", "modelUrl": str(folder / "a")}
    assert json.loads(call(application, "GET", "/models/x%2Fy").body)["modelName"] == "x/y"
    values = json.loads(call(application, "POST", "/models/a/invoke", ROWS).body)["predictions"]
    assert set(values[0]) == {"value"}
    labels = json.loads(call(application, "POST", "/models/x%2Fy/invoke", ROWS).body)
    assert labels["predictions"][0]["label"] in CLASSES
    assert call(application, "DELETE", "/models/a").status == 200
    assert call(application, "POST", "/models/a/invoke", ROWS).status == 404
    assert call(application, "DELETE", "/models/a").status == 404


def test_a_name_is_loaded_once(application: MultiModelApplication, folder: Path) -> None:
    assert load(application, "a", folder / "a").status == 200
    assert load(application, "a", folder / "b").status == 409
    call(application, "DELETE", "/models/a")
    assert load(application, "a", folder / "b").status == 200


def test_the_least_recently_used_model_goes_and_comes_back(folder: Path) -> None:
    size = 2 * (folder / "a" / "model.onnx").stat().st_size
    settings = ServingSettings(multi_model=True, models_megabytes=2.5 * size / MEGABYTE)
    application = MultiModelApplication(settings)
    for name in ("a", "b"):
        assert load(application, name, folder / name).status == 200
    assert call(application, "POST", "/models/a/invoke", ROWS).status == 200
    assert load(application, "c", folder / "c").status == 200
    assert list(application.pool._loaded) == ["a", "c"]
    assert len(json.loads(call(application, "GET", "/models").body)["models"]) == 3
    assert call(application, "POST", "/models/b/invoke", ROWS).status == 200
    assert list(application.pool._loaded) == ["c", "b"]


def test_a_model_for_which_there_is_no_room_is_a_507(folder: Path) -> None:
    application = MultiModelApplication(ServingSettings(multi_model=True, models_megabytes=1e-4))
    answer = load(application, "a", folder / "a")
    assert answer.status == 507
    assert "no room" in json.loads(answer.body)["error"]["reason"]
    assert json.loads(call(application, "GET", "/models").body) == {"models": []}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/models", {"model_name": "n", "url": "/nowhere"}, 400),
        ("POST", "/models", {"model_name": 1, "url": "/nowhere"}, 400),
        ("POST", "/models", {"model_name": "n", "url": "/a\0b"}, 400),
        ("POST", "/models", b"[", 400),
        ("POST", "/models", b" " * 100_000, 413),
        ("GET", "/models/none", b"", 404),
        ("GET", "/models?next_page_token=x", b"", 400),
        ("POST", "/models/none/invoke", ROWS, 404),
        ("PUT", "/models", b"", 405),
        ("POST", "/invocations", ROWS, 404),
    ],
)
def test_bad_requests_are_refused(
    application: MultiModelApplication, method: str, path: str, body: Any, status: int
) -> None:
    answer = call(application, method, path, body)
    assert answer.status == status, answer
    assert json.loads(answer.body)["error"]["reason"]


def test_a_broken_artifact_is_refused_with_its_reason(
    application: MultiModelApplication, tmp_path: Path
) -> None:
    broken = write_linear_model(tmp_path / "broken")
    (broken / "model.onnx").write_bytes(b"no model")
    answer = load(application, "broken", broken)
    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (400, "model_unloadable")


def test_long_lists_come_in_pages(application: MultiModelApplication) -> None:
    application.pool.folders = {f"m{number:03d}": Path("/m") for number in range(250)}
    names: list[str] = []
    token = ""
    while True:
        path = "/models" + (f"?next_page_token={token}" if token else "")
        page = json.loads(call(application, "GET", path).body)
        names += [entry["modelName"] for entry in page["models"]]
        if "nextPageToken" not in page:
            break
        token = page["nextPageToken"]
    assert names == sorted(application.pool.folders)
