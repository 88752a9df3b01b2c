"""What goes over HTTP beside the contract's own models: bodies of requests, entries of lists, problems."""

from __future__ import annotations

from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import Field

from kg.render.contract import RegimenPhaseModel
from kg.render.contract_facts import ClaimId, ContractModel, FragmentModel, MarkerModel, PassageModel, ReferenceModel

T = TypeVar("T")
CASE: Final = {
    "as_of": "2026-02-10",
    "sex": "female",
    "age": 62,
    "measurements": [{"test": "LOINC:718-7", "value": 98, "unit": "g/L", "date": "2026-02-01"}],
    "findings": [{"concept": "MONDO:0003785"}],
}


class TextCase(ContractModel):
    """A patient in words. `as_of` is today where it is not given."""

    text: str = Field(min_length=1)
    as_of: str | None = Field(None, examples=["2026-02-10"])


class QuestionBody(ContractModel):
    """A question about medicine."""

    question: str = Field(min_length=1)


class PatientQuestionBody(QuestionBody):
    """A question about an assessed patient, and those asked before it, the first first."""

    before: list[Annotated[str, Field(min_length=1)]] = Field(default=[], max_length=20)


WhatIf = Annotated[FragmentModel | list[FragmentModel], Field(title="WhatIf")]


class Page(ContractModel, Generic[T]):
    """A part of a list; `next` is the cursor of the following part, null after the last."""

    items: list[T]
    next: str | None


class DoubtModel(ContractModel):
    """Why a claim may not be what the article meant, or not be so."""

    text: str
    basis: str


class Told(ContractModel):
    """What a claim says: a predicate and the concept it is about."""

    predicate: str
    target: str


class ClaimOut(ContractModel):
    """A claim of an article, in our own words, with the place it comes from."""

    id: ClaimId
    kind: str
    sentence: str
    passage: PassageModel
    markers: list[MarkerModel]
    doubts: list[DoubtModel]
    formal_reading: list[str]
    conclusions: list[Told]


class ClaimDetail(ClaimOut):
    """A claim with what is said with it: exceptions, doses and figures as printed, and its IRI."""

    iri: str
    exceptions: list[ClaimId]
    conflicts_with: list[ClaimId]
    regimen: list[RegimenPhaseModel]
    effects: list[dict[str, Any]]


class ArticleOut(ContractModel):
    """An article: bibliographic data and review state."""

    id: str = Field(examples=["A0"])
    iri: str
    title: str
    publisher: str
    last_updated: str
    human_review: str
    active_stage: str
    intended_use: str
    status: str = Field(description="`released` or `draft`")
    length: int = Field(description="in code points")
    digest: str = Field(description="SHA-256 of the text")
    claim_count: int


class ArticleDetail(ArticleOut):
    """An article with its claims in their order, and its reference list."""

    claims: list[ClaimOut]
    references: list[ReferenceModel]


class ConceptOut(ContractModel):
    """An entry of the vocabulary; parents and children by code."""

    code: str
    iri: str
    kind: str
    label: str
    definition: str
    synonyms: list[str]
    codes: list[str]
    parents: list[str]
    children: list[str]


class ConceptDetail(ConceptOut):
    """A concept with the claims that conclude something of it, and those whose conditions mention it."""

    concluded_by: list[ClaimId]
    mentioned_by: list[ClaimId]


class ProblemEntry(ContractModel):
    """One thing that is wrong."""

    path: str
    pointer: str | None = None
    message: str
    suggestions: list[str]


class ProblemOut(ContractModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemEntry]


class CdsService(ContractModel):
    """A service of CDS Hooks 2.0 as it is declared."""

    hook: str
    title: str
    description: str
    id: str
    prefetch: dict[str, str]


class CdsServices(ContractModel):
    """The services of CDS Hooks 2.0."""

    services: list[CdsService]


class TextBody(ContractModel):
    """A text whose sentences are judged."""

    text: str
