"""The type of an act between two parties: what is asked, what is seen, what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.relate import examples
from worker.events import plover
from worker.events.language.nlp import load
from worker.events.language.parsed import Doc
from worker.events.parties import Gazetteer
from worker.events.relate import Relater
from worker.events.relate.encoding import encode
from worker.events.relate.lines import (
    NOBODY,
    Claim,
    Line,
    Mark,
    Passage,
    cast,
    passages,
)
from worker.events.relate.network import packaged, packs
from worker.events.relate.pieces import Vocabulary
from worker.events.relate.reading import look
from worker.events.rules import lexicon

GAZETTEER = Gazetteer.load()
NLP = load()
PIECES = (
    "[PAD]", *(f"[unused{n}]" for n in range(8)), "[UNK]", "[CLS]", "[SEP]",
    "met", "the", "minister", "##s", "min", "##ister", "u", ".", "s", "e", "##lite",
)  # fmt: skip
VOCABULARY = Vocabulary(PIECES)


def told(*sentences: str) -> list[tuple[str, dict[str, float]]]:
    marked = [examples.marked("test", "test", "NONE", sentence) for sentence in sentences]
    return list(Relater(NLP, GAZETTEER).types((m.text, m.spans) for m in marked))


def line(text: str, *marks: Mark, **others: object) -> Line:
    words = tuple(text.split())
    return Line(words, ("dep",) * len(words), ((),) * len(words), marks, **others)  # type: ignore[arg-type]


def state(first: int, code: str, how: str = "name") -> Mark:
    return Mark(first, first + 1, code, "state", how)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("ACCUSE", "[A: Peru] condemned the raid by [B: Chad]."),
        ("AGREE", "[A: Iran] will send food to [B: Gaza], a minister said on Monday."),
        ("SANCTION", "[A: Russia] expelled two [B: Polish] diplomats over a spying row."),
        ("ASSAULT", "Jets of [A: the Saudi-led coalition] bombed a [B: Houthi] camp near Saada."),
        ("CONSULT", "The foreign ministers of [A: Oman] and [B: Kenya] held talks in Geneva."),
        ("REQUEST", "[A: Brussels] urged [B: Hanoi] to free the blogger."),
        ("PROTEST", "Hundreds of [A: Egyptians] marched on the [B: Swedish] embassy in Cairo."),
    ],
)
def test_plain_sentences_have_their_type(kind: str, sentence: str) -> None:
    ((found, shares),) = told(sentence)
    assert found == kind
    assert shares[kind] == max(shares.values())


def test_the_sixteen_probabilities_sum_to_one() -> None:
    ((_, shares),) = told("[A: Norway] rejected what [B: Chad] had proposed.")
    assert tuple(shares) == plover.types()
    assert sum(shares.values()) == pytest.approx(1, abs=1e-6)
    assert all(0 < share < 1 for share in shares.values())


def test_the_same_pair_gets_the_same_answer_in_any_company() -> None:
    one = "[A: Norway] rejected what [B: Chad] had proposed."
    other = "[A: Kenya] sent troops to the border with [B: Somalia]."
    assert told(one, other, one) == [*told(one), *told(other), *told(one)]


def test_spans_may_stand_at_the_ends_and_take_in_the_whole() -> None:
    text = "Peru condemned Chad"
    whole = (0, len(text))
    relater = Relater(NLP, GAZETTEER)
    for spans in (((0, 4), (15, 19)), (whole, whole), ((4, 6), (14, 15)), ((1, 2), (18, 19))):
        ((_, shares),) = relater.types([(text, spans)])
        assert sum(shares.values()) == pytest.approx(1, abs=1e-6)


def test_parties_of_two_sentences_and_broken_lines_are_read() -> None:
    ((kind, _),) = told("[A: Peru] is angry.\nIt condemned\n[B: Chad] on Monday.")
    assert kind in plover.types()


def test_names_are_not_seen() -> None:
    def read(sentence: str) -> dict[str, np.ndarray]:
        marked = examples.marked("test", "test", "NONE", sentence)
        passage, asked = look(Doc(NLP(marked.text)), marked.spans, GAZETTEER, lexicon())
        assert asked == [(0, ("A", "B"))]
        return encode([passage], VOCABULARY).arrays

    one = read("[A: Norway] condemned [B: Chad] in Geneva.")
    other = read("[A: Kenya] condemned [B: Peru] in Geneva.")
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_a_party_that_is_only_understood_leaves_the_other() -> None:
    _, asked = look(
        Doc(NLP("The raid by Chad was condemned.")), (None, (12, 16)), GAZETTEER, lexicon()
    )
    assert asked == [(0, ("B", NOBODY))]


def test_words_are_cut_into_the_longest_pieces_without_case_and_accents() -> None:
    def cut(word: str) -> list[str]:
        return [PIECES[number] for number in VOCABULARY.cut(word)]

    assert cut("Ministers") == ["minister", "##s"]
    assert cut("U.S.") == ["u", ".", "s", "."]
    assert cut("élite") == ["e", "##lite"]
    assert cut("quorum") == ["[UNK]"]
    assert cut(" ") == ["[UNK]"]
    assert cut("met" + ".met" * 9) == ["met", ".", "met", ".", "met"]


def test_asked_about_is_every_pair_of_which_one_stands_in_the_sentence() -> None:
    first = line("Norway met Chad .", state(0, "NOR"), state(2, "TCD"))
    second = line("They met Peru .", state(2, "PER"), state(0, "NOR", "meant"))
    found = Passage(0, (first, second)).pairs(1)
    assert ("NOR", "PER") in found
    assert ("PER", "TCD") in found
    assert ("PER", NOBODY) in found
    assert ("TCD", NOBODY) not in found
    assert len(found) == len(set(found))


def test_what_the_rules_claim_and_who_issues_is_asked_about_too() -> None:
    claim = Claim("ACCUSE", frozenset({"NOR"}), frozenset({"TCD"}))
    one = line("We condemn the raid .", claims=(claim,), issuer="NOR")
    assert set(Passage(0, (one,)).pairs(0)) == {
        ("NOR", "TCD"), ("TCD", "NOR"), ("NOR", NOBODY), ("TCD", NOBODY),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "pairs"),
    [
        (Claim("AID", frozenset("A"), frozenset("BC")), {("A", "B"), ("A", "C")}),
        (Claim("CONSULT", frozenset("A"), frozenset("B")), {("A", "B"), ("B", "A")}),
        (Claim("AGREE", frozenset("AB"), frozenset()), {("A", "B"), ("B", "A")}),
        (Claim("MOBILIZE", frozenset("A"), frozenset()), {("A", NOBODY)}),
    ],
)
def test_a_claim_is_of_pairs(claim: Claim, pairs: set[tuple[str, str]]) -> None:
    assert set(claim.pairs()) == pairs


def test_an_article_is_cut_into_passages_without_loss() -> None:
    lines = [line("word " * size) for size in (10, 60, 60, 5, 5, 5, 5, 200, 3)]
    for first in (1, 2, 3, 4):
        found = list(passages(dict(enumerate(lines)), first=first))
        assert [one for passage in found for one in passage.lines] == lines
        assert [passage.start for passage in found] == [
            sum(len(p.lines) for p in found[:n]) for n in range(len(found))
        ]
        assert len(found[0].lines) <= first
        for passage in found:
            words = sum(len(one.words) for one in passage.lines)
            assert len(passage.lines) <= 4
            assert words <= 110 or len(passage.lines) == 1


def test_an_article_is_about_those_whom_most_of_its_sentences_name() -> None:
    sentences = ["NOR TCD", "PER", "", "PER NOR", "OMN OMN OMN", "QAT"]
    found = cast([(code, "state") for code in named.split()] for named in sentences)
    assert [mark.code for mark in found] == ["NOR", "TCD", "PER"]
    assert {mark.how for mark in found} == {"cast"}
    assert cast([[], []]) == ()


def test_an_absent_party_is_asked_about_where_the_article_is_about_it() -> None:
    one = line("Norway condemned the raid .", state(0, "NOR"))
    about = cast([[("TCD", "state"), ("NOR", "state")]])
    assert set(Passage(4, (one,), about).pairs(0)) == {
        ("NOR", "TCD"), ("TCD", "NOR"), ("NOR", NOBODY),
    }  # fmt: skip
    nobody = line("It rained .")
    assert Passage(4, (nobody,), about).pairs(0) == []


def test_what_is_left_out_parts_passages() -> None:
    one = line("It rained .")
    about = cast([[("NOR", "state")]])
    found = list(passages({2: one, 3: one, 5: one, 9: one}, about))
    assert [(p.start, len(p.lines)) for p in found] == [(2, 2), (5, 1), (9, 1)]
    assert all(p.cast == about for p in found)


def test_the_arrays_say_where_parties_stand() -> None:
    first = line("Norway met Chad .", state(0, "NOR"), state(2, "TCD"))
    claim = Claim("ACCUSE", frozenset({"NOR"}), frozenset({"TCD"}))
    second = line("the minister met .", state(1, "NOR", "head"), claims=(claim,))
    batch = encode([Passage(0, (first, second))], VOCABULARY)
    arrays = batch.arrays
    assert [PIECES[n] for n in arrays["ids"]][:4] == ["[CLS]", "[unused0]", "met", "[unused0]"]
    question = batch.questions[1]
    offset = len(batch.questions[0].pairs)
    row = {pair: offset + n for n, pair in enumerate(question.pairs)}
    norway, chad = (arrays[side][row["NOR", "TCD"]] for side in ("source", "target"))
    here, before = arrays["standing"][::2], arrays["standing"][1::2]
    assert here[norway].argmax() == question.first[1]
    assert here[chad].sum() == 0
    assert before[[norway, chad]].sum(axis=1).tolist() == [1, 1]
    assert arrays["words"][1].nonzero()[0].tolist() == question.first
    assert arrays["target"][row["NOR", NOBODY]] == len(arrays["parties"])
    claimed = arrays["claims"][offset:]
    assert claimed[row["NOR", "TCD"] - offset, plover.types().index("ACCUSE")] == 1
    assert claimed[:, -1].all()
    assert claimed[:, : len(plover.types())].sum() == 1
    silent = encode([Passage(0, (first, replace(second, claims=None)))], VOCABULARY)
    assert silent.arrays["claims"][-1, -2] == 1


def test_the_arrays_say_whom_the_article_is_about() -> None:
    about = cast([[("TCD", "state"), ("NOR", "state")]])
    alone = encode([Passage(0, (line("the raid .", state(0, "NOR")),))], VOCABULARY)
    batch = encode([Passage(0, (line("the raid .", state(0, "NOR")),), about)], VOCABULARY)
    assert [PIECES[n] for n in batch.arrays["ids"]][:3] == ["[CLS]", "[unused0]", "[unused0]"]
    assert batch.questions[0].first == [at + 2 for at in alone.questions[0].first]
    (pair,) = (n for n, p in enumerate(batch.questions[0].pairs) if p == ("NOR", "TCD"))
    norway, chad = (batch.arrays[side][pair] for side in ("source", "target"))
    here, before = batch.arrays["standing"][::2], batch.arrays["standing"][1::2]
    assert before[chad].nonzero()[0].tolist() == [1]
    assert before[norway].nonzero()[0].tolist() == [2]
    assert here[chad].sum() == 0
    assert here[norway].nonzero()[0].tolist() == [3]


def test_passages_stand_behind_one_another() -> None:
    about = cast([[("OMN", "state")]])
    one = Passage(0, (line("Norway met Chad .", state(0, "NOR"), state(2, "TCD")),), about)
    met = line("Peru met the minister .", state(0, "PER"), state(3, "TCD", "head"))
    other = Passage(4, (met,), about)
    alone, both = encode([other], VOCABULARY), encode([one, other], VOCABULARY)
    size = len(alone.arrays["ids"])
    assert both.arrays["passage"][-size:].tolist() == [1] * size
    for name in ("ids", "marks", "place"):
        assert both.arrays[name][-size:].tolist() == alone.arrays[name].tolist()
    parties, pairs = len(alone.arrays["parties"]), len(alone.arrays["source"])
    standing = both.arrays["standing"][-2 * parties :]
    assert np.array_equal(standing[:, -size:], alone.arrays["standing"])
    assert not standing[:, :-size].any()
    assert (both.arrays["question"][-pairs:] == 1).all()
    ends = both.arrays["source"][-pairs:].max(), both.arrays["target"][-pairs:].max()
    assert ends == (2 * parties - 1, 2 * parties)


def test_what_is_said_of_a_passage_hangs_on_no_other_of_its_article() -> None:
    norway, chad = frozenset({"NOR"}), frozenset({"TCD"})
    told = {"Norway bombed Chad .": "ASSAULT", "Norway met Chad on Monday .": "CONSULT"}
    found = [
        Passage(
            n,
            (line(text, state(0, "NOR"), state(2, "TCD"), claims=(Claim(kind, norway, chad),)),),
        )
        for n, (text, kind) in enumerate(told.items())
    ]
    network = packaged()
    together = list(network.answers(found))
    apart = [answer for passage in found for answer in network.answers([passage])]
    assert [(a.sentence, a.pair) for a in together] == [(a.sentence, a.pair) for a in apart]
    for one, other in zip(together, apart, strict=True):
        assert one.shares == pytest.approx(other.shares, abs=0.03)  # of eight bits


def test_passages_are_packed_in_order_up_to_a_size() -> None:
    found = [Passage(n, (line("word " * size),)) for n, size in enumerate((60, 50, 60, 5, 500, 1))]
    sizes = [[len(p.lines[0].words) for p in pack] for pack in packs(found)]
    assert sizes == [[60, 50], [60, 5], [500], [1]]


def test_a_sentence_must_mark_both_parties_once() -> None:
    for wrong in ("[A: Peru] spoke.", "[A: Peru] met [A: Chad] and [B: Oman]."):
        with pytest.raises(ValueError, match="mark"):
            examples.marked("x/1", "x", "CONSULT", wrong)
