"""The pipeline and its hyperparameters."""

from dataclasses import dataclass

from ml_runtime.hyperparameters import one_of, within
from ml_runtime.training.estimators import Estimator, EstimatorData, EstimatorHyperparameters
from ml_runtime.training.estimators_sklearn import SklearnPipeline
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

FLAVOUR = "sklearn"


@dataclass(frozen=True)
class Hyperparameters(EstimatorHyperparameters):
    """What can be set for this model.

    Attributes:
        method: "linear" (ridge or logistic regression: the one to beat) or "forest".
        l2: The linear method's penalty on large weights.
        trees: Trees of the forest.
        leaf_rows: Rows of a tree's leaf, at least.
    """

    method: str = one_of("linear", "linear", "forest")
    l2: float = within(1.0, 1e-9, 1e9)
    trees: int = within(200, 1, 100_000)
    leaf_rows: int = within(5, 1, 1_000_000)


def fit(data: EstimatorData, hyperparameters: Hyperparameters) -> Estimator:
    """Return the fitted pipeline."""
    outputs = len(data.schema.classes) or 1
    pipeline = build_pipeline(outputs, hyperparameters)
    pipeline.fit(data.train.features, data.train.target)
    return SklearnPipeline(pipeline, outputs)


def build_pipeline(outputs: int, hyperparameters: Hyperparameters) -> Pipeline:
    """Return the pipeline, not fitted: medians for missing numbers, then the method."""
    median = SimpleImputer(strategy="median", keep_empty_features=True)
    if hyperparameters.method == "linear":
        linear = (
            Ridge(alpha=hyperparameters.l2)
            if outputs == 1
            else LogisticRegression(C=1 / hyperparameters.l2, max_iter=1000)
        )
        return make_pipeline(median, StandardScaler(), linear)
    forest = RandomForestRegressor if outputs == 1 else RandomForestClassifier
    return make_pipeline(
        median,
        forest(
            hyperparameters.trees,
            min_samples_leaf=hyperparameters.leaf_rows,
            random_state=hyperparameters.seed,
            # 0 asks for one thread for each core; joblib's word for that is -1.
            n_jobs=hyperparameters.threads or -1,
        ),
    )
