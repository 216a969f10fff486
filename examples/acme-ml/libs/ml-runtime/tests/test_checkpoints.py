"""Whatever ends a run, the next start goes on as if nothing had happened."""

import os
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from conftest import run, write_model
from processes import Outcome, train
from safetensors.numpy import load_file

from ml_runtime.training.checkpoint import begins_checkpoint

DEEP = pytest.mark.skipif(
    os.environ.get("WA_ML_DEEP") != "1", reason="again with two processes: set WA_ML_DEEP=1"
)
# 106 rows in batches of 16: 7 steps an epoch, 28 in all; two checkpoints in 3 of them.
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
    ("strategy", "precision", "tolerance"),
    [("ddp", "fp32", 1e-6), ("ddp", "bf16", 1e-3), ("fsdp", "bf16", 1e-3)],
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
    assert continued.starts[0] in range(death - 3, death), f"killed after step {death}"
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
    train(root, code, **SETTINGS, save_total_limit=5)
    newest = [root.glob(f"checkpoints/*/step-{step:08d}") for step in (28, 27, 25)]
    (truncated,), (listless,), (empty,) = (list(found) for found in newest)
    (data,) = truncated.glob("*.distcp")
    data.write_bytes(data.read_bytes()[:-1])
    (listless / ".metadata").unlink()
    for file in empty.glob("*.distcp"):
        file.unlink()
    assert train(root, code, **SETTINGS).starts == [24]


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
    assert checkpoints(root) == [7 * best, 38, 42]

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


@pytest.mark.parametrize("world", [1, pytest.param(2, marks=DEEP)])
def test_twenty_kills_at_any_moment_lose_no_more_than_the_interval(
    prepared: Path, code: Path, tmp_path: Path, world: int
) -> None:
    interval, strategy = 10, "single" if world == 1 else "ddp"
    # In epochs of 53 steps: the best epoch's checkpoints, which come besides, hide nothing.
    settings: dict[str, Any] = {
        "epochs": 1000,
        "batch_size": 2,
        "save_steps": interval,
        "strategy": strategy,
    }
    shutil.copytree(prepared / "input", tmp_path / "input")
    numbers = random.Random()  # noqa: S311 - other moments each time; messages say which
    at, writing, legs = 0, 0, list[Outcome]()
    for kill in range(20):
        # A disk that is slower than half an interval of these small steps, and ones that are not.
        disk, life = numbers.choice([0.0, 0.05, 0.5]), numbers.uniform(0.05, 1)
        killed = train(tmp_path, code, world, dies_within=life, write_seconds=disk, **settings)
        assert (killed.exit_codes[0], killed.starts) == (-9, [at]), f"kill {kill}"
        writing += any(tmp_path.glob("checkpoints/*/.partial-*"))
        done, at = max(killed.curve, default=at), max(checkpoints(tmp_path), default=0)
        print(f"kill {kill} after step {done}, {life:.2f} s: {done - at} steps lost; disk: {disk}")
        assert done - at <= interval, f"kill {kill} of a disk that takes {disk} s"
        legs.append(killed)
    assert writing >= 3, "kills have to come while a checkpoint is being written, too"
    # The same steps without any kill.
    last = max(step for leg in legs for step in leg.curve)
    shutil.copytree(prepared / "input", tmp_path / "whole/input")
    whole = train(tmp_path / "whole", code, world, dies_after=last, **settings)
    for leg in legs:
        same(leg.curve, whole.curve)


def test_the_worst_moment_loses_exactly_the_interval(root: Path, code: Path) -> None:
    # Begun after step 5 and after step 10, when the one of step 5 is in its place; then five more.
    settings: dict[str, Any] = {"epochs": 1, "batch_size": 2, "save_steps": 10}
    killed = train(root, code, dies_after=15, write_seconds=2, **settings)
    assert any(root.glob("checkpoints/*/.partial-00000010")), "it was to be killed during a write"
    assert (max(killed.curve), checkpoints(root)) == (15, [5])
    assert train(root, code, dies_after=16, **settings).starts == [5]


def test_where_no_step_may_be_lost_each_checkpoint_is_waited_for(root: Path, code: Path) -> None:
    for death in (5, 12):
        killed = train(
            root, code, dies_after=death, write_seconds=0.1, **SETTINGS | {"save_steps": 1}
        )
        assert max(checkpoints(root)) == max(killed.curve) - 1 == death - 1


@pytest.mark.parametrize("interval", [1, 2, 3, 7, 10])
def test_two_neighbouring_checkpoints_are_never_further_apart_than_the_interval(
    interval: int,
) -> None:
    begun = [step for step in range(1, 100) if begins_checkpoint(step, interval)]
    apart = [late - early for early, late in zip([0, *begun], begun[1:], strict=False)]
    assert max(apart) == max(2, interval)
