"""Acts without a trigger of their own: what a speaker says that another party must do.

"Iran must comply" and "no talks unless Iran complies", said by somebody else, are a REQUEST. The
signal is a small word, an auxiliary of duty or the mark of a condition; who speaks is the actor,
whose duty or whose condition it is the recipient.
"""

from __future__ import annotations

from collections.abc import Iterator

from worker.events.frames.acts import Act, Frame, as_fact
from worker.events.frames.contents import Contents
from worker.events.frames.triggers import Triggers
from worker.events.frames.whose import Whose
from worker.events.language.parsed import Token
from worker.events.language.tree import (
    Standing,
    arguments,
    case,
    children,
    is_passive,
    lemma,
    own_standing,
    subject,
)
from worker.events.rules import Lexicon
from worker.events.who.phrases import Phrases, distinct
from worker.events.who.speech import Speech

_DEONTIC = frozenset({"must", "should", "ought", "need"})
_TERMS = frozenset({"unless", "until", "till"})
_WITHHELD = (Standing.REFUSED, Standing.NEGATED)


def is_signal(token: Token) -> bool:
    """Whether a word says that something must be done, or on what terms."""
    return _is_duty(token) or _is_condition(token)


class Demands:
    """Reads the requests of duties and terms."""

    def __init__(
        self,
        lexicon: Lexicon,
        phrases: Phrases,
        speech: Speech,
        triggers: Triggers,
        contents: Contents,
        whose: Whose,
        *,
        domestic: bool,
    ) -> None:
        """Join what answers about words, parties, speakers, complements and whose a phrase is."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._speech = speech
        self._triggers = triggers
        self._contents = contents
        self._whose = whose
        self._domestic = domestic

    def acts(self, signal: Token) -> Iterator[Act]:
        """The request that the clause of a signal makes, if any."""
        return self._deontic(signal.head) if _is_duty(signal) else self._on_terms(signal.head)

    def _deontic(self, predicate: Token) -> Iterator[Act]:
        """ "Iran must comply", said by another party: a REQUEST."""
        who = subject(predicate)
        speakers = self._speech.speakers(predicate)
        if who is None or own_standing(predicate) is not Standing.DEONTIC:
            return
        if self._lexicon.is_a(lemma(predicate), "MIND"):
            return  # "must know" warns
        asked = self._hearers(predicate) if who.pos_ == "PRON" else []
        asked = asked or [who]
        if self._lexicon.is_a(lemma(who), "MEETING"):  # "talks with the rebels should resume"
            asked = [c for c in children(who, "nmod") if case(c) == "with"]
        if is_passive(predicate) and not self._is_yielding(predicate):
            denied = any(lemma(c) == "not" for c in children(predicate, "advmod"))
            asked = [] if denied else arguments(predicate).agent  # "must be freed by" somebody
        if not speakers and self._speech.issuer is not None:
            speakers = [self._speech.issuer]
        targets = distinct(n for t in asked for n in self._phrases.direct(t))
        everybody = self._lexicon.is_a(lemma(who), "WORLD")
        if not speakers or not (targets or everybody):
            return
        if {s.code for s in speakers} & {t.code for t in targets} and not self._domestic:
            return
        rule = self._lexicon.triggers("d", "must")[0]
        meant = [who] if self._lexicon.is_a(lemma(who), "MEETING") else []
        mode = self._contents.embedded("request", [*meant, *self._contents.telling(predicate, 0)])
        frame = Frame(rule, "REQUEST", mode, tuple(speakers), tuple(targets))
        yield as_fact(predicate, frame)

    def _hearers(self, predicate: Token) -> list[Token]:
        """ "Told the rebels that they must leave": who is told is asked."""
        verb = predicate.head
        if predicate.dep_ != "ccomp" or not self._lexicon.is_a(lemma(verb), "SAY"):
            return []
        heard = (*children(verb, "iobj", "obj"), *children(verb, "obl"))
        told = [t for t in heard if t.dep_ != "obl" or case(t) == "to"]
        return [t for t in told if t.i < predicate.i and self._phrases.direct(t)]

    def _is_yielding(self, predicate: Token) -> bool:
        """Whether a passive is done by those whom it is done to: "must be disarmed"."""
        kind = self._triggers.kind(predicate)
        return kind is not None and kind[0] in ("RETREAT", "CONCEDE")

    def _on_terms(self, clause: Token) -> Iterator[Act]:
        """ "Talks cannot resume unless Iran complies", said by another party: a REQUEST."""
        held_out = clause.head
        who = subject(clause)
        speakers = self._speech.speakers(held_out)
        if who is None or not speakers or own_standing(clause) is not Standing.FACT:
            return
        only = any(c.lower_ == "only" for c in held_out.subtree)
        if own_standing(held_out) not in _WITHHELD and not only:
            return
        targets = [n for n in self._whose.belongs([who]) if n.how != "people"]
        if not targets or {s.code for s in speakers} & {t.code for t in targets}:
            return
        rule = self._lexicon.by_id["request.on-terms"]
        mode = self._contents.embedded("request", list(self._contents.telling(clause, 0)))
        frame = Frame(rule, "REQUEST", mode, tuple(speakers), tuple(targets))
        yield as_fact(clause, frame)


def _is_duty(token: Token) -> bool:
    return token.dep_ == "aux" and lemma(token) in _DEONTIC


def _is_condition(token: Token) -> bool:
    """ "Unless", "until" or "only after" at the head of a clause."""
    if token.dep_ != "mark" or not token.head.dep_.startswith("advcl"):
        return False
    only = token.i and token.nbor(-1).lower_ == "only"
    return token.lower_ in _TERMS or bool(only and token.lower_ in ("after", "if", "when"))
