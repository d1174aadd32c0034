"""Names that the parser tore apart, made whole: "Narendra" and "Modi" are not two subjects.

Where the words of one named person, place or organisation hang on several words outside it, all but
one of them are hung below that one: `flat` to the right, as Universal Dependencies has it,
`compound` to the left. Pronouns and adverbs that were taken for a part of a name ("Naturally China
…") stay where they are.
"""

from __future__ import annotations

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span, Token

NAME = "demarche_whole_names"

_NO_PART = frozenset(("PRON", "ADV"))
_LOOSE = frozenset(("compound", "amod", "nmod", "nmod:desc", "appos", "flat", "dep", "punct"))


@Language.component(NAME, assigns=["token.head", "token.dep"], requires=["doc.ents", "token.head"])
def whole_names(doc: Doc) -> Doc:
    """Give every name a single head."""
    moved: dict[int, tuple[int, str]] = {}
    for ent in doc.ents:
        tops = [token for token in ent if _stands_out(token, ent) and token.pos_ not in _NO_PART]
        if len(tops) > 1 and all(token.sent == tops[0].sent for token in tops):
            moved |= _below_one(tops)
    if not moved:
        return doc
    offsets = np.array([moved.get(t.i, (t.head.i,))[0] - t.i for t in doc], dtype="int64")
    deps = [moved[t.i][1] if t.i in moved else t.dep_ for t in doc]
    hashes = np.array([doc.vocab.strings.add(dep) for dep in deps], dtype="uint64")
    columns = np.stack([offsets.view("uint64"), hashes], axis=1)
    doc.from_array(["HEAD", "DEP"], columns)  # type: ignore[arg-type]  # wants Ints2d
    return doc


def _stands_out(token: Token, ent: Span) -> bool:
    """Whether a word of a name hangs on none of the others."""
    return not ent.start <= token.head.i < ent.end or _is_root(token)


def _is_root(token: Token) -> bool:
    return token.head.i == token.i


def _below_one(tops: list[Token]) -> dict[int, tuple[int, str]]:
    """Return new (head, relation) for all tops but the one that is tied in most firmly."""
    firm = [token for token in tops if token.dep_ not in _LOOSE]
    head = next((token for token in tops if _is_root(token)), firm[0] if firm else tops[-1])
    return {
        token.i: (head.i, "flat" if token.i > head.i else "compound")
        for token in tops
        if token.i != head.i and not token.is_ancestor(head)  # or the tree would close a circle
    }
