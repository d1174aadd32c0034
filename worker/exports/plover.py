"""Events as PLOVER's JSON records, by the names of its manual's chapter "JSON Data Fields" (0.7b1).

What our messages know and the manual has no name for is left out. A date keeps its precision where
the manual asks for a day: "2010-12" stays so, and an unknown one is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worker.exports.table import sectors, sides
from worker.stream.consume import Message

CODEBOOK = "plover-base-0.7b1"


def record(message: Message) -> dict[str, Any] | None:
    """An event as a record; None where a message tells no event."""
    data = message.data
    if "corroboration" not in data:
        return None
    actors, recipients = sides(data)
    coding, versions = data["coding"], data["versions"]
    quotes = data["evidence"]
    time = message.time
    return _without_empty(
        {
            "id": message.subject,
            "has_event": True,
            "date": data.get("date"),
            "source": [_actor(party) for party in actors],
            "recipient": [_actor(party) for party in recipients],
            "event": [data["type"]],
            "event_loc": _location(data.get("location", {})),
            "event_text": [quote["quote"] for quote in quotes],
            "quad_code": coding["quad"],
            "event_scale": coding.get("plover_score"),
            "mode": data.get("mode"),
            "context": data.get("contexts"),
            "text_info": [{"start": quote["start"], "end": quote["end"]} for quote in quotes],
            "cite_info": _citation(data["article"], versions),
            "coder": f"demarche-{versions['coder']}",
            "coded_date": time[:10],
            "coded_time": time[11:],
        }
    )


def _actor(party: Mapping[str, Any]) -> dict[str, Any]:
    return _without_empty(
        {
            "code": party["code"],
            "sector": sectors().get(party.get("sector", "")),
            "actor_text": party.get("mention", {}).get("quote"),
            "identifer_text": party.get("name"),  # the manual's own spelling
            "office": party.get("office"),
        }
    )


def _location(place: Mapping[str, Any]) -> dict[str, Any]:
    return _without_empty(
        {
            "name": place.get("place"),
            "latitude": place.get("latitude"),
            "longitude": place.get("longitude"),
            "cc3": place.get("country"),
        }
    )


def _citation(article: Mapping[str, Any], versions: Mapping[str, Any]) -> dict[str, Any]:
    return _without_empty(
        {
            "citation": article["id"],
            "url": article.get("url"),
            "title": article.get("title"),
            "language": article.get("language"),
            "publication": article.get("outlet"),
            "coder": f"demarche-{versions['coder']}",
            "codebook": CODEBOOK,
        }
    )


def _without_empty(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value not in (None, [], {})}
