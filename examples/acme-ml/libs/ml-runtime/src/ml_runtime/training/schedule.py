"""The learning rate as a function of the step alone, so a resumed run has nothing to restore."""

from __future__ import annotations

import math

from ..hyperparameters import TrainingHyperparameters


def learning_rate(settings: TrainingHyperparameters, step: int, last_step: int) -> float:
    """Return the rate of the step after `step`: a linear rise, then cosine to a tenth of the peak.

    Args:
        settings: Its `learning_rate` is the peak, reached after `warmup_steps`.
        step: Optimiser steps done, from 0.
        last_step: Steps of the whole run.
    """
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    done = (step - settings.warmup_steps) / max(1, last_step - settings.warmup_steps)
    return settings.learning_rate * (0.55 + 0.45 * math.cos(math.pi * min(done, 1.0)))
