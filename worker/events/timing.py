"""The date of one act: the expression in its own clause, else the day of the news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from spacy.tokens import Span, Token

from worker.events import dates
from worker.events.tree import Standing, is_predicate, lemma

_MAX_CLIMB = 10
_RECENTLY = timedelta(days=10)
_TELLING = frozenset(
    {
        "xcomp",
        "ccomp",
        "conj",
        "obj",
        "parataxis",
        "advcl",
        "nsubj:pass",
        "acl",
        "obl",
        "nmod",
        "nsubj",
    }
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A date expression with the token that carries it."""

    expression: dates.Expression
    token: Token


def placed(sentence: Span) -> list[Placed]:
    """Date expressions of a sentence."""
    found = []
    for expression in dates.find(sentence.text):
        start = sentence.start_char + expression.start
        span = sentence.doc.char_span(
            start, sentence.start_char + expression.end, alignment_mode="expand"
        )
        if span is not None and len(span):
            found.append(Placed(expression, span.root))
    return found


def date_of(
    trigger: Token,
    standing: Standing,
    expressions: list[Placed],
    published: date | None,
    previous: str | None,
    recent: str | None = None,
) -> str | None:
    """EDTF of an act; None where neither clause nor tense nor publication tell.

    ``recent`` is the date told last in the same paragraph: it holds for what is told on, where it
    lies in the ten days before publication. A future act is dated by its announcement, not by the
    day it is planned for (coding guide).
    """
    if standing is Standing.FUTURE:
        own = [p for p in expressions if _is_past(p, published)]
        return _resolved(_best(trigger, own), published, previous) or _today(published)
    best = _best(trigger, expressions)
    if best is not None:
        found = _resolved(best, published, previous)
        if found is not None and not (
            published and found[:10] > published.isoformat()[: len(found)]
        ):
            return found
        if found is None and best.expression.kind == "vague":
            return None
    if _is_background(trigger):
        return None
    told_on = trigger.tag_ == "VBD" or trigger.pos_ == "NOUN"
    return (_lately(recent, published) if told_on else None) or _today(published)


def _lately(recent: str | None, published: date | None) -> str | None:
    if recent is None or published is None or len(recent) != 10:
        return None
    return recent if timedelta() <= published - date.fromisoformat(recent) <= _RECENTLY else None


def _today(published: date | None) -> str | None:
    return None if published is None else published.isoformat()[:10]


def _resolved(found: Placed | None, published: date | None, previous: str | None) -> str | None:
    if found is None:
        return None
    return dates.resolve(found.expression, published, previous=previous)


def _is_past(found: Placed, published: date | None) -> bool:
    """Whether an expression beside a future act can be the day of its announcement."""
    if found.expression.kind == "weekday":
        # "said Tuesday it will …": the weekday of the verb of saying, not of the act to come.
        return lemma(_clause(found.token)) in {"say", "announce", "tell", "agree", "declare"}
    found_date = dates.resolve(found.expression, published)
    return found_date is not None and published is not None and dates.is_past(found_date, published)


def _best(trigger: Token, expressions: list[Placed]) -> Placed | None:
    """The expression nearest to the trigger in the tree; those of other clauses do not count."""
    ranked = sorted(
        (
            (_distance(trigger, p.token), abs(trigger.i - p.token.i), n)
            for n, p in enumerate(expressions)
        )
    )
    if not ranked or ranked[0][0] > 3:
        return None
    return expressions[ranked[0][2]]


def _clause(token: Token) -> Token:
    node = token
    for _ in range(_MAX_CLIMB):
        if node.head == node or (node != token and is_predicate(node)):
            break
        node = node.head
    return node


def _distance(trigger: Token, carrier: Token) -> int:
    """0: in the trigger's own phrase; 1: its clause; more for each clause between."""
    chain = _ancestors(carrier)
    if trigger in chain:
        between = chain[: chain.index(trigger)]
        return min(3, sum(is_predicate(t) for t in between)) * 2
    own = _clause(carrier)
    above = _ancestors(trigger)
    if own in above:
        between = above[: above.index(own)]
        steps = sum(is_predicate(t) for t in between)
        if any(
            t.dep_ in ("acl:relcl", "advcl:relcl") for t in [trigger, *between] if is_predicate(t)
        ):
            return 4
        return 1 + steps
    if trigger.dep_ == "conj" and own == trigger.head:
        return 2
    return 9


def _ancestors(token: Token) -> list[Token]:
    chain = [token]
    while chain[-1].head != chain[-1] and len(chain) < 40:
        chain.append(chain[-1].head)
    return chain


def _is_background(trigger: Token) -> bool:
    """Past perfect: told as background, on a day that the text leaves open."""
    return any(c.dep_ == "aux" and c.lower_ in ("had", "'d") for c in trigger.children)
