"""Neither a kill nor the number of processes changes what a run ends with."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from conftest import run, write_model
from processes import train
from safetensors.numpy import load_file

SETTINGS = ("epochs=40", "batch_size=16", "save_steps=10", "dropout=0")
STEPS = tuple(f"--set={setting}" for setting in SETTINGS)


def command(root: Path, code: Path) -> list[str]:
    options = ["--root", str(root), "--code", str(code), "--processes", "2", *STEPS]
    return [sys.executable, "-m", "ml_runtime", "train", *options, "--strategy", "ddp"]


def survivors(root: Path) -> list[str]:
    """Command lines of processes that still work on this root."""
    lines = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(entry.read_text("utf-8", "replace").replace("\0", " "))
        except OSError:
            continue
    return [line for line in lines if str(root) in line and "ml_runtime" in line]


def kill_at_step(root: Path, code: Path, step: int) -> int:
    """Train, kill the launcher alone with SIGKILL at `step`, return the newest checkpoint."""
    process = subprocess.Popen(
        command(root, code), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"\bstep=(\d+);", line)
        if found and int(found[1]) >= step:
            break
    else:
        pytest.fail("training ended before it could be killed")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 10
    while survivors(root) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.stdout.close()
    return max(int(path.name[5:]) for path in root.glob("checkpoints/*/step-*"))


def finish(root: Path, code: Path) -> str:
    done = subprocess.run(command(root, code), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def weights(root: Path) -> dict[str, np.ndarray]:
    return load_file(root / "model/model.safetensors")


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("code") / "m", "classification")


@pytest.fixture(scope="module")
def uninterrupted(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("whole")
    run("prepare", root, "--code", str(code))
    assert "starting at step 0 of 280" in finish(root, code)
    return root


@pytest.mark.skipif(sys.platform != "linux", reason="looks for survivors in /proc")
def test_a_killed_run_resumes_and_ends_with_the_same_weights(
    code: Path, uninterrupted: Path, tmp_path: Path
) -> None:
    run("prepare", tmp_path, "--code", str(code))
    newest = kill_at_step(tmp_path, code, 100)
    assert 100 <= newest < 280
    assert not (tmp_path / "model/model.onnx").exists()
    assert not survivors(tmp_path), "workers outlived their launcher"
    # What a crash in the middle of a checkpoint leaves is not taken for one.
    run_folder = next(tmp_path.glob("checkpoints/*"))
    (run_folder / ".partial-00000270").mkdir()

    output = finish(tmp_path, code)

    assert f"resuming from the checkpoint of step {newest} of 280" in output
    assert not (run_folder / ".partial-00000270").exists()
    assert len(list(run_folder.glob("step-*"))) == 2
    expected, found = weights(uninterrupted), weights(tmp_path)
    assert expected.keys() == found.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=0, atol=1e-6, err_msg=name)


def test_a_finished_run_exports_again_and_a_changed_one_starts_anew(
    code: Path, uninterrupted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = weights(uninterrupted)
    (uninterrupted / "model/model.onnx").unlink()
    options = ("--code", str(code), "--strategy", "ddp", *STEPS)
    run("train", uninterrupted, *options, "--set", "epochs=1")
    assert "starting at step 0 of 7 " in capsys.readouterr().out
    # One process reads what two have written.
    run("train", uninterrupted, *options)
    assert "is finished at step 280; exporting it again" in capsys.readouterr().out
    assert (uninterrupted / "model/model.onnx").exists()
    for name, value in weights(uninterrupted).items():
        np.testing.assert_array_equal(value, before[name])


def test_two_processes_end_with_the_weights_of_one(
    code: Path, uninterrupted: Path, tmp_path: Path
) -> None:
    run("prepare", tmp_path, "--code", str(code))
    assert train(tmp_path, code, epochs=40, batch_size=16, dropout=0).exit_codes == (0,)
    found = weights(uninterrupted)
    for name, value in weights(tmp_path).items():
        np.testing.assert_allclose(found[name], value, rtol=0, atol=1e-6, err_msg=name)
