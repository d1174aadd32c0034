"""Make the model of types from coded stories and labelled sentences, and judge it.

    python -m training.relate read WORK --corpora DIR [--gold PLOVER_GSR.jsonl]
    python -m training.relate train WORK TEACHER.pt [--layers 6]
    python -m training.relate train WORK STUDENT.pt --layers 3 --teacher TEACHER.pt
    python -m training.relate train WORK THIN.pt --layers 3 --inner 768 --teacher TEACHER.pt \\
        --start STUDENT.pt
    python -m training.relate glance WORK [--files DIR]
    python -m training.relate export THIN.pt [--out DIR]
    python -m training.relate judge WORK [--files DIR]

`train` and `export` need what ``training/teacher.txt`` names. `judge` asks the packaged model, or
that of another folder, about pairs of real news that were kept aside.
"""

from __future__ import annotations

import argparse
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

from training.relate import examples, judge, news, pairs, stories
from worker.events import relate
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.events.relate import network
from worker.events.rules import lexicon

OUT = Path(relate.__file__).parent
_READ = "read.pickle"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    steps = {"read": read, "train": train, "glance": glanced, "export": export, "judge": judged}
    for name, work in steps.items():
        command = commands.add_parser(name)
        command.set_defaults(work=work)
        if name != "export":
            command.add_argument("folder", type=Path, help="where what was read lies")
        if name == "read":
            command.add_argument("--corpora", type=Path, required=True)
            command.add_argument("--gold", type=Path, help="PLOVER's sentences")
        elif name == "train":
            command.add_argument("out", type=Path)
            for setting in ("--layers", "--inner", "--epochs", "--seed"):
                command.add_argument(setting, type=int, default=argparse.SUPPRESS)
            command.add_argument("--start", type=Path, help="a model to begin with, made thin")
            command.add_argument("--teacher", type=Path, action="append", default=[])
        elif name == "export":
            command.add_argument("model", type=Path)
            command.add_argument("--out", type=Path, default=OUT)
        else:
            command.add_argument("--files", type=Path, default=OUT)
    options = vars(parser.parse_args())
    del options["command"]
    options.pop("work")(**options)


def read(folder: Path, corpora: Path, gold: Path | None) -> None:
    """Parse and look at everything once, and keep it."""
    nlp, gazetteer, words = load(), Gazetteer.load(), lexicon()
    known = [*examples.ours(), *examples.of_lexicon(words, gazetteer, nlp)]
    known += examples.manual(gold) if gold else []
    known += news.labelled(corpora)
    found = {
        "pairs": list(pairs.stories(known, nlp, gazetteer, words)),
        "news": list(stories.of_news(corpora, nlp, gazetteer)),
        "articles": list(stories.of_articles(nlp, gazetteer)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _READ).write_bytes(pickle.dumps(found))
    print(", ".join(f"{len(part)} {name}" for name, part in found.items()))


def train(
    folder: Path,
    out: Path,
    teacher: list[Path],
    start: Path | None,
    **given: int,
) -> None:
    """Learn from all but what is kept for judging; `given` are fields of `fit.Settings`."""
    from training.relate import fit  # noqa: PLC0415 - torch

    found = _kept(folder)
    learnt = [story for example, story in found["pairs"] if example.group != judge.KEPT]
    settings = fit.Settings(**given)
    if start:
        settings = replace(settings, rate=1.5e-4, head_rate=5e-4)
    elif settings.layers < fit.Settings().layers:
        settings = replace(settings, rate=3e-4)
    teachers = [fit.load(path) for path in teacher]
    coded = [*found["news"], *found["articles"]]
    fit.train(coded, learnt, settings, out, teachers, fit.load(start) if start else None)


def glanced(folder: Path, files: Path) -> None:
    """Learn which sentences are worth reading."""
    from training.relate import glance  # noqa: PLC0415 - scipy

    found = _kept(folder)
    glance.fit([*found["news"], *found["articles"]], files / "glance.tsv")


def export(model: Path, out: Path) -> None:
    """Write the files that ship."""
    from training.relate import export, fit  # noqa: PLC0415 - torch

    export.export(fit.load(model), out)


def judged(folder: Path, files: Path) -> None:
    """Print how the kept pairs are told apart."""
    kept = [one for one in _kept(folder)["pairs"] if one[0].group == judge.KEPT]
    print(judge.HEADER, *judge.lines(judge.asked(kept, network.load(files))), sep="\n")


def _kept(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = pickle.loads((folder / _READ).read_bytes())
    return found


if __name__ == "__main__":
    main()
