"""Everything that can be set about a server, and the environment variables that set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, Literal

from ..errors import LayoutError

# In bytes. Of both readings of "MB" the larger: what SageMaker lets through is not refused here.
MEGABYTE = 1024 * 1024

# What happens to a number outside the range seen in training: nothing, a warning, or a 422.
OutOfRange = Literal["accept", "warn", "refuse"]

# Before the names of the fields in upper case: ML_RUNTIME_BODY_BYTES.
PREFIX = "ML_RUNTIME_"


def _setting(default: Any, about: str, *, least: float | None = 0, choices: Any = None) -> Any:
    return field(default=default, metadata={"about": about, "least": least, "choices": choices})


@dataclass(frozen=True)
class ServingSettings:
    """A server's settings. Each is the environment variable ML_RUNTIME_<NAME>, and an option.

    Numbers are finite and at least 0, or what `least` says; what each means, and its unit, is the
    text beside its default, which `serve --help` shows as well.
    """

    # SageMaker's real-time endpoints take bodies of at most 6 MB.
    body_bytes: int = _setting(6 * MEGABYTE, "largest body that is held in memory, in bytes")
    # Asynchronous inference takes 1 GB.
    stream_bytes: int = _setting(
        1024 * MEGABYTE, "largest body of JSON lines, CSV or NPY that is streamed, in bytes"
    )
    rows: int = _setting(100_000, "most rows of a body that is held", least=1)
    read_seconds: float = _setting(30.0, "time for a body to arrive, in seconds", least=0.01)
    # SageMaker waits 60 seconds for a real-time answer.
    queue_seconds: float = _setting(60.0, "longest wait for the model, in seconds", least=0.01)
    queue_requests: int = _setting(8192, "most requests that wait for the model", least=1)
    batch_rows: int = _setting(1024, "most rows of requests that are computed together", least=1)
    batch_milliseconds: float = _setting(
        20.0, "longest computation that requests are put together for, in milliseconds"
    )
    threads: int = _setting(0, "threads of one computation; 0: by the cores and workers")
    cache_megabytes: float = _setting(0.0, "size of each worker's response cache; 0: no cache")
    cache_seconds: float = _setting(300.0, "age at which a cached response is dropped, in seconds")
    out_of_range: OutOfRange = _setting(  # noqa: RUF009 - it is a text
        "warn",
        "what happens to values outside the range seen in training",
        choices=("accept", "warn", "refuse"),
    )
    review_below: float = _setting(
        0.0, "confidence below which a prediction is marked for human review; 0: never"
    )
    explain_rows: int = _setting(16, "most rows of a body that is explained; 0: no explanations")
    explain_evaluations: int = _setting(
        200_000, "most rows the model computes to explain a body", least=1
    )
    capture_percent: float = _setting(0.0, "share of the requests that is captured, 0 to 100")
    capture_folder: str = _setting("/tmp/capture", "folder of the captured requests")  # noqa: S108  # nosec B108
    capture_megabytes: float = _setting(64.0, "most disk that captured requests take")
    capture_drop: str = _setting("", "columns that are never captured, separated by commas")
    metrics_seconds: float = _setting(60.0, "time between two lines of metrics; 0: none")
    endpoint: str = _setting("", "name of the endpoint, a dimension of the metrics")
    variant: str = _setting("AllTraffic", "name of the variant, a dimension of the metrics")
    model_version: str = _setting("", "version that metrics and captures name; default: the digest")
    access_log: bool = _setting(False, "print a line for each request", least=None)
    multi_model: bool = _setting(False, "serve many models, loaded by POST /models", least=None)
    models_megabytes: float = _setting(
        0.0, "memory for the files of loaded models; 0: half of the container's memory"
    )

    def to_environ(self) -> dict[str, str]:
        """Return the environment variables that `read_settings` makes these settings of."""
        return {variable(f.name): str(getattr(self, f.name)) for f in fields(self)}


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + name.upper()


def read_settings(environ: Mapping[str, str]) -> ServingSettings:
    """Return the settings that the environment asks for; what it does not name has its default.

    Raises:
        LayoutError: A value is not of its setting's type or out of its range.
    """
    given: dict[str, Any] = {}
    for entry in fields(ServingSettings):
        text = environ.get(variable(entry.name))
        if text is not None:
            given[entry.name] = parse_setting(entry.name, text)
    # SageMaker's own word.
    if environ.get("SAGEMAKER_MULTI_MODEL", "").lower() == "true":
        given["multi_model"] = True
    return ServingSettings(**given)


def parse_setting(name: str, text: str) -> Any:
    """Return the value of a setting written as text.

    Args:
        name: A field of ServingSettings.
        text: A number, true, false, 1, 0, or a word.

    Raises:
        LayoutError: It is not of the setting's type or out of its range.
    """
    entry: Field[Any] = next(entry for entry in fields(ServingSettings) if entry.name == name)
    kind: type = type(entry.default)
    least, choices = entry.metadata["least"], entry.metadata["choices"]
    try:
        if kind is bool:
            value: Any = {"true": True, "1": True, "false": False, "0": False}[text.lower()]
        else:
            value = kind(text)
        # Written so that NaN fails too.
        if kind in (int, float) and not (least <= value < float("inf")):
            raise ValueError
        if choices is not None and value not in choices:
            raise ValueError
    except (ValueError, KeyError):
        allowed = f"one of {', '.join(choices)}" if choices else f"a {kind.__name__}"
        if kind in (int, float) and least is not None:
            allowed += f" of at least {least}"
        raise LayoutError(
            "setting-refused",
            f'"{text}" cannot be {variable(name)}.',
            f"It is {allowed}: {entry.metadata['about']}.",
            "Correct the environment variable or the option.",
        ) from None
    return value
