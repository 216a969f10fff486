"""One line a step: for people, or as JSON for programs."""

from __future__ import annotations

import json
import sys
from typing import TextIO

from .graph import Step


class Progress:
    """Tells of every step as it ends.

    Args:
        as_json: One JSON object a line: step, kind, status (done, cached, passed, failed),
            seconds. Default: text.
        stream: Where to. Default: standard output.
    """

    def __init__(self, *, as_json: bool = False, stream: TextIO | None = None) -> None:
        self.as_json, self.stream = as_json, stream or sys.stdout
        # A line that is written over is for somebody who looks on.
        self.live = not as_json and self.stream.isatty()

    def started(self, step: Step) -> None:
        """A process begins."""
        if self.live:
            print(f"… {step.name}", end="\r", file=self.stream, flush=True)

    def done(self, step: Step, seconds: float) -> None:
        """It ended well."""
        self._say(step, "done", seconds, "✓", f"{seconds:.1f} s")

    def cached(self, step: Step, seconds: float) -> None:
        """Its result was at hand; `seconds` is what it took then."""
        self._say(step, "cached", seconds, "·", f"unchanged (took {seconds:.1f} s)")

    def passed(self, step: Step) -> None:
        """A gate is open."""
        self._say(step, "passed", 0.0, "✓", "open")

    def failed(self, step: Step, seconds: float) -> None:
        """A process failed, or a gate is closed."""
        self._say(step, "failed", round(seconds, 1), "✗", f"failed after {seconds:.1f} s")

    def _say(self, step: Step, status: str, seconds: float, mark: str, text: str) -> None:
        if self.as_json:
            event = {"step": step.name, "kind": step.kind, "status": status, "seconds": seconds}
            print(json.dumps(event), file=self.stream, flush=True)
        else:
            print(f"{mark} {step.name:<12}{text}", file=self.stream, flush=True)
