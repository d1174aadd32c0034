"""When the acts of an article took place, once all of it is read: days are told after acts too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from worker.events import accounts
from worker.events.dates import choosing
from worker.events.dates.choosing import Asked
from worker.events.dates.timing import Dated
from worker.events.merge import Told
from worker.events.telling import Heard


def dated(told: Iterable[Told], heard: Sequence[Heard]) -> list[Told]:
    """The acts, each on the day for which most speaks.

    Args:
        told: as the rules date them, not merged yet.
        heard: the sentences that were read.
    """
    timelines = [one.timeline for one in heard]
    return [_on(act, choosing.chosen(*asked(act, heard), timelines)) for act in told]


def asked(act: Told, heard: Sequence[Heard]) -> tuple[Asked, int]:
    """What is asked of an act, and the number of the sentence that tells it."""
    account = act.accounts[0]
    number = next(n for n, one in enumerate(heard) if account.trigger.start < one.end)
    where = heard[number]
    return Asked(
        act.type,
        account.standing,
        where.word(account.trigger.start),
        learnt=account.rule_line is None,
        issued=where.issuer is not None,
        date=act.date,
        basis=account.date_basis,
        words=None if account.date_words is None else account.date_words.start,
    ), number


def _on(act: Told, when: Dated | None) -> Told:
    if when is None:
        return act
    first, *others = act.accounts
    by_rule = f"{first.date or 'open'} ({first.date_basis})"
    account = replace(accounts.redated(first, when), date_by_rule=by_rule)
    return replace(act, date=when.date, dated=when.firm, accounts=(account, *others))
