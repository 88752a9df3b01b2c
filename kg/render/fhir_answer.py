"""An assessment as a Bundle of HL7 FHIR R4: guidance, proposals of orders, issues, and where all of it comes from.

Every proposal and issue carries the sentences of its claims and cites their articles, and says that it supplements
clinical judgment: basis, sources and limits, as the guidance on clinical decision support of the US Food and Drug
Administration asks of software whose recommendations can be reviewed (criterion 4).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kg import __version__
from kg.export.fhir_case import concept_of
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.render.cards import ServicePlace, may_be_ordered, named
from kg.render.contract import ActionModel, AssessmentModel
from kg.render.contract_facts import NotUnderstoodModel

Json = dict[str, Any]
FHIR_JSON: Final = "application/fhir+json"
SPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, terms.BASE + "fhir-answer")
SUBJECT: Final = {"reference": "Patient/patient"}
PRIORITY: Final[Mapping[str, str]] = {"immediate": "stat", "urgent": "urgent", "red_flag": "urgent"}
HIGH, MODERATE = "high", "moderate"
# reason that something was not used → code of http://hl7.org/fhir/R4/valueset-issue-type.html
ISSUE_TYPES: Final[Mapping[str, str]] = {
    "unknown_name": "code-invalid", "outside_articles": "not-supported", "ambiguous": "multiple-matches",
    "unit_unknown": "code-invalid", "unit_does_not_fit": "value", "not_a_number": "value", "impossible_value": "value",
    "other_person": "informational", "other_specimen": "informational", "entered_in_error": "deleted",
    "unsupported": "not-supported",
}  # fmt: skip
# what may be missed by it; the rest is of no account here
WARNED: Final = ("unknown_name", "ambiguous", "unit_unknown", "unit_does_not_fit", "not_a_number", "impossible_value")


def answer_bundle(ontology: Ontology, found: AssessmentModel, day: str, place: ServicePlace | None = None) -> Json:
    """The resources of an answer as JSON data. `day` is that of the assessment; `place` where it is kept, if it is."""
    writer = _BundleWriter(ontology, found, f"{day}T00:00:00Z", place)
    resources = [*writer.resources()]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": writer.time,
        "entry": [{"fullUrl": f"urn:uuid:{item['id']}", "resource": item} for item in resources],
    }


class _BundleWriter:
    """Writes the resources of one answer; ids depend on the facts and the ontology only."""

    def __init__(self, ontology: Ontology, found: AssessmentModel, time: str, place: ServicePlace | None) -> None:
        self.ontology, self.found, self.time, self.place = ontology, found, time, place
        self.sentences = {item.id: item.sentence for item in found.claims.applicable}

    def resources(self) -> Iterator[Json]:
        steps = [*self.found.escalations, *self.found.next_steps, *self.found.treatments]
        orders = {step.id: self._order(step) for step in steps if may_be_ordered(self.ontology, step)}
        issues = [*self._issues()]
        yield self._guidance(issues)
        if self.found.not_understood:
            yield self._unused()
        tasks = {step.id: self._task(step) for step in steps if step.id not in orders}
        yield self._group(steps, orders | tasks)
        yield from orders.values()
        yield from tasks.values()
        yield from issues
        if self.place is not None:
            yield self._certificate(self.place)
        yield self._provenance([*orders.values(), *tasks.values(), *issues])

    def _guidance(self, issues: list[Json]) -> Json:
        head = self.found.headline
        lines = [*head.alerts, *(f"Do: {line}" for line in head.do), *(f"Do not: {line}" for line in head.do_not)]
        lines += [f"Think of: {line}" for line in head.think_of]
        if self.found.not_understood:
            lines.append(
                f"Not used: {len(self.found.not_understood)} parts of the record, listed in the OperationOutcome."
            )
        made = self._made("GuidanceResponse", "guidance")
        if self.found.not_understood:
            made["evaluationMessage"] = [{"reference": f"urn:uuid:{self._id('unused')}"}]
        return made | {
            "moduleUri": self.found.ontology_version,
            "status": "success" if self.found.claims.applicable or issues else "data-required",
            "subject": SUBJECT,
            "occurrenceDateTime": self.time,
            "note": [{"text": line} for line in [*lines, self.found.notice]],
            "result": {"reference": f"urn:uuid:{self._id('group')}"},
        }

    def _unused(self) -> Json:
        """What of the record was not used, each with its place and why."""
        return self._made("OperationOutcome", "unused") | {
            "issue": [_issue_of(item) for item in self.found.not_understood]
        }

    def _group(self, steps: list[ActionModel], resources: Mapping[str, Json]) -> Json:
        actions = []
        for step in steps:
            action: Json = {
                "title": step.label,
                "description": "; ".join(self._sentence(claim) for claim in step.claims),
                "documentation": self._citations(step.claims),
                "resource": {"reference": f"urn:uuid:{resources[step.id]['id']}"},
            }
            if step.urgency in PRIORITY:
                action["priority"] = PRIORITY[str(step.urgency)]
            actions.append(action)
        group = self._made("RequestGroup", "group") | {
            "status": "active",
            "intent": "proposal",
            "subject": SUBJECT,
            "authoredOn": self.time,
        }
        return group | ({"action": actions} if actions else {})

    def _order(self, step: ActionModel) -> Json:
        order = {"status": "draft", "code": concept_of(self.ontology, named(self.ontology)[step.action].name)}
        return self._proposed("ServiceRequest", "subject", step, order)

    def _task(self, step: ActionModel) -> Json:
        """A step that is nothing to order, or is done: RequestGroup wants a resource of every action (rqg-1)."""
        task = {"status": "completed" if step.done else "draft", "description": step.label}
        return self._proposed("Task", "for", step, task)

    def _proposed(self, kind: str, patient: str, step: ActionModel, fields: Json) -> Json:
        made = self._made(kind, step.id) | {
            "intent": "proposal",
            patient: SUBJECT,
            "authoredOn": self.time,
            "note": [{"text": self._sentence(claim)} for claim in step.claims] + [{"text": self._limits(step.basis)}],
        }
        return made | fields | ({"priority": PRIORITY[str(step.urgency)]} if step.urgency in PRIORITY else {})

    def _issues(self) -> Iterator[Json]:
        for alert in self.found.alerts:
            severity = HIGH if alert.kind == "critical_value" else MODERATE
            yield self._issue(alert.id, alert.kind, severity, alert.sentence, [])
        for item in self.found.contraindications:
            detail = "; ".join(self._sentence(claim) for claim in item.claims)
            text = f"{item.label}: {detail}. {self._limits(item.basis)}"
            severity = HIGH if item.basis == "entailed" else MODERATE
            yield self._issue(item.id, "contraindication", severity, text, item.claims)
        for number, conflict in enumerate(self.found.conflicts, 1):
            claims = [*conflict.supporting, *conflict.against]
            text = f"{conflict.label}: the articles disagree. " + "; ".join(map(self._sentence, claims))
            yield self._issue(f"conflict:{number}", "conflict", MODERATE, text, claims)
        for number, data in enumerate(self.found.data_issues, 1):
            yield self._issue(f"data:{number}", data.kind, MODERATE, data.message, [])

    def _issue(self, name: str, kind: str, severity: str, text: str, claims: list[str]) -> Json:
        made = self._made("DetectedIssue", name) | {
            "status": "final",
            "code": {"text": kind.replace("_", " ")},
            "severity": severity,
            "patient": SUBJECT,
            "identifiedDateTime": self.time,
            "detail": text,
        }
        sources = [url for item in self._citations(claims) if (url := item.get("url"))]
        return made | ({"reference": sources[0]} if sources else {})

    def _certificate(self, place: ServicePlace) -> Json:
        url = f"{place.root}v1/assessments/{place.handle}/certificate"
        return self._made("DocumentReference", "certificate") | {
            "status": "current",
            "subject": SUBJECT,
            "date": self.time,
            "description": "Facts, conclusions and proofs, signed",
            "content": [{"attachment": {"contentType": "application/json", "url": url}}],
        }

    def _provenance(self, targets: list[Json]) -> Json:
        articles = [item.article for item in self.found.sources]
        entities = [
            {"role": "source", "what": {"identifier": {"value": name}, "display": self._title(name)}}
            for name in articles
        ]
        agent = {"who": {"display": f"Warrant {__version__}, {self.found.ontology_version}"}}
        made = self._made("Provenance", "provenance") | {
            "target": [{"reference": f"urn:uuid:{item['id']}"} for item in targets]
            or [{"reference": f"urn:uuid:{self._id('guidance')}"}],
            "recorded": self.time,
            "agent": [agent],
        }
        return made | ({"entity": entities} if entities else {})

    # -- parts

    def _made(self, kind: str, name: str) -> Json:
        return {"resourceType": kind, "id": self._id(name)}

    def _id(self, name: str) -> str:
        return str(uuid.uuid5(SPACE, f"{self.found.id} {name}"))

    def _sentence(self, claim: str) -> str:
        known = self.ontology.claims.get(claim)
        sentence = self.sentences.get(claim) or (known.sentence if known else "")
        return f"{sentence} [{claim}]".strip()

    def _citations(self, claims: list[str]) -> list[Json]:
        names = dict.fromkeys(claim.partition("-")[0] for claim in claims)
        root = self.place.root if self.place else terms.BASE
        return [
            {"type": "citation", "label": name, "display": self._title(name), "url": f"{root}v1/articles/{name}"}
            for name in names
        ]

    def _title(self, article: str) -> str:
        return self.ontology.articles[article].title if article in self.ontology.articles else article

    def _limits(self, basis: str) -> str:
        said = {
            "entailed": "It follows from the facts given in every reading of the article.",
            "precautionary": "It is a precaution: facts that would decide it are not known.",
            "ambiguous": "It follows in one reading of the article or for one value of a range only.",
        }
        return f"{said.get(basis, '')} It supplements clinical judgment.".strip()


def _issue_of(item: NotUnderstoodModel) -> Json:
    """A part of the record that was not used; its place as FHIRPath where it was FHIR."""
    issue: Json = {
        "severity": "warning" if item.reason in WARNED else "information",
        "code": ISSUE_TYPES[item.reason],
        "details": {"text": item.reason.replace("_", " ")},
        "diagnostics": f"{item.text}: {item.message}",
    }
    if item.path is None:
        return issue
    inside = item.path.removeprefix("$.")
    return issue | {"expression": [f"Bundle.{inside}" if inside.startswith("entry[") else inside]}
