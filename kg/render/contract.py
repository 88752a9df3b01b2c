"""The data that crosses the border of the process, as models: the one source of its JSON Schema (docs/contract.md).

A case is not here: what a case may hold is what `kg.readers.case.reader` reads, and `kg.render.schema` derives its
schema from that. Every model forbids what it does not name, so that a field that is added without its description fails
a test.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kg.render.contract_answers import AnswerModel, PatientAnswerModel
from kg.render.contract_facts import (
    AlertModel,
    ArticleSourcesModel,
    Basis,
    ClaimId,
    ContractModel,
    ExplanationType,
    FragmentModel,
    Hash,
    InferredModel,
    NotUnderstoodModel,
    PatientModel,
    SourceModel,
    UnderstoodModel,
)
from kg.render.relations import Relation

# -- facts


class HeadlineModel(ContractModel):
    """The first lines of the text answer. Where there is an alert, nothing in it reassures."""

    alerts: list[str]
    do: list[str]
    do_not: list[str]
    think_of: list[str]


# -- sources


# -- claims of an assessment


class ApplicableModel(ContractModel):
    """A claim that applies."""

    id: ClaimId
    kind: str
    sentence: str
    proof: Hash | None
    review: Literal["unsigned", "signed_once", "signed", "lapsed"] = Field(
        description="whether people signed the claim; `signed` takes two, `lapsed` says that it changed since"
    )


class UndeterminedModel(ContractModel):
    """A claim that unknown facts leave open; each set of `missing` would decide it."""

    id: ClaimId
    missing: list[list[FragmentModel]]


class AmbiguousModel(UndeterminedModel):
    """A claim that holds in one reading and not in every one."""

    holds_in: list[str]
    fails_in: list[str]
    reason: Literal["reading", "grey_zone", "comparator"]


class ExcludedModel(ContractModel):
    """A claim that does not apply, proved."""

    id: ClaimId
    proof: Hash | None


class ClaimsModel(ContractModel):
    """Every claim that depends on a patient, once; of very many open ones the nearest, and how many more there are."""

    applicable: list[ApplicableModel]
    undetermined: list[UndeterminedModel]
    ambiguous: list[AmbiguousModel]
    excluded: list[ExcludedModel]
    undetermined_left_out: int = Field(
        default=0,
        ge=0,
        description="open claims that are not listed, where there are more than 180; `open_claims=all` lists every one",
    )


# -- lists of an assessment


class ItemModel(ContractModel):
    """An entry of a list; `id` names the conclusion everywhere, `proof` its proof."""

    id: str = Field(examples=["next_step:consult_specialist"])
    proof: Hash | None
    basis: Basis
    label: str


class EvidenceModel(ContractModel):
    """A claim that speaks for or against a condition, and how strongly it is put, as printed."""

    claim: ClaimId
    sentence: str
    strength: str


class HarmModel(ContractModel):
    """What is lost when a condition is found too late, and the source that says so."""

    level: Literal["emergency", "life-threatening", "irreversible"]
    text: str
    source: str


class ConditionModel(ItemModel):
    """A condition with its state and each axis of its place alone; never a probability."""

    condition: str
    state: Literal["open", "known", "ruled_out"]
    parent: str | None = Field(description="the broader entry it stands under")
    strength: str
    supporting: list[ClaimId] = Field(alias="for")
    against: list[ClaimId]
    evidence_for: list[EvidenceModel]
    evidence_against: list[EvidenceModel]
    explains: list[str] = Field(description="findings of the patient of which a claim for it speaks")
    unexplained: list[str]
    harm_if_missed: HarmModel | None
    rank_reason: str = Field(description="the ordering rule that parts it from the entry before it")


class CounterargumentModel(ItemModel):
    """A condition that claims speak against."""

    condition: str
    claims: list[ClaimId]


class AfterModel(ContractModel):
    """What comes first, and the claim that says so."""

    id: str | None
    concept: str
    label: str
    claim: ClaimId


class ExceptionToModel(ContractModel):
    """An exception to a claim, and whether it holds of the patient."""

    text: str
    claim: ClaimId
    state: Literal["met", "not met", "unknown"]


class RegimenPhaseModel(ContractModel):
    """One phase of a dose as printed; what is not printed is empty."""

    phase: str
    substance: str
    dose: str
    unit: str
    route: str
    frequency: str
    duration: str
    until: str


class ResultReadingModel(ContractModel):
    """What a result that is still to come would mean: the claim that would apply, with its doses."""

    facts: list[FragmentModel] = Field(alias="if")
    label: str
    claim: ClaimId
    sentence: str
    regimen: list[RegimenPhaseModel]


class ActionModel(ItemModel):
    """Something to do, to use, to watch or to avoid: how firmly and how soon the claims put it."""

    action: str
    relations: list[Relation]
    modality: list[str]
    urgency: str | None
    within: list[str]
    purpose: list[str]
    after: list[AfterModel]
    alternative_to: list[str]
    done: bool
    done_on: str | None
    course: Literal["planned", "running", "responding", "failed", "ended"] | None = Field(
        description="the state of the course of a treatment, where the record has one"
    )
    supersedes: list[ClaimId] = Field(description="claims whose offer a stop ends")
    scope: list[str]
    exceptions: list[ExceptionToModel]
    regimen: list[RegimenPhaseModel]
    results: list[ResultReadingModel] = Field(description="of a step: what follows under each result, doses included")
    claims: list[ClaimId]


class ListsModel(ContractModel):
    """The lists of actions."""

    next_steps: list[ActionModel]
    contraindications: list[ActionModel]
    pitfalls: list[ActionModel]
    escalations: list[ActionModel]
    monitoring: list[ActionModel]
    treatments: list[ActionModel]


class ThenModel(ListsModel):
    """What is new if a branch's fact holds."""

    claims: list[ClaimId]
    differential: list[ConditionModel]


class BranchModel(ContractModel):
    """What the plan becomes if one open thing turns out so."""

    condition: FragmentModel = Field(alias="if")
    label: str
    then: ThenModel
    no_longer: list[str]


class ConflictModel(ContractModel):
    """Claims for and against one thing, and whether a rule resolves it."""

    action: str
    label: str
    supporting: list[ClaimId] = Field(alias="for")
    against: list[ClaimId]
    resolution: str
    rule: str


class QuestionModel(ContractModel):
    """Facts to find out, and the claims they would settle."""

    missing: list[FragmentModel]
    label: str
    settles: list[ClaimId]
    red_flag: bool = Field(description="whether an urgent claim or a call for help is among what it settles")
    effort: int = Field(description="1 a question or a look at the record, 2 a blood test, 3 a procedure")


class AskingModel(ContractModel):
    """Whether asking may end: answers to the questions were supposed in turn, and what to do now compared."""

    done: bool = Field(description="no open fact could change what to do now: every answer was tried")
    tried: int = Field(description="how many answers were supposed")
    could_change: QuestionModel | None = Field(description="the first question whose answer could change it")


class DataIssueModel(ContractModel):
    """Something about the data that a reader must know, with the facts involved."""

    kind: str
    message: str
    facts: list[FragmentModel]
    concepts: list[str]
    suggested_unit: str | None = Field(None, description="the unit in which an impossible value would be a usual one")
    proof: Hash | None = None
    axioms: list[str] | None = None


# -- proofs


class StepModel(ContractModel):
    """A step of a proof; `id` is the hash of its content and of its premises' ids."""

    id: Hash
    conclusion: list[str] = Field(min_length=3, max_length=3)
    rule: str
    axiom: str | None
    premises: list[Hash]
    sentence: str
    source: str


class ProofModel(ContractModel):
    """A DAG of steps, premises before what rests on them; the last one is the conclusion's."""

    conclusion: list[str] = Field(min_length=3, max_length=3)
    steps: list[StepModel] = Field(min_length=1)
    facts: list[list[str]]
    justification: list[str]
    alternatives: int
    partial: bool


class ExplanationModel(ProofModel):
    """A proof with the id it was asked by, all minimal sets of axioms and facts, and the passages it ends in."""

    id: str
    type: ExplanationType
    proof: Hash
    sentence: str
    justifications: list[list[str]]
    sources: list[SourceModel]


class WhyNotModel(ContractModel):
    """What keeps a claim from applying."""

    id: ClaimId
    type: ExplanationType
    outcome: Literal["applicable", "excluded", "ambiguous", "undetermined"]
    missing: list[list[FragmentModel]]
    blocked_by: list[str]


class ChangeModel(ContractModel):
    """The outcome of a claim before and after."""

    before: str
    after: str


class DifferenceModel(ContractModel):
    """What would be otherwise: claims by their outcome, and ids of entries that are new or gone."""

    type: ExplanationType
    claims: dict[str, ChangeModel]
    added: list[str]
    removed: list[str]


# -- the whole


class AssessmentModel(ListsModel):
    """Everything that is said of one patient."""

    id: Hash
    handle: str | None = Field(None, description="over HTTP: what addresses use in the place of the id")
    ontology_version: str
    notice: str
    headline: HeadlineModel
    alerts: list[AlertModel] = Field(description="what must be seen first, the most urgent first")
    patient: PatientModel
    understood: list[UnderstoodModel]
    not_understood: list[NotUnderstoodModel]
    inferred: list[InferredModel]
    claims: ClaimsModel
    differential: list[ConditionModel]
    counterarguments: list[CounterargumentModel]
    branches: list[BranchModel] | None = Field(description="null where they were not asked for")
    conflicts: list[ConflictModel]
    questions: list[QuestionModel]
    asking: AskingModel | None = Field(description="null where branches were not asked for")
    data_issues: list[DataIssueModel]
    sources: list[ArticleSourcesModel]
    proofs: dict[str, ProofModel] | None = None
    answer: AnswerModel | None = Field(None, description="where a text asks a question too")
    then: list[PatientAnswerModel] | None = Field(
        None, description="answers to questions asked about the patient after it"
    )
