"""Judges a model on rows that training has not seen."""
