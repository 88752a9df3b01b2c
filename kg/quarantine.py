"""Facts that contradict each other: read off the proofs of the clashes, set aside, and reported with those proofs.

A clash is an inference: something is present and, in the same context, absent (MODEL, section 3). The statements in all
minimal justifications of clashes are quarantined: they count as unknown, and what was derived from them goes with them.
A justification that contains another one's statements is not minimal. What is measured is in no clash: a statement
against a value is a data issue of the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from kg.derivations import Derivations, derivations
from kg.facts import DataIssue, Fact, PatientFacts
from kg.ontology import Ontology
from kg.proof import Explainer, Leaf, Proof
from kg.reasoner import Engine
from kg.record import Record, record

CLASH: Final = "hasClash"


@dataclass(frozen=True)
class Clash:
    """A minimal contradiction: the concept, the statements behind it, its justification and its proof."""

    concept: str
    facts: tuple[Fact, ...]
    justification: frozenset[Leaf]
    proof: Proof

    def issue(self, ontology: Ontology) -> DataIssue:
        """The data issue that reports it, with the proof's id and the axioms of the justification."""
        stated = ", ".join(f"{ontology.label(fact.concept)} ({fact.list}: {fact.status})" for fact in self.facts)
        message = f"{ontology.label(self.concept)} is both present and absent by this record. Set aside: {stated}"
        return DataIssue(
            kind="contradiction",
            message=message,
            concepts=tuple(dict.fromkeys(fact.concept for fact in self.facts)),
            proof=self.proof.id,
            axioms=tuple(sorted(leaf.text for leaf in self.justification if leaf.source)),
        )


@dataclass(frozen=True)
class Settled:
    """A patient's record without the statements that contradict each other, and the clashes that they made."""

    record: Record
    clashes: tuple[Clash, ...]

    @property
    def quarantined(self) -> frozenset[Fact]:
        return frozenset(fact for clash in self.clashes for fact in clash.facts)


def settle(ontology: Ontology, engine: Engine, facts: PatientFacts, patient: str = "patient/case") -> Settled:
    """The record of some facts with every clash settled, its data issues included.

    Setting facts aside may change what the record lacks and which yardstick is in force, and so bring out another
    clash: it is repeated until there is none.
    """
    found: tuple[Clash, ...] = ()
    aside: frozenset[Fact] = frozenset()
    while True:
        settled = record(ontology, facts, patient, aside)
        new = _of_record(engine, settled)
        if not {fact for clash in new for fact in clash.facts} - aside:
            issues = tuple(clash.issue(ontology) for clash in (*found, *new))
            return Settled(replace(settled, issues=(*settled.issues, *issues)), (*found, *new))
        found = (*found, *new)
        aside = frozenset(fact for clash in found for fact in clash.facts)


def _of_record(engine: Engine, patient: Record) -> tuple[Clash, ...]:
    saturation = engine.saturate(patient)
    if not engine.closure(saturation).values[CLASH]:
        return ()
    return clashes(patient, derivations(engine, saturation))


def clashes(patient: Record, known: Derivations) -> tuple[Clash, ...]:
    """The minimal clashes of a record, fewest statements first."""
    explainer = Explainer(known)
    conclusions = [item for item in known.depth if item.predicate == CLASH and item.subject == patient.patient]
    rows = [(one, conclusion) for conclusion in conclusions for one in explainer.justifications(conclusion)]
    behind = {f"{item.subject} {item.predicate} {item.object}": facts for item, facts in patient.behind.items()}
    kept: dict[frozenset[str], Clash] = {}
    for one, conclusion in sorted(rows, key=lambda row: (len(row[0]), row[1], sorted(row[0]))):
        statements = frozenset(leaf.text for leaf in one if leaf.text in behind)
        if statements not in kept:
            facts = {fact for text in statements for fact in behind[text]}
            kept[statements] = Clash(
                concept=conclusion.object,
                facts=tuple(sorted(facts, key=lambda fact: fact.key)),
                justification=one,
                proof=Explainer(within(known, one)).proof(conclusion),
            )
    minimal = [statements for statements in kept if not any(other < statements for other in kept)]
    return tuple(kept[one] for one in sorted(minimal, key=lambda one: (len(one), sorted(one))))


def within(known: Derivations, leaves: Iterable[Leaf]) -> Derivations:
    """What can be derived from some facts and axioms alone."""
    texts = {leaf.text for leaf in leaves}
    kept = {
        conclusion: tuple(i for i in group if str(conclusion if i.axiom is None else known.axioms[i.axiom]) in texts)
        for conclusion, group in known.instances.items()
    }
    return Derivations({conclusion: group for conclusion, group in kept.items() if group}, known.axioms)
