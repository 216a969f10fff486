"""The program keeps SageMaker's contract, whatever it is written in."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from ml_runtime.__main__ import main
from ml_runtime.data.channels import read_channel, read_channel_schema
from ml_runtime.layout import read_layout
from ml_runtime.pipeline.fingerprint import digest_of
from ml_runtime.program.answers import asked
from ml_runtime.program.description import Program, read_program
from ml_runtime.program.serving import serving

CODE = Path(__file__).parent.parent


def program() -> Program:
    found = read_program(CODE)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def address(trained: Path) -> Iterator[str]:
    """Address of the server over the trained model."""
    with serving(read_layout(trained, {}), program()) as found:
        yield found


def test_what_it_learned_beats_the_baseline_on_held_out_rows(trained: Path) -> None:
    report = json.loads((trained / "output/data/evaluation.json").read_text("utf-8"))
    assert report["skill"]["value"] > 0


def test_a_failure_leaves_its_reason_and_no_model(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "input/data").symlink_to(trained / "input/data")
    place = ["--root", str(tmp_path), "--code", str(CODE)]
    assert main(["train", *place, "--set", "no_such_hyperparameter=1"]) == 1
    reason = (tmp_path / "output/failure").read_text("utf-8")
    assert "no_such_hyperparameter" in reason
    assert len(reason) <= 1024
    assert not (tmp_path / "model").exists()


def test_it_is_alive_and_answers_every_row_the_same_way(trained: Path, address: str) -> None:
    layout = read_layout(trained, {})
    schema = read_channel_schema(layout)
    rows = read_channel(layout, "test", schema)
    before = digest_of(trained / "model")
    assert status(f"{address}/ping") == 200
    first, again = asked(address, schema, rows), asked(address, schema, rows)
    assert first.shape == (len(rows[schema.target]), len(schema.classes) or 1)
    assert (first == again).all()
    # /opt/ml/model is read-only in the container.
    assert digest_of(trained / "model") == before


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff", b'{"instances": []}', b'{"instances": [1]}'],
)
def test_a_body_that_it_cannot_answer_is_refused_and_it_stays_alive(
    address: str, body: bytes
) -> None:
    assert 400 <= status(f"{address}/invocations", body) < 500
    assert status(f"{address}/ping") == 200


@pytest.mark.parametrize("kind", ["training", "inference"])
def test_its_images_start_it_as_program_json_says(kind: str) -> None:
    text = (CODE / f"Dockerfile.{kind}").read_text("utf-8")
    entry_point = re.findall(r"^ENTRYPOINT (\[.*\])$", text, re.MULTILINE)[-1]
    started = program().train if kind == "training" else program().serve
    assert json.loads(entry_point) == list(started)


def status(url: str, body: bytes | None = None) -> int:
    """Return the status of an answer."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
