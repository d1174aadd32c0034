"""Two parties in one sentence, and how the tree joins them.

What a party is called must not tell its deeds: names are masked, and only their kind is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from worker.events.language.parsed import Doc, Span, Token
from worker.events.language.tree import base, is_passive, is_predicate

_MAX_CLIMB = 20


@dataclass(frozen=True)
class Pair:
    """Source and target of what may be one act.

    Attributes:
        doc: the parsed text; usually one sentence, at most a few.
        source, target: where the two parties stand; None where a party is only understood.
        codes: by which codes acts know the two.
        names: indices of tokens that name any party.
    """

    doc: Doc
    source: Span | None
    target: Span | None
    codes: tuple[str, str]
    names: frozenset[int] = frozenset()

    @property
    def spans(self) -> tuple[Span, ...]:
        """Those of the two that stand in the text."""
        return tuple(s for s in (self.source, self.target) if s is not None)

    def sentences(self) -> list[Span]:
        """The sentences in which the two stand; the first one where neither does."""
        found = {span.sent.start: span.sent for span in self.spans}
        return [found[start] for start in sorted(found)] or list(self.doc.sents)[:1]

    def words(self) -> Iterator[Token]:
        """The words of those sentences."""
        return (token for sentence in self.sentences() for token in sentence)

    def is_name(self, token: Token) -> bool:
        """Whether a token is to be masked."""
        if token.i in self.names or token.pos_ == "PROPN":
            return True
        return any(span.start <= token.i < span.end for span in self.spans)


def ancestors(token: Token) -> Iterator[Token]:
    """The token, then what it hangs on, up to the root."""
    yield token
    for _ in range(_MAX_CLIMB):
        if token.head == token:
            return
        token = token.head
        yield token


@dataclass(frozen=True)
class Path:
    """The way through the tree from the source up to where it meets the target's, and down.

    Attributes:
        up: from the source's head (exclusive) to the meeting point (exclusive).
        top: where both meet; None where the two stand in different sentences.
        down: from the meeting point (exclusive) to the target's head (exclusive).
    """

    up: tuple[Token, ...]
    top: Token | None
    down: tuple[Token, ...]

    @property
    def tokens(self) -> tuple[Token, ...]:
        """All words of the path in this order."""
        return (*self.up, *((self.top,) if self.top is not None else ()), *self.down)


def path(pair: Pair) -> Path:
    """The way between the two; from a party to its root where the other one is missing."""
    one, other = (s.root if s is not None else None for s in (pair.source, pair.target))
    if one is None or other is None:
        alone = one if one is not None else other
        return Path((), None, ()) if alone is None else _alone(alone, one is not None)
    above = list(ancestors(one))
    places = {t.i: n for n, t in enumerate(above)}
    down: list[Token] = []
    for token in ancestors(other):
        if token.i in places:
            up = above[1 : places[token.i]]
            return Path(tuple(up), token, tuple(reversed(down[1:])))
        down.append(token)
    return Path(tuple(above[1:]), None, tuple(reversed(down[1:])))


def _alone(party: Token, is_source: bool) -> Path:
    governors = [t for t in ancestors(party) if t != party]
    until = next((n for n, t in enumerate(governors) if is_predicate(t)), len(governors) - 1)
    if not governors:
        return Path((), party, ())
    top, way = governors[until], tuple(governors[:until])
    return Path(way, top, ()) if is_source else Path((), top, way[::-1])


def governor(token: Token) -> Token | None:
    """The nearest predicate above a party's head."""
    return next((t for t in list(ancestors(token))[1:] if is_predicate(t)), None)


def role(token: Token) -> str:
    """The place of a word below its head: label, preposition, and whether the verb is passive."""
    label = base(token)
    prepositions = [c.lower_ for c in token.children if c.dep_ == "case" and c.i < token.i]
    passive = "~" if is_predicate(token.head) and is_passive(token.head) else ""
    return label + ("+" + prepositions[-1] if prepositions else "") + passive
