"""Whatever ends a run, the next start goes on as if nothing had happened."""

import os
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import run, write_model
from processes import Outcome, train
from safetensors.numpy import load_file

DEEP = os.environ.get("WA_ML_DEEP") == "1"
# 106 rows in batches of 16: 7 steps an epoch, 28 in all; a checkpoint every 3 of them.
SETTINGS: dict[str, Any] = {"epochs": 4, "batch_size": 16, "save_steps": 3}
LAST = 28


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("code") / "m", "classification")


@pytest.fixture(scope="module")
def prepared(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("prepared")
    run("prepare", root, "--code", str(code))
    return root


@pytest.fixture
def root(prepared: Path, tmp_path: Path) -> Path:
    shutil.copytree(prepared / "input", tmp_path / "input")
    return tmp_path


def checkpoints(root: Path) -> list[int]:
    return sorted(int(path.name[5:]) for path in root.glob("checkpoints/*/step-*"))


def same(found: dict[int, float], expected: dict[int, float], tolerance: float = 1e-6) -> None:
    """Every step that was computed, by any of the starts, has the uninterrupted run's loss."""
    np.testing.assert_allclose(
        list(found.values()), [expected[step] for step in found], rtol=0, atol=tolerance
    )


@pytest.mark.parametrize(
    ("strategy", "precision", "tolerance"), [("ddp", "fp32", 1e-6), ("fsdp", "bf16", 1e-3)]
)
def test_a_run_killed_at_a_random_step_continues_on_the_same_curve(
    root: Path, code: Path, tmp_path: Path, strategy: str, precision: str, tolerance: float
) -> None:
    settings = SETTINGS | {"strategy": strategy, "precision": precision}
    shutil.copytree(root / "input", tmp_path / "whole/input")
    whole = train(tmp_path / "whole", code, 2, **settings)
    assert (whole.exit_codes, list(whole.curve)) == ((0, 0), list(range(1, LAST + 1)))

    death = random.randint(7, LAST - 1)  # noqa: S311 - a new step each time; it is in the message
    killed = train(root, code, 2, dies_after=death, **settings)
    assert killed.exit_codes[0] == -9
    assert not (root / "model/model.onnx").exists()
    continued = train(root, code, 2, **settings)

    assert continued.exit_codes == (0, 0)
    assert continued.starts[0] in range(3, death + 1), f"killed after step {death}"
    assert continued.curve.keys() == set(range(continued.starts[0] + 1, LAST + 1))
    same(killed.curve, whole.curve, tolerance)
    same(continued.curve, whole.curve, tolerance)
    expected = load_file(tmp_path / "whole/model/model.safetensors")
    for name, value in load_file(root / "model/model.safetensors").items():
        np.testing.assert_allclose(value, expected[name], rtol=0, atol=tolerance, err_msg=name)


def test_a_run_goes_on_with_another_number_of_processes_and_another_strategy(
    root: Path, code: Path, tmp_path: Path
) -> None:
    settings = SETTINGS | {"dropout": 0}
    shutil.copytree(root / "input", tmp_path / "whole/input")
    whole = train(tmp_path / "whole", code, 1, **settings)
    # From two shards to one process, to two replicas, and to the end in two shards.
    legs: list[Outcome] = []
    for world, strategy, death in ((2, "fsdp", 10), (1, "single", 16), (2, "ddp", 22)):
        legs.append(train(root, code, world, strategy=strategy, dies_after=death, **settings))
    legs.append(train(root, code, 2, strategy="fsdp", **settings))
    assert legs[-1].exit_codes == (0, 0)
    assert [leg.starts[0] > 0 for leg in legs] == [False, True, True, True]
    for leg in legs:
        same(leg.curve, whole.curve)
    assert max(legs[-1].curve) == LAST


def test_sigterm_writes_a_checkpoint_and_the_next_start_continues_there(
    root: Path, code: Path
) -> None:
    settings: dict[str, Any] = {"epochs": 4, "batch_size": 16, "strategy": "ddp"}
    # One process is told; the other has to hear of it and to stop at the same step.
    stopped = train(root, code, 2, terminated_after=10, **settings)
    assert stopped.exit_codes == (1, 1)
    assert max(stopped.curve) == checkpoints(root)[-1] < 14, "it waited for the epoch's end"
    continued = train(root, code, 2, **settings)
    assert continued.starts == [max(stopped.curve)]
    assert max(continued.curve) == LAST


def test_a_checkpoint_of_which_something_is_missing_is_passed_over(root: Path, code: Path) -> None:
    train(root, code, **SETTINGS, save_total_limit=4)
    newest = [root.glob(f"checkpoints/*/step-{step:08d}") for step in (28, 27, 24)]
    (truncated,), (listless,), (empty,) = (list(found) for found in newest)
    (data,) = truncated.glob("*.distcp")
    data.write_bytes(data.read_bytes()[:-1])
    (listless / ".metadata").unlink()
    for file in empty.glob("*.distcp"):
        file.unlink()
    assert train(root, code, **SETTINGS).starts == [21]


def test_the_newest_and_the_best_are_kept_and_the_best_can_be_exported(
    root: Path, code: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # A rate this high overshoots: an early epoch validates best.
    settings = {"epochs": 6, "batch_size": 16, "learning_rate": 2, "max_grad_norm": 0}
    texts = [f"--set={name}={value}" for name, value in settings.items()]
    run("train", root, "--code", str(code), *texts, "--set=load_best_model_at_end=true")
    epochs = [line.split("validation_loss=")[1] for line in _epochs(capsys.readouterr().out)]
    losses = [float(text.split(";")[0]) for text in epochs]
    best = losses.index(min(losses)) + 1
    assert best < 5, f"choose a worse learning rate: {losses}"
    assert checkpoints(root) == [7 * best, 35, 42]

    exported = load_file(root / "model/model.safetensors")
    run("train", root, "--code", str(code), *texts)
    last = load_file(root / "model/model.safetensors")
    assert any(not np.array_equal(exported[name], last[name]) for name in last)


def _epochs(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("epoch=")]


def test_a_checkpoint_that_cannot_be_written_ends_the_run_with_the_reason(
    root: Path, code: Path
) -> None:
    (root / "checkpoints").write_text("a file where a folder should be")
    assert train(root, code, **SETTINGS).exit_codes == (1,)


@pytest.mark.skipif(not DEEP, reason="20 kills in a row take minutes: set WA_ML_DEEP=1")
def test_twenty_kills_in_a_row_lose_no_more_than_the_interval(
    root: Path, code: Path, tmp_path: Path
) -> None:
    interval = 10
    settings: dict[str, Any] = SETTINGS | {
        "epochs": 100,
        "save_steps": interval,
        "strategy": "ddp",
    }
    shutil.copytree(root / "input", tmp_path / "whole/input")
    whole = train(tmp_path / "whole", code, 2, **settings)
    last = max(whole.curve)
    numbers = random.Random(20)  # noqa: S311
    at = 0
    for kill in range(20):
        death = at + numbers.randint(1, (last - at) // (21 - kill) + interval)
        killed = train(root, code, 2, dies_after=min(death, last - 1), **settings)
        assert killed.exit_codes[0] == -9
        assert killed.starts == [at], f"kill {kill}"
        same(killed.curve, whole.curve)
        # A checkpoint that was being written when the kill came counts from the one before.
        writing = any(root.glob("checkpoints/*/.partial-*"))
        at = max(checkpoints(root), default=0)
        lost = max(killed.curve) - at
        print(f"kill {kill} after step {max(killed.curve)}: {lost} steps lost; writing: {writing}")
        assert lost <= interval * (2 if writing else 1)
    continued = train(root, code, 2, **settings)
    assert (continued.exit_codes, continued.starts) == ((0, 0), [at])
    same(continued.curve, whole.curve)
