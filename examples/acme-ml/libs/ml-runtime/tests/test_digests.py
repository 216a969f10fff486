"""What is the same has the same digest, and a file is written whole or not at all."""

import hashlib
from pathlib import Path

import pytest

from ml_runtime.digests import file_digest, files_digest, json_digest, run_id
from ml_runtime.layout import read_layout, write_report
from ml_runtime.whole_files import copy_whole


def test_the_order_of_keys_does_not_change_a_digest() -> None:
    assert json_digest({"a": 1, "b": [2]}) == json_digest({"b": [2], "a": 1})
    assert json_digest({"a": 1}) != json_digest({"a": 2})
    # Checkpoints of runs that have begun are found by it: it must not change.
    assert run_id({"seed": 17}) == "fc73e56abc4c"


def test_the_digest_of_files_is_over_names_and_contents(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"same")
    two.write_bytes(b"same")
    assert file_digest(one) == hashlib.sha256(b"same").hexdigest()
    assert files_digest([("x", one)]) == files_digest([("x", two)]) != files_digest([("y", one)])


def test_a_report_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    layout = read_layout(tmp_path, {})
    file = write_report(layout, "evaluation.json", {"value": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_report(layout, "evaluation.json", {"value": float("nan")})
    with pytest.raises(FileNotFoundError):
        copy_whole(tmp_path / "absent", file)
    assert file.read_text() == '{\n  "value": 1\n}\n'
    assert list(layout.output_data.iterdir()) == [file]
