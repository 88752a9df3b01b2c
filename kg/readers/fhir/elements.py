"""Elements of FHIR resources with their paths, whatever is in them; references inside a bundle."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

_DAY: Final = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_TIME: Final = re.compile(r"T(\d{2}:\d{2})")


@dataclass(frozen=True)
class Element:
    """An object of a resource and its path in the document. What has another type than FHIR says counts as missing."""

    path: str
    data: Mapping[str, Any]

    def child(self, name: str) -> Element:
        """The object of a field, empty where there is none."""
        found = self.data.get(name)
        return Element(f"{self.path}.{name}", found if isinstance(found, dict) else {})

    def children(self, name: str) -> Iterator[Element]:
        """The objects of a list."""
        found = self.data.get(name)
        for number, item in enumerate(found if isinstance(found, list) else ()):
            if isinstance(item, dict):
                yield Element(f"{self.path}.{name}[{number}]", item)

    def text(self, name: str) -> str:
        """The text of a field without what cannot be seen, empty where there is none."""
        found = self.data.get(name)
        return visible(found) if isinstance(found, str) else ""

    def texts(self, name: str) -> list[str]:
        """The texts of a list."""
        found = self.data.get(name)
        return [visible(item) for item in found if isinstance(item, str)] if isinstance(found, list) else []

    def number(self, name: str) -> Decimal | None:
        found = self.data.get(name)
        if isinstance(found, bool) or not isinstance(found, int | Decimal) or not Decimal(found).is_finite():
            return None
        return Decimal(found)

    def truth(self, name: str) -> bool | None:
        found = self.data.get(name)
        return found if isinstance(found, bool) else None

    def extension(self, url: str) -> Element | None:
        """The extension of a kind, if there is one."""
        return next((item for item in self.children("extension") if item.text("url") == url), None)

    def __bool__(self) -> bool:
        return bool(self.data)


@dataclass(frozen=True)
class FhirResource(Element):
    """A resource; `type` is its `resourceType`, `inside` the one that contains it."""

    inside: FhirResource | None = None

    @property
    def type(self) -> str:
        return self.text("resourceType")


class Bundle:
    """The resources of a document, in order, and what references of one to another mean.

    Nothing is ever fetched: a reference to what is not in the document is unresolved.
    """

    def __init__(self, resources: list[tuple[FhirResource, str]]) -> None:
        self.resources = [resource for resource, _ in resources]
        self._places: dict[str, FhirResource] = {}
        for resource, address in resources:
            identifier = resource.text("id")
            for name in (address, f"{resource.type}/{identifier}" if identifier else ""):
                if name:
                    self._places.setdefault(name, resource)

    def referred(self, holder: FhirResource, reference: Element) -> FhirResource | None:
        """The resource that a reference of `holder` names: contained, by address, or by type and id."""
        text = reference.text("reference")
        if text.startswith("#"):
            whole = holder.inside or holder
            found = (FhirResource(item.path, item.data, whole) for item in whole.children("contained"))
            return next((item for item in found if item.text("id") == text[1:]), None)
        text = text.partition("/_history/")[0]
        return self._places.get(text) or self._places.get("/".join(text.split("/")[-2:]))


def visible(text: str) -> str:
    """Text without characters that have no width; every kind of blank is a space."""
    plain = text if text.isascii() else "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(plain.split())


def day(text: str) -> str:
    """The day, month or year of a FHIR date or time, as a case writes it; nothing where it is none."""
    found = _DAY.match(text)
    return found[0] if found else ""


def moment(text: str) -> str:
    """The day and the time of day of a FHIR time, as a case writes them."""
    found, clock = _DAY.match(text), _TIME.search(text)
    if not found:
        return ""
    return f"{found[0]}T{clock[1]}" if clock and len(found[0]) == len("2026-02-01") else found[0]


def years_between(birth: str, today: datetime.date) -> int | None:
    """Whole years of life on a day; where only year or month of birth are known, those that are certain."""
    parts = [int(part) for part in day(birth).split("-") if part]
    if not parts:
        return None
    year, month, number = (*parts, *(12, 31)[len(parts) - 1 :])
    later = (today.month, today.day) < (month, number)
    age = today.year - year - later
    return age if age >= 0 else None
