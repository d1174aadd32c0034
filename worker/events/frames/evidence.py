"""The words that carry an act: the shortest stretch that lets a reader check type and parties.

A trigger alone ("agreed") convinces nobody. Its evidence is the core of its clause: subject, the
verb with its particles, auxiliaries and negation, what it is done to, and the words that named the
parties, where they stand in the same sentence. What only decorates (adverbial and relative clauses,
appositions, a trailing "on Monday") is left out at both ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from worker.events.language.parsed import Token
from worker.events.language.tree import base, is_predicate

# What belongs to a clause's core, and what of it is told by its head word alone.
_CORE = frozenset(
    ["nsubj", "csubj", "obj", "iobj", "xcomp", "aux", "advmod", "compound", "cop", "mark"]
)
_COMPLEMENTS = frozenset(["ccomp", "xcomp"])
_NOMINAL = frozenset(
    ["nmod", "amod", "compound", "det", "case", "flat", "nummod", "goeswith", "fixed"]
)
_TIES = frozenset(["mark", "cc", "case", "advmod", "discourse"])
_LONG = 12  # tokens of a phrase; of a longer one its head's own words stand for it


def stretch(trigger: Token, named: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Return start and end, in code points of the paragraph, of an act's evidence.

    Args:
        trigger: the word that fired.
        named: where the parties are named, in code points; other sentences' are left out.
    """
    sentence = trigger.sent
    inside = [(a, b) for a, b in named if sentence.start_char <= a and b <= sentence.end_char]
    core = list(_core(trigger))
    start = min([token.idx for token in core] + [a for a, _ in inside])
    end = max([token.idx + len(token) for token in core] + [b for _, b in inside])
    kept = {trigger.i, *(t.i for t in sentence if any(a <= t.idx < b for a, b in inside))}
    return _trimmed([t for t in sentence if start <= t.idx < end], kept)


def _trimmed(words: list[Token], kept: set[int]) -> tuple[int, int]:
    """Drop what only ties the stretch to its surroundings: "that", "since", a comma, "in"."""
    first, last = 0, len(words) - 1
    while words[first].i not in kept and _ties(words[first]):
        first += 1
    while words[last].i not in kept and _ties(words[last]):
        last -= 1
    return words[first].idx, words[last].idx + len(words[last])


def _ties(token: Token) -> bool:
    return token.is_punct or token.is_space or base(token) in _TIES


def _core(trigger: Token) -> Iterator[Token]:
    yield trigger
    if not is_predicate(trigger):
        yield from _phrase(trigger)
        trigger = _light(trigger)
        if not is_predicate(trigger):
            return
        yield trigger
    subject_known = False
    for child in trigger.children:
        label = base(child)
        subject_known |= label in ("nsubj", "csubj")
        if label in _CORE:
            yield from _phrase(child)
        if label in _COMPLEMENTS:
            yield from (
                t for c in child.children if base(c) in ("obj", "aux", "mark") for t in _phrase(c)
            )
    if not subject_known:
        yield from _subject_above(trigger)


def _light(noun: Token) -> Token:
    """The verb that a noun is the object or subject of: "held" for the talks."""
    return noun.head if base(noun) in ("obj", "nsubj", "conj") else noun


def _subject_above(verb: Token) -> Iterator[Token]:
    """The subject of the verb that this one is coordinated with or governed by."""
    head = verb.head
    if verb != head and base(verb) in ("conj", "xcomp"):
        for child in head.children:
            if base(child) == "nsubj":
                yield from _phrase(child)


def _phrase(head: Token) -> Iterator[Token]:
    """The words of a phrase; of a long one, those that its head needs."""
    words = list(head.subtree)
    if len(words) <= _LONG and not any(base(word) in ("acl", "parataxis") for word in words):
        yield from words
        return
    yield head
    for child in head.children:
        if base(child) in _NOMINAL and abs(child.i - head.i) <= _LONG:
            yield child
