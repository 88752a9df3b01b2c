"""The login: a person types a key once and gets a cookie for it; `api.transport.security` looks at both."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/login")
async def login(request: Request) -> Response:
    """The form. `next` is where the person wanted to go, `wrong` says that the key was not known."""
    query = request.query_params
    headers = {"Cache-Control": "no-store"}
    return page("login.html", headers=headers, next=query.get("next", "/"), wrong="wrong" in query)
