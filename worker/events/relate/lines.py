"""What the model of types reads: sentences as words with marks, and the pairs it is asked about.

Names are masked: what a party is called must not tell its deeds. What the rules told of a sentence
stands beside it as claims, to be believed or not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

NOBODY = ""
"""The target of an act of one party."""

MUTUAL = frozenset({"AGREE", "CONSULT", "COOPERATE", "SUPPORT"})
"""Types of what both may do together; told in both directions, it is one act of both."""

TOGETHER = 4
"""Most sentences of a passage."""

_WORDS = 110  # most words of them
_CAST = 3  # most parties of an article that all its passages name first
_PARTIES = 8  # most parties of one sentence that are asked about: 64 pairs

Pair = tuple[str, str]
"""Codes of source and target, the latter `NOBODY` for an act of one party."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a sentence names a party, or means one.

    Attributes:
        first, last: its words; ``last`` is exclusive.
        kind: as `worker.model.Party`.
        how: "name"; "head" (of a phrase that stands for it: "officials" of "Iranian officials"),
            "meant" (a reference), "posting" (where its embassy stands), "cast" (nowhere: the
            article is about it).
        person: one human being.
    """

    first: int
    last: int
    code: str
    kind: str
    how: str
    person: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """What the rules say that a sentence tells; codes."""

    type: str
    actors: frozenset[str]
    recipients: frozenset[str]

    def pairs(self) -> Iterator[Pair]:
        """Who does it to whom; where it is mutual, in both directions."""
        if self.recipients:
            for source in sorted(self.actors):
                for target in sorted(self.recipients - {source}):
                    yield source, target
                    if self.type == "CONSULT":
                        yield target, source
        elif len(self.actors) > 1:
            yield from permutations(sorted(self.actors), 2)
        else:
            yield from ((actor, NOBODY) for actor in self.actors)


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence.

    Attributes:
        words: as they are written.
        relations: the label of each in the tree.
        hints: the types of which each may be a trigger, by the lexicon.
        issuer: whose official statement it is of.
        claims: None where the rules are not to be asked.
    """

    words: tuple[str, ...]
    relations: tuple[str, ...]
    hints: tuple[tuple[str, ...], ...]
    marks: tuple[Mark, ...]
    issuer: str | None = None
    claims: tuple[Claim, ...] | None = ()

    @property
    def codes(self) -> set[str]:
        """Who is named or meant in it; the issuer of a statement in each of its sentences."""
        own = {mark.code for mark in self.marks}
        return own if self.issuer is None else own | {self.issuer}


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences that are read together.

    Attributes:
        start: the number of the first in its article.
        cast: whom the article is about, whether or not they are named here.
    """

    start: int
    lines: tuple[Line, ...]
    cast: tuple[Mark, ...] = ()

    @property
    def size(self) -> int:
        """How many words it has."""
        return sum(len(line.words) for line in self.lines)

    def pairs(self, at: int) -> list[Pair]:
        """The pairs of parties that are asked about in one of the sentences.

        One of the two at least is named or meant in it; the other one may be told before, or be
        one of those that the article is about.
        """
        line = self.lines[at]
        told = (c for claim in line.claims or () for c in (*claim.actors, *claim.recipients))
        here = dict.fromkeys([*sorted(told), *(mark.code for mark in line.marks)])
        if line.issuer:
            here[line.issuer] = None
        before = (
            mark.code
            for earlier in reversed(self.lines[:at])
            for mark in earlier.marks
            if mark.how != "posting"
        )
        cast = (mark.code for mark in self.cast)
        codes = list(dict.fromkeys([*here, *before, *cast]))[:_PARTIES]
        both = [(a, b) for a, b in permutations(codes, 2) if a in here or b in here]
        return both + [(code, NOBODY) for code in codes if code in here]


def cast(named: Iterable[Iterable[tuple[str, str]]]) -> tuple[Mark, ...]:
    """Whom an article is about: those named in most of its sentences, the first counting double.

    Args:
        named: for each sentence, code and kind of those that it names.
    """
    kinds: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for number, found in enumerate(named):
        here = dict(found)
        kinds |= here
        counted.update(dict.fromkeys(here, 1 if number else 2))
    return tuple(Mark(0, 0, code, kinds[code], "cast") for code, _ in counted.most_common(_CAST))


def passages(
    lines: Mapping[int, Line], cast: tuple[Mark, ...] = (), *, first: int = TOGETHER
) -> Iterator[Passage]:
    """Put what stands together into passages.

    Args:
        lines: sentences by their number in the article; some may be left out.
        cast: whom the article is about.
        first: how many sentences the first passage may have; training cuts anew in every round.
    """
    together: list[Line] = []
    start, most, words = 0, first, 0
    for number in sorted(lines):
        line = lines[number]
        words += len(line.words)
        follows = number == start + len(together)
        if together and not (follows and len(together) < most and words <= _WORDS):
            yield Passage(start, tuple(together), cast)
            together, most, words = [], TOGETHER, len(line.words)
        if not together:
            start = number
        together.append(line)
    if together:
        yield Passage(start, tuple(together), cast)
