"""From a parsed text with two marked parties to the passage that asks about them.

The lexicon's rules are not asked: they read the text as it may stand in any article, and the model
must do without them.
"""

from __future__ import annotations

from dataclasses import replace

from worker.events.frames.triggers import Triggers
from worker.events.language.parsed import Doc, Span
from worker.events.language.tree import lemma
from worker.events.parties import Gazetteer
from worker.events.relate import sight
from worker.events.relate.lines import NOBODY, Pair, Passage
from worker.events.rules import Lexicon
from worker.events.who import naming
from worker.events.who.phrases import Named, Phrases, by_token

Spans = tuple[tuple[int, int] | None, tuple[int, int] | None]
"""First and last code point (exclusive) of source and target."""

_SOURCE, _TARGET = "A", "B"


def look(
    doc: Doc, spans: Spans, gazetteer: Gazetteer, lexicon: Lexicon
) -> tuple[Passage, list[tuple[int, Pair]]]:
    """Read a parsed text, its tree mended; say which of its pairs are asked about, and where.

    The two are parties of their own there, whoever or whatever they are.
    """
    source, target = (
        doc.char_span(*span, alignment_mode="expand") if span is not None else None
        for span in spans
    )
    marked = [(code, s) for code, s in ((_SOURCE, source), (_TARGET, target)) if s is not None]
    taken = {i for _, span in marked for i in range(span.start, span.end)}
    (found,) = naming.named(lexicon, [doc], gazetteer.read([doc], None))
    kinds = {i: named.kind for start, end, named in found for i in range(start, end)}
    named = [(s.start, s.end, _party(code, s, kinds, lexicon)) for code, s in marked]
    named += [one for one in found if taken.isdisjoint(range(one[0], one[1]))]
    phrases = Phrases(lexicon, *by_token(named), lambda *_: [], lambda *_: [])
    triggers = Triggers(lexicon, phrases)
    lines = (sight.line(s, named, phrases, triggers, None) for s in doc.sents)
    passage = Passage(0, tuple(replace(line, claims=None) for line in lines))
    codes = [code for code, _ in marked]
    pair = codes[0], codes[1] if len(codes) > 1 else NOBODY
    return passage, [(n, pair) for n in range(len(passage.lines)) if pair in passage.pairs(n)]


def _party(code: str, span: Span, kinds: dict[int, str], lexicon: Lexicon) -> Named:
    """Whatever stands in a span, as a party: of the kind of the name in it, else a group."""
    kind = next((kinds[token.i] for token in span if token.i in kinds), "group")
    human = any(lexicon.is_a(lemma(t), "HUMAN") or t.ent_type_ == "PERSON" for t in span)
    return Named(code, span.text, kind, span.start_char, span.end_char, "name", person=human)
