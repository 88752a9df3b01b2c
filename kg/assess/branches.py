"""What becomes of the plan under each open diagnosis and each pending result: assessments of changed facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kg.assess.assessment import Assessment, Branch
from kg.assess.differential import differential
from kg.assess.items import Basis, Differential, Item, State
from kg.assess.lists import DIFFERENTIAL, ListRow, Lists
from kg.assess.outcomes import Outcome, outcomes
from kg.assess.quarantine import is_settled, settle
from kg.facts.patient import Fact, PatientFacts, Status
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind
from kg.reasoner.closure import Closure
from kg.reasoner.engine import Engine
from kg.record.assertions import record
from kg.record.record import Record


def branches(assessment: Assessment, engine: Engine) -> tuple[Branch, ...]:
    """One branch for each fact that may turn out so and changes something, in the order of the differential."""
    ontology, facts, patient = assessment.ontology, assessment.record.facts, assessment.record.patient
    open_ones = dict.fromkeys((*_open_diagnoses(assessment), *_pending_results(ontology, facts)))
    supposed = {fact: _supposing(facts, fact) for fact in open_ones}
    records = [record(ontology, after, patient) for after in supposed.values()]
    found = []
    for fact, after, closure in zip(supposed, records, engine.closures(records), strict=True):
        reached = (after, closure)
        if not is_settled(closure):
            settled = settle(ontology, engine, supposed[fact], patient)
            reached = settled.record, settled.closure
        # the entries of all lists follow from these values: where they are the same, nothing is new
        if reached[1].values != assessment.closure.values and (branch := _branch(assessment, *reached, fact)):
            found.append(branch)
    return tuple(found)


def _open_diagnoses(assessment: Assessment) -> Iterator[Fact]:
    """Conditions of the differential and suspected ones, unless the record states them present or absent."""
    facts = assessment.record.facts.facts
    decided = {fact.concept for fact in facts if fact.status in (Status.PRESENT, Status.ABSENT)}
    suspected = [fact.concept for fact in facts if fact.status is Status.SUSPECTED]
    listed = [item.concept for item in assessment.differential if _is_open(item)]
    for concept in dict.fromkeys((*suspected, *listed)):
        if concept not in decided:
            kind = assessment.ontology.concepts[concept].kind
            yield Fact("diagnoses" if kind is ConceptKind.CONDITION else "findings", concept)


def _is_open(item: Differential) -> bool:
    return item.state is State.OPEN and item.basis is Basis.ENTAILED


def _pending_results(ontology: Ontology, facts: PatientFacts) -> Iterator[Fact]:
    """A pending quantity may come back low, normal or high, as far as there are findings for it; else it is there."""
    for fact in facts.facts:
        if fact.status is Status.PENDING:
            outcomes = [
                name for name, concept in ontology.concepts.items() if concept.axis and concept.axis[0] == fact.concept
            ]
            yield from (Fact("findings", name) for name in outcomes)
            if not outcomes:
                yield Fact(fact.list, fact.concept)


def _supposing(facts: PatientFacts, fact: Fact) -> PatientFacts:
    """The facts with one more, in place of what was open about it."""
    open_ones = (Status.SUSPECTED, Status.PENDING, Status.UNKNOWN)
    kept = tuple(item for item in facts.facts if item.concept != fact.concept or item.status not in open_ones)
    return replace(facts, facts=(*kept, fact)).ordered()


def _branch(before: Assessment, after: Record, closure: Closure, fact: Fact) -> Branch | None:
    """What is new; entries are made of those lists only that have something new."""
    ontology, known = before.ontology, before.items
    reached = outcomes(ontology, after, closure)
    build = Lists(ontology, after, closure, reached)
    rows = {name: tuple(build.rows(name)) for name in ontology.list_properties.values()}

    def new(item: Item | ListRow) -> bool:
        old = known.get(item.id)
        return old is None or (old.basis is not item.basis and item.basis is Basis.ENTAILED)

    def changed(name: str) -> bool:
        return any(map(new, rows[name]))

    claims = {claim.id for claim in before.applicable()}
    applying = tuple(name for name in reached.ids(Outcome.APPLICABLE) if name not in claims)
    conditions = differential(build) if changed(DIFFERENTIAL) else ()
    lists = {name: tuple(filter(new, build.actions(name))) if changed(name) else () for name in before.lists}
    there = {row.id for some in rows.values() for row in some}
    gone = tuple(name for name in known if name not in there)
    thought_of = tuple(item for item in conditions if new(item) and item.state is State.OPEN)
    if not (applying or thought_of or gone or any(lists.values())):
        return None
    concept = ontology.concepts[fact.concept]
    entry = {"list": fact.list, "entry": {"concept": concept.code}}
    return Branch(entry, concept.label, applying, thought_of, lists, gone)
