"""Where a date expression stands in its sentence, and of which acts there it may tell the time.

Asked of the dependency tree alone: what a date means, and which of them holds, is `timing`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from worker.events.dates.date_grammar import Expression, find
from worker.events.language.parsed import Span, Token
from worker.events.language.tree import base, case, children, is_predicate, lemma

Tense = Literal["past", "perfect", "pluperfect", "present", "none"]
Quoted = Callable[[Token], bool]
"""Whether a word stands within quotation marks."""

FAR = 9
"""A distance beyond which a date is of another act."""

SAYING = frozenset({"say", "announce", "tell", "agree", "declare"})
_MAX_CLIMB = 40
_MAX_DISTANCE = 3
_FRONT = 1  # words before a date that opens its sentence: "On Monday, …" holds for all of it
_ELSEWHERE = frozenset({"before", "until", "till", "ahead of", "prior to", "pending"})
"""Prepositions of a time that the act does not happen at."""
_VENUE = frozenset({"in", "at", "on", "during"})
"""What happens "in Monday's statement", "at talks held on Monday", happens on Monday."""
_JUST_BEHIND = 2  # words: "1990, when"
_TOWARDS = frozenset({"for", "ahead of", "before", "to", "at", "in", "on", "during"})
_PLANNED = frozenset({"schedule", "plan", "set", "expect", "slate", "tip"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A date expression in its sentence.

    Attributes:
        token: the word that carries it; ``first`` and ``last`` are its own outer words.
        text: as the text has it, ``start`` its offset in the article.
        clause: the predicate whose time it tells.
        quoted: it stands within quotation marks.
    """

    expression: Expression
    token: Token
    text: str
    start: int
    clause: Token
    first: Token
    last: Token
    quoted: bool


def placed(sentence: Span, offset: int, quoted: Quoted) -> list[Placed]:
    """Date expressions of a sentence, whose paragraph stands at ``offset`` in the article."""
    found = []
    text = sentence.text
    for e in find(text):
        start, end = sentence.start_char + e.start, sentence.start_char + e.end
        span = sentence.doc.char_span(start, end, alignment_mode="expand")
        if span is not None and len(span):
            fronted = span.start - sentence.start <= _FRONT
            clause = sentence.root if fronted else _timed(span)
            root, words = span.root, text[e.start : e.end]
            found.append(
                Placed(e, root, words, start + offset, clause, span[0], span[-1], quoted(root))
            )
    return found


def tense_of(trigger: Token) -> Tense:
    """The tense in which an act is told: of its verb, or of the one that its clause hangs on."""
    for node in chain_of(trigger):
        helpers = {c.lower_ for c in node.children if base(c) in ("aux", "cop")}
        if helpers & {"had", "'d", "’d"} and node.tag_ != "VB":
            return "pluperfect"
        if helpers & {"has", "have", "having", "'ve", "’ve"}:
            return "perfect"
        if node.tag_ == "VBD" or helpers & {"was", "were", "did"}:
            return "past"
        if node.dep_ != "xcomp" and (node.tag_ in ("VBZ", "VBP", "MD") or helpers):
            return "present"  # "let them go": no tense of its own, whatever its tag
    return "none"


def is_since(found: Placed) -> bool:
    """ "Since Monday"."""
    return "since" in (case(found.token), found.first.lower_)


def follows(trigger: Token, found: Placed) -> bool:
    """Whether another phrase stands between a trigger and a date behind it."""
    between = trigger.doc[trigger.i + 1 : found.first.i]
    return any(t.pos_ in ("NOUN", "PROPN") for t in between)


def looks_ahead(found: Placed) -> bool:
    """ "Agreed to meet in October": what they were to do lies ahead of the agreement."""
    verbs = (found.clause, *children(found.clause, "xcomp"))
    return any(
        verb.tag_ == "VB"
        and verb.i < found.first.i
        and any(c.lower_ == "to" for c in verb.children)
        for verb in verbs
    )


def nearest(trigger: Token, expressions: list[Placed]) -> Placed | None:
    """The expression nearest to the trigger in the tree; those of other clauses do not count."""
    ranked = sorted(
        (distance(trigger, p), abs(trigger.i - p.token.i), n) for n, p in enumerate(expressions)
    )
    if not ranked or ranked[0][0] > _MAX_DISTANCE:
        return None
    return expressions[ranked[0][2]]


def distance(trigger: Token, found: Placed) -> int:
    """0: in the trigger's own phrase; 1: its clause; more for each clause between."""
    chain = chain_of(found.token)
    if opens_with(trigger, found) or _is_subject(trigger, found):
        return 0
    if trigger in chain and (found.token.head == trigger or not belongs_to_noun(found)):
        return _downwards(chain[: chain.index(trigger)])
    if belongs_to_noun(found):
        return 0 if trigger.i == found.last.i + 1 else FAR
    own = found.clause
    above = chain_of(trigger)
    if trigger.dep_ == "conj" and _is_of_now(trigger) and tense_of(own) == "past":
        return FAR
    if own in above:
        between = [t for t in [trigger, *above[1 : above.index(own)]] if is_predicate(t)]
        if any(t.dep_ in ("acl:relcl", "advcl:relcl") for t in between):
            return FAR
        return 1 + sum(t is not trigger for t in between)
    if trigger.dep_ == "conj" and (own == trigger.head or _opens_before(found, trigger)):
        return 2
    return FAR


def opens_with(trigger: Token, found: Placed) -> bool:
    """ "In 1990, *when* X invaded Y", "the 2006 war *in which* X bombed Y"."""
    clause = trigger if is_predicate(trigger) else clause_of(trigger)
    if clause.dep_ not in ("acl:relcl", "advcl:relcl", "advcl", "acl"):
        return False
    openers = {
        c.lower_: c for c in clause.subtree if c.lower_ in ("when", "which") and c.i < clause.i
    }
    if "when" in openers:
        return 0 < openers["when"].i - found.last.i <= _JUST_BEHIND
    which = openers.get("which")
    return (
        which is not None
        and case(which) in _VENUE
        and found.token.head == clause.head
        and found.token.i < clause.head.i
    )


def _is_subject(trigger: Token, found: Placed) -> bool:
    """ "*Friday's* raid killed", "a *Jan. 3* strike hit": the day of what does it."""
    noun = found.token.head
    owned = noun.dep_ == "nsubj" and noun.head == trigger and found.token.i < noun.i < trigger.i
    return owned and noun.pos_ == "NOUN" and trigger.tag_ == "VBD"


def _opens_before(found: Placed, trigger: Token) -> bool:
    """ "…: in June, X was there and they signed": a date that opens the clause told before."""
    own = found.clause
    beside = own.head == trigger.head and base(own) in ("parataxis", "ccomp", "conj", "obl")
    return beside and found.last.i < own.i < trigger.i and found.token.head == own


def _downwards(between: list[Token]) -> int:
    """The clauses between a trigger and an expression below it; one with its own time is closed."""
    clauses = [t for t in between if is_predicate(t)]
    if any(base(t) == "acl" and not (_is_venue(t.head) or _acts_too(t)) for t in clauses):
        held = clauses[-1]  # "the talks held on Friday": the act's own participle
        if len(clauses) > 1 or held.tag_ != "VBN" or held.head in between:
            return FAR
    return sum(2 for t in clauses if base(t) != "acl" or not _is_venue(t.head))


def _acts_too(participle: Token) -> bool:
    """ "The minister, speaking on Friday, accused …": what the subject does meanwhile."""
    told = participle.dep_ == "acl" and participle.tag_ == "VBG"
    return told and participle.head.dep_ == "nsubj"


def is_elsewhere(found: Placed) -> bool:
    """ "Before Monday": a time that the act does not happen at."""
    return case(found.token) in _ELSEWHERE or found.first.lower_ in _ELSEWHERE


def is_limit(found: Placed) -> bool:
    """ "Has given them until Monday to leave": a day of this week says when, and it is not over."""
    return case(found.token) == "until" and found.expression.kind in ("weekday", "near")


def belongs_to_noun(found: Placed) -> bool:
    """ "Tuesday's vote", "the 2015 agreement": the day of the vote, not of what is said of it."""
    noun = found.token.head
    if noun.pos_ in ("NOUN", "PROPN") and found.token.i < noun.i and not is_predicate(noun):
        return not _is_venue(noun)
    if noun.pos_ == "NOUN" and case(found.token) == "of":
        return not _is_venue(noun)  # "recalled its decision of 17 April"
    before, after = found.first.i - 1, found.last.i + 1
    doc = found.token.doc
    bracketed = before >= 0 and doc[before].pos_ in ("DET", "PRON") and doc[before].dep_ != "nsubj"
    return bracketed and after < len(doc) and doc[after].pos_ == "NOUN"


def _is_venue(noun: Token) -> bool:
    return base(noun) == "obl" and case(noun) in _VENUE


def is_over(found: Placed) -> bool:
    """ "Signed Friday, the deal opens", "Sunday's talks follow": past in a present clause."""
    head = found.token.head
    if base(head) in ("acl", "advcl"):
        return head.tag_ == "VBN" and lemma(head) not in _PLANNED
    return head.pos_ == "NOUN" and found.token.i < head.i and case(head) not in _TOWARDS


def _timed(span: Span) -> Token:
    """The predicate whose time an expression tells.

    "Said Monday it will …": that of saying; "a statement issued on Monday says", likewise.
    """
    before = [t for t in span.doc[max(span[0].i - 2, 0) : span[0].i] if t.lower_ != "on"]
    if before and before[-1].tag_ == "VBD" and lemma(before[-1]) in SAYING:
        return before[-1]
    clause = clause_of(span.root)
    held = base(clause) == "acl" and clause.tag_ == "VBN" and span.root.head == clause
    if (
        held
        and (_is_venue(clause.head) or clause.head.dep_ == "nsubj")
        and clause.head.i < clause.i
    ):
        above = clause_of(clause.head)
        return above if lemma(above) in SAYING else clause
    return clause


def _is_of_now(trigger: Token) -> bool:
    """ "…, and *has threatened*": joined to what was told of the past, but not of then."""
    return is_predicate(trigger) and tense_of(trigger) in ("present", "perfect")


def tells_on(found: Placed) -> bool:
    """Whether the story goes on from this day: that of a main clause, and not of background."""
    if found.quoted or belongs_to_noun(found) or is_elsewhere(found):
        return False
    if tense_of(found.clause) == "pluperfect":
        return False
    return all(base(t) in ("conj", "parataxis", "ccomp") for t in chain_of(found.clause)[:-1])


def clause_of(token: Token) -> Token:
    """The predicate above a word."""
    for node in chain_of(token):
        if node != token and is_predicate(node):
            return node
    return chain_of(token)[-1]


def chain_of(token: Token) -> list[Token]:
    """A token and what it hangs on, up to the root."""
    chain = [token]
    while chain[-1].head != chain[-1] and len(chain) < _MAX_CLIMB:
        chain.append(chain[-1].head)
    return chain


def tells_of(found: Placed, trigger: Token) -> bool:
    """ "The day after *the vote*", "a day after X *received a report accusing* Y"."""
    told = counted_from(found)
    if told == trigger:
        return True
    chain = chain_of(trigger)
    if told not in chain:
        return False
    return all(base(t) in ("acl", "obj", "xcomp") for t in chain[: chain.index(told)])


def counted_from(offset: Placed) -> Token:
    """What an offset is counted from: "the vote", or the verb of its clause."""
    told = offset.last.head
    return told.head if base(told) == "nsubj" and told.i < told.head.i else told


def compared(found: Placed) -> Token | None:
    """The clause that was so many days after, or before, what an offset is counted from."""
    told = counted_from(found)
    main = clause_of(told)
    if main != told:
        return main
    behind = (c for c in children(told, "parataxis", "conj", "ccomp") if c.i > told.i)
    return next(behind, None) if found.first.i < told.i else None
