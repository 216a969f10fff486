"""Trains, resumes and exports a model; the only part that imports torch, and not for estimators."""
