"""What the script takes for a reprint is what `worker.articles.copies` calls a copy."""

from __future__ import annotations

import random

import pytest

from tests import reports
from worker.articles.copies import MIN_SHARED, THRESHOLD, is_copy, sketch
from worker.model import Article, article_id
from worker.stream.publish import StreamPublisher

WORDS = [f"word{n}" for n in range(3_000)]


def text(seed: int, shared: int, length: int) -> str:
    """So many words of a story that all tell, and others of its own."""
    own = random.Random(seed).choices(WORDS, k=length - shared)
    return " ".join(random.Random(0).choices(WORDS, k=400)[:shared] + own)


@pytest.mark.parametrize("seed", range(1, 25))
def test_script_and_module_agree(redis_url: str, seed: int) -> None:
    chance = random.Random(seed)
    first = text(-1, 400, 400)
    other = text(seed, chance.choice([0, 20, 90, 200, 380, 400]), chance.choice([400, 700, 1500]))
    one: StreamPublisher = reports.publisher(redis_url)
    one._sketch, one._copy = sketch, {"share": THRESHOLD, "least": MIN_SHARED, "copies": 60}
    fates = [
        one.publish(str(n), Article(id=article_id(str(n)), text=words), [])
        for n, words in enumerate((first, other))
    ]
    found = fates[1].kind == "duplicate" or fates[1].based_on is not None
    assert found is is_copy(sketch(first), sketch(other))
