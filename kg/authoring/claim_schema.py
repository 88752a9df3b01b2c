"""The form of an article file: bibliographic head, markers, references, claims with doses, effects and doubts."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from kg.authoring.schema import Digest, Name, Number, SourceEntry, Text


class Review(SourceEntry):
    stages: tuple[Text, ...]
    active_stage: Text
    human_review: Text


class ReferenceItem(SourceEntry):
    position: int
    claim: str | None = None
    type: Text
    title: Text
    publisher: Text
    year: int
    topic_mismatch: str = ""


class MarkerEntry(SourceEntry):
    number: int
    state: Literal["resolved", "by-list-position", "unresolved", "unlisted"]
    reference: int | None = None


class ArticleHead(SourceEntry):
    id: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$")]
    slug: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    title: Text
    file: Text
    digest: Digest
    length: int
    publisher: Text
    last_updated: datetime.date
    review: Review
    intended_use: Text
    status: Literal["released", "draft", "fictional"] = "released"
    references: tuple[ReferenceItem, ...]
    markers: tuple[MarkerEntry, ...]


class RegimenPhaseEntry(SourceEntry):
    phase: Text
    substance: Name
    dose: str = ""
    unit: str = ""
    route: str = ""
    frequency: str = ""
    duration: str = ""
    until: str = ""


class EffectSize(SourceEntry):
    measure: Text
    printed: Text
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    unit: str = ""
    population: str = ""
    outcome: Name | None = None
    direction: str = ""
    interval: Text


class DoubtEntry(SourceEntry):
    text: Annotated[str, Field(min_length=1, max_length=240)]
    basis: Literal["article", "outside", "editorial"]
    with_: tuple[str, ...] = Field(default=(), alias="with")


class PassageEntry(SourceEntry):
    """A further passage in which a claim stands."""

    section: Text
    at: tuple[int, int]
    digest: Digest


class ClaimEntry(SourceEntry):
    """One claim. Fields that hold names of terms are tuples of local names."""

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*-[0-9]{2,}$")]
    kind: Text
    sentence: Text
    section: Text
    at: tuple[int, int]
    digest: Digest
    also_at: tuple[PassageEntry, ...] = ()
    markers: tuple[int, ...] = ()
    modality: Literal[
        "asserts", "must", "must-not", "should", "suggests", "may", "consider", "can", "exception",
        "strongly-suggests", "most-likely", "caution", "prefer",
    ]  # fmt: skip
    situation: str | None = None
    other_reading: str | None = None
    other_reading_because: Literal["reading", "grey_zone"] = "reading"
    precaution: str | None = None
    holds_of: str = ""
    about: tuple[Name, ...] = ()
    concludes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    states: str = ""
    strength: str = ""
    urgency: str = ""
    within: Annotated[str, Field(pattern=r"^(P.*)?$")] = ""
    window: str = ""
    purpose: tuple[Name, ...] = ()
    purpose_text: str = ""
    reason: str = ""
    means: str = ""
    scope: str = ""
    trigger: tuple[Name, ...] = ()
    performer: tuple[Name, ...] = ()
    over: tuple[Name, ...] = ()
    particularly: tuple[Name, ...] = ()
    examples: tuple[Name, ...] = ()
    presupposes: tuple[Name, ...] = ()
    mechanism: tuple[Name, ...] = ()
    until: tuple[Name, ...] = ()
    step: int | None = None
    sequence: tuple[str, ...] = ()
    before: tuple[Name, ...] = ()
    before_text: str = ""
    after: tuple[str, ...] = ()
    only_after: tuple[Name, ...] = ()
    accounts_for: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    adds_to: tuple[Name, ...] = ()
    exceptions: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    qualified_by: tuple[str, ...] = ()
    alternatives: bool = False
    necessity: str = ""
    priority: str = ""
    frequency: str = ""
    substance_note: str = ""
    regimen: tuple[RegimenPhaseEntry, ...] = ()
    effects: tuple[EffectSize, ...] = ()
    doubts: tuple[DoubtEntry, ...] = ()
    terms: tuple[Text, ...] = ()
    asks: tuple[Text, ...] = ()


class ExpectationEntry(SourceEntry):
    """A patient that an article brings along, as a case of the contract, and the outcomes of claims in it."""

    name: Text
    case: dict[str, Any]
    applies: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


class ArticleFile(SourceEntry):
    article: ArticleHead
    situations: dict[Name, str] = Field(default_factory=dict)
    claims: tuple[ClaimEntry, ...]
    expectations: tuple[ExpectationEntry, ...] = ()
