"""The example's model.py where there is no PyTorch: a repository of estimators has none."""

from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from ml_runtime.training.estimators import Estimator, EstimatorData
from ml_runtime.training.estimators import EstimatorHyperparameters as Hyperparameters
from ml_runtime.training.estimators_sklearn import SklearnPipeline

FLAVOUR = "sklearn"


def fit(data: EstimatorData, settings: Hyperparameters) -> Estimator:
    outputs = len(data.schema.classes) or 1
    forest = RandomForestClassifier if outputs > 1 else RandomForestRegressor
    pipeline = make_pipeline(SimpleImputer(), forest(20, random_state=settings.seed))
    return SklearnPipeline(pipeline.fit(data.train.features, data.train.target), outputs)
