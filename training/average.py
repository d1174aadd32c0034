"""Average the weights of checkpoints of one training run.

python -m training.average OUT CHECKPOINT [CHECKPOINT ...]
"""

from __future__ import annotations

import sys
from pathlib import Path

import spacy


def main(out: Path, checkpoints: list[Path]) -> None:
    """Write the first checkpoint's pipeline with the mean of all weights."""
    pipelines = [spacy.load(path) for path in checkpoints]
    for name, _ in pipelines[0].pipeline:
        models = [list(nlp.get_pipe(name).model.walk()) for nlp in pipelines]
        for nodes in zip(*models, strict=True):
            for param in nodes[0].param_names:
                if nodes[0].has_param(param):
                    mean = sum(node.get_param(param) for node in nodes) / len(nodes)
                    nodes[0].set_param(param, mean)
    pipelines[0].to_disk(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(arg) for arg in sys.argv[2:]])
