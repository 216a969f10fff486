"""The training pipeline on this machine: the steps that SageMaker runs, as processes."""

from .graph import StepGraph, find_graph, read_graph
from .runner import RunOptions, run_pipeline

__all__ = ["RunOptions", "StepGraph", "find_graph", "read_graph", "run_pipeline"]
