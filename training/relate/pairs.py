"""Sentences with one labelled pair of parties, as the model of types reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy.language import Language

from training.relate.examples import Example
from training.relate.stories import Coded, Story
from worker.events.language import nlp as pipeline
from worker.events.mending import mend
from worker.events.parties import Gazetteer
from worker.events.relate.lines import MUTUAL, Pair
from worker.events.relate.reading import look
from worker.events.rules import Lexicon

NONE = "NONE"
"""The label of pairs that no act joins."""


def stories(
    examples: Iterable[Example], nlp: Language, gazetteer: Gazetteer, lexicon: Lexicon
) -> Iterator[tuple[Example, Story]]:
    """Each example with its story, in order; known is the truth of its pair alone.

    The other direction is known to be empty too, unless the act may be mutual.
    """
    for doc, example in pipeline.read(nlp, ((e.text, e) for e in examples)):
        mend(doc, lexicon)
        passage, asked = look(doc, example.spans, gazetteer, lexicon)
        known = set(asked)
        if example.type not in MUTUAL:
            known |= {(n, _turned(pair)) for n, pair in asked if pair[1]}
        act = Coded(
            example.type,
            None,
            frozenset(pair for _, pair in asked),
            optional=False,
            lines=frozenset(n for n, _ in asked),
            also=frozenset(),
            words={},
        )
        coded = () if example.type == NONE else (act,)
        yield example, Story(example.id, passage.lines, coded, frozenset(known))


def _turned(pair: Pair) -> Pair:
    return pair[1], pair[0]
