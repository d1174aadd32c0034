"""What becomes of the rules' acts once the model has been asked, and what it adds of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import numpy as np
import pytest

from worker.events import judging
from worker.events.extract import Coder
from worker.events.judging import DOUBTED, SURE, SURE_ALONE, Judge, together
from worker.events.language.nlp import load
from worker.events.merge import Told
from worker.events.parties import Gazetteer
from worker.events.plover import types
from worker.events.relate.glance import WORTH, chance
from worker.events.relate.lines import NOBODY, Pair, Passage
from worker.events.relate.network import MODES, Answer
from worker.events.telling import Draft, Heard
from worker.model import Article, Event

NLP, GAZETTEER = load(), Gazetteer.load()
CODES = ("NOR", "TCD", "PER")
DOUBTFUL, CERTAIN = DOUBTED / 2, (1 + SURE_ALONE) / 2


class Opinion:
    """A network that thinks what it is told to: of a type and a pair, how likely they are.

    Where a word tells the act, it finds it in the sentences that have the word alone.
    """

    def __init__(self, shares: dict[tuple[str, str, str], float], word: str = "", mode: str = ""):
        self._shares, self._word, self._mode = shares, word, mode
        self.asked: list[tuple[int, Pair]] = []

    def answers(self, passages: Iterable[Passage]) -> Iterator[Answer]:
        for passage in passages:
            for number, line in enumerate(passage.lines):
                told = not self._word or self._word in line.words
                word = line.words.index(self._word) if self._word and told else 0
                known = self._shares if told else {}
                for pair in passage.pairs(number):
                    self.asked.append((passage.start + number, pair))
                    shares = [known.get((kind, *pair), 0.2) for kind in types()]
                    modes = [float((mode or "") == self._mode) for _, mode in MODES]
                    yield Answer(
                        passage.start + number,
                        pair,
                        np.array(shares),
                        max(shares),
                        np.array(modes),
                        word,
                    )


def coded(text: str, opinion: Opinion, source: str | None = None) -> tuple[Event, ...]:
    def settle(draft: Draft, told: list[Told], heard: Sequence[Heard]) -> list[Told]:
        return Judge(opinion, draft.issuer, draft.anchor).settle(told, heard)  # type: ignore[arg-type]

    day = date(2024, 5, 20)
    article = Article(id="x", text=text, published=day, source=source)
    return Coder(NLP, GAZETTEER, judge=settle).code_one(article)


@pytest.fixture
def everything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what a glance finds too plain to be read."""
    monkeypatch.setattr(judging, "WORTH", 0.0)


def codes(event: Event) -> tuple[list[str], list[str]]:
    return [p.code for p in event.actors], [p.code for p in event.recipients]


def test_an_act_of_the_rules_stays_with_the_belief_of_the_model() -> None:
    text = "Norway condemned Chad."
    sure, unsure = (
        coded(text, Opinion({("ACCUSE", "NOR", "TCD"): share}))[0] for share in (0.95, 0.3)
    )
    assert sure.rule == unsure.rule == "accuse.condemn"
    assert sure.confidence > unsure.confidence


def test_an_act_that_the_model_thinks_wrong_is_dropped() -> None:
    assert coded("Norway condemned Chad.", Opinion({("ACCUSE", "NOR", "TCD"): DOUBTFUL})) == ()


def test_what_a_noun_tells_in_passing_stays() -> None:
    text = "The storm came during the Chadian president's visit to Norway."
    shares = {("CONSULT", a, b): DOUBTFUL for a, b in (("NOR", "TCD"), ("TCD", "NOR"))}
    (event,) = coded(text, Opinion(shares))
    assert event.type == "CONSULT"
    assert event.rule.startswith("consult.visit")


def test_an_act_that_no_rule_told_is_added_where_the_model_is_sure() -> None:
    text = "It rained in Lima. On Friday, Norway gave the cold shoulder to Chad."
    shares = {("REJECT", "NOR", "TCD"): CERTAIN, ("ACCUSE", "TCD", "NOR"): SURE_ALONE - 0.01}
    (event,) = coded(text, Opinion(shares, word="shoulder", mode="meet"))
    assert (event.type, event.mode, *codes(event)) == ("REJECT", "meet", ["NOR"], ["TCD"])
    assert event.rule == "relate.reject"
    assert event.date == "2024-05-17"
    quote = event.evidence[0]
    assert text[quote.start : quote.end] == quote.quote
    assert {"Norway", "shoulder", "Chad"} <= set(quote.quote.split())
    (account,) = event.accounts
    assert account.rule_line is None
    assert account.trigger.quote == "shoulder"
    assert [party.entry is not None for party in account.parties] == [True, True]


def test_where_the_rules_told_an_act_another_one_is_likelier() -> None:
    shares = {("REJECT", "NOR", "TCD"): (SURE + SURE_ALONE) / 2, ("ACCUSE", "PER", "TCD"): CERTAIN}
    text = "Norway gave the cold shoulder to Chad."
    assert coded(text, Opinion(shares, word="shoulder")) == ()
    found = coded(f"{text} Peru condemned Chad.", Opinion(shares, word="shoulder"))
    assert sorted(event.type for event in found) == ["ACCUSE", "REJECT"]


def test_a_mode_read_from_what_is_asked_for_gives_way_to_a_likelier_one() -> None:
    read = coded("Norway urged Chad to reconsider.", Opinion({}))[0]
    likelier = coded("Norway urged Chad to reconsider.", Opinion({}, mode="yield"))[0]
    assert (read.type, read.mode, likelier.mode) == ("REQUEST", "change", "yield")
    summoned = "Norway summoned the ambassador of Chad."
    own = coded(summoned, Opinion({}))[0].mode
    assert own is not None
    assert coded(summoned, Opinion({}, mode="allege"))[0].mode == own


def test_what_the_rules_told_already_is_not_added_again() -> None:
    text = "Norway condemned Chad. Norway is still cross with Chad."
    shares = {("ACCUSE", "NOR", "TCD"): CERTAIN}
    (event,) = coded(text, Opinion(shares))
    assert event.rule == "accuse.condemn"


@pytest.mark.usefixtures("everything_is_read")
def test_a_party_told_in_the_sentence_before_has_no_place_in_this_one() -> None:
    text = "Chad is a neighbour of Libya. Norway gave it the cold shoulder."
    (event,) = coded(text, Opinion({("REJECT", "NOR", "LBY"): CERTAIN}, word="shoulder"))
    (libya,) = event.recipients
    assert (libya.code, libya.mention, libya.basis) == ("LBY", None, "reference")


@pytest.mark.usefixtures("everything_is_read")
def test_an_act_may_touch_whom_the_article_names_elsewhere_alone() -> None:
    text = "The Norwegians were cross. " + "It rained. " * 5 + "Chad is dry. Chad is large."
    (event,) = coded(text, Opinion({("REJECT", "NOR", "TCD"): CERTAIN}, word="cross"))
    (chad,) = event.recipients
    assert (chad.code, chad.mention, chad.basis) == ("TCD", None, "reference")
    assert event.evidence[0].quote == "The Norwegians were cross"


@pytest.mark.usefixtures("everything_is_read")
def test_a_statement_speaks_for_its_issuer() -> None:
    text = "We have no time for Chad."
    opinion = Opinion({("REJECT", "GBR", "TCD"): CERTAIN}, word="time")
    (event,) = coded(text, opinion, source="UK Government")
    assert codes(event) == (["GBR"], ["TCD"])


def test_parties_that_only_the_rules_understood_may_act_again() -> None:
    text = "Norway and Chad met. The talks failed. Peru condemned the meeting."
    every = {(kind, a, b): CERTAIN for kind in types() for a in CODES for b in (*CODES, NOBODY)}
    found = coded(text, Opinion(every))
    assert {party.code for event in found for party in (*event.actors, *event.recipients)} == {
        *CODES
    }


def test_what_the_model_adds_at_home_is_no_event() -> None:
    text = "Norway, Palestine and Hamas were there."
    opinion = Opinion({("ACCUSE", "PSE", "HAMAS"): CERTAIN})
    assert coded(text, opinion) == ()
    assert (0, ("PSE", "HAMAS")) in opinion.asked


def test_the_mode_is_one_of_the_type() -> None:
    text = "Norway gave the cold shoulder to Chad."
    (event,) = coded(text, Opinion({("REJECT", "NOR", "TCD"): CERTAIN}, mode="hunger"))
    assert event.mode is None


@pytest.mark.parametrize(
    ("kind", "pairs", "acts"),
    [
        ("AID", ["AB", "AC"], [("A", "BC")]),
        ("AID", ["AC", "BC"], [("AB", "C")]),
        ("AID", ["AB", "BA"], [("A", "B"), ("B", "A")]),
        ("AGREE", ["AB", "BA"], [("AB", "")]),
        ("AGREE", ["AB", "BA", "AC"], [("AB", ""), ("A", "C")]),
        ("AGREE", ["AB", "BA", "AC", "CA", "BC", "CB"], [("ABC", "")]),
        ("AGREE", ["AB", "BA", "BC", "CB"], [("AB", ""), ("BC", "")]),
        ("MOBILIZE", ["A", "B"], [("AB", "")]),
        ("MOBILIZE", ["A", "AB"], [("A", ""), ("A", "B")]),
    ],
)
def test_pairs_make_acts(kind: str, pairs: list[str], acts: list[tuple[str, str]]) -> None:
    asked = [(pair[0], pair[1:] or NOBODY) for pair in pairs]
    found = sorted(("".join(a), "".join(r)) for a, r in together(kind, asked))
    assert found == sorted(acts)


def test_nothing_is_asked_where_no_sentence_is_worth_it() -> None:
    opinion = Opinion({})
    assert coded("Norway is cold. It rained in Oslo.", opinion) == ()
    assert opinion.asked == []


def test_a_sentence_of_one_party_is_read_with_the_one_before() -> None:
    text = "Chad lies at a lake. Norwegian officials denied the charge and accused it of spying."
    opinion = Opinion({("ACCUSE", "NOR", "TCD"): CERTAIN}, word="accused")
    assert any(codes(event) == (["NOR"], ["TCD"]) for event in coded(text, opinion))
    assert (1, ("NOR", "TCD")) in opinion.asked


def test_a_glance_tells_acts_from_other_sentences() -> None:
    named = [("NOR", "state"), ("TCD", "state")]
    acts, others = (
        [chance(words.split(), named) for words in lines]
        for lines in (
            ("accused of spying on .", "and signed a treaty .", "welcomed the offer of ."),
            ("and have long winters .", "is bigger than .", "lies to the west of ."),
        )
    )
    assert min(acts) > max(WORTH, *others)
    assert chance(["accused"], named) > chance(["accused"], named[:1])


def test_the_packaged_model_judges_by_default() -> None:
    (event,) = Coder(NLP, GAZETTEER).code_one(Article(id="x", text="Norway condemned Chad."))
    assert event.confidence > 0.5
    assert judging.DOUBTED < judging.SURE
