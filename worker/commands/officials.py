"""`demarche officials`: who was learnt from articles, and what a person decides about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from redis.exceptions import RedisError

from worker import wiring
from worker.errors import ConfigError
from worker.events.parties import Gazetteer, learnt
from worker.ledger.officials import Candidate, Claim
from worker.ledger.officials.redis import RedisOfficials
from worker.service import display, redis_server
from worker.settings import Settings


def show(settings: Settings, out: TextIO, now: float, *, every: bool) -> None:
    """Print who is learnt; with `every`, also who is not yet, is contested, or was forgotten.

    Raises:
        ConfigError: Redis cannot be reached.
    """
    with _store(settings) as store:
        candidates = store.candidates(now)
    lines = [
        line
        for one in candidates
        for line in _lines(one, settings.officials_outlets)
        if every or one.believed(settings.officials_outlets)
    ]
    if not lines and every:
        out.write("No article has named an office holder whom the gazetteer does not know.\n")
    elif not lines:
        out.write("Nobody is learnt; `demarche officials list --all` shows who may be.\n")
    out.writelines(display.columns(lines))


def accept(
    settings: Settings, names: Sequence[str], code: str | None, out: TextIO, now: float
) -> None:
    """Believe what articles say of these people, however few; lift the ban on a forgotten one.

    Raises:
        ConfigError: Redis cannot be reached, a name is unknown, or its code is not clear.
    """
    with _store(settings) as store:
        found = _named(store.candidates(now), names)
        chosen = [_code(one, code) for one in found]
        for one, its_code in zip(found, chosen, strict=True):
            name = display.clean(one.name)
            if its_code is None:
                store.remember(one.key)
                out.write(f"{name} may be learnt again.\n")
            else:
                store.accept(one.key, its_code)
                out.write(f"{name} is accepted for {its_code}.\n")


def forget(settings: Settings, names: Sequence[str], out: TextIO, now: float) -> None:
    """Drop what articles say of these people, and never learn it again.

    Raises:
        ConfigError: Redis cannot be reached, or a name is unknown.
    """
    with _store(settings) as store:
        for one in _named(store.candidates(now), names):
            store.forget(one.key, one.name)
            out.write(f"{display.clean(one.name)} is forgotten, and will not be learnt again.\n")


def export(settings: Settings, out: TextIO, now: float) -> None:
    """Print who is learnt in the columns of the gazetteer's leaders.tsv.

    Raises:
        ConfigError: Redis cannot be reached.
    """
    with _store(settings) as store:
        holders = store.holders(now)
    out.writelines(line + "\n" for line in learnt.export(holders, Gazetteer.load().tables))


@contextmanager
def _store(settings: Settings) -> Iterator[RedisOfficials]:
    redis_server.check(settings.redis)
    try:
        yield wiring.officials(settings)
    except RedisError as error:
        where = redis_server.public(settings.redis)
        raise ConfigError(f"Redis at {where} went away: {error}.") from None


# Lines ------------------------------------------------------------------------------------------


def _lines(one: Candidate, outlets: int) -> Iterator[tuple[str, ...]]:
    name = display.clean(one.name)
    if one.forgotten:
        yield name, "", "", "", "", "forgotten"
    believed = one.believed(outlets)
    for claim in one.claims:
        count = f"{len(claim.outlets)} outlet{'s' if len(claim.outlets) > 1 else ''}"
        days = f"{claim.first} to {claim.last}"
        standing = _standing(one, claim, outlets) if claim not in believed else "learnt"
        if one.accepted == claim.code:
            standing = "accepted"
        yield name, claim.code, display.clean(claim.office), days, count, standing


def _standing(one: Candidate, claim: Claim, outlets: int) -> str:
    if one.accepted is not None:
        return f"not believed: accepted for {one.accepted}"
    if len(one.codes) > 1:
        return f"contested: {' or '.join(one.codes)}"
    return f"not yet: {outlets - len(claim.outlets)} more needed"


# Names ------------------------------------------------------------------------------------------


def _named(candidates: Sequence[Candidate], names: Sequence[str]) -> list[Candidate]:
    by_key = {one.key: one for one in candidates}
    tables = Gazetteer.load().tables
    return [by_key.get(tables.key(name)) or _nobody(name, candidates) for name in names]


def _nobody(name: str, candidates: Sequence[Candidate]) -> Candidate:
    words = set(Gazetteer.load().tables.name_key(name))
    like = [f"'{display.clean(c.name)}'" for c in candidates if words and words <= {*c.key.split()}]
    hint = "`demarche officials list --all` shows whom articles name."
    if like:
        hint = f"do you mean {' or '.join(like[:3])}?"
    raise ConfigError(f"No article names an office holder {display.clean(name)!r}; {hint}")


def _code(one: Candidate, code: str | None) -> str | None:
    """The code to accept a candidate for; None for one that was forgotten."""
    name = display.clean(one.name)
    if one.forgotten:
        return None
    if code is None and len(one.codes) > 1:
        codes = " and ".join(one.codes)
        raise ConfigError(f"{name} is claimed for {codes}: say which, with --code {one.codes[0]}.")
    if code is not None and code not in one.codes:
        claimed = " and ".join(one.codes)
        raise ConfigError(f"No article claims {name} for {code!r}, only for {claimed}.")
    return code or one.codes[0]
