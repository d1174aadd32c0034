"""Parties in text: what names somebody, what only looks like it, and who held office when.

``data/parties.txt`` is the golden table: a day, and a sentence with every mention in brackets.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
import spacy

from worker.events.language import nlp
from worker.events.language.parsed import Doc
from worker.events.parties import Gazetteer, Mention

DATA = Path(__file__).parent / "data"
Reading = Callable[[str], Doc]


def golden() -> Iterator[tuple[date | None, str]]:
    for line in (DATA / "parties.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            day, _, sentence = line.partition("\t")
            yield (date.fromisoformat(day) if day != "-" else None), sentence


GOLDEN = list(golden())


def plain(annotated: str) -> str:
    """The sentence without brackets: "[Georgia|GEO] met" → "Georgia met"."""
    text, rest = "", annotated
    while rest:
        before, bracket, rest = rest.partition("[")
        inside, _, rest = rest.partition("]") if bracket else ("", "", "")
        text += before + inside.partition("|")[0]
    return text


def flags(mention: Mention) -> str:
    told = {
        "place": mention.is_place,
        "posting": mention.posting,
        "former": mention.former,
        f"{mention.compound}-": mention.compound is not None,
        f"~{mention.head_class}": mention.adjectival and mention.compound is None,
        "people": mention.basis == "people",
    }
    return "".join(f" {name}" for name, holds in told.items() if holds)


def annotated(text: str, mentions: Iterable[Mention]) -> str:
    """The sentence with its mentions in brackets; joint parties of one phrase with a plus."""
    spans: dict[tuple[int, int], list[str]] = {}
    for m in mentions:
        spans.setdefault((m.start_char, m.end_char), []).append(m.code + flags(m))
    out, last = "", 0
    for (start, end), told in sorted(spans.items()):
        out += text[last:start] + f"[{text[start:end]}|{'+'.join(sorted(told))}]"
        last = end
    return out + text[last:]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@pytest.fixture(scope="module")
def blank() -> Reading:
    nlp = spacy.blank("en")
    return lambda text: Doc(nlp(text))


@pytest.fixture(scope="module")
def parser() -> Reading:
    language = nlp.load()
    return lambda text: Doc(language(text))


# The golden table -------------------------------------------------------------------------------


@pytest.mark.parametrize(("on", "sentence"), GOLDEN, ids=[s[:60] for _, s in GOLDEN])
def test_every_party_is_found_and_nothing_else(
    gazetteer: Gazetteer, blank: Reading, on: date | None, sentence: str
) -> None:
    text = plain(sentence)
    assert annotated(text, gazetteer.mentions(blank(text), on)) == sentence


def test_the_parser_changes_no_party_of_the_golden_table(
    gazetteer: Gazetteer, parser: Reading
) -> None:
    docs = map(parser, (plain(sentence) for _, sentence in GOLDEN))
    for (on, sentence), doc in zip(GOLDEN, docs, strict=True):
        read = {(m.start_char, m.end_char, m.code) for m in gazetteer.mentions(doc, on)}
        found = gazetteer.find([doc.text], on)[0]
        assert read == {(f.start, f.end, f.code) for f in found}, sentence


def test_offsets_and_tokens_are_those_of_the_text(gazetteer: Gazetteer, blank: Reading) -> None:
    texts = [plain(sentence) for _, sentence in GOLDEN]
    random.Random(5).shuffle(texts)
    doc = blank("\n\n".join(texts))
    mentions = gazetteer.mentions(doc, date(2024, 6, 1))
    assert len(mentions) > len(texts)
    for m in mentions:
        assert doc.text[m.start_char : m.end_char] == m.text
        assert m.start_char <= m.core[0] < m.core[1] <= m.end_char
        span = doc[m.start : m.end]
        assert span.start_char <= m.start_char
        assert m.end_char <= span.end_char
        assert m.text in span.text


def test_a_span_counts_offsets_of_its_document(gazetteer: Gazetteer, blank: Reading) -> None:
    doc = blank("Nothing here. Norway's foreign minister met Chile's president.")
    (norway, chile) = gazetteer.mentions(doc[3 : len(doc)], None)
    assert doc.text[norway.start_char : norway.end_char] == "Norway's foreign minister"
    assert doc[norway.start : norway.end].text == "Norway's foreign minister"
    assert doc.text[chile.core[0] : chile.core[1]] == "Chile"


def test_text_of_any_kind_is_survived(gazetteer: Gazetteer, blank: Reading) -> None:
    parts = [plain(s) for _, s in GOLDEN] + ["’s", "U.S", "—", "\u200b", "\x00", "ﬁ", "İran", "."]
    rng = random.Random(3)
    for _ in range(100):
        words = " ".join(rng.choices(parts, k=4)).split(" ")
        rng.shuffle(words)
        text = rng.choice(["", " ", "\n", "-"]).join(words)
        for m in gazetteer.mentions(blank(text), None):
            assert text[m.start_char : m.end_char] == m.text


def test_no_text_gives_no_mention(gazetteer: Gazetteer, blank: Reading) -> None:
    assert gazetteer.read([], None) == []
    assert gazetteer.mentions(blank(""), None) == []
    assert gazetteer.mentions(blank("It rained in the valley."), None) == []


# Phrases of every kind --------------------------------------------------------------------------


def test_phrases_of_every_kind_name_their_party(gazetteer: Gazetteer, parser: Reading) -> None:
    """``data/phrases.tsv``: a day, the codes of whom a sentence names as such, the sentence."""
    lines = (DATA / "phrases.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len(rows) > 500
    wrong = []
    for (on, codes, text), doc in zip(rows, map(parser, (r[2] for r in rows)), strict=True):
        mentions = gazetteer.mentions(doc, date.fromisoformat(on))
        found = {m.code for m in mentions if acts(m)}
        if found != set(codes.split()) - {"-"}:
            wrong.append(f"{text} {codes} {sorted(found)}")
    assert wrong == []


def acts(mention: Mention) -> bool:
    """Whether a mention stands for its party, not for a place, a posting or a quality."""
    if mention.is_place or mention.posting or mention.former:
        return False
    if not mention.adjectival:
        return True
    return mention.kind != "state" and mention.head_class in {"rebels", "military", "government"}


# What the tree adds -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("They met in neutral Oslo on Monday.", "Oslo", True),
        ("Oslo rejected the claim.", "Oslo", False),
    ],
)
def test_the_tree_tells_where_from_who(
    gazetteer: Gazetteer, parser: Reading, text: str, name: str, place: bool
) -> None:
    (mention,) = (m for m in gazetteer.mentions(parser(text), None) if m.text == name)
    assert mention.is_place is place


def test_the_tree_tells_what_a_name_qualifies(gazetteer: Gazetteer, parser: Reading) -> None:
    (mention,) = gazetteer.mentions(parser("The Norway proposal was accepted."), None)
    assert (mention.adjectival, mention.head) == (True, "proposal")


# Persons ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "text", "person"),
    [
        ("1991-02-01", "President Bush spoke.", "George H. W. Bush"),
        ("2003-02-01", "President Bush spoke.", "George W. Bush"),
        ("1996-02-01", "President Clinton spoke.", "Bill Clinton"),
        ("2010-02-01", "Secretary Clinton spoke.", "Hillary Clinton"),
        ("2011-02-01", "Clinton flew to Berlin.", "Hillary Clinton"),
        ("1998-02-01", "Clinton flew to Berlin.", "Bill Clinton"),
        ("1999-02-01", "Pyongyang said Kim was well.", "Kim Jong Il"),
        ("2019-02-01", "Pyongyang said Kim was well.", "Kim Jong Un"),
        ("1999-02-01", "South Korea's president said Kim was well.", "Kim Dae-jung"),
        ("1997-02-01", "In Beijing, Premier Li spoke.", "Li Peng"),
        ("2014-02-01", "In Beijing, Premier Li spoke.", "Li Keqiang"),
        ("2024-02-01", "In Beijing, Premier Li spoke.", "Li Qiang"),
        ("2013-02-01", "President Aoun spoke in Beirut.", None),
        ("2018-02-01", "President Aoun spoke in Beirut.", "Michel Aoun"),
        ("2025-06-01", "President Aoun spoke in Beirut.", "Joseph Aoun"),
        ("2004-02-01", "Syria's Assad spoke.", "Bashar al-Assad"),
        ("1995-02-01", "Syria's Assad spoke.", "Hafez al-Assad"),
        ("2014-02-01", "Rubio spoke to reporters.", None),
        ("2025-06-01", "Rubio spoke to reporters.", "Marco Rubio"),
    ],
)
def test_a_name_means_who_held_office_on_that_day(
    gazetteer: Gazetteer, blank: Reading, on: str, text: str, person: str | None
) -> None:
    persons = [
        m.person
        for m in gazetteer.mentions(blank(text), date.fromisoformat(on))
        if m.basis == "person"
    ]
    assert persons == ([person] if person else [])


@pytest.mark.parametrize(
    ("paragraphs", "later", "code"),
    [
        (["Thai Prime Minister Anon Suk spoke.", "Suk flew home."], "Suk", "THA"),
        (["Ola Brekkvold, Norway's envoy to Cuba, left.", "Brekkvold smiled."], "Brekkvold", "NOR"),
        (["The foreign minister of Togo, Kodjo Amavi, left.", "Amavi smiled."], "Amavi", "TGO"),
        (["Vega, they said, agreed.", "Chilean envoy Ana Vega met reporters."], "Vega", "CHL"),
        (["Vietnam's deputy premier, Dang Van Hoa, left.", "Hoa smiled."], "Hoa", "VNM"),
        (["NATO spokeswoman Eva Lindh-Roth said no.", "Lindh-Roth left."], "Lindh-Roth", "NATO"),
    ],
)
def test_the_article_introduces_its_own_persons(
    gazetteer: Gazetteer, blank: Reading, paragraphs: list[str], later: str, code: str
) -> None:
    read = gazetteer.read([blank(p) for p in paragraphs], date(2031, 1, 1))
    named = [m for mentions in read for m in mentions if m.text == later]
    assert [(m.code, m.entry) for m in named] == [(code, "document")]


def test_an_unknown_surname_stays_unknown(gazetteer: Gazetteer, blank: Reading) -> None:
    assert gazetteer.mentions(blank("Brekkvold smiled."), None) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Mr. Ivanov met U.S. Defense Secretary Donald Rumsfeld in Washington.", "RUS"),
        ("Mr. Ivanov met Macedonian Prime Minister Nikola Gruevski in Skopje.", "MKD"),
    ],
)
def test_an_article_without_a_day_is_of_the_time_its_office_holders_share(
    gazetteer: Gazetteer, blank: Reading, text: str, code: str
) -> None:
    assert gazetteer.mentions(blank(text), None)[0].code == code


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("U.S. troops in Iraq killed ten insurgents.", ["USA", "IRQ", "IRAQI_INSURGENTS"]),
        ("Pakistani troops hit militants. The Taliban fled.", ["PAK", "TALIBAN", "TALIBAN"]),
        ("Afghan police found militants in a cave.", ["AFG"]),
        ("Turkish soldiers killed six Kurdish guerrillas.", ["TUR", "PKK"]),
        ("Israel says militants fired at Palestinian homes.", ["ISR", "PSE", "PSE"]),
        ("Afghan and Palestinian officials spoke of militants.", ["AFG", "PSE"]),
        ("Sri Lankan police said the rebels had fled.", ["LKA", "LTTE"]),
        ("Chad urged Sudan's government and rebels to talk.", ["TCD", "SDN", "DARFUR_REBELS"]),
        ("Libyan police said the rebels had fled.", ["LBY"]),
    ],
)
def test_without_a_day_a_noun_means_a_group_that_is_named_or_told_by_quality(
    gazetteer: Gazetteer, blank: Reading, text: str, codes: list[str]
) -> None:
    assert [m.code for m in gazetteer.mentions(blank(text), None)] == codes


def test_home_decides_between_offices_of_one_name(gazetteer: Gazetteer, blank: Reading) -> None:
    doc = blank("The Foreign Secretary condemned the attack.")
    codes = {home: gazetteer.read([doc], None, home=home)[0][0].code for home in ("IND", "GBR")}
    assert codes == {"IND": "IND", "GBR": "GBR"}


# Who holds office: looked up by name ------------------------------------------------------------


def offices() -> Iterator[list[str]]:
    for line in (DATA / "offices.tsv").read_text("utf-8").splitlines()[1:]:
        yield line.split("\t")


@pytest.mark.parametrize(("on", "name", "code", "office"), list(offices()))
def test_heads_and_ministers_resolve_by_date(
    gazetteer: Gazetteer, on: str, name: str, code: str, office: str
) -> None:
    best = gazetteer.lookup(name, date.fromisoformat(on))[0]
    assert (best.code, best.office) == (code, office)
    assert "held office then" in best.why


def test_a_lookup_tells_every_candidate_and_its_line(gazetteer: Gazetteer) -> None:
    found = gazetteer.lookup("Congo")
    assert {r.code for r in found} == {"COD", "COG"}
    assert all(r.source.partition(":")[2].isdigit() for r in found)


def test_a_lookup_of_a_surname_prefers_the_incumbent(gazetteer: Gazetteer) -> None:
    assert gazetteer.lookup("Bush", date(1990, 1, 1))[0].person == "George H. W. Bush"
    assert gazetteer.lookup("Bush", date(2004, 1, 1))[0].person == "George W. Bush"
    assert gazetteer.lookup("President Bush", date(2004, 1, 1))[0].office == "President"


def test_a_lookup_of_what_names_nobody_is_empty(gazetteer: Gazetteer) -> None:
    assert gazetteer.lookup("xyzzy") == []
    assert gazetteer.lookup("") == []
    assert gazetteer.lookup("Paris Agreement") == []
