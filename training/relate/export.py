"""Write the model of types the way that it ships: weights of eight bits, for ONNX Runtime."""

from __future__ import annotations

import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from torch import Tensor, nn

from training.relate.model import Model, pieces, tensors
from worker.events.relate.encoding import encode
from worker.events.relate.lines import Line, Mark, Passage
from worker.events.relate.network import PIECES, WEIGHTS
from worker.events.relate.pieces import Vocabulary

_EXAMPLE = Passage(
    0,
    (
        Line(
            words=("Norway", "met", "Chad", "."),
            relations=("nsubj", "ROOT", "obj", "punct"),
            hints=((), ("CONSULT",), (), ()),
            marks=(
                Mark(0, 1, "NOR", "state", "name"),
                Mark(2, 3, "TCD", "state", "name"),
            ),
        ),
    )
    * 2,
)
_SIZES = {
    "ids": "b t", "relations": "b t", "marks": "b t", "mask": "b t", "hints": "b t _",
    "here": "s p t", "before": "s p t", "parties": "s p", "words": "s t", "passage": "s",
    "question": "n", "source": "n", "target": "n", "claims": "n _",
}  # fmt: skip


class _Rows(nn.Module):
    """A table of vectors in eight bits, each row with a scale of its own."""

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        scale = table.abs().amax(1, keepdim=True).clamp(min=1e-9) / 127
        self.register_buffer("scale", scale)
        self.register_buffer("rows", (table / scale).round().to(torch.int8))

    def forward(self, ids: Tensor) -> Tensor:
        found: Tensor = self.rows[ids].float() * self.scale[ids]
        return found


class _Answers(nn.Module):
    """What is asked of the model once it ships."""

    def __init__(self, model: Model, names: list[str]) -> None:
        super().__init__()
        self._model = model
        self._names = names

    def forward(self, *arrays: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        scores = self._model(**dict(zip(self._names, arrays, strict=True)))
        return scores.types, scores.modes, scores.looked


def export(model: Model, folder: Path) -> None:
    """Write the two files into a folder."""
    spelled = pieces()[0]
    (folder / PIECES).write_text("\n".join(spelled) + "\n", encoding="utf-8")
    embeddings, config = model.encoder.embeddings, model.encoder.config
    embeddings.word_embeddings = _Rows(embeddings.word_embeddings.weight.detach())
    config._attn_implementation = "eager"  # noqa: SLF001 - plain steps, which are fused below
    batch = encode([_EXAMPLE, _EXAMPLE], Vocabulary(tuple(spelled)))
    names = list(_SIZES)
    given = tensors(batch.arrays)
    axes = {
        name: {n: size for n, size in enumerate(sizes.split()) if size != "_"}
        for name, sizes in _SIZES.items()
    }
    for name, sizes in (("types", "n"), ("modes", "n"), ("looked", "n t")):
        axes[name] = dict(enumerate(sizes.split()))
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "whole.onnx"
        torch.onnx.export(
            _Answers(model.eval(), names),
            tuple(given[name] for name in names),
            str(whole),
            input_names=names,
            output_names=["types", "modes", "looked"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        fusion = FusionOptions("bert")
        fusion.enable_embed_layer_norm = False
        fused = optimizer.optimize_model(
            str(whole),
            model_type="bert",
            num_heads=config.num_attention_heads,
            hidden_size=config.hidden_size,
            optimization_options=fusion,
            opt_level=0,
        )
        fused.save_model_to_file(str(whole))
        quantize_dynamic(
            whole,
            folder / WEIGHTS,
            op_types_to_quantize=["MatMul", "Gemm"],
            weight_type=QuantType.QInt8,
            per_channel=True,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
