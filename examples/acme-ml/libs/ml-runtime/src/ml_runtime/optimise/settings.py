"""What `optimise` may try, and what a smaller model has to reach to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..settings import read_settings, settings_refused

# The quantised candidates that each choice tries.
QUANTISATIONS: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "dynamic": ("dynamic-int8",),
    "static": ("static-int8",),
    "int8": ("dynamic-int8", "static-int8"),
}

_NAMES = {
    "quantise": "quantise",
    "prune": "prune",
    "maxAccuracyDrop": "max_accuracy_drop",
    "minLatencyReduction": "min_latency_reduction",
}
_LIMITS = {"prune": 0.9, "maxAccuracyDrop": 1.0, "minLatencyReduction": 0.99}


@dataclass(frozen=True)
class OptimiseSettings:
    """The gate, by configuration (`models.<name>.optimise` in wa-ml.json).

    Attributes:
        quantise: "int8" tries dynamic and static quantisation; "dynamic", "static" or "none".
        prune: Share of the hidden units of each pair of dense layers to take out, 0 to 0.9.
        max_accuracy_drop: Largest loss of accuracy (of R squared in a regression) on the
            validation channel, as a share: 0.005 is half a percentage point.
        min_latency_reduction: Smallest share by which the median latency has to fall. Source of
            the default: performance policy "latency -30 % or better".
    """

    quantise: str = "int8"
    prune: float = 0.0
    max_accuracy_drop: float = 0.005
    min_latency_reduction: float = 0.3


def read_optimise_settings(file: Path, given: Mapping[str, Any] | None = None) -> OptimiseSettings:
    """Return the settings under `optimise` of a settings.json; what is absent has its default.

    Args:
        file: A settings.json, which may be absent.
        given: Settings that win over the file's, by the same names. Default: none.

    Raises:
        SettingsError: A name is unknown or a value out of range; all problems at once.
    """
    written = {**(read_settings(file, "optimise") or {}), **(given or {})}
    problems = [f'"{name}" is unknown' for name in written if name not in _NAMES]
    values: dict[str, Any] = {}
    for name, field in _NAMES.items():
        if name not in written:
            continue
        value = values[field] = written[name]
        if name == "quantise":
            if value not in QUANTISATIONS:
                problems.append(f"quantise is {value!r}, not one of {', '.join(QUANTISATIONS)}")
        elif isinstance(value, bool) or not isinstance(value, int | float):
            problems.append(f"{name} is {value!r}, not a number")
        elif not 0 <= value <= _LIMITS[name]:
            problems.append(f"{name} is {value}, not between 0 and {_LIMITS[name]}")
    if problems:
        raise settings_refused(file, "optimise", problems)
    return OptimiseSettings(**values)
