"""Label raw news by rule, and write sentences of our own, so that names are learnt from clean data.

The raw text is that of the Groningen Meaning Bank (Voice of America, public domain); its labels are
not read. A rule labels what it is sure of, calls a word outside where it is sure of that, and
leaves the rest open: spaCy does not train on open words. Where a model trained on the corpora alone
contradicts the rule, the name becomes open too.

python -m training.silver CORPORA FACTS MODEL OUT
"""

from __future__ import annotations

import csv
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import spacy
from spacy.lang.en import English
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from training import names

SEED = 20260102
NEWS_SENTENCES = 20_000
OWN_SENTENCES = 4_000
DATA = Path(__file__).parent / "data"
INNER = frozenset(("of", "for", "and", "on", "the", "to", "&"))
PLACE_HEADS = frozenset(
    ("province", "district", "region", "city", "town", "village", "valley", "governorate")
)


def lines(name: str) -> list[str]:
    """Read a list, without its comments."""
    text = (DATA / name).read_text(encoding="utf8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


# "al-Assad" is one word in the raw text: written small, but a part of the name.
ARTICLE = re.compile(r"(?:al|el|an|ad|as|ash|at|az|ul|ur|ol|abu)-[A-Z]")
CONNECTORS = frozenset(lines("connectors.txt"))
CALENDAR = frozenset(lines("never_names.txt"))


def places(kind: str) -> list[str]:
    """Return our countries, cities or demonyms."""
    return [name for k, name in (line.split("\t") for line in lines("places.tsv")) if k == kind]


@dataclass
class Leaders:
    """Names of office holders: "Mohammad Hanif Atmar", and the parts they are made of."""

    full: set[tuple[str, ...]] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    people: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def read(cls, facts: Path) -> Leaders:
        """Read the two public lists (CIA World Leaders 2019, Phoenix to 2015)."""
        leaders = cls()
        given: Counter[str] = Counter()
        with (facts / "leaders-2019-cia.tsv").open(encoding="utf8") as rows:
            for row in csv.DictReader(rows, delimiter="\t"):
                words = [_capitalised(word) for word in row["person"].split()]
                if 2 <= len(words) <= 4 and all(_is_name(word) for word in words):
                    leaders.full.add(tuple(words))
                    upper = [w for w in row["person"].split() if len(w) > 1 and w.isupper()]
                    last = _capitalised(" ".join(upper)) if upper else words[-1]
                    leaders.people.append((" ".join(words), last))
                    given[words[0]] += 1
        with (facts / "officials-to-2015-phoenix.tsv").open(encoding="utf8") as rows:
            for line in rows:
                words = [_capitalised(word) for word in line.split("\t")[0].split()]
                if 2 <= len(words) <= 4 and all(_is_name(word) for word in words):
                    leaders.full.add(tuple(words))
                    given[words[0]] += 1
        known = set(places("country")) | set(places("city")) | set(places("demonym"))
        leaders.given = {name for name, count in given.items() if count >= 3} - known - {"North"}
        return leaders


def _capitalised(word: str) -> str:
    if not word.isupper() or re.fullmatch("[IVX]+", word):
        return word
    return re.sub(r"\w+", lambda part: part[0].capitalize(), word)


def _is_name(word: str) -> bool:
    return bool(re.fullmatch(r"[A-Z][\w'’-]*\.?|" + "|".join(CONNECTORS), word))


@dataclass
class Labeller:
    """The rules, with their lists."""

    leaders: Leaders
    common: set[str]
    phrases: dict[tuple[str, ...], str] = field(init=False)

    def __post_init__(self) -> None:
        """Collect names of several words into one table."""
        groups = {
            "LOC": [*places("country"), *places("city"), *lines("places_more.txt")],
            "NORP": [*places("demonym"), *lines("peoples.txt")],
            "ORG": lines("organisations.txt"),
        }
        groups["NORP"] += [name + "s" for name in places("demonym") if name.endswith(("n", "i"))]
        self.phrases = {
            tuple(re.findall(r"[\w.'’]+|-", name)): label
            for label, found in groups.items()
            for name in found
        }
        self.titles = set(lines("titles.txt"))
        self.heads = set(lines("organisation_heads.txt"))

    def label(self, document: list[list[str]]) -> list[list[str]]:
        """Return tags for the sentences of one document: B-X, I-X, O, or "" for open."""
        tagged = [self._sentence(words) for words in document]
        surnames = {
            words[end]
            for words, tags in zip(document, tagged, strict=True)
            for end in _ends(tags, "PERSON")
        }
        for words, tags in zip(document, tagged, strict=True):
            for at, word in enumerate(words):
                if tags[at] == "" and word in surnames and len(word) > 2:
                    alone = not (
                        (at and tags[at - 1] == "") or (at + 1 < len(tags) and tags[at + 1] == "")
                    )
                    if alone:
                        tags[at] = "B-PERSON"
        return tagged

    def _sentence(self, words: list[str]) -> list[str]:
        tags = ["" if self._is_open(words, at) else "O" for at in range(len(words))]
        at = 0
        while at < len(words):
            end, label = self._match(words, tags, at)
            if end == at:
                at += 1
                continue
            for place in range(at, end):
                tags[place] = label and ("B-" if place == at else "I-") + label
            at = end
        return tags

    def _is_open(self, words: list[str], at: int) -> bool:
        word = words[at]
        if ARTICLE.match(word):
            return True
        if not word[:1].isupper():
            return (
                word.lower() in CONNECTORS and at + 1 < len(words) and words[at + 1][:1].isupper()
            )
        if word in CALENDAR or word in self.titles:
            return False
        return not (at == 0 or words[at - 1] in ('"', "“", "``")) or word.lower() not in self.common

    def _match(self, words: list[str], tags: list[str], at: int) -> tuple[int, str]:
        """Return where the name that starts at ``at`` ends, and its label ("" where unsure)."""
        if tags[at] == "O" and words[at].lower() in self.common:
            return at, ""
        run = self._run(words, at)
        if words[at] in self.titles and at + 1 < len(words) and words[at + 1] not in self.titles:
            return at, ""
        if run - at >= 2 and any(word in self.heads for word in words[at:run]):
            nation = tuple(words[at : at + 1]) in self.phrases
            return run, "" if nation or words[at] in self.titles else "ORG"
        for length in range(min(4, len(words) - at), 0, -1):
            label = self.phrases.get(tuple(words[at : at + length]))
            if label:
                sure = at + length == run or self.phrases.get(tuple(words[at + length : run]))
                follows = words[at + length : at + length + 1]
                sure = sure or (follows and (follows[0] in self.titles or label == "NORP"))
                return at + length, label if sure else ""
        if words[at][:1].isupper() and tags[at] == "":
            end = self._person(words, at)
            if end > at:
                return end, "PERSON"
            if run - at <= 2 and _is_place(words, at, run):
                return run, "LOC"
        return at, ""

    def _run(self, words: list[str], at: int) -> int:
        """Return the end of the capitalised words from ``at`` on, with "of" and "for" inside."""
        end = at
        while end < len(words) and words[end][:1].isupper() and words[end] not in CALENDAR:
            end += 1
            inner = end
            while inner < len(words) and words[inner] in INNER and inner - end < 2:
                inner += 1
            heads = any(word in self.heads for word in words[at:end])
            goes_on = end < inner < len(words) and words[inner][:1].isupper()
            if heads and goes_on and words[end] in ("of", "for"):
                end = inner
        return end

    def _person(self, words: list[str], at: int) -> int:
        end = at
        while (
            end < len(words)
            and end - at < 4
            and (words[end][:1].isupper() or (end > at and _goes_on(words[end])))
            and words[end] not in CALENDAR
            and words[end] not in self.titles
            and (words[end],) not in self.phrases
        ):
            end += 1
        while end > at and words[end - 1] in CONNECTORS:
            end -= 1
        name = tuple(words[at:end])
        if not name or any(word in self.heads for word in name):
            return at
        titled = at > 0 and words[at - 1] in self.titles
        known = name in self.leaders.full or (len(name) > 1 and name[0] in self.leaders.given)
        return end if titled or known else at


def _goes_on(word: str) -> bool:
    return word in CONNECTORS or bool(ARTICLE.match(word))


def _is_place(words: list[str], at: int, end: int) -> bool:
    after = words[end] if end < len(words) else ""
    before = words[at - 2 : at]
    return after in PLACE_HEADS or (
        len(before) == 2 and before[0] in PLACE_HEADS and before[1] == "of"
    )


def _ends(tags: list[str], label: str) -> Iterator[int]:
    for at, tag in enumerate(tags):
        following = tags[at + 1] if at + 1 < len(tags) else "O"
        if tag.endswith(label) and not following.startswith("I-"):
            yield at


def agreed(rule: list[str], model: list[str]) -> list[str]:
    """Open every word of a name on which rule and model contradict each other.

    A name that only the rule sees stays; a name that only the model sees becomes open.
    """
    tags = list(rule)
    for start, end in [*_spans(rule), *_spans(model)]:
        pair = rule[start:end], model[start:end]
        same = pair[0] == pair[1] and rule[end : end + 1] != ["I"] and _closed(rule, model, end)
        silent = all(tag == "O" for tag in pair[1])
        if not same and not silent:
            tags[start:end] = [""] * (end - start)
    for at, tag in enumerate(tags):
        if tag.startswith("I-") and (at == 0 or tags[at - 1] == ""):
            tags[at] = ""
    return tags


def _closed(rule: list[str], model: list[str], end: int) -> bool:
    following = (tags[end] if end < len(tags) else "O" for tags in (rule, model))
    return not any(tag.startswith("I-") for tag in following)


def _spans(tags: list[str]) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(tags):
        if not tags[at].startswith("B-"):
            at += 1
            continue
        end = at + 1
        while end < len(tags) and tags[end].startswith("I-"):
            end += 1
        yield at, end
        at = end


def raw_documents(path: Path) -> Iterator[list[list[names.Row]]]:
    """Group the sentences of the raw text by document; their labels are dropped here."""
    document: list[list[names.Row]] = []
    rows: list[names.Row] = []
    with path.open(encoding="utf8") as text:
        for line in text:
            if line.startswith("# newdoc"):
                if document:
                    yield document
                document = []
            elif line.strip():
                form, _, *misc = line.rstrip("\n").split("\t")
                rows.append((form, "O", "SpaceAfter=No" not in misc))
            elif rows:
                document.append(rows)
                rows = []
    if document:
        yield document


def labelled_news(path: Path, facts: Path, model: Language, count: int) -> Iterator[Doc]:
    """Yield up to ``count`` sentences of raw news that hold a name by rule."""
    documents = list(raw_documents(path))
    lower: Counter[str] = Counter()
    upper: Counter[str] = Counter()
    for document in documents:
        for rows in document:
            for form, _, _ in rows:
                (upper if form[:1].isupper() else lower)[form.lower()] += 1
    common = {word for word, times in lower.items() if times >= 3 and times * 2 > upper[word]}
    labeller = Labeller(Leaders.read(facts), common)
    done = 0
    for document in documents:
        tagged = labeller.label([[form for form, _, _ in rows] for rows in document])
        for rows, tags in zip(document, tagged, strict=True):
            if done >= count:
                return
            if not any(tag.startswith("B-") for tag in tags):
                continue
            if sum(tag == "" for tag in tags) * 3 > len(tags):
                continue
            yield _doc(model, rows, tags)
            done += 1


def _doc(model: Language, rows: list[names.Row], tags: list[str]) -> Doc:
    words = [form for form, _, _ in rows]
    spaces = [space for _, _, space in rows[:-1]] + [False]
    guess = model(Doc(model.vocab, words=words, spaces=spaces))
    guessed = [f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O" for token in guess]
    return Doc(model.vocab, words=words, spaces=spaces, ents=agreed(tags, guessed))


def own_sentences(vocab: Vocab, facts: Path, count: int, rng: random.Random) -> Iterator[Doc]:
    """Yield ``count`` of our own sentences with names from every part of the world."""
    people = sorted(set(Leaders.read(facts).people))
    templates = lines("templates.txt")
    organisations = lines("organisations.txt")
    titles = [title for title in lines("titles.txt") if not title.endswith(".") and len(title) > 3]
    slots = {
        "country": ("LOC", places("country") + lines("places_more.txt")[:36]),
        "city": ("LOC", places("city")),
        "demonym": ("NORP", places("demonym")),
        "org": ("ORG", organisations),
        "title": (None, titles),
    }
    tokenizer = English(vocab=vocab).tokenizer
    for _ in range(count):
        text, spans = "", []
        for part in re.split(r"(\{\w+\})", rng.choice(templates)):
            slot = part.strip("{}")
            if part in ("{person}", "{surname}"):
                label, value = "PERSON", rng.choice(people)[part == "{surname}"]
            elif part.startswith("{"):
                label, choices = slots[slot]
                value = rng.choice(choices)
            else:
                label, value = None, part
            if label:
                spans.append((len(text), len(text) + len(value), label))
            text += value
        doc = tokenizer(text)
        found = [doc.char_span(start, end, label=label) for start, end, label in spans]
        if all(found):
            doc.set_ents(found)
            yield doc


def main(corpora: Path, facts: Path, model: Path, out: Path) -> None:
    """Write the labelled news and our own sentences as one set."""
    nlp = spacy.load(model)
    news = list(labelled_news(corpora / "ner" / "gmb-train.iob", facts, nlp, NEWS_SENTENCES))
    own = list(own_sentences(nlp.vocab, facts, OWN_SENTENCES, random.Random(SEED)))
    DocBin(docs=[*news, *own], store_user_data=False).to_disk(out)
    counts = Counter(ent.label_ for doc in news for ent in doc.ents)
    counts["open words"] = sum(token.ent_iob == 0 for doc in news for token in doc)
    counts["words"] = sum(map(len, news))
    print(len(news), len(own), dict(counts))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
