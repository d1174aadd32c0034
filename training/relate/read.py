"""What is seen of labelled sentences, read with the packaged pipeline and kept in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spacy.language import Language

from training.relate.examples import Example
from worker.events.language import nlp as pipeline
from worker.events.mending import mend
from worker.events.parties import Gazetteer
from worker.events.relate.features import Seen
from worker.events.relate.reading import look
from worker.events.rules import Lexicon


@dataclass(frozen=True)
class Case:
    """One way of seeing one example.

    Attributes:
        views: seen as `demarche relate` reads it, and as the coder does.
    """

    example: Example
    views: tuple[Seen, Seen]


def cases(
    examples: Iterable[Example], nlp: Language, gazetteer: Gazetteer, lexicon: Lexicon
) -> Iterator[Case]:
    """Parse and look, in order."""
    pairs = ((example.text, example) for example in examples)
    for doc, example in pipeline.read(nlp, pairs):
        mend(doc, lexicon)
        wide, strict = (
            look(doc, example.spans, gazetteer, lexicon, domestic=domestic)
            for domestic in (True, False)
        )
        yield Case(example, (wide, strict))
