"""Models of the contract that stand for facts and for sources: what is understood, alerts, passages, references."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import GenerateJsonSchema

Hash = Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$", examples=["sha256:" + "0" * 64])]


ClaimId = Annotated[str, Field(examples=["A0-39"])]
ExplanationType = Annotated[
    str,
    Field(
        pattern="^https://purl.org/heals/eo#",
        description="the class of the Explanation Ontology to which the answer belongs",
        examples=["https://purl.org/heals/eo#TraceBasedExplanation"],
    ),
]


Basis = Literal["entailed", "precautionary", "ambiguous"]


Number = int | float


def published(name: str) -> str:
    """The name in schemas of a model, which is without the suffix that tells it from its domain class.

    >>> published("AssessmentModel"), published("Page_ReferenceModel_")
    ('Assessment', 'Page_Reference_')
    """
    return name.replace("Model", "")


class PublishedNames(GenerateJsonSchema):
    """Generates JSON Schema whose definitions have published names."""

    def normalize_name(self, name: str) -> str:
        """What stands after `#/$defs/`."""
        return published(super().normalize_name(name))


class ContractModel(BaseModel):
    """Base of all: strict (`false` is not 0), nothing beside what is named."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        populate_by_name=True,
        model_title_generator=lambda model: published(model.__name__),
    )


class SpanModel(ContractModel):
    """[start, end) in code points of a text."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)


class FragmentModel(ContractModel):
    """A fact as a fragment of a case: an entry and the list it stands in."""

    list: str = Field(examples=["diagnoses"])
    entry: dict[str, Any] = Field(examples=[{"concept": "MONDO:0003785"}])


class RangeModel(ContractModel):
    """Bounds; null where a side is open."""

    low: Number | None
    high: Number | None


class CanonicalModel(RangeModel):
    """A value in the canonical UCUM unit of its quantity, as the interval that is known."""

    unit: str


class JudgedByModel(ContractModel):
    """The yardstick of a value: whose it is, the limit that decided, and the source of that limit."""

    source: Literal["article", "laboratory", "flag", "statement", "default"]
    limit: Number | None
    unit: str
    citation: str


class UnderstoodModel(ContractModel):
    """A stated fact: the concept it names, and as what."""

    concept: str
    label: str
    list: str
    status: Literal["present", "absent", "unknown", "suspected", "pending"]
    date: str | None = None
    started: str | None = None
    ended: str | None = None
    path: str | None = Field(None, description="where it stands in a case, as a JSON path")
    span: SpanModel | None = Field(None, description="where it stands in a text")
    value: Number | None = Field(None, description="a measurement: the value as given")
    exact: str | None = Field(None, description="the value with all its digits, where `value` does not hold them")
    comparator: str | None = None
    unit: str | None = Field(None, description="the unit as given")
    canonical: CanonicalModel | None = None
    reference_range: RangeModel | None = None
    flag: str | None = None
    current: bool | None = Field(None, description="whether it belongs to the latest occasion of its quantity")
    age_days: int | None = Field(None, description="days from its date to as_of")
    interpretation: Literal["critical_low", "low", "normal", "high", "critical_high"] | None = Field(
        None, description="a measurement: where its value lies; null where nothing judges it"
    )
    judged_by: JudgedByModel | None = None
    corrected_from: str | None = Field(None, description="the spelling in the text, where it was corrected")
    specimen: str | None = Field(None, description="what was examined, where it is not blood")
    broader_code: str | None = Field(None, description="the code that was recognised, where a narrower one was given")


class NotUnderstoodModel(ContractModel):
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


class PatientModel(ContractModel):
    """What is taken as known of the person; null where it is not known."""

    age: int | None
    sex: Literal["female", "male"] | None
    pregnant: bool | None
    spans: list[SpanModel] = Field(description="where a text says so")


class AlertModel(ContractModel):
    """What must be seen first. `concept` is the test of a critical value, or what the alert is about."""

    id: str = Field(examples=["alert:critical_value:anc"])
    kind: Literal["critical_value", "outside_scope", "population", "not_judged"]
    concept: str | None
    sentence: str
    sources: list[str]
    proof: Hash | None


class InferredModel(ContractModel):
    """A finding or state concluded from the facts; `possible`: in one reading or for one value of an interval."""

    concept: str
    label: str
    status: Literal["present", "possible", "absent"]
    proof: Hash | None


class PassageModel(ContractModel):
    """A stretch of an article: [start, end) in code points, and the SHA-256 of the slice."""

    article: str = Field(examples=["A0"])
    section: str
    start: int
    end: int
    digest: str = Field(pattern="^[0-9a-f]{64}$")


class MarkerModel(ContractModel):
    """A printed citation marker, how far it resolves, and the reference if it does."""

    number: int
    state: str = Field(examples=["by-list-position", "unlisted", "unresolved"])
    reference: str | None = None


class SourceModel(ContractModel):
    """A claim's passage and markers."""

    claim: ClaimId
    passage: PassageModel
    markers: list[MarkerModel]


class ReferenceModel(ContractModel):
    """An entry of an article's reference list. `topic_mismatch`: what it is about, if not the claims' topic."""

    id: str = Field(examples=["A0-R1"])
    article: str
    position: int
    title: str
    publisher: str
    year: str
    type: str
    topic_mismatch: str


class ArticleSourcesModel(ContractModel):
    """What an answer takes from one article."""

    article: str
    title: str
    publisher: str
    last_updated: str
    human_review: str
    active_stage: str
    passages: list[SourceModel]
    markers: list[MarkerModel]
    references: list[ReferenceModel]
