"""Who is speaking: quotations and reported speech within one paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable

from worker.events.language.parsed import Doc, Token
from worker.events.language.tree import case, children, lemma, subject
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named

_QUOTED = re.compile(r"“[^”]*(?:”|$)|\"[^\"]*(?:\"|$)|‘‘.*?(?:’’|$)|``.*?(?:''|$)")
_MAX_CLIMB = 8
_CLAIMING = frozenset(
    {"claim", "allege", "charge", "insist", "maintain", "contend", "complain", "assert", "argue"}
)

Direct = Callable[[Token], list[Named]]


class Speech:
    """Answers who says a clause, from the clauses above it and the quotation marks around it.

    Args:
        doc: one parsed paragraph.
        before: who spoke last in the paragraphs before, for quotations that run on.
        issuer: whose official statement the article is, if it is one.
    """

    def __init__(
        self,
        doc: Doc,
        lexicon: Lexicon,
        direct: Direct,
        before: Named | None = None,
        issuer: Named | None = None,
    ) -> None:
        """Find the quotations; attributions are looked up when they are asked for."""
        self._doc = doc
        self._lexicon = lexicon
        self._direct = direct
        self._spans: list[tuple[int, int]] | None = None
        self.last = before
        self.issuer = issuer

    def quoted(self, token: Token) -> bool:
        """Whether a token stands within quotation marks."""
        if self._spans is None:
            self._spans = [m.span() for m in _QUOTED.finditer(self._doc.text)]
        return any(start <= token.idx < end for start, end in self._spans)

    def speaker(self, token: Token) -> Named | None:
        """The party that says the clause of ``token``; None where the article itself speaks."""
        return next(iter(self.speakers(token)), None)

    def speakers(self, token: Token) -> list[Named]:
        """All who say the clause of ``token``: "the United States and the EU say …"."""
        for verb in self._attributions(token):
            who = subject(verb)
            if who is not None and who != token:
                return self._direct(who)
        for source in self._sources(token):
            return self._direct(source)
        spoken = self._of_quotation(token) if self.quoted(token) else None
        return [spoken] if spoken is not None else []

    def teller(self, token: Token) -> Token | None:
        """The subject of the nearest verb of saying above ``token``."""
        return next(filter(None, (subject(v) for v in self._attributions(token))), None)

    def is_claimed(self, token: Token) -> bool:
        """Whether the nearest verb of saying above a token doubts it: "claims", "alleges"."""
        return any(lemma(verb) in _CLAIMING for verb in self._attributions(token)[:1])

    def close(self) -> None:
        """Remember who spoke last in this paragraph."""
        for token in self._doc:
            if self._says(token) and not self.quoted(token):
                who = subject(token)
                if who is not None and who.pos_ != "PRON":
                    self.last = next(iter(self._direct(who)), None)

    def _attributions(self, token: Token) -> list[Token]:
        found: list[Token] = []
        node = token
        for _ in range(_MAX_CLIMB):
            found.extend(c for c in children(node, "parataxis") if self._says(c))
            if node.head == node:
                break
            if node.dep_ in ("ccomp", "parataxis") and self._says(node.head):
                found.append(node.head)
            node = node.head
        return found

    def _sources(self, token: Token) -> list[Token]:
        """Whom the sentence cites: "according to the ministry"."""
        return [t for t in token.sent if case(t) == "according to"]

    def _of_quotation(self, token: Token) -> Named | None:
        """Who says a quotation: the nearest verb of saying around it, else the last speaker."""
        verbs = [t for t in self._doc if self._says(t) and not self.quoted(t)]
        verbs.sort(key=lambda v: abs(v.i - token.i))
        for verb in verbs:
            who = subject(verb)
            if who is not None:
                return next(iter(self._direct(who)), None)
        return self.last

    def _says(self, token: Token) -> bool:
        if token.pos_ != "VERB" or not self._lexicon.is_a(lemma(token), "SAY"):
            return False
        return token.dep_ != "parataxis" or not any(children(token, "obj"))
