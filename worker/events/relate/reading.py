"""From a parsed text with two marked parties to what is seen of them.

The lexicon's rules read the text as they read an article, with two parties of their own: "A" where
the source stands, "B" where the target does, whoever or whatever they are.
"""

from __future__ import annotations

from itertools import chain

from worker.events.frames.reader import Reader
from worker.events.language.parsed import Doc, Span
from worker.events.language.tree import lemma
from worker.events.parties import Gazetteer
from worker.events.relate.features import Seen, see
from worker.events.relate.pairs import Pair
from worker.events.rules import Lexicon
from worker.events.who import naming
from worker.events.who.phrases import Named, Phrases
from worker.events.who.speech import Speech

Spans = tuple[tuple[int, int] | None, tuple[int, int] | None]
"""First and last code point (exclusive) of source and target."""


def look(
    doc: Doc, spans: Spans, gazetteer: Gazetteer, lexicon: Lexicon, *, domestic: bool = True
) -> Seen:
    """Read a parsed text, its tree mended, and say what is seen of the two parties.

    Args:
        domestic: let rules pass that ask for parties across a border.
    """
    source, target = (
        doc.char_span(*span, alignment_mode="expand") if span is not None else None
        for span in spans
    )
    (found,) = naming.named(lexicon, [doc], gazetteer.read([doc], None))
    at: dict[int, list[Named]] = {}
    posts: dict[int, list[Named]] = {}
    for start, end, named in found:
        for i in range(start, end):
            (posts if named.how == "posting" else at).setdefault(i, []).append(named)
    pair = Pair(doc, source, target, ("A", "B"), frozenset({*at, *posts}))
    for code, span in zip(pair.codes, (source, target), strict=True):
        if span is not None:
            party = _party(code, span, at, lexicon)
            at.update({token.i: [party] for token in span})
    phrases = Phrases(lexicon, at, posts, lambda *_: [], lambda *_: [])
    speech = Speech(doc, lexicon, phrases.direct)
    reader = Reader(lexicon, phrases, speech, domestic=domestic)
    acts = chain.from_iterable(reader.acts(sentence) for sentence in pair.sentences())
    return see(pair, acts, lexicon, reader.triggers)


def _party(code: str, span: Span, at: dict[int, list[Named]], lexicon: Lexicon) -> Named:
    """Whatever stands in a span, as a party: of the kind of the name in it, else a group."""
    kind = next((named.kind for token in span for named in at.get(token.i, ())), "group")
    human = any(lexicon.is_a(lemma(t), "HUMAN") or t.ent_type_ == "PERSON" for t in span)
    return Named(code, span.text, kind, span.start_char, span.end_char, "name", person=human)
