"""Mix training sets: a set that is named twice weighs twice.

python -m training.mix OUT SET [SET ...]
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import spacy
from spacy.tokens import DocBin

SEED = 20260103


def main(out: Path, sets: list[Path]) -> None:
    """Write the sentences of all sets to ``out``, shuffled."""
    vocab = spacy.blank("en").vocab
    docs = [doc for path in sets for doc in DocBin().from_disk(path).get_docs(vocab)]
    random.Random(SEED).shuffle(docs)
    DocBin(docs=docs, store_user_data=False).to_disk(out)
    print(len(docs))


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(arg) for arg in sys.argv[2:]])
