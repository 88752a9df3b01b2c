"""From one patient's facts to an assessment: a reasoner closes the record, everything else is a projection of that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, Protocol

from kg.assess.alerts import Alert, alerts
from kg.assess.conflicts import conflicts
from kg.assess.differential import counterarguments, differential
from kg.assess.inferred import Inferred, inferred
from kg.assess.issues import stale
from kg.assess.items import Action, Basis, Conflict, Differential, Item
from kg.assess.lists import AGAINST, DIFFERENTIAL, WARNINGS, Lists
from kg.assess.outcomes import Outcome, Outcomes, outcomes
from kg.assess.population import for_population
from kg.assess.quarantine import settle
from kg.assess.questions import Asking, Question, questions
from kg.assess.results import ResultReading, result_readings
from kg.assess.single_values import FOR_ONE_VALUE, widened, with_one_value
from kg.cache.derived import derived
from kg.facts.patient import DataIssue, Measurement, PatientFacts, Status
from kg.ontology.compiled import Ontology
from kg.ontology.layers import is_fictional
from kg.ontology.model import Claim
from kg.proof.derivations import Conclusion
from kg.proof.engine_trace import derivations
from kg.proof.proof import Explainer, Step
from kg.reasoner.closure import Closure
from kg.reasoner.engine import Engine
from kg.reasoner.saturation import Saturation
from kg.record.judgements import Judgement
from kg.record.record import Record, text
from kg.record.statement_properties import property_of

NOTICE: Final = (
    "For health professionals, as a supplement to clinical judgment and established guidelines; verify against "
    "primary literature before use."
)
FICTIONAL: Final = "Fictional: invented teaching texts are loaded beside the articles; nothing here may guide care."
ACTED_ON: Final = ("escalations", "next_steps", "treatments")
CANONICAL: Final = json.JSONEncoder(default=str)
PROVED: Final = {Outcome.APPLICABLE: "claimApplies", Outcome.EXCLUDED: "claimExcluded"}


def notice_for(ontology: Ontology) -> str:
    """What every answer says of its use; where fictional texts are loaded it begins with that."""
    return f"{FICTIONAL} {NOTICE}" if is_fictional(ontology) else NOTICE


class Reasoner(Protocol):
    """What can close patients: HermiT, and the engine."""

    def infer(self, records: Sequence[Record]) -> tuple[Closure, ...]: ...


@dataclass(frozen=True)
class Branch:
    """What becomes of the plan if one open thing turns out so: `condition` is a fact, `then` what is new."""

    condition: Mapping[str, Any]
    label: str
    claims: tuple[str, ...]
    differential: tuple[Differential, ...]
    lists: Mapping[str, tuple[Action, ...]]
    gone: tuple[str, ...]


@dataclass(frozen=True)
class Assessment:
    """Everything that is said of one patient. `explainer` proves it, where the engine was the reasoner."""

    id: str
    ontology: Ontology
    record: Record
    closure: Closure
    outcomes: Outcomes
    differential: tuple[Differential, ...]
    counterarguments: tuple[Item, ...]
    lists: Mapping[str, tuple[Action, ...]]
    conflicts: tuple[Conflict, ...]
    issues: tuple[DataIssue, ...]
    alerts: tuple[Alert, ...] = ()
    inferred: tuple[Inferred, ...] = ()
    judgements: Mapping[Measurement, Judgement] = field(default_factory=dict)
    branches: tuple[Branch, ...] | None = None
    asking: Asking | None = None
    engine: Engine | None = field(default=None, repr=False)
    saturation: Saturation | None = field(default=None, repr=False)

    def applicable(self) -> tuple[Claim, ...]:
        """The claims that apply, in the order of their identifiers."""
        return tuple(self.ontology.claims[name] for name in self.outcomes.ids(Outcome.APPLICABLE))

    @cached_property
    def explainer(self) -> Explainer | None:
        """Proofs of what the engine derived; None after HermiT, which gives none."""
        if self.engine is None or self.saturation is None:
            return None
        return Explainer(derivations(self.engine, self.saturation))

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Every entry of every list by its id."""
        rows: list[Item] = [
            *self.differential,
            *self.counterarguments,
            *(item for items in self.lists.values() for item in items),
        ]
        return {item.id: item for item in rows}

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What to ask or test next."""
        measured = {item.quantity for item in self.record.occasions}
        return questions(self.ontology, self.closure, self.outcomes, measured, self.at_stake)

    @cached_property
    def result_readings(self) -> Mapping[str, tuple[ResultReading, ...]]:
        """What the results of steps that are not done would make apply, by the id of the step."""
        return result_readings(self.ontology, self.outcomes, self.lists["next_steps"])

    @cached_property
    def at_stake(self) -> frozenset[str]:
        """Claims not decided that warn of something planned, given or offered to this patient."""
        facts = (fact for fact in self.record.facts.facts if fact.list in ("plans", "treatments"))
        in_play = {fact.concept for fact in facts if fact.status is Status.PRESENT}
        in_play |= {item.concept for item in self.lists["treatments"] if item.basis is Basis.ENTAILED}
        related = {name for one in in_play for name in self.ontology.ancestors(one) | self.ontology.descendants(one)}
        undecided = (*self.outcomes.ids(Outcome.UNDETERMINED), *self.outcomes.ids(Outcome.AMBIGUOUS))
        warned = _warned(self.ontology) if related else {}
        return frozenset(name for name in undecided if name in warned and not warned[name].isdisjoint(related))

    def conclusion(self, identifier: str) -> Conclusion | None:
        """What the id of an entry or of a claim that applies or is excluded stands for; None for anything else."""
        if identifier in self.items:
            found = self.items[identifier].conclusion
            return None if found.predicate == FOR_ONE_VALUE else found
        for outcome, prop in PROVED.items():
            if identifier in self.outcomes.ids(outcome):
                return Conclusion(self.record.patient, prop, f"claim/{identifier}")
        return None

    def proof_id(self, conclusion: Conclusion) -> str | None:
        """The id of the proof of a conclusion; None after HermiT, and for what holds of one value of a day alone."""
        if self.explainer is None or conclusion.predicate == FOR_ONE_VALUE:
            return None
        return (self._ends.get(conclusion) or self.explainer.ends([conclusion])[conclusion]).id

    @cached_property
    def _ends(self) -> Mapping[Conclusion, Step]:
        """The last step of the proof of every entry and of every claim that applies or is excluded."""
        found = [item.conclusion for item in self.items.values() if item.conclusion.predicate != FOR_ONE_VALUE]
        for outcome, prop in PROVED.items():
            found += [Conclusion(self.record.patient, prop, f"claim/{name}") for name in self.outcomes.ids(outcome)]
        return self.explainer.ends(found) if self.explainer else {}


@derived
def _warned(ontology: Ontology) -> Mapping[str, frozenset[str]]:
    """Claims that warn, with the concepts that they warn of."""
    found = {
        name: frozenset(concept for said, concept in claim.conclusions if ontology.lists.get(said) in WARNINGS)
        for name, claim in ontology.claims.items()
    }
    return {name: concepts for name, concepts in found.items() if concepts}


def identifier(ontology: Ontology, facts: PatientFacts) -> str:
    """`sha256:` of the canonical facts, values as converted, and the ontology version; as_of counts.

    A fact counts by what it means, not by the list in which it was stated.
    """
    rows: list[object] = [ontology.version, facts.as_of, facts.sex, facts.age, sorted(facts.complete), facts.defaults]
    meant = {
        (property_of(ontology, fact), fact.concept, str(fact.status), *map(str, (fact.date, fact.started, fact.ended)))
        for fact in facts.facts
    }
    values = {CANONICAL.encode(_value(item)) for item in facts.measurements}
    rows += [sorted(meant), sorted(values), sorted((item.reason, item.concept, item.text) for item in facts.unread)]
    return "sha256:" + hashlib.sha256(CANONICAL.encode(rows).encode()).hexdigest()


def _value(item: Measurement) -> list[object]:
    limits = (item.range.low, item.range.high) if item.range else (None, None)
    value = item.value
    numbers = [*map(_decimal, (value.low, value.high, *limits))]
    return [item.quantity, *numbers, value.low_strict, value.high_strict, item.unit, item.date, item.time, item.flag]


def _decimal(number: Decimal | None) -> str | None:
    return None if number is None else text(number)


def assess(ontology: Ontology, reasoner: Reasoner, facts: PatientFacts) -> Assessment:
    """The assessment of one patient by a reasoner; facts that clash are set aside and the rest is reasoned.

    The clashes and their proofs are the engine's, whoever reasons.
    """
    engine = reasoner if isinstance(reasoner, Engine) else Engine(ontology)
    settled = settle(ontology, engine, facts)
    if reasoner is not engine:
        (closure,) = reasoner.infer((settled.record,))
        return project(ontology, settled.record, closure)
    found = project(ontology, settled.record, settled.closure)
    others = (settle(ontology, engine, one) for one in with_one_value(facts))
    lists = widened(found.lists, (project(ontology, one.record, one.closure).lists for one in others))
    return replace(found, lists=lists, engine=engine, saturation=settled.saturation)


def project(ontology: Ontology, patient: Record, closure: Closure) -> Assessment:
    """The assessment that a closure amounts to."""
    found = outcomes(ontology, patient, closure)
    build = Lists(ontology, patient, closure, found)
    names = [name for name in ontology.list_properties.values() if name not in (DIFFERENTIAL, AGAINST)]
    lists = for_population(closure, {name: build.actions(name) for name in names})
    answered = any(lists[name] for name in ACTED_ON)
    return Assessment(
        id=identifier(ontology, patient.facts),
        ontology=ontology,
        record=patient,
        closure=closure,
        outcomes=found,
        differential=differential(build),
        counterarguments=counterarguments(build),
        lists=lists,
        conflicts=conflicts(build),
        judgements=patient.judgements,
        alerts=alerts(ontology, patient, closure, found, answered),
        inferred=inferred(ontology, patient, closure),
        issues=(*patient.issues, *stale(ontology, patient), *build.issues()),
    )


__all__ = [
    "FICTIONAL",
    "NOTICE",
    "Assessment",
    "Basis",
    "Branch",
    "Reasoner",
    "assess",
    "identifier",
    "notice_for",
    "project",
]
