"""Processes of a server that runs."""

import subprocess
from pathlib import Path
from typing import Any


def workers_of(process: "subprocess.Popen[Any]") -> list[int]:
    """Ids of the processes that the server's main process has started, by any of its threads."""
    tasks = Path(f"/proc/{process.pid}/task")
    return [
        int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()
    ]
