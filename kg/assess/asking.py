"""When asking may end: no open fact could change what to do now, shown by supposing each and reasoning again.

What to do now are the urgent steps, the calls for help, the warnings and the stops that hold in some reading. Each
question of the assessment is tried with every answer that it may have; a quantity as low, normal and high.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Final

from kg.assess.alerts import AlertKind
from kg.assess.assessment import Assessment
from kg.assess.missing import MissingFact
from kg.assess.questions import Asking, Question, urgent_claims
from kg.cache.derived import derived
from kg.facts.patient import Fact, PatientFacts, Status
from kg.ontology.compiled import Ontology
from kg.reasoner.closure import Closure
from kg.reasoner.engine import Engine
from kg.record.assertions import record

UNREAD: Final = (AlertKind.NOT_JUDGED, AlertKind.OUTSIDE_SCOPE)
ACTED_ON: Final = ("escalations", "contraindications", "pitfalls")


def asking(assessment: Assessment, engine: Engine) -> Asking:
    """Try the questions of an assessment in their order, up to the first whose answer changes what to do now.

    Asking may not end where nothing was tried, nor where something that was given could not be read or judged.
    """
    ontology, facts, tried = assessment.ontology, assessment.record.facts, 0
    now = acts(ontology, assessment.closure)
    for question in assessment.questions:
        answers = list(_answers(ontology, question))
        records = [record(ontology, _with(facts, answer), assessment.record.patient) for answer in answers]
        tried += len(records)
        if not records or any(acts(ontology, closure) != now for closure in engine.closures(records)):
            return Asking(False, tried, question)
    unread = any(alert.kind in UNREAD for alert in assessment.alerts)
    return Asking(tried > 0 and not unread, tried)


def acts(ontology: Ontology, closure: Closure) -> frozenset[tuple[str, str]]:
    """What to do now: conclusions, in some reading, of the claims that bear on it."""
    held = closure.claims("claimApplies") | closure.claims("precautionFor")
    held |= {name.partition("/")[0] for name in closure.claims("holdsInReading")}
    return frozenset(pair for name in held for pair in _acting(ontology).get(name, ()))


@derived
def _acting(ontology: Ontology) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Claims that say what to do now, with their conclusions."""
    urgent = urgent_claims(ontology)
    found = {
        name: tuple(
            (predicate, target)
            for predicate, target in claim.conclusions
            if predicate in ontology.lists
            and (name in urgent or ontology.lists[predicate] in ACTED_ON or predicate == "stops")
        )
        for name, claim in ontology.claims.items()
    }
    return {name: pairs for name, pairs in found.items() if pairs}


def _answers(ontology: Ontology, question: Question) -> Iterator[tuple[Fact, ...]]:
    """Every way to answer a question in full."""
    options = [tuple(_options(ontology, fact)) for fact in question.missing]
    yield from product(*options) if all(options) else ()


def _options(ontology: Ontology, fact: MissingFact) -> Iterable[Fact]:
    if not fact.concept:
        return ()
    if fact.list != "measurements":
        statuses = [Status(fact.status), *([Status.ABSENT] if fact.status == Status.PRESENT else [])]
        return [Fact(fact.list, fact.concept, status) for status in statuses]
    axes = (name for name, concept in ontology.concepts.items() if concept.axis and concept.axis[0] == fact.concept)
    return [Fact("findings", name) for name in axes]


def _with(facts: PatientFacts, supposed: Iterable[Fact]) -> PatientFacts:
    """The facts with some more, in place of what was open about them."""
    new = tuple(supposed)
    about = {(fact.concept, fact.list) for fact in new}
    kept = tuple(fact for fact in facts.facts if (fact.concept, fact.list) not in about)
    return replace(facts, facts=(*kept, *new)).ordered()
