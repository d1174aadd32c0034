"""Acts that the rules found in stories coded by hand: right, of another type, or none.

The stories are real news that may be tuned on (part ``tune`` of ``benchmarks/voa_codings.jsonl``),
but for documents of which `training.relate.news` keeps pairs for judging. In articles the model is
asked about what the rules found and nothing else: here it learns which of it to believe.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from spacy.language import Language

from training.relate import news
from training.relate.examples import Example
from training.relate.read import Case
from worker.events import telling
from worker.events.extract import Coder
from worker.events.frames.acts import Act
from worker.events.parties import Gazetteer
from worker.events.plover import read_tsv
from worker.events.relate.doubt import Doubter
from worker.events.relate.features import Seen
from worker.events.relate.network import NONE
from worker.model import Article

CODINGS = Path(__file__).parents[2] / "benchmarks" / "voa_codings.jsonl"
GROUP = "stories"

Dyad = tuple[str, str]


def told(corpora: Path, nlp: Language, gazetteer: Gazetteer) -> Iterator[Case]:
    """What is seen of each act that the rules tell, and what the coding makes of it."""
    kept = {int(row["document"]) for row in read_tsv(news.LABELS) if row["part"] == "keep"}
    texts = news.sentences(corpora / news.RAW)
    coder = Coder(nlp, gazetteer)
    for line in CODINGS.read_text(encoding="utf-8").splitlines():
        coded = json.loads(line)
        if coded["part"] == "tune" and coded["document"] not in kept:
            yield from _of_document(coded, texts[coded["document"]], coder)


def _of_document(coded: dict[str, Any], sentences: list[str], coder: Coder) -> Iterator[Case]:
    bounds = [*coded["stories"], len(sentences)]
    for start, end in pairwise(bounds):
        events = [e for e in coded["events"] if start <= e["sentence"] < end]
        name = f"{coded['document']}-{start}"
        for number, (act, seen) in enumerate(_acts(coder, name, " ".join(sentences[start:end]))):
            kind = _kind(act, events)
            example = Example(f"{name}/{number}", GROUP, kind, "", (None, None))
            yield Case(example, (seen, seen))


def _acts(coder: Coder, name: str, text: str) -> list[tuple[Act, Seen]]:
    """The acts of a story, with what the model of types sees of each."""
    found: list[tuple[Act, Seen]] = []

    class Watching(Doubter):
        def belief(self, act: Act, acts: Sequence[Act]) -> float:
            found.append((act, self.look(act, acts)))
            return 0.5  # nobody asks how sure these events are

    telling.Doubter = Watching  # type: ignore[attr-defined,misc]
    try:
        coder.code_one(Article(name, text))
    finally:
        telling.Doubter = Doubter  # type: ignore[attr-defined,misc]
    return found


def _kind(act: Act, events: list[dict[str, Any]]) -> str:
    """The type of the coded event that an act tells: its own, else another of its parties."""
    ours = _dyads([n.code for n in act.actors], [n.code for n in act.recipients], act.type)
    same = {e["type"] for e in events if ours & _dyads(e["actors"], e["recipients"], e["type"])}
    return act.type if act.type in same else min(same, default=NONE)


def _dyads(actors: list[str], recipients: list[str], kind: str) -> set[Dyad]:
    """Who does it to whom; where all act together, or meet, in either order."""
    if recipients:
        pairs = {(a, r) for a in actors for r in recipients}
    else:
        pairs = {(a, b) for a in actors for b in actors if a != b} or {(a, "") for a in actors}
    return pairs | {(b, a) for a, b in pairs} if kind == "CONSULT" else pairs
