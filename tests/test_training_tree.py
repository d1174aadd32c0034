"""The best tree over scores, against all trees there are."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from training.tree import spanning_tree


def is_tree(heads: tuple[int, ...]) -> bool:
    """Whether every word reaches the root, and one word only hangs on it."""
    if sum(head == 0 for head in heads) != 1:
        return False
    for word in range(1, len(heads) + 1):
        seen = set()
        while word and word not in seen:
            seen.add(word)
            word = heads[word - 1]
        if word:
            return False
    return True


def total(scores: np.ndarray, heads: tuple[int, ...] | list[int]) -> float:
    return float(sum(scores[word, head] for word, head in enumerate(heads, 1)))


@pytest.mark.parametrize("seed", range(40))
def test_no_tree_is_better(seed: int) -> None:
    words = 2 + seed % 4
    scores = np.random.default_rng(seed).normal(size=(words + 1, words + 1))
    trees = filter(is_tree, product(range(words + 1), repeat=words))
    best = max(total(scores, heads) for heads in trees)
    found = spanning_tree(scores)
    assert is_tree(tuple(found))
    assert total(scores, found) == pytest.approx(best)
