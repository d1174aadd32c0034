"""Finds party names in a run of words and decides what each stands for. No syntax is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from worker.events.parties.factions import find_bare
from worker.events.parties.nouns import Context, Found, Hit, Learnt
from worker.events.parties.offices import Offices
from worker.events.parties.people import People
from worker.events.parties.period import period
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

    def find(
        self,
        words: Sequence[Words],
        on: date | None,
        home: str | None = None,
        context: Context | None = None,
    ) -> list[list[Found]]:
        """The mentions of each text of one article; see `Gazetteer.find`.

        What an article teaches of its own is known when all of it has been read. Most paragraphs
        have no word of that, and are not read again.
        """
        hits = [self.scanner.hits(w) for w in words]
        first = context or self._said(words, hits, home)
        runs = [self._run(*args, on, first) for args in zip(words, hits, strict=True)]
        if on is None and (on := period(runs)) is not None:
            runs = [self._run(*args, on, first) for args in zip(words, hits, strict=True)]
        known = context or _with_persons(first, runs)
        taught = {key.partition(" ")[0] for key in (*known.learnt, *known.blocked)}
        return [
            _found(run if taught.isdisjoint(run.words.keys) else self._again(run, known))
            for run in runs
        ]

    def _said(
        self, words: Sequence[Words], hits: Sequence[Sequence[Hit]], home: str | None
    ) -> Context:
        """What an article's own words say of the parties that it names."""
        text = "\n\n".join(w.text for w in words)
        forms = frozenset(f for w in words for f in w.forms)
        codes = frozenset(c for h in hits for c in self._certain(h)) | ({home} if home else set())
        return Context(text, forms, codes, home)

    def _again(self, run: Run, known: Context) -> Run:
        """Read a text once more, when persons and namesakes are known."""
        hits = run.hits
        if known.learnt:
            hits = self.scanner.learnt_hits(run.words, hits, known.learnt)
        return self._run(run.words, hits, run.on, known)

    def _certain(self, hits: Iterable[Hit]) -> Iterator[str]:
        for hit in hits:
            if len(hit.entries) == 1 and not (hit.entries[0].home and hit.entries[0].acronym):
                entry = hit.entries[0]
                senses = self.tables.senses.get(key_of(self.tables, entry))
                if not senses or max(senses, key=lambda s: s.prior).codes == entry.codes:
                    yield from entry.codes

    def _run(self, words: Words, hits: Sequence[Hit], on: date | None, context: Context) -> Run:
        run = Run(self.tables, self.people, self.offices, words, hits, on, context)
        taken = 0
        for hit in hits:
            if hit.start >= taken:
                resolve = resolve_person if hit.personal else resolve_party
                taken = max(taken, resolve(run, hit))
        _combined(run)
        return run


def _with_persons(said: Context, runs: Iterable[Run]) -> Context:
    """What an article says, with the persons whom it introduces."""
    learnt: dict[str, Learnt] = {}
    blocked: set[str] = set()
    for run in runs:
        learnt = run.learnt | learnt
        blocked |= run.blocked
    return replace(said, learnt=learnt, blocked=frozenset(blocked - learnt.keys()))


def _found(run: Run) -> list[Found]:
    """What a text names in the end, in its order."""
    find_bare(run)
    return _without_overlaps(sorted(run.found, key=lambda f: (f.start, -f.end, f.code)))


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
