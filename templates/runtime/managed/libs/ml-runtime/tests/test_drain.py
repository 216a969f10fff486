"""The end of a server whose workers have not begun to serve."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

# Two workers, each of which says that it loads its model and takes long to do so. Where one does
# not end by itself, Granian kills it after a time that is longer than the test waits.
SERVER = """
import os, sys, time
from pathlib import Path
from granian.constants import Interfaces
from ml_runtime.serving.drain import DrainingServer

def load():
    Path(sys.argv[1], f"loads-{os.getpid()}").touch()
    time.sleep(60)

DrainingServer(
    "unused:unused", interface=Interfaces.RSGI, port=int(sys.argv[2]), workers=2,
    websockets=False, workers_kill_timeout=50,
).serve(target_loader=load, wrap_loader=False)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
def test_a_worker_that_still_loads_its_model_ends_when_it_is_told_to(
    tmp_path: Path,
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path), str(port)],
        env={**os.environ, "ML_RUNTIME_GRACE_SECONDS": "0"},
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 40
        while len(list(tmp_path.glob("loads-*"))) < 2:
            assert time.monotonic() < deadline, "the workers were not started"
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    finally:
        with suppress(ProcessLookupError):  # nobody is left
            os.killpg(process.pid, signal.SIGKILL)
