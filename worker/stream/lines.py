"""A message as a line of JSON: what `tail`, `export` and the archive write, and `replay` reads.

A line is the CloudEvent as it stood on the stream, with the entry's id (`entry`) and its routing
fields before it. CloudEvents calls such members extension attributes.
"""

from __future__ import annotations

import json

from worker.stream.consume import Fields, Message, Unreadable, read
from worker.stream.message import CONTENT_TYPE

ROUTING = ("plover", "parties", "date")  # fields that the CloudEvent does not have itself


def to_line(message: Message) -> str:
    """Write a message on one line, without the line's end."""
    told = {"entry": message.entry}
    told |= {name: message.fields[name] for name in ROUTING if name in message.fields}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))[:-1] + "," + (
        message.fields["data"].lstrip()[1:]
    )  # fmt: skip


def from_line(line: str) -> Message:
    """Read a line back: the same entry, with the same fields.

    Raises:
        Unreadable: it is not such a line.
    """
    try:
        cloud = json.loads(line)
        entry = cloud.pop("entry")
        routing = {name: cloud.pop(name) for name in ROUTING if name in cloud}
        head = {"id": cloud["id"], "type": cloud["type"], "subject": cloud["subject"]}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"it is no line of an archive: {error!r}") from None
    data = json.dumps(cloud, ensure_ascii=False, separators=(",", ":"))
    fields: Fields = {**head, **routing, "content-type": CONTENT_TYPE, "data": data}
    return read(entry, fields)
