"""Work at a desk: coding texts without Redis or Celery."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import chain, islice, tee
from pathlib import Path
from typing import Any, TextIO

from redis.exceptions import RedisError

from worker import wiring
from worker.commands import records
from worker.errors import ConfigError
from worker.events.parties import Gazetteer
from worker.events.parties.people import Resolution
from worker.events.relate.reading import Spans
from worker.model import Article, Event, Evidence, OfficeHolder, Party
from worker.service import display, explaining, redis_server
from worker.settings import Settings

LONGEST = 20_000  # code points of a text with two parties; a sentence has some hundreds
BATCH = 16  # documents; larger batches are slower and take twice the memory


def code_text(
    settings: Settings,
    file: str,
    out: TextIO,
    *,
    published: str | None = None,
    source: str | None = None,
    title: str | None = None,
    explain: bool = False,
) -> None:
    """Code one plain text and print its events for a person, with their accounts if asked.

    Raises:
        ConfigError: the file cannot be read, is not UTF-8, or the date is not one.
    """
    day = records.day(published, "--published") if published else None
    article = Article(id=file, text=_read(file), title=title, published=day, source=source)
    (events,) = wiring.coder(settings).code([article])
    for event in events:
        out.writelines(
            line + "\n"
            for line in display.event_lines("demarche.event.created", _for_display(event))
        )
        if explain:
            out.writelines(line + "\n" for line in explaining.lines(_explained(event)))
    if not events:
        out.write("No diplomatic event was found.\n")


def code_lines(settings: Settings, file: str, out: TextIO, *, explain: bool = False) -> int:
    """Code a document a line, and write a line a document, in order, as each batch is done.

    With ``explain`` each event has its accounts (`worker.model.Account`).

    A document that the coder fails on gets no events and an ``error``; the others go on.

    Returns:
        How many documents failed.

    Raises:
        ConfigError: the file cannot be read, or a line is not a document.
    """
    articles = _articles(file)
    coder, failed = None, 0
    while batch := list(islice(articles, BATCH)):
        coder = coder or wiring.coder(settings)
        for article, result in zip(batch, coder.code_each(batch), strict=True):
            failed += isinstance(result, Exception)
            out.write(json.dumps(_coded(article, result, explain), ensure_ascii=False) + "\n")
        out.flush()
    return failed


def relate_lines(settings: Settings, file: str, out: TextIO, err: TextIO) -> int:
    """Say which type of act joins two parties, a pair a line, in order.

    A line that is no pair gets one sentence on ``err``; the others go on.

    Returns:
        How many lines were no pairs.

    Raises:
        ConfigError: the file cannot be read.
    """
    bad = 0

    def good() -> Iterator[tuple[Any, str, Spans]]:
        nonlocal bad
        for line, where in records.numbered(file):
            try:
                yield _pair(line, where)
            except ConfigError as error:
                bad += 1
                err.write(f"demarche: {error}\n")

    ids, pairs = tee(good())
    if first := next(pairs, None):
        relater = wiring.relater(settings)
        told = relater.types((text, spans) for _, text, spans in chain([first], pairs))
        for (key, _, _), (kind, shares) in zip(ids, told, strict=True):
            shown = {name: round(share, 6) for name, share in shares.items()}
            line = {"id": key, "type": kind, "probabilities": shown}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
        out.flush()
    return bad


def _pair(line: bytes, where: str) -> tuple[Any, str, Spans]:
    """Id, text and the two spans of a line; raises `ConfigError` with what is wrong."""
    record = records.record(line, where)
    if not isinstance(record.get("id"), str | int):
        raise ConfigError(f'{where} has no "id" that is a string or a whole number.')
    text = record.get("text")
    if not isinstance(text, str):
        raise ConfigError(f'{where} has no "text" that is a string.')
    if len(text) > LONGEST:
        raise ConfigError(f'"text" in {where} has {len(text)} characters; {LONGEST} may pass.')
    if any("\ud800" <= c <= "\udfff" for c in text + str(record["id"])):
        raise ConfigError(f"{where} holds half a character (a lone surrogate).")
    source, target = (
        _span_of(record.get(key), text, f'"{key}" in {where}')
        for key in ("source_span", "target_span")
    )
    return record["id"], text, (source, target)


def _span_of(span: object, text: str, where: str) -> tuple[int, int]:
    numbers = span if isinstance(span, list) and len(span) == 2 else []
    if not numbers or any(type(n) is not int for n in numbers):
        raise ConfigError(f"{where} is not [start, end] in whole numbers.")
    start, end = numbers
    if not 0 <= start < end <= len(text):
        raise ConfigError(
            f"{where} is [{start}, {end}], but the text goes from 0 to {len(text)} characters."
        )
    if not text[start:end].strip():
        raise ConfigError(f"{where} holds nothing but space.")
    return start, end


def parties(settings: Settings, name: str, on: str | None, out: TextIO) -> None:
    """Print what a name can mean on a day, the likeliest first, with its line of the tables.

    Where Redis can be reached, office holders who were learnt from articles are shown too.

    Raises:
        ConfigError: the day is not one.
    """
    day = records.day(on, "--on") if on else None
    found = Gazetteer.load().with_learnt(_learnt(settings)).lookup(name, day)
    if not found:
        out.write(f"No party or person of the gazetteer is called {display.clean(name)!r}.\n")
    out.writelines(display.columns([_resolution(resolution) for resolution in found]))


def _learnt(settings: Settings) -> tuple[OfficeHolder, ...]:
    try:
        redis_server.check(settings.redis)
        return wiring.officials(settings).holders(time.time())
    except (ConfigError, RedisError):  # the gazetteer needs no Redis
        return ()


def _resolution(found: Resolution) -> tuple[str, ...]:
    who = display.clean(f"{found.person}, {found.office}") if found.person else ""
    return found.code, found.name, who, _term(found), found.why, display.clean(found.source)


def _term(found: Resolution) -> str:
    """When an office was held: "2001-01-20 to 2009-01-20", "since 2025-01-20"."""
    if found.start and found.end:
        return f"{found.start} to {found.end}"
    if found.start:
        return f"since {found.start}"
    return f"until {found.end}" if found.end else ""


def _articles(file: str) -> Iterator[Article]:
    return (_article(line, where) for line, where in records.numbered(file))


def _article(line: bytes, where: str) -> Article:
    record = records.record(line, where)
    for key in ("doc_id", "text"):
        if not isinstance(record.get(key), str):
            raise ConfigError(f'{where} has no "{key}" that is a string.')
    published = records.text_of(record, "published", where)
    return Article(
        id=record["doc_id"],
        text=record["text"],
        url=records.text_of(record, "url", where),
        title=records.text_of(record, "title", where),
        published=records.day(published, f'"published" in {where}') if published else None,
        source=records.text_of(record, "source", where),
    )


def _read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{file} is not UTF-8: byte {error.object[error.start]:#04x} at {error.start}; "
            "convert it first."
        ) from None


def _coded(
    article: Article, result: tuple[Event, ...] | Exception, explain: bool
) -> dict[str, Any]:
    if isinstance(result, Exception):
        return {"doc_id": article.id, "events": [], "error": repr(result)}
    as_json = _explained if explain else _as_json
    return {"doc_id": article.id, "events": [as_json(event) for event in result]}


def _explained(event: Event) -> dict[str, Any]:
    return {**_as_json(event), "accounts": [asdict(account) for account in event.accounts]}


def _as_json(event: Event) -> dict[str, Any]:
    best = event.evidence[0] if event.evidence else None
    return {
        "type": event.type,
        "mode": event.mode,
        "contexts": list(event.contexts),
        "actors": [party.code for party in event.actors],
        "recipients": [party.code for party in event.recipients],
        "date": event.date,
        "historical": event.historical,
        "confidence": round(event.confidence, 3),
        "evidence": best.quote if best else None,
        "spans": [_span(evidence) for evidence in event.evidence],
        "parties": [
            *(_party(party, "actor") for party in event.actors),
            *(_party(party, "recipient") for party in event.recipients),
        ],
        "rule": event.rule,
    }


def _party(party: Party, role: str) -> dict[str, Any]:
    mention = {"mention": _span(party.mention)} if party.mention else {}
    return {
        "code": party.code,
        "name": party.name,
        "kind": party.kind,
        "role": role,
        "basis": party.basis,
        **mention,
    }


def _span(evidence: Evidence) -> dict[str, Any]:
    return {"quote": evidence.quote, "start": evidence.start, "end": evidence.end}


def _for_display(event: Event) -> Mapping[str, Any]:
    coded = _as_json(event)
    return {**coded, "evidence": coded["spans"]}
