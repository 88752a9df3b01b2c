"""CDS Hooks 2.0: the services, and their cards for a patient whose record comes as prefetch."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.services import Services, services_of
from api.transport.bodies import read_text_body
from api.transport.limits import check_facts
from api.transport.models import CdsService, CdsServices
from api.transport.openapi import problems_of
from api.transport.problems import MissingData
from kg import render
from kg.errors import CaseError, NotFound, Problem
from kg.readers.case.parsing import parse_json
from kg.readers.fhir.format import FHIR, LIMITS
from kg.readers.protocol import Context
from kg.render import dumps
from kg.render.cards import ServicePlace, cards
from kg.render.contract import AssessmentModel

router = APIRouter(prefix="/cds-services", tags=["CDS Hooks"])
TAKEN: Final = ("application/json",)
PREFETCH: Final = {
    "patient": "Patient/{{context.patientId}}",
    "observations": "Observation?patient={{context.patientId}}&category=laboratory&_sort=-date&_count=200",
    "conditions": "Condition?patient={{context.patientId}}",
    "medications": "MedicationRequest?patient={{context.patientId}}",
    "procedures": "Procedure?patient={{context.patientId}}",
    "orders": "ServiceRequest?patient={{context.patientId}}&status=active",
}
ORDERS: Final = "draftOrders"


@dataclass(frozen=True)
class Hook:
    """A service: the hook that it answers, and what it is for."""

    id: str
    hook: str
    title: str
    description: str

    @property
    def ordering(self) -> bool:
        return self.hook != "patient-view"

    def declared(self) -> CdsService:
        return CdsService(id=self.id, hook=self.hook, title=self.title, description=self.description, prefetch=PREFETCH)


HOOKS: Final = {
    found.id: found
    for found in (
        Hook(
            "warrant-patient-view",
            "patient-view",
            "What the articles say of this patient",
            "Alerts, what to do and what to think of, by the articles, with proofs.",
        ),
        Hook(
            "warrant-order-select",
            "order-select",
            "What speaks against this choice",
            "Contraindications of the treatments being chosen, with their exceptions and proofs.",
        ),
        Hook(
            "warrant-order-sign",
            "order-sign",
            "What speaks against these orders",
            "Contraindications of the treatments being ordered, with their exceptions and proofs.",
        ),
    )
}


@router.get("", summary="The CDS Hooks services", response_model=CdsServices)
async def services() -> CdsServices:
    """What can be called, at which hook, with which prefetch."""
    return CdsServices(services=[hook.declared() for hook in HOOKS.values()])


@router.post("/{name}", summary="The cards of a patient", responses=problems_of(404, 412, 413, 415, 422, 503, 504))
async def called(request: Request, name: str) -> Response:
    """The cards for a record that comes as prefetch; with order hooks, for the draft orders too.

    Nothing is fetched: without a prefetch there is no answer. `fhirAuthorization` is neither kept nor logged.
    """
    hook = hook_named(name)
    _, text = await read_text_body(request, TAKEN)
    found = _called(services_of(request), hook, parse_json(text, LIMITS), str(request.base_url))
    return Response(dumps({"cards": found}), headers={"Cache-Control": "no-store"}, media_type="application/json")


def hook_named(name: str) -> Hook:
    """A service by its id. Raises NotFound."""
    if name not in HOOKS:
        raise NotFound([Problem(name, "is no service.", "GET /cds-services lists them.", tuple(HOOKS))])
    return HOOKS[name]


def _called(services: Services, hook: Hook, data: Any, root: str) -> list[dict[str, Any]]:
    if not isinstance(data, dict) or data.get("hook") != hook.hook or not isinstance(data.get("context"), dict):
        remedy = f'Send {{"hook": "{hook.hook}", "hookInstance": ..., "context": {{...}}, "prefetch": {{...}}}}.'
        raise CaseError([Problem("$", f"is no call of the hook {hook.hook}.", remedy)])
    record = list(_resources(data.get("prefetch")))
    if not record:
        remedy = f"Send the prefetch that the service declares: {', '.join(PREFETCH)}."
        raise MissingData([Problem("$.prefetch", "has no resource, and nothing is fetched from here.", remedy)])
    if hook.ordering:
        record += _resources(data["context"].get(ORDERS))
    document = {"resourceType": "Bundle", "entry": [{"resource": item} for item in record]}
    facts = FHIR.parsed(document, Context(services.names, datetime.date.today())).facts
    session = services.sessions.make(check_facts(facts, services.config.work.facts))
    answer = AssessmentModel.model_validate(render.as_json(session.plain))
    return cards(services.ontology, answer, ServicePlace(root, session.handle), hook.ordering)


def _resources(found: Any) -> Iterator[Mapping[str, Any]]:
    """The resources in a prefetch or a Bundle, by whatever keys."""
    if isinstance(found, list):
        for item in found:
            yield from _resources(item)
    elif isinstance(found, dict):
        if found.get("resourceType") == "Bundle":
            entries = found.get("entry")
            yield from _resources([item.get("resource") for item in entries or () if isinstance(item, dict)])
        elif "resourceType" in found:
            yield found
        else:
            yield from _resources(list(found.values()))
