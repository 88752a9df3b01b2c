"""A request as the SPARQL 1.1 Protocol (sections 2.1 and 2.2) reads it: the query, its dataset, its time limit.

A GET for a graph is one of the SPARQL 1.1 Graph Store HTTP Protocol (section 5.2).
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from starlette.requests import Request

from api.transport.negotiation import media_type
from api.transport.problems import BadRequest, UnsupportedType
from kg.errors import Problem, QueryRefused

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
MOST_PARAMETERS: Final = 1000
Pairs = list[tuple[str, str]]
_UPDATES: Final = frozenset(("update", "using-graph-uri", "using-named-graph-uri"))
_QUERIES: Final = frozenset(("query", "default-graph-uri", "named-graph-uri"))
_STORE: Final = frozenset(("graph", "default"))
WHOLE: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_RELATIVE: Final = re.compile(r"<(?![A-Za-z][A-Za-z0-9+.\-]*:)[^<>\"{}|^`\s]*>")
_NO_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Operation:
    """A query operation; `seconds` is the lower time limit that was asked for.

    Relative IRIs of the text are resolved against `base`, the address of the endpoint, which is empty where there are
    none. `graph` is the one that the operation reads as a whole, where it is one of the Graph Store protocol.
    """

    text: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    seconds: float | None
    base: str = ""
    graph: str = ""


async def operation(request: Request) -> Operation | None:
    """The query operation of a request, or nothing if it is a GET that asks for the service description.

    Raises BadRequest, UnsupportedType or QueryRefused. Parameters that are not of the protocol are ignored.
    """
    pairs = _pairs(request.scope["query_string"], "the address")
    if request.method == "POST":
        pairs += await _body(request)
    given: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        given[name] = (*given.get(name, ()), value)
    if not _UPDATES.isdisjoint(given):
        raise QueryRefused("This endpoint answers queries only; the data never changes.")
    if request.method != "POST" and _QUERIES.isdisjoint(given):
        return None if _STORE.isdisjoint(given) else _graph(given, _address(request))
    text = _one("query", given.get("query", ()))
    return Operation(
        text=text,
        default_graphs=given.get("default-graph-uri", ()),
        named_graphs=given.get("named-graph-uri", ()),
        seconds=_seconds(given.get("timeout", ())),
        base=_address(request) if _RELATIVE.search(text) else "",
    )


def _address(request: Request) -> str:
    return str(request.url.replace(query="", fragment=""))


def _graph(given: Mapping[str, tuple[str, ...]], base: str) -> Operation:
    """A whole graph, `?graph=IRI`, or the union of all, `?default`."""
    seconds = _seconds(given.get("timeout", ()))
    if "graph" not in given:
        return Operation(WHOLE, (), (), seconds)
    if "default" in given:
        raise _bad("default", "stands beside graph.", "Ask for one of the two.")
    iri = urljoin(base, _one("graph", given["graph"]))
    return Operation(WHOLE, (iri,), (), seconds, graph=iri)


async def _body(request: Request) -> Pairs:
    """The parameters in a form, or the query that a body is."""
    name, parameters = media_type(request.headers.get("content-type", ""))
    if name == UPDATE:
        raise QueryRefused("This endpoint answers queries only; the data never changes.")
    if name not in (FORM, DIRECT):
        raise UnsupportedType(
            f"A body of type {name or 'none'} is no query. Send the query itself as {DIRECT}, or a form ({FORM}).",
            (DIRECT, FORM),
        )
    if parameters.get("charset", "utf-8") not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedType(f"The charset {parameters['charset']} is not taken here; send UTF-8.", (DIRECT, FORM))
    body = await request.body()
    return _pairs(body, "the form") if name == FORM else [("query", _decoded(body))]


def _pairs(text: bytes, where: str) -> Pairs:
    """URL-encoded parameters in UTF-8."""
    if text.count(b"&") >= MOST_PARAMETERS:
        raise _bad(where, f"has over {MOST_PARAMETERS} parameters.", "A request carries exactly one query.")
    try:
        fields = (field.partition(b"=") for field in _NO_ESCAPE.sub(b"%25", text).split(b"&") if field)
        return [(_unquoted(name), _unquoted(value)) for name, _, value in fields]
    except ValueError as error:
        raise _bad(where, f"cannot be decoded: {error}.", "Percent-encode parameters in UTF-8.") from error


def _unquoted(text: bytes) -> str:
    """Text without its percent-encoding, in which every `%` starts an escape: that is quoted-printable with another
    sign, which the standard library decodes in a tenth of the time."""
    return a2b_qp(text.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"=")).decode()


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise _bad("the body", f"is not UTF-8: byte {error.start}.", "Encode the query in UTF-8.") from error


def _one(name: str, found: tuple[str, ...]) -> str:
    if len(found) != 1:
        message = f"is given {len(found)} times." if found else "is missing."
        raise _bad(name, message, "A request carries exactly one query.")
    return found[0]


def _seconds(found: tuple[str, ...]) -> float | None:
    if not found:
        return None
    try:
        seconds = float(found[-1])
    except ValueError:
        seconds = 0.0
    # not a number is not greater than zero
    if not seconds > 0:
        raise _bad("timeout", f"{found[-1]!r} is no time.", "Give seconds, such as 2.5.")
    return seconds


def _bad(where: str, message: str, remedy: str) -> BadRequest:
    return BadRequest([Problem(where, message, remedy)])
