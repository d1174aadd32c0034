"""What of an article is worth parsing, told from its words alone.

Parsing is two thirds of the work, and what can tell no act need not be parsed:

- An act needs a party. Where nobody issues the statement, a paragraph that names nobody can tell
  only acts of those named before: it is read where a word of class TOGETHER may mean them.
- An act needs a second party, too. In an article that names one state or group alone, those lines
  of the lexicon are left that do without (`Reader.is_private`): the ones of MOBILIZE with the flag
  "alone" ("fired two missiles"), where the words that they need are there, and any line where a
  word of class ABROAD looks across the border. An organisation of states may act alone always.

- So does a paragraph that names one state or group alone where the article names more: it is not
  parsed unless one of those lines may fire, but who is named in it is noted, so that others may
  refer to them. They are a fifth of dev's words, and no event of it hangs on them.

To look for trigger words would spare nothing: of a thousand paragraphs hardly one has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from worker.events.language.lemmas import by_rule
from worker.events.parties import Gazetteer
from worker.events.parties.nouns import Found
from worker.events.rules import Lexicon, Rule
from worker.events.who.phrases import Named

_WORD = re.compile(r"[^\W\d_]+(?:[-‑][^\W\d_]+)*")
_INFLECTED = ("NNS", "VBG", "VBD")
_STOP = re.compile(r"[.!?][\"'”’)\]]*\s+[\"'“‘(\[]?[A-Z]")


@dataclass(frozen=True, slots=True)
class Part:
    """The title or a paragraph of an article, before it is parsed.

    Attributes:
        text: with ordinary spaces, its dateline off.
        start: its offset in the article; −1 for the title.
        found: who is named in it.
        skipped: about how many sentences right before it are not read.
        parse: it may tell an act; else it only names somebody.
    """

    text: str
    start: int
    found: Sequence[Found]
    skipped: int = 0
    parse: bool = True


def worth_parsing(
    parts: Iterable[Part], issuer: Named | None, gazetteer: Gazetteer, lexicon: Lexicon
) -> Iterator[Part]:
    """The parts of one article that may tell an act, introduce somebody, or name a party."""
    parts = list(parts)
    codes = {found.code for part in parts for found in part.found}
    codes |= {issuer.code} if issuer is not None else set()
    alone = _is_alone(codes, gazetteer)
    skipped = 0
    for part in parts if codes else ():
        refers = _refers(part.text, lexicon)
        lonely = issuer is None and _is_alone({f.code for f in part.found}, gazetteer)
        parse = _matters_alone(part, lexicon) or not (alone or (lonely and not refers))
        if (part.found or issuer is not None or refers) and (parse or not alone):
            yield replace(part, skipped=skipped, parse=parse)
            skipped = 0
        else:
            skipped += 1 + len(_STOP.findall(part.text))


def _is_alone(codes: set[str], gazetteer: Gazetteer) -> bool:
    """Whether one party alone is named, and needs another one to act."""
    known = gazetteer.tables.parties
    return len(codes) == 1 and all(c in known and known[c].kind != "igo" for c in codes)


def _refers(text: str, lexicon: Lexicon) -> bool:
    """Whether a word may mean several who were named before."""
    return not lexicon.classes["TOGETHER"].isdisjoint(_words(text))


def _matters_alone(part: Part, lexicon: Lexicon) -> bool:
    """Whether a part may tell an act of one party, or introduce somebody."""
    if any(f.person and (f.entry == "document" or f.basis != "person") for f in part.found):
        return True
    words = _words(part.text)
    if not lexicon.classes["ABROAD"].isdisjoint(words):
        return True
    return any(_can_fire(rule, words) for rule in lexicon.solo)


def _can_fire(rule: Rule, words: set[str]) -> bool:
    """Whether what a line needs beside its trigger is among the words."""
    needs = (need.fillers for need in rule.needs if need.fillers and not need.absent)
    return not any(fillers.isdisjoint(words) for fillers in needs)


def _words(text: str) -> set[str]:
    """The words of a text in all forms in which a table may have them."""
    return {form for word in _WORD.findall(text) for form in _forms(word)}


@lru_cache(maxsize=65536)
def _forms(word: str) -> frozenset[str]:
    regular = {by_rule(word, tag) for tag in _INFLECTED}
    return frozenset(
        form.lower() for whole in (word, *regular) for form in (whole, *_pieces(whole))
    )


def _pieces(word: str) -> list[str]:
    return re.split(r"[-‑]", word)
