"""Convert the corpora to spaCy's binary format.

python -m training.convert CORPORA WORK
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import spacy
from spacy.tokens import DocBin

from training import names, treebank

SEED = 20260101
TREEBANKS = {
    "parse-train": ("ewt-train", "gum-open-train"),
    "parse-dev": ("ewt-dev", "gum-open-dev"),
}
TREEBANK_TESTS = ("ewt-test", "gum-open-test", "pud-test")
NAMES = {
    "ner-train": ("uner-ewt-train", "wikigold", "gum-open-names-train", "btc-g-news-tweets"),
    "ner-dev": ("uner-ewt-dev", "gum-open-names-dev"),
}
NAME_TESTS = ("uner-ewt-test", "gum-open-names-test", "uner-pud-news", "uner-pud-wiki", "gmb-dev")


def varied(path: Path, rng: random.Random, *, elsewhere: bool) -> Iterator[list[treebank.Sentence]]:
    """Yield the paragraphs of a treebank; for training each twice, spelled and placed anew."""
    for document in treebank.documents(treebank.read(path)):
        for moved in (False, True) if elsewhere else (False,):
            for group in treebank.paragraphs(document, rng):
                sentences = group
                if moved:
                    sentences = [treebank.elsewhere(sentence, rng) for sentence in sentences]
                if rng.random() < 0.5:
                    sentences = [treebank.curly(sentence) for sentence in sentences]
                yield sentences


def main(corpora: Path, work: Path) -> None:
    """Write every set that training and evaluation read into ``work``."""
    work.mkdir(parents=True, exist_ok=True)
    vocab = spacy.blank("en").vocab
    for name, files in TREEBANKS.items():
        rng = random.Random(SEED)
        box = DocBin(store_user_data=False)
        for file in files:
            path = corpora / "treebank" / f"{file}.conllu"
            for group in varied(path, rng, elsewhere=name.endswith("train")):
                box.add(treebank.to_doc(vocab, group))
        box.to_disk(work / f"{name}.spacy")
        print(name, len(box))
    for file in TREEBANK_TESTS:
        box = DocBin()
        for document in treebank.documents(treebank.read(corpora / "treebank" / f"{file}.conllu")):
            box.add(treebank.to_doc(vocab, document))
        box.to_disk(work / f"{file}.spacy")
    box = DocBin()
    for document in treebank.documents(treebank.read(corpora / "treebank" / "pud-test.conllu")):
        if document[0].id.startswith("n"):
            box.add(treebank.to_doc(vocab, document))
    box.to_disk(work / "pud-news.spacy")
    for name, files in {**NAMES, **{test: (test,) for test in NAME_TESTS}}.items():
        box = DocBin()
        for file in files:
            for rows in names.read(corpora / "ner" / f"{file}.iob"):
                box.add(names.to_doc(vocab, names.without_titles(rows)))
        box.to_disk(work / f"{name}.spacy")
        print(name, len(box))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
