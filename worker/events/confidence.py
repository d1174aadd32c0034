"""How sure an event is: the probability that a careful coder would code it with these parties.

A logistic function of a few signs, whose weights stand in `lexicon/confidence.tsv`. They are fitted
by ``benchmarks/fit_confidence.py`` on documents coded by hand; with so few documents the signs are
kept few and the weights small (ridge): no rule is trusted or distrusted for one lucky article.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache

from worker.events.merge import Told
from worker.events.plover import data, read_tsv
from worker.events.rules import lexicon


def certainty(told: Told) -> float:
    """Between 0 and 1, both excluded."""
    return probability(signs(told), weights())


def signs(told: Told) -> frozenset[str]:
    """What speaks for or against an event, as the table names it."""
    parties = (*told.actors, *told.recipients)
    rule = lexicon().by_id.get(told.label.partition("/")[0])
    holds = {
        "always": True,
        f"type {told.type}": True,
        "weak rule": rule is not None and "weak" in rule.flags,
        "noun": rule is not None and rule.pos == "n",
        "reference": any(p.basis == "reference" for p in parties),
        "issuer": any(p.basis == "issuer" for p in parties),
        "one party": len({p.code for p in parties}) == 1,
        "told twice": len(set(told.evidence)) > 1,
        "of another standing": "/" in told.label,
        "only a place": bool(told.recipients) and all(p.place for p in told.recipients),
        "undated": told.date is None,
    }
    return frozenset(name for name, true in holds.items() if true)


def probability(found: Iterable[str], table: dict[str, float]) -> float:
    """The logistic function of the summed weights; unknown signs weigh nothing."""
    return 1 / (1 + math.exp(-sum(table.get(name, 0.0) for name in sorted(found))))


@cache
def weights() -> dict[str, float]:
    """Log-odds of each sign."""
    rows = read_tsv(data("lexicon", "confidence.tsv"))
    return {row["sign"]: float(row["weight"]) for row in rows}
