"""Pages as WARC files (ISO 28500), by day: written and read back. The only door to warcio.

A page is two records, each a gzip member of its own: a *metadata* record of JSON that says which
feed named it, and as what; and the *response*. Both are written in one piece and at once, so that a
process that is killed leaves at most the last page cut off.
"""

from __future__ import annotations

import io
import json
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from worker.errors import ConfigError
from worker.formats.records import entry_json, entry_of, feed_json, feed_of
from worker.model import Entry, Feed, Page

log = structlog.get_logger(__name__)

_KIND = "application/json"
_UNDONE = ("content-encoding", "content-length", "transfer-encoding")  # true of the wire alone


@dataclass(frozen=True, slots=True)
class Kept:
    """A page out of an archive, and where it was found; None where the archive is not ours."""

    page: Page
    feed: Feed | None = None
    entry: Entry | None = None


@dataclass
class PageStore:
    """Keeps pages under a folder, in one file a day and process; safe to use from many threads.

    A disk that is full, or a folder that is gone, keeps no page from being read: it is logged.
    """

    folder: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, page: Page, feed: Feed, entry: Entry) -> None:
        """Append a page to the file of the day on which it was fetched."""
        records = _records(page, feed, entry)
        try:
            with self._lock, _opened(self.path(page.fetched)) as file:
                file.write(records)
        except OSError as error:
            log.warning("page_not_archived", url=page.url, error=str(error))

    def path(self, day: datetime) -> Path:
        """Where this process keeps the pages of a day."""
        who = f"{socket.gethostname()}-{os.getpid()}"
        return self.folder / f"{day:%Y-%m-%d}" / f"demarche-{day:%Y%m%d}-{who}.warc.gz"


def read(path: Path, most: int) -> Iterator[Kept]:
    """The HTML pages of a WARC file in their order, also of one that others wrote.

    Args:
        path: the file; gzipped or not.
        most: bytes of a page; what is larger is passed over.

    Raises:
        ConfigError: the file cannot be read, or is no WARC; where it is only cut off, all that
            stands before the cut comes first.
    """
    try:
        with path.open("rb") as file:
            yield from _kept(file, most)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (ArchiveLoadFailed, EOFError, ValueError) as error:
        what = " ".join(str(error).split())[:120] or type(error).__name__
        raise ConfigError(f"{path} is no WARC file, or is damaged: {what}.") from None


def _opened(path: Path) -> Any:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("ab", buffering=0)


def _records(page: Page, feed: Feed, entry: Entry) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    when = page.fetched.isoformat().replace("+00:00", "Z")
    response = _response(writer, page, when)
    said = json.dumps({"feed": feed_json(feed), "entry": entry_json(entry)}).encode()
    metadata = writer.create_warc_record(
        page.url,
        "metadata",
        payload=io.BytesIO(said),
        length=len(said),
        warc_content_type=_KIND,
        warc_headers_dict={"WARC-Date": when, "WARC-Concurrent-To": _id(response)},
    )
    for record in (metadata, response):
        writer.write_record(record)
    return out.getvalue()


def _response(writer: WARCWriter, page: Page, when: str) -> ArcWarcRecord:
    headers = [
        (f"X-Archive-Orig-{name}" if name in _UNDONE else name, value)
        for name, value in page.headers.items()
    ]
    head = StatusAndHeaders(f"{page.status} OK", headers, protocol="HTTP/1.1")
    return writer.create_warc_record(
        page.url,
        "response",
        payload=io.BytesIO(page.body),
        length=len(page.body),
        http_headers=head,
        warc_headers_dict={"WARC-Date": when},
    )


def _kept(file: io.BufferedReader, most: int) -> Iterator[Kept]:
    said: tuple[str, Feed, Entry] | None = None
    for record in ArchiveIterator(file):
        if record.rec_type == "metadata" and record.content_type == _KIND:
            said = _said(record) or said
        elif record.rec_type == "response" and (page := _page(record, most)):
            known = said if said and said[0] == _id(record) else None
            yield Kept(page, known[1], known[2]) if known else Kept(page)


def _said(record: ArcWarcRecord) -> tuple[str, Feed, Entry] | None:
    """Which response it tells of, and what; None for JSON that is not ours."""
    whom = record.rec_headers.get_header("WARC-Concurrent-To")
    try:
        told = json.loads(record.content_stream().read())
        return whom, feed_of(told["feed"]), entry_of(told["entry"])
    except (ValueError, KeyError, TypeError):
        return None


def _page(record: ArcWarcRecord, most: int) -> Page | None:
    head = record.http_headers
    if head is None or head.get_statuscode() != "200":
        return None
    headers = {name.lower(): value for name, value in head.headers}
    if "html" not in headers.get("content-type", "html").lower():
        return None
    body = record.content_stream().read(most + 1)
    if len(body) > most:
        return None
    when = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date"))
    url = record.rec_headers.get_header("WARC-Target-URI").strip("<>")
    return Page(url, 200, headers, body, when)


def _id(record: ArcWarcRecord) -> str:
    return str(record.rec_headers.get_header("WARC-Record-ID"))
