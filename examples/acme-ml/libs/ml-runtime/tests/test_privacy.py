"""Nothing is reported to anybody, and nothing is written where nobody asked for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SESSION = """
import ml_runtime.inference
import onnx, onnxruntime
from onnx import TensorProto, helper

value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
same = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "same", [value], [same])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
session = onnxruntime.InferenceSession(model.SerializeToString())
assert session.run(None, {"x": [1.0]})[0][0] == 1.0
"""


def test_mlflow_keeps_its_use_to_itself() -> None:
    asked = "from mlflow.telemetry.utils import is_telemetry_disabled as disabled"
    command = [
        sys.executable,
        "-c",
        f"import ml_runtime\n{asked}\nraise SystemExit(not disabled())",
    ]
    # It is quiet in tests and in CI anyway: neither is to be seen here.
    told = {"PATH": os.environ["PATH"]}
    assert subprocess.run(command, env=told, timeout=120).returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux build reports by this switch")
def test_onnx_runtime_writes_no_device_id(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    subprocess.run(
        [sys.executable, "-c", SESSION],
        env={**environment, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache")},
        check=True,
        timeout=120,
    )
    assert list(tmp_path.rglob("*")) == []
