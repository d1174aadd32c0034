"""Whether messages keep the contract: its published schema, and the models it was made from."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import TypeAdapter
from redis import Redis

from worker.stream.message import CONTENT_TYPE, SOURCE
from worker.stream.publish import STREAMS
from worker.stream.schema import DIALECT, FIELDS, MESSAGES, message_schema

OURS = f'"source":"{SOURCE}"'
MOST = 100
"""Messages of one stream that are held against the schema; of more, as many evenly spaced ones."""


def check(redis_url: str) -> int:
    """Hold every message on every stream of ours against the contract; return how many."""
    client = Redis.from_url(redis_url, decode_responses=True)
    count = 0
    for key in client.scan_iter(_type="stream"):
        if key.rpartition(":")[2] in STREAMS:
            entries = [fields for _, fields in client.xrange(key) if OURS in fields.get("data", "")]
            for number, fields in enumerate(entries):
                check_entry(fields, whole=number % (len(entries) // MOST + 1) == 0)
            count += len(entries)
    return count


def check_entry(fields: dict[str, str], *, whole: bool = True) -> None:
    """Hold one entry against models and, where it is asked for, against the schema too."""
    assert list(fields) == [*FIELDS, "data"]
    assert fields["content-type"] == CONTENT_TYPE
    document = json.loads(fields["data"])
    assert [document[name] for name in ("id", "type", "subject")] == list(fields.values())[:3]
    kind = fields["type"].removeprefix("demarche.")
    _adapter(kind).validate_python(document["data"])
    assert "null" not in (str(value) for value in _leaves(document))
    if whole:
        errors = [error.message for error in _validator(kind).iter_errors(document)]
        assert not errors, (errors, document)


def _leaves(value: Any) -> Any:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    else:
        yield "null" if value is None else value


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(MESSAGES[kind][1])


@cache
def _validator(kind: str) -> Draft202012Validator:
    title = "".join(word.capitalize() for word in kind.split("."))
    schema = {"$schema": DIALECT, "$ref": f"#/$defs/{title}", "$defs": message_schema()["$defs"]}
    return Draft202012Validator(schema)
