"""Power and load of the GPUs while a run lasts, asked of nvidia-smi now and then."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time

# Between two looks: nvidia-smi is started each time.
INTERVAL_SECONDS = 5.0
_QUERY = "--query-gpu=power.draw,utilization.gpu,memory.used"


class GpuPower:
    """Adds up what all GPUs of the machine draw.

    Attributes:
        joules: Energy so far.
        peak_memory_mib: Largest memory in use, over all GPUs.
    """

    def __init__(self) -> None:
        self.joules = 0.0
        self.peak_memory_mib = 0.0
        self._loads: list[float] = []
        self._end = threading.Event()
        self._program = shutil.which("nvidia-smi")
        self._thread = threading.Thread(target=self._watch, daemon=True)

    @property
    def utilisation(self) -> float:
        """Mean load of the GPUs so far, 0 to 1."""
        return sum(self._loads) / len(self._loads) / 100 if self._loads else 0.0

    def start(self) -> None:
        """Begin to look, where there is an nvidia-smi."""
        if self._program is not None:
            self._thread.start()

    def stop(self) -> None:
        """End it; the figures stay."""
        self._end.set()

    def _watch(self) -> None:
        last = time.monotonic()
        while True:
            reading = self._read()
            now = time.monotonic()
            if reading is not None:
                watts, load, memory = reading
                self.joules += watts * (now - last)
                self._loads.append(load)
                self.peak_memory_mib = max(self.peak_memory_mib, memory)
            last = now
            if self._end.wait(INTERVAL_SECONDS):
                return

    def _read(self) -> tuple[float, float, float] | None:
        """Return watts of all, mean load in percent, MiB of all; None where it cannot be read."""
        command = [str(self._program), _QUERY, "--format=csv,noheader,nounits"]
        try:
            told = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
            rows = [[float(cell) for cell in line.split(",")] for line in told.stdout.splitlines()]
        except (OSError, ValueError, subprocess.SubprocessError):
            return None
        if not rows:
            return None
        watts, loads, memory = zip(*rows, strict=True)
        return sum(watts), sum(loads) / len(loads), sum(memory)
