"""Which language an article is in: the only door to py3langid.

Measured on 490 English news texts of our own: of the first 200 characters two were taken for
another language, with .85 at most; of 400, none.
"""

from __future__ import annotations

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from worker.errors import Rejected

READ = frozenset({"en"})  # what the coder can read
_SAMPLE = 800  # characters; more tell no more
# py3langid's tables do not stay in a processor's caches beside a page: 0.5 ms an article. A text
# with so many of these words is English: others have one ("in", "to") or two of them, no more.
_ENGLISH = re.compile(r"\b(?:the|of|and|to|in|that|said)\b")
_ENOUGH, _DIFFERENT = 10, 4  # in a sample, which has 130 words
_SURE = 0.9  # probability below which what is declared counts


class Foreign(Rejected):
    """The text is in a language that the coder cannot read; ``language`` says in which."""

    def __init__(self, language: str) -> None:
        """Keep the language apart: articles are counted by it."""
        super().__init__("language", f"it is in a language that is not coded ({language})")
        self.language = language


def told(text: str, declared: str) -> str:
    """The language of a text as a BCP 47 tag; the declared one where a look at it is not sure.

    Args:
        text: the article; its middle is looked at, where names of people and places are rarer.
        declared: a tag, with or without a region; it is kept where the text agrees.
    """
    start = max(0, (len(text) - _SAMPLE) // 2)
    sample = text[start : start + _SAMPLE]
    english = _ENGLISH.findall(sample)
    if is_read(declared) and len(english) >= _ENOUGH and len(set(english)) >= _DIFFERENT:
        return declared
    found, probability = _identifier().classify(sample)
    is_other_script = len(sample.encode("utf-8", "replace")) > 1.5 * len(sample)
    is_sure = probability >= _SURE or (is_other_script and not is_read(found))
    return str(found) if is_sure and found != _primary(declared) else declared


def is_read(language: str) -> bool:
    """Whether the coder can read a language, given by its tag."""
    return _primary(language) in READ


def _primary(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].strip().lower()


def warm_up() -> None:
    """Load the model."""
    _identifier()


@cache
def _identifier() -> LanguageIdentifier:
    """The model: 0.3 s of CPU and 30 MB."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
