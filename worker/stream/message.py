"""Reports as messages: CloudEvents 1.0 documents in structured mode, and the fields beside them.

What is only known at the moment of publishing (which event a report tells, which revision this is,
how many outlets reported it) is filled in by the scripts: `TEMPLATES` are texts in parts, with the
names of slots between them. Values are put between the parts and never looked at again, so no text
of an article can forge a slot.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from worker.model import Article, Event, Evidence, Feed, Party, Report
from worker.stream import joining
from worker.stream.contract import (
    ArticleData,
    Confidence,
    Dating,
    PartyData,
    Quote,
    Role,
    Telling,
    Versions,
)

CONTENT_TYPE = "application/cloudevents+json"
SOURCE = "/demarche"
_MANY = 3  # parties from which on reports may name some and leave others out


def _document(data: str) -> list[str]:
    """A CloudEvent with its slots, in parts: text, name of a slot, text, …; `<name>` is a slot."""
    envelope = (
        '{"specversion":"1.0","id":"<id>","source":"' + SOURCE + '","type":"demarche.<type>",'
        '"subject":"<subject>","time":"<now>","datacontenttype":"application/json",'
        '"data":' + data + "}"
    )
    return re.split(r"<([a-z]+)>", envelope)


TEMPLATES = {
    "event": _document(
        '{"id":"<subject>","revision":<revision>,"state":"<state>","change":"<change>"'
        "<reasons><successor>,<head><corroboration><rest>}"
    ),
    "report": _document('{"id":"<subject>",<head><rest>}'),
    "gone": _document(
        '{"id":"<subject>","report":"<report>","article":"<article>","reasons":["<reason>"]}'
    ),
    "fate": _document('<described><based>,"fate":"<fate>"<reason><copy>,"events":<events>}'),
    "revised": _document('<described><based>,"reason":"<reason>","events":<events>}'),
}
"""What the scripts fill in, in the same atomic step that counts it."""


def asked(report: Report, coding: str, versions: Versions, window: int) -> dict[str, Any]:
    """What the scripts need of a report: its body, and what decides which event it tells."""
    event = report.event
    parties = _parties(event)
    return {
        "id": report.id,
        "event": report.event_id,
        "type": event.type,
        "coding": coding,
        "mode": event.mode or "",
        "date": event.date or "",
        "vote": event.date or "none",
        "weight": joining.date_weight(event),
        "place": _place(event),
        "parties": _routing(event),
        "names": {p.code: f"{p.name}|{p.kind}|{p.role}" for p in parties}
        if len(parties) >= _MANY
        else {},
        "sign": joining.sign(report, _place(event), _routing(event)),
        "look": joining.look(event.date, window),
        "digest": _digest(report, parties),
        "body": _body(report, parties, versions),
    }


def article_data(article: Article) -> ArticleData:
    """Describe an article without its text."""
    when = article.published
    return ArticleData(
        id=article.id,
        url=article.url,
        title=article.title,
        outlet=article.source,
        country=article.country,
        language=article.language,
        authors=list(article.authors) or None,
        agency=article.agency,
        published=_iso(when),
        published_precision=_precision(when),
        published_basis=article.published_basis,
        hash=hashlib.sha256(article.text.encode()).hexdigest()[:32],
    )


def unread_article(claim: str, url: str, feed: Feed) -> ArticleData:
    """Describe an article that could not be read: all that is known is its address."""
    return ArticleData(
        id=claim, url=url, outlet=feed.outlet, country=feed.country, language=feed.language
    )


def opened(article: ArticleData) -> str:
    """The JSON of an article without its last brace: more members follow."""
    return _json(article)[:-1]


def stamp(when: datetime) -> str:
    """A time in UTC as RFC 3339 has it, in whole seconds."""
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _body(report: Report, parties: list[PartyData], versions: Versions) -> list[str]:
    """The report's members, `report` the first and `parties` the last, without braces, in parts.

    Between them is the slot at the end of the article: whose text it holds is found out later.
    """
    event = report.event
    telling = Telling(
        report=report.id,
        status=_status(event),
        historical=event.historical,
        contexts=list(event.contexts) or None,
        dating=_dating(event),
        confidence=Confidence(
            value=round(event.confidence, 3), calibrated=True, rests_on=list(event.signs) or None
        ),
        evidence=[_quote(evidence) for evidence in event.evidence],
        article=article_data(report.article),
        rule=event.rule,
        versions=versions,
        parties=parties,
    )
    article, whole = _json(telling.article), _json(telling)
    before, _, after = whole.partition(f'"article":{article}')
    return [f'{before[1:]}"article":{article[:-1]}', "based", "}" + after[:-1]]


def _status(event: Event) -> Any:
    ahead = event.accounts and event.accounts[0].standing == "future"
    return "announced" if ahead else "occurred"


def _dating(event: Event) -> Dating:
    account = event.accounts[0] if event.accounts else None
    lengths: Mapping[int, Any] = {10: "day", 7: "month", 4: "year"}
    words = account.date_words if account else None
    return Dating(
        date=event.date,
        precision=lengths[len(event.date)] if event.date else None,
        basis=account.date_basis if account else None,
        words=_quote(words) if words and words.start >= 0 else None,
    )


def _parties(event: Event) -> list[PartyData]:
    return [
        *(_party(event, party, "actor") for party in event.actors),
        *(_party(event, party, "recipient") for party in event.recipients),
    ]


def _party(event: Event, party: Party, role: Role) -> PartyData:
    told = [r for a in event.accounts for r in a.parties if r.code == party.code]
    who = next((r for r in told if r.person), None)
    parts = [r.sector for r in ((who,) if who else ()) + tuple(told) if r.sector]
    return PartyData(
        code=party.code,
        name=party.name,
        kind=party.kind,
        role=role,
        sector=parts[0] if parts else None,
        person=who.person if who else None,
        office=who.office if who else None,
        basis=party.basis,
        mention=_quote(party.mention) if party.mention else None,
    )


def _quote(evidence: Evidence) -> Quote:
    return Quote(quote=evidence.quote, start=evidence.start, end=evidence.end)


def _place(event: Event) -> str:
    """``RUS,Sochi,43.6,39.73``: what the scripts compare, and make `location` of."""
    where = event.location
    if where is None:
        return ""
    name = "".join(c for c in where.place or "" if c not in ",|;=")
    known = where.latitude is not None and where.longitude is not None
    at = f"{where.latitude},{where.longitude}" if known else ","
    return f"{where.country or ''},{name},{at}"


def _routing(event: Event) -> str:
    """``IND RUS`` where mutual, ``RUS>IND`` where directed: codes, sorted, for routing."""
    actors = " ".join(sorted({party.code for party in event.actors}))
    recipients = " ".join(sorted({party.code for party in event.recipients}))
    return f"{actors}>{recipients}" if recipients else actors


def _digest(report: Report, parties: list[PartyData]) -> str:
    """Of what makes a report another one: its coding, its evidence; its confidence in tenths."""
    event = report.event
    told = (
        event.mode, event.date, event.historical, _place(event), event.contexts, _status(event),
        [(p.code, p.role) for p in parties], [e.quote for e in event.evidence],
        round(event.confidence, 1), report.article.title,
    )  # fmt: skip
    digest = hashlib.sha256(repr(told).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:4]


def _precision(when: date | None) -> Any:
    if when is None:
        return None
    return "second" if isinstance(when, datetime) else "day"


def _iso(when: date | None) -> str | None:
    if isinstance(when, datetime):
        return stamp(when)
    return when.isoformat() if when else None


def _json(model: Any) -> str:
    text: str = model.model_dump_json(exclude_none=True)
    return text
