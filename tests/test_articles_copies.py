"""Near-duplicates: reprints are found however they are cut, other stories are not."""

from __future__ import annotations

import random
import subprocess
import sys
import time
import unicodedata

import pytest

from worker.articles.copies import MAX_HASHES, containment, is_copy, sketch


class Writer:
    """Writes texts whose words are as frequent as in prose (Zipf), the same ones for a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._words = [f"w{n}" for n in range(20_000)]
        self._weights = [1 / (n + 1) for n in range(20_000)]

    def words(self, count: int) -> list[str]:
        return self._random.choices(self._words, self._weights, k=count)

    def edited(self, words: list[str], share: float) -> list[str]:
        return [w if self._random.random() > share else self.words(1)[0] for w in words]


def texts(words: list[str]) -> tuple[int, ...]:
    return sketch(" ".join(words))


SEEDS = range(40)


@pytest.mark.parametrize("length", [250, 400, 900])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_reprint_cut_to_a_third_is_found(seed, length):
    words = Writer(seed).words(length)
    assert containment(texts(words), texts(words[: length // 3])) == 1.0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_reprint_under_another_lead_is_found(seed):
    writer = Writer(seed)
    words = writer.words(500)
    assert is_copy(texts(words), texts(writer.words(60) + words[40:300]))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_reprint_lightly_edited_is_found(seed):
    writer = Writer(seed)
    words = writer.words(400)
    assert is_copy(texts(words), texts(writer.edited(words, 0.04)))


@pytest.mark.parametrize("seed", SEEDS)
def test_stories_that_share_a_quotation_are_no_copies(seed):
    writer = Writer(seed)
    quote = writer.words(50)
    one = writer.words(150) + quote + writer.words(100)
    two = writer.words(60) + quote + writer.words(130)
    assert not is_copy(texts(one), texts(two))


@pytest.mark.parametrize("seed", SEEDS)
def test_unrelated_stories_share_nothing(seed):
    writer = Writer(seed)
    assert containment(texts(writer.words(600)), texts(writer.words(600))) == 0.0


def test_it_does_not_matter_which_text_is_asked_about():
    words = Writer(1).words(600)
    whole, part = texts(words), texts(words[:200])
    assert containment(whole, part) == containment(part, whole)


SENTENCES = (
    "The foreign ministers of both countries met in the capital on Monday and agreed to reopen "
    "their embassies, which had been closed since the border clashes three years ago. A joint "
    "commission is to prepare the exchange of prisoners before the end of the month, they said."
)


@pytest.mark.parametrize(
    "variant",
    [
        SENTENCES.upper(),
        SENTENCES.replace(" ", "\n\n"),
        SENTENCES.replace(",", " —").replace(".", " !"),
        "“" + SENTENCES.replace(" and ", "   and\u00a0") + "”",
    ],
)
def test_case_punctuation_and_space_do_not_count(variant):
    assert sketch(variant) == sketch(SENTENCES)


def test_accents_composed_or_not_are_the_same():
    text = (
        "à la conférence de presse le ministre étranger a déclaré être très préoccupé par là " * 2
    )
    assert sketch(unicodedata.normalize("NFD", text)) == sketch(text)


def test_word_order_counts():
    words = Writer(2).words(300)
    assert containment(texts(words), texts(sorted(words))) == 0.0


@pytest.mark.parametrize("text", ["", "   ", "!!! ...", "Yes", "No comment."])
def test_tiny_texts_are_never_copies(text):
    assert len(sketch(text)) <= 1
    assert containment(sketch(text), sketch(text)) == 0.0


def test_a_sketch_is_sorted_bounded_and_fits_a_signed_integer():
    hashes = texts(Writer(3).words(60_000))
    assert list(hashes) == sorted(set(hashes))
    assert len(hashes) == MAX_HASHES
    assert 0 <= hashes[0] <= hashes[-1] < 2**63


def test_a_cut_sketch_is_compared_only_where_it_is_complete():
    words = Writer(4).words(60_000)
    assert containment(texts(words), texts(words[:2_000])) > 0.9
    assert containment(texts(words), texts(words[:40_000])) > 0.9


def test_a_sketch_is_the_same_in_every_process():
    code = f"from worker.articles.copies import sketch; print(sketch({SENTENCES!r}))"
    for seed in ("0", "1"):
        run = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        )
        assert run.stdout.strip() == str(sketch(SENTENCES))


def test_a_sketch_takes_about_a_millisecond():
    text = " ".join(Writer(5).words(600))
    began = time.process_time()
    for _ in range(100):
        sketch(text)
    assert time.process_time() - began < 0.5
