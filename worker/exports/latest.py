"""The newest state of each event, out of all its revisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from worker.stream.consume import Message

ENDED = ("merged", "retracted")


def latest(read: Callable[[], Iterable[Message]]) -> Iterator[Message]:
    """Yield each event's newest message, in their order; events that ended are left out.

    What `read` returns is gone through twice, and of each event only the id of its newest message
    is remembered, whatever the messages weigh.
    """
    newest: dict[str, tuple[int, str]] = {}
    for message in read():
        if newest.get(message.subject, (0, ""))[0] <= message.revision:
            newest[message.subject] = message.revision, message.entry
    for message in read():
        if newest[message.subject][1] == message.entry and message.data.get("state") not in ENDED:
            yield message
