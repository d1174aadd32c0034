"""Near-duplicates by containment, so that a reprint cut to a third is still found.

A text becomes the set of its five-word shingles; a sketch keeps those shingles whose hash is
divisible by `SCALE` (FracMinHash: Irber et al. 2022, doi:10.1101/2022.01.11.475838). Unlike a
MinHash of fixed size, such a sketch grows with its text, so |A ∩ B| / min(|A|, |B|) estimates how
much of the *smaller* text stands in the larger one, whatever their lengths.

Sketches are equal on every machine and in every release of Python: the hash is FNV-1a of the
words, mixed along the shingle, not Python's own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

WORDS = 5  # per shingle; 3 finds stock phrases ("told reporters on Monday"), 8 misses light editing
SCALE = 4  # one shingle in four is kept: see docs/ingestion.md for the measurement
MAX_HASHES = 2_000  # about 8,000 words; of a longer text the smallest hashes stand for it
MIN_SHARED = 4  # hashes that must be shared at all: one common quotation makes no reprint
THRESHOLD = 0.5  # containment from which a text is a copy: see docs/ingestion.md

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BITS = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


def sketch(text: str) -> tuple[int, ...]:
    """The kept hashes of a text, ascending, at most `MAX_HASHES`; a copy has many of them too.

    Case, punctuation, accents' spelling (NFKC) and white space do not count. Hashes are below 2⁶³,
    so that any store can hold them as integers.
    """
    words = [_word_hash(word) for word in _words(text)]
    if not words:
        return ()
    hashes = _shingles(np.array(words, dtype=np.uint64))
    kept = np.unique(hashes[hashes % np.uint64(SCALE) == 0])
    return tuple(int(value) for value in kept[:MAX_HASHES])


def containment(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    """Which share of the smaller sketch stands in the larger one: 0 to 1.

    Less than `MIN_SHARED` hashes in common count as none.
    """
    shared = len(set(a) & set(b))
    if shared < MIN_SHARED:
        return 0.0
    return shared / _comparable(a, b)


def is_copy(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """Whether one of the two texts is, for the most part, the other.

    The service decides it in `worker/stream/publish.lua`, against all texts of the last days;
    `tests/test_stream_copies.py` holds the two together.
    """
    return containment(a, b) >= THRESHOLD


def _comparable(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    """Size of the smaller sketch, counted only up to where both are complete.

    A sketch that was cut at `MAX_HASHES` holds the smallest hashes; what lies beyond its largest
    is unknown, not absent.
    """
    ends = [sketch[-1] for sketch in (a, b) if len(sketch) == MAX_HASHES]
    if not ends:
        return min(len(a), len(b))
    end = min(ends)
    return max(min(sum(h <= end for h in a), sum(h <= end for h in b)), 1)


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return _WORD.findall(folded)


@lru_cache(maxsize=100_000)
def _word_hash(word: str) -> int:
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in word.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def _shingles(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Hashes of all runs of `WORDS` words; of a shorter text, of all its words together."""
    size = min(WORDS, len(words))
    mixed = np.zeros(len(words) - size + 1, dtype=np.uint64)
    for offset in range(size):
        mixed = _mix(mixed ^ words[offset : len(words) - size + 1 + offset])
    return mixed >> np.uint64(1)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64: order within a shingle counts, and every bit depends on all."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (values ^ (values >> np.uint64(31))) & _BITS
