"""The work: news in, diplomatic events out. No Celery in here, and Redis only behind two doors.

    model       the nouns: Feed, Entry, Page, Article, Party, Event, Report, Fate
    errors      the error family: Transient (retry helps), Rejected (it cannot), ConfigError (yours)
    settings    every setting, with its sentence
    pipeline    THE MAIN PATH: tick, poll, collect, extract
    wiring      builds the real pipeline from the settings
    fetch       URL → Page, safely; the only door to httpx (what it stands on: fetching/)
    robots      what a host's robots.txt asks of us
    feeds/      seeds file → Feeds, bytes → Entries, when to look next
    formats/    charsets and times, as feeds and pages write them
    articles/   HTML → Article, canonical URLs, near-duplicates
    events/     Article → Events: the spaCy pipeline, the gazetteer, the frames, the dates
    ledger/     what is due, leased, done: a Redis door
    stream/     Events → Redis Stream, and back out of it: a Redis door
    service/    the processes of one machine: Redis server, workers, Flower, newsroom, supervisor
    commands/   what the commands do
    cli/        how they are called: `demarche …`

Data flows one way: feeds → articles → events → stream. When each step runs, and what happens when
it fails, is the business of the package `tasks`.
"""
