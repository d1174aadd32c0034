"""The date of one act by rule: the expression of its clause, the story's day, or the news's.

A date in a clause holds for the act of that clause, for what hangs on it (a conjunct, a complement,
a participle), and, where the story tells on in the past tense, for what is told next.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from worker.events.dates import edtf
from worker.events.dates import expressions as dates
from worker.events.dates.anchors import Anchor
from worker.events.dates.placing import (
    SAYING,
    Placed,
    Quoted,
    belongs_to_noun,
    chain_of,
    compared,
    counted_from,
    follows,
    is_elsewhere,
    is_limit,
    is_over,
    is_since,
    looks_ahead,
    nearest,
    opens_with,
    placed,
    tells_of,
    tells_on,
    tense_of,
)
from worker.events.language.parsed import Span, Token
from worker.events.language.tree import Standing, base, children, is_predicate, lemma

Basis = Literal["expression", "story", "following", "news", "announced", "open"]

_RECENTLY = 10  # days before publication: what is told on a later day than that is background
_ASIDE = 2  # sentences for which a day of long ago stays the day of what is told next
_SERIES = frozenset({"span", "recent"})
"""Lines of the grammar that tell when several acts were done, one of which may have its own day."""
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


class Moment:
    """A sentence and the dates in it, which are looked for when somebody asks."""

    def __init__(self, sentence: Span, offset: int, quoted: Quoted) -> None:
        """Keep it; its paragraph stands at ``offset`` in the article."""
        self.sentence = sentence
        self.offset = offset
        self.quoted = quoted

    @cached_property
    def expressions(self) -> list[Placed]:
        """In reading order."""
        return placed(self.sentence, self.offset, self.quoted)


class Timeline:
    """The dates of one article, told sentence by sentence in reading order.

    Attributes:
        published: EDTF of publication, at the precision that is known.
    """

    def __init__(self, anchor: Anchor | None) -> None:
        """Begin an article published at ``anchor``."""
        self.published = None if anchor is None else anchor.published
        self._now: Moment | None = None
        self._previous: str | None = None
        self._story: Dated | None = None
        self._aside: tuple[Dated, Span, int] | None = None
        self._told = 0
        self._ahead: list[Moment] = []

    def read(self, sentence: Span, offset: int, quoted: Quoted) -> None:
        """Go on to the next sentence, of a paragraph that stands at ``offset`` in the article.

        It is looked at when a date is asked for: most sentences tell no act.
        """
        self._ahead.append(Moment(sentence, offset, quoted))

    def here(self) -> Timeline:
        """The timeline as it stands, however far the reading goes on."""
        kept = copy(self)
        kept._ahead = list(self._ahead)  # noqa: SLF001 - its own
        return kept

    def _catch_up(self) -> None:
        """Look at the sentences up to this one; what the others said of the time is remembered."""
        ahead, self._ahead = self._ahead, []
        for moment in ahead:
            self._remember()
            self._told += 1
            self._now = moment

    def is_quoted(self, token: Token) -> bool:
        """Whether a word of its sentence stands within quotation marks."""
        self._catch_up()
        return self._now is not None and self._now.quoted(token)

    @property
    def expressions(self) -> list[Placed]:
        """The dates of the sentence that it stands at."""
        self._catch_up()
        return [] if self._now is None else self._now.expressions

    @property
    def offset(self) -> int:
        """That of its paragraph in the article."""
        self._catch_up()
        return 0 if self._now is None else self._now.offset

    @property
    def story(self) -> Dated | None:
        """The day of which the story tells, as far as it is of late."""
        self._catch_up()
        return self._story

    @property
    def previous(self) -> str | None:
        """EDTF of the date told before."""
        self._catch_up()
        return self._previous

    def date(self, trigger: Token, standing: Standing) -> Dated:
        """When the act of a trigger took place; a future act when it was announced."""
        self._catch_up()
        if standing is Standing.FUTURE:
            return self._announced(trigger)
        if (beside := self._beside(trigger)) is not None:
            return beside
        best = nearest(trigger, [p for p in self.expressions if not self.is_other(trigger, p)])
        if best is not None:
            found = self.resolved(best)
            if is_elsewhere(best) or (found is None and best.expression.kind == "vague"):
                return replace(self._by(best, None, "open"), firm=False)
            if found is not None and not self.is_to_come(found):
                return self._by(best, found)
        return self._undated(trigger)

    def is_other(self, trigger: Token, found: Placed) -> bool:
        """Whether a date says nothing of when a trigger's act took place."""
        if opens_with(trigger, found):
            return False
        limit = is_elsewhere(found) and is_limit(found)
        return limit or self._is_of_content(trigger, found)

    def _is_of_content(self, trigger: Token, found: Placed) -> bool:
        """Whether a date beside a trigger cannot be its own, but is of what it speaks about.

        "Deplores the arrests of 5 May": who speaks in the present speaks today. "Paid its first
        visit since 1990": that was no year of visits. "Wished it well for 2024", said in 2024.
        """
        if is_since(found):
            return tense_of(trigger) == "past" or _is_first(trigger)
        date = self.resolved(found)
        if date is None or self.published is None or not follows(trigger, found):
            return False
        if len(date) == len("2024"):
            return self.published.startswith(date)
        return _speaks_now(trigger) and edtf.is_past(date, self.published)

    def _announced(self, trigger: Token) -> Dated:
        """The day on which a future act was announced: one past, the story's, the news's."""
        best = nearest(
            trigger, [p for p in self.expressions if self._can_be_announcement(trigger, p)]
        )
        found = best and self.resolved(best)
        if best and found:
            return self._by(best, found)
        if self._story is not None and _announced_then(trigger):
            return replace(self._story, firm=False)
        return Dated(self._news(), "announced" if self._news() else "open")

    def _beside(self, trigger: Token) -> Dated | None:
        """ "Two days after the vote": the vote is two days before what the sentence tells."""
        for found in self.expressions:
            if found.expression.kind != "offset":
                continue
            date = None
            main = compared(found)
            if tells_of(found, trigger) and main is not None:
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
        told = counted_from(offset)
        for other in self.expressions:
            if other.token.i < offset.last.i or told not in chain_of(other.token):
                continue
            if not _is_rough(offset) and (other.clause == told or not is_predicate(told)):
                date = self.resolved(other)
                return None if date is None or self.is_to_come(date) else date
        return None

    def _undated(self, trigger: Token) -> Dated:
        """The day of an act without one of its own: not after what its clause hangs on."""
        found = self._by_story(trigger)
        if found.date is None or tense_of(trigger) != "past" or not is_predicate(trigger):
            return found
        above = chain_of(trigger)[1:]
        for other in self.expressions:
            if other.clause not in above or is_elsewhere(other) or belongs_to_noun(other):
                continue
            date = self.resolved(other)
            if date is not None and edtf.is_past(date, found.date):
                return replace(self._by(other, date, "story"), firm=False)
        return found

    def _by_story(self, trigger: Token) -> Dated:
        tense = tense_of(trigger)
        if tense == "pluperfect":
            return self._reported(trigger)
        told_on = tense == "past" or trigger.pos_ == "NOUN" or self.is_quoted(trigger)
        if tense == "past" and (aside := self._told_aside(trigger)):
            return aside
        if self._story is not None and told_on:
            return replace(self._story, firm=trigger.pos_ != "NOUN")
        return Dated(self._news(), "news" if self._news() else "open")

    def _reported(self, trigger: Token) -> Dated:
        """ "Said that it had recalled its envoy": of late, on a day that stays open."""
        said = any(base(t) == "ccomp" for t in chain_of(trigger))
        news = self._news() if said else None
        return Dated(edtf.cut(news, "month") if news else None, "news" if news else "open")

    def _told_aside(self, trigger: Token) -> Dated | None:
        """The day of long ago that the sentences right before were about, in the same paragraph."""
        if self._aside is None:
            return None
        dated, sentence, number = self._aside
        near = sentence.doc is trigger.doc and self._told - number <= _ASIDE
        return replace(dated, firm=False) if near and not self.is_quoted(trigger) else None

    def _news(self) -> str | None:
        known = self.published is not None and len(self.published) >= len("2015-10")
        return self.published if known else None

    def resolved(self, found: Placed) -> str | None:
        """EDTF of an expression of its sentence, or None where the text leaves it open."""
        if found.expression.kind == "offset":
            return None
        now = tense_of(found.clause) == "present" and not is_over(found)
        ahead = now or looks_ahead(found)
        told = self._told_above(found)
        if told is not None and found.expression.words.get("near") == "overnight":
            return told
        previous = told or self._previous
        return dates.resolve(found.expression, self.published, previous=previous, ahead=ahead)

    def _told_above(self, found: Placed) -> str | None:
        """ "Said on Friday it had freed them the day before": counted from that Friday."""
        if found.expression.kind not in ("later", "near"):
            return None
        above = chain_of(found.clause)
        for other in self.expressions:
            if other.expression.kind in ("day", "weekday") and other.clause in above[1:]:
                return self.resolved(other)
        return None

    def is_to_come(self, found: str) -> bool:
        """Whether a date lies after publication."""
        return self.published is not None and edtf.is_to_come(found, self.published)

    def _can_be_announcement(self, trigger: Token, found: Placed) -> bool:
        """Whether an expression beside a future act can be the day of its announcement."""
        if found.expression.kind == "weekday":
            # "said Tuesday it will …": the weekday of the verb of saying, not of the act to come.
            return lemma(found.clause) in SAYING or _reports(found.clause, trigger)
        if tense_of(found.clause) == "present" or is_since(found):
            return False  # "will give more than it has given since 2012"
        date = self.resolved(found)
        return (
            date is not None and self.published is not None and edtf.is_past(date, self.published)
        )

    def _remember(self) -> None:
        """Keep the time of the sentence's main clause: the story goes on from there."""
        for found in self.expressions:
            date = self.resolved(found)
            if date is None or self.is_to_come(date) or not tells_on(found):
                continue
            self._previous = date
            self._aside = None
            if self.is_recent(date):
                self._story = self._by(found, date, "story")
            elif len(date) == len("2024-01-15") and tense_of(found.clause) == "past":
                dated = self._by(found, date, "story")
                self._aside = (dated, found.token.sent, self._told)

    def _by(self, found: Placed, date: str | None, basis: Basis = "expression") -> Dated:
        where = (found.text, found.start)
        firm = found.expression.line not in _SERIES
        return Dated(date, basis, where, found.expression.line, firm)

    def is_recent(self, date: str) -> bool:
        """Whether a date is a day shortly before publication."""
        days = edtf.days_between(date, self.published) if self.published else None
        return days is not None and days <= _RECENTLY


def _is_first(trigger: Token) -> bool:
    """ "Has paid the first visit since 1990"."""
    return any(t.lower_ in _SUPERLATIVE for t in trigger.subtree)


def _speaks_now(trigger: Token) -> bool:
    """ "Deplores", "is appalled": a finite verb in the present, or a quality."""
    verbs = {trigger.tag_, *(c.tag_ for c in children(trigger, "cop"))}
    return bool(verbs & {"VBZ", "VBP"}) and tense_of(trigger) == "present"


def _is_rough(found: Placed) -> bool:
    """ "More than a year after"."""
    before = found.first.i - 1
    return before >= 0 and found.token.doc[before].lower_ == "than"


def _announced_then(trigger: Token) -> bool:
    """ "Said it would": told in the past, and so of the story's day."""
    return any(t.tag_ == "VBD" for t in chain_of(trigger)[1:])


def _reports(clause: Token, trigger: Token) -> bool:
    """ "It will send aid, a spokesman *confirmed* on Thursday", "*vowed* Friday to send it"."""
    if clause.tag_ != "VBD":
        return False
    above = chain_of(trigger)
    if clause in above[1:]:
        return base(above[above.index(clause) - 1]) in ("ccomp", "xcomp")
    return clause.head == trigger and base(clause) == "parataxis"
