"""What the YAML sources of the ontology may contain, as pydantic models."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kg.ontology.kinds import ConceptKind

Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$")]
Number = Annotated[Decimal, BeforeValidator(lambda value: value if isinstance(value, Decimal) else str(value))]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class SourceEntry(BaseModel):
    """Base of every entry: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Mapping(SourceEntry):
    """A verified outside code; `predicate` is a SKOS mapping relation."""

    code: Text
    label: str = ""
    predicate: Literal["exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"]
    why: Text


class HarmEntry(SourceEntry):
    """What a source says is lost when a condition is found too late; `emergency` is a matter of hours,
    `life-threatening` one of months."""

    level: Literal["emergency", "life-threatening", "irreversible"]
    text: Text
    source: Text


class EffectEntry(SourceEntry):
    """A finding that a condition can cause, and the source that says so."""

    effect: Name
    source: Text


class Term(SourceEntry):
    """A concept of the vocabulary: a class to browse and an individual to point at."""

    name: Name
    code: Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9_]*$")]
    kind: ConceptKind
    label: Text
    definition: Text
    parents: tuple[Name, ...] = ()
    exact: tuple[Text, ...] = ()
    abbreviations: tuple[Text, ...] = ()
    lay: tuple[Text, ...] = ()
    related: tuple[Text, ...] = ()
    shared: tuple[Text, ...] = ()
    low_of: Name | None = None
    normal_of: Name | None = None
    high_of: Name | None = None
    mappings: tuple[Mapping, ...] = ()
    harm_if_missed: HarmEntry | None = None
    response_to: Name | None = None
    can_cause: EffectEntry | None = None
    causes_of: Name | None = None
    yields: tuple[Name, ...] = ()
    note: str = ""
    source: Text = "tree"


class TermFile(SourceEntry):
    terms: tuple[Term, ...]


class PublishedSource(SourceEntry):
    name: Text
    title: Text
    publisher: Text
    year: int | None = None
    supports: Text


class DecisionEntry(SourceEntry):
    name: Text
    about: Text


class SourceFile(SourceEntry):
    references: tuple[PublishedSource, ...] = ()
    decisions: tuple[DecisionEntry, ...] = ()


class Unit(SourceEntry):
    """A unit that converts: canonical = value x factor, or value / divisor."""

    unit: Text
    factor: Number | None = None
    factor_to: Number | None = None
    divisor: Number | None = None
    source: Text


class NumberOf(SourceEntry):
    """Something with a canonical unit."""

    name: Name
    unit: Text


class PossibleValuesEntry(SourceEntry):
    """The values that a living person can have, in the canonical unit; nought only where it says so."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: Number = Field(alias="from")
    to: Number
    zero: bool = False
    source: Text


class PartOfEntry(SourceEntry):
    """A quantity that cannot exceed another one; `factor` turns it into the other's unit."""

    part: Name
    whole: Name
    factor: Number
    source: Text


class Analyte(NumberOf):
    possible: PossibleValuesEntry | None = None
    units: tuple[Unit, ...] = ()
    also: tuple[Text, ...] = ()


class SexConstant(SourceEntry):
    """A number of a formula that differs by sex."""

    female: Number
    male: Number


class ScoreItemEntry(SourceEntry):
    """Points for one thing: any of some concepts, a sex, or an age in completed years."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    points: int
    any: tuple[Name, ...] = ()
    sex: Literal["female", "male"] | None = None
    from_: int | None = Field(default=None, alias="from")
    below: int | None = None


class WorkedExample(SourceEntry):
    """A case and what the formula gives for it, to the declared decimals; `case` is a case of the contract."""

    case: dict[str, Any]
    gives: Number
    source: Text


class Derived(NumberOf):
    """A number that the fact layer computes.

    `inputs` name the operands in an arithmetic `expression`, which may also name `age` and the `by_sex` constants.
    `within_days` is the window of a change, or how far apart the values of an arithmetic formula may lie.
    """

    formula: Literal[
        "weeks-since-start", "change-since-start", "change-from-previous", "lower-of-latest-two",
        "maximum-of-earlier", "maximum-of-complete-record", "second-highest-of-complete-record", "ratio-same-day",
        "age-in-years", "multiple-of-upper-limit", "rise-within", "fall-within", "ratio-within", "arithmetic", "points",
    ]  # fmt: skip
    of: tuple[Name, ...] = ()
    factor: Number | None = None
    definition: Text
    source: Text
    recomputes: Name | None = None
    low_when: Name | None = None
    not_low_when: Name | None = None
    possible_to: Number | None = None
    within_days: Annotated[int, Field(ge=0)] = 0
    decimals: Annotated[int, Field(ge=0, le=9)] = 6
    expression: str = ""
    inputs: dict[str, Name] = Field(default_factory=dict)
    by_sex: dict[str, SexConstant] = Field(default_factory=dict)
    items: tuple[ScoreItemEntry, ...] = ()
    examples: tuple[WorkedExample, ...] = ()


class Population(SourceEntry):
    """For whom sourced defaults hold: from this age (years), unless one of these conditions is present.

    A value of any other specimen than `blood` is no value of the blood. A current value older than `stale_after_days`
    is still used, and pointed out.
    """

    adult_from: int
    not_in: tuple[Name, ...]
    blood: tuple[Name, ...]
    blood_words: tuple[Text, ...] = ()
    stale_after_days: int
    source: Text


class ThresholdEntry(SourceEntry):
    name: Name
    opposite: Name
    of: Name
    bound: Literal["<", "<=", ">", ">="]
    value: Number
    unit: Text
    population: Text
    source: Text
    note: str = ""


class LimitEntry(SourceEntry):
    analyte: Name
    when: Name
    position: Literal["low", "high", "not low", "not high"]
    rank: Literal["absolute", "fallback"]
    source: Text


class IntervalPopulation(SourceEntry):
    """Whom a reference interval is for. `age: unknown` is for records without an age."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    sex: Literal["female", "male"] | None = None
    from_: int | None = Field(default=None, alias="from")
    below: int | None = None
    age: Literal["unknown"] | None = None
    pregnant: bool | Literal["any"] = False


class DecisionLimits(SourceEntry):
    """Where every source agrees: low, normal and high; a side that is left out has no limit."""

    low_below: Number | None = None
    normal_from: Number | None = None
    normal_to: Number | None = None
    high_above: Number | None = None


class CriticalLimits(SourceEntry):
    """Limits beyond which a value is an alert, outside any precedence."""

    below: Number | None = None
    above: Number | None = None
    source: Text


class Grade(SourceEntry):
    """How severe a low value is: `from` is inclusive, `below` is not."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    finding: Name
    from_: Number | None = Field(default=None, alias="from")
    below: Number | None = None
    source: Text


class ReferenceIntervalEntry(SourceEntry):
    """A reference interval of one quantity in one population, with the sources that print it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: Name
    of: Name
    unit: Text
    label: Text
    for_: IntervalPopulation = Field(alias="for")
    decides: DecisionLimits = DecisionLimits()
    together_from: tuple[Name, ...] = ()
    critical: CriticalLimits | None = None
    grades: tuple[Grade, ...] = ()
    sources: tuple[Text, ...] = ()
    confidence: Literal["low", "medium", "high"]
    note: str = ""


class IntervalFile(SourceEntry):
    intervals: tuple[ReferenceIntervalEntry, ...]


class AlertEntry(SourceEntry):
    """One alert, or one for each quantity of a kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    kind: Literal["critical_value", "outside_scope", "population", "not_judged"]
    each: Literal["critical_low", "critical_high", "unused", "undecided", "unreadable"] | None = None
    code: str = ""
    about: Name | None = None
    if_: str = Field(default="", alias="if")
    sentence: Text
    source: Text


class AlertFile(SourceEntry):
    alerts: tuple[AlertEntry, ...]


class PossibleConcept(SourceEntry):
    name: Name
    of: Name
    article: str | None = None
    label: Text
    definition: Text
    reason: Literal["reading", "grey_zone"]
    source: Text


class RuleEntry(SourceEntry):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    if_: Text = Field(alias="if")
    then: Name | None = None
    refutes: str | None = None
    concludes: Name | None = None
    source: Text


class ConditionForm(SourceEntry):
    """A class of patients with what makes it hold and what contradicts it."""

    name: Name
    label: Text
    definition: Text
    holds: Text
    fails: Text


class PossibleCondition(ConditionForm):
    reason: Literal["reading", "grey_zone"]


class NamedCondition(ConditionForm):
    source: Text
    possible: PossibleCondition | None = None

    @property
    def forms(self) -> tuple[ConditionForm, ...]:
        """The condition and, where it has one, its wider twin."""
        return (self, self.possible) if self.possible else (self,)


class LayerThresholdFile(SourceEntry):
    """Numbers that a layer adds to those of the ontology; the population of defaults stays that of the ontology."""

    analytes: tuple[Analyte, ...] = ()
    derived: tuple[Derived, ...] = ()
    parts: tuple[PartOfEntry, ...] = ()
    thresholds: tuple[ThresholdEntry, ...] = ()
    limits: tuple[LimitEntry, ...] = ()
    possible: tuple[PossibleConcept, ...] = ()
    rules: tuple[RuleEntry, ...] = ()
    conditions: tuple[NamedCondition, ...] = ()


class ThresholdFile(SourceEntry):
    population: Population
    analytes: tuple[Analyte, ...]
    derived: tuple[Derived, ...]
    parts: tuple[PartOfEntry, ...] = ()
    thresholds: tuple[ThresholdEntry, ...]
    limits: tuple[LimitEntry, ...]
    possible: tuple[PossibleConcept, ...]
    rules: tuple[RuleEntry, ...]
    conditions: tuple[NamedCondition, ...]
