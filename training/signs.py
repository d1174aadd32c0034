"""Signs as the columns of a sparse matrix, for fitting how much each of them weighs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]


def frequent(rows: Iterable[Collection[str]], least: int) -> list[str]:
    """The signs that at least so many rows have, in order."""
    counts = Counter(sign for row in rows for sign in row)
    return sorted(sign for sign, count in counts.items() if count >= least)


def matrix(rows: Sequence[Collection[str]], names: Sequence[str]) -> csr_matrix:
    """(rows, names): one where a row has the sign."""
    numbers = {sign: n for n, sign in enumerate(names)}
    at = [(n, numbers[sign]) for n, row in enumerate(rows) for sign in row if sign in numbers]
    shape = len(rows), len(names)
    return csr_matrix((np.ones(len(at)), tuple(zip(*at, strict=True))), shape)
