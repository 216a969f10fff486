"""Texts become typed, validated hyperparameters, or are refused all at once."""

from dataclasses import dataclass

import pytest

from ml_runtime.errors import HyperparameterError
from ml_runtime.hyperparameters import (
    SplitHyperparameters,
    TrainingHyperparameters,
    parse_hyperparameters,
)


@dataclass(frozen=True)
class Own(TrainingHyperparameters):
    noisy: bool = False


def test_texts_become_the_types_of_the_fields() -> None:
    texts = {"epochs": "3", "learning_rate": "1e-2", "noisy": "True", "precision": '"bf16"'}
    found = parse_hyperparameters(Own, texts)
    assert (found.epochs, found.learning_rate, found.noisy) == (3, 0.01, True)
    assert found.precision == "bf16"
    assert found.batch_size == TrainingHyperparameters.batch_size


def test_reports_every_problem_with_the_nearest_name() -> None:
    texts = {
        "epoch": "3",
        "batch_size": "many",
        "learning_rate": "nan",
        "test_share": "0.9",
        "precision": "fp8",
        "noisy": "perhaps",
    }
    with pytest.raises(HyperparameterError) as caught:
        parse_hyperparameters(Own, texts)
    message = str(caught.value)
    assert '"epoch" is unknown (did you mean "epochs"?)' in message
    for name in ("batch_size", "learning_rate", "test_share", "precision", "noisy"):
        assert f'{name} = "' in message


def test_preparing_leaves_the_models_own_names_alone() -> None:
    texts = {"seed": "4", "noisy": "true"}
    assert parse_hyperparameters(SplitHyperparameters, texts, ignore_unknown=True).seed == 4
