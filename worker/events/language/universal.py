"""Let a pipeline with spaCy's usual (ClearNLP-like) labels speak Universal Dependencies.

spaCy's own English pipelines hang nouns below prepositions ("of" ←pobj← "Russia") and predicates
below "be"; Universal Dependencies does the opposite. `universal` turns such a tree around, renames
what is left, and reduces the names to PERSON, ORG, LOC and NORP. The relations follow the ClearNLP
guidelines (Choi and Palmer 2012) and https://universaldependencies.org/u/dep/.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span, Token

NAME = "demarche_universal"
NAMES = {"GPE": "LOC", "FAC": "LOC", "PER": "PERSON"} | {
    n: n for n in ("LOC", "NORP", "ORG", "PERSON")
}

_TABLE = Path(__file__).with_name("universal.tsv")
_BE = frozenset(("be", "am", "is", "are", "was", "were", "been", "being", "'s", "’s", "'re", "'m"))
_PREPOSITION = frozenset(("prep", "agent", "dative"))


@cache
def _renamed() -> dict[str, str]:
    lines = _TABLE.read_text(encoding="utf8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {theirs: ours for theirs, ours in rows}  # noqa: C416 - a list is no pair to mypy


def is_needed(labels: Collection[str]) -> bool:
    """Whether a parser with these labels follows the other scheme."""
    return "dobj" in labels or "pobj" in labels


@Language.component(NAME, assigns=["token.dep", "token.head", "doc.ents"])
def universal(doc: Doc) -> Doc:
    """Turn the tree around and rename relations and names."""
    if doc.has_annotation("DEP"):
        _Tree(doc).rewrite()
    doc.set_ents(
        [
            Span(doc, ent.start, ent.end, NAMES[ent.label_])
            for ent in doc.ents
            if ent.label_ in NAMES
        ]
    )
    return doc


class _Tree:
    """Heads and relations of a document, free to be changed."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.heads = [token.head.i for token in doc]
        # Their "nmod" is a noun in front of a noun; ours hangs behind a preposition.
        self.deps = ["compound" if token.dep_ == "nmod" else token.dep_ for token in doc]

    def rewrite(self) -> None:
        for token in sorted(self.doc, key=_depth, reverse=True):
            if self.deps[token.i] in _PREPOSITION:
                self._preposition(token)
        for token in self.doc:
            if self.deps[token.i] in ("attr", "acomp") and self._is_be(self.heads[token.i]):
                self._predicate(token.i)
        for ent in self.doc.ents:
            if NAMES.get(ent.label_) == "PERSON":
                self._person(ent)
        self._write()

    def _children(self, head: int) -> list[int]:
        return [at for at, up in enumerate(self.heads) if up == head and at != head]

    def _is_be(self, at: int) -> bool:
        return self.doc[at].lower_ in _BE

    def _preposition(self, token: Token) -> None:
        """Hang the object where the preposition hung, and the preposition below it."""
        at, up, dep = token.i, self.heads[token.i], self.deps[token.i]
        children = self._children(at)
        objects = [child for child in children if self.deps[child] in ("pobj", "pcomp")]
        objects = objects or [
            c for c in children if self.deps[c] in ("obl", "nmod", "advcl", "acl")
        ]
        if not objects:
            return
        noun = objects[0]
        clause = self.deps[noun] == "pcomp"
        self.heads[noun] = noun if up == at else up
        self.deps[noun] = dep if up == at or dep == "conj" else self._relation(up, dep, clause)
        for child in children:
            if child != noun:
                self.heads[child] = noun
        self.heads[at], self.deps[at] = noun, "mark" if clause else "case"

    def _relation(self, up: int, dep: str, clause: bool) -> str:
        nominal = self.doc[up].pos_ in ("NOUN", "PROPN", "PRON", "NUM")
        if clause:
            return "acl" if nominal else "advcl"
        if dep == "agent":
            return "obl:agent"
        return "nmod" if nominal else "obl"

    def _predicate(self, at: int) -> None:
        """Make what "be" says the head, and "be" its copula."""
        be = self.heads[at]
        self.deps[at] = self.deps[be]
        self.heads[at] = at if self.heads[be] == be else self.heads[be]
        for child in self._children(be):
            if child != at:
                self.heads[child] = at
        self.heads[be], self.deps[be] = at, "cop"

    def _person(self, ent: Span) -> None:
        """Let the first word of a name head it: "Vladimir" →flat→ "Putin"."""
        first, last = ent.start, ent.end - 1
        inner = range(first, last)
        if first == last or any((self.heads[i], self.deps[i]) != (last, "compound") for i in inner):
            return
        self.heads[first] = first if self.heads[last] == last else self.heads[last]
        self.deps[first] = self.deps[last]
        for child in self._children(last):
            self.heads[child] = first
        for at in range(first + 1, ent.end):
            self.heads[at], self.deps[at] = first, "flat"

    def _write(self) -> None:
        deps = [_renamed().get(dep, dep) for dep in self.deps]
        offsets = np.array([head - at for at, head in enumerate(self.heads)], dtype="int64")
        hashes = np.array([self.doc.vocab.strings.add(dep) for dep in deps], dtype="uint64")
        columns = np.stack([offsets.view("uint64"), hashes], axis=1)
        self.doc.from_array(["HEAD", "DEP"], columns)  # type: ignore[arg-type]  # wants Ints2d


def _depth(token: Token) -> int:
    return sum(1 for _ in token.ancestors)
