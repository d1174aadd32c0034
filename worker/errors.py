"""The error family. Which branch an error stands on says what to do about it.

DemarcheError
├── ConfigError     a mistake in a setting, a file or a command: one sentence, exit code 2
├── Transient       trying again later may help: the network, a busy host, a server's bad day
│   └── Busy        the host must be left alone until a known time
└── Rejected        trying again cannot help: not a feed, not HTML, no text, forbidden by robots
"""


class DemarcheError(Exception):
    """Root of all errors that this project raises on purpose."""


class ConfigError(DemarcheError):
    """A setting, a file or a command is wrong; the message says what, where and what to do."""


class Transient(DemarcheError):  # noqa: N818 - the branch's name is its meaning
    """It failed this time and may work later.

    Args:
        reason: a short constant for counting, such as ``timeout`` or ``http-503``.
        detail: one clear sentence for a person.
        retry_after: seconds that the other side asked to wait, where it did.
    """

    def __init__(self, reason: str, detail: str = "", *, retry_after: float | None = None) -> None:
        """Keep the countable reason apart from the sentence."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.retry_after = retry_after


class Busy(Transient):
    """The host must be left alone for ``retry_after`` seconds (politeness, a 429, a 503)."""


class Rejected(DemarcheError):  # noqa: N818
    """It cannot succeed, however often it is tried.

    Args:
        reason: a short constant for counting, such as ``not-html`` or ``robots``.
        detail: one clear sentence for a person.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        """Keep the countable reason apart from the sentence."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
