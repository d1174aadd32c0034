"""`demarche run` and `demarche serve`: everything on this machine, in the foreground."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Network
from pathlib import Path
from urllib.parse import urlsplit

from worker import wiring
from worker.errors import ConfigError
from worker.feeds import seeds
from worker.ledger import Standing
from worker.model import Feed
from worker.service import (
    display,
    foreground,
    logfiles,
    newsroom,
    ports,
    processes,
    redis_server,
)
from worker.service.foreground import Service
from worker.service.watcher import Look, Watcher
from worker.settings import Settings

LOOPBACK = IPv4Network("127.0.0.0/8")
STANDSTILL = 120.0  # seconds without any progress after which a run is given up: several leases
WAIT = 0.1  # seconds that the foreground waits for something to show
LOOK_AGAIN = "To look at the stream and at Flower: demarche run --keep --stay."
DONE, GIVEN_UP, INTERRUPTED = 0, 1, 130  # exit codes; the last as a shell tells of SIGINT


def run(settings: Settings, folder: Path, *, keep: bool = False, stay: bool = False) -> int:
    """Put a small newsroom through the whole service; end when every article has its fate.

    Args:
        settings: of the service; its data go to ``<data_dir>/run``.
        folder: the newsroom's pages.
        keep: go on where an earlier run stopped, instead of reading everything anew.
        stay: keep running after the summary (to look at Flower), until asked to end.

    Returns:
        The exit code: 0, 1 where it could not be completed, 130 after a Ctrl-C.

    Raises:
        ConfigError: something was in the way before the service ran.
    """
    settings = run_settings(settings)
    feeds = newsroom.feeds(folder, f"http://{newsroom.HOST}:{settings.newsroom_port}")
    ports.require_free(settings.newsroom_port, "DEMARCHE_NEWSROOM_PORT")
    with foreground.operate(settings) as service:
        if keep:
            _require_same_newsroom(settings, feeds)
        else:
            foreground.forget(settings)
        _write(settings.seeds, seeds.to_toml(feeds))
        wiring.watch(settings)  # before anybody asks whether all of them were read
        service.start("newsroom", processes.own_command("newsroom", str(folder)))
        service.start_roles()
        service.screen.say(
            f"{len(feeds)} feeds of a newsroom on this machine, through the whole service.",
            *_places(settings),
        )
        outcome = _until_settled(service)
        if outcome == DONE:
            _stay(service) if stay else service.screen.say(LOOK_AGAIN)
        return outcome


def serve(settings: Settings) -> int:
    """Keep the whole service running on its feeds until asked to end.

    Returns:
        The exit code: 0.

    Raises:
        ConfigError: something was in the way before the service ran.
    """
    settings = settings.model_copy(update={"data_dir": settings.data_dir / "serve"})
    seeds.load(settings.seeds, seeds.NAMED)  # a mistake in it is told before anything runs
    with foreground.operate(settings) as service:
        service.start_roles()
        service.screen.say(*_places(settings), "Ctrl-C ends it.")
        _until_asked(service)
        return DONE


def _require_same_newsroom(settings: Settings, feeds: Sequence[Feed]) -> None:
    """Going on is only possible where the articles have the addresses that they had before."""
    before = {watched.feed.url for watched in wiring.ledger(settings).feeds()}
    if before and before.isdisjoint(feed.url for feed in feeds):
        port = urlsplit(min(before)).port
        raise ConfigError(
            f"The run to go on with had its newsroom on port {port}: set "
            f"DEMARCHE_NEWSROOM_PORT={port}, or begin anew without --keep."
        )


def run_settings(settings: Settings) -> Settings:
    """The settings of a run: the loopback may be fetched, quickly, and its data stand apart.

    On somebody else's Redis a run keeps to a prefix of its own, because it begins by deleting what
    the run before it left.
    """
    data_dir = settings.data_dir / "run"
    extract_seconds = min(settings.extract_seconds, 10.0)
    return settings.model_copy(
        update={
            "data_dir": data_dir,
            "seeds": data_dir / "feeds.toml",
            "archive_dir": data_dir / "archive",  # never the user's own: a run begins it anew
            "prefix": _apart(settings.prefix) if settings.redis_url else settings.prefix,
            "fetch_allow": (*settings.fetch_allow, LOOPBACK),
            "host_delay": min(settings.host_delay, 0.2),
            "tick_every": min(settings.tick_every, 0.5),
            # What a killed process had in hand comes back while somebody still watches.
            "extract_seconds": extract_seconds,
            "lease": min(settings.lease, 4 * extract_seconds),
        }
    )


def _until_settled(service: Service) -> int:
    moved, last = time.monotonic(), None
    with _watching(service, from_start=True) as watcher:
        while not service.stop:
            if look := _show_next(service, watcher):
                if (here := (look.standing, look.counts)) != last:
                    moved, last = time.monotonic(), here
                if look.standing.settled:
                    _sum_up(service, look)
                    return DONE
            if reason := _why_hopeless(service, time.monotonic() - moved):
                service.screen.warn(reason)
                return GIVEN_UP
    return INTERRUPTED


def _until_asked(service: Service) -> None:
    followers = {
        role: logfiles.Follower(service.logs / f"{role}.log")
        for role in ("scheduler", "fetcher", "extractor", "keeper")
    }
    with _watching(service, from_start=False) as watcher:
        while not service.stop:
            for role, follower in followers.items():
                lines = (display.log_line(role, line) for line in follower.lines())
                service.screen.warn(*filter(None, lines))
            _show_next(service, watcher)


def _stay(service: Service) -> None:
    service.screen.say("Everything keeps running; Ctrl-C ends it.")
    while not service.stop:
        service.watch()
        time.sleep(WAIT)


@contextmanager
def _watching(service: Service, *, from_start: bool) -> Iterator[Watcher]:
    settings = service.settings
    ledger, reader = wiring.ledger(settings), wiring.reader(settings)
    watcher = Watcher(reader, ledger, from_start=from_start)
    try:
        yield watcher
    finally:
        watcher.close()


def _show_next(service: Service, watcher: Watcher) -> Look | None:
    service.watch()
    look = watcher.next(WAIT)
    if look:
        _show(service, look)
    return look


def _show(service: Service, look: Look) -> None:
    screen = service.screen
    for event in look.events:
        screen.event(display.event_lines(event.type, event.data, screen.width))
    for article in look.articles:
        if line := display.fate_line(article.data):
            screen.say(line)
    done = sum(look.counts.fates.values())
    screen.progress(_label(look.standing), done, look.standing.articles or None)


def _label(standing: Standing) -> str:
    if not standing.feeds:
        return "the workers are starting"
    return f"{standing.polled} of {standing.feeds} feeds read; articles"


def _sum_up(service: Service, look: Look) -> None:
    seconds = time.monotonic() - service.begun
    service.screen.end_bar()
    service.screen.say("", *display.summary_lines(look.counts, seconds))
    service.screen.say(*_places(service.settings))


def _why_hopeless(service: Service, still: float) -> str | None:
    if service.hopeless:
        last = " ".join(service.hopeless.last_lines[-1:])
        return f"{service.hopeless.name} does not stay alive, the run is given up. It said: {last}"
    if still > STANDSTILL:
        return (
            f"Nothing has moved for {STANDSTILL:.0f} s: the run is given up. "
            f"What the processes said is in {service.logs}."
        )
    return None


def _places(settings: Settings) -> list[str]:
    return [
        f"Stream: {settings.prefix}:events on {redis_server.public(settings.redis)}",
        f"Flower: http://{settings.flower_address}:{settings.flower_port}",
        f"Logs:   {foreground.logs(settings)}",
    ]


def _apart(prefix: str) -> str:
    return f"{prefix[:-1]}-run}}" if prefix.endswith("}") else f"{prefix}-run"


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written ({error.strerror}); set DEMARCHE_DATA_DIR to another folder."
        ) from None
