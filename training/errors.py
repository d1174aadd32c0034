"""Show what a pipeline gets wrong on a treebank: error kinds by number, then sentences to read.

python -m training.errors MODEL WORK SET [SENTENCES]
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from spacy.tokens import Token
from spacy.training import Example

from training.evaluate import gold
from worker.events.language.nlp import load


def differences(example: Example) -> Iterator[tuple[Token, Token]]:
    """Yield (gold, found) words whose head or relation differ, where the words themselves agree."""
    align = example.alignment.x2y
    gold_of = {at: int(align[at][0]) for at in range(len(example.x)) if align.lengths[at] == 1}
    for token in example.x:
        if token.i not in gold_of:
            continue
        right = example.y[gold_of[token.i]]
        same_head = gold_of.get(token.head.i) == right.head.i
        if right.dep_ != "punct" and not (same_head and right.dep_ == token.dep_):
            yield right, token


def kind(right: Token, found: Token) -> str:
    """Name an error: the relations, and whether the head was right."""
    if right.dep_ == found.dep_:
        return f"{right.dep_}: wrong head"
    return f"{right.dep_} taken for {found.dep_}"


def main(model: Path, work: Path, name: str, count: int) -> None:
    """Print the error kinds of a set, then ``count`` sentences with their differences."""
    nlp = load(str(model))
    docs = gold(work, name, nlp)
    found = nlp.pipe([doc.text for doc in docs])
    examples = [Example(*pair) for pair in zip(found, docs, strict=True)]
    wrong = [(example, list(differences(example))) for example in examples]
    kinds = Counter(kind(*pair) for _, pairs in wrong for pair in pairs)
    total = sum(len(doc) for doc in docs)
    print(f"{kinds.total()} of {total} words")
    for what, times in kinds.most_common(40):
        print(f"{times:5} {what}")
    for example, pairs in wrong[:count]:
        print("\n" + example.y.text)
        for right, token in pairs:
            print(
                f"    {token.text}: {right.dep_} of {right.head.text},"
                f" found {token.dep_} of {token.head.text}"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int((*sys.argv[4:], "0")[0]))
