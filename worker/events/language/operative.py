"""The operative clauses of a resolution, whose subject is the issuer: "3. Demands the release …".

The parser is given "We demands …" instead: as long as before, so that every offset stays true.
"""

from __future__ import annotations

import re

_ITEM = r"(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|[-–—•*▪])"
_ADVERB = r"(?:(?:Further|Also|Strongly|Again|Once again|Deeply|Solemnly|Warmly)\s+)?"
MARK = re.compile(rf"\s*(?:{_ITEM}\s+)?")
_CLAUSE = re.compile(rf"(?P<item>{_ITEM}?)(?P<space>\s*)(?P<said>{_ADVERB}[A-Za-z]+s)\s")
_ROOM = 2  # an item mark or the blank line before the paragraph: room for "We" or "I"


def spelt(text: str, start: int, end: int, verbs: frozenset[str]) -> tuple[str, int]:
    """A paragraph of a text as the parser shall read it, and the offset at which that begins.

    Args:
        verbs: what a resolution does, in the third person: "demands", "welcomes".
    """
    paragraph = text[start:end]
    match = _CLAUSE.match(paragraph)
    if match is None or match["said"].split()[-1].lower() not in verbs:
        return paragraph, start
    said = match.start("said")
    if not match["said"][0].isupper():
        return paragraph, start
    room = said if match["item"] else _ROOM
    before = text[max(0, start + said - room) : start + said]
    if len(before) < _ROOM or not (match["item"] or before.isspace()):
        return paragraph, start
    subject = "We" if room > _ROOM else "I"
    verb = paragraph[said].lower() + paragraph[said + 1 :]
    return subject.ljust(room) + verb, start + said - room
