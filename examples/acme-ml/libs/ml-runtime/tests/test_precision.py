"""Number formats: what they change, and that a loss scale survives a kill."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from conftest import run, write_model
from hypothesis import given
from hypothesis import strategies as st
from processes import train

from ml_runtime.hyperparameters import TrainingHyperparameters
from ml_runtime.training.precision import autocast, gradient_scaler, prepare_numerics
from ml_runtime.training.schedule import learning_rate

CPU = torch.device("cpu")
DEEP = os.environ.get("WA_ML_DEEP") == "1"


@pytest.mark.parametrize(
    ("precision", "kind", "scaled"),
    [
        ("fp32", torch.float32, False),
        ("bf16", torch.bfloat16, False),
        ("fp16", torch.float16, True),
    ],
)
def test_matrix_products_have_the_type_of_the_precision(
    precision: str, kind: torch.dtype, scaled: bool
) -> None:
    settings = TrainingHyperparameters(precision=precision)
    forward = autocast(settings, CPU)
    for _ in range(2):
        with forward:
            assert torch.nn.Linear(4, 4)(torch.zeros(2, 4)).dtype == kind
    assert gradient_scaler(settings, CPU).is_enabled() == scaled


def test_determinism_is_asked_of_every_algorithm() -> None:
    try:
        prepare_numerics(TrainingHyperparameters(full_determinism=True), CPU)
        assert torch.are_deterministic_algorithms_enabled()
    finally:
        torch.use_deterministic_algorithms(False)


@given(step=st.integers(0, 999), warmup=st.integers(0, 200))
def test_the_rate_rises_to_its_peak_and_falls_to_a_tenth(step: int, warmup: int) -> None:
    settings = TrainingHyperparameters(learning_rate=1.0, warmup_steps=warmup)
    now, later = (learning_rate(settings, at, 1000) for at in (step, step + 1))
    assert 0 < now <= 1
    assert later >= now if step + 1 < warmup else later <= now or step + 1 == warmup
    assert learning_rate(settings, warmup, 1000) == pytest.approx(1)
    assert learning_rate(settings, 1000, 1000) == pytest.approx(0.1)


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("code") / "m", "classification")


def test_a_loss_scale_survives_a_kill(code: Path, tmp_path: Path) -> None:
    """The command refuses fp16 without a GPU, for its speed; the loop itself computes it here."""
    settings: dict[str, Any] = {
        "precision": "fp16", "epochs": 3, "batch_size": 16, "save_steps": 4, "dropout": 0
    }  # fmt: skip
    roots = [tmp_path / "whole", tmp_path / "killed"]
    for root in roots:
        run("prepare", root, "--code", str(code))
    whole = train(roots[0], code, **settings)
    assert whole.exit_codes == (0,)
    assert whole.curve[21] < 0.9 * whole.curve[1]
    killed = train(roots[1], code, dies_after=13, **settings)
    continued = train(roots[1], code, **settings)
    assert 13 - settings["save_steps"] <= continued.starts[0] <= 13
    for leg in (killed, continued):
        expected = [whole.curve[step] for step in leg.curve]
        np.testing.assert_allclose(list(leg.curve.values()), expected, rtol=0, atol=1e-3)


@pytest.mark.skipif(not DEEP, reason="compiling takes half a minute: set WA_ML_DEEP=1")
def test_a_compiled_network_learns_the_same(code: Path, tmp_path: Path) -> None:
    curves = []
    for name, compiled in (("plain", False), ("compiled", True)):
        run("prepare", tmp_path / name, "--code", str(code))
        settings: dict[str, Any] = {"epochs": 1, "dropout": 0, "torch_compile": compiled}
        curves.append(train(tmp_path / name, code, **settings).curve)
    assert curves[0].keys() == curves[1].keys()
    np.testing.assert_allclose(list(curves[0].values()), list(curves[1].values()), atol=1e-4)
