"""Code labelled sentences one by one and print how many of their acts are found.

    python benchmarks/sentences.py FILE_OR_FOLDER … [--types TYPE,TYPE] [--misses]

A file holds one sentence a line: type, mode, and the sentence with its actor and its recipient
marked, separated by tabs:

    REQUEST⇥yield⇥[A: Norway] has called upon [B: Myanmar] to end its offensive.

Type NONE means that the sentence tells no act of A towards B. Without marks only the type counts.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from worker.events import plover
from worker.events.extract import Coder
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.model import Article, Event, Party

DAY = date(2024, 1, 15)
_MARK = re.compile(r"\[([AB]): ?([^\]]*)\]")


@dataclass(frozen=True)
class Sentence:
    """One labelled sentence; `places` are the offsets of its actors ("A") and recipients ("B")."""

    type: str
    mode: str
    text: str
    places: dict[str, list[tuple[int, int]]]


@dataclass
class Row:
    """Counts of one type: sentences, the type found, with its parties, with its mode."""

    sentences: int = 0
    typed: int = 0
    found: int = 0
    moded: int = 0
    modes: int = 0
    wrong: list[str] = field(default_factory=list)


def read(paths: Iterable[Path]) -> Iterator[Sentence]:
    for path in paths:
        files = sorted(path.glob("**/*.tsv")) if path.is_dir() else [path]
        for line in (line for f in files for line in f.read_text(encoding="utf-8").splitlines()):
            parts = line.split("\t")
            if len(parts) >= 3 and (parts[0] == "NONE" or parts[0] in plover.types()):
                yield unmarked(parts[0], parts[1], parts[2])


def unmarked(kind: str, mode: str, marked: str) -> Sentence:
    """The sentence without its marks, and where they stood."""
    text, last = "", 0
    places: dict[str, list[tuple[int, int]]] = {"A": [], "B": []}
    for mark in _MARK.finditer(marked):
        text += marked[last : mark.start()]
        places[mark[1]].append((len(text), len(text) + len(mark[2])))
        text += mark[2]
        last = mark.end()
    return Sentence(kind, mode.strip(" -"), text + marked[last:], places)


class Judge:
    """Says whether an event is the one that a sentence is labelled with."""

    def __init__(self, gazetteer: Gazetteer, sentence: Sentence) -> None:
        self._sentence = sentence
        self._codes: dict[str, set[str]] = {"A": set(), "B": set()}
        for named in gazetteer.find([sentence.text], DAY)[0]:
            for role, spans in sentence.places.items():
                if _overlap((named.start, named.end), spans):
                    self._codes[role].add(named.code)

    def has_parties(self, event: Event) -> bool:
        ways = [(event.actors, event.recipients)]
        if not event.recipients:
            ways.append((event.actors, event.actors))
        if event.type == "CONSULT":
            ways.append((event.recipients, event.actors))
        return any(self._stands("A", a) and self._stands("B", b) for a, b in ways)

    def _stands(self, role: str, parties: tuple[Party, ...]) -> bool:
        spans = self._sentence.places[role]
        if not spans:
            return True
        return any(
            p.code in self._codes[role]
            or (p.mention is not None and _overlap((p.mention.start, p.mention.end), spans))
            for p in parties
        )


def _overlap(one: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(one[0] < end and start < one[1] for start, end in others)


def line(event: Event) -> str:
    actors, recipients = (
        "+".join(p.code for p in parties) for parties in (event.actors, event.recipients)
    )
    return f"{event.type} {event.mode or '-'} {actors}>{recipients} {event.rule}"


def score(coder: Coder, gazetteer: Gazetteer, sentences: list[Sentence]) -> dict[str, Row]:
    articles = [Article(str(n), s.text, published=DAY) for n, s in enumerate(sentences)]
    rows: dict[str, Row] = defaultdict(Row)
    for one, events in zip(sentences, coder.code(articles), strict=True):
        judge, row = Judge(gazetteer, one), rows[one.type]
        between = [e for e in events if judge.has_parties(e)]
        hits = [e for e in between if one.type in (e.type, "NONE")]
        row.sentences += 1
        row.typed += any(e.type == one.type for e in events)
        row.found += bool(hits)
        if one.mode and hits:
            row.modes += 1
            row.moded += any(e.mode == one.mode for e in hits)
        right = (
            not hits if one.type == "NONE" else any(e.mode == (one.mode or e.mode) for e in hits)
        )
        if not right:
            got = "; ".join(map(line, events)) or "nothing"
            row.wrong.append(f"{one.type} {one.mode}: {one.text}\n      {got}")
    return rows


def table(rows: dict[str, Row]) -> None:
    kinds = {k: r for k, r in sorted(rows.items()) if k != "NONE"}
    total = Row(
        *(sum(getattr(r, f) for r in kinds.values()) for f in list(Row.__annotations__)[:5])
    )
    for kind, row in [*kinds.items(), ("all", total)]:
        n = max(1, row.sentences)
        print(
            f"  {kind:10} {row.sentences:5}  type {row.typed / n:.2f}"
            f"  with parties {row.found / n:.2f}  mode {row.moded / max(1, row.modes):.2f}"
        )
    if none := rows.get("NONE"):
        print(f"  NONE       {none.sentences:5}  wrongly coded {none.found / none.sentences:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--types", help="only these, separated by commas")
    parser.add_argument(
        "--misses", action="store_true", help="print what was not found as labelled"
    )
    options = parser.parse_args()
    wanted = set(options.types.split(",")) if options.types else None
    sentences = [s for s in read(options.paths) if wanted is None or s.type in wanted]
    if not sentences:
        raise SystemExit("No labelled sentence of these types in these files.")
    gazetteer = Gazetteer.load()
    rows = score(Coder(load(), gazetteer), gazetteer, sentences)
    table(rows)
    if options.misses:
        for kind in sorted(rows):
            print(*rows[kind].wrong, sep="\n")


if __name__ == "__main__":
    main()
