"""Write the model of types the way that it ships: weights of eight bits, for ONNX Runtime.

The graph is built step by step, of the runtime's own fused steps: exported from torch it has three
hundred small ones, which take longer than the products.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from training.relate.model import HEADS, WIDTH, Model, pieces
from worker.events.plover import types
from worker.events.relate.encoding import CLAIMED
from worker.events.relate.network import MODES, PIECES, WEIGHTS

_OPSET = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
_INPUTS: dict[str, tuple[int, list[str | int]]] = {
    "ids": (TensorProto.INT64, ["t"]),
    "relations": (TensorProto.INT64, ["t"]),
    "marks": (TensorProto.INT64, ["t"]),
    "passage": (TensorProto.INT64, ["t"]),
    "place": (TensorProto.INT64, ["t"]),
    "hints": (TensorProto.FLOAT, ["t", len(types())]),
    "standing": (TensorProto.FLOAT, ["2q", "t"]),
    "parties": (TensorProto.INT64, ["q"]),
    "words": (TensorProto.BOOL, ["s", "t"]),
    "question": (TensorProto.INT64, ["n"]),
    "source": (TensorProto.INT64, ["n"]),
    "target": (TensorProto.INT64, ["n"]),
    "claims": (TensorProto.FLOAT, ["n", CLAIMED]),
}
_OUTPUTS: dict[str, list[str | int]] = {
    "types": ["n", len(types())],
    "modes": ["n", len(MODES)],
    "looked": ["n", "t"],
}
_UNSEEN = -1e4
_PART = WIDTH // HEADS


def export(model: Model, folder: Path) -> None:
    """Write the two files into a folder."""
    (folder / PIECES).write_text("\n".join(pieces()[0]) + "\n", encoding="utf-8")
    onnx.save(_built(model.eval()), folder / WEIGHTS)


class _Graph:
    """Steps and weights, as they are added; a step is called like its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, values: Tensor | NDArray[np.generic]) -> str:
        if isinstance(values, Tensor):
            values = values.detach().numpy()
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def step(
        self, kind: str, *given: str, domain: str = "", out: str | None = None,
        **attributes: object,
    ) -> str:  # fmt: skip
        return self.steps(kind, given, 1, domain, [out] if out else None, **attributes)[0]

    def steps(
        self, kind: str, given: Sequence[str], count: int, domain: str = "",
        out: list[str] | None = None, **attributes: object,
    ) -> list[str]:  # fmt: skip
        out = out or [f"s{len(self.nodes)}_{n}" for n in range(count)]
        self.nodes.append(helper.make_node(kind, list(given), out, domain=domain, **attributes))
        return out

    def fused(self, kind: str, *given: str, **attributes: object) -> str:
        return self.step(kind, *given, domain="com.microsoft", **attributes)

    def product(self, given: str, matrix: Tensor, bias: Tensor | None = None) -> str:
        """Times an (in, out) matrix of eight bits, each column with a scale of its own."""
        rows, scale = _eight_bits(matrix, 0)
        zero = np.zeros(scale.shape, np.int8)
        parts = [given, self.weight(rows), self.weight(scale), self.weight(zero)]
        parts += [self.weight(bias)] if bias is not None else []
        return self.fused("DynamicQuantizeMatMul", *parts)

    def linear(self, given: str, layer: nn.Linear) -> str:
        return self.product(given, layer.weight.T, layer.bias)

    def rows(self, table: Tensor, ids: str) -> str:
        """Rows of a table of eight bits, each with a scale of its own."""
        rows, scale = _eight_bits(table, 1)
        found = self.step("Gather", self.weight(rows), ids)
        found = self.step("Cast", found, to=TensorProto.FLOAT)
        return self.step("Mul", found, self.step("Gather", self.weight(scale[:, None]), ids))

    def few(self, table: Tensor, ids: str) -> str:
        return self.step("Gather", self.weight(table), ids)

    def norm(self, given: str, layer: nn.LayerNorm) -> str:
        parts = given, self.weight(layer.weight), self.weight(layer.bias)
        return self.step("LayerNormalization", *parts, epsilon=layer.eps)


def _eight_bits(table: Tensor, axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    values = table.detach().numpy()
    scale = np.maximum(np.abs(values).max(axis), 1e-9) / 127
    return np.round(values / np.expand_dims(scale, axis)).astype(np.int8), scale


def _built(model: Model) -> onnx.ModelProto:
    graph = _Graph()
    read = _transformer(graph, model)
    _head(graph, model, read)
    made = helper.make_graph(
        graph.nodes,
        "types",
        [helper.make_tensor_value_info(name, *what) for name, what in _INPUTS.items()],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in _OUTPUTS.items()
        ],
        graph.weights,
    )
    return helper.make_model(made, opset_imports=_OPSET, ir_version=8)


def _transformer(graph: _Graph, model: Model) -> str:
    """(t, size): all pieces, each having seen those of its passage."""
    embeddings, config = model.encoder.embeddings, model.encoder.config
    places = embeddings.position_embeddings.weight + embeddings.token_type_embeddings.weight[0]
    given = graph.step(
        "Sum",
        graph.rows(embeddings.word_embeddings.weight, "ids"),
        graph.few(places, "place"),
        graph.few(model.relations.weight, "relations"),
        graph.few(model.marks.weight, "marks"),
        graph.step("MatMul", "hints", graph.weight(model.hints.weight.T)),
    )
    read = graph.norm(given, embeddings.LayerNorm)
    column = graph.step("Unsqueeze", "passage", graph.weight(np.array([1], np.int64)))
    together = graph.step("Equal", "passage", column)
    seen = graph.step(
        "Where", together, graph.weight(np.float32([0])), graph.weight(np.float32([_UNSEEN]))
    )
    for layer in model.encoder.encoder.layer:
        own, out = layer.attention.self, layer.attention.output
        found = _attention(graph, own, read, seen, config.num_attention_heads)
        found = graph.step("Add", graph.linear(found, out.dense), read)
        read = graph.norm(found, out.LayerNorm)
        wide = graph.product(read, layer.intermediate.dense.weight.T)
        wide = graph.fused("BiasGelu", wide, graph.weight(layer.intermediate.dense.bias))
        found = graph.step("Add", graph.linear(wide, layer.output.dense), read)
        read = graph.norm(found, layer.output.LayerNorm)
    return read


def _attention(graph: _Graph, own: nn.Module, read: str, seen: str, heads: int) -> str:
    asks = own.query, own.key, own.value
    matrix = torch.cat([part.weight for part in asks]).T
    size = matrix.shape[0]
    parts = graph.product(read, matrix, torch.cat([part.bias for part in asks]))
    shape = graph.weight(np.array([0, 3 * heads, size // heads], np.int64))
    parts = graph.step("Transpose", graph.step("Reshape", parts, shape), perm=[1, 0, 2])
    query, key, value = graph.steps("Split", [parts], 3, axis=0)
    scores = graph.fused("FusedMatMul", query, key, transB=1, alpha=(size // heads) ** -0.5)
    shares = graph.step("Softmax", graph.step("Add", scores, seen))
    found = graph.step("Transpose", graph.step("MatMul", shares, value), perm=[1, 0, 2])
    return graph.step("Reshape", found, graph.weight(np.array([0, size], np.int64)))


def _head(graph: _Graph, model: Model, read: str) -> None:
    standing = graph.step("MatMul", "standing", read)
    size = model.encoder.config.hidden_size
    named = graph.step("Reshape", standing, graph.weight(np.array([-1, 2 * size], np.int64)))
    both = graph.product(
        named,
        torch.cat([model.sources.weight, model.targets.weight]).T,
        torch.cat([model.sources.bias, model.targets.bias]),
    )
    kinds = torch.cat([model.source_kinds.weight, model.target_kinds.weight], 1)
    both = graph.step("Tanh", graph.step("Add", both, graph.few(kinds, "parties")))
    sources, targets = graph.steps("Split", [both], 2, axis=1)
    nobody = graph.weight(torch.tanh(model.nobody)[None])
    targets = graph.step("Concat", targets, nobody, axis=0)
    source, target = (
        graph.step("Gather", table, which)
        for table, which in ((sources, "source"), (targets, "target"))
    )
    seen = _look(graph, model, read, source, target)
    hidden = graph.step("Concat", source, target, seen, "claims", axis=1)
    hidden = graph.product(hidden, model.hidden.weight.T)
    hidden = graph.fused("BiasGelu", hidden, graph.weight(model.hidden.bias))
    scores = graph.step(
        "Gemm", hidden, graph.weight(model.types.weight), graph.weight(model.types.bias), transB=1
    )
    claimed = graph.step("MatMul", "claims", graph.weight(model.claims.weight.T))
    graph.step("Add", scores, claimed, out="types")
    graph.step(
        "Gemm", hidden, graph.weight(model.modes.weight), graph.weight(model.modes.bias),
        transB=1, out="modes",
    )  # fmt: skip


def _look(graph: _Graph, model: Model, read: str, source: str, target: str) -> str:
    """What the heads find for each pair, (n, width); where they look is an output.

    Of each head questions and keys are one vector: as source, as target, and how much the piece
    is looked at by everybody.
    """
    asks = model.ask_source, model.ask_target
    matrix = torch.zeros(2 * WIDTH, HEADS, 2 * _PART + 1)
    bias = torch.zeros(HEADS, 2 * _PART + 1)
    bias[:, -1] = _PART**0.5
    keys = torch.zeros(model.encoder.config.hidden_size, HEADS, 2 * _PART + 1)
    key_bias = torch.zeros(HEADS, 2 * _PART + 1)
    for side, (ask, key) in enumerate(zip(asks, (model.key_source, model.key_target), strict=True)):
        rows, columns = (
            slice(side * WIDTH, (side + 1) * WIDTH),
            slice(side * _PART, (side + 1) * _PART),
        )
        matrix[rows, :, columns] = ask.weight.T.unflatten(1, (HEADS, -1))
        bias[:, columns] = ask.bias.unflatten(0, (HEADS, -1))
        keys[:, :, columns] = key.weight.T.unflatten(1, (HEADS, -1))
        key_bias[:, columns] = key.bias.unflatten(0, (HEADS, -1))
    keys[:, :, -1], key_bias[:, -1] = model.salience.weight.T, model.salience.bias
    asked = graph.product(
        graph.step("Concat", source, target, axis=1), matrix.flatten(1), bias.flatten()
    )
    told = graph.product(
        read,
        torch.cat([keys.flatten(1), model.values.weight.T], 1),
        torch.cat([key_bias.flatten(), model.values.bias]),
    )
    sizes = graph.weight(np.array([HEADS * (2 * _PART + 1), WIDTH], np.int64))
    key, value = graph.steps("Split", [told, sizes], 2, axis=1)
    shape = graph.weight(np.array([0, HEADS, -1], np.int64))
    asked, key, value = (graph.step("Reshape", part, shape) for part in (asked, key, value))
    asked, value = (graph.step("Transpose", part, perm=[1, 0, 2]) for part in (asked, value))
    scores = graph.step("MatMul", asked, graph.step("Transpose", key, perm=[1, 2, 0]))
    scores = graph.step("Mul", scores, graph.weight(np.float32([_PART**-0.5])))
    unseen = graph.step(
        "Where", "words", graph.weight(np.float32([0])), graph.weight(np.float32([_UNSEEN]))
    )
    looked = graph.step(
        "Softmax", graph.step("Add", scores, graph.step("Gather", unseen, "question"))
    )
    graph.step("ReduceMean", looked, axes=[0], keepdims=0, out="looked")
    seen = graph.step("Transpose", graph.step("MatMul", looked, value), perm=[1, 0, 2])
    return graph.step("Reshape", seen, graph.weight(np.array([0, WIDTH], np.int64)))
