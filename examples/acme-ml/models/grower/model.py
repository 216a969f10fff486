"""The boosted trees and their hyperparameters; rounds and checkpoints are ml_runtime's."""

from dataclasses import dataclass

from ml_runtime.hyperparameters import within
from ml_runtime.training.estimators import Estimator, EstimatorData, EstimatorHyperparameters
from ml_runtime.training.estimators_xgboost import boost

FLAVOUR = "xgboost"


@dataclass(frozen=True)
class Hyperparameters(EstimatorHyperparameters):
    """What can be set for this model.

    Attributes:
        rounds: Trees for each output, at most.
        patience: Rounds without a lower validation loss after which training stops; 0 never stops.
        learning_rate: Share of each tree that is added.
        max_depth: Splits from the root of a tree to a leaf.
        min_child_weight: Least weight (for a regression: rows) of a leaf.
        subsample: Share of the rows that a tree sees.
        colsample: Share of the columns that a tree sees.
        l2: Penalty on large leaves.
        checkpoint_rounds: Rounds between checkpoints.
    """

    rounds: int = within(300, 1, 100_000)
    patience: int = within(30, 0, 100_000)
    learning_rate: float = within(0.1, 1e-6, 1.0)
    max_depth: int = within(4, 1, 64)
    min_child_weight: float = within(1.0, 0.0, 1e6)
    subsample: float = within(0.8, 0.01, 1.0)
    colsample: float = within(0.8, 0.01, 1.0)
    l2: float = within(1.0, 0.0, 1e6)
    checkpoint_rounds: int = within(25, 1, 100_000)


def fit(data: EstimatorData, hyperparameters: Hyperparameters) -> Estimator:
    """Return the fitted trees. Missing numbers need no filling: each split learns where they go."""
    return boost(
        data,
        {
            "eta": hyperparameters.learning_rate,
            "max_depth": hyperparameters.max_depth,
            "min_child_weight": hyperparameters.min_child_weight,
            "subsample": hyperparameters.subsample,
            "colsample_bytree": hyperparameters.colsample,
            "lambda": hyperparameters.l2,
            "seed": hyperparameters.seed,
            "nthread": hyperparameters.threads,
            "tree_method": "hist",
        },
        hyperparameters.rounds,
        patience=hyperparameters.patience,
        checkpoint_rounds=hyperparameters.checkpoint_rounds,
    )
