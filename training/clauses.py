"""Write news clauses of our own with their trees: "Chad accused Sudan on Friday of arming rebels".

The treebanks hold web reviews, encyclopedia and few agency stories; what news says most, that one
party did something to another, is rare in them. A small grammar writes such clauses, of words in
`data/clauses.toml`, with the tags and relations that the treebanks would give them. Parts of
speech, features and lemmas are left open.

    python -m training.clauses FACTS OUT
"""

from __future__ import annotations

import random
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin

from training.silver import Leaders, places

SEED = 20261123
PARAGRAPHS = 6_000
DATA = Path(__file__).parent / "data"
VOWELS = frozenset("aeiou")


@dataclass
class Node:
    """A word with its dependents, in the order in which they are said."""

    form: str
    tag: str
    left: list[tuple[str, Node]] = field(default_factory=list)
    right: list[tuple[str, Node]] = field(default_factory=list)

    def words(self) -> list[tuple[Node, Node | None, str]]:
        """Return all words below and including this one: node, head, relation."""
        out: list[tuple[Node, Node | None, str]] = []
        for relation, child in self.left:
            out += _below(child, self, relation)
        out.append((self, None, "ROOT"))
        for relation, child in self.right:
            out += _below(child, self, relation)
        return out


def _below(child: Node, head: Node, relation: str) -> list[tuple[Node, Node | None, str]]:
    return [
        (node, head, relation) if node is child else (node, above, name)
        for node, above, name in child.words()
    ]


def _irregular() -> dict[tuple[str, str], str]:
    rows = (DATA / "irregular.tsv").read_text(encoding="utf8").splitlines()
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        if not row.startswith("#"):
            form, tag, lemma = row.split("\t")
            found.setdefault((lemma, tag), form)
    return found


IRREGULAR = _irregular()
DOUBLED = frozenset(
    ("ban", "bar", "stop", "plan", "hit", "cut", "ship", "quit", "begin", "compel", "admit")
)


def inflected(base: str, tag: str) -> str:
    """Return a verb's form for VB, VBP, VBZ, VBD, VBN or VBG."""
    if (base, tag) in IRREGULAR:
        return IRREGULAR[base, tag]
    if tag in ("VB", "VBP"):
        return base
    if tag == "VBZ":
        if base.endswith(("s", "sh", "ch", "x", "z", "o")):
            return base + "es"
        return base[:-1] + "ies" if base[-1] == "y" and base[-2] not in VOWELS else base + "s"
    stem = base + base[-1] if base in DOUBLED else base
    if tag == "VBG":
        return (base[:-1] if base.endswith("e") and not base.endswith("ee") else stem) + "ing"
    if base.endswith("e"):
        return base + "d"
    return base[:-1] + "ied" if base[-1] == "y" and base[-2] not in VOWELS else stem + "ed"


class Grammar:
    """What news clauses are made of."""

    def __init__(self, facts: Path, rng: random.Random) -> None:
        self.rng = rng
        data = tomllib.loads((DATA / "clauses.toml").read_text(encoding="utf8"))
        self.verbs = {name: text.split() for name, text in data["verbs"].items()}
        self.time = {name: text.split() for name, text in data["time"].items()}
        nouns = data["nouns"]
        self.nouns = {
            name: nouns[name].split(";" if ";" in nouns[name] else None) for name in nouns
        }
        self.countries, self.cities = places("country"), places("city")
        self.demonyms = places("demonym")
        self.leaders = sorted(name for name, _ in Leaders.read(facts).people)

    def maybe(self, chance: float) -> bool:
        return self.rng.random() < chance

    def one(self, name: str) -> str:
        return self.rng.choice(self.nouns[name])

    # Names and nouns -------------------------------------------------------------------------

    def state(self) -> Node:
        if self.maybe(0.15):
            return self.long_name()
        if self.maybe(0.1):
            first = self.rng.choice(("North", "South"))
            second = self.rng.choice(("Korea", "Sudan", "Africa", "Ossetia"))
            return Node(second, "NNP", [("compound", Node(first, "NNP"))])
        return Node(self.rng.choice(self.countries if self.maybe(0.8) else self.cities), "NNP")

    def long_name(self) -> Node:
        *before, last = self.one("long_names").split()
        left = [("det", Node(before[0], "DT"))]
        adjectives = (
            "United",
            "European",
            "African",
            "Arab",
            "Islamic",
            "International",
            "Criminal",
        )
        left += [("amod" if w in adjectives else "compound", Node(w, "NNP")) for w in before[1:]]
        return Node(last, "NNPS" if last in ("Nations", "States") else "NNP", left)

    def person(self) -> Node:
        first, *rest = self.rng.choice(self.leaders).split()
        return Node(first, "NNP", right=[("flat", Node(word, "NNP")) for word in rest])

    def leader(self) -> Node:
        office = self.one("offices")
        if " of " in office:
            head, _, what = office.split()
            title = Node(head, "NNP", right=[("nmod", _phrase("of", Node(what, "NNP")))])
        else:
            *before, head = office.split()
            tags = [("amod" if w in ("Prime", "Foreign") else "compound", w) for w in before]
            title = Node(head, "NNP", [(relation, Node(w, "NNP")) for relation, w in tags])
        if self.maybe(0.5):
            title.left.insert(0, ("amod", Node(self.rng.choice(self.demonyms), "JJ")))
        if self.maybe(0.15):
            title.left.insert(0, ("amod", Node("former", "JJ")))
        name = self.person()
        if self.maybe(0.4):
            name = Node(name.right[-1][1].form, "NNP")
        name.left.insert(0, ("nmod:desc", title))
        return name

    def body(self) -> Node:
        *before, head = self.one("bodies").split()
        left = [
            ("amod" if w in ("foreign", "supreme", "central") else "compound", w) for w in before
        ]
        dependents = [(r, Node(w, "JJ" if r == "amod" else "NN")) for r, w in left]
        noun = Node(head, "NNS" if head == "police" else "NN", dependents)
        if self.maybe(0.5):
            owner = Node(
                self.rng.choice(self.countries), "NNP", right=[("case", Node("'s", "POS"))]
            )
            noun.left.insert(0, ("nmod:poss", owner))
        else:
            noun.left[:0] = [
                ("det", Node("the", "DT")),
                ("amod", Node(self.rng.choice(self.demonyms), "JJ")),
            ]
        return noun

    def people(self) -> Node:
        one = self.maybe(0.3)
        noun = Node(self.one("singular_people"), "NN") if one else Node(self.one("people"), "NNS")
        if not one and self.maybe(0.3):
            number = self.rng.choice(("two", "three", "dozens", "12", "six", "hundreds", "40"))
            if number in ("dozens", "hundreds"):
                head = Node(number, "NNS", right=[("nmod", _phrase("of", noun))])
                noun.left.append(("amod", Node(self.rng.choice(self.demonyms), "JJ")))
                return head
            noun.left.append(("nummod", Node(number, "CD")))
        if self.maybe(0.2):
            noun.left.append(("amod", Node(self.one("qualities"), "JJ")))
        if self.maybe(0.75):
            noun.left.append(("amod", Node(self.rng.choice(self.demonyms), "JJ")))
        elif self.maybe(0.5):
            noun.left.append(("compound", Node(self.one("groups"), "NNP")))
        if one:
            self.article(noun)
        return noun

    def party(self) -> Node:
        makers = (self.state, self.leader, self.body, self.people, self.group)
        return self.rng.choices(makers, (45, 20, 15, 15, 5))[0]()

    def group(self) -> Node:
        return Node(self.one("groups"), "NNP")

    def parties(self) -> Node:
        first = self.party()
        if not self.maybe(0.15):
            return first
        others = [self.party() for _ in range(1 if self.maybe(0.7) else 2)]
        for other in others[:-1]:
            other.left.insert(0, ("punct", Node(",", ",")))
            first.right.append(("conj", other))
        others[-1].left.insert(0, ("cc", Node("and", "CC")))
        first.right.append(("conj", others[-1]))
        return first

    def article(self, noun: Node) -> None:
        """Put "the" or "a" in front of a noun and its adjectives."""
        first = noun.left[0][1].form if noun.left else noun.form
        indefinite = "an" if first[0].lower() in VOWELS else "a"
        noun.left.insert(0, ("det", Node(self.rng.choice(("the", "the", indefinite)), "DT")))

    def thing(self) -> Node:
        word = self.one("things")
        many = word.endswith("s") and not word.endswith("ss")
        mass = word in (
            "aid",
            "assistance",
            "food",
            "medicine",
            "fuel",
            "gas",
            "oil",
            "grain",
            "wheat",
        )
        noun = Node(word, "NNS" if many else "NN")
        if self.maybe(0.25):
            noun.left.append(("amod", Node(self.one("qualities"), "JJ")))
        if self.maybe(0.2):
            noun.left.append(("amod", Node(self.rng.choice(self.demonyms), "JJ")))
        if (not many and not mass) or self.maybe(0.15):
            self.article(noun)
        if self.maybe(0.25):
            link = self.rng.choice(("with", "between", "on", "near", "in", "of", "against"))
            other = self.state()
            if link == "between":
                second = self.state()
                second.left.insert(0, ("cc", Node("and", "CC")))
                other.right.append(("conj", second))
            noun.right.append(("nmod", _phrase(link, other)))
        return noun

    def target(self) -> Node:
        return self.parties() if self.maybe(0.6) else self.thing()

    # Verb phrases ----------------------------------------------------------------------------

    def when(self) -> tuple[str, Node]:
        kind = self.rng.randrange(4)
        if kind == 0:
            return "obl:unmarked", Node(self.rng.choice(self.time["days"]), "NNP")
        if kind == 1:
            return "obl", _phrase("on", Node(self.rng.choice(self.time["days"]), "NNP"))
        if kind == 2:
            unit = Node(self.rng.choice(self.time["units"]), "NN", [("amod", Node("last", "JJ"))])
            return "obl:unmarked", unit
        return "obl", _phrase("in", Node(self.rng.choice(self.time["months"]), "NNP"))

    def where(self) -> tuple[str, Node]:
        return "obl", _phrase("in", Node(self.rng.choice(self.cities), "NNP"))

    def predicate(self, tag: str, depth: int = 0) -> Node:
        """Write a verb phrase whose verb has this tag (VBD, VBZ, VB, VBG, VBN active)."""
        kinds: list[tuple[Callable[[str, int], Node], int]] = [
            (self._transitive, 45),
            (self._prepositional, 14),
            (self._gerund, 8),
            (self._giving, 8),
        ]
        if depth < 2:
            kinds += [(self._causing, 8), (self._intending, 12), (self._saying, 10)]
        makers, weights = zip(*kinds, strict=True)
        verb: Node = self.rng.choices(makers, weights)[0](tag, depth)
        for chance, adjunct in ((0.35, self.when), (0.15, self.where)):
            if self.maybe(chance) and not any(r in ("ccomp", "advcl") for r, _ in verb.right):
                verb.right.append(adjunct())
        if depth == 0 and self.maybe(0.1):
            purpose = self.predicate("VB", 2)
            purpose.left.insert(0, ("mark", Node("to", "TO")))
            verb.right.append(("advcl", purpose))
        if depth == 0 and self.maybe(0.1):
            more = self.predicate(tag, 2)
            more.left.insert(0, ("cc", Node("and", "CC")))
            verb.right.append(("conj", more))
        return verb

    def verb(self, kind: str, tag: str) -> tuple[Node, str]:
        base, _, preposition = self.rng.choice(self.verbs[kind]).partition(":")
        return Node(inflected(base, tag), tag), preposition

    def _transitive(self, tag: str, _: int) -> Node:
        verb, _none = self.verb("transitive", tag)
        verb.right.append(("obj", self.target()))
        return verb

    def _prepositional(self, tag: str, _: int) -> Node:
        verb, preposition = self.verb("prepositional", tag)
        verb.right.append(("obl", _phrase(preposition, self.target())))
        return verb

    def _gerund(self, tag: str, _: int) -> Node:
        verb, preposition = self.verb("gerund", tag)
        verb.right.append(("obj", self.parties()))
        if self.maybe(0.3):
            verb.right.append(self.when())
        doing = self.predicate("VBG", 2)
        doing.left.insert(0, ("mark", Node(preposition, "IN")))
        verb.right.append(("advcl", doing))
        return verb

    def _giving(self, tag: str, _: int) -> Node:
        verb, _none = self.verb("giving", tag)
        if self.maybe(0.25):
            verb.right += [("iobj", self.state()), ("obj", self.thing())]
        else:
            verb.right += [("obj", self.thing()), ("obl", _phrase("to", self.party()))]
        return verb

    def _causing(self, tag: str, depth: int) -> Node:
        verb, _none = self.verb("causing", tag)
        doing = self.predicate("VB", depth + 1)
        if self.maybe(0.1):
            doing.left.insert(0, ("advmod", Node("not", "RB")))
        doing.left.insert(0, ("mark", Node("to", "TO")))
        verb.right += [("obj", self.parties()), ("xcomp", doing)]
        return verb

    def _intending(self, tag: str, depth: int) -> Node:
        verb, _none = self.verb("intending", tag)
        doing = self.predicate("VB", depth + 1)
        doing.left.insert(0, ("mark", Node("to", "TO")))
        verb.right.append(("xcomp", doing))
        return verb

    def _saying(self, tag: str, depth: int) -> Node:
        if self.maybe(0.3):
            verb, _none = self.verb("telling", tag)
            verb.right.append(("iobj", self.party()))
        else:
            verb, _none = self.verb("saying", tag)
        said = self.clause(depth + 1)
        if self.maybe(0.3):
            verb.right.append(self.when())
        if self.maybe(0.5):
            said.left.insert(0, ("mark", Node("that", "IN")))
        verb.right.append(("ccomp", said))
        return verb

    # Clauses ---------------------------------------------------------------------------------

    def clause(self, depth: int = 0, *, headline: bool = False) -> Node:
        """Write a subject and its predicate."""
        if self.maybe(0.2):
            return self.passive(headline=headline)
        subject = self.parties()
        if headline:
            verb = self.predicate("VBZ", depth)
        else:
            verb = self.predicate(self.rng.choices(("VBD", "VBN", "VB"), (65, 20, 15))[0], depth)
            tag = verb.tag
            if tag == "VBN":
                verb.left.append(("aux", Node(self.rng.choice(("has", "had")), "VBD")))
                verb.left[-1][1].tag = "VBZ" if verb.left[-1][1].form == "has" else "VBD"
            elif tag == "VB":
                word = self.rng.choice(("will", "would", "could", "may", "did"))
                verb.left.append(("aux", Node(word, "VBD" if word == "did" else "MD")))
                if word == "did" or self.maybe(0.15):
                    verb.left.append(("advmod", Node("not", "RB")))
        verb.left.insert(0, ("nsubj", subject))
        return verb

    def passive(self, *, headline: bool = False) -> Node:
        base = self.rng.choice(self.verbs["transitive"])
        verb = Node(inflected(base, "VBN"), "VBN")
        verb.left.append(("nsubj:pass", self.target()))
        if not headline:
            form, tag = self.rng.choice((("was", "VBD"), ("were", "VBD"), ("is", "VBZ")))
            verb.left.append(("aux:pass", Node(form, tag)))
        if self.maybe(0.5):
            verb.right.append(("obl:agent", _phrase("by", self.parties())))
        for chance, adjunct in ((0.4, self.when), (0.25, self.where)):
            if self.maybe(chance):
                verb.right.append(adjunct())
        return verb

    def sentence(self) -> Node:
        """Write a whole sentence."""
        headline = self.maybe(0.15)
        root = self.clause(headline=headline)
        if headline:
            return root
        if self.maybe(0.15):
            relation, time = self.when()
            root.left[:0] = [(relation, time), ("punct", Node(",", ","))]
        if self.maybe(0.15) and not any(r == "ccomp" for r, _ in root.right):
            speaker = self.verb("saying", "VBD")[0]
            speaker.left.append(("nsubj", self.parties()))
            if self.maybe(0.4):
                speaker.right.append(self.when())
            root.right += [("punct", Node(",", ",")), ("parataxis", speaker)]
        root.right.append(("punct", Node(".", ".")))
        return root


def _phrase(preposition: str, noun: Node) -> Node:
    noun.left.insert(0, ("case", Node(preposition, "IN")))
    return noun


def to_doc(vocab: spacy.Vocab, sentences: list[Node]) -> Doc:
    """Build the gold `Doc` of a paragraph."""
    words: list[str] = []
    tags: list[str] = []
    heads: list[int] = []
    deps: list[str] = []
    spaces: list[bool] = []
    for sentence in sentences:
        rows = sentence.words()
        place = {id(node): len(words) + at for at, (node, _, _) in enumerate(rows)}
        for at, (node, head, relation) in enumerate(rows):
            form = node.form[:1].upper() + node.form[1:] if at == 0 else node.form
            words.append(form)
            tags.append(node.tag)
            heads.append(place[id(node if head is None else head)])
            deps.append(relation)
            following = rows[at + 1][0].form if at + 1 < len(rows) else ""
            spaces.append(following not in (".", ",", "'s"))
    spaces[-1] = False
    return Doc(vocab, words=words, spaces=spaces, tags=tags, heads=heads, deps=deps)


def main(facts: Path, out: Path) -> None:
    """Write paragraphs of one to four sentences; headlines stand alone."""
    rng = random.Random(SEED)
    grammar = Grammar(facts, rng)
    vocab = spacy.blank("en").vocab
    box = DocBin(store_user_data=False)
    for _ in range(PARAGRAPHS):
        group: list[Node] = []
        for _ in range(rng.randint(1, 3)):
            sentence = grammar.sentence()
            if sentence.right and sentence.right[-1][1].form == ".":
                group.append(sentence)
            else:
                box.add(to_doc(vocab, [sentence]))
        if group:
            box.add(to_doc(vocab, group))
    box.to_disk(out)
    print(len(box))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
