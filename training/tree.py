"""The best tree over scores of heads."""

from __future__ import annotations

import numpy as np


def spanning_tree(scores: np.ndarray) -> list[int]:
    """Return the heads of the maximum spanning tree with one root (Chu-Liu, Edmonds).

    ``scores[dependent, head]`` for words 1 … n, 0 being the root; the result is for words 1 … n.
    """
    best = None
    greedy = _spanning(scores)
    if sum(head == 0 for head in greedy[1:]) == 1:
        return greedy[1:]
    for root in np.argsort(-scores[1:, 0])[:8] + 1:
        only = scores.copy()
        only[1:, 0] = -1e6
        only[root, :] = -1e9
        only[root, 0] = scores[root, 0]
        heads = _spanning(only)
        total = sum(scores[d, h] for d, h in enumerate(heads) if d)
        if best is None or total > best[0]:
            best = total, heads
    assert best is not None
    return best[1][1:]


def _spanning(scores: np.ndarray) -> list[int]:
    scores = scores.copy()
    np.fill_diagonal(scores, -1e9)
    scores[0] = -1e9
    heads = [0, *(int(h) for h in scores[1:].argmax(1))]
    cycle = _cycle(heads)
    if not cycle:
        return heads
    inside = set(cycle)
    outside = [node for node in range(len(heads)) if node not in inside]
    new = len(outside)
    place = {node: number for number, node in enumerate(outside)}
    small = np.full((new + 1, new + 1), -1e9)
    enter, leave = {}, {}
    own = {d: scores[d, heads[d]] for d in cycle}
    for d in outside:
        small[place[d], :new] = scores[d, outside]
        leave[d] = max(cycle, key=lambda c: scores[d, c])
        small[place[d], new] = scores[d, leave[d]]
    for h in outside:
        enter[h] = max(cycle, key=lambda c: scores[c, h] - own[c])
        small[new, place[h]] = scores[enter[h], h] - own[enter[h]] + sum(own.values())
    found = _spanning(small)
    for d in outside[1:]:
        head = found[place[d]]
        heads[d] = leave[d] if head == new else outside[head]
    head = outside[found[new]]
    heads[enter[head]] = head
    return heads


def _cycle(heads: list[int]) -> list[int]:
    for start in range(1, len(heads)):
        path, node = [], start
        while node and node not in path:
            path.append(node)
            node = heads[node]
        if node:
            return path[path.index(node) :]
    return []
