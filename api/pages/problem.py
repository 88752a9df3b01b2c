"""An error for a person: what was wrong, where, and what to do."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.pages import page
from api.transport.problems import ShownProblem


async def problem_page(request: Request, shown: ShownProblem) -> Response:
    """What a problem says, on a page with the problem's status."""
    return page("problem.html", shown.kind.status, {"Cache-Control": "no-store", "Vary": "Accept"}, shown=shown)
