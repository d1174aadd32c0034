"""What an article is about, where that decides whether its acts are acts of states.

"France meet Germany on Tuesday", "Brazil struck first": a match report is told in the words of
diplomacy and war. Class MATCH of `lexicon/classes.toml` holds words that it cannot do without.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from worker.events.language.lemmas import by_rule
from worker.events.rules import Lexicon

# A report on sanctions in sport names two or three of the words; a match report some ten.
DISTINCT = 5
SHARE = 0.025  # of all words
_WORD = re.compile(r"[^\W\d_]+")


def is_sport(texts: Iterable[str], lexicon: Lexicon) -> bool:
    """Whether an article reports a match or a race: many of its words, and of many kinds."""
    words = [by_rule(word, "NNS") for text in texts for word in _WORD.findall(text)]
    told = [word for word in words if lexicon.is_a(word, "MATCH")]
    return len(set(told)) >= DISTINCT and len(told) >= SHARE * len(words)
