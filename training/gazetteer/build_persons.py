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
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
OUT = ROOT / "worker/events/gazetteer/persons.tsv"
EAST_ASIAN = {"CHN", "KOR", "PRK", "VNM", "TWN"}
SHORTABLE = 3
"""Lowest rank whose surname is given as a short form."""

# What the sources call a state, where it is not the name in states.tsv.
NAMES = {
    "Bahamas, The": "BHS", "Cabo Verde": "CPV", "Congo, Democratic Republic of the": "COD",
    "Congo, Republic of the": "COG", "Cote d'Ivoire": "CIV", "Gambia, The": "GMB",
    "Holy See (Vatican City)": "VAT", "Korea, North": "PRK", "Korea, South": "KOR",
    "Micronesia, Federated States of": "FSM", "Burma": "MMR", "Czechia": "CZE",
    "Timor-Leste": "TLS", "Federated States of Micronesia": "FSM", "Kingdom of Denmark": "DNK",
    "Kingdom of the Netherlands": "NLD", "People's Republic of China": "CHN",
    "Republic of Abkhazia": "ABKHAZIA", "Republic of Artsakh": "AZE", "Republic of Ireland": "IRL",
    "Republic of the Congo": "COG", "Republika Srpska": "BIH", "South Ossetia": "SOUTH_OSSETIA",
    "Sahrawi Arab Democratic Republic": "POLISARIO", "Somaliland": "SOM",
    "State of Palestine": "PSE", "The Bahamas": "BHS", "The Gambia": "GMB", "Transnistria": "MDA",
    "Turkish Republic of Northern Cyprus": "TUR", "United States of America": "USA",
    "Vatican City": "VAT", "São Tomé and Príncipe": "STP", "Aruba": "NLD", "Bermuda": "GBR",
    "Cook Islands": "NZL", "Myanmar": "MMR", "Democratic Republic of the Congo": "COD",
}  # fmt: skip
OLD_CODES = {"KSV": "XKX", "TMP": "TLS", "KNT": "KNA", "VGB": "GBR", "IMY": "GBR", "FRO": "DNK",
             "FLK": "GBR", "COK": "NZL", "BMU": "GBR", "ABW": "NLD", "CYM": "GBR", "AIA": "GBR",
             "HKG": "CHN"}  # fmt: skip
IGOS = {"EU": "EU", "AU_AF": "AU"}
RANKS = (
    (9, r"central bank|honorary|without portfolio|ombudsman|bishop|secretary.* of the .*council of min"),
    (4, r"^(senior |first )?(deputy|vice|assistant|junior) minister|state minister|minister of state|"
        r"parliamentary|under ?secretary|permanent secretary|under the|aide|adviser|office of"),
    (3, r"vice president|vice pres|deputy (prime|premier|pm|president|chairman)|vice premier|"
        r"deputy first|second vice|dep\. prime"),
    (5, r"ambassador|permanent representative|chief of mission|charge|high commissioner"),
    (2, r"minister (of|for) (foreign|external|international rel)|foreign (affairs )?(minister|secretary)"
        r"|(minister|secretary|sec).*foreign (affairs|relations)|external affairs|^secretary of state$"),
    (3, r"defen[cs]e|armed forces|speaker|(president|chairman|chair).*(assembly|parliament|senate|"
        r"congress|duma|people's congress)|supreme commander"),
    (1, r"^(interim |acting |transitional )?president\b(?!.*(bank|council of min|court))|"
        r"prime min|^chancellor|^king|^queen|^emir|^amir|^sultan|^monarch|^pope|supreme leader|"
        r"^premier|head of (state|govt|government)|chairman.*(presidency|sovereign|state affairs)|"
        r"^emperor|^prince$|taoiseach|captain regent|state counsellor|^monarch of|^co-?prince|"
        r"leader of the|^grand duke|federal council"),
)  # fmt: skip


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
    found = dict(NAMES)
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
    return next((rank for rank, pattern in RANKS if re.search(pattern, text)), 4)


def of_2019(facts: Path, codes: dict[str, str]) -> Iterator[Row]:
    """Cabinets as they stood in 2019; capitals mark the surname."""
    for row in table(facts / "leaders-2019-cia.tsv"):
        rank = rank_of(row["office"])
        person = re.sub(r"\(.*?\)|,.*$", "", row["person"]).strip()
        if rank == 9 or not person or row["country"] not in codes or "vacant" in person.lower():
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
        code = IGOS.get(row["iso2"]) or codes.get(iso2.get(row["iso2"], ""))
        if code:
            yield Row(row["person"], code, row["office"], 1, row["since"], "",
                      surname(row["person"], code))  # fmt: skip


def to_2015(facts: Path) -> Iterator[Row]:
    """Ministers 1990 to about 2011 with dates; names without diacritics, in capitals."""
    wanted = {"GOV": 4, "GOVMIL": 3, "GOVLEG": 3}
    for row in table(facts / "officials-to-2015-phoenix.tsv"):
        for term in row["code and dates (yymmdd; <before, >after)"].split("|"):
            role, _, span = term.strip().partition(" ")
            rank = wanted.get(role[3:])
            if rank is None or not span:
                continue
            code = OLD_CODES.get(role[:3], role[:3])
            start, end, leader = dates(span)
            name = shout(row["name"])
            aliases = tuple(shout(a) for a in row["aliases"].split("|") if " " in a)
            office = {3: "Minister of Defense" if role[3:] == "GOVMIL" else "Parliament"}.get(
                rank, "Head of state or government" if leader else "Government"
            )
            yield Row(name, code, office, 1 if leader and rank == 4 else rank, start, end,
                      surname(name, code), aliases)  # fmt: skip


def dates(span: str) -> tuple[str, str, bool]:
    """ "920628-960927" → ISO dates, and whether they are days of a list of rulers.

    Ministers come from monthly snapshots (from the first to the last of a month, since 2003);
    rulers have the very day, or years before 2003.
    """
    if span[0] == ">":
        start = day(span[1:])
        return start + ("?" if start <= "2003-01-01" else ""), "2011?", not snapshot(start)
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
    small = {
        "AL",
        "EL",
        "BIN",
        "IBN",
        "DE",
        "DA",
        "DOS",
        "VAN",
        "DER",
        "VON",
        "DEN",
        "DI",
        "DEL",
        "AD",
    }
    name = re.sub(r"^(SIR|DAME|CPP|FUN|DR|GEN|SHEIKH|TUANKU) ", "", name)
    return " ".join(w.lower() if i and w in small else calm(w) for i, w in enumerate(name.split()))


def surname(name: str, code: str) -> str:
    """The short form of a name whose surname the source does not mark."""
    words = name.split()
    if len(words) < 2 or re.fullmatch(r"[IVX]+", words[-1]):
        return ""
    if code in EAST_ASIAN:
        return words[0]
    particles = {"al", "von", "van", "de", "der", "da", "dos", "bin", "del", "di", "el"}
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in particles:
        start -= 1
    return " ".join(words[start:])


def key(name: str) -> str:
    """A name without case, diacritics and hyphens."""
    text = unicodedata.normalize("NFKD", name.lower().replace("-", " ").replace("'", ""))
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split())


def merge(rows: list[Row]) -> Iterator[Row]:
    """One row per person and office; touching terms joined, worse names dropped."""
    people: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        people[key(row.name), row.code].append(row)
    for (_, code), terms in sorted(people.items(), key=lambda p: (p[0][1], p[0][0])):
        name = next((t.name for t in terms if not t.name.isascii()), terms[0].name)
        if not plausible(name):
            continue
        aliases = tuple(dict.fromkeys(a for t in terms for a in t.aliases if key(a) != key(name)))
        best = min(t.rank for t in terms)
        short = next((t.short for t in terms if t.short), "") if best <= SHORTABLE else ""
        for term in joined(terms):
            yield replace(term, name=name, code=code, short=short, aliases=aliases)
            aliases = ()


def joined(terms: list[Row]) -> Iterator[Row]:
    """Terms of the same office that touch, as one."""
    offices: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for term in terms:
        offices[term.office, term.rank].append(term)
    for same in offices.values():
        same.sort(key=lambda t: t.start)
        current = same[0]
        for term in same[1:]:
            if current.end and current.end.rstrip("?")[:4] >= str(
                int((term.start or "0")[:4] or 0) - 1
            ):
                end = (
                    "" if not term.end else max(current.end, term.end, key=lambda e: e.rstrip("?"))
                )
                current = replace(current, end=end)
            else:
                yield current
                current = term
        yield current


def plausible(name: str) -> bool:
    """Whether a name is complete enough not to hit other people and things."""
    words = name.split()
    return len(words) >= 2 and sum(len(w) > 2 for w in words) >= 1 and len(name) > 5


def write(rows: list[Row], out: Path) -> None:
    """The file, sorted by code and name."""
    with out.open("w", encoding="utf-8", newline="") as file:
        file.write("name\tcode\toffice\trank\tfrom\tto\tshort\taliases\n")
        for r in rows:
            cells = (
                r.name,
                r.code,
                r.office,
                str(r.rank),
                r.start,
                r.end,
                r.short,
                "|".join(r.aliases),
            )
            file.write("\t".join(cells) + "\n")


if __name__ == "__main__":
    main()
