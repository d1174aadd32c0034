"""The contract as documents for machines: JSON Schema 2020-12, and AsyncAPI 3.

    python -m worker.stream.schema docs/contract      # or: make contract

Both are made from the models of `worker.stream.contract` alone. They promise less than the models
hold: members that they do not name may be added, as `docs/stream.md` says under versions.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from worker.stream import contract
from worker.stream.message import CONTENT_TYPE, SOURCE

VERSION = "1.1.0"
"""Of the contract; `docs/stream.md` says what its parts promise."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Kind = tuple[str, type[BaseModel], str]
"""Stream, model of `data`, and what it tells."""

MESSAGES: Mapping[str, Kind] = {
    "event.created": ("events", contract.LiveEvent, "an event that no report told before"),
    "event.updated": ("events", contract.LiveEvent, "more is known of an event"),
    "event.merged": ("events", contract.EndedEvent, "an event is another one: its successor"),
    "event.retracted": ("events", contract.EndedEvent, "no report tells an event any more"),
    "report.created": ("reports", contract.ReportData, "an article tells an event"),
    "report.updated": ("reports", contract.ReportData, "an article tells an event otherwise"),
    "report.retracted": ("reports", contract.GoneReport, "an article no longer tells an event"),
    "article.published": ("articles", contract.ArticleFate, "an article with events"),
    "article.empty": ("articles", contract.ArticleFate, "an article without events"),
    "article.duplicate": ("articles", contract.ArticleFate, "the same page, or a reprint"),
    "article.rejected": ("articles", contract.ArticleFate, "an article that cannot be read"),
    "article.dead": ("articles", contract.ArticleFate, "an article that failed too often"),
    "article.revised": ("articles", contract.RevisedArticle, "an article tells other events now"),
}

STREAMS = {
    "events": "What happened: the whole state of each event, whenever it changes.",
    "reports": "Which article tells which event, and with what words.",
    "articles": "What became of each article.",
    "dead": "Articles that were given up: a copy of their entries on `articles`.",
}

FIELDS = {
    "id": "the document's id, unique per message",
    "type": "the document's type",
    "subject": "what it is about: the event's id, or the article's",
    "plover": "PLOVER type of the event; empty on articles",
    "parties": "codes: 'IND RUS' where all act, 'RUS>IND' where one acts on another",
    "date": "when the act took place, EDTF; empty where unknown",
    "content-type": CONTENT_TYPE,
}


class _Plain(GenerateJsonSchema):
    """Nothing is ever null: what is unknown is left out."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def message_schema() -> dict[str, Any]:
    """JSON Schema of the document that stands in an entry's field `data`."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:demarche:message:{VERSION}",
        "title": "A message of Démarche",
        "description": "A CloudEvents 1.0 document in structured mode.",
        "oneOf": [{"$ref": f"#/$defs/{_title(kind)}"} for kind in MESSAGES],
        "$defs": {**_documents("#/$defs/"), **_definitions("#/$defs/{model}")},
    }


def asyncapi() -> dict[str, Any]:
    """AsyncAPI document of the four streams."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Démarche",
            "version": VERSION,
            "description": "Diplomatic events from the world's news, as Redis Streams.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {stream: _channel(stream) for stream in STREAMS},
        "operations": {f"publish-{stream}": _operation(stream) for stream in STREAMS},
        "components": {
            "messages": {_title(kind): _message(kind) for kind in MESSAGES},
            "schemas": {
                "Fields": _fields(),
                **_documents("#/components/schemas/"),
                **_definitions("#/components/schemas/{model}"),
            },
        },
    }


def documents() -> dict[str, str]:
    """File name → text of everything that is generated."""
    return {
        "message.schema.json": _text(message_schema()),
        "asyncapi.json": _text(asyncapi()),
    }


def _documents(ref: str) -> dict[str, Any]:
    return {_title(kind): _document(kind, ref) for kind in MESSAGES}


def _document(kind: str, ref: str) -> dict[str, Any]:
    _, model, told = MESSAGES[kind]
    text = {"type": "string", "minLength": 1}
    return {
        "type": "object",
        "description": told,
        "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": text,
            "source": {"const": SOURCE},
            "type": {"const": f"demarche.{kind}"},
            "subject": text,
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "data": {"$ref": f"{ref}{model.__name__}"},
        },
    }


def _definitions(template: str) -> dict[str, Any]:
    models: list[Any] = sorted({model for _, model, _ in MESSAGES.values()}, key=str)
    _, found = models_json_schema(
        [(model, "serialization") for model in models],
        ref_template=template,
        schema_generator=_Plain,
    )
    definitions: dict[str, Any] = found["$defs"]
    for definition in definitions.values():
        _describe(definition)
    return definitions


def _describe(definition: dict[str, Any]) -> None:
    """Take a docstring's attributes apart: each member gets its own description."""
    definition.pop("additionalProperties", None)
    text, _, attributes = definition.get("description", "").partition("\n\nAttributes:\n")
    told = dict(_attributes(attributes))
    definition["description"] = re.sub(r"\s+", " ", text)
    for name, member in definition.get("properties", {}).items():
        member.pop("title", None)
        if name in told:
            member["description"] = told[name]


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    for entry in re.split(r"\n(?= {4}\S)", f"\n{text}"):
        names, _, told = entry.strip().partition(": ")
        for name in names.split(", "):
            yield name, re.sub(r"\s+", " ", told)


def _channel(stream: str) -> dict[str, Any]:
    kinds = [kind for kind, (home, _, _) in MESSAGES.items() if home == stream]
    kinds = kinds or ["article.dead"]
    return {
        "address": f"{{prefix}}:{stream}",
        "description": STREAMS[stream],
        "parameters": {"prefix": {"default": "demarche", "description": "DEMARCHE_PREFIX"}},
        "messages": {
            _title(kind): {"$ref": f"#/components/messages/{_title(kind)}"} for kind in kinds
        },
    }


def _operation(stream: str) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{stream}"},
        "summary": STREAMS[stream],
    }


def _message(kind: str) -> dict[str, Any]:
    return {
        "name": f"demarche.{kind}",
        "summary": MESSAGES[kind][2],
        "contentType": CONTENT_TYPE,
        "headers": {"$ref": "#/components/schemas/Fields"},
        "payload": {"$ref": f"#/components/schemas/{_title(kind)}"},
    }


def _fields() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "The entry's other fields, for routing; the document stands in `data`.",
        "required": list(FIELDS),
        "properties": {
            name: {"type": "string", "description": told} for name, told in FIELDS.items()
        },
    }


def _title(kind: str) -> str:
    """``event.created`` → ``EventCreated``."""
    return "".join(word.capitalize() for word in kind.split("."))


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (folder / name).write_text(text, "utf-8")
