"""Voice of America stories, coded by hand before the coder read them.

``voa_codings.jsonl`` keeps codings alone, not the text: that is the raw text (public domain) of the
Groningen Meaning Bank, ten sentences to a document, cut out of several stories each. A line tells
which ``document`` (as `training.silver.raw_documents` counts them), the hash of its text, the
sentences at which its ``stories`` begin, and events by sentence. Each story is scored by itself; it
has no day of publication, so that only dates with a year of their own are scored.

From part ``voa`` (1,037 documents) rules were written, from ``voa-learnt`` (2,464) the model of
types learns, ``voa-kept`` (255) is for judging. Of the first and the last two thirds were drawn
among the documents in which several sentences name two parties, the rest at random; the others are
what was left of those. All but 210 also give an event's own ``words``, and where it is told
``also``. Two people who coded the same 20 documents apart agreed at F1 .95 to .99 on types.
"""

from __future__ import annotations

import hashlib
import json
import sys
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODINGS = Path(__file__).with_name("voa_codings.jsonl")
PARTS = {"voa": "tune", "voa-learnt": "learn", "voa-kept": "keep"}
CORPUS = ROOT.parent / "shared" / "corpora" / "ner" / "gmb-train.iob"


def stories(name: str) -> list[dict]:
    """Return the stories of one part in the form of the gold documents.

    Raises:
        SystemExit: the corpus is not here, or is another one than was coded.
    """
    if not CORPUS.is_file():
        raise SystemExit(f"The text of the Groningen Meaning Bank is not here ({CORPUS}).")
    sys.path.insert(0, str(ROOT))
    from training.silver import raw_documents  # noqa: PLC0415 - beside the project, not installed

    raw = [_sentences(document) for document in raw_documents(CORPUS)]
    found: list[dict] = []
    for line in CODINGS.read_text(encoding="utf-8").splitlines():
        coded = json.loads(line)
        if coded["part"] == PARTS[name]:
            found += _stories(coded, raw[coded["document"]])
    return found


def _sentences(document: list[list[tuple[str, str, bool]]]) -> list[str]:
    return ["".join(form + " " * space for form, _, space in rows).strip() for rows in document]


def _stories(coded: dict, sentences: list[str]) -> list[dict]:
    if hashlib.sha256("\n".join(sentences).encode()).hexdigest()[:8] != coded["sha256"]:
        raise SystemExit(f"Document {coded['document']} is not the text that was coded.")
    return [
        {
            "doc_id": f"{coded['document']}-{start}",
            "text": " ".join(sentences[start:end]),
            "events": [
                {"date": None, **event, "evidence": sentences[event["sentence"]]}
                for event in coded["events"]
                if start <= event["sentence"] < end
            ],
        }
        for start, end in pairwise([*coded["stories"], len(sentences)])
    ]
