"""Read treebanks (CoNLL-U) and group their sentences into paragraphs, as the service feeds them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from spacy.tokens import Doc
from spacy.vocab import Vocab

FINAL = frozenset(".!?\"”’'):;…")
CURLY = {"'s": "’s", "n't": "n’t", "'re": "’re", "'ve": "’ve", "'ll": "’ll", "'d": "’d", "'m": "’m"}


@dataclass(frozen=True)
class Token:
    """One word line: CoNLL-U's columns that we train on; ``head`` counts from 0 in the sentence."""

    form: str
    lemma: str
    upos: str
    xpos: str
    feats: str
    head: int
    deprel: str
    space: bool


@dataclass(frozen=True)
class Sentence:
    """A sentence and where it stood."""

    doc: str
    id: str
    tokens: tuple[Token, ...]

    @property
    def is_heading(self) -> bool:
        """Whether it ends without closing punctuation: a title, a list item, a greeting."""
        return self.tokens[-1].form[-1] not in FINAL


def read(path: Path) -> Iterator[Sentence]:
    """Yield the sentences of a CoNLL-U file (single-word lines only, as `SOURCES.md` cuts them)."""
    doc = name = ""
    tokens: list[Token] = []
    with path.open(encoding="utf8") as lines:
        for raw in lines:
            line = raw.rstrip("\n")
            if line.startswith("# newdoc id = "):
                doc = line.partition(" = ")[2]
            elif line.startswith("# sent_id = "):
                name = line.partition(" = ")[2]
            elif not line and tokens:
                yield Sentence(doc, name, tuple(tokens))
                tokens = []
            elif line and line[0].isdigit():
                tokens.append(_token(line))
    if tokens:
        yield Sentence(doc, name, tuple(tokens))


def _token(line: str) -> Token:
    number, form, lemma, upos, xpos, feats, head, deprel, _, misc = line.split("\t")
    at = int(number) - 1
    return Token(
        form.replace("\xa0", ""),
        lemma,
        upos,
        xpos,
        "" if feats == "_" else feats,
        at if head == "0" else int(head) - 1,
        "ROOT" if head == "0" else deprel,
        "SpaceAfter=No" not in misc,
    )


def documents(sentences: Iterable[Sentence]) -> Iterator[list[Sentence]]:
    """Group consecutive sentences of one document."""
    group: list[Sentence] = []
    for sentence in sentences:
        if group and sentence.doc != group[-1].doc:
            yield group
            group = []
        group.append(sentence)
    if group:
        yield group


def paragraphs(document: list[Sentence], rng: random.Random) -> Iterator[list[Sentence]]:
    """Cut a document where a paragraph could end: after headings mostly, else after 1 to 8.

    The treebanks do not keep line breaks; a heading glued to the next sentence teaches the parser
    to split anywhere.
    """
    group: list[Sentence] = []
    size = rng.randint(1, 8)
    for sentence in document:
        group.append(sentence)
        if len(group) >= size or (sentence.is_heading and rng.random() < 0.8):
            yield group
            group, size = [], rng.randint(1, 8)
    if group:
        yield group


def curly(sentence: Sentence) -> Sentence:
    """Spell straight quotes and apostrophes as a news site does."""
    opened = False
    tokens = []
    for token in sentence.tokens:
        form = CURLY.get(token.form.lower(), token.form) if "'" in token.form else token.form
        if token.form == '"':
            form = "”" if opened else "“"
            opened = not opened
        tokens.append(replace(token, form=form))
    return replace(sentence, tokens=tuple(tokens))


def to_doc(vocab: Vocab, sentences: list[Sentence]) -> Doc:
    """Build the gold `Doc` of a paragraph."""
    tokens = [token for sentence in sentences for token in sentence.tokens]
    spaces = [token.space for token in tokens]
    heads, starts = [], []
    for sentence in sentences:
        offset = len(heads)
        heads += [offset + token.head for token in sentence.tokens]
        starts += [True] + [False] * (len(sentence.tokens) - 1)
        if sentence is not sentences[-1]:
            spaces[len(heads) - 1] = True
    spaces[-1] = False
    return Doc(
        vocab,
        words=[token.form for token in tokens],
        spaces=spaces,
        tags=[token.xpos for token in tokens],
        pos=[token.upos for token in tokens],
        morphs=[token.feats for token in tokens],
        lemmas=[token.lemma for token in tokens],
        heads=heads,
        deps=[token.deprel for token in tokens],
        sent_starts=None,
    )
