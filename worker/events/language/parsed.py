"""A parsed paragraph as plain objects, which the coder's readers share.

The readers ask the same words for the same things many thousand times. `Doc.of` copies what they
ask for out of spaCy's document once; from then on label, lemma, head and children are attributes.
Names and meanings are spaCy's own, as far as the coder uses them, but a lemma is in lower case.

Trees may be put right in place: `Token.hang` moves a word; children, edges and sentences follow.
Named entities are found when a paragraph is first asked for one: most never are, and finding them
is a third of the pipeline's work.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from typing import Final, overload

from spacy import tokens as spacy_tokens
from spacy.lang.en.lex_attrs import like_num
from spacy.lang.lex_attrs import is_punct
from spacy.strings import StringStore

_COPIED: list[int | str] = ["HEAD", "ORTH", "LEMMA", "SPACY", "POS", "TAG", "DEP", "MORPH"]

Features = dict[str, list[str]]
"""Morphological features: {"Number": ["Plur"]}; not to be changed, words share them."""

Names = Callable[[spacy_tokens.Doc], spacy_tokens.Doc]
"""What finds the named entities of a document and gives it back."""


class Token:
    """A word.

    Attributes:
        doc, i: the paragraph, and the word's place in it.
        idx: its offset in the paragraph, in code points.
        text, lower_: as written, and in lower case.
        lemma_: in lower case; "the PM" is no hour of the day.
        pos_, tag_, dep_, morph: UD's word class, Penn's tag, UD's label and features.
        head: the word that it hangs on; a root hangs on itself. Changed by `hang`.
        children: the words that hang on it, in their order; another tuple after every change.
    """

    __slots__ = (
        "children", "dep_", "doc", "head", "i", "idx", "lemma_", "lower_", "morph",
        "pos_", "tag_", "text",
    )  # fmt: skip

    def __init__(
        self, doc: Doc, i: int, idx: int, text: str, lemma: str, labels: tuple[str, str, str],
        morph: Features,
    ) -> None:  # fmt: skip
        """Keep it; head and children come when all words are there."""
        self.doc = doc
        self.i = i
        self.idx = idx
        self.text = text
        self.lower_ = text.lower()
        lemma = lemma.lower()
        self.lemma_ = "pm" if text == "PM" and lemma == "p.m." else lemma
        self.pos_, self.tag_, self.dep_ = labels
        self.morph = morph
        self.head: Final = self
        self.children: tuple[Token, ...] = ()

    def __len__(self) -> int:
        """Length in code points, without the space behind."""
        return len(self.text)

    def __repr__(self) -> str:
        """The word as written."""
        return self.text

    def hang(self, above: Token, label: str | None = None) -> None:
        """Hang it on another word, or on itself as a root; its label stays where none is given."""
        old = self.head
        if old is not self:
            old.children = tuple(child for child in old.children if child is not self)
        if above is not self:
            above.children = tuple(sorted((*above.children, self), key=lambda t: t.i))
        self.head = above  # type: ignore[misc]  # here alone, so that children follow
        self.dep_ = label or self.dep_
        self.doc.changed()

    def set_morph(self, features: str) -> None:
        """Replace the morphological features ("VerbForm=Part|Tense=Past")."""
        self.morph = _features(features)

    @property
    def ent_type_(self) -> str:
        """The type of the named entity that it is a part of, or ""."""
        return next((kind for a, b, kind in self.doc.ents if a <= self.i < b), "")

    @property
    def subtree(self) -> list[Token]:
        """The word and all that hangs below it, in the order of the text."""
        if not self.children:
            return [self]
        found = [word for child in self.children if child.i < self.i for word in child.subtree]
        found.append(self)
        found += [word for child in self.children if child.i > self.i for word in child.subtree]
        return found

    @property
    def left_edge(self) -> Token:
        """The first word of the subtree."""
        return self.doc.tokens[self.doc.edges[0][self.i]]

    @property
    def right_edge(self) -> Token:
        """The last word of the subtree."""
        return self.doc.tokens[self.doc.edges[1][self.i]]

    @property
    def ancestors(self) -> Iterator[Token]:
        """What it hangs on, step by step up to the root."""
        node, above = self, self.head
        for _ in self.doc.tokens:
            if above is node:
                return
            yield above
            node, above = above, above.head

    def is_ancestor(self, other: Token) -> bool:
        """Whether ``other`` stands below it."""
        return any(node is self for node in other.ancestors)

    def nbor(self, step: int = 1) -> Token:
        """The word so many places further on.

        Raises:
            IndexError: the paragraph does not reach so far.
        """
        place = self.i + step
        if place < 0:
            raise IndexError(place)
        return self.doc.tokens[place]

    @property
    def sent(self) -> Span:
        """Its sentence."""
        return self.doc.sentence(self.i)

    @property
    def whitespace_(self) -> str:
        """The space behind it, or ""."""
        end = self.idx + len(self.text)
        after = self.i + 1
        following = self.doc.tokens[after].idx if after < len(self.doc.tokens) else None
        return self.doc.text[end:following]

    @property
    def is_punct(self) -> bool:
        """Whether it is a mark of punctuation."""
        return is_punct(self.text)

    @property
    def like_num(self) -> bool:
        """Whether it is a number, in figures or in words."""
        return bool(like_num(self.text))  # type: ignore[no-untyped-call]

    @property
    def is_space(self) -> bool:
        """Whether it is white space alone."""
        return self.text.isspace()

    @property
    def is_alpha(self) -> bool:
        """Whether it has letters alone."""
        return self.text.isalpha()

    @property
    def is_lower(self) -> bool:
        """Whether it has no capitals."""
        return self.text.islower()

    @property
    def is_title(self) -> bool:
        """Whether it has a capital at its start alone."""
        return self.text.istitle()


class Span:
    """The words ``start:end`` of a paragraph."""

    __slots__ = ("doc", "end", "start")

    def __init__(self, doc: Doc, start: int, end: int) -> None:
        """Mark them; the words are the paragraph's own."""
        self.doc = doc
        self.start = start
        self.end = end

    def __iter__(self) -> Iterator[Token]:
        """Its words in order."""
        return iter(self.doc.tokens[self.start : self.end])

    def __len__(self) -> int:
        """How many words."""
        return self.end - self.start

    def __getitem__(self, place: int) -> Token:
        """A word, counted from the start of the span."""
        return self.doc.tokens[self.start : self.end][place]

    @property
    def start_char(self) -> int:
        """Where its first word begins, in code points of the paragraph."""
        return self.doc.offsets[self.start] if self.start < len(self.doc) else len(self.doc.text)

    @property
    def end_char(self) -> int:
        """Where its last word ends, the space behind left out."""
        if self.start == self.end:
            return self.start_char
        last = self.doc.tokens[self.end - 1]
        return last.idx + len(last)

    @property
    def text(self) -> str:
        """As written, without the space behind."""
        return self.doc.text[self.start_char : self.end_char]

    @property
    def sent(self) -> Span:
        """The sentence of its first word."""
        return self.doc.tokens[self.start].sent

    @property
    def root(self) -> Token:
        """The word nearest to the root of its sentence; of several, the first."""
        words = self.doc.tokens[self.start : self.end]
        for word in words:
            if word.head is word:
                return word
        outer = [w for w in words if not self.start <= w.head.i < self.end]
        if not outer:  # of no words, the next one
            return self.doc.tokens[self.start]
        return min(outer, key=lambda w: sum(1 for _ in w.ancestors))

    def char_span(self, start: int, end: int, *, alignment_mode: str = "strict") -> Span | None:
        """As `Doc.char_span`; offsets count from the start of this span."""
        first = self.start_char
        return self.doc.char_span(start + first, end + first, alignment_mode=alignment_mode)


class Doc:
    """A paragraph.

    Attributes:
        text: all of it.
        tokens: its words.
        offsets: where each of them begins, in code points.
        is_parsed: whether a parser has seen it.
    """

    def __init__(self, source: spacy_tokens.Doc, names: Names | None = None) -> None:
        """Copy a document of spaCy; later changes there are not seen here.

        Args:
            source: the document.
            names: what finds its named entities; without it they are there already.
        """
        self.text = source.text
        self.is_parsed = source.has_annotation("DEP")
        self._source = source
        self._names = names
        self.tokens: list[Token] = []
        self.changed()
        heads = self._take_in(source)
        below: dict[int, list[Token]] = defaultdict(list)
        for token, head in zip(self.tokens, heads, strict=True):
            if head:
                token.head = above = self.tokens[token.i + head]  # type: ignore[misc]
                below[above.i].append(token)
        for i, children in below.items():
            self.tokens[i].children = tuple(children)
        self.offsets = [token.idx for token in self.tokens]

    def _take_in(self, source: spacy_tokens.Doc) -> list[int]:
        """Copy the words; give their heads, as distances."""
        strings = source.vocab.strings
        names = _Names(strings)
        numbers = source.to_array(_COPIED)
        idx = 0
        for i, (_, orth, lemma, space, pos, tag, dep, morph) in enumerate(numbers.tolist()):
            text = strings[orth]
            labels = names[pos], names[tag], names[dep]
            token = Token(self, i, idx, text, strings[lemma], labels, _features(names[morph]))
            self.tokens.append(token)
            idx += len(text) + space
        heads: list[int] = numbers[:, 0].astype("int64").tolist()
        return heads

    @cached_property
    def ents(self) -> list[tuple[int, int, str]]:
        """The named entities: first word, last word (exclusive), type."""
        source = self._names(self._source) if self._names else self._source
        return [(e.start, e.end, e.label_) for e in source.ents]

    @property
    def doc(self) -> Doc:
        """Itself, as of a `Span`."""
        return self

    def __len__(self) -> int:
        """How many words."""
        return len(self.tokens)

    def __iter__(self) -> Iterator[Token]:
        """Its words in order."""
        return iter(self.tokens)

    @overload
    def __getitem__(self, place: int) -> Token: ...
    @overload
    def __getitem__(self, place: slice) -> Span: ...
    def __getitem__(self, place: int | slice) -> Token | Span:
        """A word, or a run of words."""
        if isinstance(place, slice):
            start, end, _ = place.indices(len(self.tokens))
            return Span(self, start, max(start, end))
        return self.tokens[place]

    def changed(self) -> None:
        """Forget what was derived from the tree."""
        self._edges: tuple[list[int], list[int]] | None = None
        self._sents: list[Span] | None = None
        self._starts: list[int] = []

    @property
    def edges(self) -> tuple[list[int], list[int]]:
        """The first word of each word's subtree, and the last."""
        if self._edges is None:
            self._edges = _edges([token.head.i for token in self.tokens])
        return self._edges

    @property
    def sents(self) -> list[Span]:
        """The sentences: one for each root."""
        if self._sents is None:
            first = self.edges[0]
            roots = (first[t.i] for t in self.tokens if t.head is t) if self.is_parsed else ()
            self._starts = sorted({0, *roots}) if self.tokens else []
            ends = [*self._starts[1:], len(self.tokens)]
            self._sents = [Span(self, a, b) for a, b in zip(self._starts, ends, strict=True)]
        return self._sents

    def sentence(self, place: int) -> Span:
        """The sentence in which a word stands."""
        every = self.sents
        return every[bisect_right(self._starts, place) - 1]

    def char_span(self, start: int, end: int, *, alignment_mode: str = "strict") -> Span | None:
        """The words of ``text[start:end]``; None where it does not lie within the text.

        Args:
            start, end: code points.
            alignment_mode: "strict" gives None unless words begin and end there; "expand" takes
                the words that are touched.
        """
        if not 0 <= start < len(self.text) or not 0 < end <= len(self.text):
            return None
        first, last = (self.tokens[bisect_right(self.offsets, x) - 1] for x in (start, end - 1))
        if alignment_mode == "strict":
            if first.idx != start or last.idx + len(last) != end:
                return None
        elif start == first.idx + len(first):  # the space behind a word is none of it
            return Span(self, first.i + 1, last.i + 1)
        return Span(self, first.i, last.i + 1)


class _Names(dict[int, str]):
    """What the numbers of one document stand for, each looked up once."""

    def __init__(self, strings: StringStore) -> None:
        super().__init__()
        self._strings = strings

    def __missing__(self, number: int) -> str:
        name = self[number] = self._strings[number]
        return name


def _edges(heads: list[int]) -> tuple[list[int], list[int]]:
    """Where subtrees begin and end; several rounds where branches cross."""
    first, last = list(range(len(heads))), list(range(len(heads)))
    settled = False
    while not settled:
        settled = True
        for order in (range(len(heads)), range(len(heads) - 1, -1, -1)):
            for i in order:
                head = heads[i]
                if first[i] < first[head]:
                    first[head], settled = first[i], False
                if last[i] > last[head]:
                    last[head], settled = last[i], False
    return first, last


@cache
def _features(text: str) -> Features:
    pairs = (pair.partition("=") for pair in text.split("|") if pair)
    return {name: values.split(",") for name, _, values in pairs}
