"""settings.json: what wa-ml.json says of a model, with every default filled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import SettingsError, joined

# Beside a model's code; written from wa-ml.json.
SETTINGS_FILE = "settings.json"


def read_settings(file: Path, key: str) -> Mapping[str, Any] | None:
    """Return what settings.json says under `key`, or None where the file or the key is absent.

    Args:
        file: A settings.json.
        key: "hyperparameters", "tuning" or "optimise".

    Raises:
        SettingsError: The file is not JSON, or the key holds no object.
    """
    if not file.is_file():
        return None
    try:
        content = json.loads(file.read_text("utf-8"))
        value = content.get(key)
        if value is not None and not isinstance(value, dict):
            raise ValueError(f'"{key}" is not an object')
    except (OSError, ValueError, AttributeError) as error:
        raise settings_refused(file, key, [f"{type(error).__name__}: {error}"]) from error
    return value


def settings_refused(file: Path, key: str, problems: list[str]) -> SettingsError:
    """Return the error for a settings.json whose `key` cannot be used, with all its problems."""
    return SettingsError(
        "settings-refused",
        f'"{key}" of {file} cannot be used:',
        joined(problems),
        f'Correct "{key}" of the model in wa-ml.json, then run npx projen.',
    )
