"""What the messages are: the models from which JSON Schema and AsyncAPI document are generated.

`docs/stream.md` is the contract for readers who never see this code. What is unknown is left out:
no member is ever null.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Change = Literal["created", "updated"]
Role = Literal["actor", "recipient"]
EventId = Annotated[str, Field(pattern=r"^[0-9a-f]{20}$")]
ArticleId = Annotated[str, Field(min_length=1)]
Edtf = Annotated[str, Field(pattern=r"^\d{4}(-\d\d(-\d\d)?)?$")]
Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$")]
Code = Annotated[str, Field(pattern=r"^[A-Z0-9_]+$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Coding(_Model):
    """What the ontologies say of a type and mode.

    Attributes:
        quad: 1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict.
        cameo: CAMEO code, for users of GDELT and ICEWS.
        plover_score: PLOVER's intensity, −10 … +10 (ACCUSE is −3; the draft prints +3).
        goldstein: Goldstein scale of the CAMEO code, −10 … +10.
    """

    quad: int = Field(ge=1, le=4)
    quad_name: str
    cameo: str | None = None
    cameo_name: str | None = None
    plover_score: float | None = None
    goldstein: float | None = None


class Quote(_Model):
    """An exact quotation; offsets count code points of the article's text, the end excluded."""

    quote: str
    start: int
    end: int


class PartyCode(_Model):
    """A party by its code alone, as a message tells it that ends an event."""

    code: Code
    role: Role


class PartyData(PartyCode):
    """A party to the event, with the words that named it.

    Attributes:
        sector: the part of it that acts or is acted upon, where the words name one: "government",
            "military", "parliament", "police", "judiciary", "intelligence", "opposition", "rebels",
            "media", "business", "civilians".
        person, office: who stood for it, where the text or the gazetteer says so.
        basis: how it was found; left out for a party that only other reports of the event name.
    """

    name: str
    kind: str
    sector: str | None = None
    person: str | None = None
    office: str | None = None
    basis: str | None = None
    mention: Quote | None = None


class Location(_Model):
    """Where the act took place, where a text says so.

    Attributes:
        country: party code of the state.
        latitude, longitude: degrees (WGS 84) of the place, where there is no doubt which is meant.
    """

    country: Code | None = None
    place: str | None = None
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)


class Dating(_Model):
    """How this report's date was found.

    Attributes:
        date: this report's own; the event's may be a better one.
        basis: "expression" of the act's sentence, "story" told before, "following" told after it,
            "news" (day of publication), "announced" (a future act), "open".
        words: the expression.
    """

    date: Edtf | None = None
    precision: Literal["day", "month", "year"] | None = None
    basis: str | None = None
    words: Quote | None = None


class Confidence(_Model):
    """The probability that a careful coder would code this type and these parties.

    Attributes:
        calibrated: fitted on documents coded by hand.
        rests_on: the signs that spoke for or against it.
    """

    value: float = Field(ge=0, le=1)
    calibrated: bool
    rests_on: list[str] | None = None


class Corroboration(_Model):
    """Who tells the event, all reports together.

    Attributes:
        reports: articles that tell it; reprints are not counted.
        outlets: different outlets among them.
        independent: different sources: an agency counts once for all that print it, and an article
            that grew from an earlier one about the event not at all.
        countries, languages: of the outlets.
        first_reported, last_reported: when the earliest and the latest report was published.
    """

    reports: int = Field(ge=1)
    outlets: int = Field(ge=0)
    independent: int = Field(ge=0)
    countries: list[str] | None = None
    languages: list[str] | None = None
    first_reported: Time
    last_reported: Time


class ArticleData(_Model):
    """The article that reports; its text is never sent.

    Attributes:
        published: with its time where that is known (`published_precision`).
        hash: of its text: 32 hex digits of the SHA-256.
        based_on: the earlier article whose text it holds, with more.
    """

    id: ArticleId
    url: str | None = None
    title: str | None = None
    outlet: str | None = None
    country: str | None = None
    language: str | None = None
    authors: list[str] | None = None
    agency: str | None = None
    published: Time | None = None
    published_precision: Literal["second", "day"] | None = None
    published_basis: str | None = None
    hash: str | None = None
    based_on: ArticleId | None = None


class Versions(_Model):
    """What coded it: release of the coder, its language model, the coding guide."""

    coder: str
    model: str
    guide: str


class Telling(_Model):
    """What one report says beyond the event's type, mode, date and place.

    Attributes:
        report: the report's identity.
        status: the act took place ("occurred") or is to come ("announced").
        historical: it lies more than 30 days before publication.
        contexts: what is spoken of around it: PLOVER's contexts.
        rule: the line of the coder's tables that fired.
    """

    report: EventId
    status: Literal["occurred", "announced"]
    historical: bool
    contexts: list[str] | None = None
    dating: Dating
    confidence: Confidence
    evidence: list[Quote]
    article: ArticleData
    rule: str | None = None
    versions: Versions
    parties: list[PartyData]


class Head(_Model):
    """What an event, or a report, is about."""

    type: str
    mode: str | None = None
    coding: Coding
    date: Edtf | None = None
    location: Location | None = None


class LiveEvent(Head, Telling):
    """The whole state of an event, told by its latest report."""

    id: EventId
    revision: int = Field(ge=1)
    state: Literal["live"]
    change: Change
    reasons: list[str] | None = None
    corroboration: Corroboration


class EndedEvent(Head):
    """The last word on an event: it was no event, or it is another one."""

    id: EventId
    revision: int = Field(ge=1)
    state: Literal["merged", "retracted"]
    change: Literal["merged", "retracted"]
    reasons: list[str]
    successor: EventId | None = None
    parties: list[PartyCode]


class ReportData(Head, Telling):
    """One article's telling of one event; `id` is the event's."""

    id: EventId


class GoneReport(_Model):
    """An article no longer tells this."""

    id: EventId
    report: EventId
    article: ArticleId
    reasons: list[str]


class ArticleFate(ArticleData):
    """How an article ended."""

    fate: Literal["published", "empty", "duplicate", "rejected", "dead"]
    reason: str | None = None
    copy_of: ArticleId | None = None
    events: list[EventId]


class RevisedArticle(ArticleData):
    """What an article tells after it was coded again; only where that is something else."""

    reason: str
    events: list[EventId]
