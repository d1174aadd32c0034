"""The gazetteer's mentions as the coder reads them: which token stands for which party."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from spacy.tokens import Doc, Token

from worker.events.parties import Gazetteer, Mention
from worker.events.phrases import Named
from worker.events.rules import Lexicon
from worker.model import Article

Placed = tuple[int, int, Named]
"""First and last token (exclusive) of a mention, and its party."""


def named(
    gazetteer: Gazetteer, lexicon: Lexicon, docs: Sequence[Doc], day: date | None, home: str | None
) -> list[list[Placed]]:
    """The parties of each paragraph of one article, in the order of their place."""
    found = gazetteer.read(docs, day, home=home)
    return [
        [p for m in mentions if (p := _placed(m, doc, lexicon))]
        for doc, mentions in zip(docs, found, strict=True)
    ]


def issuer(gazetteer: Gazetteer, lexicon: Lexicon, article: Article) -> Named | None:
    """Whose official statement an article is: its outlet's party, or what its source names."""
    if article.official and article.country:
        known = gazetteer.tables.parties.get(article.country)
        name = known.name if known is not None else article.country
        return Named(article.country, name, "state", -1, -1, "issuer")
    if not article.source:
        return None
    words = {w.lower() for w in article.source.split()}
    for found in gazetteer.find([article.source], None)[0]:
        acronym = article.source.isupper() and found.basis in ("institution", "organ")
        if found.posting or not (acronym or words & lexicon.classes["ISSUER"]):
            continue
        party = gazetteer.tables.parties[found.code]
        return Named(found.code, party.name, party.kind, -1, -1, "issuer")
    return None


def _placed(mention: Mention, doc: Doc, lexicon: Lexicon) -> Placed | None:
    if mention.posting or mention.former or mention.compound in lexicon.classes["TIED"]:
        return None
    start, end = mention.start, mention.end
    core = doc.char_span(*mention.core, alignment_mode="expand")
    if core is not None and mention.adjectival:
        start, end = core.start, core.end
    elif core is not None and mention.head_class in ("act", "thing", "place"):
        start = core.start  # "visit of President Putin": the visit is not the party
    return (
        start,
        end,
        Named(
            mention.code,
            mention.name,
            mention.kind,
            mention.start_char,
            mention.end_char,
            "office" if mention.office and not mention.person else mention.basis,
            _how(mention, doc),
            person=mention.person is not None or _is_human(mention, lexicon),
            place=mention.is_place,
        ),
    )


def _how(mention: Mention, doc: Doc) -> str:
    if mention.office or mention.person:
        return "organ"
    if mention.basis == "people" or (mention.head_class == "citizens" and not mention.adjectival):
        return "people" if _is_counted(doc[mention.end - 1]) else "direct"
    return "direct"


def _is_counted(token: Token) -> bool:
    """Whether only some of a people are meant: "two Swedes", "thousands of Iraqis"."""
    some = any(c.dep_ in ("nummod", "amod") for c in token.children)
    return some or (token.dep_ == "nmod" and token.head.lower_ != "the")


def _is_human(mention: Mention, lexicon: Lexicon) -> bool:
    if mention.office is None:
        return False
    words = mention.office.lower().replace(",", "").split()
    return any(lexicon.is_a(w, "HUMAN") for w in words)
