"""Serves an exported model over SageMaker's container contract."""
