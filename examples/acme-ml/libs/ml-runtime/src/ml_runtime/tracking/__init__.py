"""A record of every run, and its way into MLflow."""
