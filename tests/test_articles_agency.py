"""Which agency an article is credited to."""

from __future__ import annotations

import time

import pytest

from worker.articles.agency import credited

STORY = "The foreign ministers met on Monday to talk about the border. They agreed to meet again."


@pytest.mark.parametrize(
    ("dateline", "agency"),
    [
        ("PARIS (AFP) - ", "AFP"),
        ("PARIS, Jan 15 (AFP) — ", "AFP"),
        ("BEIJING, Jan. 15 (Xinhua) -- ", "Xinhua"),
        ("WASHINGTON, January 15 (Reuters) - ", "Reuters"),
        ("LONDON (AP) — ", "AP"),
        ("New Delhi [India], January 15 (ANI): ", "ANI"),
        ("New Delhi, Jan 15 (PTI) ", "PTI"),
        ("MOSCOW, January 15. /TASS/. ", "TASS"),
        ("ANKARA (AA) - ", "AA"),
        ("Tehran, IRNA - ", None),
        ("Berlin (dpa) - ", "DPA"),
        ("MADRID, 15 Ene. (EFE) - ", "EFE"),
        ("MANILA (Kyodo/AP) - ", "AP"),
        ("Ministers meet\nPARIS (AFP) - ", "AFP"),
        ("The African Parliament (AP) said so. ", None),
        ("The Press Association (PA) and others said so. ", None),
        ("officials (AFP) - ", None),
        ("", None),
    ],
)
def test_datelines(dateline, agency):
    assert credited(dateline + STORY) == agency


@pytest.mark.parametrize(
    ("closing", "agency"),
    [
        (" (AFP)", "AFP"),
        ("\n(With inputs from ANI)", "ANI"),
        ("\n— Reuters", "Reuters"),
        ("\n-- dpa", "DPA"),
        ("\nSource: Xinhua", "Xinhua"),
        ("\n© Agence France-Presse", "AFP"),
        ("\n(Source: The Associated Press)", "AP"),
        (" He spoke to Reuters.", None),
        (" It is the seat of the African Parliament (AP) in town", None),
        (" - May", None),
    ],
)
def test_closing_credits(closing, agency):
    assert credited(STORY + closing) == agency


@pytest.mark.parametrize(
    ("bylines", "agency"),
    [
        (["AFP"], "AFP"),
        (["By Reuters"], "Reuters"),
        (["Jane Doe", "The Associated Press"], "AP"),
        (["Jane Doe, AP"], "AP"),
        (["Staff with AFP"], "AFP"),
        (["Apollonia Reuter"], None),
        (["Tass Mitchell"], None),
        ([], None),
    ],
)
def test_bylines(bylines, agency):
    assert credited(STORY, bylines) == agency


@pytest.mark.parametrize(
    "text", ["A" * 100_000, "A (" * 50_000, "(AFP" * 50_000, "A 1 " * 50_000, ""]
)
def test_no_text_takes_long(text):
    began = time.process_time()
    credited(text)
    assert time.process_time() - began < 0.5
