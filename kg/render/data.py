"""An assessment as JSON data: field names of docs/contract.md, every list in a fixed order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import cached_property, partial
from typing import Any, Final

from kg.assess import Action, Assessment, Branch, Conflict, Differential, Item, Prerequisite, notice_for
from kg.assess.alerts import Alert
from kg.assess.inferred import Inferred
from kg.assess.issues import age_in_days, current, facts_of
from kg.assess.missing import Find, MissingFact
from kg.assess.open_claims import left_out, listed
from kg.assess.outcomes import ClaimOutcome, Outcome
from kg.assess.questions import Asking, Question
from kg.assess.results import ResultReading
from kg.cache.derived import derived
from kg.certificate import sign_off
from kg.explanations.differences import WhyNot
from kg.facts.patient import DataIssue, Measurement
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.ontology.ordering import Harm
from kg.proof.derivations import Conclusion
from kg.render.claims import claim_source, marker_json, reference_json
from kg.render.explanation_types import CONTRASTIVE
from kg.render.facts import fact_json, fragment, measurement_json, patient_json, unread_json
from kg.render.lead import Lead
from kg.render.parts import Parts

Data = dict[str, Any]
HEADS: Final = {"alerts": "Alert", "do": "Do", "do_not": "Do not", "think_of": "Think of"}
COMPACT: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def as_json(
    assessment: Assessment,
    proofs: bool = False,
    open_claims: bool = True,
    every: bool = False,
    wanted: Callable[[str], bool] = lambda name: True,
) -> Data:
    """The assessment as data; with `proofs`, every proof it names stands in `proofs` by id.

    Without `open_claims`, nothing stands in `undetermined`: for a writer that has these claims as text. With `every`
    one, all of them stand there however many they are. Fields that are not `wanted` are neither made nor there.
    """
    return _AnswerWriter(assessment, open_claims=open_claims, every=every).whole(proofs, wanted)


def headline(assessment: Assessment) -> Data:
    """The first lines of the text answer; the texts under `do` never reassure while there is an alert."""
    said = {one.heading: [row.text for row in one.rows] for one in Lead(Parts(assessment)).sections()}
    return {field: said.get(heading, []) for field, heading in HEADS.items()}


def notice(assessment: Assessment) -> str:
    """The disclaimer and the review state of the articles that the answer rests on."""
    return f"{notice_for(assessment.ontology)} {review(assessment)}".strip()


def review(assessment: Assessment) -> str:
    """Date and review state of each article whose claims apply."""
    used = sorted({claim.article for claim in assessment.applicable()})
    states = (assessment.ontology.articles[name] for name in used)
    said = [
        f"Article {state.id}: last updated {state.modified}, human review {state.human_review}, "
        f"active stage {state.active_stage}."
        for state in states
    ]
    return " ".join((*said, *sign_off.unsigned(assessment.ontology, [claim.id for claim in assessment.applicable()])))


class _AnswerWriter:
    def __init__(
        self, assessment: Assessment, supposing: bool = False, open_claims: bool = True, every: bool = False
    ) -> None:
        self.assessment, self.ontology, self.supposing = assessment, assessment.ontology, supposing
        self.open_claims = listed(assessment, every) if open_claims else ()
        self.left_out = left_out(assessment, every)
        self.proved: dict[str, Conclusion] = {}
        self.current = {id(value): item for item in current(assessment.record) for value in item.values}

    @cached_property
    def results(self) -> Mapping[str, tuple[ResultReading, ...]]:
        return self.assessment.result_readings

    def whole(self, proofs: bool, wanted: Callable[[str], bool]) -> Data:
        item, record = self.assessment, self.assessment.record
        made: Mapping[str, Callable[[], Any]] = {
            "id": lambda: item.id,
            "ontology_version": lambda: self.ontology.version,
            "notice": lambda: notice(item),
            "headline": lambda: headline(item),
            "alerts": lambda: [self.alert(one) for one in item.alerts],
            "patient": lambda: patient_json(self.ontology, record.facts),
            "understood": lambda: [
                *(fact_json(self.ontology, one) for one in record.facts.facts),
                *map(self.measurement, record.facts.measurements),
            ],
            "not_understood": lambda: [unread_json(one) for one in record.facts.unread],
            "inferred": lambda: [self.inference(one) for one in item.inferred],
            "claims": self.claims,
            "differential": lambda: [self.condition(one) for one in item.differential],
            "counterarguments": lambda: [
                {**self._head(one, "condition"), "claims": list(one.claims)} for one in item.counterarguments
            ],
            **{name: partial(self._actions, items) for name, items in item.lists.items()},
            "branches": lambda: None if item.branches is None else [self.branch(one) for one in item.branches],
            "conflicts": lambda: [conflict_json(one) for one in item.conflicts],
            "questions": lambda: [self.question(one) for one in item.questions],
            "asking": lambda: self.asking(item.asking) if item.asking else None,
            "data_issues": lambda: [self.issue(one) for one in item.issues],
            "sources": self.sources,
        }
        data: Data = {name: make() for name, make in made.items() if wanted(name)}
        if proofs:
            data["proofs"] = self.proofs()
        return data

    def _actions(self, items: Iterable[Action]) -> list[Data]:
        return [self.action(one) for one in items]

    # -- proofs

    def proof(self, conclusion: Conclusion) -> str | None:
        number = None if self.supposing else self.assessment.proof_id(conclusion)
        if number is not None:
            self.proved[number] = conclusion
        return number

    def proofs(self) -> Data:
        explainer = self.assessment.explainer
        if explainer is None:
            return {}
        return {number: explainer.proof(conclusion).to_json() for number, conclusion in sorted(self.proved.items())}

    # -- what must be seen first

    def alert(self, item: Alert) -> Data:
        return {
            "id": item.id,
            "kind": str(item.kind),
            "concept": self.ontology.codes.get(item.concept),
            "sentence": item.sentence,
            "sources": list(item.sources),
            "proof": self.proof(item.conclusion),
        }

    def inference(self, item: Inferred) -> Data:
        return {
            "concept": self.ontology.codes[item.concept],
            "label": self.ontology.label(item.concept),
            "status": str(item.status),
            "proof": self.proof(item.conclusion) if item.conclusion else None,
        }

    # -- facts

    def measurement(self, item: Measurement) -> Data:
        occasion = self.current.get(id(item))
        days = age_in_days(self.assessment.record, occasion) if occasion else None
        return measurement_json(self.ontology, item, occasion is not None, days, self.assessment.judgements.get(item))

    # -- claims

    def claims(self) -> Data:
        found, patient = self.assessment.outcomes, self.assessment.record.patient
        return {
            "applicable": [
                {
                    "id": claim.id,
                    "kind": claim.kind,
                    "sentence": claim.sentence,
                    "proof": self.proof(Conclusion(patient, "claimApplies", f"claim/{claim.id}")),
                    "review": str(sign_off.review(self.ontology, claim.id).state),
                }
                for claim in self.assessment.applicable()
            ],
            "undetermined": [undetermined(self.ontology, item.claim, item.find_missing) for item in self.open_claims],
            "ambiguous": [self.ambiguous(item) for item in found.of(Outcome.AMBIGUOUS)],
            "excluded": [
                {"id": name, "proof": self.proof(Conclusion(patient, "claimExcluded", f"claim/{name}"))}
                for name in found.ids(Outcome.EXCLUDED)
            ],
            **({"undetermined_left_out": self.left_out} if self.left_out else {}),
        }

    def ambiguous(self, item: ClaimOutcome) -> Data:
        return {
            "id": item.claim,
            "holds_in": list(item.holds_in),
            "fails_in": list(item.fails_in),
            "missing": self.sets(item.missing),
            "reason": item.reason,
        }

    def sets(self, missing: Iterable[tuple[MissingFact, ...]]) -> list[list[Data]]:
        return [_fragments(self.ontology, facts) for facts in missing]

    # -- lists

    def condition(self, item: Differential) -> Data:
        return {
            **self._head(item, "condition"),
            "state": str(item.state),
            "parent": self.ontology.codes[item.parent] if item.parent else None,
            "strength": item.strength,
            "for": list(item.claims),
            "against": list(item.against),
            "evidence_for": [self.evidence(name) for name in item.claims],
            "evidence_against": [self.evidence(name) for name in item.against],
            "explains": [self.ontology.codes[name] for name in item.explains],
            "unexplained": [self.ontology.codes[name] for name in item.unexplained],
            "harm_if_missed": harm_json(item.harm_if_missed) if item.harm_if_missed else None,
            "rank_reason": item.rank_reason,
        }

    def evidence(self, claim: str) -> Data:
        """A claim with its sentence and how strongly it is put."""
        found = self.ontology.claims[claim]
        return {"claim": claim, "sentence": found.sentence, "strength": found.field("strength")}

    def action(self, item: Action) -> Data:
        return {
            **self._head(item, "action"),
            "relations": [self.ontology.label(name) for name in item.relations],
            "modality": list(item.modality),
            "urgency": item.urgency or None,
            "within": list(item.within),
            "purpose": list(item.purpose),
            "after": [
                {
                    "id": one.id or None,
                    "concept": self.ontology.codes[one.concept],
                    "label": one.label,
                    "claim": one.claim,
                }
                for one in item.after
            ],
            "alternative_to": list(item.alternative_to),
            "done": item.done,
            "done_on": item.done_on or None,
            "course": str(item.course) if item.course else None,
            "supersedes": list(item.supersedes),
            "scope": list(item.scope),
            "exceptions": [asdict(one) for one in item.exceptions],
            "regimen": [{**asdict(phase), "substance": self.ontology.codes[phase.substance]} for phase in item.regimen],
            "results": [] if self.supposing else [self.result(one) for one in self.results.get(item.id, ())],
            "claims": list(item.claims),
        }

    def result(self, item: ResultReading) -> Data:
        """What a result would mean: the facts that it would show, and the claim that would apply, with its doses."""
        claim = self.ontology.claims[item.claim]
        regimen = [{**asdict(phase), "substance": self.ontology.codes[phase.substance]} for phase in claim.regimen]
        facts = [fact.fragment(self.ontology.codes) for fact in item.facts]
        shown = " and ".join(fact.label for fact in item.facts)
        return {"if": facts, "label": shown, "claim": claim.id, "sentence": claim.sentence, "regimen": regimen}

    def prerequisite(self, item: Prerequisite) -> Data:
        code = self.ontology.codes[item.concept]
        return {"id": item.id or None, "concept": code, "label": item.label, "claim": item.claim}

    def _head(self, item: Item, key: str) -> Data:
        return {
            "id": item.id,
            "proof": self.proof(item.conclusion),
            "basis": str(item.basis),
            key: self.ontology.codes[item.concept],
            "label": item.label,
        }

    def branch(self, branch: Branch) -> Data:
        """What is new under the assumption. Its proofs belong to the case with that fact, so none is named here."""
        writer = _AnswerWriter(self.assessment, supposing=True)
        actions = {name: [writer.action(item) for item in items] for name, items in branch.lists.items()}
        differential = [writer.condition(item) for item in branch.differential]
        return {
            "if": dict(branch.condition),
            "label": branch.label,
            "then": {"claims": list(branch.claims), "differential": differential, **actions},
            "no_longer": list(branch.gone),
        }

    def asking(self, item: Asking) -> Data:
        """Whether asking may end, and the first question whose answer could change what to do now."""
        changing = self.question(item.could_change) if item.could_change else None
        return {"done": item.done, "tried": item.tried, "could_change": changing}

    def question(self, item: Question) -> Data:
        return {
            "missing": [fact.fragment(self.ontology.codes) for fact in item.missing],
            "label": " and ".join(fact.label for fact in item.missing),
            "settles": list(item.settles),
            "red_flag": item.red_flag,
            "effort": item.effort,
        }

    # -- the data and the sources

    def issue(self, issue: DataIssue) -> Data:
        facts = facts_of(self.ontology, self.assessment.record, issue)
        data = {
            "kind": issue.kind,
            "message": issue.message,
            "facts": [fragment(self.ontology, fact) for fact in facts],
        }
        unit = {"suggested_unit": issue.suggested_unit} if issue.suggested_unit else {}
        return {**data, "concepts": [self.ontology.codes.get(name, name) for name in issue.concepts], **unit}

    def sources(self) -> list[Data]:
        """Each article that the answer rests on: passages, markers by state, and the references they resolve to."""
        claims = self._resting_on()
        return [
            self._article(name, [claim for claim in claims if claim.article == name])
            for name in sorted({claim.article for claim in claims})
        ]

    def _resting_on(self) -> list[Claim]:
        names = {claim.id for claim in self.assessment.applicable()}
        names |= {name for item in self.assessment.items.values() for name in item.claims}
        return [self.ontology.claims[name] for name in sorted(names)]

    def _article(self, name: str, claims: list[Claim]) -> Data:
        article = self.ontology.articles[name]
        markers = {marker.number: marker for claim in claims for marker in claim.markers}
        used = {marker.reference for marker in markers.values() if marker.reference}
        return {
            "article": name,
            "title": article.title,
            "publisher": article.publisher,
            "last_updated": article.modified,
            "human_review": article.human_review,
            "active_stage": article.active_stage,
            "passages": [_source(self.ontology, claim.id) for claim in claims],
            "markers": [marker_json(markers[number]) for number in sorted(markers)],
            "references": [_reference(self.ontology, iri) for iri in sorted(used & self.ontology.references.keys())],
        }


def harm_json(harm: Harm) -> Data:
    """What is lost when a condition is found too late, and the source that says so."""
    return {"level": harm.level, "text": harm.text, "source": harm.source}


def conflict_json(item: Conflict) -> Data:
    """Claims for and against, and whether a rule of the articles resolves it."""
    return {
        "action": item.action,
        "label": item.label,
        "for": list(item.supporting),
        "against": list(item.opposing),
        "resolution": item.resolution,
        "rule": item.rule,
    }


def why_not_json(assessment: Assessment, found: WhyNot) -> Data:
    """A claim's outcome with what is missing (fragments of a case) and what contradicts it."""
    return {
        "id": found.outcome.claim,
        "type": CONTRASTIVE,
        "outcome": str(found.outcome.outcome),
        "missing": _AnswerWriter(assessment).sets(found.outcome.missing),
        "blocked_by": list(found.blocks),
    }


def undetermined(ontology: Ontology, claim: str, find: Find) -> Data:
    """A claim that is open, with the sets of facts that would decide it."""
    return {"id": claim, "missing": [_fragments(ontology, facts) for facts in find()]}


@derived
def _source(ontology: Ontology, claim: str) -> Data:
    return claim_source(ontology.claims[claim])


@derived
def _reference(ontology: Ontology, iri: str) -> Data:
    return reference_json(ontology.references[iri])


def dumps(data: object, indent: int | None = 2) -> str:
    """JSON text with non-ASCII letters kept; without `indent`, one line."""
    return json.dumps(data, ensure_ascii=False, indent=indent) if indent else COMPACT.encode(data)


@derived
def _fragments(ontology: Ontology, facts: tuple[MissingFact, ...]) -> list[Data]:
    return [fact.fragment(ontology.codes) for fact in facts]
