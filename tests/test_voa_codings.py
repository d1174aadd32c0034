"""The stories coded by hand for judging name types, modes and parties that exist."""

import json
from pathlib import Path

from worker.events.parties.tables import read_tables
from worker.events.plover import meanings

CODINGS = Path(__file__).parents[1] / "benchmarks" / "voa_codings.jsonl"


def test_codings_use_the_ontology_and_known_parties() -> None:
    documents = [json.loads(line) for line in CODINGS.read_text(encoding="utf-8").splitlines()]
    known = read_tables().parties
    for document in documents:
        for event in document["events"]:
            assert (event["type"], event["mode"]) in meanings(), (document["document"], event)
            assert set(event["actors"] + event["recipients"]) <= known.keys(), event
            assert event["sentence"] >= document["stories"][0]
