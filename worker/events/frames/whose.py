"""Phrases → the parties that act by them, whose they are, or who say them.

What every other module of the room asks: `Whose.subject` for what stands as a subject ("a rocket
fired by NATO"), `Whose.belongs` for anything else ("the jets of Chad"), `Whose.speaking` and
`Whose.reporting` for who tells it. Which phrase to look at is for the one who asks to say.
"""

from __future__ import annotations

from collections.abc import Iterable

from worker.events.language.parsed import Token
from worker.events.language.tree import (
    arguments,
    case,
    children,
    conjuncts,
    is_predicate,
    lemma,
    subject,
)
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named, Phrases, distinct
from worker.events.who.speech import Speech

ABOUT = frozenset({"by", "at", "against", "over", "about", "with"})
_FORCEFUL = frozenset({"action", "campaign", "intervention"})


def _companions(token: Token) -> Iterable[Token]:
    """Who does it beside a subject: "along with X", "together with X", "alongside X"."""
    for child in children(token, "nmod"):
        cases = {c.lower_ for c in children(child, "case")}
        if "alongside" in cases or ("with" in cases and cases & {"along", "together"}):
            yield child


def is_site(named: Named) -> bool:
    """Whether a town is named, which before an attack tells where it was."""
    return named.basis in ("capital", "city")


class Whose:
    """Gives the parties of phrases, each once."""

    def __init__(self, lexicon: Lexicon, phrases: Phrases, speech: Speech) -> None:
        """Join what answers about words, parties and speakers."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._speech = speech

    def subject(self, tokens: Iterable[Token]) -> list[Named]:
        """The parties that act: a subject, an agent, whoever issued a paper or owns a strike."""
        found: list[Named] = []
        for token in tokens:
            own = self._phrases.direct(token)
            if not own and self._lexicon.is_a(lemma(token), "DOCUMENT"):
                own = self._issuers(token)
            elif own:  # "a joint U.S. and EU statement", read as the U.S. and a statement
                papers = (
                    t for t in conjuncts(token)[1:] if self._lexicon.is_a(lemma(t), "DOCUMENT")
                )
                own = [*own, *(n for t in papers for n in self._phrases.belongs(t))]
            if own:  # "U.S. soldiers, along with British troops, …"
                own = [*own, *(n for t in _companions(token) for n in self._phrases.direct(t))]
            if not own and (
                self._lexicon.is_a(lemma(token), "ATTACK") or lemma(token) in _FORCEFUL
            ):
                bare = not any(children(token, "acl", "nmod", "amod", "compound"))
                own = self._phrases.belongs(token, told=bare)  # "a U.S. strike hit …"
                own = [n for n in own if not is_site(n)]  # "the Madrid bombings killed …"
            if not own and self._lexicon.is_a(lemma(token), "WEAPON"):
                own = self._phrases.doer(token)  # "a rocket fired by NATO hit …"
                if not own and token.dep_ == "obj" and is_predicate(token.head):
                    own = self.subject(arguments(token.head).agent)  # "set off a bomb that hit …"
            found.extend(own)
        return distinct(found)

    def belongs(self, tokens: Iterable[Token], *, told: bool = False) -> list[Named]:
        """The parties that phrases are about, itself or whose it is."""
        return distinct(n for t in tokens for n in self._phrases.belongs(t, told=told))

    def _issuers(self, paper: Token) -> list[Named]:
        """Whose paper it is: its owner, else who adopts or issues it."""
        owners = self._phrases.belongs(paper)
        if not owners and self._lexicon.is_a(lemma(paper), "INQUIRY"):
            owners = self._phrases.last_body(paper)
        if not owners and paper.dep_.startswith("nsubj"):
            return self._phrases.author(paper)
        verb = paper.head
        against = paper.dep_ == "obl" and case(paper) in ABOUT  # "warned against statements"
        if owners or against or paper.dep_ not in ("obj", "obl") or not is_predicate(verb):
            return owners
        return [n for t in arguments(verb).agent for n in self._phrases.direct(t)]

    def in_pact(self, nouns: Iterable[Token]) -> list[Named]:
        """The parties that a treaty names: "the declaration on the India-Russia partnership"."""
        pacts = [t for t in nouns if self._lexicon.is_a(lemma(t), "PACT")]
        return distinct(n for t in pacts for n in self._phrases.within(t))

    def speaking(self, token: Token) -> list[Named]:
        """Who says what a word stands in: the speaker, who cites it, or the issuing body."""
        verb = token.head
        if token.dep_ in ("obj", "obl") and self._lexicon.is_a(lemma(verb), "SAY"):
            who = subject(verb)
            return self.subject([who]) if who is not None else []
        issuer = self._speech.issuer
        return self._speech.speakers(token) or ([issuer] if issuer is not None else [])

    def _is_press(self, token: Token) -> bool:
        """Whether it is the press that tells it: "the Chadian news agency reports"."""
        teller = self._speech.teller(token)
        return teller is not None and any(
            self._lexicon.is_a(lemma(t), "PRESS") for t in teller.subtree
        )

    def reporting(self, token: Token) -> list[Named]:
        """Whose authorities or alliance say that somebody was arrested: it was by them."""
        speaker = self._speech.speaker(token)
        if speaker is None or speaker.how not in ("organ", "direct") or self._is_press(token):
            return []
        return [speaker] if speaker.kind in ("state", "igo") else []
