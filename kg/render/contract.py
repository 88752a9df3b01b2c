"""The data that crosses the border of the process, as models: the one source of its JSON Schema (docs/contract.md).

A case is not here: what a case may hold is what `kg.readers.case.reader` reads, and `kg.render.schema` derives its
schema from that. Every model forbids what it does not name, so that a field that is added without its description fails
a test.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kg.render.relations import Relation

Hash = Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$", examples=["sha256:" + "0" * 64])]
ClaimId = Annotated[str, Field(examples=["A0-39"])]
Basis = Literal["entailed", "precautionary", "ambiguous"]
Number = int | float


class Model(BaseModel):
    """Base of all: strict (`false` is not 0), nothing beside what is named."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


# -- facts


class Span(Model):
    """[start, end) in code points of a text."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Fragment(Model):
    """A fact as a fragment of a case: an entry and the list it stands in."""

    list: str = Field(examples=["diagnoses"])
    entry: dict[str, Any] = Field(examples=[{"concept": "MONDO:0003785"}])


class Range(Model):
    """Bounds; null where a side is open."""

    low: Number | None
    high: Number | None


class Canonical(Range):
    """A value in the canonical UCUM unit of its quantity, as the interval that is known."""

    unit: str


class JudgedBy(Model):
    """The yardstick of a value: whose it is, the limit that decided, and the source of that limit."""

    source: Literal["article", "laboratory", "flag", "statement", "default"]
    limit: Number | None
    unit: str
    citation: str


class Understood(Model):
    """A stated fact: the concept it names, and as what."""

    concept: str
    label: str
    list: str
    status: Literal["present", "absent", "unknown", "suspected", "pending"]
    date: str | None = None
    started: str | None = None
    ended: str | None = None
    path: str | None = Field(None, description="where it stands in a case, as a JSON path")
    span: Span | None = Field(None, description="where it stands in a text")
    value: Number | None = Field(None, description="a measurement: the value as given")
    comparator: str | None = None
    unit: str | None = Field(None, description="the unit as given")
    canonical: Canonical | None = None
    reference_range: Range | None = None
    flag: str | None = None
    current: bool | None = Field(None, description="whether it belongs to the latest occasion of its quantity")
    age_days: int | None = Field(None, description="days from its date to as_of")
    interpretation: Literal["critical_low", "low", "normal", "high", "critical_high"] | None = Field(
        None, description="a measurement: where its value lies; null where nothing judges it"
    )
    judged_by: JudgedBy | None = None
    corrected_from: str | None = Field(None, description="the spelling in the text, where it was corrected")
    specimen: str | None = Field(None, description="what was examined, where it is not blood")


class NotUnderstood(Model):
    """Something that came in and was not used: a span of a text, or the path of an entry of a case."""

    text: str
    start: int | None = Field(None, ge=0)
    end: int | None = Field(None, ge=0)
    path: str | None = None
    reason: Literal[
        "unknown_name", "outside_articles", "ambiguous", "unit_unknown", "unit_does_not_fit", "not_a_number",
        "impossible_value", "other_person", "other_specimen", "entered_in_error", "unsupported",
    ]  # fmt: skip
    message: str


class Patient(Model):
    """What is taken as known of the person; null where it is not known."""

    age: int | None
    sex: Literal["female", "male"] | None
    pregnant: bool | None
    spans: list[Span] = Field(description="where a text says so")


class Alert(Model):
    """What must be seen first. `concept` is the test of a critical value, or what the alert is about."""

    id: str = Field(examples=["alert:critical_value:anc"])
    kind: Literal["critical_value", "outside_scope", "population", "not_judged"]
    concept: str | None
    sentence: str
    sources: list[str]
    proof: Hash | None


class Headline(Model):
    """The first lines of the text answer. Where there is an alert, nothing in it reassures."""

    alerts: list[str]
    do: list[str]
    do_not: list[str]
    think_of: list[str]


class Inferred(Model):
    """A finding or state concluded from the facts; `possible`: in one reading or for one value of an interval."""

    concept: str
    label: str
    status: Literal["present", "possible", "absent"]
    proof: Hash | None


# -- sources


class Passage(Model):
    """A stretch of an article: [start, end) in code points, and the SHA-256 of the slice."""

    article: str = Field(examples=["A0"])
    section: str
    start: int
    end: int
    digest: str = Field(pattern="^[0-9a-f]{64}$")


class Marker(Model):
    """A printed citation marker, how far it resolves, and the reference if it does."""

    number: int
    state: str = Field(examples=["by-list-position", "unlisted", "unresolved"])
    reference: str | None = None


class Source(Model):
    """A claim's passage and markers."""

    claim: ClaimId
    passage: Passage
    markers: list[Marker]


class Reference(Model):
    """An entry of an article's reference list. `topic_mismatch`: what it is about, if not the claims' topic."""

    id: str = Field(examples=["A0-R1"])
    article: str
    position: int
    title: str
    publisher: str
    year: str
    type: str
    topic_mismatch: str


class ArticleSources(Model):
    """What an answer takes from one article."""

    article: str
    title: str
    publisher: str
    last_updated: str
    human_review: str
    active_stage: str
    passages: list[Source]
    markers: list[Marker]
    references: list[Reference]


# -- claims of an assessment


class Applicable(Model):
    """A claim that applies."""

    id: ClaimId
    kind: str
    sentence: str
    proof: Hash | None


class Undetermined(Model):
    """A claim that unknown facts leave open; each set of `missing` would decide it."""

    id: ClaimId
    missing: list[list[Fragment]]


class Ambiguous(Undetermined):
    """A claim that holds in one reading and not in every one."""

    holds_in: list[str]
    fails_in: list[str]
    reason: Literal["reading", "grey_zone", "comparator"]


class Excluded(Model):
    """A claim that does not apply, proved."""

    id: ClaimId
    proof: Hash | None


class Claims(Model):
    """Every claim that depends on a patient, once."""

    applicable: list[Applicable]
    undetermined: list[Undetermined]
    ambiguous: list[Ambiguous]
    excluded: list[Excluded]


# -- lists of an assessment


class Item(Model):
    """An entry of a list; `id` names the conclusion everywhere, `proof` its proof."""

    id: str = Field(examples=["next_step:consult_specialist"])
    proof: Hash | None
    basis: Basis
    label: str


class Evidence(Model):
    """A claim that speaks for or against a condition, and how strongly it is put, as printed."""

    claim: ClaimId
    sentence: str
    strength: str


class Harm(Model):
    """What is lost when a condition is found too late, and the source that says so."""

    level: Literal["emergency", "irreversible"]
    text: str
    source: str


class Condition(Item):
    """A condition with its state and each axis of its place alone; never a probability."""

    condition: str
    state: Literal["open", "known", "ruled_out"]
    parent: str | None = Field(description="the broader entry it stands under")
    strength: str
    supporting: list[ClaimId] = Field(alias="for")
    against: list[ClaimId]
    evidence_for: list[Evidence]
    evidence_against: list[Evidence]
    explains: list[str] = Field(description="findings of the patient of which a claim for it speaks")
    unexplained: list[str]
    harm_if_missed: Harm | None
    rank_reason: str = Field(description="the ordering rule that parts it from the entry before it")


class Counterargument(Item):
    """A condition that claims speak against."""

    condition: str
    claims: list[ClaimId]


class After(Model):
    """What comes first, and the claim that says so."""

    id: str | None
    concept: str
    label: str
    claim: ClaimId


class ExceptionTo(Model):
    """An exception to a claim, and whether it holds of the patient."""

    text: str
    claim: ClaimId
    state: Literal["met", "not met", "unknown"]


class RegimenPhase(Model):
    """One phase of a dose as printed; what is not printed is empty."""

    phase: str
    substance: str
    dose: str
    unit: str
    route: str
    frequency: str
    duration: str
    until: str


class Action(Item):
    """Something to do, to use, to watch or to avoid: how firmly and how soon the claims put it."""

    action: str
    relations: list[Relation]
    modality: list[str]
    urgency: str | None
    within: list[str]
    purpose: list[str]
    after: list[After]
    alternative_to: list[str]
    done: bool
    done_on: str | None
    course: Literal["planned", "running", "responding", "failed", "ended"] | None = Field(
        description="the state of the course of a treatment, where the record has one"
    )
    supersedes: list[ClaimId] = Field(description="claims whose offer a stop ends")
    scope: list[str]
    exceptions: list[ExceptionTo]
    regimen: list[RegimenPhase]
    claims: list[ClaimId]


class Lists(Model):
    """The lists of actions."""

    next_steps: list[Action]
    contraindications: list[Action]
    pitfalls: list[Action]
    escalations: list[Action]
    monitoring: list[Action]
    treatments: list[Action]


class Then(Lists):
    """What is new if a branch's fact holds."""

    claims: list[ClaimId]
    differential: list[Condition]


class Branch(Model):
    """What the plan becomes if one open thing turns out so."""

    condition: Fragment = Field(alias="if")
    label: str
    then: Then
    no_longer: list[str]


class Conflict(Model):
    """Claims for and against one thing, and whether a rule resolves it."""

    action: str
    label: str
    supporting: list[ClaimId] = Field(alias="for")
    against: list[ClaimId]
    resolution: str
    rule: str


class Question(Model):
    """Facts to find out, and the claims they would settle."""

    missing: list[Fragment]
    label: str
    settles: list[ClaimId]


class DataIssue(Model):
    """Something about the data that a reader must know, with the facts involved."""

    kind: str
    message: str
    facts: list[Fragment]
    concepts: list[str]
    suggested_unit: str | None = Field(None, description="the unit in which an impossible value would be a usual one")
    proof: Hash | None = None
    axioms: list[str] | None = None


# -- proofs


class Step(Model):
    """A step of a proof; `id` is the hash of its content and of its premises' ids."""

    id: Hash
    conclusion: list[str] = Field(min_length=3, max_length=3)
    rule: str
    axiom: str | None
    premises: list[Hash]
    sentence: str
    source: str


class Proof(Model):
    """A DAG of steps, premises before what rests on them; the last one is the conclusion's."""

    conclusion: list[str] = Field(min_length=3, max_length=3)
    steps: list[Step] = Field(min_length=1)
    facts: list[list[str]]
    justification: list[str]
    alternatives: int
    partial: bool


class Explanation(Proof):
    """A proof with the id it was asked by, all minimal sets of axioms and facts, and the passages it ends in."""

    id: str
    proof: Hash
    sentence: str
    justifications: list[list[str]]
    sources: list[Source]


class WhyNot(Model):
    """What keeps a claim from applying."""

    id: ClaimId
    outcome: Literal["applicable", "excluded", "ambiguous", "undetermined"]
    missing: list[list[Fragment]]
    blocked_by: list[str]


class Change(Model):
    """The outcome of a claim before and after."""

    before: str
    after: str


class Difference(Model):
    """What would be otherwise: claims by their outcome, and ids of entries that are new or gone."""

    claims: dict[str, Change]
    added: list[str]
    removed: list[str]


# -- answers


class AnswerSource(Passage):
    """A passage with the markers printed there."""

    markers: list[Marker]


class AnswerClaim(Model):
    """A claim in an answer: it answers, is to be read beside what answers, or comes nearest to what was asked."""

    id: ClaimId
    sentence: str
    role: Literal["answers", "qualifies", "nearest"]
    note: str = Field(description="doses with their substance, and what a figure is not; often empty")
    sources: list[AnswerSource]


class Answer(Model):
    """An answer to a knowledge question; `covered` false where the articles do not say it."""

    question: str
    intent: str
    concepts: list[str]
    claims: list[AnswerClaim]
    sparql: str
    covered: bool
    related: list[AnswerClaim]
    notice: str


class Assessment(Lists):
    """Everything that is said of one patient."""

    id: Hash
    handle: str | None = Field(None, description="over HTTP: what addresses use in the place of the id")
    ontology_version: str
    notice: str
    headline: Headline
    alerts: list[Alert] = Field(description="what must be seen first, the most urgent first")
    patient: Patient
    understood: list[Understood]
    not_understood: list[NotUnderstood]
    inferred: list[Inferred]
    claims: Claims
    differential: list[Condition]
    counterarguments: list[Counterargument]
    branches: list[Branch] | None = Field(description="null where they were not asked for")
    conflicts: list[Conflict]
    questions: list[Question]
    data_issues: list[DataIssue]
    sources: list[ArticleSources]
    proofs: dict[str, Proof] | None = None
    answer: Answer | None = Field(None, description="where a text asks a question too")
