"""Find the weights of `worker/stream/joining.toml` on the tuning part of `tests/data/reports.txt`.

    python benchmarks/fit_joining.py URL      # of a Redis that may be written to

What a pair of reports shows is asked of `likeness.lua` itself, one weight after the other (a
likeness is a sum), so that nothing here decides it twice. Then each weight is moved in turn, in
steps that a person can read, as long as pairwise F0.5 of the joined reports rises: its mean over a
margin around the threshold, so that no decision hangs by a hair. Prints the weights, and how well
they do on both parts; the part that is kept for judging has no say.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from redis import Redis

from tests.reports import Told, load
from worker.model import Report
from worker.stream import joining
from worker.stream.contract import Versions
from worker.stream.message import asked
from worker.stream.publish import _source, _tables

STEPS = (0.2, -0.2, 0.6, -0.6)
MARGIN = (-0.3, -0.15, 0.0, 0.15, 0.3)
STARTS = 12
LISTS = ("firm", "loose")
SINGLE = ("words", "mode", "mode_other", "place", "place_other", "part", "coarse", "coarser")
PROBE = """
local found = {}
for i, pair in ipairs(ask.pairs) do
  local score = likeness(pair[1], sign(pair[2]), sign(pair[3]))
  found[i] = score and tostring(score) or ''
end
return found
"""
Name = tuple[str, int | None]


def names(table: dict[str, Any]) -> list[Name]:
    lists = [(key, i) for key in LISTS for i in range(len(table[key]))]
    return [*lists, *((key, None) for key in SINGLE)]


def value(table: dict[str, Any], name: Name) -> float:
    key, i = name
    return float(table[key] if i is None else table[key][i])


def only(table: dict[str, Any], name: Name | None) -> dict[str, Any]:
    """The table with all weights nought but one."""
    zero = {key: [0.0] * len(table[key]) for key in LISTS} | dict.fromkeys(SINGLE, 0.0)
    found = {**table, **zero, "undated": 0.0, "wordless": 0.0, "mode_apart": -99.0}
    if name:
        key, i = name
        found[key] = 1.0 if i is None else [float(n == i) for n in range(len(table[key]))]
    return found


def pairs_of(told: list[Told]) -> list[tuple[int, int]]:
    return [
        (one, other)
        for one, other in combinations(range(len(told)), 2)
        if told[one].event.type == told[other].event.type
    ]


def features(
    redis: Redis, told: list[Told], pairs: list[tuple[int, int]], table: dict[str, Any]
) -> NDArray[np.float64]:
    """What each pair shows of each sign, then what forbids it (−99, or nan)."""
    versions = Versions(coder="-", model="-", guide="-")
    signs = [asked(Report(one.article, one.event), "", versions, 0)["sign"] for one in told]
    request = json.dumps(
        {"article": "", "pairs": [(told[a].event.type, signs[a], signs[b]) for a, b in pairs]}
    )
    columns = []
    for name in [None, *names(table)]:
        script = _tables(only(table, name), {}) + _source("likeness") + PROBE
        answers: Any = redis.eval(script, 7, *"abcdefg", request)
        columns.append([float(answer) if answer else np.nan for answer in answers])
    found = np.array(columns).T
    found[:, 1:] -= found[:, :1]
    return np.hstack([found[:, 1:], found[:, :1]])


def joined(count: int, links: Iterator[tuple[int, int]]) -> list[int]:
    """The connected part that each report is in."""
    part = list(range(count))

    def root(n: int) -> int:
        while part[n] != n:
            n = part[n]
        return n

    for one, other in links:
        part[root(one)] = root(other)
    return [root(n) for n in range(count)]


class Judge:
    """How well weights join the reports of one part."""

    def __init__(self, redis: Redis, told: list[Told], table: dict[str, Any]) -> None:
        self.told = told
        self.pairs = pairs_of(told)
        self.shown = features(redis, told, self.pairs, table)
        acts = [one.act for one in told]
        self.wanted = {(a, b) for a, b in combinations(range(len(told)), 2) if acts[a] == acts[b]}

    def quality(self, weights: NDArray[np.float64], join: float) -> tuple[float, float]:
        """Pairwise precision and recall."""
        scores = self.shown[:, :-1] @ weights + self.shown[:, -1]
        links = (pair for pair, score in zip(self.pairs, scores, strict=True) if score >= join)
        parts = joined(len(self.told), links)
        found = {(a, b) for a, b in self.pairs if parts[a] == parts[b]}
        hits = len(found & self.wanted)
        return hits / max(1, len(found)), hits / len(self.wanted)

    def score(self, weights: NDArray[np.float64], join: float) -> float:
        found = [self.quality(weights, join + margin) for margin in MARGIN]
        return float(np.mean([1.25 * p * r / max(1e-9, 0.25 * p + r) for p, r in found]))


def sensible(table: list[Name], weights: NDArray[np.float64]) -> bool:
    """Farther days never speak more for an act than nearer ones; signs point where they should."""
    found = dict(zip(table, weights, strict=True))
    for key in LISTS:
        days = [w for (k, _), w in found.items() if k == key]
        if any(later > earlier - 0.2 for earlier, later in pairwise(days)):
            return False
    up = all(found[key, None] >= 0 for key in ("words", "mode", "place"))
    down = all(found[key, None] <= 0 for key in ("mode_other", "place_other", "part"))
    return up and down and found["loose", 0] <= found["firm", 0]


def climb(judge: Judge, table: list[Name], weights: NDArray[np.float64], join: float):
    best, rising = judge.score(weights, join), True
    while rising:
        rising = False
        for i in range(len(weights)):
            for step in STEPS:
                moved = weights.copy()
                moved[i] = round(moved[i] + step, 1)
                score = judge.score(moved, join)
                if score > best + 1e-6 and sensible(table, moved):
                    weights, best, rising = moved, score, True
    return weights


def search(judge: Judge, table: list[Name], weights: NDArray[np.float64], join: float):
    """Climb from where we stand and from places around it; the best summit, of equals the first."""
    chance = np.random.default_rng(0)
    starts = [weights]
    while len(starts) < STARTS:
        moved = np.round(weights + chance.normal(0, 0.8, len(weights)), 1)
        if sensible(table, moved):
            starts.append(moved)
    tops = [climb(judge, table, start, join) for start in starts]
    return max(tops, key=lambda top: judge.score(top, join))


def main() -> None:
    redis: Redis = Redis.from_url(sys.argv[1], decode_responses=True)
    start = joining.weights()
    reports = load()
    parts = {kept: [one for one in reports if one.kept == kept] for kept in (False, True)}
    tuning, judging = (Judge(redis, parts[kept], start) for kept in (False, True))
    table = names(start)
    weights = np.array([value(start, name) for name in table])
    join = start["join"]
    print("before", *(judge.quality(weights, join) for judge in (tuning, judging)))
    weights = search(tuning, table, weights, join)
    for name, weight in zip(table, weights, strict=True):
        print(*name, weight)
    print("after", *(judge.quality(weights, join) for judge in (tuning, judging)))


if __name__ == "__main__":
    main()
