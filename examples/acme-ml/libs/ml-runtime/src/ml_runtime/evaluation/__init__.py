"""Judges the exported model on rows that training has not seen."""

from .evaluate import evaluate

__all__ = ["evaluate"]
