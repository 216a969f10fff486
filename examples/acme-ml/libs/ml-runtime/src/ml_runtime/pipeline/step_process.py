"""The process of a step, in a folder that is laid out as /opt/ml."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ..errors import PipelineError
from .graph import Step
from .step_folder import LOG_FILE

# Lines of a failed step's output that are shown; all of them are in its folder.
LAST_LINES = 20

# What a process gets some time to write its checkpoint in, seconds, when the run is stopped:
# SageMaker gives a spot job 120.
GRACE_SECONDS = 120.0


def run_step(step: Step, folder: Path, code: Path, more: Sequence[str]) -> None:
    """Run a step's command to its end, its output in the step's folder.

    Args:
        step: The step.
        folder: Stands for /opt/ml.
        code: The model's folder; also the current folder of the process.
        more: Further arguments.

    Raises:
        PipelineError: The process failed: with its reason, and the end of its output.
    """
    command = [sys.executable, "-m", "ml_runtime", *step.command, "--root", str(folder), *more]
    # Nothing but the layout tells a step where it is, as in its container.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SM_")}
    environ |= {"ML_RUNTIME_CODE": str(code), "PYTHONUNBUFFERED": "1"}
    log = folder / LOG_FILE
    with log.open("wb") as output:
        # A session of its own: a signal to this one reaches the step once, from here.
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=code,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        code_or_signal = _wait(process)
    if code_or_signal == 0:
        return
    failure = folder / "output" / "failure"
    reason = failure.read_text("utf-8") if failure.is_file() else _ended_by(code_or_signal)
    shown = "\n".join(log.read_text("utf-8", "replace").splitlines()[-LAST_LINES:])
    raise PipelineError(
        "step-failed",
        f"{step.name} failed: {reason.strip()}",
        f"The end of its output ({log}):\n{shown}\n",
        f"Mend it and run this again: what ended well before {step.name} is kept, "
        f"and {step.name} goes on from its checkpoints if it has any.",
    )


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for the process; if this one is stopped, stop it too, with time for a checkpoint."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    try:
        earlier = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not in the main thread, where signals do not arrive
        return process.wait()
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # and what it has started
            process.wait()
        raise
    finally:
        signal.signal(signal.SIGTERM, earlier)


def _ended_by(code: int) -> str:
    if code < 0:
        return f"it was ended by {signal.Signals(-code).name}, and left no reason."
    return f"it ended with exit code {code}, and left no reason."
