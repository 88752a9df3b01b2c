"""Statements that what is known otherwise contradicts: a claim would both apply and be excluded.

Presence and absence of one thing are a clash (`kg.assess.quarantine`). Here a label contradicts what decides it:
something stated as unexplained beside its recorded cause, as lasting beside values that show it is not. The label gives
way, the facts that decide stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kg.facts.patient import DataIssue, Fact, PatientFacts, Status
from kg.ontology.compiled import Ontology
from kg.proof.derivations import Conclusion
from kg.proof.engine_trace import derivations
from kg.proof.proof import Explainer
from kg.reasoner.closure import Closure
from kg.reasoner.engine import Engine
from kg.reasoner.saturation import Saturation
from kg.record.assertions import record

SIDES: Final = ("claimApplies", "claimExcluded")


@dataclass(frozen=True)
class Label:
    """A statement that is set aside, and the claims that both applied and were excluded with it."""

    fact: Fact
    claims: tuple[str, ...]

    def issue(self, ontology: Ontology) -> DataIssue:
        """The data issue that reports it."""
        fact, claims = self.fact, ", ".join(self.claims)
        message = (
            f"{ontology.label(fact.concept)} ({fact.list}: {fact.status}) is contradicted by the rest of the record"
        )
        message += f" ({claims} would apply and be excluded). Set aside."
        return DataIssue("label_against_record", message, (fact.concept,))


def contradicted_label(
    ontology: Ontology,
    engine: Engine,
    facts: PatientFacts,
    aside: frozenset[Fact],
    saturation: Saturation,
    closure: Closure,
) -> Label | None:
    """The first statement without which fewer claims apply and are excluded at once; nothing if there is none.

    `closure` is that of `saturation`. Findings come before diagnoses and the like, absences before presences: labels
    before what decides them.
    """
    both = both_ways(closure)
    for fact in behind(engine, saturation, both) if both else ():
        without = record(ontology, facts, saturation.record.patient, aside | {fact})
        if both_ways(engine.closure(engine.saturate(without))) < both:
            return Label(fact, tuple(sorted(both)))
    return None


def both_ways(closure: Closure) -> frozenset[str]:
    """The claims that apply and are excluded."""
    applies, excluded = map(closure.claims, SIDES)
    return applies & excluded


def behind(engine: Engine, saturation: Saturation, claims: frozenset[str]) -> list[Fact]:
    """The statements in justifications of either side of claims, in the order in which they give way."""
    explainer = Explainer(derivations(engine, saturation))
    texts = {leaf.text for item in _sides(saturation, claims) for one in explainer.justifications(item) for leaf in one}
    said = ((f"{one.subject} {one.predicate} {one.object}", some) for one, some in saturation.record.behind.items())
    return sorted({fact for text, some in said if text in texts for fact in some}, key=_standing)


def _sides(saturation: Saturation, claims: frozenset[str]) -> Iterator[Conclusion]:
    for claim in sorted(claims):
        for side in SIDES:
            yield Conclusion(saturation.record.patient, side, f"claim/{claim}")


def _standing(fact: Fact) -> tuple[bool, bool, tuple[str, ...]]:
    return fact.list != "findings", fact.status is Status.PRESENT, fact.key
