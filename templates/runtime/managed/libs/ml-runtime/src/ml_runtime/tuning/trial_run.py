"""One trial: `train` in a process of its own, as a training job would run it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..layout import ContainerLayout

# How long a trial that is stopped has for its last checkpoint, which nobody wants.
STOP_SECONDS = 10.0

# Told the n-th value of the metric; answers whether the trial is worth going on.
Report = Callable[[int, float], bool]


@dataclass(frozen=True)
class Outcome:
    """How a trial ended.

    Attributes:
        status: "Completed", "Failed" or "Stopped" (it lagged behind), as SageMaker says.
        value: Last value of the metric, or None where there was none.
        reason: Why it failed.
    """

    status: str
    value: float | None
    reason: str = ""


# Hyperparameters, folder of the trial, report; to how it ended. Tests may give their own.
RunTrial = Callable[[Mapping[str, str], Path, Report], Outcome]


class TrainingProcesses:
    """Runs trials as processes, and ends those that are left when the search ends.

    Args:
        layout: Its channels are the trials'.
        code: The model's folder.
        metric: Name of the metric, as train prints it.
        parallel: Trials at a time; they share the cores.
    """

    def __init__(self, layout: ContainerLayout, code: Path, metric: str, parallel: int) -> None:
        self.layout, self.code, self.parallel = layout, code, parallel
        self.pattern = re.compile(rf"(?:^|[\s;]){re.escape(metric)}=([0-9.eE+-]+);")
        self.running: set[subprocess.Popen[str]] = set()
        self.lock = threading.Lock()

    def __call__(self, hyperparameters: Mapping[str, str], folder: Path, report: Report) -> Outcome:
        """Train in `folder`, which stands for /opt/ml; only its log and record are kept."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        command = [sys.executable, "-m", "ml_runtime", "train"]
        command += ["--root", str(folder), "--code", str(self.code)]
        values: list[float] = []
        keeps = True
        with (folder / "train.log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(  # noqa: S603
                command,
                env=self._environment(hyperparameters),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
            with self.lock:
                self.running.add(process)
            try:
                for line in process.stdout or ():
                    log.write(line)
                    if keeps and (found := self.pattern.search(line)):
                        values.append(float(found[1]))
                        keeps = report(len(values), values[-1])
                        if not keeps:
                            process.terminate()
                status = process.wait()
            finally:
                _end(process)
                with self.lock:
                    self.running.discard(process)
        outcome = self._outcome(folder, status, values, keeps)
        for name in ("model", "checkpoints", "input"):
            shutil.rmtree(folder / name, ignore_errors=True)
        return outcome

    def close(self) -> None:
        """End all trials that still run."""
        with self.lock:
            left = list(self.running)
        for process in left:
            _end(process)

    def _environment(self, hyperparameters: Mapping[str, str]) -> dict[str, str]:
        """Return a training job's environment: the channels are ours, all else is the trial's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SM_")}
        channels = {
            f"SM_CHANNEL_{name.upper()}": str(self.layout.channel(name).resolve())
            for name in ("train", "validation")
        }
        # Trials share the cores; each would take all of them otherwise.
        threads = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // self.parallel))}
        hosts = {"SM_HPS": json.dumps(dict(hyperparameters)), "PYTHONUNBUFFERED": "1"}
        return {**threads, **kept, **channels, **hosts}

    def _outcome(self, folder: Path, status: int, values: list[float], keeps: bool) -> Outcome:
        value = values[-1] if values else None
        if not keeps:
            return Outcome("Stopped", value)
        failure = folder / "output" / "failure"
        if status != 0:
            told = failure.read_text("utf-8") if failure.is_file() else f"exit code {status}"
            return Outcome("Failed", None, told[:300])
        if value is None or value - value != 0:
            return Outcome("Failed", None, "train printed no finite value of the metric")
        return Outcome("Completed", value)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
