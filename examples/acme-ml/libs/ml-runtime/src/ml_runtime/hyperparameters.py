"""Hyperparameters: strings on the way in, a validated dataclass afterwards."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar, get_type_hints

from .errors import HyperparameterError, joined, nearest

Kind = TypeVar("Kind")

# What `precision` and `strategy` may be; see TrainingHyperparameters.
PRECISIONS = ("fp32", "bf16", "fp16")
STRATEGIES = ("single", "ddp", "fsdp")

# Settings that change how a run is computed and not what it computes: a run may be continued with
# other values, such as one process instead of two.
MEANS = frozenset(
    {
        "gradient_accumulation_steps",
        "strategy",
        "torch_compile",
        "gradient_checkpointing",
        "full_determinism",
        "logging_steps",
        "save_steps",
        "save_total_limit",
        "load_best_model_at_end",
        "dataloader_num_workers",
    }
)


def within(default: Any, minimum: float, maximum: float) -> Any:
    """Return a dataclass field whose value lies in [minimum, maximum], both included."""
    return field(default=default, metadata={"minimum": minimum, "maximum": maximum})


def one_of(default: str, *choices: str) -> Any:
    """Return a dataclass field whose value is one of the choices."""
    return field(default=default, metadata={"choices": choices})


@dataclass(frozen=True)
class SplitHyperparameters:
    """How `prepare` splits the data; shares are fractions of all rows.

    Attributes:
        seed: Of every random choice, from the split on; 0 to 2**32 - 1, as scikit-learn takes.
        validation_share: Rows to stop and to choose by, 0.01 to 0.49.
        test_share: Rows to judge by, 0.01 to 0.49. Training gets what is left.
    """

    seed: int = within(17, 0, 2**32 - 1)
    validation_share: float = within(0.2, 0.01, 0.49)
    test_share: float = within(0.2, 0.01, 0.49)


@dataclass(frozen=True)
class TrainingHyperparameters(SplitHyperparameters):
    """What every model's training loop reads; a model's own dataclass adds its fields.

    The names are PyTorch's, and where PyTorch has none those of Hugging Face's TrainingArguments.

    Attributes:
        epochs: Passes over the train channel.
        batch_size: Rows of one optimiser step: over all processes and accumulated parts together,
            so that neither changes what is learnt.
        gradient_accumulation_steps: Parts that a process computes its share of a batch in, one
            after the other; needs less memory.
        learning_rate: Peak of the cosine schedule that falls to a tenth of it.
        warmup_steps: Optimiser steps in which the rate rises linearly to its peak.
        weight_decay: AdamW's decoupled weight decay.
        max_grad_norm: Largest norm of the gradient; 0 does not clip.
        precision: "fp32" (TF32 where there is a GPU), "bf16" or "fp16" for autocast; fp16 scales
            the loss and needs a GPU.
        strategy: "single" (one process), "ddp" (one replica in each process) or "fsdp" (each
            process holds a part of the parameters, gradients and optimiser state).
        torch_compile: Compile the network; needs a C++ compiler.
        gradient_checkpointing: Compute activations of the network's blocks again in the backward
            pass instead of keeping them; needs less memory and more time.
        full_determinism: Use deterministic algorithms only; slower on a GPU.
        logging_steps: Optimiser steps between two printed losses; 0 prints one each epoch.
        save_steps: Most optimiser steps that a kill loses, whenever it comes: a checkpoint is begun
            twice in so many. 0 is an epoch.
        save_total_limit: Newest checkpoints that are kept, besides the one that validates best.
        load_best_model_at_end: Export the checkpoint with the lowest validation loss, not the last.
        streaming: Read the channels piece by piece while training, for data larger than memory.
        dataloader_num_workers: Processes that read and compute features for each training process
            when streaming; 0 does it in the training process.
        sample: For a cheap first run: a share of the rows up to 1, or a number of rows above it;
            0 takes all.
    """

    epochs: int = within(30, 1, 100_000)
    batch_size: int = within(64, 1, 1_048_576)
    gradient_accumulation_steps: int = within(1, 1, 1_048_576)
    learning_rate: float = within(2e-3, 1e-8, 10.0)
    warmup_steps: int = within(0, 0, 1_000_000_000)
    weight_decay: float = within(5e-2, 0.0, 10.0)
    max_grad_norm: float = within(1.0, 0.0, 1e6)
    precision: str = one_of("fp32", *PRECISIONS)
    strategy: str = one_of("single", *STRATEGIES)
    torch_compile: bool = False
    gradient_checkpointing: bool = False
    full_determinism: bool = False
    logging_steps: int = within(0, 0, 1_000_000_000)
    save_steps: int = within(0, 0, 1_000_000_000)
    save_total_limit: int = within(2, 1, 1_000_000)
    load_best_model_at_end: bool = False
    streaming: bool = False
    dataloader_num_workers: int = within(0, 0, 256)
    sample: float = within(0.0, 0.0, 1e15)

    def decisive(self) -> dict[str, Any]:
        """Return the settings that decide what a run learns; the others only say how."""
        return {name: value for name, value in asdict(self).items() if name not in MEANS}


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
