"""Who met whom, where: the meetings rule of the coding guide.

Two parties on the soil of one are a visit, the visitor its actor; three or more, or an organisation
by its members' leaders, are multilateral; else everybody acts.
"""

from __future__ import annotations

from dataclasses import replace

from worker.events.frames.acts import Frame
from worker.events.frames.places import Places
from worker.events.frames.triggers import Context
from worker.events.language.parsed import Token
from worker.events.language.tree import arguments, case, children, lemma, nested
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named, Phrases

_VENUES = ("in", "at")
_MANY = 3
_OF_MEMBERS = ("leaders", "ministers", "members", "governments", "states", "nations")


class Meetings:
    """Settles mode and sides of a meeting whose parties are known."""

    def __init__(self, lexicon: Lexicon, phrases: Phrases, places: Places) -> None:
        """Join what answers about words, parties and places."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._places = places

    def settled(self, frame: Frame, context: Context) -> Frame | None:
        """The frame as a visit or a multilateral meeting, or as it is; None without a partner."""
        if frame.recipients:
            return frame
        if len(frame.actors) == 1:
            return self._received(frame, context) or self._hosted(frame)
        if len(frame.actors) == 2 and (host := self._host(frame, context)):
            guests = tuple(n for n in frame.actors if n != host)
            return replace(frame, mode="visit", actors=guests, recipients=(host,))
        if len(frame.actors) >= _MANY or self._of_members(frame, context.token):
            return replace(frame, mode="multilateral")
        return frame

    def _host(self, frame: Frame, context: Context) -> Named | None:
        """The one of two on whose soil they meet."""
        venues = {n.code for n in self._venues(context)}
        guests = self._visiting(context.token)
        hosts = [n for n in frame.actors if n.code in venues or (guests and n.code not in guests)]
        return hosts[0] if len(hosts) == 1 and hosts[0].kind == "state" else None

    def _venues(self, context: Context) -> list[Named]:
        preps = context.args.preps + context.light_args.preps
        beside = [t for _, t in preps] + context.args.patient
        found = [t for c, t in preps if c in _VENUES]
        return self._places.belongs(found + [t for c in _VENUES for t in nested(beside, c)])

    def _visiting(self, token: Token) -> set[str]:
        """Codes of whoever the sentence calls "the visiting …"."""
        visitors = (t.head for t in token.sent if t.lower_ == "visiting" and t.dep_ == "amod")
        return {n.code for v in visitors for n in self._phrases.direct(v)}

    def _received(self, frame: Frame, context: Context) -> Frame | None:
        """ "Met with top officials in Belgrade": those who name no country are of the place."""
        guest = frame.actors[0]
        partners = [t for c, t in context.args.preps + context.light_args.preps if c == "with"]
        if not any(
            self._lexicon.is_a(lemma(t), "AGENT") for t in [*partners, *context.args.patient]
        ):
            return None
        hosts = [n for n in self._venues(context) if n.kind == "state" and n.place]
        if len(hosts) != 1 or hosts[0].code == guest.code:
            return None
        return replace(frame, mode="visit", recipients=(hosts[0],))

    def _hosted(self, frame: Frame) -> Frame | None:
        """An organisation that meets alone; nobody else can."""
        lonely = "alone" in frame.rule.flags or frame.rule.mode == "multilateral"
        return frame if lonely else None

    def _of_members(self, frame: Frame, token: Token) -> bool:
        """ "European Union leaders": an organisation by those who lead its members."""
        if not any(n.kind == "igo" for n in frame.actors):
            return False
        text = token.doc.text
        named = (text[n.start : n.end] for n in frame.actors if n.start >= 0)
        if any(words.endswith(_OF_MEMBERS) for words in named):
            return True
        told = arguments(token).agent if token.pos_ == "VERB" else []
        return any(_leads_members(t) for t in told)


def _leads_members(noun: Token) -> bool:
    """ "Leaders of African Union member states"."""
    inner = (c for c in children(noun, "nmod") if case(c) == "of")
    return any(lemma(t) in ("state", "nation", "country", "member") for t in inner)
