"""Read name corpora (form TAB tag, blank line between sentences) into spaCy's `Doc`s."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from spacy.tokens import Doc
from spacy.vocab import Vocab

TITLES = frozenset(
    (Path(__file__).parent / "data" / "titles.txt").read_text(encoding="utf8").split("\n")
)

Row = tuple[str, str, bool]


def read(path: Path) -> Iterator[list[Row]]:
    """Yield sentences as rows of form, IOB tag and whether a space follows."""
    rows: list[Row] = []
    with path.open(encoding="utf8") as lines:
        for raw in lines:
            line = raw.rstrip("\n")
            if line.startswith("# newdoc"):
                continue
            if not line:
                if rows:
                    yield rows
                rows = []
                continue
            form, tag, *misc = line.split("\t")
            rows.append((form, tag, "SpaceAfter=No" not in misc))
    if rows:
        yield rows


def without_titles(rows: list[Row]) -> list[Row]:
    """Take leading titles out of persons: in "President Obama" only Obama, as UNER has it."""
    out: list[Row] = []
    cut = False
    for at, (form, tag, space) in enumerate(rows):
        following = rows[at + 1][1] if at + 1 < len(rows) else "O"
        leads = tag == "B-PERSON" or (cut and tag == "I-PERSON")
        cut = leads and following == "I-PERSON" and (form in TITLES or (cut and form == "."))
        new = tag
        if leads:
            new = "O" if cut else "B-PERSON"
        out.append((form, new, space))
    return out


def to_doc(vocab: Vocab, rows: list[Row]) -> Doc:
    """Build the gold `Doc` of one sentence."""
    return Doc(
        vocab,
        words=[form for form, _, _ in rows],
        spaces=[space for _, _, space in rows[:-1]] + [False],
        ents=[tag for _, tag, _ in rows],
    )
