"""Request bodies: JSON with exact decimals, each wrong thing answered by its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from api.transport.negotiation import media_type
from api.transport.problems import BadRequest, UnsupportedType
from kg.errors import CaseError, Problem
from kg.readers.case.parsing import parse_json

TAKEN: Final = ("application/json",)
M = TypeVar("M", bound=BaseModel)


async def read_json(request: Request) -> Any:
    """The parsed body, numbers as decimals. Raises UnsupportedType, BadRequest or CaseError."""
    _, text = await read_text_body(request, TAKEN)
    return parse_json(text)


async def read_text_body(request: Request, taken: Sequence[str]) -> tuple[str, str]:
    """The media type and the text of a body of one of some types; what ends in `+json` counts as `application/json`.

    Raises UnsupportedType or BadRequest.
    """
    name, parameters = media_type(request.headers.get("content-type", ""))
    if name not in taken and name.endswith("+json"):
        name = "application/json"
    if name not in taken:
        raise UnsupportedType(f"A body of type {name or 'none'} is not read here; send {' or '.join(taken)}.", taken)
    if parameters.get("charset", "utf-8") not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedType(f"The charset {parameters['charset']} is not taken here; send UTF-8.", taken)
    body = await request.body()
    try:
        return name, body.decode()
    except UnicodeDecodeError as error:
        problem = Problem("the body", f"is not UTF-8: byte {error.start}.", "Encode it in UTF-8.")
        raise BadRequest([problem]) from error


def checked(model: type[M], data: Any) -> M:
    """Data as a model. Raises CaseError with the JSON path of everything that is wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = [Problem(_path(item["loc"]), f"{item['msg'].lower()}.", _remedy(model)) for item in error.errors()]
        raise CaseError(found) from error


def _path(places: tuple[int | str, ...]) -> str:
    return "$" + "".join(f"[{place}]" if isinstance(place, int) else f".{place}" for place in places)


def _remedy(model: type[BaseModel]) -> str:
    return f"The body has {', '.join(model.model_fields)}."
