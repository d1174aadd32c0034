"""Messages onto a stream of their own: as they were, with the entry ids that they had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from redis import Redis

from worker.errors import ConfigError
from worker.stream.consume import Message

_BATCH = 500


def replay(url: str, key: str, messages: Iterable[Message]) -> int:
    """Fill a new stream; how many messages it holds then.

    Raises:
        ConfigError: there is something under that key.
    """
    redis: Any = Redis.from_url(url, decode_responses=True)
    if redis.exists(key):
        raise ConfigError(f"{key} exists already: choose another name, or delete it (DEL {key}).")
    count = 0
    for batch in _batches(messages):
        with redis.pipeline(transaction=False) as pipe:
            for message in batch:
                pipe.xadd(key, dict(message.fields), id=message.entry)
            pipe.execute()
        count += len(batch)
    return count


def _batches(messages: Iterable[Message]) -> Iterator[list[Message]]:
    rest = iter(messages)
    while batch := list(islice(rest, _BATCH)):
        yield batch
