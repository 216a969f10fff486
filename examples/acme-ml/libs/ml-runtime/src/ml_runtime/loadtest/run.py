"""A whole load test: server, ceiling of the client, search, confirmation, half of the maximum."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..digests import file_digest
from ..errors import LoadTestError
from .client import Target
from .clients import Clients, default_processes, measure_ceiling
from .plot import svg_plot
from .report import Report, Setup, record_measurement
from .search import find_maximum
from .server_process import serving
from .statistics import Step

# The confirmation runs so many times longer than one step of the search.
CONFIRMATION = 3

# A request counts as failed after so many times the latency limit, or one second.
PATIENCE, SHORTEST_PATIENCE = 4.0, 1.0


def load_test(
    setup: Setup, target: Target, root: Path | None, say: Callable[[str], None]
) -> Report:
    """Find the maximum of a server.

    Args:
        setup: What to measure; `clients` 0 is as many as leave the server its cores.
        target: Where to send what; its url is a path where the server is started here.
        root: The folder that stands for /opt/ml, to start the server from; None for another one.
        say: Takes one line for each step.

    Raises:
        LoadTestError: Nothing answers.
    """
    with ExitStack() as stack:
        if root is not None:
            address, _ = stack.enter_context(serving(root, setup.workers or 1))
            target = replace(target, url=address + target.url)
        clients = Clients(
            processes=setup.clients or default_processes(setup.workers or 1),
            connections=setup.connections,
            arrivals="constant" if setup.arrivals == "constant" else "poisson",
            patience=max(SHORTEST_PATIENCE, PATIENCE * setup.limit_ms / 1e3),
        )
        stack.callback(clients.close)
        setup = replace(setup, url=target.url, clients=clients.processes)
        seconds = setup.seconds

        def measure(rate: float, length: float = seconds) -> Step:
            step = clients.send(target, rate, length)
            state = "holds" if holds(step) else "over the limit"
            say(
                f"{rate:.5g} requests/s: p50 {step.p50:.3g} ms, p99 {step.p99:.3g} ms, "
                f"errors {step.errors:.2%}: {state}"
            )
            return step

        def holds(step: Step) -> bool:
            return step.holds(setup.limit_ms, setup.errors)

        ceiling = measure_ceiling(clients, min(seconds, 2.0))
        say(f"client: up to {ceiling:.4g} requests/s")
        capacity = clients.saturate(target, min(seconds, 5.0))
        if capacity == 0:
            raise LoadTestError(
                "nothing-answered",
                f"{target.url} answered no request with a 2xx status.",
                "The load test sent real rows and counted the answers.",
                "Send one of the rows by hand, and read the answer.",
            )
        found = find_maximum(
            measure, lambda rate: measure(rate, CONFIRMATION * seconds), holds, capacity
        )
        half = measure(found.maximum / 2) if found.maximum else None
    return Report(setup, found, ceiling, half)


def digest_of(model: Path) -> str | None:
    """Return the SHA-256 of a model folder's model.onnx in hexadecimal; None if there is none."""
    file = model / "model.onnx"
    return file_digest(file) if file.is_file() else None


def finish(
    report: Report, folder: Path, record: Path | None, promise: float | None, as_json: bool
) -> None:
    """Write loadtest.json and loadtest.svg, print the result, and judge the promise.

    Args:
        report: The result.
        folder: Where both files go.
        record: List of measurements to add the maximum to, or None.
        promise: Requests per second that were promised, or None.
        as_json: Print the JSON instead of the table.

    Raises:
        LoadTestError: The maximum is below the promised rate.
    """
    content: dict[str, Any] = {**report.to_json(), "promisedRps": promise}
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=2)
    (folder / "loadtest.json").write_text(text + "\n", "utf-8")
    title = f"Latency over rate, {report.setup.rows} row(s) a request"
    plot = svg_plot(title, report.found.steps, report.setup.limit_ms, report.found.maximum)
    (folder / "loadtest.svg").write_text(plot, "utf-8")
    print(text if as_json else report.to_text(), flush=True)
    if record is not None and not record_measurement(record, report):
        print(
            "Not recorded for scaling: that takes --instance-type, --image-digest, and a maximum "
            "that is not the client's.",
            file=sys.stderr,
        )
    if promise is not None and report.found.maximum < promise:
        raise LoadTestError(
            "promise-missed",
            f"{promise:g} requests/s were promised, {report.found.maximum:.4g} are kept.",
            f"The limits are p99 {report.setup.limit_ms:g} ms and errors {report.setup.errors:g}.",
            "See loadtest.svg; make the model faster, or give it a larger instance.",
        )
