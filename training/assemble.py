"""Put the trained parts together into the pipeline that ships.

python -m training.assemble CORPORA PARSE NAMES OUT
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import spacy
from spacy.language import Language

from training import lexicon
from worker.events.language import boundaries, lemmas, one_subject, whole_names

META = {
    "lang": "en",
    "name": "demarche_news",
    "version": "0.1.0",
    "spacy_version": ">=3.8,<4.0",
    "description": "English news: sentences, tags, lemmas, Universal Dependencies, names.",
    "author": "The authors of Démarche",
    "license": "CC-BY-SA-4.0",
    "sources": [
        {"name": "UD_English-EWT", "license": "CC BY-SA 4.0"},
        {"name": "GUM (six genres)", "license": "CC BY 4.0; texts also CC BY-SA 3.0, CC BY 2.5"},
        {"name": "UNER_English-EWT", "license": "CC BY-SA 4.0"},
        {"name": "Wikigold", "license": "CC BY 4.0"},
        {"name": "Broad Twitter Corpus, section G", "license": "CC BY 4.0"},
        {"name": "Voice of America news, raw text", "license": "public domain"},
        {"name": "GloVe 6B word vectors", "license": "PDDL 1.0"},
        {"name": "all-MiniLM-L6-v2 (labelled raw news; not shipped)", "license": "Apache 2.0"},
    ],
    "performance": {},
}


def main(corpora: Path, parse: Path, names: Path, out: Path) -> None:
    """Write the trees of ``parse``, our components and the names of ``names`` to ``out``."""
    nlp = spacy.load(parse)
    nlp.add_pipe(boundaries.NAME, first=True)
    nlp.add_pipe(boundaries.JOINED, after="parser")
    nlp.add_pipe(lemmas.FACTORY).fill(lexicon.build(corpora))
    nlp.add_pipe("ner", source=spacy.load(names))
    nlp.add_pipe(whole_names.NAME)
    nlp.add_pipe(one_subject.NAME)
    # Where it was trained is of no use to anybody.
    nlp.config["paths"] = dict.fromkeys(nlp.config["paths"])
    nlp.config["initialize"]["vectors"] = None
    nlp.meta.update(META)
    for folder in out.glob("*/"):
        shutil.rmtree(folder)
    nlp.to_disk(out)
    (out / "vocab" / "strings.json").write_text(json.dumps(strings(nlp)), encoding="utf8")


def strings(nlp: Language) -> list[str]:
    """Return the strings that the pipeline needs: labels, not every word that training met."""
    needed = set(spacy.blank("en").vocab.strings)
    for labels in nlp.pipe_labels.values():
        needed.update(labels)
    return sorted(needed)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
