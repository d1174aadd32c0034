"""Finds party names in a run of words and decides what each stands for. No syntax is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from worker.events.party_people import (
    FOREIGN,
    LEADER,
    SENIOR,
    People,
    Person,
    Term,
    near,
    surname_of,
)
from worker.events.party_tables import Entry, Office, Sense, Tables, cue_found, prefixes
from worker.events.party_words import Words

_EAGER = frozenset(["demonym"])
_PLACES = frozenset(["name", "capital", "city"])
_BODIES = frozenset(["government", "military"])
_NAME_LIMIT = 5
_OFFICE_LIMIT = 6
_SKIPS = 4
_LONG_ENOUGH = 4
"""Letters from which a surname, or a word in capitals, is unlikely to be something else."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """A person whom the article introduced, or named in full."""

    name: str
    code: str
    office: str | None
    entry: str


@dataclass(frozen=True)
class Context:
    """What is known of the article beyond the sentence.

    Attributes:
        text: everything, for cues of several words.
        words: every word as spelt.
        codes: parties that are named beyond doubt.
        home: the party for which the article speaks.
        learnt: persons by folded full and short name.
        blocked: short names that belong to somebody else here.
    """

    text: str = ""
    words: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    home: str | None = None
    learnt: Mapping[str, Learnt] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """Words ``start:end`` of a text that stand in a table."""

    start: int
    end: int
    entries: tuple[Entry, ...] = ()
    full: tuple[Person, ...] = ()
    short: tuple[Person, ...] = ()
    learnt: Learnt | None = None

    @property
    def personal(self) -> bool:
        """Whether it can only be a person."""
        return not self.entries


@dataclass(frozen=True, slots=True)
class Found:
    """A mention before it is tied to tokens; the fields are those of `parties.Mention`."""

    start: int
    end: int
    core: tuple[int, int]
    code: str
    basis: str
    entry: str
    candidates: tuple[str, ...] = ()
    adjectival: bool = False
    head: str | None = None
    head_class: str | None = None
    possessive: bool = False
    compound: str | None = None
    office: str | None = None
    person: str | None = None
    former: bool = False
    is_place: bool = False
    posting: bool = False


@dataclass(frozen=True, slots=True)
class _Head:
    """The noun phrase that a party's name qualifies, in words ``start:end``."""

    start: int
    end: int
    office: Office | None

    @property
    def body(self) -> bool:
        """Whether it stands for the party itself."""
        return self.office is not None and self.office.head_class in _BODIES


class Finder:
    """Matches the tables against words. Holds no state between texts."""

    def __init__(self, tables: Tables, people: People) -> None:
        """Index the first words of everything."""
        self.tables = tables
        self.people = people
        keys = {*tables.phrases, *people.full, *people.short}
        self._starts = frozenset(k.split(" ", 1)[0] for k in keys)
        self._prefixes = prefixes(tables.phrases) | people.prefixes
        self._office_starts = frozenset(k.split(" ", 1)[0] for k in tables.offices)

    # Hits ---------------------------------------------------------------------------------

    def hits(self, words: Words, learnt: Mapping[str, Learnt] | None = None) -> list[Hit]:
        """Leftmost longest matches of names, without a decision on what they mean."""
        learnt = learnt or {}
        starts = self._starts | {k.split(" ", 1)[0] for k in learnt} if learnt else self._starts
        longer = self._prefixes | prefixes(learnt) if learnt else self._prefixes
        found: list[Hit] = []
        keys, i, n = words.keys, 0, len(words)
        while i < n:
            if keys[i] not in starts:
                i += 1
                continue
            hit = self._longest(words, i, longer, learnt)
            if hit is None:
                i += 1
            else:
                found.append(hit)
                i = hit.end
        return found

    def _longest(
        self, words: Words, i: int, longer: frozenset[str], learnt: Mapping[str, Learnt]
    ) -> Hit | None:
        key, j, best = words.keys[i], i + 1, None
        while True:
            best = self._hit(words, i, j, key, learnt) or best
            if key not in longer or j >= len(words) or not words.joined(j - 1):
                return best
            if len(words.forms[j]) == 1 and f"{key} {words.keys[j]}" not in longer:
                j += 1  # a middle initial: "Vladimir V. Putin"
                if j >= len(words) or not words.joined(j - 1):
                    return best
            key = f"{key} {words.keys[j]}"
            j += 1

    def _hit(
        self, words: Words, i: int, j: int, key: str, learnt: Mapping[str, Learnt]
    ) -> Hit | None:
        forms = words.forms[i:j]
        entries = tuple(
            e
            for e in self.tables.phrases.get(key, ())
            if len(e.words) == len(forms) and e.spelt(forms)
        )
        if entries and self._shouted(words, i, j, entries):
            entries = ()
        full = self.people.full.get(key, ()) if self._named(forms) else ()
        short = self.people.short.get(key, ()) if not entries and self._named(forms) else ()
        known = learnt.get(key) if self._named(forms) and not entries else None
        if not (entries or full or short or known):
            return None
        return Hit(i, j, entries, full, short, known)

    def _named(self, forms: Sequence[str]) -> bool:
        particles = self.tables.words["particles"]
        return forms[-1][0].isupper() and all(
            f[0].isupper() or f in particles or f[0].isdigit() for f in forms
        )

    def _shouted(self, words: Words, i: int, j: int, entries: tuple[Entry, ...]) -> bool:
        """Whether a short acronym is only a word of a headline in capitals ("WHO", "US")."""
        if j - i > 1 or not entries[0].acronym or len(words.forms[i]) >= _LONG_ENOUGH:
            return False
        sides = [words.forms[k] for k in (i - 1, j) if 0 <= k < len(words)]
        return bool(sides) and all(s.isupper() and len(s) >= _LONG_ENOUGH for s in sides)

    # Context ------------------------------------------------------------------------------

    def context(
        self,
        words: Sequence[Words],
        hits: Sequence[Sequence[Hit]],
        on: date | None,
        home: str | None = None,
    ) -> Context:
        """What an article's own words say: parties named, persons introduced."""
        text = "\n\n".join(w.text for w in words)
        forms = frozenset(f for w in words for f in w.forms)
        codes = frozenset(c for h in hits for c in self._certain(h)) | ({home} if home else set())
        first = Context(text, forms, codes, home)
        learnt: dict[str, Learnt] = {}
        blocked: set[str] = set()
        for one, its_hits in zip(words, hits, strict=True):
            run = _Run(self, one, its_hits, on, first)
            run.resolve()
            for key, person in run.learnt.items():
                learnt.setdefault(key, person)
            blocked |= run.blocked
        return replace(first, learnt=learnt, blocked=frozenset(blocked - learnt.keys()))

    def _certain(self, hits: Iterable[Hit]) -> Iterator[str]:
        for hit in hits:
            if len(hit.entries) == 1 and not (hit.entries[0].home and hit.entries[0].acronym):
                entry = hit.entries[0]
                senses = self.tables.senses.get(_key(self.tables, entry))
                if not senses or max(senses, key=lambda s: s.prior).codes == entry.codes:
                    yield from entry.codes

    def resolve(
        self, words: Words, hits: Sequence[Hit], on: date | None, context: Context
    ) -> list[Found]:
        """Decide what every hit means; persons known to the context are found too."""
        if context.learnt:
            hits = self.hits(words, context.learnt)
        return _Run(self, words, hits, on, context).resolve()

    # Small tools shared by the run ----------------------------------------------------------

    def office_at(self, words: Words, i: int) -> tuple[int, Office] | None:
        """The longest office phrase that begins at word ``i``, as its end and meaning."""
        if i >= len(words) or words.keys[i] not in self._office_starts:
            return None
        key, best = words.keys[i], None
        for j in range(i + 1, min(i + _OFFICE_LIMIT, len(words)) + 1):
            office = self.tables.offices.get(key)
            if office is not None:
                best = (j, office)
            if j >= len(words) or not words.joined(j - 1):
                break
            key = f"{key} {words.keys[j]}"
        return best

    def office_before(self, words: Words, j: int) -> tuple[int, Office] | None:
        """The longest office phrase that ends before word ``j``, as its start and meaning."""
        best = None
        for i in range(j - 1, max(-1, j - 1 - _OFFICE_LIMIT), -1):
            if i < j - 1 and not words.joined(i):
                break
            office = self.tables.offices.get(" ".join(words.keys[i:j]))
            if office is not None:
                best = (i, office)
        return best

    def title_before(self, words: Words, j: int) -> int:
        """The start of the title or office that stands right before word ``j``; ``j`` if none."""
        for i in range(max(0, j - _OFFICE_LIMIT), j):
            if all(words.spaced(k) or (k < j - 1 and words.joined(k)) for k in range(i, j)):
                key = " ".join(words.keys[i:j])
                office = self.tables.offices.get(key)
                titled = key in self.tables.titles or (
                    office is not None and office.head_class in _BODIES
                )
                if titled and words.capital(j - 1):
                    return i
        return j

    def title_kinds(self, key: str) -> tuple[str, ...]:
        """The offices that a title at the start of a key hints at ("president bush")."""
        words = key.split()
        for j in range(min(len(words) - 1, _OFFICE_LIMIT), 0, -1):
            kinds = self.tables.titles.get(" ".join(words[:j]))
            if kinds is not None:
                return kinds
        return ()

    def untitled(self, key: str) -> str:
        """A key without the title that it begins with."""
        words = key.split()
        for j in range(min(len(words) - 1, _OFFICE_LIMIT), 0, -1):
            if " ".join(words[:j]) in self.tables.titles:
                return " ".join(words[j:])
        return key


class _Run:
    """One pass over the hits of one text."""

    def __init__(
        self, finder: Finder, words: Words, hits: Sequence[Hit], on: date | None, context: Context
    ) -> None:
        self.finder = finder
        self.tables = finder.tables
        self.words = words
        self.hits = hits
        self.on = on
        self.context = context
        self.by_start = {h.start: h for h in hits}
        self.learnt: dict[str, Learnt] = {}
        self.blocked: set[str] = set()
        self.postings: set[int] = set()
        self.found: list[Found] = []

    def resolve(self) -> list[Found]:
        taken = 0
        for hit in self.hits:
            if hit.start < taken:
                continue
            taken = max(taken, self._person(hit) if hit.personal else self._party(hit))
        self._combined()
        self.found.sort(key=lambda f: (f.start, -f.end, f.code))
        return _without_overlaps(self.found)

    # Parties --------------------------------------------------------------------------------

    def _party(self, hit: Hit) -> int:
        entries = self._decide(hit)
        if not entries:
            return self._person(hit) if hit.full else hit.end
        if self._somebodys_name(hit, entries[0]) or self._lonely_acronym(entries[0]):
            return hit.end
        entry = entries[0]
        base = self._base(hit, entry)
        if len(entry.codes) > 1:
            self.found += [replace(base, code=c) for c in entry.codes]
            return hit.end
        others = tuple(c for e in entries[1:] for c in e.codes)
        return self._qualified(hit, entry, replace(base, candidates=others))

    def _decide(self, hit: Hit) -> list[Entry]:
        """The entries that a hit means, the likeliest first; empty where it is no party."""
        entries = [e for e in hit.entries if e.codes]
        if any(not e.codes for e in hit.entries):
            senses = self.tables.senses.get(_key(self.tables, hit.entries[0]), [])
            if not senses:
                return []
        first = hit.entries[0]
        senses = self.tables.senses.get(_key(self.tables, first), [])
        if not senses:
            return entries
        scored = sorted(senses, key=lambda s: -self._weigh(s, hit))
        if not scored[0].codes:
            return []
        chosen = []
        for sense in scored:
            like = next((e for e in entries if e.codes == sense.codes), first)
            if sense.codes:
                chosen.append(replace(like, codes=sense.codes, source=sense.source))
        return chosen[:1] if len(chosen[0].codes) > 1 else chosen

    def _weigh(self, sense: Sense, hit: Hit) -> int:
        text = self.words.text
        before = text[max(0, self.words.starts[hit.start] - 40) : self.words.starts[hit.start]]
        before = before.rstrip()
        after = text[self.words.ends[hit.end - 1] :][:40]
        score = sense.prior
        score += 5 * any(_ends(before, c) for c in sense.before)
        score += 5 * any(_begins(after, c) for c in sense.after)
        score += 3 * cue_found(sense.document, self.context.text or text, self._forms())
        return score + 3 * (self.context.home in sense.codes)

    def _forms(self) -> frozenset[str]:
        return self.context.words or frozenset(self.words.forms)

    def _somebodys_name(self, hit: Hit, entry: Entry) -> bool:
        """Whether a given name stands right before it ("Michael Jordan")."""
        if entry.basis not in _PLACES or hit.start == 0 or hit.end - hit.start > 1:
            return False
        before = hit.start - 1
        return (
            self.words.gap(before) == " "
            and self.words.capital(before)
            and self.words.keys[before] in self.tables.words["given"]
        )

    def _lonely_acronym(self, entry: Entry) -> bool:
        """Whether a group's acronym stands without any sign of the group or its home."""
        if not (entry.home and entry.acronym):
            return False
        return not ({entry.home, *entry.codes} & self.context.codes)

    def _base(self, hit: Hit, entry: Entry) -> Found:
        words, start, end = self.words, hit.start, hit.end
        tail = words.possessive(end)
        core = (words.starts[start], words.ends[end - 1])
        return Found(
            *core, core, entry.codes[0], entry.basis, entry.source,
            possessive=tail != end, head_class=entry.head_class,
            compound=self._compound(start, end),
            is_place=self._where(start, entry) and tail == end,
            posting=start in self.postings,
        )  # fmt: skip

    def _compound(self, start: int, end: int) -> str | None:
        words = self.words
        if words.hyphened(end - 1) and words.keys[end] in self.tables.words["compounds"]:
            return words.forms[end]
        if start and words.hyphened(start - 1):
            prefix = words.keys[start - 1]
            return prefix if prefix in self.tables.words["prefixed"] else None
        return None

    def _where(self, start: int, entry: Entry) -> bool:
        if entry.basis == "city":
            return True
        if entry.basis not in _PLACES:
            return False
        before = start - 1
        if before >= 0 and self.words.keys[before] == "the":
            before -= 1
        return (
            before >= 0
            and self.words.gap(before) == " "
            and self.words.keys[before] in self.tables.words["locatives"]
        )

    def _qualified(self, hit: Hit, entry: Entry, base: Found) -> int:
        """Add a party with the office and person around it; the first word behind all that."""
        words, end = self.words, hit.end
        if entry.basis == "company":
            self.found.append(replace(base, adjectival=True))
            return end
        tail = abs(words.possessive(end))
        if base.compound:
            self.found.append(replace(base, adjectival=True))
            return end + 1 if words.hyphened(end - 1) else end
        eager = entry.basis in _EAGER or base.possessive
        head = self._head(tail, eager) if self._close(end, tail) else None
        if head is not None and head.body:
            return self._office(hit, base, head)
        before = self._office_of(hit, entry)
        if before is not None:
            return self._office_in_front(hit, base, before)
        self.found.append(self._attribute(base, head, entry, tail))
        return end

    def _close(self, end: int, tail: int) -> bool:
        return tail > end or self.words.spaced(end - 1) or self.words.possessive(end) != end

    def _head(self, start: int, eager: bool) -> _Head | None:
        """The first known noun to the right; modifiers may stand between."""
        words, known = self.words, self.tables.words
        i = start
        while i < len(words) and i - start <= _SKIPS:
            if i > start and not (words.joined(i - 1)):
                return None
            match = self.finder.office_at(words, i)
            if match is not None and (eager or match[1].head_class not in {"act", "thing"}):
                return self._extended(i, *match)
            key, hit = words.keys[i], self.by_start.get(i)
            if key in {"and", "or"} and i > start and eager:
                i += 1
                continue
            if key in known["stops"] or (hit is not None and hit.entries):
                return None
            if not eager and key not in known["modifiers"]:
                return None
            i += 1
        return None

    def _extended(self, start: int, end: int, office: Office) -> _Head:
        """A chain of offices is one: "foreign ministry spokesman"."""
        words = self.words
        while end < len(words) and words.spaced(end - 1):
            more = self.finder.office_at(words, end)
            if more is None or more[1].head_class in {"act", "thing", "place"}:
                break
            if more[1].head_class == "citizens" and office.head_class in _BODIES:
                break
            end, office = more
        return _Head(start, end, office)

    def _attribute(self, base: Found, head: _Head | None, entry: Entry, tail: int) -> Found:
        """A party that only qualifies something: "American scientists", "French fries"."""
        if head is not None and head.office is not None:
            noun = self.words.forms[head.end - 1]
            place = base.is_place or head.office.head_class == "place"
            return replace(base, adjectival=True, head=noun, head_class=head.office.head_class,
                           is_place=place and base.basis != "demonym")  # fmt: skip
        if entry.basis == "people":
            return replace(base, head_class="citizens")
        if entry.basis == "demonym" and self._noun_follows(tail):
            return replace(base, adjectival=True, head=self.words.forms[tail], head_class="thing")
        return base

    def _noun_follows(self, i: int) -> bool:
        words = self.words
        return (
            i < len(words)
            and words.spaced(i - 1)
            and words.keys[i] not in self.tables.words["stops"]
            and words.forms[i].isalpha()
        )

    # Offices ----------------------------------------------------------------------------------

    def _office(self, hit: Hit, base: Found, head: _Head) -> int:
        """ "Iran's new foreign minister (Abbas Araghchi)"."""
        words, office = self.words, head.office
        text = words.text[words.starts[head.start] : words.ends[head.end - 1]]
        past = self.tables.words["past"]
        former = any(words.keys[i] in past for i in range(hit.end, head.end)) or (
            hit.start > 0 and words.keys[hit.start - 1] in past
        )
        found = replace(
            base, end=words.ends[head.end - 1], office=text, head=words.forms[head.end - 1],
            head_class=office.head_class if office else None, former=former, is_place=False,
            adjectival=False,
        )  # fmt: skip
        found, hit_start = self._spokesman_for(hit, found)
        end = self._posting(head.end, office)
        named = self._name_after(end, found)
        if named is not None:
            self.found.append(named[0])
            return named[1]
        self.found.append(found)
        self._name_in_front(hit_start, found)
        return head.end

    def _spokesman_for(self, hit: Hit, found: Found) -> tuple[Found, int]:
        """ "a spokesman for the Iranian foreign ministry"."""
        before = self._office_of(hit, None)
        if before is None or before[1].kind == "mission":
            return found, hit.start
        words = self.words
        start = before[0]
        office = f"{words.text[words.starts[start] : words.ends[before[2] - 1]]}, {found.office}"
        return replace(found, start=words.starts[start], office=office), start

    def _posting(self, end: int, office: Office | None) -> int:
        """Mark the place a diplomat is sent to; the first word behind it."""
        words = self.words
        if office is None or office.kind not in {"envoy", "mission"} or end >= len(words):
            return end
        i = end
        if words.spaced(i - 1) and words.keys[i] in {"to", "in", "for", "at"}:
            i += 1
            if i < len(words) and words.keys[i] == "the":
                i += 1
            place = self.by_start.get(i)
            if place is not None and place.entries:
                self.postings.add(i)
                return place.end
        return end

    def _office_of(self, hit: Hit, entry: Entry | None) -> tuple[int, Office, int] | None:
        """An office before "of [the]" and the party: its start, meaning and end."""
        words = self.words
        i = hit.start - 1
        while i > 0 and words.keys[i] in {"the", "former", "new", "united"} and words.gap(i) == " ":
            i -= 1
        if i < 1 or words.gap(i) != " " or not words.spaced(i - 1):
            return None
        preposition = words.keys[i]
        match = self.finder.office_before(words, i)
        if match is None or preposition not in {"of", "for", "in", "to", "at"}:
            return None
        start, office = match
        if office.kind in {"envoy", "mission"} and preposition != "of":
            self.postings.add(hit.start)
            return None
        seated = preposition == "in" and words.keys[i - 1] in self.tables.words["seated"]
        speaks = preposition in {"for", "at"} and office.kind in {"speaker"}
        if preposition != "of" and not (seated and entry is not None) and not speaks:
            return None
        return start, office, i

    def _office_in_front(self, hit: Hit, base: Found, before: tuple[int, Office, int]) -> int:
        """ "the foreign minister of France (, Jean-Noël Barrot)"."""
        words = self.words
        start, office, end = before
        if office.head_class not in _BODIES:
            head = words.forms[end - 1]
            place = office.head_class == "place"
            self.found.append(replace(base, adjectival=True, head=head,
                                      head_class=office.head_class, is_place=place))  # fmt: skip
            return hit.end
        text = words.text[words.starts[start] : words.ends[end - 1]]
        past = self.tables.words["past"]
        found = replace(
            base, start=words.starts[start], office=text, head=words.forms[end - 1],
            head_class=office.head_class, is_place=False,
            former=start > 0 and words.keys[start - 1] in past,
        )  # fmt: skip
        named = self._name_after(hit.end, found)
        if named is not None:
            self.found.append(named[0])
            return named[1]
        self.found.append(found)
        self._name_in_front(start, found)
        return hit.end

    # Names that an office introduces -------------------------------------------------------------

    def _name_after(self, i: int, found: Found) -> tuple[Found, int] | None:
        """A person's name that follows an office, with or without commas around it."""
        words = self.words
        if i >= len(words) or found.office is None or self._plural(found.office):
            return None
        apposed = words.gap(i - 1) == ", "
        if not (apposed or words.spaced(i - 1)):
            return None
        hit = self.by_start.get(i)
        if hit is not None and hit.personal and (hit.full or not apposed):
            name = words.text[words.starts[i] : words.ends[hit.end - 1]]
            codes = {p.code for p in (*hit.full, *hit.short)} | (
                {hit.learnt.code} if hit.learnt else set()
            )
            if apposed and found.code not in codes:
                return None
            return self._introduced(found, name, i, self._name_end(i, hit.end))
        end = self._name_end(i, i)
        if end == i or (apposed and (end - i < 2 or not self._comma(end))):  # noqa: PLR2004
            return None
        name = words.text[words.starts[i] : words.ends[end - 1]]
        return self._introduced(found, name, i, end)

    def _comma(self, end: int) -> bool:
        gap = self.words.gap(end - 1)
        return gap.startswith(",") and not (
            end < len(self.words) and self.words.keys[end] in {"and", "or"}
        )

    def _introduced(self, found: Found, name: str, start: int, end: int) -> tuple[Found, int]:
        name = self.words.text[self.words.starts[start] : self.words.ends[end - 1]]
        tail = self.words.possessive(end)
        self._learn(name, found.code, found.office)
        grown = replace(
            found, end=self.words.ends[end - 1], person=name, possessive=tail != end, head=None
        )
        return grown, end

    def _name_end(self, start: int, end: int) -> int:
        """The end of a person's name that begins at ``start`` and reaches at least to ``end``."""
        words, particles = self.words, self.tables.words["particles"]
        i, capitals = max(end, start), end - start
        while i < len(words) and i - start < _NAME_LIMIT and (i == start or self._in_name(i - 1)):
            hit = self.by_start.get(i)
            if hit is not None and hit.entries and not hit.full:
                break
            if words.capital(i) and words.keys[i] not in self.tables.words["openers"]:
                if self.finder.office_at(words, i) is not None and i == start:
                    break
                capitals += 1
                end = i + 1
            elif words.forms[i] not in particles:
                break
            i += 1
        return end if capitals else start

    def _in_name(self, i: int) -> bool:
        gap = self.words.gap(i)
        return gap in {" ", "-", "'", "’", "\u00a0"} or (
            gap in {". ", "."} and len(self.words.forms[i]) == 1
        )

    def _name_in_front(self, i: int, found: Found) -> None:
        """ "Sanae Takaichi, the (new) Japanese prime minister"."""
        words, known = self.words, self.tables.words
        i -= 1
        while i >= 0 and words.gap(i) == " " and (
            words.keys[i] in {"the", "a", "an", "as"} or words.keys[i] in known["modifiers"]
        ):  # fmt: skip
            i -= 1
        if i < 1 or words.gap(i) != ", " or found.office is None or self._plural(found.office):
            return
        end = i + 1
        start = end
        while start > 0 and end - start < _NAME_LIMIT and (
            words.capital(start - 1) or words.forms[start - 1] in known["particles"]
        ) and (start == end or self._in_name(start - 1)):  # fmt: skip
            start -= 1
        while start < end and (
            words.keys[start] in known["openers"]
            or words.keys[start] in self.tables.titles
            or words.forms[start] in known["particles"]
        ):
            start += 1
        if end - start < 2 or any(  # noqa: PLR2004
            h.entries and not h.full for k in range(start, end) if (h := self.by_start.get(k))
        ):
            return
        if any(self.finder.office_at(words, k) for k in range(start, end)):
            return
        name = words.text[words.starts[start] : words.ends[end - 1]]
        self._learn(name, found.code, found.office)
        span = (words.starts[start], words.ends[end - 1])
        self.found = [f for f in self.found if not (f.person and f.core == span)]
        self.found.append(
            Found(
                *span,
                span,
                found.code,
                "person",
                "document",
                office=found.office,
                person=name,
                former=found.former,
            )  # fmt: skip
        )

    def _plural(self, office: str) -> bool:
        last = office.split()[-1].lower()
        bodies = {"government", "parliament", "military", "army", "navy", "police", "force",
                  "ministry", "embassy", "regime", "administration", "leadership"}  # fmt: skip
        return last in bodies or (last.endswith("s") and last not in {"affairs"})

    def _learn(self, name: str, code: str, office: str | None) -> None:
        person = Learnt(name, code, office, "document")
        key = self.tables.key(name)
        short = self.tables.key(surname_of(name, code))
        last = key.split()[-1] if key else ""
        for one in (key, short, last):
            if one and (len(one) > 2 or one == key) and one not in self.tables.phrases:  # noqa: PLR2004
                self.learnt.setdefault(one, person)

    # Persons --------------------------------------------------------------------------------------

    def _person(self, hit: Hit) -> int:
        words = self.words
        start = self.finder.title_before(words, hit.start)
        titled = start < hit.start
        key = " ".join(words.keys[hit.start : hit.end])
        learnt = hit.learnt or self.context.learnt.get(key) or self.learnt.get(key)
        if learnt is not None and not self._other_person(hit, learnt.name, titled):
            self._add_person(hit, start, learnt.code, learnt.name, learnt.office, learnt.entry)
            return hit.end
        kinds = self.finder.title_kinds(" ".join(words.keys[start : hit.start]) + " x")
        people = hit.full or hit.short
        ranked = self.finder.people.best(people, self.on, self.context.codes, kinds)
        for _, person, term in ranked:
            if hit.full and not self._trusted(person, term, titled):
                continue
            if not hit.full and not self._known_by_surname(hit, key, person, term, titled):
                continue
            others = tuple(dict.fromkeys(p.code for _, p, _ in ranked if p.code != person.code))
            self._add_person(hit, start, person.code, person.name, term.office, term.source, others)
            if hit.full:
                self._remember(person, term)
            return hit.end
        return hit.end

    def _trusted(self, person: Person, term: Term, titled: bool) -> bool:
        """Whether a full name is enough: minor office holders need their state in the text."""
        return person.rank <= SENIOR and near(term, self.on) or titled or (
            person.code in self.context.codes
        ) or person.rank <= FOREIGN  # fmt: skip

    def _known_by_surname(
        self, hit: Hit, key: str, person: Person, term: Term, titled: bool
    ) -> bool:
        words = self.words
        if key in self.context.blocked or self._other_person(hit, person.name, titled):
            return False
        if self._goes_on(hit):
            return False
        plain = key in self.tables.words["plain"] or len(key) < _LONG_ENOUGH
        in_text = person.code in self.context.codes
        if titled:
            return term.rank <= SENIOR and near(term, self.on) and (in_text or not plain)
        if plain or words.opens(hit.start) and len(key) <= _LONG_ENOUGH:
            return False
        if not near(term, self.on) and not (in_text and term.rank == LEADER):
            return False
        party = self.tables.parties.get(person.code)
        prominent = party is not None and party.weight >= SENIOR
        return term.rank <= FOREIGN and (in_text or (prominent and term.rank == LEADER))

    def _other_person(self, hit: Hit, name: str, titled: bool) -> bool:
        """Whether a given name before it shows that somebody else is meant ("Jeb Bush")."""
        words, i = self.words, hit.start - 1
        if titled or i < 0 or hit.full or not words.capital(i) or words.gap(i) not in {" ", "-"}:
            return False
        key = words.keys[i]
        if key in self.tables.words["openers"] or key in self.tables.key(name).split():
            return False
        if any(h.end == hit.start for h in self.hits if h.entries):
            return False
        if words.forms[i].isupper() and len(words.forms[i]) > 1:
            return False
        if not words.gap(i) == "-":
            self.blocked.add(" ".join(words.keys[hit.start : hit.end]))
        return True

    def _goes_on(self, hit: Hit) -> bool:
        """Whether the name is only the beginning of another ("Clinton Foundation")."""
        words, j = self.words, hit.end
        if j >= len(words) or words.gap(j - 1) not in {" ", "-"}:
            return False
        if words.gap(j - 1) == "-":
            return words.capital(j) and j not in self.by_start
        follows = self.finder.office_at(words, j)
        return (
            words.capital(j)
            and not words.forms[j].isupper()
            and follows is None
            and j not in self.by_start
            and not self._headline(hit)
        )

    def _headline(self, hit: Hit) -> bool:
        """Whether most words around are capitalised, so that capitals mean nothing."""
        around = [f for f in self.words.forms[max(0, hit.start - 6) : hit.end + 6] if len(f) > 3]  # noqa: PLR2004
        return sum(f[0].isupper() for f in around) >= 0.8 * len(around)

    def _remember(self, person: Person, term: Term) -> None:
        for short in (*person.shorts, person.name.split()[-1]):
            for key in (self.tables.key(short), self.tables.key(short).split()[-1]):
                if len(key) > 2 and key not in self.tables.phrases:  # noqa: PLR2004
                    self.learnt.setdefault(
                        key, Learnt(person.name, person.code, term.office, term.source)
                    )

    def _add_person(
        self, hit: Hit, start: int, code: str, name: str, office: str | None, entry: str,
        others: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        words = self.words
        core = (words.starts[hit.start], words.ends[hit.end - 1])
        former = start > 0 and words.keys[start - 1] in self.tables.words["past"]
        self.found.append(
            Found(
                words.starts[start],
                core[1],
                core,
                code,
                "person",
                entry,
                others,
                possessive=words.possessive(hit.end) != hit.end,
                office=office,
                person=name,
                former=former,
                head_class="government",
            )  # fmt: skip
        )

    # "Sino-Russian" ---------------------------------------------------------------------------------

    def _combined(self) -> None:
        words = self.words
        for i, key in enumerate(words.keys[:-1]):
            code = self.tables.combining.get(key)
            if code and words.hyphened(i) and words.capital(i) and words.capital(i + 1):
                core = (words.starts[i], words.ends[i])
                self.found.append(Found(*core, core, code, "demonym", "words.toml", compound="and"))


def _key(tables: Tables, entry: Entry) -> str:
    return tables.key(" ".join(entry.words))


def _ends(text: str, cue: str) -> bool:
    if not text.endswith(cue):
        return False
    rest = text[: -len(cue)]
    return not rest or not rest[-1].isalnum()


def _begins(text: str, cue: str) -> bool:
    text = text if cue[0] in ",'’- (" else text.lstrip()
    if not text.startswith(cue):
        return False
    rest = text[len(cue) :]
    return not rest or not rest[0].isalnum()


def _without_overlaps(found: list[Found]) -> list[Found]:
    """Of nested mentions of the same party, the outermost one; twins of one span stay."""
    kept: list[Found] = []
    for one in found:
        inside = any(
            k.start <= one.start and one.end <= k.end and k.code == one.code for k in kept[-3:]
        )
        if not inside:
            kept.append(one)
    return kept
