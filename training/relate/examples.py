"""Labelled sentences, and what the model sees of them.

Our own (``sentences/``), the examples of the lexicon, and those of PLOVER's manual
(``plover_gsr.jsonl``, openeventdata/PLOVER, MIT).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language

from worker.events.language.parsed import Doc
from worker.events.parties import Gazetteer
from worker.events.plover import read_tsv
from worker.events.relate.reading import Spans
from worker.events.rules import Lexicon
from worker.events.who import naming

SENTENCES = Path(__file__).parent / "sentences"
_MARK = re.compile(r"\[([AB]): ([^\[\]]*)\]")


@dataclass(frozen=True)
class Example:
    """One sentence with its two parties.

    Attributes:
        group: who wrote it: a folder of ``sentences/``, "lexicon" or "gsr".
        type: one of the sixteen, or "NONE".
        spans: where source and target stand; None where the sentence does not name one.
    """

    id: str
    group: str
    type: str
    text: str
    spans: Spans


def ours() -> Iterator[Example]:
    """The sentences of this project, ``[A: …]`` marking the source and ``[B: …]`` the target."""
    for path in sorted(SENTENCES.glob("*/*.tsv")):
        for number, row in enumerate(read_tsv(path), start=1):
            name = f"{path.parent.name}/{path.stem}/{number}"
            yield marked(name, path.parent.name, row["type"], row["sentence"])


def marked(name: str, group: str, kind: str, sentence: str) -> Example:
    """Take the marks out; raises `ValueError` unless A and B stand there once each."""
    text, spans, last = "", {}, 0
    for mark in _MARK.finditer(sentence):
        text += sentence[last : mark.start()]
        if mark[1] in spans:
            raise ValueError(f"{name} marks {mark[1]} twice.")
        spans[mark[1]] = (len(text), len(text) + len(mark[2]))
        text, last = text + mark[2], mark.end()
    if set(spans) != {"A", "B"}:
        raise ValueError(f"{name} does not mark both A and B.")
    return Example(name, group, kind, text + sentence[last:], (spans["A"], spans["B"]))


def manual(path: Path) -> Iterator[Example]:
    """Sentences of PLOVER's manual: the first actor, and the first recipient or second actor."""
    for line in path.open(encoding="utf-8"):
        row = json.loads(line)
        actors, recipients = (
            [party["actorText"] for party in row[role]] for role in ("actors", "recipients")
        )
        source = _find(row["text"], actors[0], None) if actors else None
        others = recipients or actors[1:]
        target = _find(row["text"], others[0], source) if others else None
        if source or target:
            yield Example(row["id"], "gsr", row["type"], row["text"], (source, target))


def _find(text: str, name: str, taken: tuple[int, int] | None) -> tuple[int, int] | None:
    for flags in (0, re.IGNORECASE):
        for found in re.finditer(re.escape(name), text, flags):
            start, end = found.span()
            if taken is None or end <= taken[0] or taken[1] <= start:
                return start, end
    return None


def of_lexicon(lexicon: Lexicon, gazetteer: Gazetteer, nlp: Language) -> Iterator[Example]:
    """The example sentences of the lexicon, with the parties that they expect."""
    docs = map(Doc, nlp.pipe(rule.example for rule in lexicon.rules))
    for rule, doc in zip(lexicon.rules, docs, strict=True):
        (found,) = naming.named(lexicon, [doc], gazetteer.read([doc], None))
        places: dict[str, tuple[int, int]] = {}
        for start, end, named in found:
            span = doc[start:end]
            places.setdefault(named.code, (span.start_char, span.end_char))
        codes = re.findall(r"[A-Z_]{2,}", rule.expect)
        spans = [places[code] for code in codes if code in places]
        if spans:
            both = (spans[0], spans[1] if len(spans) > 1 else None)
            yield Example(rule.id, "lexicon", rule.type, rule.example, both)
