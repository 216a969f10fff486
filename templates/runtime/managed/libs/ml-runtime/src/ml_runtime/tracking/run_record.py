"""Writes output/data/run.json while a run lasts: no network, no tracking library."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..layout import ContainerLayout
from ..whole_files import write_whole
from .energy import Usage, estimate
from .gpu_power import GpuPower
from .lineage import lineage

# Of run.json's form.
RECORD_VERSION = 1
RECORD_FILE = "run.json"

# A killed run loses this much of its record at most; a quick one is not slowed down by writing it.
WRITE_SECONDS = 10.0

# Beyond this many entries every other one is dropped, so that a long run's record stays small.
HISTORY_ENTRIES = 2000


class RunRecorder:
    """An observer of training that keeps parameters, metrics, lineage, system and energy.

    A run that continues after an interruption adds to the record of its earlier part, where that
    still lies in output/data.

    Args:
        layout: Its output/data gets the record; its hosts' instance type is recorded.
        code: The model's folder, for its Git commit.

    Attributes:
        file: The record.
        content: What it holds; empty before the run begins.
    """

    def __init__(self, layout: ContainerLayout, code: Path) -> None:
        self.file = layout.output_data / RECORD_FILE
        self.code = code
        self.instance_types = layout.instance_types
        self.gpu = GpuPower()
        self.content: dict[str, Any] = {}
        self.earlier: dict[str, float] = {}
        self.began = self.written = self.cpu_began = 0.0
        self.processes = 1

    def on_start(self, record: Mapping[str, Any]) -> None:
        """Begin the record."""
        self.began, self.cpu_began = time.monotonic(), _cpu_seconds()
        self.processes = int(record["processes"])
        before = self._earlier_part(record)
        self.earlier = before.get("system", {})
        self.content = {
            "recordVersion": RECORD_VERSION,
            "run": record["run"],
            "status": "running",
            "startedAt": before.get("startedAt") or _now(),
            "endedAt": None,
            "step": record["step"],
            "parameters": dict(record["settings"]),
            "rows": record["rows"],
            "processes": self.processes,
            "device": str(record["device"]),
            "dataSha256": record["dataSha256"],
            "lineage": self._lineage(),
            "metrics": before.get("metrics", {}),
            "history": [
                entry for entry in before.get("history", []) if entry["step"] <= record["step"]
            ],
        }
        if "cuda" in str(record["device"]):
            self.gpu.start()
        self._write()

    def on_step(self, step: int, metrics: Mapping[str, float]) -> None:
        """Keep the metrics of a step."""
        self._add(step, metrics)

    def on_epoch(self, step: int, metrics: Mapping[str, float]) -> None:
        """Keep the metrics of an epoch; they are the run's until the next ones come."""
        self.content["metrics"] = _finite(metrics)
        self._add(step, metrics)

    def on_end(self, record: Mapping[str, Any]) -> None:
        """Finish the record; of a run that failed before it began there is none."""
        self.gpu.stop()
        if not self.content:
            return
        known = {key: value for key, value in record.items() if key not in ("status", "step")}
        self.content |= {"status": record["status"], "endedAt": _now(), "result": _finite(known)}
        self.content["step"] = record.get("step", self.content["step"])
        self._write()

    def _lineage(self) -> dict[str, Any]:
        known = lineage(self.code)
        # The variable is set by SageMaker's own images; in every image resourceconfig.json says it.
        if known["instanceType"] is None and self.instance_types:
            known["instanceType"] = ", ".join(self.instance_types)
        return known

    def _earlier_part(self, record: Mapping[str, Any]) -> dict[str, Any]:
        if record["step"] == 0:
            return {}
        try:
            content: dict[str, Any] = json.loads(self.file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return content if content.get("run") == record["run"] else {}

    def _add(self, step: int, metrics: Mapping[str, float]) -> None:
        history = self.content["history"]
        history.append({"step": step, "time": _now(), "metrics": _finite(metrics)})
        if len(history) > HISTORY_ENTRIES:
            del history[1:-1:2]
        self.content["step"] = step
        if time.monotonic() - self.written > WRITE_SECONDS:
            self._write()

    def _write(self) -> None:
        self.content |= self._system()
        write_whole(self.file, json.dumps(self.content, indent=1, allow_nan=False) + "\n")
        self.written = time.monotonic()

    def _system(self) -> dict[str, Any]:
        """Return system and energy figures, of earlier parts as well."""
        now = {
            "seconds": time.monotonic() - self.began,
            # The other processes do the same work as this one.
            "cpuSeconds": (_cpu_seconds() - self.cpu_began) * self.processes,
            "gpuJoules": self.gpu.joules,
        }
        total = {name: value + self.earlier.get(name, 0.0) for name, value in now.items()}
        cores, memory = os.cpu_count() or 1, _memory_gb()
        usage = Usage(total["seconds"], total["cpuSeconds"], cores, memory, total["gpuJoules"])
        system = {
            **total,
            "cores": cores,
            "memoryGb": memory,
            "cpuUtilisation": total["cpuSeconds"] / max(total["seconds"] * cores, 1e-9),
            "peakMemoryMib": _peak_memory_mib() * self.processes,
            "gpuUtilisation": self.gpu.utilisation,
            "gpuPeakMemoryMib": self.gpu.peak_memory_mib,
        }
        return {"system": system, "energy": estimate(usage, self.content["lineage"]["region"])}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _finite(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metrics that JSON can hold: a diverged loss is written as null."""
    return {
        name: None if isinstance(value, float) and value - value != 0 else value
        for name, value in metrics.items()
    }


def _cpu_seconds() -> float:
    own = os.times()
    return own.user + own.system + own.children_user + own.children_system


def _peak_memory_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return peak / 1024 if sys.platform == "linux" else peak / 1024**2


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
