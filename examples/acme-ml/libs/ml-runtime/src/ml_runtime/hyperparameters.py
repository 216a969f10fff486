"""Hyperparameters: strings on the way in, a validated dataclass afterwards."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, get_type_hints

from .errors import HyperparameterError, joined, nearest

Kind = TypeVar("Kind")


def within(default: Any, minimum: float, maximum: float) -> Any:
    """Return a dataclass field whose value lies in [minimum, maximum], both included."""
    return field(default=default, metadata={"minimum": minimum, "maximum": maximum})


def one_of(default: str, *choices: str) -> Any:
    """Return a dataclass field whose value is one of the choices."""
    return field(default=default, metadata={"choices": choices})


@dataclass(frozen=True)
class SplitHyperparameters:
    """How `prepare` splits the data; shares are fractions of all rows."""

    seed: int = within(17, 0, 2**32 - 1)
    validation_share: float = within(0.2, 0.01, 0.49)
    test_share: float = within(0.2, 0.01, 0.49)


@dataclass(frozen=True)
class TrainingHyperparameters(SplitHyperparameters):
    """What every model's training loop reads; a model's own dataclass adds its fields.

    Attributes:
        epochs: Passes over the train channel.
        batch_size: Rows of one optimiser step, over all processes together.
        learning_rate: Peak of the cosine schedule that falls to a tenth of it.
        weight_decay: AdamW's decoupled weight decay.
        gradient_clip: Largest norm of the gradient; 0 does not clip.
        checkpoint_steps: Optimiser steps between checkpoints; 0 writes one each epoch.
        precision: "fp32", or "bf16" for autocast (matrix products in bfloat16).
        strategy: "single" (one process) or "ddp" (one replica in each process).
    """

    epochs: int = within(30, 1, 100_000)
    batch_size: int = within(64, 1, 1_048_576)
    learning_rate: float = within(2e-3, 1e-8, 10.0)
    weight_decay: float = within(5e-2, 0.0, 10.0)
    gradient_clip: float = within(1.0, 0.0, 1e6)
    checkpoint_steps: int = within(0, 0, 1_000_000_000)
    precision: str = one_of("fp32", "fp32", "bf16")
    strategy: str = one_of("single", "single", "ddp")


def parse_hyperparameters(
    kind: type[Kind], texts: Mapping[str, str], *, ignore_unknown: bool = False
) -> Kind:
    """Turn texts into the frozen dataclass `kind`; names that are not given keep their defaults.

    Args:
        kind: A dataclass with fields of type int, float, bool or str.
        texts: Name to text. A quoted JSON string is accepted for a str field.
        ignore_unknown: Leave names alone that `kind` does not have. Default: refuse them.

    Raises:
        HyperparameterError: With every unknown name, wrong type and value out of range.
    """
    types = get_type_hints(kind)
    known = {entry.name: entry for entry in fields(kind)}  # type: ignore[arg-type]
    problems, values = [], {}
    for name, text in texts.items():
        if name not in known:
            if not ignore_unknown:
                problems.append(f'"{name}" is unknown{nearest(name, list(known))}')
            continue
        try:
            values[name] = _convert(types[name], text)
        except ValueError:
            problems.append(f'{name} = "{text}" is not of type {types[name].__name__}')
            continue
        if (reason := _refusal(values[name], known[name].metadata)) is not None:
            problems.append(f'{name} = "{text}" {reason}')
    if problems:
        raise HyperparameterError(
            "hyperparameters-refused",
            "The hyperparameters cannot be used:",
            joined(problems),
            "Correct them in input/config/hyperparameters.json, SM_HPS or --set.",
        )
    return kind(**values)


def _convert(kind: type, text: str) -> Any:
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise ValueError(text)
        return text.lower() == "true"
    if kind is str and text.startswith('"'):
        decoded = json.loads(text)
        return decoded if isinstance(decoded, str) else text
    if kind is float and not math.isfinite(float(text)):
        raise ValueError(text)
    return kind(text)


def _refusal(value: Any, limits: Mapping[str, Any]) -> str | None:
    if "choices" in limits and value not in limits["choices"]:
        return f"is not one of {', '.join(limits['choices'])}"
    if "minimum" in limits and not limits["minimum"] <= value <= limits["maximum"]:
        return f"is not between {limits['minimum']} and {limits['maximum']}"
    return None
