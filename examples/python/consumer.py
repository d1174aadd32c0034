"""One member of a consumer group on demarche:events: loses nothing, buries what cannot be handled.

The rules are those of docs/consuming.md; worker/stream/consume.py keeps them, a file to be copied.
python consumer.py redis://localhost:6390 app-1
"""

import signal
import sys

from worker.stream.consume import Consumer, Message

URL, NAME = sys.argv[1:]  # the name stays the same after a restart
consumer = Consumer(URL, "demarche:events", group="example", name=NAME)


def handle(message: Message) -> None:
    """Your work. It may see a message twice: store where `revision` is higher than before."""
    print(message.data["id"], message.revision, flush=True)


signal.signal(signal.SIGTERM, lambda *_: consumer.stop())
consumer.run(handle)
