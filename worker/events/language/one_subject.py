"""A verb has one subject: what the parser reads as a second one is a day or a title.

"The spokesman Saturday said" has a day between, "Rebel commander Ali Noor said" a title that the
parser took for somebody else. Days become `obl:unmarked`; a title right in front of its name goes
below it as `nmod:desc`, one with a determiner or an owner has the name as its `appos`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Token

NAME = "demarche_one_subject"

_SUBJECTS = ("nsubj", "nsubj:pass")
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
_DAYS = frozenset(f"{_WEEKDAYS} today yesterday tomorrow".split())
_SPANS = frozenset(("week", "month", "year", "night"))
_WHICH = frozenset(("last", "next", "this"))
_OWNED = frozenset(("det", "nmod:poss"))


@Language.component(NAME, assigns=["token.head", "token.dep"], requires=["token.pos", "token.head"])
def one_subject(doc: Doc) -> Doc:
    """Relabel days that stand as subjects beside others; tie titles to their names."""
    for subjects in _rivals(doc):
        for first, second in pairwise(subjects):
            if _is_title_of(first, second):
                _tie(first, second)
        others = [subject for subject in subjects if not _is_day(subject)]
        if others:
            for subject in subjects:
                if _is_day(subject):
                    subject.dep_ = "obl:unmarked"
    return doc


def _rivals(doc: Doc) -> Iterator[list[Token]]:
    """Yield the subjects of every word that has more than one."""
    labels = [doc.vocab.strings[label] for label in _SUBJECTS]
    relations, offsets = doc.to_array(["DEP", "HEAD"]).T
    subjects = np.flatnonzero(np.isin(relations, labels))
    heads = subjects + offsets[subjects].astype("int64")
    found, times = np.unique(heads, return_counts=True)
    for head in found[times > 1]:
        yield [doc[int(at)] for at in subjects[heads == head]]


def _is_day(token: Token) -> bool:
    if token.lower_ in _SPANS:
        return any(child.lower_ in _WHICH for child in token.lefts)
    return token.lower_ in _DAYS


def _is_title_of(title: Token, name: Token) -> bool:
    """Whether a noun stands right in front of somebody's name."""
    return (
        title.pos_ == "NOUN"
        and name.pos_ == "PROPN"
        and title.i + 1 == name.left_edge.i
        and not (_is_day(title) or _is_day(name))
    )


def _tie(title: Token, name: Token) -> None:
    if any(child.dep_ in _OWNED for child in title.lefts):
        name.head, name.dep_ = title, "appos"
    else:
        title.head, title.dep_ = name, "nmod:desc"
