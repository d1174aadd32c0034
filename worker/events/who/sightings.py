"""Office holders whom an article introduces and no table knows: what others may learn from it.

"Japanese Prime Minister Sanae Takaichi", "Ola Brekkvold, Norway's envoy to Cuba": a party, an
office that the tables rank, and a full name that the language model takes for a person's. The title
of an article teaches nothing (its capitals mean nothing), nor does a past office, nor words that
could mean more than one party. What was itself learnt from other articles is no sighting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from worker.events.language.parsed import Doc
from worker.events.parties import Gazetteer, Mention
from worker.events.parties.people import FOREIGN, SENIOR
from worker.events.parties.tables import Tables
from worker.model import Sighting

_LONGEST = 80
"""Characters of a name, and of an office, that is still believed to be one."""
_MINOR = 4
"""The best rank of an office that is not the party's own: "Fed chairman", "Congress leader"."""
_SMALL = frozenset(["of", "for", "the", "and", "to", "in", "on"])
_WHOLE = frozenset(["name", "demonym", "people", "capital", "office"])
"""What names a party itself, not one of its institutions or places."""


def sightings(
    gazetteer: Gazetteer,
    docs: Sequence[Doc],
    mentions: Sequence[Sequence[Mention]],
    day: date | None,
) -> tuple[Sighting, ...]:
    """What the paragraphs of one article say of people whom no table has in office on that day.

    Args:
        gazetteer: who is who.
        docs: the paragraphs, parsed, with their named entities.
        mentions: those of each paragraph, as `Gazetteer.read` gives them.
        day: the day of publication; None if unknown.
    """
    every = [m for found in mentions for m in found]
    seen: dict[tuple[str, str, str, int], Sighting] = {}
    for doc, found in zip(docs, mentions, strict=True):
        for sighting in _of_paragraph(gazetteer, doc, found, every, day):
            identity = (sighting.key, sighting.code, sighting.kind, sighting.rank)
            seen.setdefault(identity, sighting)
    return tuple(seen.values())


def _of_paragraph(
    gazetteer: Gazetteer,
    doc: Doc,
    found: Sequence[Mention],
    every: Sequence[Mention],
    day: date | None,
) -> Iterator[Sighting]:
    for mention in found:
        post = _post(gazetteer.tables, mention, _named_by(mention, found))
        name = _name(doc, mention, gazetteer, day) if post is not None else None
        if post is not None and name is not None:
            yield Sighting(
                name, gazetteer.tables.key(name), mention.code, _capitalised(mention.office or ""),
                *post, day, _short(mention, every),
            )  # fmt: skip


# Who ---------------------------------------------------------------------------------------------


def _name(doc: Doc, mention: Mention, gazetteer: Gazetteer, day: date | None) -> str | None:
    """The full name of nobody known with which a mention ends, where it has an office here."""
    tables = gazetteer.tables
    if not mention.office or not mention.person or mention.former:
        return None
    if set(mention.candidates) - {mention.code}:
        return None
    from_tables = mention.basis == "person" and mention.entry != "document"
    if from_tables or not mention.text.endswith(mention.person):
        return None
    span = doc.char_span(mention.end_char - len(mention.person), mention.end_char)
    if span is None:
        return None
    start, titles = span.start, _title_words(tables)
    while start < span.end - 1 and tables.key(doc[start].text) in titles:
        start += 1
    words = doc[start : span.end].text.split()
    name = " ".join(words)
    if len(words) < 2 or len(name) > _LONGEST or gazetteer.knows(name, day):
        return None
    return name if (start, span.end, "PERSON") in doc.ents else None


def _title_words(tables: Tables) -> frozenset[str]:
    """The words of all titles ("Major", "General"), and what is no word: hyphens, full stops."""
    return frozenset(["", *(word for title in tables.titles for word in title.split())])


def _short(mention: Mention, every: Iterable[Mention]) -> str | None:
    """The shorter form under which the article goes on."""
    for other in every:
        if other.basis == "person" and other.entry == "document" and other.person == mention.person:
            start, end = (place - other.start_char for place in other.core)
            form = other.text[start:end]
            if len(form) < len(other.person or "") and not form.isupper():
                return form
    return None


# What --------------------------------------------------------------------------------------------


def _named_by(mention: Mention, found: Sequence[Mention]) -> str:
    """What named the party: for "Sanae Takaichi, Japan's prime minister", the words behind."""
    if mention.basis != "person":
        return mention.basis
    behind = (m for m in found if m.start >= mention.end and m.office == mention.office)
    return next((m.basis for m in behind if m.code == mention.code), "name")


def _post(tables: Tables, mention: Mention, basis: str) -> tuple[str, int] | None:
    """The kind and rank of an office; None where the tables rank it not ("official", "judge")."""
    words = tables.key((mention.office or "").partition(",")[0]).split()
    for i in range(len(words)):
        wording = " ".join(words[i:])
        office = tables.offices.get(wording)
        whole = basis in _WHOLE and (i == 0 or basis == "office")
        vague = office is None or office.kind == "vice"
        if vague and mention.kind == "igo" and tables.titles.get(wording) == ("igo",):
            return "head", FOREIGN if whole else _MINOR  # "secretary general"
        if office is not None:
            best = _MINOR if not whole else SENIOR if mention.kind == "group" else 1
            return (office.kind, max(office.rank, best)) if office.rank else None
    return None


def _capitalised(office: str) -> str:
    words = office[:_LONGEST].split()
    return " ".join(w if w in _SMALL or not w.islower() else w.capitalize() for w in words)
