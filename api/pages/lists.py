"""What all lists share: a form of filters that mirrors the route's parameters, and the way to the next part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request


class Choice(NamedTuple):
    """A value of a parameter and how it reads."""

    value: str
    label: str


class Field(NamedTuple):
    """A parameter of a list; without choices it takes any text."""

    name: str
    label: str
    choices: Sequence[Choice] = ()


def listing(request: Request, subject: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """The values that the template of a list needs; `subject` holds entries yet to be made, and the next cursor."""
    given = {field.name: request.query_params.get(field.name, "") for field in fields}
    path = request.url.path
    kept = {name: value for name, value in request.query_params.items() if value and name in ("limit", *given)}

    def part(**more: str) -> str:
        found = urlencode(kept | more)
        return f"{path}?{found}" if found else path

    return {
        "here": path,
        "entries": [make() for make in subject["items"]],
        "fields": fields,
        "given": given,
        "filtered": any(given.values()),
        "first": part() if "cursor" in request.query_params else "",
        "next": part(cursor=subject["next"]) if subject["next"] else "",
    }
