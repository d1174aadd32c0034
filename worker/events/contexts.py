"""In which of PLOVER's contexts an act stands: by the words of its sentence and its neighbours.

A word in the act's own sentence is enough; in the sentences beside it, of the same paragraph, two
different ones are needed. A context says what is spoken of around the act, not what the act is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from worker.events.language.parsed import Span, Token
from worker.events.plover import data, read_tsv

_ENOUGH = 2
_OWN, _BESIDE = 2, 1
_LONGEST = 4  # words of a phrase
_PIECE = re.compile(r"\w+|[^\w\s]")


def contexts(sentence: Span) -> tuple[str, ...]:
    """Contexts of an act told in a sentence, in PLOVER's order."""
    weights: dict[str, dict[str, int]] = defaultdict(dict)
    for near, weight in _around(sentence):
        for context, words in _hits(near):
            weights[context][words] = max(weight, weights[context].get(words, 0))
    return tuple(c for c in names() if sum(weights.get(c, {}).values()) >= _ENOUGH)


@cache
def names() -> tuple[str, ...]:
    """All contexts, in PLOVER's order."""
    return tuple(row["context"] for row in read_tsv(data("ontology", "contexts.tsv")))


def _around(sentence: Span) -> list[tuple[Span, int]]:
    every = list(sentence.doc.sents)
    own = next(n for n, one in enumerate(every) if one.start == sentence.start)
    beside = every[max(0, own - 1) : own] + every[own + 1 : own + 2]
    return [(sentence, _OWN), *((one, _BESIDE) for one in beside)]


def _hits(sentence: Span) -> list[tuple[str, str]]:
    """Contexts with the words that tell them."""
    table = _table()
    found: list[tuple[str, str]] = []
    tokens = list(sentence)
    for start in range(len(tokens)):
        for words in _phrases(tokens[start : start + _LONGEST]):
            found.extend((context, words) for context in table.get(words, ()))
    return found


def _phrases(tokens: list[Token]) -> Iterator[str]:
    """What begins here: as it is written, and with the last word as its lemma.

    It ends where no line of the table goes on.
    """
    longer = _beginnings()
    written = ""
    for token in tokens:
        yield written + token.lower_
        if token.lemma_ != token.lower_:
            yield written + token.lemma_
        written += token.lower_
        if written not in longer:
            return
        written += token.whitespace_


@cache
def _beginnings() -> frozenset[str]:
    """What the phrases of the table begin with, up to the end of any of their words."""
    return frozenset(words[: m.end()] for words in _table() for m in _PIECE.finditer(words))


@cache
def _table() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = defaultdict(list)
    for row in read_tsv(data("lexicon", "contexts.tsv")):
        for words in row["words"].split("|"):
            table[words].append(row["context"])
    return {words: tuple(found) for words, found in table.items()}
