"""Make the model of types from the labelled sentences, and judge it.

    python -m training.relate [--gold PLOVER_GSR.jsonl] [--corpora DIR] [--out FILE]

Each group of sentences is kept out once and asked about; from what comes out there the temperature
is set with which the model of all sentences is written. Real news kept aside is asked about too.
"""

from __future__ import annotations

import argparse
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np

from training.relate import examples, judge, news, stories
from training.relate.fit import Settings
from training.relate.read import cases
from worker.events import relate
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.events.relate.network import FILE, Network, packed
from worker.events.rules import lexicon

OUT = Path(relate.__file__).parent / FILE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, help="PLOVER's sentences; left out where not given")
    parser.add_argument("--corpora", type=Path, help="with the raw news; left out where not given")
    parser.add_argument("--model", help="another pipeline than the packaged one")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--judge", action="store_true", help="write nothing")
    options = parser.parse_args()
    nlp, gazetteer = load(options.model), Gazetteer.load()
    known = [*examples.ours(), *examples.of_lexicon(lexicon(), gazetteer, nlp)]
    known += examples.manual(options.gold) if options.gold else []
    known += news.labelled(options.corpora) if options.corpora else []
    read = list(cases(known, nlp, gazetteer, lexicon()))
    read += stories.told(options.corpora, nlp, gazetteer) if options.corpora else []
    vectors = nlp.vocab.vectors
    print(f"{len(read)} sentences, word vectors of width {vectors.shape[1] if len(vectors) else 0}")
    settings = Settings()
    network = judge.taught([c for c in read if c.example.group != judge.KEPT], vectors, settings)
    found = list(judge.trials(read, vectors, settings))
    if kept := [c for c in read if c.example.group == judge.KEPT]:
        found.append(judge.asked(network, kept, vectors))
    temperature = judge.best_temperature(found)
    print(judge.HEADER, *(judge.line(trial, temperature) for trial in found), sep="\n")
    print(*judge.by_type(found[-1]), f"temperature {temperature}", sep="\n")
    if not options.judge:
        write(warmed(network, temperature), options.out)


def warmed(network: Network, temperature: float) -> Network:
    """The network with all scores divided by a temperature."""
    return replace(
        network,
        signs=network.signs / temperature,
        out=network.out / temperature,
        bias=network.bias / np.float32(temperature),
    )


def write(network: Network, path: Path) -> None:
    """As `numpy.savez_compressed`, but the same weights always give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, array in sorted(packed(network).items()):
            stream = BytesIO()
            np.lib.format.write_array(stream, array, allow_pickle=False)
            file.writestr(
                zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)),
                stream.getvalue(),
                zipfile.ZIP_DEFLATED,
            )
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
