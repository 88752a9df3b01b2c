"""Cards of CDS Hooks 2.0: what of an assessment a clinician sees beside the chart or an order.

A card says one thing: an alert, an order that a claim speaks against, a conflict, or what the articles say to do. Each
names the claims and articles that it rests on and leads to its proof.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from kg.cache.derived import derived
from kg.export.fhir_case import concept_of
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import TREATMENTS, ConceptKind
from kg.ontology.model import Concept
from kg.render.contract import ActionModel, AssessmentModel, ConflictModel
from kg.render.contract_facts import AlertModel

Json = dict[str, Any]
LONGEST: Final = 139
SPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, terms.BASE + "cds-hooks")
ON_ORDER: Final = ("planned", "running", "responding")
ORDERED: Final = (ConceptKind.PROCEDURE, ConceptKind.ANALYTE)
MOST_SUGGESTED: Final = 5
REASONS: Final = f"{terms.BASE}cds-hooks/override-reason"
OVERRIDE: Final = {
    "not-this-patient": "Does not fit this patient",
    "already-done": "Already done or ordered",
    "risk-accepted": "Benefit outweighs the risk; discussed with the patient",
    "wrong-data": "The record is wrong or out of date",
}


class Indicator(StrEnum):
    """How urgent a card is, by the names of CDS Hooks."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class ServicePlace(NamedTuple):
    """Where the service is reached, and the handle of the assessment there."""

    root: str
    handle: str

    def proof(self, conclusion: str) -> Json:
        url = f"{self.root}v1/assessments/{self.handle}/proofs/{conclusion}"
        return {"label": "Why: the proof", "url": url, "type": "absolute"}

    @property
    def whole(self) -> Json:
        return {"label": "The whole answer", "url": f"{self.root}v1/assessments/{self.handle}", "type": "absolute"}

    def article(self, name: str) -> str:
        return f"{self.root}v1/articles/{name}"


def cards(ontology: Ontology, found: AssessmentModel, place: ServicePlace, ordering: bool) -> list[Json]:
    """The cards of an assessment, the most urgent first; `ordering` is for the hooks that come with draft orders."""
    writer = _CardWriter(ontology, found, place)
    made = [*writer.alerts(), *writer.contraindicated(), *writer.conflicts()]
    if not ordering:
        made += writer.advice()
    order = [*reversed(Indicator)]
    return sorted(made, key=lambda card: order.index(Indicator(card["indicator"])))


@derived
def named(ontology: Ontology) -> Mapping[str, Concept]:
    """The concepts of the vocabulary by their codes."""
    return {concept.code: concept for concept in ontology.concepts.values()}


def may_be_ordered(ontology: Ontology, step: ActionModel) -> bool:
    """Whether a step is something to order that is not done yet."""
    concept = named(ontology).get(step.action)
    wanted = concept is not None and concept.kind in (*ORDERED, *TREATMENTS)
    return wanted and not step.done and "excludes" not in step.relations


class _CardWriter:
    """Writes the cards of one assessment."""

    def __init__(self, ontology: Ontology, found: AssessmentModel, place: ServicePlace) -> None:
        self.ontology, self.found, self.place = ontology, found, place
        claims = found.claims
        self.sentences: Mapping[str, str] = {item.id: item.sentence for item in claims.applicable}

    def alerts(self) -> Iterator[Json]:
        for item in self.found.alerts:
            critical = item.kind == "critical_value"
            yield self._alert(item, Indicator.CRITICAL if critical else Indicator.WARNING)

    def _alert(self, item: AlertModel, indicator: Indicator) -> Json:
        detail = f"{item.sentence}\n\nRests on: {'; '.join(item.sources)}." if item.sources else item.sentence
        return self._card(item.id, item.sentence, indicator, detail, [])

    def contraindicated(self) -> Iterator[Json]:
        """Treatments that are planned or running although a claim speaks against them."""
        for item in self.found.contraindications:
            if item.course in ON_ORDER:
                sure = item.basis == "entailed"
                what = "contraindicated" if sure else "to be avoided"
                summary = f"{item.label}: {what} for this patient [{', '.join(item.claims)}]"
                indicator = Indicator.CRITICAL if sure else Indicator.WARNING
                yield self._card(item.id, summary, indicator, self._reasons(item), item.claims)

    def conflicts(self) -> Iterator[Json]:
        for number, item in enumerate(self.found.conflicts, 1):
            yield self._conflict(f"conflict:{number}", item)

    def _conflict(self, identifier: str, item: ConflictModel) -> Json:
        claims = [*item.supporting, *item.against]
        sides = [("For", item.supporting), ("Against", item.against)]
        lines = [f"- **{side}** {self._sentence(claim)}" for side, names in sides for claim in names]
        summary = f"The articles disagree about {item.label} [{', '.join(claims)}]"
        return self._card(identifier, summary, Indicator.WARNING, "\n".join(lines), claims, proof=False)

    def advice(self) -> Iterator[Json]:
        """What the articles say to do, with drafts of the orders."""
        head = self.found.headline
        steps = [*self.found.escalations, *self.found.next_steps]
        if not head.do and not head.think_of:
            return
        said = [*(f"- {line}" for line in head.do), *(f"- Do not {line}" for line in head.do_not)]
        said += [f"- Think of {line}" for line in head.think_of]
        suggestions = [self._suggestion(step) for step in steps if may_be_ordered(self.ontology, step)][:MOST_SUGGESTED]
        claims = list(dict.fromkeys(claim for step in steps for claim in step.claims))
        summary = (head.do or [f"Think of {head.think_of[0]}"])[0]
        card = self._card("advice", summary, Indicator.INFO, "\n".join(said), claims, proof=False)
        if suggestions:
            card |= {"suggestions": suggestions, "selectionBehavior": "any"}
        yield card

    def _suggestion(self, step: ActionModel) -> Json:
        resource = {
            "resourceType": "ServiceRequest",
            "status": "draft",
            "intent": "proposal",
            "code": concept_of(self.ontology, named(self.ontology)[step.action].name),
            "subject": {"reference": "Patient/patient"},
            "note": [{"text": "; ".join(map(self._sentence, step.claims))}],
        }
        description = f"Drafts an order: {step.label}"
        return {
            "label": _short(f"Order: {step.label}"),
            "uuid": self._uuid(step.id),
            "isRecommended": step.basis == "entailed",
            "actions": [{"type": "create", "description": description, "resource": resource}],
        }

    # -- one card

    def _card(
        self, identifier: str, summary: str, indicator: Indicator, detail: str, claims: list[str], proof: bool = True
    ) -> Json:
        article = claims[0].partition("-")[0] if claims else ""
        source: Json = {"label": self._article(article)}
        if article:
            source["url"] = self.place.article(article)
        links = [*([self.place.proof(identifier)] if proof else []), self.place.whole]
        return {
            "uuid": self._uuid(identifier),
            "summary": _short(summary),
            "indicator": indicator.value,
            "detail": f"{detail}\n\n{self.found.notice}",
            "source": source,
            "links": links,
            "overrideReasons": [
                {"code": code, "system": REASONS, "display": display} for code, display in OVERRIDE.items()
            ],
        }

    def _reasons(self, item: ActionModel) -> str:
        lines = [f"- {self._sentence(claim)}" for claim in item.claims]
        lines += [f"- Exception: {one.text} ({one.state}) [{one.claim}]" for one in item.exceptions]
        return "\n".join(lines)

    def _sentence(self, claim: str) -> str:
        sentence = self.sentences.get(claim)
        if sentence is None and claim in self.ontology.claims:
            sentence = self.ontology.claims[claim].sentence
        return f"{sentence} [{claim}]" if sentence else claim

    def _article(self, name: str) -> str:
        return self.ontology.articles[name].title if name in self.ontology.articles else "Warrant"

    def _uuid(self, identifier: str) -> str:
        return str(uuid.uuid5(SPACE, f"{self.found.id} {identifier}"))


def _short(text: str) -> str:
    """A summary of at most 139 characters, cut between words."""
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;: ") + "…"
