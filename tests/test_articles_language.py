"""In which language an article is, and what becomes of those that the coder cannot read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from worker.articles import language
from worker.articles.clean import clean
from worker.articles.language import Foreign
from worker.model import Entry, Feed, Page

SAID = {
    "en": "The foreign ministers of both countries met in the capital to talk of the border, and "
    "agreed to open the embassies that had been closed for three years.",
    "de": "Die Außenminister beider Länder trafen sich in der Hauptstadt, um über die Grenze zu "
    "sprechen, und wollen die seit drei Jahren geschlossenen Botschaften öffnen.",
    "fr": "Les ministres des affaires étrangères des deux pays se sont rencontrés dans la capitale "
    "et ont décidé de rouvrir les ambassades fermées depuis trois ans.",
    "es": "Los ministros de Asuntos Exteriores de ambos países se reunieron en la capital y "
    "acordaron reabrir las embajadas, cerradas desde hace tres años.",
    "ru": "Министры иностранных дел двух стран встретились в столице и договорились вновь открыть "
    "посольства, которые были закрыты три года.",
    "ar": "التقى وزيرا خارجية البلدين في العاصمة واتفقا على إعادة فتح "
    "السفارتين المغلقتين منذ ثلاث سنوات.",
    "zh": "两国外长星期一在首都会晤,讨论边界问题。他们同意重新开放关闭了三年的大使馆。",
    "tr": "İki ülkenin dışişleri bakanları başkentte bir araya geldi ve üç yıldır kapalı olan "
    "büyükelçiliklerin yeniden açılması konusunda anlaştı.",
}


@pytest.mark.parametrize("tongue", SAID)
@pytest.mark.parametrize("times", [1, 30])
def test_a_language_is_told_from_two_sentences_as_from_many(tongue: str, times: int) -> None:
    assert language.told(SAID[tongue] * times, "en") == tongue


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("Abdul Rahman bin Hamad al-Thani, Doha; Sheikh Tamim.", "en"),
        (SAID["en"], "en-GB"),
        (SAID["fr"], "fr-CA"),
        ("", "pt"),
    ],
)
def test_what_is_declared_stands_where_the_text_does_not_contradict(
    text: str, declared: str
) -> None:
    assert language.told(text, declared) == declared


def test_names_and_quotations_do_not_make_an_english_text_foreign() -> None:
    names = "Abdelmadjid Tebboune, Recep Tayyip Erdoğan, Xóchitl Gálvez and Đỗ Văn Chiến "
    quoted = "said “l’ambassade reste fermée”. "
    assert language.told((names + quoted + SAID["en"] + " ") * 4, "en") == "en"


def read(text: str, declared: str = "en") -> str:
    html = f"<html><head><title>x</title></head><body><article><p>{text}</p></article></body>"
    url = "https://news.test/a"
    page = Page(url, 200, {"content-type": "text/html"}, html.encode(), datetime.now(UTC))
    return clean(
        page, Feed("https://news.test/rss", "News", language=declared), Entry(url)
    ).language


def test_an_article_that_the_coder_cannot_read_is_rejected_with_its_language() -> None:
    with pytest.raises(Foreign) as caught:
        read(SAID["de"] * 2)
    assert (caught.value.reason, caught.value.language) == ("language", "de")


def test_an_english_article_of_a_foreign_feed_is_read() -> None:
    assert read(SAID["en"] * 2, declared="de") == "en"
