"""Run the coder over the gold documents and print how it does.

    python benchmarks/score_gold.py [dev seed gsr own held statements …] [--worst N] [--show ID]

The gold lies beside the project, in ``../shared/gold``; documents of our own in ``tests/data``.
``held`` are invented articles coded before the coder read them: score them, do not tune on them.
``statements`` and ``statements-kept`` are twice twenty more, half of them official statements.
``voa`` and ``voa-kept`` are real stories (`benchmarks.voa`), what is kept is for judging alone.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import voa

from worker.events.extract import Coder
from worker.events.language.nlp import load, paragraphs
from worker.events.parties import Gazetteer
from worker.events.plover import data, read_tsv
from worker.model import Article, Event

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT.parent / "shared" / "gold"
BATCH = 16  # articles; the service hands on 10 to 25 at a time
FILES = {
    "dev": GOLD / "dev.jsonl",
    "seed": GOLD / "seed.jsonl",
    "gsr": GOLD / "plover_gsr.jsonl",
    "own": ROOT / "tests" / "data" / "own_articles.jsonl",
    "held": ROOT / "tests" / "data" / "held_out_articles.jsonl",
    "statements": ROOT / "tests" / "data" / "statements_articles.jsonl",
    "articles-kept": Path(__file__).with_name("articles_kept.jsonl"),
    "plain-kept": Path(__file__).with_name("plain_kept.jsonl"),
    "statements-kept": ROOT / "tests" / "data" / "statements_kept_articles.jsonl",
}


def documents(name: str) -> list[dict]:
    if name in voa.PARTS:
        return voa.stories(name)
    return [json.loads(line) for line in FILES[name].open(encoding="utf-8") if line.strip()]


def article(document: dict) -> Article:
    day = document.get("published")
    return Article(
        id=document.get("doc_id") or document["id"],
        text=document["text"],
        url=document.get("url"),
        title=document.get("title"),
        published=date.fromisoformat(day) if day else None,
        source=document.get("source"),
    )


def as_line(doc_id: str, events: tuple[Event, ...]) -> dict:
    return {"doc_id": doc_id, "events": [as_json(e) for e in events]}


def as_json(event: Event) -> dict:
    return {
        "type": event.type,
        "mode": event.mode,
        "actors": [p.code for p in event.actors],
        "recipients": [p.code for p in event.recipients],
        "date": event.date,
        "confidence": event.confidence,
        "rule": event.rule,
        "evidence": event.evidence[0].quote,
    }


def run(coder: Coder, docs: list[dict]) -> list[dict]:
    articles = [article(d) for d in docs]
    lines = []
    for one, events in zip(articles, coder.code(articles), strict=True):
        for event in events:
            for proof in event.evidence:
                assert one.text[proof.start : proof.end] == proof.quote, (one.id, proof)
        lines.append(as_line(one.id, events))
    return lines


def scored(docs: list[dict], lines: list[dict], worst: int) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        gold, got = Path(folder, "gold.jsonl"), Path(folder, "got.jsonl")
        for path, rows in ((gold, docs), (got, lines)):
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        command = [sys.executable, GOLD / "score.py", gold, got, "--worst", str(worst)]
        return json.loads(
            subprocess.run(command, check=True, capture_output=True, text=True).stdout
        )


def table(result: dict) -> None:
    for view in ("type", "quad", "pair"):
        r = result[view]
        print(
            f"{view:5} P {r['p']:.3f}  R {r['r']:.3f}  F1 {r['f1']:.3f}"
            f"   ({r['tp']} tp, {r['fp']} fp, {r['fn']} fn)"
        )
    print(
        f"macro F1 {result['document_macro_f1']}  mode {result['mode_accuracy']}"
        f"  date {result['date_accuracy']}"
        f"  false dyads per eventless document {result['false_dyads_per_eventless_document']}"
    )
    for kind, r in result["by_type"].items():
        print(
            f"  {kind:10} P {r['p']:.2f} R {r['r']:.2f} F1 {r['f1']:.2f}"
            f"  tp {r['tp']:3} fp {r['fp']:3} fn {r['fn']:3}"
        )


def gsr(docs: list[dict], lines: list[dict]) -> None:
    """How often the type of the sentence's event is found, and its country dyads.

    An armed group counts as of the country where it is at home: PLOVER's manual codes countries.
    """
    homes = {g["code"]: g["home"] for g in read_tsv(data("gazetteer", "groups.tsv")) if g["home"]}
    found, tp, fp, fn = 0, 0, 0, 0
    by_type: dict[str, list[int]] = {}
    for doc, line in zip(docs, lines, strict=True):
        hit = any(e["type"] == doc["type"] for e in line["events"])
        found += hit
        row = by_type.setdefault(doc["type"], [0, 0])
        row[0] += hit
        row[1] += 1
        gold = _gsr_dyads(doc)
        if gold:
            got = {
                d
                for e in line["events"]
                for d in _dyads(
                    e["type"],
                    [homes.get(c, c) for c in e["actors"]],
                    [homes.get(c, c) for c in e["recipients"]],
                )
            }
            tp, fp, fn = tp + len(gold & got), fp + len(got - gold), fn + len(gold - got)
    p, r = tp / max(1, tp + fp), tp / max(1, tp + fn)
    print(f"type of the event found {found}/{len(docs)} = {found / len(docs):.3f}")
    print(f"country dyads with type: P {p:.3f} R {r:.3f} F1 {2 * p * r / max(1e-9, p + r):.3f}")
    print("  " + "  ".join(f"{k} {a}/{b}" for k, (a, b) in sorted(by_type.items())))


def _gsr_dyads(doc: dict) -> set[tuple[str, ...]]:
    actors = [a.get("code") or "" for a in doc["actors"]]
    recipients = [a.get("code") or "" for a in doc["recipients"]]
    every = [*actors, *recipients]
    if not actors or any(len(c) != 3 or c in ("IGO", "NGO", "CIV", "IMG", "MNC") for c in every):
        return set()
    return _dyads(doc["type"], actors, recipients)


def _dyads(kind: str, actors: list[str], recipients: list[str]) -> set[tuple[str, ...]]:
    if recipients:
        pairs = {(a, r) for a in actors for r in recipients}
    elif len(set(actors)) > 1:
        pairs = {(a, b) for a in actors for b in actors if a < b}
    else:
        pairs = {(a, "-") for a in actors}
    if kind == "CONSULT":
        pairs = {tuple(sorted(p)) for p in pairs}
    return {(kind, *p) for p in pairs}


def speed(coder: Coder, nlp, docs: list[dict], rounds: int) -> None:
    """What coding costs beside parsing all of the text: CPU time, the two by turns.

    They take turns at every batch, of as many articles as a worker gets, and of each batch the
    quickest round counts: whatever else the machine does can only slow a round down. As in the
    service, what was loaded is out of the garbage collector's sight.
    """
    gc.collect()
    gc.freeze()
    articles = [article(d) for d in docs]
    words = sum(len(a.text.split()) for a in articles)
    batches = [articles[i : i + BATCH] for i in range(0, len(articles), BATCH)]
    timed = [[_turn(coder, nlp, batch) for batch in batches] for _ in range(rounds)]
    bare, whole = (
        sum(min(times[kind] for times in batch) for batch in zip(*timed, strict=True))
        for kind in (0, 1)
    )
    ratios = [sum(t[1] for t in turns) / sum(t[0] for t in turns) for turns in timed]
    print(
        f"{words} words: bare pipeline {words / bare:.0f} words/s,"
        f" coder {words / whole:.0f} words/s, ratio {whole / bare:.2f}"
        f" (median of the rounds {statistics.median(ratios):.2f})"
    )


def _turn(coder: Coder, nlp, batch: list[Article]) -> tuple[float, float]:
    parts = [a.text[start:end] for a in batch for start, end in paragraphs(a.text)]
    return (
        _timed(lambda: list(nlp.pipe(parts, batch_size=64))),
        _timed(lambda: coder.code(batch)),
    )


def _timed(work) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def show(docs: list[dict], lines: list[dict], wanted: str) -> None:
    for doc, line in zip(docs, lines, strict=True):
        if wanted in (line["doc_id"], "all"):
            print(f"== {line['doc_id']} {doc.get('published')} {doc.get('title')}\n{doc['text']}")
            for e in doc.get("events", []):
                print(
                    "  GOLD",
                    "opt" if e.get("optional") else "   ",
                    e["type"],
                    e["mode"],
                    e["actors"],
                    ">",
                    e["recipients"],
                    e["date"],
                    "|",
                    e["evidence"][:90],
                )
            for e in line["events"]:
                print(
                    "  GOT     ",
                    e["type"],
                    e["mode"],
                    e["actors"],
                    ">",
                    e["recipients"],
                    e["date"],
                    e["rule"],
                    e["confidence"],
                    "|",
                    e["evidence"][:90],
                )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", default=["seed", "dev", "gsr"])
    parser.add_argument("--worst", type=int, default=0)
    parser.add_argument("--show")
    parser.add_argument("--write", type=Path, help="folder for the predictions")
    parser.add_argument("--model", help="another pipeline than the packaged one")
    parser.add_argument(
        "--speed", type=int, nargs="?", const=9, metavar="ROUNDS", help="what coding costs too"
    )
    options = parser.parse_args()
    if not GOLD.is_dir():
        raise SystemExit(f"The gold documents are not here ({GOLD}): nothing to score against.")
    nlp, gazetteer = load(options.model), Gazetteer.load()
    for name in options.sets:
        docs = documents(name)
        coder = Coder(nlp, gazetteer, domestic=name == "gsr")
        lines = run(coder, docs)
        print(f"--- {name}: {len(docs)} documents")
        if name == "gsr":
            gsr(docs, lines)
        else:
            result = scored(docs, lines, options.worst)
            table(result)
            for row in result.get("worst", []):
                print("  ", *row)
        if options.write:
            target = options.write / f"{name}.pred.jsonl"
            target.write_text("".join(json.dumps(x) + "\n" for x in lines), encoding="utf-8")
        if options.show:
            show(docs, lines, options.show)
        if options.speed:
            speed(coder, nlp, docs, options.speed)


if __name__ == "__main__":
    main()
