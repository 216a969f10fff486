"""What a load test found: as JSON, as a table, and as the measurement that scaling reads."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import LoadTestError
from .plot import terminal_plot
from .search import Found
from .statistics import Step

# Of loadtest.json's form.
REPORT_VERSION = 1

# Above this share of the client's own ceiling, the maximum may be the client's.
CEILING_SHARE = 0.7

# A client that is late by this share of the latency limit has used it up itself.
LATE_SHARE = 0.5


@dataclass(frozen=True)
class Setup:
    """What was measured, and how.

    Attributes:
        url: Where the requests went.
        rows: Rows of one request.
        workers: Processes of the server; None where it was not started by the test.
        limit_ms: Latency that 99 % of the requests had to stay under, in milliseconds.
        errors: Share of failed requests that the rate had to stay under.
        arrivals: "poisson" or "constant".
        seconds: Length of the run of one rate.
        clients: Client processes.
        connections: Most connections at once.
        model_digest: SHA-256 of model.onnx; None where another server was measured.
        instance_type: Of the machine that served, such as "ml.m5.large"; None where unknown.
        image_digest: sha256:... of the image that served; None where unknown.
    """

    url: str
    rows: int
    workers: int | None
    limit_ms: float
    errors: float
    arrivals: str
    seconds: float
    clients: int
    connections: int
    model_digest: str | None
    instance_type: str | None
    image_digest: str | None


@dataclass(frozen=True)
class Report:
    """The result of a load test.

    Attributes:
        setup: What was measured.
        found: Steps and maximum.
        ceiling: Requests per second of the client against a server that does nothing.
        half: The run at half of the maximum; None where there is no maximum.
    """

    setup: Setup
    found: Found
    ceiling: float
    half: Step | None

    @property
    def client_bound(self) -> bool:
        """Whether the maximum may be the client's.

        It was near its own ceiling, or itself late where the limit was first passed.
        """
        failing = [step for step in self.found.steps if not self._holds(step)]
        late = bool(failing) and min(failing, key=_rate).lag > LATE_SHARE * self.setup.limit_ms
        return late or self.found.maximum > CEILING_SHARE * self.ceiling

    def to_json(self) -> dict[str, Any]:
        """Return the content of loadtest.json."""
        confirmation = self.found.confirmation
        return {
            "version": REPORT_VERSION,
            "maxRps": float(f"{self.found.maximum:.4g}"),
            **{_camel(name): value for name, value in asdict(self.setup).items()},
            "cache": "off" if self.setup.workers is not None else "unknown",
            "clientCeilingRps": float(f"{self.ceiling:.4g}"),
            "clientBound": self.client_bound,
            "confirmation": None if confirmation is None else confirmation.to_json(),
            "atHalf": None if self.half is None else self.half.to_json(),
            "steps": [step.to_json() for step in self.found.steps],
        }

    def to_text(self) -> str:
        """Return the table and the plot for a terminal."""
        setup, found = self.setup, self.found
        header = (
            f"{'requests/s':>12} {'answered/s':>11} {'errors':>8} {'p50 ms':>9} {'p99 ms':>9}"
            f" {'p99.9 ms':>9} {'sent late':>10}"
        )
        lines = [header, *(self._line(step) for step in sorted(found.steps, key=_rate))]
        if found.confirmation is not None:
            lines.append(f"{self._line(found.confirmation)}  confirmation")
        if self.half is not None:
            lines.append(f"{self._line(self.half)}  half of the maximum")
        limits = f"p99 under {setup.limit_ms:g} ms and errors under {setup.errors:.3g}"
        lines += ["", terminal_plot(found.steps, setup.limit_ms), ""]
        if found.maximum:
            lines.append(f"Maximum: {found.maximum:.4g} requests/s with {limits}.")
        else:
            lines.append(f"No rate was found with {limits}.")
        if self.client_bound:
            lines.append(
                f"The client was the limit, or near it (it reaches {self.ceiling:.4g}/s):"
                " the server may be faster. Use more --clients, on cores of their own."
            )
        return "\n".join(lines)

    def _holds(self, step: Step) -> bool:
        return step.holds(self.setup.limit_ms, self.setup.errors)

    def _line(self, step: Step) -> str:
        failing = "" if self._holds(step) else "  over the limit"
        return (
            f"{step.rate:12.5g} {step.answered:11.5g} {step.errors:8.2%} {step.p50:9.3g}"
            f" {step.p99:9.3g} {step.p999:9.3g} {step.lag:8.3g}ms{failing}"
        )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _rate(step: Step) -> float:
    return step.rate


def record_measurement(file: Path, report: Report) -> bool:
    """Put the maximum among the measurements that scaling reads, in place of one of the same kind.

    The file is a JSON list, one entry for each instance type and image. Nothing is written where
    either is unknown or the client was the limit: such a figure must not scale anything.

    Returns:
        Whether it was written.

    Raises:
        LoadTestError: The file is there and is no list of measurements.
    """
    setup, found = report.setup, report.found
    if not (setup.instance_type and setup.image_digest and found.maximum) or report.client_bound:
        return False
    entry = {
        "maxRps": float(f"{found.maximum:.4g}"),
        "instanceType": setup.instance_type,
        "imageDigest": setup.image_digest,
        "modelDigest": setup.model_digest,
        "workers": setup.workers,
        "rows": setup.rows,
    }
    try:
        entries = json.loads(file.read_text("utf-8")) if file.exists() else []
        kept = [one for one in entries if _kind(one) != _kind(entry)]
    except (ValueError, KeyError, TypeError) as error:
        raise LoadTestError(
            "measurements-unreadable",
            f"{file} cannot be read.",
            f"{type(error).__name__}: {error}.",
            "Restore it from Git, or delete it.",
        ) from error
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(sorted([*kept, entry], key=_kind), indent=2) + "\n", "utf-8")
    return True


def _kind(entry: dict[str, Any]) -> tuple[str, str]:
    return str(entry["instanceType"]), str(entry["imageDigest"])
