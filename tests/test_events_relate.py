"""The type of an act between two parties: what is seen, what is learnt, what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from spacy.vectors import Vectors

from training.relate import examples, judge
from training.relate.__main__ import write
from training.relate.fit import CLASSES, Settings, fit
from worker.events import plover
from worker.events.language.nlp import load
from worker.events.language.parsed import Doc
from worker.events.parties import Gazetteer
from worker.events.relate import Relater
from worker.events.relate.network import packaged, packed, unpacked
from worker.events.relate.pairs import Pair, path
from worker.events.relate.reading import look
from worker.events.rules import lexicon

EMPTY = Vectors()
GAZETTEER = Gazetteer.load()
NLP = load()


def pair(sentence: str) -> tuple[str, tuple[tuple[int, int], tuple[int, int]]]:
    marked = examples.marked("test", "test", "NONE", sentence)
    return marked.text, marked.spans


def told(*sentences: str) -> list[tuple[str, dict[str, float]]]:
    return list(Relater(NLP, GAZETTEER).types(pair(s) for s in sentences))


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
    def signs(sentence: str) -> frozenset[str]:
        text, spans = pair(sentence)
        return look(Doc(NLP(text)), spans, GAZETTEER, lexicon()).signs

    one = signs("[A: Norway] condemned [B: Chad] in Geneva.")
    assert one == signs("[A: Kenya] condemned [B: Peru] in Geneva.")
    assert not any("Norway" in sign or "norway" in sign for sign in one)
    assert "rule between ACCUSE" in one
    assert "source verb: condemn" in one


def test_the_path_goes_up_from_the_source_and_down_to_the_target() -> None:
    doc = Doc(NLP("Norway said it had condemned the raid by Chad."))
    way = path(Pair(doc, doc[0:1], doc[8:9], ("A", "B")))
    assert [t.text for t in way.tokens] == ["said", "condemned", "raid"]
    assert way.top == doc[1]


def test_a_party_that_is_only_understood_leaves_the_other() -> None:
    doc = Doc(NLP("The raid by Chad was condemned."))
    seen = look(doc, (None, (12, 16)), GAZETTEER, lexicon())
    assert "no source" in seen.signs
    assert packaged().probabilities(seen, EMPTY).sum() == pytest.approx(1, abs=1e-5)


def seen_in(*sentences: str) -> list:
    return [[look(Doc(NLP(t)), spans, GAZETTEER, lexicon())] for t, spans in map(pair, sentences)]


def test_what_was_trained_on_is_learnt_and_survives_its_file(tmp_path: Path) -> None:
    pairs = seen_in(
        *(f"[A: Oman] has {verb} [B: Chad]." for verb in ("praised", "bombed", "sued", "invaded"))
    )
    kinds = ["SUPPORT", "ASSAULT", "ACCUSE", "ASSAULT"]
    settings = Settings(epochs=60, least=1, averaged=0.1)
    network = fit(pairs, kinds, EMPTY, settings)
    shares = [network.probabilities(one, EMPTY) for (one,) in pairs]
    assert [CLASSES[s.argmax()] for s in shares] == kinds
    files = tmp_path / "one.npz", tmp_path / "other.npz"
    for file in files:
        write(fit(pairs, kinds, EMPTY, settings), file)
    assert files[0].read_bytes() == files[1].read_bytes()
    kept = unpacked(packed(network))
    assert kept.rows == network.rows
    assert kept.probabilities(pairs[0][0], EMPTY) == pytest.approx(shares[0], abs=0.05)


def test_vectors_tell_of_words_that_no_sentence_had() -> None:
    vectors = Vectors(shape=(4, 2))
    for row, (word, vector) in enumerate(
        {"praise": (1, 0), "laud": (1, 0), "bomb": (0, 1), "maul": (0, 1)}.items()
    ):
        vectors.add(NLP.vocab.strings.add(word), vector=np.array(vector, "f4"), row=row)
    pairs = seen_in("[A: Oman] has praised [B: Chad].", "[A: Oman] has bombed [B: Chad].")
    settings = Settings(epochs=300, blind=0, drop_signs=0.9)
    network = fit(pairs, ["SUPPORT", "ASSAULT"], vectors, settings)
    new = seen_in("[A: Oman] has lauded [B: Chad].", "[A: Oman] has mauled [B: Chad].")
    found = [CLASSES[network.probabilities(one, vectors).argmax()] for (one,) in new]
    assert found == ["SUPPORT", "ASSAULT"]
    assert network.probabilities(new[0][0], EMPTY).sum() == pytest.approx(1, abs=1e-5)


def test_a_sentence_must_mark_both_parties_once() -> None:
    for wrong in ("[A: Peru] spoke.", "[A: Peru] met [A: Chad] and [B: Oman]."):
        with pytest.raises(ValueError, match="mark"):
            examples.marked("x/1", "x", "CONSULT", wrong)


def test_our_sentences_are_sound_and_cover_every_type() -> None:
    kinds = {example.type for example in examples.ours()}
    assert kinds == set(CLASSES)


def test_figures_are_those_of_the_definition() -> None:
    assert judge.macro_f1(["AID", "AID", "ACCUSE"], ["AID", "ACCUSE", "ACCUSE"]) == (
        pytest.approx((2 / 3 + 2 / 3) / 2)
    )
    shares = np.full((2, 16), 0.01)
    shares[:, plover.types().index("AID")] = 0.85
    assert judge.calibration_error(["AID", "ACCUSE"], shares) == pytest.approx(0.35)
    assert judge.log_loss(["AID"], shares[:1]) == pytest.approx(-np.log(0.85))
