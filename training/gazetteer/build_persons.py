"""Build worker/events/gazetteer/persons.tsv from folders of published facts about office holders.

    python training/gazetteer/build_persons.py FACTS_FOLDER [OUT]

Reads four tables (docs/gazetteer.md names their sources), keeps the offices that stand for a state
abroad (heads of state and government, foreign and defence ministers, deputies, speakers, envoys,
and the rest of the cabinets of 2019), cleans the names, merges terms, writes one row per term.
"""

from __future__ import annotations

import csv
import re
import sys
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
OUT = ROOT / "worker/events/gazetteer/persons.tsv"
EAST_ASIAN = {"CHN", "KOR", "PRK", "VNM", "TWN"}
SHORTABLE = 3
"""Lowest rank whose surname is given as a short form."""

SOURCES: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("sources.toml").read_text(encoding="utf-8")
)
RANKS = [(entry["rank"], re.compile("|".join(entry["patterns"]))) for entry in SOURCES["ranks"]]
CABINET, NOT_KEPT = 4, 9
PARTICLES = {"al", "von", "van", "de", "der", "da", "dos", "bin", "del", "di", "el", "e", "y"}
TITLE = re.compile(
    r"^((vice-president|deputy|vice|acting|interim|former|prime|foreign|first|secretary|general|of|state|president"
    r"|minister|premier|chancellor|ambassador|king|queen|emir|sheikh|crown|prince|colonel|gen|dr|mr"
    r"|mrs|sir|dame|senator|speaker|leader|defen[cs]e|finance|interior|pm)\.? )+",
    re.IGNORECASE,
)
BODY = re.compile(r"\b(ADMINISTRATION|GOVERNMENT|REGIME|CABINET|GOV|GOVERNOR|US)\b")
"""What makes an alias one of a government rather than of a person."""
ALIKE = 0.8
"""Likeness from which two names with one office on the same days are one person."""


@dataclass(frozen=True)
class Row:
    """One term of one person."""

    name: str
    code: str
    office: str
    rank: int
    start: str
    end: str
    short: str = ""
    aliases: tuple[str, ...] = ()


def main() -> None:
    """Build the file."""
    if len(sys.argv) not in {2, 3}:
        sys.exit("usage: build_persons.py FACTS_FOLDER [OUT]")
    facts = Path(sys.argv[1])
    out = Path(sys.argv[2]) if len(sys.argv) == 3 else OUT
    codes = state_codes()
    rows = [
        *of_2026(facts, codes), *of_2021(facts, codes), *of_2019(facts, codes), *to_2015(facts),
    ]  # fmt: skip
    kept = list(merge(rows))
    write(kept, out)
    people = {(key(r.name), r.code) for r in kept}
    print(f"{len(kept)} terms of {len(people)} people → {out}")


def state_codes() -> dict[str, str]:
    """Names and ISO codes of states.tsv → code."""
    found = dict(SOURCES["names"])
    with (ROOT / "worker/events/gazetteer/states.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            for name in (row["code"], row["name"], *row["names"].split("|")):
                found.setdefault(name, row["code"])
    return found


def table(path: Path) -> Iterator[dict[str, str]]:
    """Rows of one of the sources."""
    with path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def rank_of(office: str) -> int:
    """1 head of state or government, 2 foreign, 3 senior, 4 cabinet, 5 envoy, 9 not kept."""
    text = office.lower()
    return next((rank for rank, pattern in RANKS if pattern.search(text)), CABINET)


def of_2019(facts: Path, codes: dict[str, str]) -> Iterator[Row]:
    """Cabinets as they stood in 2019; capitals mark the surname."""
    for row in table(facts / "leaders-2019-cia.tsv"):
        rank = rank_of(row["office"])
        person = re.sub(r"\(.*?\)|,.*$|\"[^\"]*\"|[“”]", "", row["person"]).strip()
        if (
            rank == NOT_KEPT
            or not person
            or row["country"] not in codes
            or "vacant" in person.lower()
        ):
            continue
        name, short = capitals(person, codes[row["country"]])
        office = re.sub(r"\s*\(.*?\)", "", row["office"])
        yield Row(name, codes[row["country"]], office, rank, "2019?", "2019?", short)


def capitals(person: str, code: str) -> tuple[str, str]:
    """ "Hamdullah MOHIB" → ("Hamdullah Mohib", "Mohib")."""
    words = re.sub(
        r"\b(Dr|Gen|Lt|Col|Maj|Brig|Sir|Adm|Mr|Mrs|Ms|Ret|Capt)\.?\s", "", person
    ).split()
    loud = [w for w in words if len(re.sub(r"[^A-Za-z]", "", w)) > 1 and w == w.upper()]
    name = " ".join(calm(w) for w in words)
    short = " ".join(calm(w) for w in loud)
    if not short or code in EAST_ASIAN or re.fullmatch(r"[IVX. ]+", short):
        short = surname(name, code)
    return name, short


def calm(word: str) -> str:
    """ "AL-JUBEIR" → "al-Jubeir", "O'NEILL" → "O'Neill"."""
    if re.fullmatch(r"[IVX]+", word) or len(word) < 2 or word.endswith("."):
        return word
    small = {"al", "el", "bin", "ibn", "de", "van", "der"}
    parts = [p.lower() if p == p.upper() else p for p in re.split(r"([-' ])", word)]
    text = "".join(p if p in small or p != p.lower() else p[:1].upper() + p[1:] for p in parts)
    return re.sub(r"^Mc(\w)", lambda m: "Mc" + m.group(1).upper(), text)


def of_2021(facts: Path, codes: dict[str, str]) -> Iterator[Row]:
    """Heads of state and government with years."""
    for row in table(facts / "leaders-2021-wikidata.tsv"):
        code = codes.get(row["country"])
        if code is None or not row["person"]:
            continue
        office = re.sub(r" of (the )?[A-Z].*$", "", row["office"])
        end = row["end_year"] or "2022?"
        name = row["person"]
        yield Row(name, code, office[:1].upper() + office[1:], 1, row["start_year"], end,
                  surname(name, code))  # fmt: skip


def of_2026(facts: Path, codes: dict[str, str]) -> Iterator[Row]:
    """Heads of state and government in 2026, with the day on which they took office."""
    iso2 = {row["iso2"]: row["iso3"] for row in table(facts / "countries.tsv")}
    for row in table(facts / "leaders-2026-wikidata.tsv"):
        code = SOURCES["organisations"].get(row["iso2"]) or codes.get(iso2.get(row["iso2"], ""))
        if code:
            yield Row(row["person"], code, row["office"], 1, row["since"], "",
                      surname(row["person"], code))  # fmt: skip


def to_2015(facts: Path) -> Iterator[Row]:
    """Ministers 1990 to about 2011 with dates; names without diacritics, in capitals.

    What they were ministers of is not told: the source's classes (military, legislative) also hold
    security advisers and ministers of social security, so that only rulers get an office of note.
    """
    wanted = {"GOV", "GOVMIL", "GOVLEG"}
    for row in table(facts / "officials-to-2015-phoenix.tsv"):
        for term in row["code and dates (yymmdd; <before, >after)"].split("|"):
            role, _, span = term.strip().partition(" ")
            if role[3:] in wanted and span:
                yield official(row, role, span)


def official(row: dict[str, str], role: str, span: str) -> Row:
    """One term of the list of officials to 2015."""
    code = SOURCES["codes"].get(role[:3], role[:3])
    start, end, ruler = dates(span)
    ruler = ruler and role[3:] == "GOV" and role[:3] not in SOURCES["exact"]["codes"]
    office = "Head of state or government" if ruler else "Government"
    name = shout(row["name"])
    aliases = tuple(
        TITLE.sub("", shout(alias)) for alias in row["aliases"].split("|") if not BODY.search(alias)
    )
    return Row(name, code, office, 1 if ruler else CABINET, start, end, surname(name, code),
               tuple(alias for alias in aliases if plausible(alias)))  # fmt: skip


def dates(span: str) -> tuple[str, str, bool]:
    """ "920628-960927" → ISO dates, and whether they are days of a list of rulers.

    Ministers come from monthly snapshots (from the first to the last of a month, since 2003);
    rulers have the very day, or years before 2003.
    """
    if span[0] == ">":
        start = day(span[1:])
        end = max("2011?", start[:4] + "?")
        return start + ("?" if start <= "2003-01-01" else ""), end, not snapshot(start)
    if span[0] == "<":
        end = day(span[1:])
        return "", end, not snapshot(end)
    first, _, last = span.partition("-")
    start, end = day(first), day(last)
    return (
        start + ("?" if start == "2003-01-01" else ""),
        end,
        not (snapshot(start) and snapshot(end)),
    )


def day(text: str) -> str:
    """ "920628" → "1992-06-28"."""
    year = int(text[:2])
    return f"{1900 + year if year >= 30 else 2000 + year}-{text[2:4]}-{text[4:6]}"


def snapshot(text: str) -> bool:
    """Whether a day is the first or last of a month from 2003 on."""
    if text < "2003-01-01":
        return False
    year, month, number = map(int, text.split("-"))
    try:
        following = date(year, month, number) + timedelta(days=1)
    except ValueError:
        return True
    return number == 1 or number == 28 or following.day == 1


def shout(name: str) -> str:
    """ "ABD AL AZIZ" → "Abd al Aziz"."""
    name = re.sub(r"\"[^\"]*\"| \(.*", "", name)  # "… (ACTING", "… (1ST TIME"
    name = re.sub(r"^(SIR|DAME|CPP|FUN|DR|GEN|SHEIKH|TUANKU) ", "", name)
    small = {*PARTICLES, "ibn", "den", "ad"} - {"e", "y"}
    first, *others = name.split() or [""]
    calmed = [w.lower() if w.lower() in small else calm(w) for w in others]
    return " ".join([first.capitalize() if first.lower() in small else calm(first), *calmed])


def surname(name: str, code: str) -> str:
    """The short form of a name whose surname the source does not mark."""
    words = name.split()
    if len(words) < 2 or re.fullmatch(r"[IVX]+", words[-1]) or "of" in words:
        return ""  # "Charles III", "Salman of Saudi Arabia"
    if code in EAST_ASIAN:
        return words[0]
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in PARTICLES:
        start -= 1
    return " ".join(words[start:])


def key(name: str) -> str:
    """A name without case, diacritics and hyphens."""
    text = unicodedata.normalize("NFKD", name.lower().replace("-", " ").replace("'", ""))
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split())


def merge(rows: list[Row]) -> Iterator[Row]:
    """One row per person and office; touching terms joined, worse names dropped."""
    people: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in one_spelling([r for r in rows if plausible(r.name)]):
        people[row.code, key(row.name)].append(row)
    by_hand = leaders()
    for (code, _), terms in sorted(people.items()):
        yield from (t for t in person(code, terms) if not covered(t, by_hand))


def person(code: str, terms: list[Row]) -> Iterator[Row]:
    """The terms of one person under the fullest spelling of the name."""
    name = next((t.name for t in terms if not t.name.isascii()), terms[0].name)
    known = {key(name): ""}
    aliases = [known.setdefault(key(a), a) for t in terms for a in t.aliases if key(a) not in known]
    best = min(t.rank for t in terms)
    short = next((t.short for t in terms if t.short), "") if best <= SHORTABLE else ""
    for number, term in enumerate(joined(terms)):
        also = tuple(aliases) if not number else ()
        yield replace(term, name=name, code=code, short=short, aliases=also)


def one_spelling(rows: list[Row]) -> Iterator[Row]:
    """Names that differ by a few letters, in one office on the same days, as one person."""
    same: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        dated = len(row.start) > len("2019?") and len(row.end) > len("2019?")
        same[(row.code, row.office, row.start, row.end) if dated else (row.code, row.name)].append(
            row
        )
    for group in same.values():
        kept: list[Row] = []
        for row in group:
            twin = next((i for i, k in enumerate(kept) if alike(k.name, row.name)), None)
            if twin is None:
                kept.append(row)
            elif kept[twin].name != row.name:
                both = (*kept[twin].aliases, row.name, *row.aliases)
                kept[twin] = replace(kept[twin], aliases=both)
        yield from kept


def alike(one: str, other: str) -> bool:
    """Whether two names are one: "Agageldy Mamedgeldyyev", "Agageldi Mametgeldiyev"."""
    if one[0] != other[0]:
        return False
    return SequenceMatcher(None, key(one), key(other)).ratio() >= ALIKE


def leaders() -> dict[tuple[str, str], list[Row]]:
    """The terms that leaders.tsv gives by hand, with better dates."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in table(ROOT / "worker/events/gazetteer/leaders.tsv"):
        term = Row(
            row["name"], row["code"], row["office"], int(row["rank"]), row["from"], row["to"]
        )
        for name in (row["name"], *row["aliases"].split("|")):
            found[row["code"], key(name)].append(term)
    return found


def covered(row: Row, by_hand: dict[tuple[str, str], list[Row]]) -> bool:
    """Whether leaders.tsv holds this person in an office as high at the same time."""
    return any(
        term.rank <= row.rank
        and year(term.start, 0) <= year(row.end, 9999)
        and year(row.start, 0) <= year(term.end, 9999)
        for term in by_hand.get((row.code, key(row.name)), ())
    )


def year(text: str, unknown: int) -> int:
    """The year of a date."""
    return int(text[:4]) if text else unknown


def joined(terms: list[Row]) -> Iterator[Row]:
    """Terms of the same office that touch, as one."""
    offices: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for term in terms:
        offices[term.office, term.rank].append(term)
    for same in offices.values():
        first, *others = sorted(same, key=lambda t: t.start)
        for term in others:
            if year(first.end, 9999) >= year(term.start, 0) - 1:
                first = replace(first, end=later(first.end, term.end))
            else:
                yield first
                first = term
        yield first


def later(one: str, other: str) -> str:
    """The later of two ends; an empty one lasts."""
    return max(one, other, key=lambda end: end.rstrip("?")) if one and other else ""


def plausible(name: str) -> bool:
    """Whether a name is complete enough not to hit other people and things."""
    words = name.split()
    if len(words) < 2 or words[-1].lower() in PARTICLES or words[0].lower() in PARTICLES - {"al"}:
        return False
    if TITLE.search(f"{name} ") or any(word in {"President", "Minister"} for word in words):
        return False
    return any(len(word) > 2 for word in words) and len(name) > len("Li Wei") - 1


def write(rows: list[Row], out: Path) -> None:
    """The file, sorted by code and name."""
    with out.open("w", encoding="utf-8", newline="") as file:
        file.write("name\tcode\toffice\trank\tfrom\tto\tshort\taliases\n")
        for r in rows:
            cells = (r.name, r.code, r.office, str(r.rank), r.start, r.end, r.short)
            file.write("\t".join((*cells, "|".join(r.aliases))) + "\n")


if __name__ == "__main__":
    main()
