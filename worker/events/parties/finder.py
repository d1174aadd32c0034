"""Finds party names in a run of words and decides what each stands for. No syntax is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from worker.events.parties.factions import find_bare
from worker.events.parties.nouns import Context, Found, Hit, Learnt
from worker.events.parties.offices import Offices
from worker.events.parties.people import People
from worker.events.parties.persons import resolve_person
from worker.events.parties.phrases import resolve_party
from worker.events.parties.run import Run
from worker.events.parties.scan import Scanner
from worker.events.parties.senses import key_of
from worker.events.parties.tables import Tables
from worker.events.parties.words import Words


class Finder:
    """The main path: names hit, what the article says of them, what each stands for."""

    def __init__(self, tables: Tables, people: People) -> None:
        """Index the tables."""
        self.tables = tables
        self.people = people
        self.offices = Offices(tables)
        self.scanner = Scanner(tables, people)

    def hits(self, words: Words) -> list[Hit]:
        """Leftmost longest matches of names, without a decision on what they mean."""
        return self.scanner.hits(words)

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
            run = self._run(one, its_hits, on, first)
            learnt = run.learnt | learnt
            blocked |= run.blocked
        return replace(first, learnt=learnt, blocked=frozenset(blocked - learnt.keys()))

    def _certain(self, hits: Iterable[Hit]) -> Iterator[str]:
        for hit in hits:
            if len(hit.entries) == 1 and not (hit.entries[0].home and hit.entries[0].acronym):
                entry = hit.entries[0]
                senses = self.tables.senses.get(key_of(self.tables, entry))
                if not senses or max(senses, key=lambda s: s.prior).codes == entry.codes:
                    yield from entry.codes

    def resolve(
        self, words: Words, hits: Sequence[Hit], on: date | None, context: Context
    ) -> list[Found]:
        """Decide what every hit means; persons known to the context are found too."""
        if context.learnt:
            hits = self.scanner.learnt_hits(words, hits, context.learnt)
        run = self._run(words, hits, on, context)
        find_bare(run)
        found = run.found
        return _without_overlaps(sorted(found, key=lambda f: (f.start, -f.end, f.code)))

    def _run(self, words: Words, hits: Sequence[Hit], on: date | None, context: Context) -> Run:
        run = Run(self.tables, self.people, self.offices, words, hits, on, context)
        taken = 0
        for hit in hits:
            if hit.start >= taken:
                resolve = resolve_person if hit.personal else resolve_party
                taken = max(taken, resolve(run, hit))
        _combined(run)
        return run


def _combined(run: Run) -> None:
    words = run.words
    for i, key in enumerate(words.keys[:-1]):
        code = run.tables.combining.get(key)
        if code and words.hyphened(i) and words.capital(i) and words.capital(i + 1):
            core = (words.starts[i], words.ends[i])
            run.found.append(Found(*core, core, code, "demonym", "words.toml", compound="and"))


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
