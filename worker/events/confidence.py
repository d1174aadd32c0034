"""How sure an event is: the probability that a careful coder would code it with these parties.

A logistic function of what the model of types believes (`worker.events.relate`) and of a few signs,
whose weights stand in `lexicon/confidence.tsv`. They are fitted by ``benchmarks/fit_confidence.py``
on documents coded by hand; with so few documents the signs are kept few and the weights small
(ridge): no rule and no type is trusted or distrusted for one lucky article.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from worker.events import log_odds
from worker.events.merge import Told
from worker.events.rules import lexicon

_SURE = 4.0  # log-odds beyond which the model of types is not believed more


def certainty(told: Told) -> float:
    """Between 0 and 1, both excluded."""
    return probability(signs(told), weights())


def signs(told: Told) -> dict[str, float]:
    """What speaks for or against an event, as the table names it, and how loudly."""
    parties = (*told.actors, *told.recipients)
    rule = lexicon().rule(told.label)
    holds = {
        "always": True,
        "learnt": rule is None,
        "noun": rule is not None and rule.pos == "n",
        "reference": any(p.basis == "reference" for p in parties),
        "one party": len({p.code for p in parties}) == 1,
        "told twice": len(set(told.evidence)) > 1,
    }
    found = {name: 1.0 for name, true in holds.items() if true}
    return {**found, "belief": min(_SURE, max(-_SURE, logit(told.belief)))}


def logit(share: float) -> float:
    """Log-odds of a probability."""
    share = min(1 - 1e-6, max(1e-6, share))
    return math.log(share / (1 - share))


def probability(found: Mapping[str, float], table: dict[str, float]) -> float:
    """The logistic function of the summed weights; unknown signs weigh nothing."""
    score = sum(table.get(name, 0.0) * loud for name, loud in sorted(found.items()))
    return 1 / (1 + math.exp(-score))


def weights() -> dict[str, float]:
    """Log-odds of each sign."""
    return log_odds.read("lexicon", "confidence.tsv")
