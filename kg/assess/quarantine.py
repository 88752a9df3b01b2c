"""Facts that contradict each other: read off the proofs of the clashes, set aside, and reported with those proofs.

A clash is an inference: something is present and, in the same context, absent (docs/model.md, section 3). The
statements in all minimal justifications of clashes are quarantined: they count as unknown, and what was derived from
them goes with them. A justification that contains another one's statements is not minimal. What is measured is in no
clash: a statement against a value is a data issue of the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from kg.assess.contradicted_statements import Label, both_ways, contradicted_label
from kg.facts.patient import DataIssue, Fact, PatientFacts, Status
from kg.ontology.compiled import Ontology
from kg.proof.derivations import Conclusion, Derivations, Instance
from kg.proof.engine_trace import derivations
from kg.proof.proof import Explainer, Proof, ProofLeaf
from kg.reasoner.closure import Closure
from kg.reasoner.engine import Engine
from kg.reasoner.saturation import Saturation
from kg.record.assertions import record
from kg.record.record import Record

CLASH: Final = "hasClash"


@dataclass(frozen=True)
class Clash:
    """A minimal contradiction: the concept, the statements behind it, its justification and its proof."""

    concept: str
    facts: tuple[Fact, ...]
    justification: frozenset[ProofLeaf]
    proof: Proof

    def issue(self, ontology: Ontology) -> DataIssue:
        """The data issue that reports it, with the proof's id and the axioms of the justification."""
        stated = ", ".join(f"{ontology.label(fact.concept)} ({fact.list}: {fact.status})" for fact in self.facts)
        denied = any(fact.status is Status.ABSENT for fact in self.facts)
        names = ontology.label(self.concept), *sorted({ontology.label(fact.concept) for fact in self.facts})
        clash = f"{names[0]} is both present and absent" if denied else f"{' and '.join(names[1:])} exclude each other"
        message = f"{clash} by this record. Set aside: {stated}"
        return DataIssue(
            kind="contradiction",
            message=message,
            concepts=tuple(dict.fromkeys(fact.concept for fact in self.facts)),
            proof=self.proof.id,
            axioms=tuple(sorted(leaf.text for leaf in self.justification if leaf.source)),
        )


@dataclass(frozen=True)
class Settled:
    """A patient's record without the statements that contradict each other, its fixpoint, and the clashes they made.

    `labels` are statements that what is known otherwise contradicts (`kg.assess.contradicted_statements`); they are set
    aside as well.
    """

    record: Record
    clashes: tuple[Clash, ...]
    saturation: Saturation = field(compare=False, repr=False)
    closure: Closure = field(compare=False, repr=False)
    labels: tuple[Label, ...] = ()

    @property
    def quarantined(self) -> frozenset[Fact]:
        """The statements set aside as parts of clashes."""
        return frozenset(fact for clash in self.clashes for fact in clash.facts)


def settle(ontology: Ontology, engine: Engine, facts: PatientFacts, patient: str = "patient/case") -> Settled:
    """The record of some facts with every clash settled, its data issues included.

    Setting facts aside may change what the record lacks and which yardstick is in force, and so bring out another
    clash: it is repeated until there is none. Then labels that the rest contradicts are set aside
    (`kg.assess.contradicted_statements`).
    """
    found: tuple[Clash, ...] = ()
    labels: tuple[Label, ...] = ()
    aside: frozenset[Fact] = frozenset()
    while True:
        settled = record(ontology, facts, patient, aside)
        saturation = engine.saturate(settled)
        closure = engine.closure(saturation)
        new = clashes(engine, saturation, closure)
        more = {fact for clash in new for fact in clash.facts} - aside
        if more:
            found, aside = (*found, *new), aside | more
        elif label := contradicted_label(ontology, engine, facts, aside, saturation, closure):
            labels, aside = (*labels, label), aside | {label.fact}
        else:
            issues = tuple(clash.issue(ontology) for clash in (*found, *new))
            issues += tuple(label.issue(ontology) for label in labels)
            whole = replace(settled, issues=(*settled.issues, *issues))
            return Settled(whole, (*found, *new), replace(saturation, record=whole), closure, labels)


def is_settled(closure: Closure) -> bool:
    """Whether nothing of a record is to be set aside."""
    return not closure.values[CLASH] and not both_ways(closure)


def clashes(engine: Engine, saturation: Saturation, closure: Closure) -> tuple[Clash, ...]:
    """The minimal clashes of a record, fewest statements first."""
    patient = saturation.record
    conclusions = [Conclusion(patient.patient, CLASH, name) for name in closure.values[CLASH]]
    if not conclusions:
        return ()
    known = derivations(engine, saturation)
    explainer = Explainer(known)
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
                proof=Explainer(_within(known, one, conclusion)).proof(conclusion),
            )
    minimal = [statements for statements in kept if not any(other < statements for other in kept)]
    return tuple(kept[one] for one in sorted(minimal, key=lambda one: (len(one), sorted(one))))


def _within(known: Derivations, leaves: Iterable[ProofLeaf], conclusion: Conclusion) -> Derivations:
    """What a conclusion can be derived from by some facts and axioms alone."""
    texts = {leaf.text for leaf in leaves}
    kept: dict[Conclusion, list[Instance]] = {}
    todo = [known.node(conclusion)]
    while todo:
        node = todo.pop()
        head = known.text(node)
        if head in kept:
            continue
        kept[head] = []
        for _, rule, axiom, premises in known.group(node):
            if (str(head) if axiom is None else known.axiom(axiom)[1]) in texts:
                kept[head].append(Instance(head, rule, axiom, tuple(map(known.text, premises))))
                todo += premises
    return Derivations({head: group for head, group in kept.items() if group}, known.axioms)
