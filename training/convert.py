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


def paragraphs(path: Path, rng: random.Random) -> Iterator[list[treebank.Sentence]]:
    """Yield the paragraphs of a treebank, half of them spelled with curly quotes."""
    for document in treebank.documents(treebank.read(path)):
        for group in treebank.paragraphs(document, rng):
            if rng.random() < 0.5:
                yield [treebank.curly(sentence) for sentence in group]
            else:
                yield group


def main(corpora: Path, work: Path) -> None:
    """Write every set that training and evaluation read into ``work``."""
    work.mkdir(parents=True, exist_ok=True)
    vocab = spacy.blank("en").vocab
    for name, files in TREEBANKS.items():
        rng = random.Random(SEED)
        box = DocBin(store_user_data=False)
        for file in files:
            path = corpora / "treebank" / f"{file}.conllu"
            for group in paragraphs(path, rng):
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
