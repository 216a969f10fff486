"""Our metrics are scikit-learn's."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from ml_runtime.evaluation.judge import skill
from ml_runtime.evaluation.metrics import classification_metrics, regression_metrics


@given(st.integers(0, 10_000), st.integers(2, 5))
def test_classification(seed: int, classes: int) -> None:
    generator = np.random.default_rng(seed)
    # Rounded, so that there are ties.
    scores = np.round(generator.dirichlet(np.ones(classes), 60), 1) + 1e-6
    scores /= scores.sum(axis=1, keepdims=True)
    truth = generator.integers(0, classes, 60)
    truth[:classes] = range(classes)
    found, predicted = classification_metrics(scores, truth), scores.argmax(axis=1)
    assert found["accuracy"] == pytest.approx(reference.accuracy_score(truth, predicted))
    assert found["macro_f1"] == pytest.approx(
        reference.f1_score(truth, predicted, average="macro", zero_division=0)
    )
    assert found["log_loss"] == pytest.approx(reference.log_loss(truth, scores))
    if classes == 2:
        assert found["auc"] == pytest.approx(reference.roc_auc_score(truth, scores[:, 1]))


def test_regression() -> None:
    generator = np.random.default_rng(1)
    truth, predicted = generator.normal(5, 2, 80), generator.normal(5, 2, 80)
    found = regression_metrics(predicted, truth)
    assert found["rmse"] == pytest.approx(reference.root_mean_squared_error(truth, predicted))
    assert found["mae"] == pytest.approx(reference.mean_absolute_error(truth, predicted))
    assert found["r2"] == pytest.approx(reference.r2_score(truth, predicted))


def test_skill_is_the_share_of_the_baselines_loss_that_the_model_takes_away() -> None:
    assert skill("regression", {"rmse": 1.0}, {"rmse": 4.0}) == pytest.approx(0.75)
    assert skill("classification", {"log_loss": 0.6}, {"log_loss": 0.5}) == pytest.approx(-0.2)
    assert skill("regression", {"rmse": 0.0}, {"rmse": 0.0}) == 0.0
