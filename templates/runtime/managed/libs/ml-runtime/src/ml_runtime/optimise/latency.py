"""How long one answer takes, beside the plain model's, so that only ratios are believed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

# Name of the model as it was exported, which all others are compared with.
PLAIN = "plain"

# Each model answers a block of calls, then the next one, over and over: a disturbance of the
# machine meets all of them. The ratio of medians of every round is robust against the rest. A block
# lasts so many seconds, within these numbers of calls; each model is warmed by so many first.
ROUNDS = 9
BLOCK_SECONDS = 0.03
BLOCK_CALLS = (20, 400)
WARM_CALLS = 5


@dataclass(frozen=True)
class Latency:
    """Time of one call.

    Attributes:
        p50: Median in microseconds.
        p99: 99th percentile in microseconds.
        ratio: Median over the rounds of (this model's median / the plain model's median).
    """

    p50: float
    p99: float
    ratio: float


# Model name to ONNX file, the rows of one call; to latency. Tests give their own.
Measure = Callable[[Mapping[str, Path], NDArray[Any]], Mapping[str, Latency]]


def open_session(file: Path, threads: int = 1) -> Any:
    """Open a model on the CPU as serving does: one call runs on `threads` threads (default 1)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def run_session(session: Any, rows: NDArray[Any]) -> NDArray[Any]:
    """Return what the model answers to `rows`, shape [rows, ...].

    Args:
        session: Of `open_session`.
        rows: Features, [rows, ...].
    """
    answers: NDArray[Any] = session.run(None, {session.get_inputs()[0].name: rows})[0]
    return answers


def measure_latency(files: Mapping[str, Path], rows: NDArray[Any]) -> dict[str, Latency]:
    """Measure the models in turn: one process, one thread, warm, in rounds.

    Args:
        files: Name to ONNX file; "plain" is among them.
        rows: The input of every call, [rows, ...]. Online requests have one row.
    """
    sessions = {name: open_session(file) for name, file in files.items()}
    calls = {name: _block_calls(session, rows) for name, session in sessions.items()}
    times: dict[str, list[NDArray[np.float64]]] = {name: [] for name in sessions}
    names = list(sessions)
    for turn in range(ROUNDS):
        # Another one begins in each round, so that none always follows the same one.
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            times[name].append(time_calls(sessions[name], rows, calls[name]))
    plain = [float(np.median(block)) for block in times[PLAIN]]
    return {
        name: Latency(
            p50=float(np.median(np.concatenate(blocks))),
            p99=float(np.percentile(np.concatenate(blocks), 99)),
            ratio=float(np.median([np.median(b) / p for b, p in zip(blocks, plain, strict=True)])),
        )
        for name, blocks in times.items()
    }


def _block_calls(session: Any, rows: NDArray[Any]) -> int:
    time_calls(session, rows, WARM_CALLS)
    microseconds = float(np.median(time_calls(session, rows, WARM_CALLS)))
    return int(np.clip(BLOCK_SECONDS * 1e6 / max(microseconds, 1.0), *BLOCK_CALLS))


def time_calls(session: Any, rows: NDArray[Any], calls: int) -> NDArray[np.float64]:
    """Return the time of each call in microseconds, [calls], after one that is not counted.

    Args:
        session: Of `open_session`.
        rows: The input of each call, [rows, ...].
        calls: How many, at least 1.
    """
    feed = {session.get_inputs()[0].name: rows}
    session.run(None, feed)
    times = np.empty(calls)
    for call in range(calls):
        start = time.perf_counter_ns()
        session.run(None, feed)
        times[call] = (time.perf_counter_ns() - start) / 1000
    return times
