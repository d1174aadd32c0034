"""Which sentences the network is to read: a glance at their words tells which may tell an act.

Reading is dear, and most sentences tell nothing. A logistic function of the words of a sentence and
of who is named in it says how likely some act is told there; its weights (`glance.tsv`, log-odds)
are fitted on coded stories by ``training/relate/glance.py``.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator

from worker.events import log_odds

Named = tuple[str, str]
"""Code and kind of a party."""

ISSUER = "issuer"
"""Kind of the party that issues a statement, in each of its sentences."""

ALWAYS = "(always)"
"""The sign that every sentence has."""

WORTH = 0.18
"""Chance of an act from which a sentence is read."""


def chance(words: Iterable[str], named: Collection[Named]) -> float:
    """Of an act that a sentence tells, between 0 and 1.

    Args:
        words: in lower case, without those that name somebody.
        named: who is, by name or as the issuer of the statement.
    """
    table = weights()
    score = math.fsum(table.get(sign, 0.0) for sign in signs(words, named))
    return 1 / (1 + math.exp(-score))


def signs(words: Iterable[str], named: Collection[Named]) -> Iterator[str]:
    """What speaks for or against an act, as the table names it: words, and what no word is."""
    yield ALWAYS
    if len({code for code, _ in named}) > 1:
        yield "(two parties)"
    yield from {f"({kind})" for _, kind in named}
    yield from set(words)


def weights() -> dict[str, float]:
    """Log-odds of each sign."""
    return log_odds.read("relate", "glance.tsv")
