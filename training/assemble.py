"""Put the trained parts together into the pipeline that ships.

python -m training.assemble CORPORA PARSE NER OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

import spacy

from training import lexicon
from worker.events import boundaries, lemmas

DROPPED = ("senter", "trainable_lemmatizer")


def main(corpora: Path, parse: Path, ner: Path, out: Path) -> None:
    """Write the pipeline of ``parse``, with our lemmas and the names of ``ner``, to ``out``."""
    nlp = spacy.load(parse, exclude=DROPPED)
    nlp.add_pipe(boundaries.NAME, first=True)
    nlp.add_pipe(boundaries.JOINED, after="parser")
    words = nlp.add_pipe(lemmas.FACTORY)
    words.fill(lexicon.build(corpora))
    if ner.exists():
        nlp.add_pipe("ner", source=spacy.load(ner))
    nlp.to_disk(out)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
