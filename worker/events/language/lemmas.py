"""Lemmas: a lexicon of (word, tag) pairs first, then the rules of regular inflection.

The lexicon holds what the rules get wrong; `training/lexicon.py` makes it from the treebanks, so
lemmas follow their conventions: lower case but for names, "1000" for "1,000", PROPN unchanged.
Tags are those of the Penn Treebank.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

FACTORY = "demarche_lemmas"

_VOWELS = frozenset("aeiouy")
_ES = re.compile(r"(?:ss|x|zz|ch|sh)es$")
_SILENT_E = re.compile(
    r"(?:[^aeioulrw]l|[cvuz]|dg|[aeiounr]g|[aeiourn]s|[^aeiou][aiou][tdkmpbr]|[aeiou]th)$"
)
_DOUBLED = re.compile(r"([bdgmnprt])\1$")
_DEMONYM = re.compile(r"[A-Z][a-z]+(?:ian|ean|ese|[^aeiou]ish|[a-z]i)$")
_SPELLINGS = str.maketrans("’‘“”", "''\"\"")


def by_rule(form: str, tag: str) -> str:
    """Return the lemma that regular inflection gives to a word with this Penn tag."""
    if tag in _AS_IT_IS:
        return form.translate(_SPELLINGS)
    if tag == "CD":
        return form.replace(",", "").lower()
    if tag == "NNPS":
        return _singular(form)
    if tag == "JJ" and _DEMONYM.match(form):
        return form
    lower = form.lower()
    rule = _INFLECTED.get(tag)
    return rule(lower) if rule else lower.translate(_SPELLINGS)


def _singular(form: str) -> str:
    if len(form) < 4 or form.endswith(("ss", "us", "is", "'s")):
        return form
    if form.endswith("ies") and len(form) > 4:
        return form[:-3] + "y"
    if _ES.search(form):
        return form[:-2]
    return form.removesuffix("s")


def _gerund(form: str) -> str:
    return _stem(form[:-3]) if form.endswith("ing") and len(form) > 4 else form


def _past(form: str) -> str:
    if form.endswith("ied") and len(form) > 4:
        return form[:-3] + "y"
    return _stem(form[:-2]) if form.endswith("ed") and len(form) > 3 else form


def _comparative(form: str) -> str:
    return _degree(form, 2) if form.endswith("er") else form


def _superlative(form: str) -> str:
    return _degree(form, 3) if form.endswith("est") else form


def _degree(form: str, suffix: int) -> str:
    stem = form[:-suffix]
    return stem[:-1] + "y" if stem.endswith("i") else _stem(stem)


def _stem(stem: str) -> str:
    """Undo the spelling changes before -ed and -ing: "stopp" → "stop", "mak" → "make"."""
    if not _VOWELS & set(stem):
        return stem
    if _DOUBLED.search(stem):
        return stem[:-1]
    return stem + "e" if _SILENT_E.search(stem) else stem


_AS_IT_IS = frozenset(("NNP", "ADD", "FW", "LS", "SYM", "NFP", "GW", "XX", "$", "#"))
_INFLECTED = {
    "NNS": _singular,
    "VBZ": _singular,
    "VBG": _gerund,
    "VBD": _past,
    "VBN": _past,
    "JJR": _comparative,
    "RBR": _comparative,
    "JJS": _superlative,
    "RBS": _superlative,
}


class Lemmas:
    """The pipeline component; put it behind the tagger and the parser.

    Args:
        vocab: the pipeline's vocabulary.
    """

    def __init__(self, vocab: Vocab) -> None:
        """Start with an empty lexicon."""
        self.vocab = vocab
        self._lexicon: dict[tuple[str, str], str] = {}

    def fill(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Take (word in lower case, tag, lemma) rows into the lexicon."""
        for word, tag, lemma in rows:
            self._lexicon[word, tag] = lemma

    def __call__(self, doc: Doc) -> Doc:
        """Set the lemma of every word."""
        for token in doc:
            form, tag = token.text, token.tag_
            token.lemma_ = self._lexicon.get((form.lower(), tag)) or self._unlisted(form, tag)
        return doc

    def _unlisted(self, form: str, tag: str) -> str:
        """By the rules, or where these leave a past form as it is, as the other past form."""
        lemma = by_rule(form, tag)
        if lemma == form.lower() and (tag in ("VBD", "VBN") or lemma.endswith("ed")):
            for past in ("VBD", "VBN") if tag.startswith("VB") else ():
                lemma = self._lexicon.get((lemma, past), lemma)
        return lemma

    def to_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the lexicon as TSV."""
        del exclude
        Path(path).mkdir(exist_ok=True)
        rows = sorted((word, tag, lemma) for (word, tag), lemma in self._lexicon.items())
        text = "".join("\t".join(row) + "\n" for row in rows)
        (Path(path) / "lexicon.tsv").write_text(text, encoding="utf8")

    def from_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> Lemmas:
        """Read the lexicon."""
        del exclude
        with (Path(path) / "lexicon.tsv").open(encoding="utf8") as lines:
            for line in lines:
                word, tag, lemma = line.rstrip("\n").split("\t")
                self._lexicon[word, tag] = lemma
        return self


@Language.factory(FACTORY, assigns=["token.lemma"], requires=["token.tag"])
def _make(nlp: Language, name: str) -> Lemmas:
    del name
    return Lemmas(nlp.vocab)
