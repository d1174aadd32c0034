"""The gazetteer's mentions as the coder reads them: which token stands for which party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from worker.events.language.parsed import Doc, Token
from worker.events.parties import Gazetteer, Mention
from worker.events.parties.sectors import sector
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named, Origin
from worker.model import Article

_HALVES = {"KOR": ("north", "PRK", "North Korea"), "PRK": ("south", "KOR", "South Korea")}
_TELLING = frozenset({"institution", "organ", "office", "metonym"})
"""Names that say themselves what they are: "the State Duma"."""

Placed = tuple[int, int, Named]
"""First and last token (exclusive) of a mention, and its party."""


def named(
    lexicon: Lexicon,
    docs: Sequence[Doc],
    mentions: Sequence[Sequence[Mention]],
    starts: Sequence[int] | None = None,
) -> list[list[Placed]]:
    """The parties of each paragraph of one article, in the order of their place.

    Args:
        starts: the offset of each paragraph, from which the origins of names are to count; of a
            negative one, that of the title, all are told at that place.
    """
    return [
        _with_halves(doc, [p for m in found if (p := _placed(m, doc, lexicon, start))])
        for doc, found, start in zip(docs, mentions, starts or [0] * len(docs), strict=True)
    ]


def _with_halves(doc: Doc, found: list[Placed]) -> list[Placed]:
    """ "North and South Korea": the first of the two is named by half its name."""
    halves = []
    for start, _, named in found:
        other = _HALVES.get(named.code)
        before = [t.lower_ for t in doc[max(0, start - 2) : start]]
        if other and before == [other[0], "and"]:
            half = doc[start - 2]
            at = (half.idx, half.idx + len(half.text))
            halves.append(
                (
                    start - 2,
                    start - 1,
                    replace(named, code=other[1], name=other[2], start=at[0], end=at[1]),
                )
            )
    return sorted([*found, *halves], key=lambda p: p[0])


def issuer(gazetteer: Gazetteer, lexicon: Lexicon, article: Article) -> Named | None:
    """Whose official statement an article is: its outlet's party, or what its source names."""
    if article.official and article.country:
        return _issuing(gazetteer, article.country, article.source)
    if not article.source:
        return None
    words = {w.lower() for w in article.source.split()}
    for found in gazetteer.find([article.source], None)[0]:
        acronym = article.source.isupper() and found.basis in ("institution", "organ")
        whole = found.core[1] - found.core[0] >= len(article.source) - len("The ")
        issues = acronym or (whole and (_is_igo(gazetteer, found.code) or found.basis == "metonym"))
        if found.posting or not (issues or words & lexicon.classes["ISSUER"]):
            continue
        return _issuing(gazetteer, found.code, article.source)
    return None


def _is_igo(gazetteer: Gazetteer, code: str) -> bool:
    party = gazetteer.tables.parties.get(code)
    return party is not None and party.kind == "igo"


def _issuing(gazetteer: Gazetteer, code: str, source: str | None) -> Named:
    """The party of a code; one that a seeds file made up stands for itself."""
    party = gazetteer.tables.parties.get(code)
    name, kind = (party.name, party.kind) if party else (code, "state")
    return Named(code, name, kind, -1, -1, "issuer", sector=sector(source or "", kind))


def _placed(mention: Mention, doc: Doc, lexicon: Lexicon, offset: int) -> Placed | None:
    if mention.former or mention.compound in lexicon.classes["TIED"]:
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
            origin=Origin(
                mention.text,
                mention.start_char + offset if offset >= 0 else offset,
                mention.entry,
                mention.person,
                mention.office,
            ),
            sector=_sector(mention),
        ),
    )


def _sector(mention: Mention) -> str | None:
    """Which part of the party its words name; a place is none."""
    if mention.is_place:
        return None
    start, end = (at - mention.start_char for at in mention.core)
    around = f"{mention.text[:start]} {mention.text[end:]}"
    words = mention.text if mention.basis in _TELLING else around
    return sector(mention.office or words, mention.kind, mention.basis)


def _how(mention: Mention, doc: Doc) -> str:
    if mention.posting:
        return "posting"
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
