"""Who met whom, where: the meetings rule of the coding guide.

Two parties on the soil of one are a visit, the visitor its actor; three or more, or an organisation
by its members' leaders, are multilateral; else everybody acts.
"""

from __future__ import annotations

from dataclasses import replace

from worker.events.frames.acts import Frame
from worker.events.frames.triggers import Context, so_called
from worker.events.language.parsed import Token
from worker.events.language.tree import (
    Standing,
    arguments,
    case,
    children,
    is_predicate,
    lemma,
    nested,
    standing,
)
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named, Phrases

_VENUES = ("in", "at")
_TOPICS = ("about", "on", "over")
_TITLING = ("amod", "compound", "nmod:poss", "nmod:desc", "flat")
_MANY = 3
_SITTING = ("ministers", "ambassadors", "members", "governments", "states", "nations")
_OF_MEMBERS = ("leaders", *_SITTING)


class Meetings:
    """Settles mode and sides of a meeting whose parties are known."""

    def __init__(self, lexicon: Lexicon, phrases: Phrases) -> None:
        """Join what answers about words and parties."""
        self._lexicon = lexicon
        self._phrases = phrases

    def settled(self, frame: Frame, context: Context) -> Frame | None:
        """The frame as a visit or a multilateral meeting, or as it is; None without a partner."""
        if frame.recipients:
            return frame
        if len(frame.actors) == 1:
            return self._received(frame, context) or self._hosted(frame, context.token)
        if self._is_mediated(context):
            return replace(frame, mode="third-party")
        hosts = self._hosts(frame, context)
        guests = tuple(n for n in frame.actors if n not in hosts)
        if hosts and len(guests) == 1:
            return replace(frame, mode="visit", actors=guests, recipients=hosts)
        if len(frame.actors) >= _MANY or self._of_members(frame, context.token):
            return replace(frame, mode="multilateral")
        return frame

    def _is_mediated(self, context: Context) -> bool:
        """ "U.S.-brokered talks", "talks mediated by Turkey": a third brings them together."""
        preps = context.args.preps + context.light_args.preps
        means = [t for c, t in preps if c in ("under", "through", "via")]
        if any(self._lexicon.is_a(lemma(t), "MEDIATED") for t in means):
            return True
        return any(
            self._lexicon.is_a(w.lower_, "MEDIATED") or self._lexicon.is_a(lemma(w), "MEDIATED")
            for noun in (context.token, *context.args.patient)
            for w in children(noun, "amod", "acl", "compound")
        )

    def _hosts(self, frame: Frame, context: Context) -> tuple[Named, ...]:
        """The one of two on whose soil they meet; of several, bodies that have their seat there."""
        venues = {n.code for n in self._venues(context)}
        towns = {t.lower_ for t in self._grounds(context)}
        text = context.token.doc.text
        seated = [
            n
            for n in frame.actors
            if any(self._has_seat(n, where) for where in venues | towns)
            and not text[n.start : n.end].endswith(_SITTING)  # a council meets them
        ]
        if seated and len(seated) == len(frame.actors) - 1:
            return tuple(seated)
        if len(frame.actors) != 2:
            return ()
        guests = self._visiting(context.token)
        hosts = [n for n in frame.actors if n.code in venues or (guests and n.code not in guests)]
        if len(hosts) == 1 and hosts[0].kind == "state":
            return tuple(hosts)
        if not self._is_face_to_face(context.token):
            return ()
        held = standing(context.token, self._lexicon.operators) is Standing.FACT
        return self._sent_to(frame, context.token) if held and not venues else ()

    def _has_seat(self, body: Named, where: str) -> bool:
        """Whether a body has its seat in a town, or in the state of a code."""
        return self._lexicon.is_a(f"{body.code}-{where}".lower(), "SEAT")

    def _sent_to(self, frame: Frame, token: Token) -> tuple[Named, ...]:
        """Whom an envoy meets, or a head of government whom a lesser one does: at home, it is."""
        if any(t.lower_.startswith(("sideline", "margin")) for t in token.sent):
            return ()
        offices = [(n, self._words(n, token)) for n in frame.actors]
        lexicon = self._lexicon.classes
        ruling = [n for n, words in offices if _is_ruling(words, lexicon["RULER"])]
        sent = [n for n, words in offices if words & lexicon["SENT"] and n not in ruling]
        below = [n for n, words in offices if words & lexicon["LESSER"] and n not in ruling]
        lesser = [n for n in below if n.person]  # whoever meets "officials" of X may be in X
        if len(sent) == 1:
            return tuple(n for n in frame.actors if n not in sent and n.kind != "igo")
        return tuple(ruling) if len(ruling) == len(lesser) == 1 else ()

    def _is_face_to_face(self, token: Token) -> bool:
        """Whether a word tells a meeting in person: views are exchanged by letter, too."""
        return self._lexicon.is_a(lemma(token), "FACING" if token.pos_ == "VERB" else "MEETING")

    def _words(self, named: Named, token: Token) -> frozenset[str]:
        """The words of a party's name, of its office, and of the phrase around it."""
        span = token.doc.char_span(named.start, named.end, alignment_mode="expand")
        if named.start < 0 or span is None:
            return frozenset()
        heads = set(span)
        for word in span:
            top = word
            while top.dep_ in _TITLING and top.head != top:
                top = top.head
                heads.add(top)
        words = {t.lemma_ for h in heads for t in (h, *children(h, *_TITLING))}
        if named.origin is not None and named.origin.office:
            words |= set(named.origin.office.lower().split())
        return frozenset(words)

    def _venues(self, context: Context) -> list[Named]:
        """The states in which a meeting is held, as far as places are named."""
        return [n for t in self._grounds(context) for n in self._phrases.site(t)]

    def _grounds(self, context: Context) -> list[Token]:
        """The phrases that say where a meeting is held."""
        preps = context.args.preps + context.light_args.preps
        beside = [t for c, t in preps if c not in _TOPICS] + context.args.patient
        found = [t for c, t in preps if c in _VENUES]
        token = so_called(context.token) or context.token
        clause = token.head  # "said in Rome after a meeting with X"
        if token.dep_ == "acl:relcl" and any(c.lower_ == "where" for c in token.children):
            found.append(clause)  # "came from Rome, where he met X"
        if token.dep_ in ("obl", "advcl") and is_predicate(clause):
            beyond = [clause, *children(clause, "obl")]  # "is in Rome, holding talks" too
            found += [t for t in beyond if case(t) in _VENUES]
        found += [t for c in _VENUES for t in nested(beside, c)]
        return [t for t in found if not self._lexicon.is_a(lemma(t), "MEETING")]

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
        if any(_is_regional(t) for t in partners):
            return None
        if any(_covers(t, guest) for t in partners):
            return None  # "a meeting in Rome with Chad's minister": the other one is not told
        hosts = [n for n in self._venues(context) if n.kind == "state" and n.place]
        if len(hosts) != 1 or hosts[0].code == guest.code:
            return None
        return replace(frame, mode="visit", recipients=(hosts[0],))

    def _hosted(self, frame: Frame, token: Token) -> Frame | None:
        """An organisation that meets alone, or by its members; nobody else can."""
        if self._of_members(frame, token):
            return replace(frame, mode="multilateral")
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
        return any(self._leads_members(t) for t in told)

    def _leads_members(self, noun: Token) -> bool:
        """ "Leaders of African Union member states", "officials from the G20"."""
        inner = [c for c in children(noun, "nmod") if case(c) in ("of", "from")]
        several = "Plur" in noun.morph.get("Number", [])
        official = lemma(noun) == "official" and any(case(c) == "from" for c in inner)
        leading = several and (official or self._lexicon.is_a(lemma(noun), "LEADING"))
        told = [*inner, *(c for t in inner for c in children(t, "nmod", "compound"))]
        members = any(lemma(t) in ("state", "nation", "country", "member") for t in told)
        return members or bool(inner and leading)


def _covers(noun: Token, named: Named) -> bool:
    """Whether a party is named within a phrase."""
    return noun.left_edge.idx <= named.start <= noun.right_edge.idx


def _is_regional(noun: Token) -> bool:
    """ "Arab leaders", "West African ministers": from elsewhere than where they meet."""
    return any(c.text[:1].isupper() for c in children(noun, "amod"))


def _is_ruling(words: frozenset[str], ruler: frozenset[str]) -> bool:
    """Whether words are of a head of state or government."""
    return bool(words & ruler - {"minister"}) or {"prime", "minister"} <= words
