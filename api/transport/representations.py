"""Representations of one resource: chosen by Accept or by the extension of the address, answered conditionally."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.services import services_of
from api.transport.negotiation import accepted, takes_gzip
from kg.errors import NotAcceptable

HTML: Final = "text/html"
JSON: Final = "application/json"
TURTLE: Final = "text/turtle"
JSON_LD: Final = "application/ld+json"
RDF_XML: Final = "application/rdf+xml"
MARKDOWN: Final = "text/markdown"
N_QUADS: Final = "application/n-quads"
TEXT: Final = "text/plain"
FHIR: Final = "application/fhir+json"
SVG: Final = "image/svg+xml"
EXTENSIONS: Final[Mapping[str, str]] = {
    "json": JSON,
    "ttl": TURTLE,
    "jsonld": JSON_LD,
    "rdf": RDF_XML,
    "owl": RDF_XML,
    "md": MARKDOWN,
    "txt": TEXT,
    "svg": SVG,
    "fhir": FHIR,
    "html": HTML,
}
RDF: Final[Mapping[str, str]] = {TURTLE: "turtle", JSON_LD: "json-ld", RDF_XML: "rdf-xml"}
GZIP_FROM: Final = 1024
# a megabyte in a few milliseconds; a higher level halves the speed and saves a tenth
GZIP_LEVEL: Final = 1

Make = Callable[[], bytes]


@dataclass(frozen=True)
class Resource:
    """What an address stands for: its forms by media type, the first one for who takes anything.

    `page` names the page that shows `subject` to a person, if the pages of the application have one of that name.
    `identity` says which state of the data it is, for conditional requests; what is about a patient has none.
    """

    forms: Mapping[str, Make]
    page: str = ""
    subject: Any = None
    identity: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def split(name: str) -> tuple[str, str]:
    """A name and its extension, empty where it has none of EXTENSIONS.

    >>> split("next_step:biopsy.svg"), split("A0-39")
    (('next_step:biopsy', 'svg'), ('A0-39', ''))
    """
    stem, _, last = name.rpartition(".")
    return (stem, last) if stem and last in EXTENSIONS else (name, "")


async def respond(request: Request, resource: Resource, extension: str = "") -> Response:
    """A thing in the form that the extension or else Accept asks for. Raises NotAcceptable."""
    services = services_of(request)
    offered = [*resource.forms, *([HTML] if resource.page in services.pages else [])]
    form = _chosen(request, offered, extension)
    headers = {"Vary": "Accept, Accept-Encoding", "Cache-Control": "no-cache" if resource.identity else "no-store"}
    headers |= resource.headers
    if tag := _tag(request, resource, form):
        headers["ETag"] = tag
        if _matches(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
    if form == HTML:
        response = await services.pages[resource.page](request, resource.subject)
        response.headers.update(headers)
        return response
    takes = takes_gzip(request.headers.get("accept-encoding"))
    body, encoding = _written(resource.forms[form], takes)
    return Response(body, headers={**headers, **encoding, "Content-Type": typed(form)})


def typed(form: str) -> str:
    """A media type as a Content-Type."""
    return f"{form}; charset=utf-8" if form.startswith("text/") else form


def _chosen(request: Request, offered: list[str], extension: str) -> str:
    if extension:
        form = EXTENSIONS[extension]
        found = form if form in offered else None
    else:
        found = accepted(request.headers.get("accept"), offered)
    if found is None:
        raise NotAcceptable(f"This is available as {', '.join(offered)}.")
    return found


def _written(make: Make, takes_gzip: bool) -> tuple[bytes, dict[str, str]]:
    body = make()
    if not takes_gzip or len(body) < GZIP_FROM:
        return body, {}
    packer = zlib.compressobj(GZIP_LEVEL, wbits=31)
    return packer.compress(body) + packer.flush(), {"Content-Encoding": "gzip"}


def _tag(request: Request, resource: Resource, form: str) -> str:
    """A weak entity tag: the same data, the same address, the same form."""
    if not resource.identity:
        return ""
    parts = (resource.identity, request.url.path, request.url.query, form)
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _matches(header: str | None, tag: str) -> bool:
    given = [item.strip().removeprefix("W/") for item in (header or "").split(",")]
    return "*" in given or tag.removeprefix("W/") in given
