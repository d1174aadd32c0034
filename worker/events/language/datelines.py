"""The dateline of an agency story: "DOHA, July 20 (AFP) - …", no part of its first sentence."""

from __future__ import annotations

import re

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DAY = rf"(?:{_MONTH} \d{{1,2}}|\d{{1,2}} {_MONTH})(?:,? \d{{4}})?"
_SOURCE = r"(?:\([^()]{1,40}\)|\[[^\[\]]{1,40}\])"
_DASH = r"(?:\s*[-–—]{1,2}\s+|\s?:\s+)"

_CAPITALS = re.compile(
    rf"[A-Z][A-Z.'’ /-]{{2,40}}(?:, [A-Z][\w.'’]+(?: [A-Z][\w.'’]+){{0,2}})?,?"
    rf"(?:\s{_DAY})?,?(?:\s?{_SOURCE})?{_DASH}"
)
_DATED = re.compile(
    rf"(?:[A-Z][\w.'’-]+ ?){{1,4}}(?:,? ?{_SOURCE})?(?:, [A-Z][\w.'’]+)?, {_DAY},?"
    rf"(?: ?{_SOURCE})?{_DASH}"
)
_SOURCED = re.compile(rf"(?:[A-Z][\w.'’-]+ ?){{1,4}}(?:, [A-Z]\w+)? {_SOURCE}{_DASH}")


def length(paragraph: str) -> int:
    """How many code points at the start of a paragraph are its dateline; 0 where it has none."""
    for pattern in (_CAPITALS, _DATED, _SOURCED):
        match = pattern.match(paragraph)
        if match and match.end() < len(paragraph):
            return match.end()
    return 0
