"""Every setting, once, with its sentence. Read from the environment (``DEMARCHE_…``).

`load()` turns a wrong value into one sentence that names the variable, what was found and what is
allowed; nothing reads the environment anywhere else.
"""

from __future__ import annotations

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from worker.errors import ConfigError

PREFIX = "DEMARCHE_"


class Settings(BaseSettings):
    """The settings of one process; frozen after reading."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    redis_url: str | None = Field(
        None, description="The Redis to use; unset: a server of our own on redis_port."
    )
    broker_url: str | None = Field(
        None, description="Celery's broker, where it is not the Redis of ledger and stream."
    )
    redis_port: int = Field(6390, ge=1, le=65535, description="Port of our own Redis server.")
    data_dir: Path = Field(
        Path(".demarche"), description="Where our own Redis server and beat keep their files."
    )
    prefix: str = Field(
        "demarche",
        pattern=r"^(\{[a-z][a-z0-9_-]*\}|[a-z][a-z0-9_-]*)$",
        description="First word of every key and stream; in braces on Redis Cluster.",
    )
    seeds: Path = Field(Path("seeds/feeds.toml"), description="The feeds to watch: TOML or OPML.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe log line that is written."
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="Log lines for people or for machines."
    )

    fetch_threads: int = Field(
        16,
        ge=1,
        le=256,
        description="Threads of a fetch worker; a thread is one request in flight.",
    )
    extract_children: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        le=256,
        description="Child processes of an events worker; one per core is best.",
    )
    contact: str | None = Field(
        None, description="An address or URL in the User-Agent, so that a webmaster can reach you."
    )
    fetch_allow: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (), description="Networks that may be fetched although they are not global (an intranet)."
    )
    fetch_deadline: float = Field(
        30.0, gt=0, description="Seconds that one whole exchange may take, redirects included."
    )
    fetch_max_bytes: int = Field(
        10_000_000, ge=1_000, description="Bytes of a decoded page; what is larger is rejected."
    )
    host_delay: float = Field(
        1.0, ge=0, description="Seconds between two requests to the same host."
    )
    tick_every: float = Field(2.0, gt=0, description="Seconds between two looks at what is due.")
    poll_min: float = Field(300.0, gt=0, description="Seconds between two polls of a feed: least.")
    poll_max: float = Field(86_400.0, gt=0, description="Seconds between two polls: most.")
    batch_size: int = Field(16, ge=1, le=100, description="Articles handed on in one message.")
    queue_high_water: int = Field(
        200, ge=1, description="Messages waiting in a queue above which nothing new is handed out."
    )
    lease: float = Field(
        120.0, gt=0, description="Seconds after which an unfinished feed or article is given anew."
    )
    attempts: int = Field(3, ge=1, description="Tries before an article's fate is `dead`.")
    extract_seconds: float = Field(
        20.0, gt=0, description="Seconds that one page may take to clean or to code."
    )
    page_ttl: float = Field(
        86_400.0, gt=0, description="Seconds that a fetched page is kept for the extractor."
    )
    seen_days: float = Field(
        90.0, gt=0, description="Days that an article is remembered after its fate."
    )
    warc: Path | None = Field(
        None, description="A folder that keeps every fetched page as WARC, by day; unset: none is."
    )
    reread_after: float = Field(
        86_400.0,
        ge=0,
        description="Seconds until an article is read once more whose feed entry changed.",
    )
    copy_days: float = Field(7.0, gt=0, description="Days in which a reprint is recognised.")
    officials_outlets: int = Field(
        3, ge=2, description="Independent outlets from which an unknown office holder is learnt."
    )
    officials_days: float = Field(
        90.0, gt=0, description="Days after which an office holder whom no article confirms fades."
    )
    officials_refresh: float = Field(
        300.0, gt=0, description="Seconds between an extractor's looks at who was learnt."
    )
    stream_days: float = Field(
        7.0, gt=0, description="Days that a stream keeps entries, and longer for its slowest group."
    )
    stream_max_len: int = Field(
        1_000_000, ge=1_000, description="Entries that a stream keeps at most, about."
    )
    stream_max_mb: int = Field(
        1_000, ge=10, description="Megabytes of memory that a stream takes at most, about."
    )
    archive: bool = Field(True, description="Whether every message is kept in files, day by day.")
    archive_dir: Path | None = Field(
        None, description="Where those files are; unset: `archive` in the data folder."
    )

    flower_address: str = Field("127.0.0.1", description="Where Flower listens.")
    flower_port: int = Field(5555, ge=1, le=65535, description="Port of Flower.")
    flower_auth: str | None = Field(
        None, pattern=r"^[^:]+:.+$", description="user:password, asked for by Flower."
    )
    metrics_address: str = Field("127.0.0.1", description="Where the metrics are served.")
    metrics_port: int = Field(9640, ge=1, le=65535, description="Port of the metrics.")
    newsroom_port: int = Field(8765, ge=1, le=65535, description="Port of `demarche run`'s pages.")
    spacy_model: str | None = Field(
        None, description="Another spaCy pipeline (package name or path) than the one we bring."
    )

    @field_validator("fetch_allow", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @model_validator(mode="after")
    def _flower_is_closed(self) -> Self:
        if not _is_loopback(self.flower_address) and not self.flower_auth:
            raise ValueError(
                f"{PREFIX}FLOWER_ADDRESS={self.flower_address} opens Flower to others: set "
                f"{PREFIX}FLOWER_AUTH=user:password too"
            )
        return self

    @model_validator(mode="after")
    def _leases_outlast_work(self) -> Self:
        if self.lease < 4 * self.extract_seconds:
            raise ValueError(
                f"{PREFIX}LEASE={self.lease:g} is too short: it must be at least four times "
                f"{PREFIX}EXTRACT_SECONDS={self.extract_seconds:g}"
            )
        return self

    @property
    def redis(self) -> str:
        """URL of the Redis that holds ledger and stream."""
        return self.redis_url or f"redis://127.0.0.1:{self.redis_port}/0"

    @property
    def archive_folder(self) -> Path:
        """Where messages are kept in files."""
        return self.archive_dir or self.data_dir / "archive"

    @property
    def batch_seconds(self) -> float:
        """Seconds after which a batch of articles hands its rest back."""
        return self.lease / 3

    @property
    def hard_seconds(self) -> float:
        """Seconds after which a process that codes a batch is killed: inside the batch's lease."""
        return self.lease * 5 / 6

    @property
    def broker(self) -> str:
        """URL of Celery's broker."""
        return self.broker_url or self.redis


def load(**given: object) -> Settings:
    """Read the settings from the environment; ``given`` wins over it.

    Raises:
        ConfigError: a value is not allowed, or a ``DEMARCHE_`` variable is not a setting.
    """
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith(PREFIX)
        and name.removeprefix(PREFIX).lower() not in Settings.model_fields
    )
    if unknown:
        raise ConfigError(
            f"{unknown[0]} is not a setting of Démarche; `demarche settings` lists them all."
        )
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise ConfigError(_sentence(error)) from None


def shown(name: str, value: object) -> str:
    """Return a setting's value for people: no password, nothing where it is unset."""
    if value is None:
        return "(unset)"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    hidden = re.sub(r"(?<=:)[^:@/]+(?=@)", "***", str(value))
    return "***" if name == "flower_auth" else hidden


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    if not first["loc"]:
        return str(first["ctx"]["error"]) + "."
    name = PREFIX + str(first["loc"][0]).upper()
    reason = first["msg"][0].lower() + first["msg"][1:]
    return f"{name}={first['input']!s} is not allowed: {reason}."


def _is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
