"""Structured pruning: hidden units are taken out for good, so that matrices become smaller.

Where one dense layer feeds another through operations that treat each unit alone, the units that
matter least to the second layer leave both. What they contributed is given to the units that stay
by least squares over real rows, so no training is needed. Source: He, Zhang and Sun, "Channel
Pruning for Accelerating Very Deep Neural Networks" (2017), sections 3.1 and 3.2, with the units
chosen by the size of their contribution instead of by LASSO.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import numpy_helper

# Operations whose output at one unit depends on that unit's input alone.
UNIT_WISE = frozenset(
    [
        "Abs",
        "Add",
        "Cast",
        "Celu",
        "Clip",
        "Div",
        "Elu",
        "Erf",
        "Exp",
        "Gelu",
        "HardSigmoid",
        "HardSwish",
        "Identity",
        "LeakyRelu",
        "Mish",
        "Mul",
        "Neg",
        "Pow",
        "Relu",
        "Selu",
        "Sigmoid",
        "Softplus",
        "Sqrt",
        "Sub",
        "Tanh",
    ]
)

# Kernels work on this many floats at once; a width in between would waste the rest.
UNIT_MULTIPLE = 8

# Rows that the least squares look at, and cases that they make: a text has one for each token.
ROWS = 2048
CASES = 8192

# Ridge of the least squares, as a share of the mean variance of the units that stay: keeps the
# solution near the old weights where there are fewer rows than units.
RIDGE = 1e-3


@dataclass(frozen=True)
class DensePair:
    """Two dense layers with only unit-wise operations between them.

    Attributes:
        first: Node that gives the hidden units (Gemm, or MatMul).
        bias: Initializers of length `width` that are added on the way, all sliced as well.
        second: Node that takes them.
        width: Number of hidden units.
    """

    first: Any
    bias: tuple[str, ...]
    second: Any
    width: int


def prune_units(source: Path, target: Path, rows: NDArray[Any], share: float) -> int:
    """Write the model without `share` of the hidden units of every pair of dense layers.

    Args:
        source: The fp32 model.
        target: Where the pruned one goes.
        rows: Real rows of the train channel, [rows, ...], for the least squares; the first 2,048
            are looked at.
        share: 0 to 0.9; what stays is rounded up to a multiple of 8 units.

    Returns:
        How many units were taken out; 0 where there is no such pair, and nothing is written.
    """
    model = onnx.load(source)
    # Recorded shapes would contradict the narrower layers.
    del model.graph.value_info[:]
    removed = 0
    for name in [pair.second.name for pair in dense_pairs(model)]:
        # Looked for again: the pair before may have made this one's first layer narrower.
        pair = next(pair for pair in dense_pairs(model) if pair.second.name == name)
        stay = -int(-pair.width * (1 - share) // UNIT_MULTIPLE) * UNIT_MULTIPLE
        if 0 < stay < pair.width:
            _prune_pair(model, pair, _hidden(model, pair, rows), stay)
            removed += pair.width - stay
    if removed:
        onnx.checker.check_model(model)
        onnx.save(model, target)
    return removed


def dense_pairs(model: Any) -> list[DensePair]:
    """Return the pairs of dense layers in the order of the graph."""
    return list(_pairs(model))


def _pairs(model: Any) -> Iterator[DensePair]:
    graph = model.graph
    constants = {entry.name: tuple(entry.dims) for entry in graph.initializer}
    readers: dict[str, list[Any]] = {}
    for number, node in enumerate(graph.node):
        node.name = node.name or f"node_{number}"
        for name in node.input:
            readers.setdefault(name, []).append(node)
    results = {entry.name for entry in graph.output}
    for node in graph.node:
        if not _is_dense(node, constants, readers):
            continue
        shape = constants[node.input[1]]
        width = shape[0] if _attribute(node, "transB", 0) else shape[1]
        found = _follow(node, width, constants, readers, results)
        if found is not None:
            yield DensePair(node, *found, width)


def _is_dense(node: Any, constants: dict[str, tuple[int, ...]], readers: Any) -> bool:
    if node.op_type not in ("Gemm", "MatMul") or len(constants.get(node.input[1], ())) != 2:
        return False
    plain = all(_attribute(node, name, 1.0) == 1.0 for name in ("alpha", "beta"))
    owned = all(len(readers[name]) == 1 for name in node.input[1:] if name)
    known = len(node.input) < 3 or len(constants.get(node.input[2], ())) == 1
    return plain and owned and known and not _attribute(node, "transA", 0)


def _follow(
    first: Any,
    width: int,
    constants: dict[str, tuple[int, ...]],
    readers: dict[str, list[Any]],
    results: set[str],
) -> tuple[tuple[str, ...], Any] | None:
    """Return (added vectors, second layer) where all ways from `first` lead to one dense layer."""
    inside, bias, ends = {first.output[0]}, list(first.input[2:3]), []
    waiting = [first.output[0]]
    while waiting:
        name = waiting.pop()
        if name in results:
            return None
        for node in readers.get(name, []):
            if node.op_type in UNIT_WISE:
                if node.output[0] not in inside:
                    inside.add(node.output[0])
                    waiting.append(node.output[0])
            else:
                ends.append((node, name))
    if len(ends) != 1:
        return None
    second, name = ends[0]
    if not _is_dense(second, constants, readers) or second.input[0] != name:
        return None
    for node in (node for nodes in readers.values() for node in nodes):
        if not inside.intersection(node.output) or node is first:
            continue
        for other in set(node.input) - inside - {""}:
            size = int(np.prod(constants.get(other, (-1,)), dtype=int))
            if size == width and len(readers[other]) == 1 and constants[other][-1] == width:
                bias.append(other)
            elif size != 1 or other not in constants:
                return None
    return tuple(dict.fromkeys(bias)), second


def _hidden(model: Any, pair: DensePair, rows: NDArray[Any]) -> NDArray[np.float64]:
    """Return what the second layer is given, [cases, width], for the given rows."""
    tapped = onnx.ModelProto()
    tapped.CopyFrom(model)
    del tapped.graph.output[:]
    tapped.graph.output.append(onnx.ValueInfoProto(name=pair.second.input[0]))
    session = onnxruntime.InferenceSession(
        tapped.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    given = session.run(None, {session.get_inputs()[0].name: rows[:ROWS]})[0]
    cases = given.reshape(-1, given.shape[-1])
    hidden: NDArray[np.float64] = cases[:: -(-len(cases) // CASES)].astype(np.float64)
    return hidden


def _prune_pair(model: Any, pair: DensePair, hidden: NDArray[np.float64], stay: int) -> None:
    initializers = {entry.name: entry for entry in model.graph.initializer}
    turned = bool(_attribute(pair.second, "transB", 0))
    weights = numpy_helper.to_array(initializers[pair.second.input[1]]).astype(np.float64)
    weights = weights.T if turned else weights
    has_bias = len(pair.second.input) > 2
    mean = hidden.mean(axis=0) if has_bias else np.zeros(pair.width)
    centred = hidden - mean
    contribution = np.sqrt((centred**2).mean(axis=0)) * np.linalg.norm(weights, axis=1)
    kept = np.sort(np.argsort(-contribution, kind="stable")[:stay])
    gone = np.setdiff1d(np.arange(pair.width), kept)
    gram = centred[:, kept].T @ centred[:, kept]
    gram[np.diag_indices_from(gram)] += RIDGE * max(np.trace(gram) / stay, 1e-12)
    lost = centred[:, gone] @ weights[gone]
    updated = weights[kept] + np.linalg.solve(gram, centred[:, kept].T @ lost)
    if has_bias:
        bias = numpy_helper.to_array(initializers[pair.second.input[2]]).astype(np.float64)
        bias = bias + mean @ weights - mean[kept] @ updated
        _replace(initializers[pair.second.input[2]], bias)
    _replace(initializers[pair.second.input[1]], updated.T if turned else updated)
    first = numpy_helper.to_array(initializers[pair.first.input[1]])
    rows_first = bool(_attribute(pair.first, "transB", 0))
    _replace(initializers[pair.first.input[1]], first[kept] if rows_first else first[:, kept])
    for name in pair.bias:
        _replace(initializers[name], numpy_helper.to_array(initializers[name])[..., kept])


def _replace(initializer: Any, values: NDArray[Any]) -> None:
    kind = numpy_helper.to_array(initializer).dtype
    array = np.ascontiguousarray(values.astype(kind))
    initializer.CopyFrom(numpy_helper.from_array(array, initializer.name))


def _attribute(node: Any, name: str, default: Any) -> Any:
    for attribute in node.attribute:
        if attribute.name == name:
            return onnx.helper.get_attribute_value(attribute)
    return default
