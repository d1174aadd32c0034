"""Reports as messages: CloudEvents 1.0 documents in structured mode, and the fields beside them.

`docs/stream.md` is the contract for readers who never see this code. What is only known at the
moment of publishing (which revision this is, how many outlets reported it) is filled in by
`publish.lua` in the same atomic step that counts it: the documents built here carry *slots* for
it. A slot is a name between two U+0001 characters, which JSON can never contain unescaped, so no
text of an article can forge one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from worker.model import Article, Event, Evidence, Feed, Party, Report

CONTENT_TYPE = "application/cloudevents+json"
SOURCE = "/demarche"


def slot(name: str) -> str:
    """Return the mark that `publish.lua` replaces by the value of that name."""
    return f"\x01{name}\x01"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Coding(_Model):
    """What the ontologies say of a type and mode.

    Attributes:
        quad: 1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict.
        cameo: CAMEO code, for users of GDELT and ICEWS.
        plover_score: PLOVER's intensity, −10 … +10 (ACCUSE is −3; the draft prints +3).
        goldstein: Goldstein scale of the CAMEO code, −10 … +10.
    """

    quad: int = Field(ge=1, le=4)
    quad_name: str
    cameo: str | None = None
    cameo_name: str | None = None
    plover_score: float | None = None
    goldstein: float | None = None


class Quote(_Model):
    """An exact quotation; offsets count code points of the article's text."""

    quote: str
    start: int
    end: int


class PartyData(_Model):
    """A party to the event, with the words that named it."""

    code: str
    name: str
    kind: str
    role: Literal["actor", "recipient"]
    basis: str
    mention: Quote | None = None


class ArticleData(_Model):
    """The article that reports; its text is never sent."""

    id: str
    url: str | None = None
    title: str | None = None
    outlet: str | None = None
    country: str | None = None
    language: str | None = None
    authors: list[str] | None = None
    agency: str | None = None
    published: str | None = None
    published_basis: str | None = None


class EventData(_Model):
    """The whole state of an event, as one report told it.

    Attributes:
        date: EDTF, at its own precision; left out where unknown.
        confidence: probability that a careful coder would code this type and these parties.
        contexts: PLOVER's, as far as the words around the act tell.
    """

    type: str
    mode: str | None = None
    contexts: list[str] | None = None
    coding: Coding
    parties: list[PartyData]
    date: str | None = None
    historical: bool
    confidence: float
    rule: str | None = None
    report: str
    article: ArticleData
    evidence: list[Quote]
    coder: str


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a stream: routing fields and the CloudEvent; may contain slots."""

    id: str
    type: str
    subject: str
    plover: str
    parties: str
    date: str
    data: str

    def fields(self) -> list[str]:
        """Flatten to the arguments of XADD, in the contract's order."""
        return [
            *("id", self.id, "type", self.type, "subject", self.subject),
            *("plover", self.plover, "parties", self.parties, "date", self.date),
            *("content-type", CONTENT_TYPE, "data", self.data),
        ]


@dataclass(frozen=True, slots=True)
class Telling:
    """One report, ready to publish: the entry of `reports`, and that of `events`."""

    report_id: str
    event_id: str
    plover: str
    report: Message
    event: Message


def tellings(report: Report, code: Callable[[Event], Coding], coder: str, now: datetime) -> Telling:
    """Build the two messages of a report."""
    data = _event_data(report, code(report.event), coder)
    body = data.model_dump_json(exclude_none=True)[1:]  # without its opening brace
    head = f'{{"id":"{report.event_id}",'
    state = f'"revision":{slot("revision")},"state":"live","change":"{slot("change")}",'
    counts = (
        f'"corroboration":{{"reports":{slot("reports")},"outlets":{slot("outlets")},'
        f'"independent":{slot("outlets")},"first_reported":"{slot("first")}",'
        f'"last_reported":"{_time(now)}"}},'
    )
    routing = {
        "plover": report.event.type,
        "parties": _parties_field(report.event),
        "date": report.event.date or "",
    }
    return Telling(
        report_id=report.id,
        event_id=report.event_id,
        plover=report.event.type,
        report=_message(
            report.id, "demarche.report.created", report.event_id, head + body, now, routing
        ),
        event=_message(
            f"{report.event_id}.{slot('revision')}",
            f"demarche.event.{slot('change')}",
            report.event_id,
            head + state + counts + body,
            now,
            routing,
        ),
    )


def article_fate(
    article: ArticleData, events: list[str], reason: str | None, now: datetime
) -> Message:
    """Build the entry of `articles`: which fate it is, and whose copy, is filled in later."""
    body = article.model_dump_json(exclude_none=True)[:-1]
    because = f',"reason":"{reason}"' if reason else ""
    listed = ",".join(f'"{event}"' for event in events)
    data = f'{body},"fate":"{slot("fate")}"{because}{slot("copy")},"events":[{listed}]}}'
    kind = f"demarche.article.{slot('fate')}"
    routing = {"plover": "", "parties": "", "date": ""}
    return _message(f"{article.id}.fate", kind, article.id, data, now, routing)


def article_data(article: Article) -> ArticleData:
    """Describe an article without its text."""
    return ArticleData(
        id=article.id,
        url=article.url,
        title=article.title,
        outlet=article.source,
        country=article.country,
        language=article.language,
        authors=list(article.authors) or None,
        agency=article.agency,
        published=_iso(article.published),
        published_basis=article.published_basis,
    )


def unread_article(claim: str, url: str, feed: Feed) -> ArticleData:
    """Describe an article that could not be read: all that is known is its address."""
    return ArticleData(
        id=claim, url=url, outlet=feed.outlet, country=feed.country, language=feed.language
    )


def _message(
    id: str, type: str, subject: str, data: str, now: datetime, routing: Mapping[str, str]
) -> Message:
    event = (
        f'{{"specversion":"1.0","id":"{id}","source":"{SOURCE}","type":"{type}",'
        f'"subject":"{subject}","time":"{_time(now)}","datacontenttype":"application/json",'
        f'"data":{data}}}'
    )
    return Message(id=id, type=type, subject=subject, data=event, **routing)


def _event_data(report: Report, coding: Coding, coder: str) -> EventData:
    event = report.event
    return EventData(
        type=event.type,
        mode=event.mode,
        contexts=list(event.contexts) or None,
        coding=coding,
        parties=[
            *(_party(party, "actor") for party in event.actors),
            *(_party(party, "recipient") for party in event.recipients),
        ],
        date=event.date,
        historical=event.historical,
        confidence=round(event.confidence, 3),
        rule=event.rule,
        report=report.id,
        article=article_data(report.article),
        evidence=[_quote(evidence) for evidence in event.evidence],
        coder=coder,
    )


def _party(party: Party, role: Literal["actor", "recipient"]) -> PartyData:
    return PartyData(
        code=party.code,
        name=party.name,
        kind=party.kind,
        role=role,
        basis=party.basis,
        mention=_quote(party.mention) if party.mention else None,
    )


def _quote(evidence: Evidence) -> Quote:
    return Quote(quote=evidence.quote, start=evidence.start, end=evidence.end)


def _parties_field(event: Event) -> str:
    """``IND RUS`` where mutual, ``RUS>IND`` where directed: codes, sorted, for routing."""
    actors = " ".join(sorted({party.code for party in event.actors}))
    recipients = " ".join(sorted({party.code for party in event.recipients}))
    return f"{actors}>{recipients}" if recipients else actors


def _iso(when: date | None) -> str | None:
    if isinstance(when, datetime):
        return _time(when)
    return when.isoformat() if when else None


def _time(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
