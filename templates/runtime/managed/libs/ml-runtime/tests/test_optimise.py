"""A smaller form of the model is kept where it is measured to pay, and the plain one elsewhere."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from conftest import needs_network, run
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from ml_runtime.data.channels import read_channel
from ml_runtime.errors import OptimisationError, SettingsError
from ml_runtime.layout import ContainerLayout, read_layout
from ml_runtime.optimise import OptimiseSettings, optimise, read_optimise_settings
from ml_runtime.optimise.decision import Candidate, decide
from ml_runtime.optimise.latency import Latency, measure_latency, open_session, run_session
from ml_runtime.optimise.prune import prune_units

DIGITS = Path(__file__).parent / "digits_model"
WIDTH = 512


def dense_model(layers: list[tuple[NDArray[Any], NDArray[Any]]], file: Path) -> None:
    """Write a multilayer perceptron with GELU between its layers and softmax at its end."""
    nodes, constants, last = [], [], "features"
    for number, (weights, bias) in enumerate(layers):
        constants += [
            numpy_helper.from_array(weights.astype(np.float32), f"w{number}"),
            numpy_helper.from_array(bias.astype(np.float32), f"b{number}"),
        ]
        nodes.append(helper.make_node("Gemm", [last, f"w{number}", f"b{number}"], [f"h{number}"]))
        ends = number == len(layers) - 1
        last = "answers" if ends else f"a{number}"
        nodes.append(helper.make_node("Softmax" if ends else "Gelu", [f"h{number}"], [last]))
    inputs = [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["rows", 64])]
    outputs = [helper.make_tensor_value_info("answers", TensorProto.FLOAT, ["rows", 10])]
    graph = helper.make_graph(nodes, "digits", inputs, outputs, constants)
    opset = [helper.make_opsetid("", 20)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), file)


def wide_layers(pixels: NDArray[Any], digits: NDArray[Any]) -> list[tuple[Any, Any]]:
    """Two random hidden layers and a readout by ridge regression: learns digits in no time."""
    generator = np.random.default_rng(3)
    layers, hidden = [], pixels
    for width in (WIDTH, WIDTH):
        weights = generator.normal(0, 1, (hidden.shape[1], width)) / np.sqrt(hidden.shape[1])
        weights /= hidden.std()
        layers.append((weights, np.zeros(width)))
        hidden = np.maximum(hidden @ weights, 0)  # Near enough to GELU for the readout.
    wanted = 8.0 * (digits[:, None] == np.arange(10))
    gram = hidden.T @ hidden + 10 * np.eye(WIDTH)
    return [*layers, (np.linalg.solve(gram, hidden.T @ wanted), np.zeros(10))]


@pytest.fixture(scope="module")
def trained_digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("digits")
    run("prepare", root, "--code", str(DIGITS))
    layout = read_layout(root, {})
    shutil.copytree(DIGITS, layout.model / "code")
    shutil.copy(layout.channel("train") / "schema.json", layout.model / "schema.json")
    pixels = np.loadtxt(layout.channel("train") / "part-0.csv", delimiter=",", skiprows=1)
    dense_model(wide_layers(pixels[:, :-1], pixels[:, -1]), layout.model / "model.onnx")
    return root


@pytest.fixture
def digits(trained_digits: Path, tmp_path: Path) -> ContainerLayout:
    shutil.copytree(trained_digits, tmp_path / "ml")
    return read_layout(tmp_path / "ml", {})


def by_ratio(**ratios: float) -> Any:
    """Return a measurement that says what it is told, and that all others are as slow as plain."""

    def measure(files: Mapping[str, Path], rows: NDArray[Any]) -> dict[str, Latency]:
        assert rows.shape[0] == 1
        told = {name.replace("_", "-"): ratio for name, ratio in ratios.items()}
        return {name: Latency(10 * told.get(name, 1), 20, told.get(name, 1)) for name in files}

    return measure


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def operators(file: Path) -> set[str]:
    return {node.op_type for node in onnx.load(file).graph.node}


def test_int8_is_kept_where_it_is_faster_and_as_right(digits: ContainerLayout) -> None:
    plain = digest(digits.model / "model.onnx")
    report = optimise(digits, OptimiseSettings(), by_ratio(dynamic_int8=0.5, static_int8=0.6))
    measured = {one["name"]: one for one in report["candidates"]}
    assert report["kept"] == "dynamic-int8"
    assert measured["plain"]["metrics"]["accuracy"] > 0.9
    lost = (
        measured["plain"]["metrics"]["accuracy"] - measured["dynamic-int8"]["metrics"]["accuracy"]
    )
    assert lost <= 0.005
    assert measured["dynamic-int8"]["bytes"] < 0.3 * measured["plain"]["bytes"]
    assert operators(digits.model / "model.onnx") >= {"MatMulInteger"}
    assert digest(digits.output_data / "model.plain.onnx") == plain
    # The gates behind it judge the model that is served.
    run("evaluate", digits.root)
    evaluation = json.loads((digits.output_data / "evaluation.json").read_text())
    assert evaluation["model"]["onnxSha256"] == report["onnxSha256"] != plain
    assert evaluation["metrics"]["accuracy"]["value"] > 0.9


def test_static_int8_holds_ranges_of_real_rows(digits: ContainerLayout) -> None:
    report = optimise(digits, OptimiseSettings("static"), by_ratio(static_int8=0.1))
    assert [one["name"] for one in report["candidates"]] == ["plain", "graph", "static-int8"]
    graph = onnx.load(digits.model / "model.onnx").graph
    assert "QuantizeLinear" in {node.op_type for node in graph.node}
    constants = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    # Pixels go from 0 to 16, on 255 steps.
    assert float(constants["features_scale"]) == pytest.approx(16 / 255, rel=1e-3)


def test_the_plain_model_is_kept_where_nothing_is_fast_enough(digits: ContainerLayout) -> None:
    plain = digest(digits.model / "model.onnx")
    report = optimise(digits, OptimiseSettings(), by_ratio(dynamic_int8=0.71))
    assert report["kept"] == "plain"
    assert "The plain model is kept" in report["reason"]
    assert digest(digits.model / "model.onnx") == plain == report["onnxSha256"]
    assert not (digits.output_data / "model.plain.onnx").exists()
    verdicts = {one["name"]: one["verdict"] for one in report["candidates"]}
    assert verdicts["dynamic-int8"] == "latency -29%, not -30%"


def test_a_second_run_starts_from_the_plain_model(digits: ContainerLayout) -> None:
    plain = digest(digits.model / "model.onnx")
    first = optimise(digits, OptimiseSettings(), by_ratio(dynamic_int8=0.5))
    again = optimise(digits, OptimiseSettings(), by_ratio(dynamic_int8=0.5))
    assert first["onnxSha256"] == again["onnxSha256"]
    assert optimise(digits, OptimiseSettings(), by_ratio())["onnxSha256"] == plain
    optimise(digits, OptimiseSettings(), by_ratio(dynamic_int8=0.5))
    (digits.output_data / "model.plain.onnx").unlink()
    with pytest.raises(OptimisationError, match="Run train") as caught:
        optimise(digits, OptimiseSettings(), by_ratio())
    assert caught.value.code == "already-optimised"


@needs_network
def test_a_small_model_gets_a_report_that_fits_what_is_kept(wine: Path, tmp_path: Path) -> None:
    shutil.copytree(wine, tmp_path / "ml")
    (tmp_path / "settings.json").write_text('{"optimise": {"prune": 0.25}}')
    run(
        "optimise",
        tmp_path / "ml",
        "--settings",
        str(tmp_path / "settings.json"),
        "--quantise",
        "int8",
    )
    report = json.loads((tmp_path / "ml/output/data/optimisation.json").read_text())
    candidates = {one.pop("name"): one for one in report["candidates"]}
    assert set(candidates) >= {"plain", "graph", "pruned", "dynamic-int8", "static-int8"}
    kept = candidates[report["kept"]]
    assert kept["onnxSha256"] == report["onnxSha256"] == digest(tmp_path / "ml/model/model.onnx")
    if report["kept"] != "plain":
        assert kept["latencyRatio"] <= 0.7
    assert candidates["plain"]["latencyRatio"] == 1.0
    assert all(one["p50Us"] > 0 and one["p99Us"] >= one["p50Us"] for one in candidates.values())
    assert report["devices"]["neuron"]["run"] is False


def test_pruned_units_leave_the_matrices_and_the_answers_stay(digits: ContainerLayout) -> None:
    source, target = digits.model / "model.onnx", digits.root / "pruned.onnx"
    rows, truth = held_out(digits, "train")[0], held_out(digits, "test")
    assert prune_units(source, target, rows, 0.5) == WIDTH
    shapes = {one.name: list(one.dims) for one in onnx.load(target).graph.initializer}
    assert [shapes[name] for name in ("w0", "w1", "w2")] == [[64, 256], [256, 256], [256, 10]]
    assert [shapes[name] for name in ("b0", "b1", "b2")] == [[256], [256], [10]]
    before, after = (run_session(open_session(file), truth[0]) for file in (source, target))
    right = [float((found.argmax(axis=1) == truth[1]).mean()) for found in (before, after)]
    # Without the least squares it is 0.05 less.
    assert right[1] >= right[0] - 0.02


def held_out(layout: ContainerLayout, channel: str) -> tuple[NDArray[Any], NDArray[Any]]:
    from ml_runtime.inference import load_exported_model

    model = load_exported_model(layout.model)
    table = read_channel(layout, channel, model.schema)
    return model.features.compute(table, model.schema.inputs), table["digit"].astype(int)


def test_units_that_something_else_reads_are_left_alone(digits: ContainerLayout) -> None:
    model = onnx.load(digits.model / "model.onnx")
    nodes = list(model.graph.node)
    # A residual connection: the second layer's output is added to what it was given.
    nodes.insert(4, helper.make_node("Add", ["a1", "a0"], ["residual"]))
    nodes[5].input[0] = "residual"
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, digits.root / "residual.onnx")
    rows, _ = held_out(digits, "train")
    assert prune_units(digits.root / "residual.onnx", digits.root / "out.onnx", rows, 0.5) == 0
    assert not (digits.root / "out.onnx").exists()


def test_the_plain_model_is_the_measure_of_itself(digits: ContainerLayout) -> None:
    rows, _ = held_out(digits, "test")
    file = digits.model / "model.onnx"
    found = measure_latency({"plain": file, "same": file}, rows[:1])
    assert found["plain"].ratio == 1.0
    assert 0 < found["same"].p50 <= found["same"].p99


@given(
    st.lists(
        st.tuples(st.floats(0, 2) | st.just(float("nan")), st.floats(0, 1)), min_size=1, max_size=6
    )
)
def test_nothing_that_fails_the_gate_is_ever_kept(measured: list[tuple[float, float]]) -> None:
    settings = OptimiseSettings()
    others = [
        Candidate(f"form-{place}", 1, Latency(1, 1, ratio), score)
        for place, (ratio, score) in enumerate(measured)
    ]
    plain = Candidate("plain", 9, Latency(1, 1, 1.0), 0.8)
    kept = next(
        one for one in [plain, *others] if one.name == decide([plain, *others], settings).kept
    )
    passing = [one for one in others if one.latency.ratio <= 0.7 and one.score >= 0.795]
    if kept is plain:
        assert all(
            abs(one.latency.ratio - 0.7) < 1e-9 or abs(one.score - 0.795) < 1e-9 for one in passing
        )
    else:
        assert 1 - kept.latency.ratio >= 0.3
        assert plain.score - kept.score <= 0.005
        assert kept.latency.ratio == min(one.latency.ratio for one in passing)


def test_settings_are_refused_with_all_their_problems(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"optimise": {"quantise": "int4", "prune": 2, "maxAccuracyLoss": 0.1}}')
    with pytest.raises(SettingsError) as caught:
        read_optimise_settings(file)
    for part in ("int4", "between 0 and 0.9", '"maxAccuracyLoss" is unknown', "npx projen"):
        assert part in str(caught.value)
    file.write_text('{"optimise": {"quantise": "none", "prune": 0.25}}')
    assert read_optimise_settings(file) == OptimiseSettings("none", 0.25)
    assert read_optimise_settings(file, {"prune": 0.5}) == OptimiseSettings("none", 0.5)
    assert read_optimise_settings(tmp_path / "absent.json") == OptimiseSettings()
