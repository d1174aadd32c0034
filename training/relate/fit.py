"""Learn the model of types: from coded stories and labelled pairs, or from a bigger model too."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.relate.model import Model, Scores, pieces, tensors
from training.relate.stories import Coded, Story
from worker.events.relate.encoding import TYPES, Batch, Question, encode
from worker.events.relate.lines import TOGETHER, Passage
from worker.events.relate.network import MODES
from worker.events.relate.pieces import UNKNOWN, Vocabulary

_PIECES = 3000  # of a batch, its padding included
_TYPE = torch.tensor([TYPES[kind] for kind, _ in MODES])
_WATCHED = 60  # batches by which neurons are judged
_NOISE = 12  # pieces by which lengths differ within a batch


@dataclass(frozen=True)
class Settings:
    """How it is learnt; every figure was tried on stories that are not among those that judge.

    Attributes:
        pairs: share of the labelled pairs that are read in each epoch.
        modes: weight of the modes beside the types.
        hidden: share of the pieces of words that are not shown, anew in every round.
        optional, also: weight of acts that coders may leave out, and of the other sentences that
            tell an act.
    """

    layers: int = 6
    inner: int = 1536
    epochs: int = 4
    rate: float = 2e-4
    head_rate: float = 1e-3
    warm_up: float = 0.1
    pairs: float = 0.6
    modes: float = 0.6
    hidden: float = 0.1
    optional: float = 0.5
    also: float = 0.5
    seed: int = 1


@dataclass(frozen=True)
class Item:
    """A passage of a story."""

    story: Story
    passage: Passage


@dataclass(frozen=True)
class Truth:
    """What is true of a batch: (n, types) values and weights, modes of pairs, trigger words.

    A mode is the number of its pair and of the mode in `MODES`.
    """

    values: Tensor
    weights: Tensor
    modes: list[tuple[int, int]]
    triggers: Tensor
    tagged: Tensor


def train(
    stories: Sequence[Story], pairs: Sequence[Story], settings: Settings, out: Path,
    teachers: Sequence[Model] = (),
    start: Model | None = None,
) -> Model:  # fmt: skip
    """Learn; the model is written after every epoch.

    Args:
        stories: coded as a whole.
        pairs: of which one pair is labelled.
        teachers: whose mean opinion counts as much as the labels.
        start: what to begin with, made thin; by default the transformer as it comes.
    """
    torch.manual_seed(settings.seed)
    rng = random.Random(settings.seed)
    vocabulary = Vocabulary(tuple(pieces()[0]))
    unknown = vocabulary.number(UNKNOWN)
    words = torch.tensor([not piece.startswith("[") for piece in vocabulary.pieces])  # no names
    rounds = [_round(stories, pairs, settings, rng) for _ in range(settings.epochs)]
    model = start or Model(settings.layers, settings.inner)
    if start is not None and settings.inner < start.shape[1]:
        start.thin(settings.inner, _loads(start, rounds[0][:_WATCHED], vocabulary))
    brought, new = model.learnt()
    groups = [
        {"params": brought, "lr": settings.rate},
        {"params": new, "lr": settings.head_rate},
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01)
    steps = sum(map(len, rounds))
    warm = settings.warm_up * steps
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min((n + 1) / warm, max(0.02, (steps - n) / (steps - warm)))
    )
    done, began = 0, time.monotonic()
    for number, batches in enumerate(rounds, start=1):
        model.train()
        total = 0.0
        for items in batches:
            batch = encode([item.passage for item in items], vocabulary)
            given = tensors(batch.arrays)
            hidden = words[given["ids"]] & (torch.rand(len(given["ids"])) < settings.hidden)
            shown = given | {"ids": given["ids"].masked_fill(hidden, unknown)}
            with torch.autocast("cpu", torch.bfloat16):
                scores = model(**shown)
                loss = loss_of(scores, truth(items, batch, settings), settings)
                if teachers:
                    with torch.no_grad():
                        opinions = [teacher(**given) for teacher in teachers]
                    loss = (loss + _distance(scores, opinions, settings)) / 2
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            done += 1
            total += float(loss.detach())
            if done % 100 == 0:
                print(f"{done} of {steps}, {time.monotonic() - began:.0f} s", flush=True)
        print(f"epoch {number}: {total / len(batches):.3f}", flush=True)
        torch.save((model.shape, model.state_dict()), out)
    return model.eval()


def _loads(model: Model, batches: Sequence[list[Item]], vocabulary: Vocabulary) -> list[Tensor]:
    """How much each neuron inside each layer fires."""
    layers = model.encoder.encoder.layer
    sums = [torch.zeros(model.shape[1]) for _ in layers]

    def watch(at: int, fired: Tensor) -> None:
        sums[at] += fired.detach().float().abs().mean((0, 1))

    hooks = [
        layer.intermediate.register_forward_hook(lambda *told, at=n: watch(at, told[2]))
        for n, layer in enumerate(layers)
    ]
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for items in batches:
            batch = encode([item.passage for item in items], vocabulary)
            model.eval()(**tensors(batch.arrays))
    for hook in hooks:
        hook.remove()
    return sums


def load(path: Path) -> Model:
    """A model as `train` wrote it."""
    shape, weights = torch.load(path)
    model = Model(*shape)
    model.load_state_dict(weights)
    return model.eval()


def _round(
    stories: Sequence[Story], pairs: Sequence[Story], settings: Settings, rng: random.Random
) -> list[list[Item]]:
    """Batches of passages of like length; every round cuts the stories elsewhere."""
    items = [
        Item(story, passage)
        for story in stories
        for passage in story.passages(first=rng.randint(1, TOGETHER))
        if any(passage.pairs(n) for n in range(len(passage.lines)))
    ]
    chosen = rng.sample(list(pairs), round(settings.pairs * len(pairs)))
    items += [Item(story, Passage(0, story.lines)) for story in chosen if story.lines]
    items.sort(key=lambda item: item.passage.size + _NOISE * rng.random())
    batches: list[list[Item]] = [[]]
    for item in items:
        if (len(batches[-1]) + 1) * item.passage.size > _PIECES and batches[-1]:
            batches.append([])
        batches[-1].append(item)
    rng.shuffle(batches)
    return batches


def truth(items: Sequence[Item], batch: Batch, settings: Settings) -> Truth:
    """What the codings say of everything that a batch asks."""
    values: list[NDArray[np.float32]] = []
    weights: list[NDArray[np.float32]] = []
    modes: list[tuple[int, int]] = []
    size = len(batch.arrays["ids"])
    triggers, tagged = np.zeros((size, len(TYPES)), np.float32), np.zeros(size, np.float32)
    row = 0
    for question in batch.questions:
        item = items[question.passage]
        number = item.passage.start + question.line
        value, weight, found = _of_question(item.story, number, question, settings)
        values.append(value)
        weights.append(weight)
        modes += [(row + at, mode) for at, mode in found]
        row += len(question.pairs)
        if item.story.asked is None and all(act.words for act in item.story.coded):
            tagged[question.first] = 1
        for act in item.story.coded:
            for word in act.words.get(number, ()):
                triggers[question.first[word], TYPES[act.type]] = 1
    return Truth(
        torch.from_numpy(np.concatenate(values)),
        torch.from_numpy(np.concatenate(weights)),
        modes,
        torch.from_numpy(triggers),
        torch.from_numpy(tagged),
    )


def _of_question(
    story: Story, number: int, question: Question, settings: Settings
) -> tuple[NDArray[np.float32], NDArray[np.float32], list[tuple[int, int]]]:
    """Values, weights, and the modes of pairs: of one sentence."""
    shape = len(question.pairs), len(TYPES)
    values, weights = np.zeros(shape, np.float32), np.ones(shape, np.float32)
    modes: dict[tuple[int, str], int] = {}
    if story.asked is not None:
        known = [(number, pair) in story.asked for pair in question.pairs]
        weights *= np.array(known, np.float32)[:, None]
    told = sorted(story.coded, key=lambda act: _weight(act, number, settings))
    for act in told:
        weight = _weight(act, number, settings)
        for at, pair in enumerate(question.pairs):
            if pair in act.pairs:
                values[at, TYPES[act.type]] = weight > 0
                weights[at, TYPES[act.type]] = weight
                if weight > 0 and story.asked is None:
                    modes[at, act.type] = MODES.index((act.type, act.mode))
    return values, weights, [(at, mode) for (at, _), mode in modes.items()]


def _weight(act: Coded, number: int, settings: Settings) -> float:
    """How much an act counts in a sentence; told elsewhere alone, it is not asked about here."""
    weight = settings.optional if act.optional else 1.0
    if number in act.lines:
        return weight
    return weight * settings.also if number in act.also else 0.0


def loss_of(scores: Scores, truth: Truth, settings: Settings) -> Tensor:
    """Cross entropy of types, of modes, and of the words that tell an act."""
    binary = nn.functional.binary_cross_entropy_with_logits
    positive = max(1.0, float((truth.values * truth.weights).sum()))
    loss = binary(scores.types, truth.values, weight=truth.weights, reduction="sum") / positive
    if truth.modes:
        rows, modes = (torch.tensor(part) for part in zip(*truth.modes, strict=True))
        told = nn.functional.cross_entropy(_of_type(scores.modes[rows], modes), modes)
        loss = loss + settings.modes * told
    if bool(truth.tagged.any()):
        each = binary(scores.triggers, truth.triggers, reduction="none").sum(1) * truth.tagged
        loss = loss + 0.5 * each.sum() / max(1.0, float(truth.triggers.sum()))
    return loss


def _distance(scores: Scores, opinions: Sequence[Scores], settings: Settings) -> Tensor:
    """Cross entropy with what the teachers think."""
    shares = torch.stack([one.types.sigmoid() for one in opinions]).mean(0)
    modes = torch.stack([_by_type(one.modes) for one in opinions]).exp().mean(0)
    binary = nn.functional.binary_cross_entropy_with_logits
    loss = binary(scores.types, shares, reduction="sum") / max(1.0, float(shares.sum()))
    each = -_by_type(scores.modes) * modes * shares[:, _TYPE]
    return loss + settings.modes * each.sum() / max(1.0, float(shares.sum()))


def _of_type(scores: Tensor, modes: Tensor) -> Tensor:
    """The scores of modes, of which those of another type than the true one cannot be."""
    return scores.masked_fill(_TYPE[None] != _TYPE[modes][:, None], float("-inf"))


def _by_type(scores: Tensor) -> Tensor:
    """Logarithms of the shares of the modes of each type."""
    sums = [scores[:, n == _TYPE].logsumexp(1) for n in range(len(TYPES))]
    return scores - torch.stack(sums, 1)[:, _TYPE]
