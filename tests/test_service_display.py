"""What a person sees: events as lines, sums, and nothing that could act on a terminal."""

from __future__ import annotations

import contextlib
import io
import os
import pty

import pytest
from rich.cells import cell_len

from worker.service import display
from worker.service.screen import Screen
from worker.stream.read import Counts

CREATED, UPDATED = "demarche.event.created", "demarche.event.updated"


def party(name, role="actor"):
    return {"code": name[:3].upper(), "name": name, "role": role}


def event(**changes):
    return {
        "type": "CONSULT",
        "mode": "phone",
        "date": "2024-01-15",
        "parties": [party("Norway"), party("Chile")],
        "evidence": [{"quote": "The two ministers spoke by telephone.", "start": 0, "end": 37}],
        "article": {"outlet": "The Meridian Courier"},
        **changes,
    }


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ([party("Norway"), party("Chile")], "Norway ↔ Chile"),
        ([party("Norway"), party("Chile"), party("Ghana")], "Norway, Chile, Ghana"),
        ([party("Norway"), party("Chile", "recipient")], "Norway → Chile"),
        (
            [party("Norway"), party("Ghana"), party("Chile", "recipient")],
            "Norway, Ghana → Chile",
        ),
        ([party("Chile", "recipient")], "? → Chile"),
        ([party("Norway")], "Norway"),
    ],
)
def test_parties_show_who_did_it_to_whom(told, shown):
    assert display.parties(told) == shown


@pytest.mark.parametrize(
    ("kind", "data", "lines"),
    [
        (
            CREATED,
            event(),
            [
                "2024-01-15  CONSULT (phone)  Norway ↔ Chile",
                "    “The two ministers spoke by telephone.” – The Meridian Courier",
            ],
        ),
        (
            UPDATED,
            event(mode=None, date="2010-12", article={}),
            [
                "2010-12     CONSULT  Norway ↔ Chile  [updated]",
                "    “The two ministers spoke by telephone.”",
            ],
        ),
        (
            CREATED,
            event(date=None, evidence=[]),
            ["undated     CONSULT (phone)  Norway ↔ Chile", "    – The Meridian Courier"],
        ),
        ("demarche.event.retracted", {"id": "ab12"}, ["            retracted  ab12"]),
    ],
)
def test_an_event_is_a_line_and_its_evidence(kind, data, lines):
    assert display.event_lines(kind, data) == lines


@pytest.mark.parametrize("width", [20, 40, 60, 80])
def test_lines_are_folded_into_a_narrow_terminal(width):
    long = event(evidence=[{"quote": "It was a long talk about many things. " * 9}])
    lines = display.event_lines(CREATED, long, width)
    assert max(map(cell_len, lines)) <= max(width, 24)
    assert all(line.startswith("    ") for line in lines[1:])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\tand  spaces", "two lines and spaces"),
        ("\x1b[2J\x1b]0;title\x07red", "[2J ]0;title red"),
        ("\x9b31mred", "31mred"),
        ("left\u202eright\u2066", "left right"),
        ("soft\u00adhyphen", "soft hyphen"),
        ("Türkiye ↔ Côte d’Ivoire", "Türkiye ↔ Côte d’Ivoire"),
    ],
)
def test_nothing_of_a_page_acts_on_a_terminal(text, shown):
    assert display.clean(text) == shown


def test_a_long_quotation_is_cut_between_words():
    assert display.shorten("one two, three", 9) == "one two …"
    assert display.shorten("one two", 9) == "one two"
    assert display.shorten("x" * 300, 200) == "x" * 200 + " …"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({"fate": "published", "url": "https://a.example/"}, None),
        ({"fate": "empty", "url": "https://a.example/"}, None),
        (
            {"fate": "rejected", "reason": "not-html", "url": "https://a.example/x"},
            "            rejected (not-html): https://a.example/x",
        ),
        ({"fate": "dead", "id": "ab12"}, "            dead: ab12"),
    ],
)
def test_an_article_that_did_not_get_through_is_told(data, line):
    assert display.fate_line(data) == line


def test_the_summary_adds_up():
    counts = Counts(
        fates={"published": 12, "rejected": 2, "duplicate": 1},
        reasons={"rejected:robots": 1, "rejected:too-short": 1},
        types={"CONSULT": 3, "ACCUSE": 7},
    )
    assert display.summary_lines(counts, 14.4) == [
        "15 articles in 14 s: 12 published, 2 rejected, 1 duplicate.",
        "    rejected (robots): 1",
        "    rejected (too-short): 1",
        "10 events: 7 ACCUSE, 3 CONSULT.",
    ]
    assert display.summary_lines(Counts({}, {}, {}), 0) == [
        "0 articles in 0 s: none.",
        "0 events: none.",
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("2026-01-01T00:00:00Z [warning  ] feed_failed  feed=x", "feed_failed feed=x"),
        ("2026-01-01T00:00:00Z [info     ] feed_polled  warning=no", None),
        ("[2026-01-01 00:00:00: ERROR/Main] lost", "[2026-01-01 00:00:00: ERROR/Main] lost"),
        ("[2026-01-01 00:00:00: INFO/Main] fine", None),
        ('{"event": "lost", "level": "error"}', '{"event": "lost", "level": "error"}'),
        ('{"event": "feed_polled", "level": "info"}', None),
        ("Traceback (most recent call last):", None),
    ],
)  # fmt: skip
def test_warnings_of_workers_are_told(line, told):
    assert display.log_line("fetcher", line) == (f"fetcher: {told}" if told else None)


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "“Norway → Chile” – …"),
        ("ascii", '"Norway -> Chile" - ...'),
        (None, '"Norway -> Chile" - ...'),
    ],
)
def test_an_output_that_cannot_show_a_character_gets_a_plain_one(encoding, shown):
    assert display.encodable("“Norway → Chile” – …", encoding) == shown


class TestScreen:
    def test_into_a_pipe_there_are_lines_and_nothing_else(self):
        out = io.StringIO()
        with Screen(out) as screen:
            screen.progress("reading", 1, 3)
            screen.event(["head [bold]not markup[/bold] :smile:", "    " + "quote " * 40])
            screen.warn("careful")
        lines = out.getvalue().splitlines()
        assert lines[0] == "head [bold]not markup[/bold] :smile:"
        assert lines[1].rstrip() == "    " + ("quote " * 40).rstrip()
        assert lines[2:] == ["careful"]

    def test_an_output_without_unicode_is_no_reason_to_fail(self):
        raw = io.BytesIO()
        with Screen(io.TextIOWrapper(raw, encoding="ascii", write_through=True)) as screen:
            screen.event(["Norway ↔ Chile", "    “Côte d’Ivoire” – …"])
            screen.progress("…")
        assert raw.getvalue() == b'Norway <-> Chile\n    "C?te d\'Ivoire" - ...\n'

    def test_on_a_terminal_there_is_a_bar_as_wide_as_it_is(self, monkeypatch):
        shown = on_a_terminal(monkeypatch, TERM="xterm-256color")
        assert "reading" in shown
        assert "1/3" in shown
        assert "\x1b[1m" in shown

    def test_without_colours_where_nobody_wants_them(self, monkeypatch):
        shown = on_a_terminal(monkeypatch, TERM="xterm-256color", NO_COLOR="1")
        assert "\x1b[33m" not in shown
        assert "careful" in shown

    def test_a_dumb_terminal_gets_plain_lines(self, monkeypatch):
        shown = on_a_terminal(monkeypatch, TERM="dumb")
        assert "\x1b" not in shown
        assert "reading" not in shown
        assert "careful" in shown


def on_a_terminal(monkeypatch, **environ):
    """What a `Screen` writes to a terminal of 60 columns."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal, Screen(terminal) as screen:
        screen.progress("reading", 1, 3)
        screen.event(["head"])
        screen.warn("careful")
        assert screen.width == (60 if environ["TERM"] != "dumb" else None)
    shown = b"".join(_until_it_hangs_up(ours))
    os.close(ours)
    return shown.decode()


def _until_it_hangs_up(terminal: int):
    """What a terminal shows, piece by piece; the kernel says EIO when nobody writes any more."""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65536):
            yield piece
