"""An assessment as an in-toto statement whose predicate holds everything a verifier needs (docs/certificate.md).

program, ontology      what made it, by version and digest
facts, record          the patient's facts, and the assertions that they amount to
steps, conclusions     one proof DAG for all conclusions, and their ids and words
outcomes, cited        every claim's outcome; sentence, passage, markers and doubts of every claim that is used
open, usage            countermodels of the claims that stay open; where each fact was used
answer                 what is shown to the reader
reading                all of it in plain words
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kg.assess import Assessment, Reasoner
from kg.assess.outcomes import Outcome
from kg.certificate.canonical import digest
from kg.certificate.countermodels import openness
from kg.certificate.knowledge_base import KnowledgeBase
from kg.certificate.plain import to_plain
from kg.certificate.program import program
from kg.certificate.reading import reading
from kg.errors import InputError, Problem
from kg.explanations.differences import what_if
from kg.facts.patient import Fact, Measurement, PatientFacts
from kg.proof.derivations import Conclusion
from kg.proof.proof import Explainer, Step
from kg.record.record import Record

TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "https://w3id.org/warrant/certificate/v1"
TIME: Final = "time"
Json = Any


def statement(assessment: Assessment, reasoner: Reasoner, base: KnowledgeBase, answer: Json, time: str) -> Json:
    """The statement about an assessment. `answer` is what is shown of it, as JSON data; `time` an RFC 3339 instant.

    Raises InputError for an assessment that has no proofs because HermiT made it.
    """
    predicate = _StatementWriter(assessment, reasoner, base).predicate(answer)
    return {
        "_type": TYPE,
        "predicateType": PREDICATE,
        "subject": subjects(predicate),
        "predicate": {**predicate, TIME: time},
    }


def subjects(predicate: Mapping[str, Json]) -> list[Json]:
    """What the statement is about: each part of the predicate but the time, by name and digest."""
    return [{"name": name, "digest": {"sha256": digest(predicate[name])}} for name in sorted(predicate) if name != TIME]


def record_json(record: Record) -> Json:
    """The assertions of a record, and the groups of individuals that all differ."""
    return {
        "patient": record.patient,
        "assertions": [[item.subject, item.predicate, item.object, item.leaf.value] for item in record.assertions],
        "different": [list(group) for group in record.different],
    }


def facts_of(record: Json) -> list[tuple[str, str, str]]:
    """The facts of a record as proofs name them."""
    found = [(s, p, o) for s, p, o, _ in record["assertions"]]
    for group in record["different"]:
        names = sorted(group)
        found += [(one, "differentFrom", other) for place, one in enumerate(names) for other in names[place + 1 :]]
    return sorted(set(found))


class _StatementWriter:
    def __init__(self, assessment: Assessment, reasoner: Reasoner, base: KnowledgeBase) -> None:
        if assessment.explainer is None:
            raise InputError([Problem(assessment.id, "has no proofs: HermiT gives none.", "Assess with the engine.")])
        self.assessment, self.reasoner, self.base = assessment, reasoner, base
        self.explainer: Explainer = assessment.explainer
        self.record = assessment.record

    def predicate(self, answer: Json) -> dict[str, Json]:
        named = conclusions_of(self.assessment)
        inferred = {item.conclusion for item in self.assessment.inferred if item.conclusion}
        steps = self.explainer.steps(sorted({*named.values(), *inferred}))
        number = {step.id: place for place, step in enumerate(steps)}
        last = {step.conclusion: place for place, step in enumerate(steps)}
        record = record_json(self.record)
        conclusions = [self._conclusion(name, one, last[one]) for name, one in sorted(named.items())]
        found = {
            "program": program(),
            "ontology": {"version": self.base.version, "modules": self.base.modules},
            "facts": to_plain(self.record.facts),
            "aside": [to_plain(fact) for fact in self._aside()],
            "record": record,
            "steps": [_step(step, number) for step in steps],
            "conclusions": conclusions,
            "outcomes": {name: str(item.outcome) for name, item in sorted(self.assessment.outcomes.by_claim.items())},
            "cited": [self._cited(name) for name in cited_claims([step.source for step in steps])],
            "open": self._open(record),
            "usage": self._usage(steps, named),
            "answer": answer,
        }
        return {**found, "reading": reading(found)}

    def _aside(self) -> Iterable[Fact]:
        """The facts that were set aside because they contradict others."""
        return sorted(self.record.aside, key=lambda fact: fact.key)

    def _conclusion(self, name: str, conclusion: Conclusion, step: int) -> Json:
        words = self.base.checker.names.words(conclusion)
        return {"id": name, "statement": list(conclusion), "words": words, "step": step}

    def _cited(self, claim: str) -> Json:
        citations = self.base.checker.citations
        return {
            "id": claim,
            "sentence": citations.sentence(claim),
            "passage": citations.passage(claim),
            "markers": citations.markers(claim),
            "doubts": citations.doubts(claim),
        }

    def _open(self, record: Json) -> Json:
        found = openness(self.assessment.ontology, self.base.checker.models, facts_of(record), self.record.patient)
        models = [
            {"added": list(map(list, one.added)), "holds": list(one.holds), "fails": list(one.fails)}
            for one in found.models
        ]
        return {
            "models": models,
            "without_model": {"holds": list(found.never_holds), "fails": list(found.never_fails)},
        }

    # -- where each fact was used

    def _usage(self, steps: Iterable[Step], named: Mapping[str, Conclusion]) -> Json:
        below = _leaves(steps)
        facts = self.record.facts
        rows: list[Fact | Measurement] = [*facts.facts, *facts.measurements]
        return [self._use(place, item, below, named) for place, item in enumerate(rows)]

    def _use(
        self,
        place: int,
        item: Fact | Measurement,
        below: Mapping[Conclusion, frozenset[Conclusion]],
        named: Mapping[str, Conclusion],
    ) -> Json:
        mine = frozenset(Conclusion(*triple) for triple in behind(self.record, item))
        used = sorted(name for name, conclusion in named.items() if not below[conclusion].isdisjoint(mine))
        return {
            "fact": place,
            "assertions": sorted(map(list, mine)),
            "used_in": used,
            "without": self._without(item, used),
        }

    def _without(self, item: Fact | Measurement, used: list[str]) -> list[str]:
        """What would be otherwise without a fact that no proof rests on: ids of claims and entries."""
        if used:
            return []
        nothing = PatientFacts(self.record.facts.as_of)
        found = what_if(self.assessment, self.reasoner, nothing, [item])
        return sorted({*found.claims, *found.added, *found.removed})


def behind(record: Record, item: Fact | Measurement) -> list[tuple[str, str, str]]:
    """The assertions of a record that a fact stands behind: what it states, or what is said of the value."""
    if isinstance(item, Fact):
        return [(one.subject, one.predicate, one.object) for one, facts in record.behind.items() if item in facts]
    day = str(item.date) if item.date else "undated"
    start = f"{record.patient}/{item.quantity}-{day}"
    return [
        (one.subject, one.predicate, one.object)
        for one in record.assertions
        if one.subject.startswith(start) or one.object.startswith(start)
    ]


def conclusions_of(assessment: Assessment) -> dict[str, Conclusion]:
    """Every conclusion that is proved, by its id: entries of lists, claims that apply or are excluded, alerts."""
    outcomes = assessment.outcomes
    decided = [*outcomes.ids(Outcome.APPLICABLE), *outcomes.ids(Outcome.EXCLUDED)]
    named = {name: assessment.conclusion(name) for name in (*assessment.items, *decided)}
    named |= {alert.id: alert.conclusion for alert in assessment.alerts}
    return {name: conclusion for name, conclusion in named.items() if conclusion is not None}


def cited_claims(sources: Iterable[str]) -> list[str]:
    """The claims among the sources of steps."""
    return sorted({source.removeprefix("claim/") for source in sources if source.startswith("claim/")})


def _step(step: Step, number: Mapping[str, int]) -> Json:
    """A step with its premises by number: those before it."""
    return {
        "conclusion": list(step.conclusion),
        "rule": step.rule,
        "axiom": str(step.axiom) if step.axiom else None,
        "source": step.source,
        "premises": sorted(number[premise] for premise in step.premises),
    }


def _leaves(steps: Iterable[Step]) -> dict[Conclusion, frozenset[Conclusion]]:
    """Each conclusion with the facts at the end of its proof."""
    by_id: dict[str, frozenset[Conclusion]] = {}
    found: dict[Conclusion, frozenset[Conclusion]] = {}
    for step in steps:
        leaves = frozenset().union(*(by_id[premise] for premise in step.premises)) if step.premises else frozenset()
        own = frozenset({step.conclusion}) if step.source == "record" else leaves
        by_id[step.id] = found[step.conclusion] = own
    return found
