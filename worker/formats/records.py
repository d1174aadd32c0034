"""Feeds and entries as JSON, for whoever keeps them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from worker.model import Entry, Feed


def feed_json(feed: Feed) -> str:
    """Write a feed; the same feed is always the same text."""
    return json.dumps(asdict(feed), sort_keys=True)


def feed_of(text: str) -> Feed:
    """Read what `feed_json` wrote."""
    return Feed(**json.loads(text))


def entry_json(entry: Entry) -> str:
    """Write an entry."""
    return json.dumps(asdict(entry), default=_iso)


def entry_of(text: str) -> Entry:
    """Read what `entry_json` wrote."""
    known: dict[str, Any] = json.loads(text)
    if known["published"]:
        known["published"] = datetime.fromisoformat(known["published"])
    return Entry(**known)


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")
