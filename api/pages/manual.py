"""The manual of the API at /docs: Swagger UI over /openapi.json, served from this machine."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.pages import page

router = APIRouter(tags=["Service"])
DOCS_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def assets() -> Path:
    """The folder of Swagger UI, which comes with the package fastapi-offline."""
    return Path(str(files("fastapi_offline"))) / "static"


@router.get("/docs", include_in_schema=False)
async def docs() -> Response:
    """The manual, made from /openapi.json in the browser; nothing comes from another server."""
    return page("docs.html", headers={"Content-Security-Policy": DOCS_POLICY})
