"""Which type of act joins two parties of a sentence: a decision that was learnt.

A small transformer has read coded stories and labelled sentences (`training/relate`). It weighs
what the rules found in an article, and what they overlooked (`worker.events.judging`); and it
answers for any two marked parties of a text:

    relater = Relater(nlp.load(), Gazetteer.load())
    ((kind, shares),) = relater.types([("Peru condemned the raid by Chad.", ((0, 4), (27, 31)))])
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
from spacy.language import Language

from worker.events.language import nlp as pipeline
from worker.events.language.parsed import Doc
from worker.events.mending import mend
from worker.events.parties import Gazetteer
from worker.events.plover import types
from worker.events.relate.encoding import Floats
from worker.events.relate.network import packaged
from worker.events.relate.reading import Spans, look
from worker.events.rules import lexicon

_BATCH = 64
_BREAKS = str.maketrans("\n\r\v\f\x85\u2028\u2029", " " * 7)  # to the parser a break is a word


class Relater:
    """Gives each pair of parties the probability of each type.

    Args:
        nlp: the pipeline of `worker.events.language.nlp`, or another one with the same labels.
        gazetteer: says of which kind the parties are.
    """

    def __init__(self, nlp: Language, gazetteer: Gazetteer) -> None:
        """Keep the two; the weights are read once per process."""
        self._nlp = nlp
        self._gazetteer = gazetteer
        self._lexicon = lexicon()
        self._network = packaged()

    def types(self, pairs: Iterable[tuple[str, Spans]]) -> Iterator[tuple[str, dict[str, float]]]:
        """The likeliest type of each pair, and the probabilities of all sixteen, in order.

        Args:
            pairs: a text, and where source and target stand in it, in code points.
        """
        lines = ((text.translate(_BREAKS), spans) for text, spans in pairs)
        while batch := list(islice(lines, _BATCH)):
            with self._nlp.memory_zone():
                told = [self._told(*read) for read in pipeline.read(self._nlp, batch)]
            yield from told

    def _told(self, doc: Doc, spans: Spans) -> tuple[str, dict[str, float]]:
        mend(doc, self._lexicon)
        passage, asked = look(doc, spans, self._gazetteer, self._lexicon)
        answers = self._network.answers([passage])
        return likeliest([a.shares for a in answers if (a.sentence, a.pair) in asked])


def likeliest(found: Iterable[Floats]) -> tuple[str, dict[str, float]]:
    """The types alone, summing to 1: whether there is an act at all is not asked.

    Args:
        found: the shares of each sentence in which the pair was asked about.
    """
    shares = np.max([np.full(len(types()), 1e-6), *found], axis=0)
    table = dict(zip(types(), (shares / shares.sum()).tolist(), strict=True))
    return max(table, key=table.__getitem__), table
