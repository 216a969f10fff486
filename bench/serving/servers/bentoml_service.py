"""A BentoML service with typed arguments: `bentoml serve bentoml_service:Diagnosis`."""

import os

import bentoml
from predictor import Predictor


@bentoml.service(
    workers=int(os.environ["BENCH_WORKERS"]),
    logging={"access": {"enabled": False}},
    metrics={"enabled": False},
)
class Diagnosis:
    """Rows in, predictions out."""

    def __init__(self) -> None:
        self.predictor = Predictor()

    @bentoml.api(route="/invocations")
    def invocations(self, instances: list[list[float]]) -> dict:
        """Answers."""
        return self.predictor.answer(instances)
