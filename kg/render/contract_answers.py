"""Answers to questions, about medicine or about one patient, as models (docs/contract.md, "Questions")."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kg.render.contract_facts import ClaimId, ContractModel, Hash, MarkerModel, PassageModel


class AnswerSourceModel(PassageModel):
    """A passage with the markers printed there."""

    markers: list[MarkerModel]


class AnswerClaimModel(ContractModel):
    """A claim in an answer: it answers, is to be read beside what answers, or comes nearest to what was asked."""

    id: ClaimId
    sentence: str
    role: Literal["answers", "qualifies", "nearest"]
    relevance: float = Field(ge=0, le=1, description="the chance that the claim answers")
    note: str = Field(description="doses with their substance, and what a figure is not; often empty")
    sources: list[AnswerSourceModel]
    features: dict[str, float] | None = Field(
        default=None, description="on demand: what each feature added to the log-odds that the claim answers"
    )


class AnswerSentenceModel(ContractModel):
    """A sentence of an answer and the claims that it rests on."""

    text: str
    claims: list[ClaimId]


class AnswerValueModel(ContractModel):
    """A figure, a list item or a count that was asked for, and the claims that give it."""

    kind: Literal["figure", "item", "count"]
    text: str
    claims: list[ClaimId]


class AnswerModel(ContractModel):
    """An answer to a knowledge question; `covered` false where the articles do not say it."""

    question: str
    intent: str
    concepts: list[str]
    text: str = Field(description="one to three sentences, each with the ids of the claims behind it")
    sentences: list[AnswerSentenceModel]
    verdict: Literal["yes", "no", "depends", "not_stated"] | None
    values: list[AnswerValueModel]
    claims: list[AnswerClaimModel] = Field(max_length=8)
    sparql: str
    covered: bool
    related: list[AnswerClaimModel]
    notice: str


class ConclusionProofModel(ContractModel):
    """A conclusion with the id of its proof."""

    id: str
    proof: Hash | None


class ClaimSentenceModel(ContractModel):
    """A claim with its sentence."""

    id: ClaimId
    sentence: str


class PatientAnswerModel(ContractModel):
    """An answer about a patient, from the assessment; `added` and `removed` are entries that a supposition changes."""

    question: str
    verdict: Literal["yes", "no", "depends", "not_stated"] | None
    text: str
    sentences: list[AnswerSentenceModel]
    claims: list[ClaimSentenceModel]
    proofs: list[ConclusionProofModel]
    supposed: list[str]
    added: list[str]
    removed: list[str]
    covered: bool
