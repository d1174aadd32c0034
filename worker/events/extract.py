"""Article → Events: the whole way from text to coded acts.

    coder = Coder(nlp.load(), Gazetteer.load())
    events = coder.code_one(article)

Beside its events, `Coder.read` gives the office holders that an article introduces (`sightings`).
The rules are those of `docs/coding.md`; which line of which table made an event stands in its
``rule``.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TypeVar, TypeVarTuple

from spacy.language import Language

from worker.events import judging
from worker.events.confidence import certainty, signs
from worker.events.dates import anchors, edtf
from worker.events.dates.anchors import Anchor
from worker.events.dating import dated
from worker.events.language import datelines, operative
from worker.events.language import nlp as pipeline
from worker.events.language.parsed import Doc
from worker.events.mending import mend
from worker.events.merge import Told, merge
from worker.events.parties import Gazetteer, Mention
from worker.events.parties.towns import towns
from worker.events.relate.network import packaged
from worker.events.rules import lexicon
from worker.events.telling import TITLE, Draft, Heard, Telling
from worker.events.topics import is_sport
from worker.events.who import naming
from worker.events.who.phrases import Named
from worker.events.who.sightings import sightings
from worker.events.worth import Part, worth_parsing
from worker.model import Article, Event, Evidence, OfficeHolder, Party, Reading

Settle = Callable[[Draft, list[Told], Sequence[Heard]], list[Told]]
"""From what the rules told of an article, and its sentences, to what of it is to be coded."""

_Args = TypeVarTuple("_Args")
_Result = TypeVar("_Result")

_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " "))


class Coder:
    """Codes articles; deterministic, and without memory from one article to the next.

    Args:
        nlp: the pipeline of `worker.events.language.nlp`, or another one with the same labels.
        gazetteer: who is who.
        domestic: keep acts within one country too (the coding guide leaves them out).
        learnt: the office holders that other articles taught, asked for before every batch; the
            same tuple again where nothing is new. By default nobody.
        judge: weighs what the rules told of one article; by default the model of types does.
    """

    def __init__(
        self,
        nlp: Language,
        gazetteer: Gazetteer,
        *,
        domestic: bool = False,
        learnt: Callable[[], tuple[OfficeHolder, ...]] = tuple,
        judge: Settle = judging.settle,
    ) -> None:
        """Keep them; pipeline and gazetteer may be shared."""
        towns()  # read before children are forked
        if judge is judging.settle:
            packaged()  # this too
        self._nlp = nlp
        self._gazetteer = gazetteer
        self._domestic = domestic
        self._lexicon = lexicon()
        self._learnt = learnt
        self._judge = judge
        self._holders: tuple[OfficeHolder, ...] = ()

    def read(self, articles: Sequence[Article]) -> list[Reading]:
        """Each article's events and sightings, in order; the first that fails raises."""
        results = self.read_each(articles)
        for result in results:
            if isinstance(result, Exception):
                raise result
        return [result for result in results if not isinstance(result, Exception)]

    def code(self, articles: Sequence[Article]) -> list[tuple[Event, ...]]:
        """Events of each article, in order; the first article that fails raises its exception."""
        return [reading.events for reading in self.read(articles)]

    def code_one(self, article: Article) -> tuple[Event, ...]:
        """Events of one article."""
        return self.code([article])[0]

    def code_each(self, articles: Sequence[Article]) -> list[tuple[Event, ...] | Exception]:
        """As `code`, but an article that fails stands as its exception and harms no other."""
        results = self.read_each(articles)
        return [r if isinstance(r, Exception) else r.events for r in results]

    def read_each(self, articles: Sequence[Article]) -> list[Reading | Exception]:
        """As `read`, but an article that fails stands as its exception and harms no other."""
        self._take_in_learnt()
        drafts = [_caught(self._draft, article) for article in articles]
        with self._nlp.memory_zone(), _uncollected():
            parsed = self._parsed(drafts)
            return [
                draft if isinstance(draft, Exception) else _caught(self._reading, draft, docs)
                for draft, docs in zip(drafts, parsed, strict=True)
            ]

    def _take_in_learnt(self) -> None:
        holders = self._learnt()
        if holders != self._holders:
            self._gazetteer = self._gazetteer.with_learnt(holders)
            self._holders = holders

    def _draft(self, article: Article) -> Draft:
        """Who is named in an article, and what of it is to be parsed."""
        anchor = anchors.of(article)
        issuer = naming.issuer(self._gazetteer, self._lexicon, article)
        home = issuer.code if issuer is not None else article.country
        texts = list(_texts(article, self._lexicon.classes["OPERATIVE"]))
        found = self._gazetteer.find([text for text, _ in texts], _day(anchor), home=home)
        parts = [Part(*text, named) for text, named in zip(texts, found, strict=True)]
        if not self._domestic:
            parts = list(worth_parsing(parts, issuer, self._gazetteer, self._lexicon))
        return Draft(article, anchor, issuer, parts)

    def _parsed(self, drafts: Sequence[Draft | Exception]) -> list[list[Doc]]:
        """The parsed parts of each article."""
        parts = [
            (part, number)
            for number, draft in enumerate(drafts)
            if isinstance(draft, Draft)
            for part in draft.parts
        ]
        told = pipeline.read(self._nlp, ((part.text, None) for part, _ in parts if part.parse))
        parsed: list[list[Doc]] = [[] for _ in drafts]
        for part, number in parts:
            if part.parse:
                doc, _ = next(told)
                mend(doc, self._lexicon)
            else:
                doc = Doc(self._nlp.make_doc(part.text))
            parsed[number].append(doc)
        return parsed

    def _reading(self, draft: Draft, docs: list[Doc]) -> Reading:
        pairs = zip(docs, draft.parts, strict=True)
        mentions = [self._gazetteer.place(doc, part.found) for doc, part in pairs]
        first = sum(part.start == TITLE for part in draft.parts)
        return Reading(
            self._events(draft, docs, mentions),
            sightings(self._gazetteer, docs[first:], mentions[first:], _day(draft.anchor)),
        )

    def _events(
        self, draft: Draft, docs: list[Doc], mentions: list[list[Mention]]
    ) -> tuple[Event, ...]:
        starts = [part.start for part in draft.parts]
        found = naming.named(self._lexicon, docs, mentions, starts)
        telling = Telling(self._lexicon, draft, domestic=self._domestic)
        told = self._across_borders(telling.all(docs, found))
        told = self._across_borders(self._judge(draft, told, telling.heard))
        told = dated(told, telling.heard)
        events = tuple(_event(draft.article, one, draft.anchor) for one in merge(told))
        if events and is_sport((draft.article.title or "", draft.article.text), self._lexicon):
            return ()
        return events

    def _across_borders(self, told: Iterable[Told]) -> list[Told]:
        """Without acts within one country, unless they are asked for."""
        return [act for act in told if self._domestic or not self._is_domestic(act)]

    def _is_domestic(self, told: Told) -> bool:
        codes = frozenset().union(*told.codes)
        return self._gazetteer.is_domestic(codes, fight=told.type == "ASSAULT")


def _caught(work: Callable[[*_Args], _Result], *args: *_Args) -> _Result | Exception:
    """What comes of it, or an article's own failure, handed to the caller."""
    try:
        return work(*args)
    except Exception as error:  # noqa: BLE001
        return error


@contextmanager
def _uncollected() -> Iterator[None]:
    """Put garbage collection off while a batch is read.

    Its words refer to one another, so that every round would look at all of them in vain. On dev
    coding took 1.24 times what parsing takes, without the rounds 1.18 times.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _day(anchor: Anchor | None) -> date | None:
    return anchor.day if anchor is not None else None


def _texts(article: Article, operative_verbs: frozenset[str]) -> Iterator[tuple[str, int]]:
    """The title and the paragraphs as the parser shall read them, each with its offset."""
    if article.title:
        yield _plain(article.title), TITLE
    text = _plain(article.text)
    for start, end in pipeline.paragraphs(text):
        first = start + datelines.length(text[start:end])
        yield operative.spelt(text, first, end, operative_verbs)


def _plain(text: str) -> str:
    """The text with ordinary spaces, as long as before: to the parser others are words."""
    return text.translate(_SPACES)


def _after_mark(text: str, start: int, end: int) -> int:
    """Where a quotation begins without the number of its clause, which the parser read as "We"."""
    mark = operative.MARK.match(text, start, end)
    return mark.end() if mark and mark.end() < end else start


def _event(article: Article, told: Told, anchor: Anchor | None) -> Event:
    quoted = dict.fromkeys((_after_mark(article.text, a, b), b) for a, b in told.evidence)
    evidence = tuple(Evidence(article.text[start:end], start, end) for start, end in quoted)
    return Event(
        type=told.type,
        mode=told.mode,
        actors=tuple(_party(article, n) for n in told.actors),
        recipients=tuple(_party(article, n) for n in told.recipients),
        date=told.date,
        historical=edtf.is_historical(told.date, anchor.published if anchor else None),
        confidence=round(certainty(told), 3),
        evidence=evidence,
        rule=told.label,
        contexts=told.contexts,
        accounts=told.accounts,
        signs=tuple(sign for sign in signs(told) if sign != "always"),
        location=told.location,
    )


def _party(article: Article, named: Named) -> Party:
    if named.start < 0:
        return Party(named.code, named.name, named.kind, None, named.basis)
    quote = article.text[named.start : named.end]
    mention = Evidence(quote, named.start, named.end)
    return Party(named.code, named.name, named.kind, mention, named.basis)
