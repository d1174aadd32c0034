"""The date of one act: the expression that its clause allows it, the story's day, or the news's.

A date in a clause holds for the act of that clause, for what hangs on it (a conjunct, a complement,
a participle), and, where the story tells on in the past tense, for what is told next.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from typing import Literal

from worker.events.dates import edtf
from worker.events.dates import expressions as dates
from worker.events.dates.anchors import Anchor
from worker.events.dates.date_grammar import Expression, find
from worker.events.language.parsed import Span, Token
from worker.events.language.tree import Standing, base, case, children, is_predicate, lemma

Basis = Literal["expression", "story", "news", "announced", "open"]
Tense = Literal["past", "perfect", "pluperfect", "present", "none"]
Quoted = Callable[[Token], bool]
"""Whether a word stands within quotation marks."""

_MAX_CLIMB = 40
_RECENTLY = 10  # days before publication: what is told on a later day than that is background
_FAR = 9
_MAX_DISTANCE = 3
_FRONT = 1  # words before a date that opens its sentence: "On Monday, …" holds for all of it
_ELSEWHERE = frozenset({"before", "until", "till", "ahead of", "prior to", "pending"})
"""Prepositions of a time that the act does not happen at."""
_VENUE = frozenset({"in", "at", "on", "during"})
"""What happens "in Monday's statement", "at talks held on Monday", happens on Monday."""
_SAYING = frozenset({"say", "announce", "tell", "agree", "declare"})
_JUST_BEHIND = 2  # words: "1990, when"
_ASIDE = 2  # sentences for which a day of long ago stays the day of what is told next
_SERIES = frozenset({"span", "recent"})
"""Lines of the grammar that tell when several acts were done, one of which may have its own day."""
_TOWARDS = frozenset({"for", "ahead of", "before", "to", "at", "in", "on", "during"})
_PLANNED = frozenset({"schedule", "plan", "set", "expect", "slate", "tip"})
_SUPERLATIVE = frozenset({"first", "last", "only", "time"})


@dataclass(frozen=True, slots=True)
class Dated:
    """When an act took place, and how that was found.

    Attributes:
        date: EDTF, or None where the text leaves it open.
        basis: "expression" of the act's own clause; "story": told before, and still its day;
            "news": the day of publication; "announced": that of a future act; "open": none.
        words: the expression as the text has it, with its offset in the article; None without.
        line: id of its line in the grammar.
        firm: the text tells it of this very act, so that another day is another act.
    """

    date: str | None
    basis: Basis
    words: tuple[str, int] | None = None
    line: str | None = None
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A date expression in its sentence.

    Attributes:
        token: the word that carries it; ``first`` and ``last`` are its own outer words.
        text: as the text has it.
        clause: the predicate whose time it tells.
        quoted: it stands within quotation marks.
    """

    expression: Expression
    token: Token
    text: str
    clause: Token
    first: Token
    last: Token
    quoted: bool


class Timeline:
    """The dates of one article, told sentence by sentence in reading order."""

    def __init__(self, anchor: Anchor | None) -> None:
        """Begin an article published at ``anchor``."""
        self._published = None if anchor is None else anchor.published
        self._offset = 0
        self._expressions: list[Placed] = []
        self._previous: str | None = None
        self._story: Dated | None = None
        self._aside: tuple[Dated, Span, int] | None = None
        self._told = 0
        self._quoted: Quoted = lambda _: False
        self._ahead: list[tuple[Span, int, Quoted]] = []

    def read(self, sentence: Span, offset: int, quoted: Quoted) -> None:
        """Go on to the next sentence, of a paragraph that stands at ``offset`` in the article.

        It is looked at when a date is asked for: most sentences tell no act.
        """
        self._ahead.append((sentence, offset, quoted))

    def here(self) -> Timeline:
        """The timeline as it stands, however far the reading goes on."""
        kept = copy(self)
        kept._ahead = list(self._ahead)  # noqa: SLF001 - its own
        return kept

    def _catch_up(self) -> None:
        """Look at the sentences up to this one; what the others said of the time is remembered."""
        for sentence, offset, quoted in self._ahead:
            self._remember()
            self._told += 1
            self._offset = offset
            self._quoted = quoted
            self._expressions = placed(sentence, quoted)
        self._ahead.clear()

    def date(self, trigger: Token, standing: Standing) -> Dated:
        """When the act of a trigger took place; a future act when it was announced."""
        self._catch_up()
        if standing is Standing.FUTURE:
            return self._announced(trigger)
        if (beside := self._beside(trigger)) is not None:
            return beside
        best = _best(trigger, [p for p in self._expressions if not self._is_other(trigger, p)])
        if best is not None:
            found = self._resolved(best)
            if _is_elsewhere(best) or (found is None and best.expression.kind == "vague"):
                return replace(self._by(best, None, "open"), firm=False)
            if found is not None and not self._is_to_come(found):
                return self._by(best, found)
        return self._undated(trigger)

    def _is_other(self, trigger: Token, found: Placed) -> bool:
        """Whether a date says nothing of when a trigger's act took place."""
        if _opens_with(trigger, found):
            return False
        limit = _is_elsewhere(found) and _is_limit(found)
        return limit or self._is_of_content(trigger, found)

    def _is_of_content(self, trigger: Token, found: Placed) -> bool:
        """Whether a date beside a trigger cannot be its own, but is of what it speaks about.

        "Deplores the arrests of 5 May": who speaks in the present speaks today. "Paid its first
        visit since 1990": that was no year of visits. "Wished it well for 2024", said in 2024.
        """
        if _is_since(found):
            return tense_of(trigger) == "past" or _is_first(trigger)
        date = self._resolved(found)
        if date is None or self._published is None or not _follows(trigger, found):
            return False
        if len(date) == len("2024"):
            return self._published.startswith(date)
        return _speaks_now(trigger) and edtf.is_past(date, self._published)

    def _announced(self, trigger: Token) -> Dated:
        """The day on which a future act was announced: one past, the story's, the news's."""
        best = _best(
            trigger, [p for p in self._expressions if self._can_be_announcement(trigger, p)]
        )
        found = best and self._resolved(best)
        if best and found:
            return self._by(best, found)
        if self._story is not None and _announced_then(trigger):
            return replace(self._story, firm=False)
        return Dated(self._news(), "announced" if self._news() else "open")

    def _beside(self, trigger: Token) -> Dated | None:
        """ "Two days after the vote": the vote is two days before what the sentence tells."""
        for found in self._expressions:
            if found.expression.kind != "offset":
                continue
            date = None
            main = _compared(found)
            if _tells_of(found, trigger) and main is not None:
                told = self.date(main, Standing.FACT).date
                if told and not _is_rough(found):
                    date = dates.beside(found.expression, told)
                return self._by(found, date) if date else Dated(None, "open")
            if main == trigger and (known := self._known(found)):
                date = dates.beside(found.expression, known, onward=True)
            if date:
                return self._by(found, date)
        return None

    def _known(self, offset: Placed) -> str | None:
        """The date that the text gives for what an offset counts from: "after the 21 July raid"."""
        told = _counted_from(offset)
        for other in self._expressions:
            if other.token.i < offset.last.i or told not in _chain(other.token):
                continue
            if not _is_rough(offset) and (other.clause == told or not is_predicate(told)):
                date = self._resolved(other)
                return None if date is None or self._is_to_come(date) else date
        return None

    def _undated(self, trigger: Token) -> Dated:
        """The day of an act without one of its own: not after what its clause hangs on."""
        found = self._by_story(trigger)
        if found.date is None or tense_of(trigger) != "past" or not is_predicate(trigger):
            return found
        above = _chain(trigger)[1:]
        for other in self._expressions:
            if other.clause not in above or _is_elsewhere(other) or _belongs_to_noun(other):
                continue
            date = self._resolved(other)
            if date is not None and edtf.is_past(date, found.date):
                return replace(self._by(other, date, "story"), firm=False)
        return found

    def _by_story(self, trigger: Token) -> Dated:
        tense = tense_of(trigger)
        if tense == "pluperfect":
            return self._reported(trigger)
        told_on = tense == "past" or trigger.pos_ == "NOUN" or self._quoted(trigger)
        if tense == "past" and (aside := self._told_aside(trigger)):
            return aside
        if self._story is not None and told_on:
            return replace(self._story, firm=trigger.pos_ != "NOUN")
        return Dated(self._news(), "news" if self._news() else "open")

    def _reported(self, trigger: Token) -> Dated:
        """ "Said that it had recalled its envoy": of late, on a day that stays open."""
        said = any(base(t) == "ccomp" for t in _chain(trigger))
        news = self._news() if said else None
        return Dated(edtf.cut(news, "month") if news else None, "news" if news else "open")

    def _told_aside(self, trigger: Token) -> Dated | None:
        """The day of long ago that the sentences right before were about, in the same paragraph."""
        if self._aside is None:
            return None
        dated, sentence, number = self._aside
        near = sentence.doc is trigger.doc and self._told - number <= _ASIDE
        return replace(dated, firm=False) if near and not self._quoted(trigger) else None

    def _news(self) -> str | None:
        known = self._published is not None and len(self._published) >= len("2015-10")
        return self._published if known else None

    def _resolved(self, found: Placed) -> str | None:
        if found.expression.kind == "offset":
            return None
        now = tense_of(found.clause) == "present" and not _is_over(found)
        ahead = now or _looks_ahead(found)
        told = self._told_above(found)
        if told is not None and found.expression.words.get("near") == "overnight":
            return told
        previous = told or self._previous
        return dates.resolve(found.expression, self._published, previous=previous, ahead=ahead)

    def _told_above(self, found: Placed) -> str | None:
        """ "Said on Friday it had freed them the day before": counted from that Friday."""
        if found.expression.kind not in ("later", "near"):
            return None
        above = _chain(found.clause)
        for other in self._expressions:
            if other.expression.kind in ("day", "weekday") and other.clause in above[1:]:
                return self._resolved(other)
        return None

    def _is_to_come(self, found: str) -> bool:
        return self._published is not None and edtf.is_to_come(found, self._published)

    def _can_be_announcement(self, trigger: Token, found: Placed) -> bool:
        """Whether an expression beside a future act can be the day of its announcement."""
        if found.expression.kind == "weekday":
            # "said Tuesday it will …": the weekday of the verb of saying, not of the act to come.
            return lemma(found.clause) in _SAYING or _reports(found.clause, trigger)
        if tense_of(found.clause) == "present" or _is_since(found):
            return False  # "will give more than it has given since 2012"
        date = self._resolved(found)
        return (
            date is not None and self._published is not None and edtf.is_past(date, self._published)
        )

    def _remember(self) -> None:
        """Keep the time of the sentence's main clause: the story goes on from there."""
        for found in self._expressions:
            date = self._resolved(found)
            if date is None or self._is_to_come(date) or not _tells_on(found):
                continue
            self._previous = date
            self._aside = None
            if self._is_recent(date):
                self._story = self._by(found, date, "story")
            elif len(date) == len("2024-01-15") and tense_of(found.clause) == "past":
                dated = self._by(found, date, "story")
                self._aside = (dated, found.token.sent, self._told)

    def _by(self, found: Placed, date: str | None, basis: Basis = "expression") -> Dated:
        where = (found.text, found.expression.start + self._offset)
        firm = found.expression.line not in _SERIES
        return Dated(date, basis, where, found.expression.line, firm)

    def _is_recent(self, date: str) -> bool:
        days = edtf.days_between(date, self._published) if self._published else None
        return days is not None and days <= _RECENTLY


def placed(sentence: Span, quoted: Quoted) -> list[Placed]:
    """Date expressions of a sentence; offsets in the paragraph."""
    found = []
    text = sentence.text
    for e in find(text):
        start, end = sentence.start_char + e.start, sentence.start_char + e.end
        span = sentence.doc.char_span(start, end, alignment_mode="expand")
        if span is not None and len(span):
            moved = Expression(e.kind, start, end, e.line, e.words)
            fronted = span.start - sentence.start <= _FRONT
            clause = sentence.root if fronted else _timed(span)
            words = text[e.start : e.end]
            found.append(
                Placed(moved, span.root, words, clause, span[0], span[-1], quoted(span.root))
            )
    return found


def tense_of(trigger: Token) -> Tense:
    """The tense in which an act is told: of its verb, or of the one that its clause hangs on."""
    for node in _chain(trigger):
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


def _is_since(found: Placed) -> bool:
    return "since" in (case(found.token), found.first.lower_)


def _is_first(trigger: Token) -> bool:
    """ "Has paid the first visit since 1990"."""
    return any(t.lower_ in _SUPERLATIVE for t in trigger.subtree)


def _speaks_now(trigger: Token) -> bool:
    """ "Deplores", "is appalled": a finite verb in the present, or a quality."""
    verbs = {trigger.tag_, *(c.tag_ for c in children(trigger, "cop"))}
    return bool(verbs & {"VBZ", "VBP"}) and tense_of(trigger) == "present"


def _follows(trigger: Token, found: Placed) -> bool:
    """Whether another phrase stands between a trigger and a date behind it."""
    between = trigger.doc[trigger.i + 1 : found.first.i]
    return any(t.pos_ in ("NOUN", "PROPN") for t in between)


def _looks_ahead(found: Placed) -> bool:
    """ "Agreed to meet in October": what they were to do lies ahead of the agreement."""
    verbs = (found.clause, *children(found.clause, "xcomp"))
    return any(
        verb.tag_ == "VB"
        and verb.i < found.first.i
        and any(c.lower_ == "to" for c in verb.children)
        for verb in verbs
    )


def _best(trigger: Token, expressions: list[Placed]) -> Placed | None:
    """The expression nearest to the trigger in the tree; those of other clauses do not count."""
    ranked = sorted(
        (_distance(trigger, p), abs(trigger.i - p.token.i), n) for n, p in enumerate(expressions)
    )
    if not ranked or ranked[0][0] > _MAX_DISTANCE:
        return None
    return expressions[ranked[0][2]]


def _distance(trigger: Token, found: Placed) -> int:
    """0: in the trigger's own phrase; 1: its clause; more for each clause between."""
    chain = _chain(found.token)
    if _opens_with(trigger, found) or _is_subject(trigger, found):
        return 0
    if trigger in chain and (found.token.head == trigger or not _belongs_to_noun(found)):
        return _downwards(chain[: chain.index(trigger)])
    if _belongs_to_noun(found):
        return 0 if trigger.i == found.last.i + 1 else _FAR
    own = found.clause
    above = _chain(trigger)
    if trigger.dep_ == "conj" and _is_of_now(trigger) and tense_of(own) == "past":
        return _FAR
    if own in above:
        between = [t for t in [trigger, *above[1 : above.index(own)]] if is_predicate(t)]
        if any(t.dep_ in ("acl:relcl", "advcl:relcl") for t in between):
            return _FAR
        return 1 + sum(t is not trigger for t in between)
    if trigger.dep_ == "conj" and (own == trigger.head or _opens_before(found, trigger)):
        return 2
    return _FAR


def _opens_with(trigger: Token, found: Placed) -> bool:
    """ "In 1990, *when* X invaded Y", "the 2006 war *in which* X bombed Y"."""
    clause = trigger if is_predicate(trigger) else _clause(trigger)
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
            return _FAR
    return sum(2 for t in clauses if base(t) != "acl" or not _is_venue(t.head))


def _acts_too(participle: Token) -> bool:
    """ "The minister, speaking on Friday, accused …": what the subject does meanwhile."""
    told = participle.dep_ == "acl" and participle.tag_ == "VBG"
    return told and participle.head.dep_ == "nsubj"


def _is_elsewhere(found: Placed) -> bool:
    return case(found.token) in _ELSEWHERE or found.first.lower_ in _ELSEWHERE


def _is_limit(found: Placed) -> bool:
    """ "Has given them until Monday to leave": a day of this week says when, and it is not over."""
    return case(found.token) == "until" and found.expression.kind in ("weekday", "near")


def _belongs_to_noun(found: Placed) -> bool:
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


def _is_over(found: Placed) -> bool:
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
    if before and before[-1].tag_ == "VBD" and lemma(before[-1]) in _SAYING:
        return before[-1]
    clause = _clause(span.root)
    held = base(clause) == "acl" and clause.tag_ == "VBN" and span.root.head == clause
    if (
        held
        and (_is_venue(clause.head) or clause.head.dep_ == "nsubj")
        and clause.head.i < clause.i
    ):
        above = _clause(clause.head)
        return above if lemma(above) in _SAYING else clause
    return clause


def _is_of_now(trigger: Token) -> bool:
    """ "…, and *has threatened*": joined to what was told of the past, but not of then."""
    return is_predicate(trigger) and tense_of(trigger) in ("present", "perfect")


def _tells_of(found: Placed, trigger: Token) -> bool:
    """ "The day after *the vote*", "a day after X *received a report accusing* Y"."""
    told = _counted_from(found)
    if told == trigger:
        return True
    chain = _chain(trigger)
    if told not in chain:
        return False
    return all(base(t) in ("acl", "obj", "xcomp") for t in chain[: chain.index(told)])


def _counted_from(offset: Placed) -> Token:
    """What an offset is counted from: "the vote", or the verb of its clause."""
    told = offset.last.head
    return told.head if base(told) == "nsubj" and told.i < told.head.i else told


def _compared(found: Placed) -> Token | None:
    """The clause that was so many days after, or before, what an offset is counted from."""
    told = _counted_from(found)
    main = _clause(told)
    if main != told:
        return main
    behind = (c for c in children(told, "parataxis", "conj", "ccomp") if c.i > told.i)
    return next(behind, None) if found.first.i < told.i else None


def _is_rough(found: Placed) -> bool:
    """ "More than a year after"."""
    before = found.first.i - 1
    return before >= 0 and found.token.doc[before].lower_ == "than"


def _announced_then(trigger: Token) -> bool:
    """ "Said it would": told in the past, and so of the story's day."""
    return any(t.tag_ == "VBD" for t in _chain(trigger)[1:])


def _reports(clause: Token, trigger: Token) -> bool:
    """ "It will send aid, a spokesman *confirmed* on Thursday", "*vowed* Friday to send it"."""
    if clause.tag_ != "VBD":
        return False
    above = _chain(trigger)
    if clause in above[1:]:
        return base(above[above.index(clause) - 1]) in ("ccomp", "xcomp")
    return clause.head == trigger and base(clause) == "parataxis"


def _tells_on(found: Placed) -> bool:
    """Whether the story goes on from this day: that of a main clause, and not of background."""
    if found.quoted or _belongs_to_noun(found) or _is_elsewhere(found):
        return False
    if tense_of(found.clause) == "pluperfect":
        return False
    return all(base(t) in ("conj", "parataxis", "ccomp") for t in _chain(found.clause)[:-1])


def _clause(token: Token) -> Token:
    for node in _chain(token):
        if node != token and is_predicate(node):
            return node
    return _chain(token)[-1]


def _chain(token: Token) -> list[Token]:
    """A token and what it hangs on, up to the root."""
    chain = [token]
    while chain[-1].head != chain[-1] and len(chain) < _MAX_CLIMB:
        chain.append(chain[-1].head)
    return chain
