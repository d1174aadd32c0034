"""Make the lemma lexicon: what the regular inflection of `language.lemmas` gets wrong.

The first source wins: the treebanks' training parts; our tables of irregular forms and of demonyms;
and the spelling of stems ("raising" is of "raise", "opened" of "open"), decided by which candidate
is the more frequent word in treebanks and news.

    python -m training.lexicon CORPORA OUT
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from training import names, treebank
from worker.events.language.lemmas import by_rule

TRAIN = ("ewt-train", "gum-open-train")
NEWS = "gmb-train"  # its raw text only: Voice of America, public domain
DATA = Path(__file__).parent / "data"

DASHES = frozenset(("-", "--", "–", "—", "…", "..."))  # the treebanks disagree on their lemmas

Row = tuple[str, str, str]


def observed(sentences: Iterable[treebank.Sentence]) -> Iterator[Row]:
    """Yield what the treebanks say of each (word in lower case, tag), where most tokens agree."""
    seen: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        for token in sentence.tokens:
            if token.lemma != "_" and token.xpos not in ("GW", "ADD") and token.form not in DASHES:
                seen[token.form.lower(), token.xpos][token.lemma] += 1
    for (word, tag), lemmas in seen.items():
        lemma, count = lemmas.most_common(1)[0]
        if tag == "NNP" and (lemma.lower() == word or not word.endswith(".")):
            continue  # only abbreviations: "Sept." is "September"
        if count * 2 > lemmas.total():
            yield word, tag, lemma


def irregular() -> Iterator[Row]:
    """Yield our table of irregular forms."""
    for line in (DATA / "irregular.tsv").read_text(encoding="utf8").splitlines():
        if not line.startswith("#"):
            word, tag, lemma = line.split("\t")
            yield word, tag, lemma


def spelled(words: Counter[str]) -> Iterator[Row]:
    """Yield the stems of inflected words where a candidate is known and the rule missed it."""
    for word in words:
        for suffix, tags in (("ing", ("VBG",)), ("ed", ("VBD", "VBN")), ("es", ("VBZ", "NNS"))):
            if not word.endswith(suffix) or not word.isalpha() or len(word) < len(suffix) + 3:
                continue
            stem = word[: -len(suffix)]
            candidates = [stem, stem + "e"]
            if suffix != "es" and stem[-1] == stem[-2]:
                candidates.append(stem[:-1])
            best = max(candidates, key=lambda candidate: words[candidate])
            if words[best]:
                yield from ((word, tag, best) for tag in tags)


def not_demonyms(words: Counter[str]) -> Iterator[Row]:
    """Yield adjectives such as "civilian" that end like a demonym and are none."""
    for word in words:
        known = word.islower() and words[word] > words[word.title()]
        if known and by_rule(word.title(), "JJ") != word:
            yield word, "JJ", word


def demonyms() -> Iterator[Row]:
    """Yield "Dutch" and its like: adjectives that keep their capital."""
    for line in (DATA / "places.tsv").read_text(encoding="utf8").splitlines():
        kind, _, name = line.partition("\t")
        if kind == "demonym":
            yield name.lower(), "JJ", name


def build(corpora: Path) -> list[Row]:
    """Return the lexicon's rows: only those that the rules would get wrong."""
    sentences = [
        sentence
        for name in TRAIN
        for sentence in treebank.read(corpora / "treebank" / f"{name}.conllu")
    ]
    words = Counter(token.form for sentence in sentences for token in sentence.tokens)
    words.update(
        form for rows in names.read(corpora / "ner" / f"{NEWS}.iob") for form, _, _ in rows
    )
    lexicon: dict[tuple[str, str], str] = {}
    for word, tag, lemma in (
        *observed(sentences),
        *irregular(),
        *demonyms(),
        *spelled(words),
        *not_demonyms(words),
    ):
        lexicon.setdefault((word, tag), lemma)
    return sorted(
        (word, tag, lemma)
        for (word, tag), lemma in lexicon.items()
        if lemma != by_rule(word, tag) or lemma != by_rule(word.title(), tag)
    )


def main(corpora: Path, out: Path) -> None:
    """Write the lexicon as TSV."""
    out.write_text("".join("\t".join(row) + "\n" for row in build(corpora)), encoding="utf8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
