"""Misread trees put right; each sentence is one that the parser misreads in its own way."""

import pytest
from spacy.language import Language

from worker.events.language.nlp import load
from worker.events.language.parsed import Doc
from worker.events.language.tree import arguments, is_passive, subject
from worker.events.mending import mend
from worker.events.rules import lexicon


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load()


def _mended(nlp: Language, text: str) -> Doc:
    doc = Doc(nlp(text))
    mend(doc, lexicon())
    return doc


@pytest.mark.parametrize(
    ("text", "verb", "subject", "objects"),
    [
        ("Egypt's foreign minister conferred with his Jordanian counterpart.",
         "conferred", "minister", []),
        ("Moscow assured Damascus that it would keep supplying wheat.", "assured", "Moscow", []),
        ("The Jordanian army trained Libyan recruits.", "trained", "army", ["recruits"]),
        ("In a phone call with the Malaysian prime minister, the Thai premier discussed trade.",
         "discussed", "premier", ["trade"]),
        ("Pakistan appreciates Turkey's position.", "appreciates", "Pakistan", ["position"]),
        ("The bloc plans to open membership talks with Peru in October.", "plans", "bloc", []),
        ("Colombia and Venezuela reopened their border.", "reopened", "Colombia", ["border"]),
        ("Spain said it was ready to help Morocco after the earthquake.", "ready", "it", []),
        ("Chad says it is open to talks with Niger.", "open", "it", []),
        ("Kenya has re-opened a road to Sudan.", "opened", "Kenya", ["road"]),
        ("The US president is due in Hanoi next September.", "due", "president", []),
        ("Tokyo to lend Manila money for subway", "lend", "Tokyo", ["money"]),
        ("The visiting Thai premier toured a farm in Laos.", "toured", "premier", ["farm"]),
        ("France is planning to sell up to nine submarines to Peru.",
         "sell", "France", ["submarines"]),
        (("The raid was claimed by a rebel group, but both Norway and Chad have alleged Libyan "
         "involvement."), "alleged", "Norway", ["involvement"]),
    ],
)  # fmt: skip
def test_a_clause_finds_its_subject_and_objects(
    nlp: Language, text: str, verb: str, subject: str, objects: list[str]
) -> None:
    args = arguments(next(t for t in _mended(nlp, text) if t.text == verb))
    assert [t.text for t in args.agent] == [subject]
    assert [t.text for t in args.patient if t.pos_ != "PRON"] == objects


def test_growing_pressure_is_no_clause(nlp: Language) -> None:
    doc = _mended(nlp, "Peru has come under increasing pressure to leave the pact.")
    come = next(t for t in doc if t.text == "come")
    assert [(p, t.text) for p, t in arguments(come).preps] == [("under", "pressure")]


def test_two_subjects_are_coordinated(nlp: Language) -> None:
    doc = _mended(
        nlp, "Iranian officials and the IAEA's director general held constructive discussions."
    )
    assert [t.text for t in doc if t.dep_ == "nsubj"] == ["officials"]
    assert [t.text for t in doc if t.dep_ == "conj"] == ["director"]


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("Latvia joined NATO in 2004 and the European Union in the same spring.",
         "NATO", "Union"),
        ("Poland joined NATO in 1999 and the European Union in 2004.", "NATO", "Union"),
    ],
)  # fmt: skip
def test_the_second_of_two_stands_with_the_first(
    nlp: Language, text: str, first: str, second: str
) -> None:
    doc = _mended(nlp, text)
    (token,) = [t for t in doc if t.text == second]
    assert (token.dep_, token.head.text) == ("conj", first)


def test_a_quality_that_was_a_passive(nlp: Language) -> None:
    doc = _mended(
        nlp, "Relations between Laos and Cuba were upgraded to the level of a partnership."
    )
    assert is_passive(next(t for t in doc if t.text == "upgraded"))


@pytest.mark.parametrize(
    "text",
    [
        "Two soldiers killed in Mali.",
        "Norway's plans for the north were praised by Finland.",
        "Norway's armed forces in the far north.",
        "The newly trained recruits smiled at the minister.",
        "It was ready.",
        "Peru and Chile signed, and Bolivia watched.",
    ],
)
def test_what_is_read_well_stays(nlp: Language, text: str) -> None:
    before = [(t.tag_, t.dep_, t.head.i) for t in nlp(text)]
    assert [(t.tag_, t.dep_, t.head.i) for t in _mended(nlp, text)] == before


@pytest.mark.parametrize(
    ("text", "verb", "subject"),
    [
        ("The Arab League condemned Turkey in the same breath.", "condemned", "League"),
        ("Lithuania on Monday accused Russian spies of arson.", "accused", "Lithuania"),
        ("The Thai minister on Friday blamed Phnom Penh.", "blamed", "minister"),
        ("Three Peruvian guards clashed with smugglers.", "clashed", "guards"),
    ],
)
def test_a_past_that_was_a_quality_has_its_subject(
    nlp: Language, text: str, verb: str, subject: str
) -> None:
    doc = _mended(nlp, text)
    (token,) = [t for t in doc if t.text == verb]
    assert token.dep_ == "ROOT"
    assert [c.text for c in token.children if c.dep_ == "nsubj"] == [subject]
    assert token.tag_ == "VBD"


@pytest.mark.parametrize(
    ("text", "word", "label", "head"),
    [
        (("Talks have begun in Vienna between Omani negotiators and the United Nations nuclear "
         "watchdog agency."), "negotiators", "obl", "begun"),
        (("After meetings Monday with Kenya's visiting foreign minister, Malian officials made "
         "clear the importance of trade."), "minister", "nmod", "meetings"),
        ("The agency says it is in contact with Malian authorities to verify the report.",
         "it", "nsubj", "contact"),
        ("Talks stalled after North Korea test launched the missiles.",
         "Korea", "nsubj", "launched"),
        ("Pakistani officials say forces have arrested at least three al-Qaida suspects.",
         "suspects", "obj", "arrested"),
        (("Kenya's president made the offer during a meeting Monday with visiting Danish Prime "
         "Minister Lars Holm."), "visiting", "amod", "Lars"),
        (("Kenyan Prime Minister Daniel Otieno is in the United States to rally support from "
         "church groups for the planned dam."), "rally", "advcl", "States"),
        (("The march took place as trade negotiators from Kenya, Uganda, Chad and the United "
         "States met for a new round of talks."), "negotiators", "nsubj", "met"),
    ],
)  # fmt: skip
def test_a_word_hangs_where_it_belongs(
    nlp: Language, text: str, word: str, label: str, head: str
) -> None:
    token = next(t for t in _mended(nlp, text) if t.text == word)
    assert (token.dep_, token.head.text) == (label, head)


def test_a_title_opens_another_name(nlp: Language) -> None:
    text = (
        "Sources say Hamas leader Khaled Meshaal and Islamic Jihad leader Ramadan Shallah were "
        "both meeting Wednesday with Egyptian negotiators."
    )
    second = next(t for t in _mended(nlp, text) if t.text == "Ramadan")
    assert (second.dep_, second.head.text) == ("conj", "Khaled")


def test_whoever_calls_to_thank_somebody_does_both(nlp: Language) -> None:
    doc = _mended(nlp, "The Thai premier called Peruvian President Dina Boluarte to thank her.")
    thank = next(t for t in doc if t.text == "thank")
    assert (thank.dep_, subject(thank)) == ("advcl", next(t for t in doc if t.text == "premier"))
