"""An article's acts, told in reading order: who has been named so far, and who is meant by "they".

    told = Telling(lexicon, draft, domestic=False).all(docs, mentions)

Each paragraph is read with what those before it told: its parties, its dates, its acts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from worker.events import accounts
from worker.events.answers import Answers
from worker.events.contexts import contexts
from worker.events.dates.anchors import Anchor
from worker.events.dates.timing import Dated, Timeline
from worker.events.frames.acts import Act
from worker.events.frames.borders import at_home
from worker.events.frames.reader import Reader
from worker.events.frames.triggers import Triggers
from worker.events.language.parsed import Doc, Span, Token
from worker.events.language.tree import lemma
from worker.events.locations import location
from worker.events.merge import Told
from worker.events.relate import glance, sight
from worker.events.relate.lines import Line
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named, Phrases, by_token, distinct, is_somebody, referred
from worker.events.who.reference import Discourse, Seen
from worker.events.who.speech import Speech
from worker.events.worth import Part
from worker.model import Article, Location

TITLE = -1  # the title stands at no place of the text: it says who is who, evidence it is none
_SEIZURES = frozenset({("COERCE", "arrest"), ("ASSAULT", "abduct")})
_SIGNING = frozenset({"nsubj", "nmod", "obl", "obl:agent", "nmod:poss"})
_ATTRIBUTES = frozenset({"amod", "compound", "nmod:poss"})


@dataclass(frozen=True, slots=True)
class Draft:
    """An article before it is parsed.

    Attributes:
        anchor: when it was published, as far as known.
        issuer: whose statement it is, if it is one.
        parts: what of it is to be parsed, in order.
    """

    article: Article
    anchor: Anchor | None
    issuer: Named | None
    parts: list[Part]


@dataclass(frozen=True)
class Heard:
    """A sentence as it was read, for what looks at the article as a whole.

    Attributes:
        offset: of its paragraph in the article; ``span`` has its place in the paragraph.
        named: who is named in it, and where in the paragraph.
        issuer: whose official statement the article is, if it is one.
        timeline: what had been told of the time up to here.
    """

    span: Span
    offset: int
    named: Sequence[sight.Standing]
    phrases: Phrases
    triggers: Triggers
    issuer: Named | None
    timeline: Timeline

    @property
    def chance(self) -> float:
        """Of an act that it tells, at a glance; 0 where nobody is named."""
        named = [(named.code, named.kind) for *_, named in self.named]
        if self.issuer is not None:
            named.append((self.issuer.code, glance.ISSUER))
        if not named:
            return 0.0
        inside = {n for start, end, _ in self.named for n in range(start, end)}
        return glance.chance((t.lower_ for t in self.span if t.i not in inside), named)

    @cached_property
    def line(self) -> Line:
        """What the model of types reads of it."""
        return sight.line(self.span, self.named, self.phrases, self.triggers, self.issuer)

    def word(self, place: int) -> Token:
        """The word at a place of the article."""
        return next(t for t in self.span if self.offset + t.idx + len(t) > place)

    @property
    def start(self) -> int:
        """Where it begins in the article."""
        return self.offset + self.span.start_char

    @property
    def end(self) -> int:
        """Where it ends in the article (exclusive)."""
        return self.offset + self.span.end_char


class Telling:
    """One article's acts, told in reading order.

    Attributes:
        heard: the sentences that were read, but for those of the title.
    """

    def __init__(self, lexicon: Lexicon, draft: Draft, *, domestic: bool) -> None:
        """Begin with nothing told; `domestic` keeps acts within one country too."""
        self._lexicon = lexicon
        self._parts = draft.parts
        self._anchor = draft.anchor
        self._timeline = Timeline(draft.anchor)
        self._issuer = draft.issuer
        self._domestic = domestic
        self._discourse = Discourse(self._lexicon, self._issuer)
        self._sentence = 0
        self._spoken: Named | None = None
        self._leader: Named | None = None
        self._made: list[Told] = []
        self._answers = Answers(
            lexicon,
            self._made,
            lambda: self._discourse.pair(len(self._ends), 0, self._sentence),
        )
        self._read: list[tuple[Reader, Span]] = []
        self.heard: list[Heard] = []
        self._first = 0
        self._ends: list[int] = []

    def all(self, docs: list[Doc], mentions: list[list[tuple[int, int, Named]]]) -> Iterable[Told]:
        """Tell the acts of all paragraphs, each with its parse and the parties that stand there."""
        read = zip(docs, self._parts, mentions, strict=True)
        for number, (doc, part, found) in enumerate(read):
            self._sentence += part.skipped
            self._paragraph(number, doc, part.start, found)
        return self._answers.settled()

    def _paragraph(
        self, number: int, doc: Doc, offset: int, found: list[tuple[int, int, Named]]
    ) -> None:
        found = self._with_leader(found)
        at, posts = by_token(found)
        every = found
        sent = [one for one in found if one[2].how == "posting"]
        found = [one for one in found if one[2].how != "posting"]
        phrases = Phrases(
            self._lexicon,
            at,
            posts,
            lambda t, others: self._refer(t, number, speech, others),
            lambda t, kind: self._understood(t, kind, number),
        )
        speech = Speech(doc, self._lexicon, phrases.voice, self._spoken, self._issuer)
        reader = Reader(self._lexicon, phrases, speech, domestic=self._domestic)
        self._first = self._sentence
        self._ends = [s.end for s in doc.sents]
        self._note(number, doc, found, self._sentence)
        self._note_posts(number, sent)
        self._learn(doc, at, phrases)
        self._note_strangers(number, doc, at, phrases)
        self._note_signers(doc, phrases)
        if offset == TITLE:
            self._sentence += sum(1 for _ in doc.sents)
            return
        for sentence in doc.sents:
            self._timeline.read(sentence, offset, speech.quoted)
            if at or self._issuer is not None or self._discourse.seen:
                acts = reader.acts(sentence)
                if self._domestic:
                    acts = at_home(acts, {n.code for t in sentence for n in at.get(t.i, ())})
                for found_act in acts:
                    act = self._answers.answered(found_act)
                    stands = not self._answers.is_lacking(act) and not reader.is_private(act)
                    if not self._answers.await_charge(act, stands=stands) and not stands:
                        continue
                    self._made.append(self._told(act, offset, location(act, phrases)))
                self._read.append((reader, sentence))
            here = [one for one in every if sentence.start <= one[0] < sentence.end]
            now, issuer = self._timeline.here(), self._issuer
            self.heard.append(Heard(sentence, offset, here, phrases, reader.triggers, issuer, now))
            self._sentence += 1
        speech.close()
        self._spoken = speech.last

    def _note(self, number: int, doc: Doc, found: list[tuple[int, int, Named]], first: int) -> None:
        groups = [t for t in doc if t.dep_.startswith("nsubj") and self._discourse.counts(t)]
        for start, end, named in found:
            sentence = first + sum(e <= start for e in self._ends)
            while groups and groups[0].i < start:
                self._note_group(groups.pop(0), number, first)
            top = self._top(doc[start:end].root)
            words = frozenset(lemma(t) for t in doc[top.left_edge.i : top.i + 1])
            words |= frozenset(lemma(t) for t in doc[start:end])
            person = named.person or (
                self._lexicon.is_a(lemma(top), "HUMAN")
                and "Plur" not in top.morph.get("Number", [])
            )
            seen = replace(named, person=person)
            told = self._first_of(top)
            coordinated = told != top or any(c.dep_ == "conj" for c in top.children)
            self._discourse.note(
                Seen(
                    seen, (number, start), sentence, told.dep_.startswith("nsubj"), words,
                    coordinated, told.dep_ in _ATTRIBUTES,
                )
            )  # fmt: skip
        for token in groups:
            self._note_group(token, number, first)

    def _with_leader(self, found: Iterable[tuple[int, int, Named]]) -> list[tuple[int, int, Named]]:
        """ "Coalition aircraft", after "the U.S.-led coalition": of its leader too."""
        told = list(found)
        spans = {(start, end) for start, end, n in told if n.code == "COALITION"}
        led = [one for one in told if one[:2] in spans and one[2].code != "COALITION"]
        alone = spans - {one[:2] for one in led}
        leader = self._leader
        self._leader = led[-1][2] if led else leader
        if leader is None:
            leader = led[0][2] if led else None
        added = [
            (start, end, replace(leader, start=n.start, end=n.end, origin=n.origin))
            for start, end, n in told
            if leader is not None and n.code == "COALITION" and (start, end) in alone
        ]
        return sorted([*told, *added], key=lambda one: one[:2])

    def _note_posts(self, number: int, sent: list[tuple[int, int, Named]]) -> None:
        for start, _, named in sent:
            sentence = self._first + sum(e <= start for e in self._ends)
            self._discourse.posts.append(
                Seen(named, (number, start), sentence, subject=False, words=frozenset())
            )

    def _note_signers(self, doc: Doc, phrases: Phrases) -> None:
        """Who all issued a joint statement: "released by the Governments of A, B and C"."""
        issuer = self._issuer
        if issuer is None or self._discourse.signers or self._made:
            return
        for paper in (t for t in doc if self._lexicon.is_a(lemma(t), "JOINT")):
            for token in paper.sent:
                if token.dep_ in _SIGNING:
                    who = distinct(phrases.direct(token))
                    if len(who) > 1 and issuer.code in {n.code for n in who}:
                        self._discourse.signers = tuple(who)
                        return

    def _note_strangers(
        self, number: int, doc: Doc, at: dict[int, list[Named]], phrases: Phrases
    ) -> None:
        """People of no party that are subjects: "he" may mean them."""
        for token in doc:
            if token.i in at or not token.dep_.startswith("nsubj"):
                continue
            if is_somebody(token, self._lexicon) and not phrases.direct(token):
                sentence = self._first + sum(e <= token.i for e in self._ends)
                self._discourse.strangers.append((sentence, (number, token.i)))

    def _note_group(self, token: Token, number: int, first: int) -> None:
        """ "The two leaders", a subject: told again, so that "they" finds them."""
        sentence = first + sum(e <= token.i for e in self._ends)
        for named in self._discourse.refer(token, number, sentence, None):
            words = frozenset({lemma(token)})
            seen = Seen(
                named, (number, token.i), sentence, subject=True, words=words, together=True
            )
            self._discourse.note(seen)

    def _learn(self, doc: Doc, at: dict[int, list[Named]], phrases: Phrases) -> None:
        """Persons whom the paragraph introduces with their office: "X, head of Iran's navy"."""
        for token in doc:
            if token.pos_ != "PROPN" or token.i in at or token.dep_ in ("flat", "compound"):
                continue
            titled = any(
                c.dep_ in ("appos", "conj", "nmod:desc", "compound")
                and self._lexicon.is_a(lemma(c), "HUMAN")
                for c in token.children
            )
            for named in phrases.direct(token)[:1] if titled else ():
                for part in (token, *(c for c in token.children if c.dep_ == "flat")):
                    self._discourse.learn(part.text, named)

    def _top(self, token: Token) -> Token:
        """The noun that a name helps to name: "ministry" in "the Indian foreign ministry"."""
        node = token
        for _ in range(4):
            head = node.head
            if head == node or node.dep_.partition(":")[0] not in (
                "amod",
                "compound",
                "nmod",
                "flat",
                "appos",
            ):
                break
            if not self._lexicon.is_a(lemma(head), "AGENT") and node.dep_ not in (
                "flat",
                "nmod:desc",
            ):
                break
            node = head
        return node

    def _first_of(self, token: Token) -> Token:
        """The first of those told in one breath: "leaders" for B in "leaders of A and B"."""
        node = token
        for _ in range(8):
            if node.dep_ != "conj":
                break
            node = self._top(node.head)
        return node

    def _refer(
        self, token: Token, number: int, speech: Speech, others: frozenset[str]
    ) -> list[Named]:
        sentence = self._first + sum(end <= token.i for end in self._ends)
        speaker = speech.speaker(token) if token.pos_ == "PRON" else None
        return self._discourse.refer(token, number, sentence, speaker, others)

    def _understood(self, token: Token, kind: str, number: int) -> list[Named]:
        sentence = self._first + sum(end <= token.i for end in self._ends)
        if kind == "pair":
            return self._discourse.pair(number, token.i, sentence)
        if kind in ("attack", "act", "deal", "meeting"):
            return self._acting(kind, token)
        if kind in ("fight", "opposed", "victims", "assailant", "takers", "taken"):
            return referred(self._party_to(kind))
        return self._discourse.last(kind, number, token.i, sentence)

    def _party_to(self, kind: str) -> Sequence[Named]:
        """Who fought in the fight told last, whom the last protest was against, who was hit."""
        if kind == "victims":
            hit = (reader.victims(sentence) for reader, sentence in reversed(self._read))
            return next(filter(None, hit), [])
        if kind in ("takers", "taken"):
            held = next((t for t in reversed(self._made[-6:]) if _is_seizure(t)), None)
            return () if held is None else held.actors if kind == "takers" else held.recipients
        wanted = "PROTEST" if kind == "opposed" else "ASSAULT"
        told = next((t for t in reversed(self._made[-12:]) if t.type == wanted), None)
        if told is None:
            return ()
        if kind == "assailant":
            return told.actors
        return (*told.actors, *told.recipients) if kind == "fight" else told.recipients

    def _acting(self, kind: str, noun: Token) -> list[Named]:
        """Who did what was told: what is called so, the attack it is about, the last other act."""
        made = self._made[-12:]
        plural = "Plur" in noun.morph.get("Number", [])
        same = [t for t in made if lemma(noun) in t.label.replace("-", ".").split(".")]
        if same and (not plural or len(same) > 1):
            doers = [n for t in (same if plural else same[-1:]) for n in t.actors]
            return referred(doers)
        for told in made if kind == "attack" else reversed(made):
            if kind == "meeting":
                fits = told.type == "CONSULT"
            elif kind == "deal":
                named = any(a.basis != "reference" for a in told.actors)
                fits = told.type in ("AGREE", "SUPPORT") and len(told.actors) > 1 and named
            else:
                attack = told.type in ("ASSAULT", "COERCE")
                shown = noun.pos_ == "PRON" and told.type == "MOBILIZE"
                fits = attack if kind == "attack" else bool(told.recipients) or shown
                if told.type == "PROTEST":  # "the abuses" are not the protest against them
                    fits = self._lexicon.is_a(lemma(noun), "ATTACK")
            if fits and told.type not in ("ACCUSE", "REQUEST"):
                both = (*told.actors, *(told.recipients if kind == "meeting" else ()))
                return referred(both)
        return self._discourse.last_doer(self._sentence) if kind == "act" else []

    def _told(self, act: Act, offset: int, where: Location | None) -> Told:
        return told(
            act, self._timeline.date(act.trigger, act.standing), self._anchor, offset, where
        )


def told(act: Act, when: Dated, anchor: Anchor | None, offset: int, where: Location | None) -> Told:
    """An act with its date and its place in the article, its paragraph standing at ``offset``."""
    actors, recipients = (
        tuple(_placed(named, act, offset) for named in parties)
        for parties in (act.actors, act.recipients)
    )
    return Told(
        act.type, act.mode, actors, recipients, when.date, act.label,
        ((act.start + offset, act.end + offset),), when.firm,
        (accounts.account(act, when, anchor, offset),), contexts(act.trigger.sent),
        location=where,
    )  # fmt: skip


def _is_seizure(told: Told) -> bool:
    """Whether somebody was arrested or abducted, by whom is told."""
    return (told.type, told.mode) in _SEIZURES and bool(told.recipients)


def _placed(named: Named, act: Act, offset: int) -> Named:
    """A party with its place in the article; one that the evidence does not name has none."""
    if act.start <= named.start and named.end <= act.end:
        return replace(named, start=named.start + offset, end=named.end + offset)
    return replace(named, start=-1, end=-1)
