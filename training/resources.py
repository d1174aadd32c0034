"""Measure speed, load time and memory of a pipeline.

    python -m training.resources speed WORK MODEL [MODEL ...]
    python -m training.resources memory CORPORA MODEL ARTICLES

Speed is words per CPU-second of this process on articles of 400 words, the best of several batch
sizes, taken in turns between the models so that a busy machine hurts all alike. Memory is the peak
resident set over many different articles, read paragraph by paragraph in `memory_zone`s.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import DocBin

from training.silver import raw_documents
from worker.events.language.nlp import load

TEXTS = ("gum-open-test", "pud-news", "ewt-test")
ARTICLE = 400
BATCHES = (8, 16, 32)
ROUNDS = 2


def articles(work: Path) -> list[str]:
    """Cut the test texts into articles of 400 words."""
    vocab = spacy.blank("en").vocab
    words = [
        token.text_with_ws if token.whitespace_ or token.i + 1 < len(doc) else token.text + " "
        for name in TEXTS
        for doc in DocBin().from_disk(work / f"{name}.spacy").get_docs(vocab)
        for token in doc
    ]
    return ["".join(words[at : at + ARTICLE]) for at in range(0, len(words) - ARTICLE, ARTICLE)]


def words_per_second(nlp: Language, texts: list[str], batch: int) -> float:
    """Read the texts once; return words per CPU-second."""
    start = time.process_time()
    with nlp.memory_zone():
        count = sum(len(doc) for doc in nlp.pipe(texts, batch_size=batch))
    return count / (time.process_time() - start)


def speed(work: Path, models: list[str]) -> None:
    """Print the best speed of each model, and its ratio to the last one's."""
    texts = articles(work)[:60]
    pipelines = {name: spacy.load(name) for name in models}  # as they are, without adapters
    best = dict.fromkeys(models, 0.0)
    for batch in BATCHES:
        for _ in range(ROUNDS):
            for name, nlp in pipelines.items():
                best[name] = max(best[name], words_per_second(nlp, texts, batch))
    for name, figure in best.items():
        print(f"{name}: {figure:,.0f} words/s, {figure / best[models[-1]]:.2f} of the last one")
    for name in models:
        print(f"{name}: loads in {load_seconds(name):.2f} s of CPU (spaCy imported before)")


def load_seconds(name: str) -> float:
    """Load in a fresh process and return the CPU seconds that it took."""
    code = (
        "import sys, time; from worker.events.language.nlp import load; t = time.process_time();"
        "load(sys.argv[1]); print(time.process_time() - t)"
    )
    run = [sys.executable, "-c", code, name]
    return min(float(subprocess.check_output(run)) for _ in range(3))


def paragraphs(corpora: Path) -> Iterator[str]:
    """Yield raw news paragraphs for ever; every round has words of its own."""
    for turn in count():
        for at, document in enumerate(raw_documents(corpora / "ner" / "gmb-train.iob")):
            for rows in document:
                yield "".join(form + " " * space for form, _, space in rows) + f" (Ref{turn}x{at}.)"


def memory(corpora: Path, model: str, number: int) -> None:
    """Read ``number`` articles of about 400 words and print the resident memory as it goes."""
    nlp = load(model)
    source = paragraphs(corpora)
    words = 0
    for at in range(1, number + 1):
        with nlp.memory_zone():
            read = 0
            for doc in nlp.pipe(islice(source, 17), batch_size=16):
                read += len(doc)
        words += read
        if at in (100, 1000) or at % 2500 == 0 or at == number:
            print(f"{at} articles, {words} words: {resident():.0f} MB, peak {peak():.0f} MB")


def resident() -> float:
    """Return the resident set in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def peak() -> float:
    """Return the peak resident set in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    if sys.argv[1] == "speed":
        speed(Path(sys.argv[2]), sys.argv[3:])
    else:
        memory(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
