"""What the compiled ontology holds, as frozen data: concepts, quantities, limits, articles and claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from kg.ontology.kinds import ConceptKind
from kg.ontology.scores import FormulaData


@dataclass(frozen=True)
class Concept:
    """An entry of the vocabulary. `related` holds broader, narrower or brand names that lead here."""

    name: str
    code: str
    kind: ConceptKind
    label: str
    definition: str
    parents: tuple[str, ...]
    synonyms: tuple[str, ...]
    related: tuple[str, ...]
    codes: tuple[str, ...]
    axis: tuple[str, str] | None


@dataclass(frozen=True)
class Conversion:
    """Canonical value = value x factor / divisor; `factor_to` is the upper end where the factor is a span."""

    unit: str
    factor: Decimal
    factor_to: Decimal
    divisor: Decimal
    source: str


@dataclass(frozen=True)
class PossibleValues:
    """The values that a living person can have, in the canonical unit; nought only where `zero` says so."""

    low: Decimal
    high: Decimal
    zero: bool


@dataclass(frozen=True)
class PartOf:
    """A quantity that cannot exceed another one; `factor` turns it into the other's unit."""

    part: str
    whole: str
    factor: Decimal


@dataclass(frozen=True)
class Quantity:
    """A measurable quantity: its canonical UCUM unit, what converts to it, what is taken but not converted."""

    concept: str
    unit: str
    conversions: Mapping[str, Conversion]
    others: tuple[str, ...]
    possible: PossibleValues | None = None


@dataclass(frozen=True)
class Threshold:
    """One side of a numeric limit; `limit` in the canonical unit."""

    name: str
    quantity: str
    bound: str
    limit: Decimal
    label: str


@dataclass(frozen=True)
class Limit:
    """A threshold of an article that calls a value low, high, not low or not high, and when it may (`rank`)."""

    quantity: str
    threshold: str
    position: str
    rank: str
    source: str


@dataclass(frozen=True)
class ReferenceInterval:
    """The limits of a quantity in a population, in the canonical unit; None where there is no limit.

    A value is low under `low_below`, normal from `normal_from` to `normal_to`, high over `high_above`. `state` is
    `yes`, `no` or `any`. `sources` are titles.
    """

    name: str
    quantity: str
    people: str
    sex: str
    from_age: int | None
    below_age: int | None
    age_unknown: bool
    state: str
    low_below: Decimal | None
    normal_from: Decimal | None
    normal_to: Decimal | None
    high_above: Decimal | None
    critical_below: Decimal | None
    critical_above: Decimal | None
    critical_source: str
    sources: tuple[str, ...]

    def fits(self, sex: str, age: int | None, special: bool) -> bool:
        """Whether it is for a patient of this sex and age; `special`: known to be in the state it may be for."""
        if self.sex not in ("", sex) or self.state == ("no" if special else "yes"):
            return False
        if age is None:
            return self.age_unknown or (self.from_age is None and self.below_age is None)
        return not self.age_unknown and (self.from_age or 0) <= age and (self.below_age is None or age < self.below_age)

    @property
    def narrowness(self) -> tuple[bool, bool, bool]:
        """How much it asks of a patient: of two that fit, the narrower is used."""
        aged = self.age_unknown or self.from_age is not None or self.below_age is not None
        return self.state == "yes", aged, bool(self.sex)


@dataclass(frozen=True)
class AlertKindOf:
    """An alert of the ontology: its kind, the last part of its id, what it is about, its sentence, its sources."""

    name: str
    kind: str
    code: str
    concept: str
    sentence: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class DerivedQuantity:
    """A number that the fact layer computes from named measurements."""

    name: str
    formula: str
    operands: tuple[str, ...]
    factor: Decimal
    unit: str
    recomputes: str
    low_when: str
    not_low_when: str
    possible_to: Decimal | None = None
    data: FormulaData = field(default_factory=FormulaData)


@dataclass(frozen=True)
class Marker:
    """A printed citation marker with its state, and the reference it resolves to, if any."""

    article: str
    number: int
    state: str
    reference: str


@dataclass(frozen=True)
class Passage:
    """A stretch of an article: [start, end) in code points, SHA-256 of the slice."""

    article: str
    section: str
    start: int
    end: int
    digest: str


@dataclass(frozen=True)
class ReadingOf:
    """One reading of a claim: its IRI's local part, its class of patients, why it stands apart."""

    iri: str
    situation: str
    reason: str
    formal: str


@dataclass(frozen=True)
class RegimenPhase:
    """One phase of a dose as printed; what is not printed is empty. `substance` is a concept."""

    phase: str
    substance: str
    dose: str
    unit: str
    route: str
    frequency: str
    duration: str
    until: str


@dataclass(frozen=True)
class Effect:
    """An effect size as printed: its measure, figures, and whether an interval is given. Never a probability."""

    measure: str
    printed: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    population: str
    outcome: str
    direction: str
    interval: str


@dataclass(frozen=True)
class Claim:
    """A claim with everything that is shown of it. `fields` holds the plain annotations by local name."""

    id: str
    article: str
    kind: str
    sentence: str
    passage: Passage
    markers: tuple[Marker, ...]
    conclusions: tuple[tuple[str, str], ...]
    readings: tuple[ReadingOf, ...]
    formal: str
    exceptions: tuple[str, ...]
    exception_classes: tuple[str, ...]
    doubts: tuple[tuple[str, str], ...]
    doubted_with: tuple[str, ...]
    regimen: tuple[RegimenPhase, ...]
    effects: tuple[Effect, ...]
    fields: Mapping[str, tuple[str, ...]]

    @property
    def executable(self) -> bool:
        """Whether the claim depends on a patient."""
        return bool(self.readings)

    @property
    def asks(self) -> tuple[str, ...]:
        """Competency questions: what the claim answers, in several voices."""
        return self.fields.get("asks", ())

    @property
    def index_terms(self) -> tuple[str, ...]:
        """Terms under which people look for the claim."""
        return self.fields.get("indexTerm", ())

    def field(self, name: str) -> str:
        return "; ".join(self.fields.get(name, ()))


@dataclass(frozen=True)
class Article:
    """Bibliographic data and review state of an article."""

    id: str
    title: str
    publisher: str
    modified: str
    file: str
    digest: str
    length: int
    active_stage: str
    human_review: str
    intended_use: str
    status: str


@dataclass(frozen=True)
class Reference:
    """An entry of an article's reference list. `topic_mismatch` says what it is about if not the claim's topic."""

    iri: str
    article: str
    position: int
    title: str
    publisher: str
    year: str
    type: str
    topic_mismatch: str


@dataclass(frozen=True)
class Formula:
    """`and` or `or` over named conditions."""

    operator: str
    parts: tuple[str, ...]
