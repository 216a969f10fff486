"""Searches hyperparameters on this machine, as SageMaker's tuning step does on AWS."""

from .space import Space, read_space
from .tune import tune

__all__ = ["Space", "read_space", "tune"]
