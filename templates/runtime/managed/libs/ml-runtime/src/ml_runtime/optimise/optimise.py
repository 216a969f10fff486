"""`optimise`: tries smaller forms of model/model.onnx and keeps one only where it pays."""

from __future__ import annotations

import platform
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from ..data.channels import read_channel
from ..digests import file_digest
from ..errors import OptimisationError
from ..evaluation.metrics import metrics_of
from ..inference import load_exported_model
from ..layout import ContainerLayout, write_report
from ..whole_files import copy_whole
from .decision import DECIDING_METRIC, Candidate, Decision, decide
from .devices import device_reports
from .latency import PLAIN, Latency, Measure, measure_latency, open_session, run_session
from .prune import prune_units
from .quantise import REWRITES, optimise_graph, weighted_operators
from .settings import QUANTISATIONS, OptimiseSettings

# In output/data: the model as it was exported, and the report.
PLAIN_FILE = "model.plain.onnx"
REPORT_FILE = "optimisation.json"

# An optimised model.onnx says from which one it was made, so that a second run starts from that.
ORIGIN = "ml_runtime.plain_sha256"

# Latency is that of online requests, which have one row; accuracy is computed in batches.
ROWS_PER_CALL = 1
ROWS_PER_BATCH = 256


def optimise(
    layout: ContainerLayout, settings: OptimiseSettings, measure: Measure = measure_latency
) -> dict[str, Any]:
    """Try graph optimisation, int8 and pruning; replace model/model.onnx where the gate is passed.

    Reads the channels train (calibration) and validation (accuracy). The plain model then lies in
    output/data/model.plain.onnx. Writes output/data/optimisation.json and prints a table.

    Args:
        layout: Its model folder is changed in place, atomically.
        settings: What to try, and the gate.
        measure: Gives the latency of each candidate. Default: by the clock.

    Returns:
        The report.

    Raises:
        MlRuntimeError: The model or a channel is absent, or the model is optimised already and the
            plain one is gone.
    """
    model = load_exported_model(layout.model)
    schema = model.schema
    tables = {name: read_channel(layout, name, schema) for name in ("train", "validation")}
    calibration, held_out = (
        model.features.compute(tables[name], schema.inputs) for name in ("train", "validation")
    )
    with tempfile.TemporaryDirectory() as folder:
        files, left_out = _candidate_files(Path(folder), _plain(layout), calibration, settings)
        truth = schema.target_numbers(tables["validation"][schema.target])
        metrics = {
            name: metrics_of(schema, _answers(file, held_out), truth)
            for name, file in files.items()
        }
        latencies = measure(files, held_out[:ROWS_PER_CALL])
        deciding = DECIDING_METRIC[schema.task]
        candidates = [
            Candidate(name, file.stat().st_size, latencies[name], metrics[name][deciding])
            for name, file in files.items()
        ]
        decision = decide(candidates, settings)
        report = {
            "kept": decision.kept,
            "reason": decision.reason,
            "settings": asdict(settings),
            "metric": deciding,
            "rows": {"calibration": len(calibration), "validation": len(held_out)},
            "rowsPerCall": ROWS_PER_CALL,
            "machine": _machine(),
            "candidates": [
                _described(one, decision, metrics[one.name], file_digest(files[one.name]))
                for one in candidates
            ],
            "notTried": left_out,
            "devices": device_reports(files[decision.kept], held_out[:ROWS_PER_CALL]),
        }
        _keep(layout, files, decision.kept)
    report["onnxSha256"] = file_digest(layout.model / "model.onnx")
    write_report(layout, REPORT_FILE, report)
    _print_table(report)
    return report


def _plain(layout: ContainerLayout) -> Path:
    """Return the file of the model as it was exported."""
    file, kept = layout.model / "model.onnx", layout.output_data / PLAIN_FILE
    origin = {entry.key: entry.value for entry in onnx.load(file).metadata_props}.get(ORIGIN)
    if origin is None:
        return file
    if kept.is_file() and file_digest(kept) == origin:
        return kept
    raise OptimisationError(
        "already-optimised",
        f"{file} is an optimised model.",
        f"The plain one that it was made from is not at {kept}.",
        "Run train, then optimise again.",
    )


def _candidate_files(
    folder: Path, plain: Path, rows: NDArray[Any], settings: OptimiseSettings
) -> tuple[dict[str, Path], dict[str, str]]:
    """Return name to file of all that can be made, and name to reason of what cannot."""
    files, left_out = {PLAIN: folder / "plain.onnx", "graph": folder / "graph.onnx"}, {}
    shutil.copyfile(plain, files[PLAIN])
    optimise_graph(files[PLAIN], files["graph"])
    bases = {"": files[PLAIN]}
    if settings.prune:
        pruned = folder / "pruned.onnx"
        if prune_units(files[PLAIN], pruned, rows, settings.prune):
            bases["pruned"] = files["pruned"] = pruned
        else:
            left_out["pruned"] = "No dense layer feeds another one through unit-wise operations."
    present = weighted_operators(files[PLAIN])
    for prefix, base in bases.items():
        for recipe in QUANTISATIONS[settings.quantise]:
            name = f"{prefix}-{recipe}".lstrip("-")
            needed, rewrite = REWRITES[recipe]
            if not present.intersection(needed):
                left_out[name] = f"The graph has no {' or '.join(needed)} with constant weights."
                continue
            files[name] = folder / f"{name}.onnx"
            rewrite(base, files[name], rows)
    origin = file_digest(files[PLAIN])
    for name, file in files.items():
        if name != PLAIN:
            rewritten = onnx.load(file)
            onnx.helper.set_model_props(rewritten, {ORIGIN: origin, "ml_runtime.form": name})
            onnx.save(rewritten, file)
    return files, left_out


def _answers(file: Path, matrix: NDArray[Any]) -> NDArray[np.float64]:
    session = open_session(file)
    starts = range(0, len(matrix), ROWS_PER_BATCH)
    parts = [run_session(session, matrix[start : start + ROWS_PER_BATCH]) for start in starts]
    return np.concatenate(parts).astype(np.float64)


def _keep(layout: ContainerLayout, files: dict[str, Path], kept: str) -> None:
    """Put the plain model aside before the other one takes its place: no moment has neither."""
    aside = layout.output_data / PLAIN_FILE
    if kept != PLAIN:
        copy_whole(files[PLAIN], aside)
    copy_whole(files[kept], layout.model / "model.onnx")
    if kept == PLAIN:
        aside.unlink(missing_ok=True)


def _described(
    one: Candidate, decision: Decision, metrics: dict[str, float], digest: str
) -> dict[str, Any]:
    latency: Latency = one.latency
    return {
        "name": one.name,
        "verdict": decision.verdicts.get(one.name, "the measure of the others"),
        "bytes": one.bytes,
        "p50Us": latency.p50,
        "p99Us": latency.p99,
        "latencyRatio": latency.ratio,
        "metrics": metrics,
        "onnxSha256": digest,
    }


def _machine() -> dict[str, Any]:
    """What the latencies hold for: int8 pays on one processor and not on another."""
    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
    return {"processor": processor, "threads": 1, "onnxruntime": onnxruntime.__version__}


def _print_table(report: dict[str, Any]) -> None:
    metric, rows = report["metric"], report["rows"]["validation"]
    print(f"optimise: {rows} validation rows, one row a call, {report['machine']['processor']}")
    print(f"{'form':<22}{'KiB':>10}{'p50 us':>10}{'p99 us':>10}{'ratio':>8}{metric:>10}  verdict")
    for one in report["candidates"]:
        print(
            f"{one['name']:<22}{one['bytes'] / 1024:>10.1f}{one['p50Us']:>10.1f}"
            f"{one['p99Us']:>10.1f}{one['latencyRatio']:>8.2f}{one['metrics'][metric]:>10.4f}"
            f"  {one['verdict']}"
        )
    for name, why in report["notTried"].items():
        print(f"{name:<22}not tried: {why}")
    for name, device in report["devices"].items():
        if not device["run"]:
            print(f"{name:<22}not run: {device['why']}")
    print(report["reason"], flush=True)
