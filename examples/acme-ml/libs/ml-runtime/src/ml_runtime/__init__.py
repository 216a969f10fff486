"""Prepares, trains, evaluates and serves a model over SageMaker's container layout.

A model's own folder holds `data.py`, `features.py` and `model.py`; everything else is here.
"""

__version__ = "0.1.0"
