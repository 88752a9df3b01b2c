"""What a case says and FHIR has no field for, as extensions (docs/fhir.md); their addresses are fixed."""

from __future__ import annotations

from typing import Final

from kg.ontology import terms
from kg.readers.fhir.elements import Element

BASE: Final = terms.BASE + "fhir/"
LIST: Final = BASE + "list"
APPROXIMATE: Final = BASE + "approximate"
COMPLETE: Final = BASE + "complete"
AGE: Final = BASE + "age"
STATUS: Final = BASE + "status"
DATE: Final = BASE + "date"
PERIOD: Final = BASE + "period"


def listed(element: Element) -> str:
    """The list of a case in which a fact stood, where the type of the resource does not say it."""
    found = element.extension(LIST)
    return found.text("valueCode") if found else ""


def status_of(element: Element) -> str:
    """The status of a fact, where the resource has no field for it (`unknown`)."""
    found = element.extension(STATUS)
    return found.text("valueCode") if found else ""


def dates_of(element: Element) -> dict[str, str]:
    """The days of a fact as a case has them; nothing where the fields of the resource are to be read."""
    date, period = element.extension(DATE), element.extension(PERIOD)
    found = {"date": date.text("valueDate")} if date else {}
    if period:
        span = period.child("valuePeriod")
        found |= {"started": span.text("start"), "ended": span.text("end")}
    return found


def approximate(element: Element) -> bool:
    """Whether a value is approximate, as `~` says in a case."""
    found = element.extension(APPROXIMATE)
    return bool(found and found.truth("valueBoolean"))
