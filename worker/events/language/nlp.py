"""The spaCy pipeline: loading it, and cutting texts into the paragraphs that it reads.

Labels are those of Universal Dependencies (``nsubj``, ``nsubj:pass``, ``obj``, ``obl`` with a
``case`` child, ``acl:relcl``, …), tags those of the Penn Treebank, names ``PERSON``, ``ORG``,
``LOC`` and ``NORP``.

Feed paragraphs, not whole articles: to the parser a line break is a word, and headings glued to the
next sentence are misread. In a process that runs for long, wrap each batch in ``nlp.memory_zone()``
and copy out what you keep: words that the vocabulary has not met before are then forgotten again,
and memory stays flat.

    nlp = load()
    with nlp.memory_zone():
        for doc, start in nlp.pipe(((text[a:b], a) for a, b in paragraphs(text)), as_tuples=True):
            ...  # doc[i].idx + start is the offset in ``text``

`read` does this for the coder, which asks few paragraphs for their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import spacy
from spacy.language import Language

from worker.errors import ConfigError
from worker.events.language import boundaries, lemmas, one_subject, universal, whole_names
from worker.events.language.parsed import Doc

__all__ = ["OWN", "load", "paragraphs", "read"]

_About = TypeVar("_About")

_BATCH = 64  # paragraphs; larger batches gain nothing on one core
_NAMES = ("ner", whole_names.NAME)

_ELECT = (
    *("President-elect", "president-elect", "President-designate", "president-designate"),
    *("Minister-designate", "minister-designate", "Chancellor-designate", "chancellor-designate"),
)

# Importing their modules registers them with spaCy.
OWN = (
    *(boundaries.NAME, boundaries.JOINED, lemmas.FACTORY),
    *(universal.NAME, whole_names.NAME, one_subject.NAME),
)

PACKAGED = Path(__file__).parents[1] / "model"

_PARAGRAPH = re.compile(r"[^\s](?:[^\n\r\u2028\u2029]*[^\s])?")


def load(name: str | None = None) -> Language:
    """Load the packaged pipeline, or another one by package name or path.

    Another pipeline gets our sentence boundaries in front of its parser, and its labels are mapped
    where they are not those of Universal Dependencies.

    Raises:
        ConfigError: there is no such pipeline, this spaCy cannot read it, or it does not parse.
    """
    if name is None:
        nlp = spacy.load(PACKAGED)
        for title in _ELECT:  # in three words, its "elect" is read as a verb
            nlp.tokenizer.add_special_case(title, [{"ORTH": title}])  # type: ignore[union-attr]
        return nlp
    try:
        nlp = spacy.load(name)
    except (OSError, ValueError, KeyError, ImportError, AttributeError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(f"The spaCy pipeline {name!r} cannot be loaded: {reason}") from error
    return _adapted(nlp, name)


def _adapted(nlp: Language, name: str) -> Language:
    if "parser" not in nlp.pipe_names:
        raise ConfigError(f"The spaCy pipeline {name!r} has no parser, so no event can be read.")
    if boundaries.NAME not in nlp.pipe_names:
        nlp.add_pipe(boundaries.NAME, before="parser")
        nlp.add_pipe(boundaries.JOINED, after="parser")
    if universal.is_needed(nlp.pipe_labels["parser"]):
        nlp.add_pipe(universal.NAME)
    return nlp


def read(nlp: Language, texts: Iterable[tuple[str, _About]]) -> Iterator[tuple[Doc, _About]]:
    """Parse paragraphs, each with whatever belongs to it.

    Their named entities are found when they are asked for, and mend no trees then (measured: no act
    hangs on it), unless the pipeline has labels of its own to be mapped.
    """
    later = _NAMES if all(map(nlp.has_pipe, _NAMES)) else ()
    names = nlp.get_pipe(_NAMES[0]) if later else None
    for source, about in nlp.pipe(texts, as_tuples=True, batch_size=_BATCH, disable=later):
        yield Doc(source, names), about


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Return start and end, in code points, of the paragraphs: lines without space around them."""
    return [match.span() for match in _PARAGRAPH.finditer(text)]
