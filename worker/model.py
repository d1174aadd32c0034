"""The nouns, frozen. Everything that travels between two rooms is one of these.

Feed → Entry → Page → Article → Event (with its Parties and Evidence) → Report; every article ends
in one Fate. Beside its events an article yields Sightings of office holders. Times are aware
datetimes in UTC unless a field says otherwise; offsets count Unicode code points in the text they
refer to.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

FateKind = Literal["published", "empty", "duplicate", "rejected", "dead"]


@dataclass(frozen=True, slots=True)
class Feed:
    """A source of entries, as the seeds file names it.

    Attributes:
        url: where it is fetched.
        outlet: who speaks, for people: "Deutsche Welle".
        country: the outlet's country or IGO as a party code ("DEU", "EU"); None if neither.
        language: BCP 47 tag of what it carries.
        official: True where the outlet is the voice of its country or IGO (a ministry, the UN), so
            that "we" and "the Minister" in its texts mean that party.
        links: where it is no feed but a page that lists articles: CSS selector of their links.
    """

    url: str
    outlet: str
    country: str | None = None
    language: str = "en"
    official: bool = False
    links: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed: a pointer to an article, with what the feed says about it.

    Attributes:
        mark: a digest of all that the feed says of the article; another one where it says something
            else: the article may have been corrected. Empty: not known.
    """

    url: str
    title: str | None = None
    published: datetime | None = None
    summary: str | None = None
    mark: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Page:
    """One HTTP answer, decoded from its content coding and complete.

    Attributes:
        url: the address that answered, after redirects.
        status: HTTP status code; 304 comes with an empty body.
        headers: response headers, names in lower case.
        body: the content, at most the fetcher's cap of bytes.
        fetched: when the answer was complete.
        moved: the address to use from now on, where only permanent redirects (301, 308) led there.
    """

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    fetched: datetime
    moved: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A text to be coded, with what is known of where it stood.

    Attributes:
        id: see `article_id`; for texts from outside, the caller's own document id.
        published: a `datetime` where the time of day is known, else a plain `date`.
        published_basis: where that came from: "json-ld", "page", "feed", "given"; None if unknown.
        source: who speaks: the outlet's name, or the issuing body of an official statement.
        country: the outlet's own country or IGO as a party code.
        official: as `Feed.official`.
        agency: short name of the news agency that the text is credited to: "AFP".
    """

    id: str
    text: str
    url: str | None = None
    title: str | None = None
    published: date | None = None
    published_basis: str | None = None
    source: str | None = None
    country: str | None = None
    official: bool = False
    language: str = "en"
    authors: tuple[str, ...] = ()
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quotation: ``article.text[start:end] == quote``, exactly."""

    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Party:
    """Who acts or is acted upon.

    Attributes:
        code: ISO 3166-1 alpha-3 for states, the usual short name in capitals for others ("UN").
        name: the party's name for people: "India".
        kind: "state", "igo" or "group".
        mention: the words that named it in the text, and where they stand; None where it was
            inferred (the issuing body of a statement).
        basis: how the mention was resolved: "name", "demonym", "capital", "office", "person",
            "reference", "issuer", …
    """

    code: str
    name: str
    kind: str = "state"
    mention: Evidence | None = None
    basis: str = "name"


@dataclass(frozen=True, slots=True)
class Resolved:
    """How one telling of an act came to one of its parties.

    Attributes:
        role: "actor" or "recipient".
        basis: as `Party.basis`.
        mention: the words that named it here; None where it was referred to or understood.
        refers: the words that referred to it ("they"), "" where none did.
        antecedent: where the article had named what was referred to; at −1 if in the title.
        entry: file and line of the gazetteer, or "document" for whom the article introduced.
        person, office: who stood for it, as the text or the gazetteer has them.
        sector: the part of it that the words name: "government", "military" …; None where they
            name it as a whole.
    """

    role: str
    code: str
    basis: str
    mention: Evidence | None = None
    refers: str = ""
    antecedent: Evidence | None = None
    entry: str | None = None
    person: str | None = None
    office: str | None = None
    sector: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """How one place of the article came to tell an act: every step, down to a line of a data file.

    Attributes:
        rule: as `Event.rule`; ``rule_line`` is its file and line, None for what the model found.
        trigger: the word that fired.
        standing: what the clause says of it: "fact", "future", "refused" …
        evidence: the quotation.
        parties: how each was found.
        date, date_basis: what was found and how: "expression" of the sentence, "story" told before,
            "following" (told after the act), "news" (the day of publication), "announced" (a future
            act), "open".
        date_words, date_line: the expression, and its line of the grammar.
        counted_from: EDTF of publication with who says so: "2015-10 (address)".
        date_by_rule: where more spoke for another day than for that of the rules, theirs and its
            basis: "2015-10-02 (news)".
    """

    rule: str
    rule_line: str | None
    trigger: Evidence
    standing: str
    evidence: Evidence
    parties: tuple[Resolved, ...]
    date: str | None
    date_basis: str
    date_words: Evidence | None = None
    date_line: str | None = None
    counted_from: str | None = None
    date_by_rule: str | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """Where an act took place, as the text says it.

    Attributes:
        country: party code of the state; None where the place is in none.
        place: the town, where one is named.
        latitude, longitude: its degrees (WGS 84), where there is no doubt which is meant.
    """

    country: str | None = None
    place: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One diplomatic act as one article tells it, in PLOVER's terms.

    Attributes:
        type: one of PLOVER's sixteen ("CONSULT").
        mode: one of the type's modes, or None.
        actors: who started the act; everyone, where it is mutual.
        recipients: whom it is aimed at; empty where mutual or without a target.
        date: EDTF at its own precision ("2024-01-15", "2010-12", "2000"); None if unknown.
        historical: the act lies more than 30 days before publication.
        confidence: probability that a careful coder would code this type and these parties.
        evidence: the quotations that carry it, the best one first.
        rule: the line of the data files that fired, for whoever wants to know why.
        contexts: what is spoken of around it, PLOVER's names ("military", "economic").
        accounts: how each place that tells it was read, that of the best evidence first.
        signs: what the confidence rests on, as `lexicon/confidence.tsv` names it.
        location: where it took place; None where the text does not say.
    """

    type: str
    mode: str | None
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...] = ()
    date: str | None = None
    historical: bool = False
    confidence: float = 0.5
    evidence: tuple[Evidence, ...] = ()
    rule: str | None = None
    contexts: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    signs: tuple[str, ...] = ()
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """An article says which office somebody holds whom the gazetteer does not know for that day.

    Attributes:
        name: the full name as it stands there: "Sanae Takaichi".
        key: the name as the gazetteer compares names: folded, in its canonical spelling.
        code: the party for which the office is held.
        office: the office in the article's words, capitalised: "Prime Minister".
        kind: what kind of office it is: "head", "foreign", "envoy" …; wordings of one kind count
            as the same office.
        rank: 1 head of state … 6 spokesperson, as in the gazetteer's tables.
        on: the day of publication; None if unknown.
        short: the shorter form by which the article goes on, where it does: "Takaichi".
    """

    name: str
    key: str
    code: str
    office: str
    kind: str
    rank: int
    on: date | None = None
    short: str | None = None


@dataclass(frozen=True, slots=True)
class OfficeHolder:
    """Somebody whose office was learnt from articles, on its way back into the gazetteer.

    Attributes:
        name, code, office, rank: as in `Sighting`.
        since: the first day for which an article attests the office.
        until: the day up to which that may be believed; None where a person confirmed it.
        shorts: what articles call the holder for short.
        basis: where it was learnt, for people.
    """

    name: str
    code: str
    office: str
    rank: int
    since: date
    until: date | None
    shorts: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the coder makes of one article: its events, and the office holders that it names."""

    events: tuple[Event, ...] = ()
    sightings: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One article's telling of one event: what the stream carries.

    `event_id` is the identity that the event gets if no other report founded it before.
    """

    article: Article
    event: Event
    id: str = field(init=False)
    event_id: str = field(init=False)

    def __post_init__(self) -> None:
        """Derive both identities from the content alone."""
        object.__setattr__(self, "event_id", event_id(self.event, self.article.published))
        object.__setattr__(self, "id", _digest("report", self.article.id, self.event_id)[:20])


@dataclass(frozen=True, slots=True)
class Fate:
    """How an article ended: exactly one each.

    Attributes:
        kind: "published" (with events), "empty" (read, nothing to report), "duplicate" (of
            ``copy_of``), "rejected" (cannot be read, for ``reason``), "dead" (tried too often).
        based_on: the earlier article whose text a "published" or "empty" one holds, with more.
    """

    kind: FateKind
    reason: str | None = None
    copy_of: str | None = None
    based_on: str | None = None

    @property
    def independent(self) -> bool:
        """Whether it was read, and is neither a reprint nor grown from an earlier article."""
        return self.kind in ("published", "empty") and self.based_on is None


def article_id(canonical_url: str) -> str:
    """Identity of an article: 32 hex digits of the SHA-256 of its canonical URL."""
    return _digest("article", canonical_url)


def event_id(event: Event, published: date | None) -> str:
    """Identity of an event: its type, parties and date, whoever reports it: 20 hex digits.

    Parties count as sets; who visits whom (CONSULT) and the mode do not enter, because outlets
    tell them differently. Only a call is told apart from a meeting. Of an old act, and of one
    without a date, the month in which it is told enters too: it may be told again when it has long
    been forgotten, and must not count its revisions from 1 under the same name.
    """
    actors = sorted({p.code for p in event.actors})
    recipients = sorted({p.code for p in event.recipients})
    if event.type == "CONSULT":
        actors, recipients = sorted({*actors, *recipients}), []
    call = "phone" if event.type == "CONSULT" and event.mode == "phone" else ""
    timeless = event.historical or event.date is None
    told = published.isoformat()[:7] if timeless and published else ""
    parts = (event.type, ",".join(actors), ",".join(recipients), event.date or "", call, told)
    return _digest("event", *parts)[:20]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
