"""What became of cards (CDS Hooks 2.0, "Feedback"): counted by service and outcome, without anything of a patient."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.routes.cds_hooks import hook_named
from api.services import front_of
from api.transport.bodies import read_text_body
from api.transport.openapi import problems_of
from kg.errors import CaseError, Problem
from kg.readers.case.parsing import ParseLimits, parse_json
from kg.render.cards import OVERRIDE

router = APIRouter(prefix="/cds-services", tags=["CDS Hooks"])
OUTCOMES: Final = ("accepted", "overridden")
OTHER: Final = "other"
NONE: Final = "none"
LIMITS: Final = ParseLimits(depth=10, fields=5000, entries=5000)
SHAPE: Final = 'Send {"feedback": [{"card": "...", "outcome": "accepted", "outcomeTimestamp": "..."}]}.'


def is_feedback(path: str) -> bool:
    """Whether a path is that of feedback, which is counted by the process that takes the requests."""
    return path.startswith("/cds-services/") and path.endswith("/feedback")


@router.post("/{name}/feedback", summary="What became of cards", responses=problems_of(404, 413, 415, 422))
async def feedback(request: Request, name: str) -> Response:
    """Counts each outcome; cards, users and words are not kept."""
    hook_named(name)
    _, text = await read_text_body(request, ("application/json",))
    data = await asyncio.to_thread(parse_json, text, LIMITS)
    found = data.get("feedback") if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise CaseError([Problem("$.feedback", "is missing or no list.", SHAPE)])
    counts = [_outcome(number, item) for number, item in enumerate(found)]
    metrics = front_of(request).metrics
    for outcome, reason in counts:
        metrics.feedback(name, outcome, reason)
    return Response(status_code=200)


def _outcome(number: int, item: Any) -> tuple[str, str]:
    """The outcome of a card and the first known reason against it."""
    outcome = item.get("outcome") if isinstance(item, dict) else None
    if outcome not in OUTCOMES:
        said = f"is not one of {', '.join(OUTCOMES)}."
        raise CaseError([Problem(f"$.feedback[{number}].outcome", said, SHAPE)])
    override = item.get("overrideReason")
    reason = override.get("reason") if isinstance(override, dict) else None
    code = reason.get("code") if isinstance(reason, dict) else None
    if outcome == "accepted" or not override:
        return outcome, NONE
    return outcome, code if code in OVERRIDE else OTHER
