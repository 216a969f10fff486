"""People's own program: what it gets, what it has to leave and answer, and what is said if not."""

import json
import shutil
import sys
import textwrap
from pathlib import Path

import pytest
from conftest import write_model
from processing_inputs import lay_out_evaluation

from ml_runtime.__main__ import main
from ml_runtime.errors import ProgramError
from ml_runtime.layout import read_layout
from ml_runtime.program.description import read_program
from ml_runtime.program.serving import serving

# A stranger to ml_runtime: it knows the contract alone. `fault` says how it breaks it.
PROGRAM = """
    import json, os, sys
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from pathlib import Path

    root = Path(os.environ["ML_RUNTIME_ROOT"])

    def train():
        told = json.loads((root / "input/config/hyperparameters.json").read_text())
        fault = told.get("fault")
        if fault == "fails":
            (root / "output/failure").write_text("the moon is in the wrong phase")
            sys.exit(3)
        if fault == "silent":
            sys.exit(4)
        schema = json.loads((root / "input/data/train/schema.json").read_text())
        if fault != "empty":
            kept = {"classes": schema["classes"], "told": told, "saw": sorted(os.listdir(root))}
            (root / "model/kept.json").write_text(json.dumps(kept))

    class Server(BaseHTTPRequestHandler):
        def answer(self, status, content):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def do_GET(self):
            self.answer(200, {})

        def do_POST(self):
            kept = json.loads((root / "model/kept.json").read_text())
            fault = kept["told"].get("fault")
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            count = len(body["instances"]) - (fault == "short")
            if fault == "refuses":
                return self.answer(400, {"error": "no"})
            share = "x" if fault == "words" else 1 / len(kept["classes"])
            one = {"probabilities": dict.fromkeys(kept["classes"], share)}
            self.answer(200, {"predictions": [one] * count})

        def log_message(self, *_):
            pass

    def serve():
        port = int(os.environ["SAGEMAKER_BIND_TO_PORT"])
        HTTPServer((os.environ["ML_RUNTIME_HOST"], port), Server).serve_forever()

    {"train": train, "serve": serve}[sys.argv[1]]()
"""


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_model(tmp_path_factory.mktemp("program") / "code", "classification")
    (folder / "model.py").unlink()
    (folder / "features.py").unlink()
    (folder / "own.py").write_text(textwrap.dedent(PROGRAM), "utf-8")
    start(folder, [sys.executable, "own.py"])
    return folder


def start(folder: Path, command: object) -> None:
    (folder / "program.json").write_text(json.dumps({"train": command, "serve": command}))


@pytest.fixture(scope="module")
def prepared(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("prepared")
    assert main(["prepare", "--root", str(root), "--code", str(code)]) == 0
    return root


@pytest.fixture
def root(prepared: Path, tmp_path: Path) -> Path:
    shutil.copytree(prepared, tmp_path / "ml")
    return tmp_path / "ml"


def run(command: str, root: Path, code: Path, *more: str) -> int:
    return main([command, "--root", str(root), "--code", str(code), *more])


def test_it_gets_the_folders_of_a_container_and_what_it_is_told(root: Path, code: Path) -> None:
    (root / "model").mkdir()
    (root / "model/old.json").write_text("{}")
    assert run("train", root, code, "--set", "depth=3") == 0
    kept = json.loads((root / "model/kept.json").read_text())
    assert kept["told"] == {"depth": "3"}
    assert kept["saw"] == ["checkpoints", "input", "model", "output"]
    assert not (root / "model/old.json").exists()
    # What this run was told is not there in the next one.
    assert run("train", root, code) == 0
    assert json.loads((root / "model/kept.json").read_text())["told"] == {}


def test_it_is_judged_by_what_its_server_answers(root: Path, code: Path) -> None:
    assert run("train", root, code) == 0
    assert run("evaluate", root, code) == 0
    report = json.loads((root / "output/data/evaluation.json").read_text())
    # Equal shares know less than the shares of the training rows do.
    assert report["metrics"]["log_loss"]["value"] == pytest.approx(1.0986, abs=1e-4)
    assert report["skill"]["value"] < 0
    assert report["model"].keys() == {"flavour", "artifactSha256"}


def test_it_is_judged_in_a_processing_job(
    root: Path, code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("train", root, code) == 0
    lay_out_evaluation(root, tmp_path)
    monkeypatch.chdir(code)
    options = ["--input-artifact=model=model", "--output=evaluation=output/data"]
    options += [f"--input={name}=input/data/{name}" for name in ("train", "test")]
    place = ["--root", str(tmp_path), "--processing", str(tmp_path / "processing")]
    assert main(["processing", *place, "--command", "evaluate", *options]) == 0
    assert (tmp_path / "processing/output/evaluation/evaluation.json").is_file()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("fails", "the moon is in the wrong phase"),
        ("silent", "left no reason"),
        ("empty", "is empty"),
    ],
)
def test_a_training_that_breaks_the_contract_fails_with_the_reason(
    root: Path, code: Path, fault: str, reason: str
) -> None:
    assert run("train", root, code, "--set", f"fault={fault}") == 1
    assert reason in (root / "output/failure").read_text("utf-8")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("short", "predictions"), ("refuses", "400"), ("words", "probabilities")],
)
def test_a_server_that_breaks_the_contract_is_not_judged(
    root: Path, code: Path, fault: str, reason: str
) -> None:
    assert run("train", root, code, "--set", f"fault={fault}") == 0
    assert run("evaluate", root, code) == 1
    assert reason in (root / "output/failure").read_text("utf-8")


@pytest.mark.parametrize(
    "command", [[], "own.py", [1], ["no-such-program-anywhere"], [sys.executable, "-c", "1/0"]]
)
def test_a_program_that_cannot_be_started_is_a_typed_error(
    root: Path, tmp_path: Path, command: object
) -> None:
    start(tmp_path, command)

    def try_it() -> None:
        program = read_program(tmp_path)
        assert program is not None
        with serving(read_layout(root, {}), program):
            pass

    with pytest.raises(ProgramError):
        try_it()


def test_a_folder_without_program_json_brings_none(tmp_path: Path) -> None:
    assert read_program(tmp_path) is None
