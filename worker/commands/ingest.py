"""What `demarche ingest` does: documents from outside go through the running service.

They enter the ledger beside what the feeds bring, so they have the same fates, are published once,
and are told from reprints like all others. The scheduler hands them to the extractors.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from datetime import time as clock
from pathlib import Path
from typing import TextIO

from redis.exceptions import RedisError

from worker import wiring
from worker.articles.given import FEED, TEXT
from worker.articles.links import clean_url
from worker.commands import records
from worker.commands.documents import Document, Sources, lines
from worker.commands.reading import line_of, sentence
from worker.errors import ConfigError, Rejected, Transient
from worker.feeds import seeds
from worker.ledger.redis import RedisLedger
from worker.model import Entry, Fate, Feed, Page, article_id
from worker.service import health, redis_server
from worker.settings import Settings
from worker.stream.read import Reader

LOOK_EVERY = 0.3  # seconds between two looks at what has become of them
_KEYS = ("text", "html", "path", "url")
_WORKERS = ("scheduler", "extractor")


@dataclass
class Intake:
    """One run: documents in, a line of JSON out for each that has its fate.

    Attributes:
        wait: whether to wait for the fates; else it ends once all are taken in.
    """

    settings: Settings
    out: TextIO
    err: TextIO
    wait: bool = True
    _open: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)

    def files(self, paths: Sequence[str]) -> bool:
        """Take in pages, files or addresses; True where each could be read and has its fate.

        Raises:
            ConfigError: Redis cannot be reached.
        """
        documents = (Document({"page": path}, path) for path in paths)
        return self._run(documents, None)

    def lines(self, file: str) -> bool:
        """Take in lines of JSON: ``{"id", "url", "text" or "html" or "path", …}``; as `files`.

        Raises:
            ConfigError: the file cannot be read, or Redis cannot be reached.
        """
        beside = None if file == "-" else Path(file).parent
        return self._run(lines(file, keys=_KEYS), beside)

    def _run(self, documents: Iterable[Document], beside: Path | None) -> bool:
        redis_server.check(self.settings.redis)
        ledger, reader = wiring.ledger(self.settings), wiring.reader(self.settings)
        try:
            with Sources(self.settings, beside=beside) as sources:
                for document in documents:
                    self._take(document, sources, ledger)
                    if len(self._open) >= self._most and not self._settle(reader, self._most // 2):
                        break
            if self.wait:
                self._settle(reader, 0)
        except RedisError as error:
            where = redis_server.public(self.settings.redis)
            raise ConfigError(f"Redis at {where} went away: {error}.") from None
        return self._summary()

    @property
    def _most(self) -> int:
        """Documents under way at once: what the queues take."""
        return self.settings.queue_high_water * self.settings.batch_size

    def _take(self, document: Document, sources: Sources, ledger: RedisLedger) -> None:
        try:
            feed, page, entry = _described(document, sources)
            claim = article_id(entry.url)
            new = ledger.bring(claim, page, entry, feed, time.time())
        except ConfigError as error:
            self._tell({**document.head, "fate": None, "error": str(error)}, "unreadable")
        except (Rejected, Transient) as error:
            told = {"fate": None, "reason": error.reason, "error": sentence(error)}
            self._tell({**document.head, **told}, "unreadable")
        else:
            line = {**document.head, "article": claim, "seen": not new}
            self._open.setdefault(claim, []).append(line)

    def _tell(self, line: dict[str, object], kind: str) -> None:
        self._counts[kind] += 1
        self.out.write(line_of(line))
        self.out.flush()

    def _settle(self, reader: Reader, least: int) -> bool:
        """Wait until no more than so many are without a fate; False where nobody works on them."""
        while True:
            for claim, fate in reader.fates(list(self._open)).items():
                self._end(claim, fate)
            if len(self._open) <= least:
                return True
            if missing := self._missing():
                self.err.write(f"demarche: nobody works on them: no sign of life of {missing}.\n")
                return False
            time.sleep(LOOK_EVERY)

    def _end(self, claim: str, fate: Fate) -> None:
        told = {"fate": fate.kind, "reason": fate.reason, "copy_of": fate.copy_of}
        for line in self._open.pop(claim):
            self._tell({**line, **told}, fate.kind)

    def _missing(self) -> str:
        found = health.check(self.settings, _WORKERS)
        return " and ".join(finding.role for finding in found if not finding.alive)

    def _summary(self) -> bool:
        total = sum(self._counts.values()) + len(self._open)
        if self._open:
            self._counts["under way"] = len(self._open)
        ranked = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        sums = ", ".join(f"{count} {kind}" for kind, count in ranked)
        self.err.write(f"{total} documents: {sums or 'none'}.\n")
        return not self._counts["unreadable"] and not (self.wait and self._open)


def _described(document: Document, sources: Sources) -> tuple[Feed, Page, Entry]:
    """Who speaks, the document, and what is said of it.

    Raises:
        ConfigError: something is said of it that cannot be.
        Rejected, Transient: it cannot be had.
    """
    if document.error:
        raise ConfigError(document.error)
    told, where = document.told, f"the line of {document.head.get('id')!r}"
    title, published, text = (
        records.text_of(dict(told), key, where) for key in ("title", "published", "text")
    )
    when = _moment(published, f'"published" in {where}') if published else None
    page = _page(document, text, sources)
    url = _identity(document, page)
    entry = Entry(url, title=title, published=when)
    return _feed(document, where), Page(url, 200, page.headers, page.body, page.fetched), entry


def _moment(text: str, where: str) -> datetime:
    """A time; a day as its midnight without a zone."""
    when = records.day(text, where)
    return when if isinstance(when, datetime) else datetime.combine(when, clock())


def _feed(document: Document, where: str) -> Feed:
    keys = ("outlet", "country", "language", "official")
    known = {key: document.told[key] for key in keys if document.told.get(key) is not None}
    outlet = str(known.get("outlet") or "")
    described = {"url": "https://ingest.invalid/", "outlet": "-", **known}
    feed = seeds.described(described, where)
    return Feed(FEED + outlet, outlet, feed.country, feed.language, feed.official)


def _page(document: Document, text: str | None, sources: Sources) -> Page:
    if text is None:
        return sources.page(document)
    body = text.encode("utf-8", "replace")
    return Page("", 200, {"content-type": TEXT}, body, datetime.now(UTC))


def _identity(document: Document, page: Page) -> str:
    """The address where it stood; else a name by its id, or by its content."""
    for url in (document.url, page.url):
        if url and url.lower().startswith(("http://", "https://")):
            return clean_url(url)
    name = document.head.get("id")
    if isinstance(name, str | int):
        return f"{FEED}{name}"
    return f"{FEED}{hashlib.sha256(page.body).hexdigest()[:32]}"
