"""Stated facts, values with their judgements, and what was not used, as JSON data (docs/contract.md)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from kg.facts.origins import Hl7Field, JsonPath, Origin, TableCell, TextSpan
from kg.facts.patient import Fact, Measurement, PatientFacts, Unread
from kg.ontology.compiled import Ontology
from kg.record.judgements import Judgement
from kg.record.observations import pregnant

Data = dict[str, Any]


def patient_json(ontology: Ontology, facts: PatientFacts) -> Data:
    """What is taken as known of the person; null where it is not known."""
    return {"age": facts.age, "sex": facts.sex or None, "pregnant": pregnant(ontology, facts), "spans": []}


def fact_json(ontology: Ontology, fact: Fact) -> Data:
    """A stated fact with its dates and its place."""
    concept = ontology.concepts[fact.concept]
    data = {"concept": concept.code, "label": concept.label, "list": fact.list, "status": str(fact.status)}
    broader = {"broader_code": fact.broader} if fact.broader else {}
    return {**data, **_days(fact), **place_json(fact.origin), **broader, **_corrected(fact)}


def measurement_json(
    ontology: Ontology, item: Measurement, current: bool, age_days: int | None, judgement: Judgement | None
) -> Data:
    """A value as given and in the canonical unit, with how it was judged."""
    concept = ontology.concepts[item.quantity]
    limits = item.range
    return {
        "concept": concept.code,
        "label": concept.label,
        "list": "measurements",
        "status": "present",
        "value": number(item.given),
        **_exact(item.given),
        "comparator": item.comparator,
        "unit": item.given_unit,
        "canonical": {"low": number(item.value.low), "high": number(item.value.high), "unit": item.unit},
        "reference_range": {"low": number(limits.low), "high": number(limits.high)} if limits else None,
        "flag": item.flag or None,
        "date": str(item.date) if item.date else None,
        "current": current,
        "age_days": age_days,
        **_judged(judgement),
        **place_json(item.origin),
        **_corrected(item),
    }


def _corrected(item: Fact | Measurement) -> Data:
    """The spelling in the text, where another one was read."""
    return {"corrected_from": item.corrected_from} if item.corrected_from else {}


def _exact(value: Decimal) -> Data:
    """The value as text where a JSON number, which is read as a double, has fewer digits."""
    return {} if Decimal(repr(number(value))) == value else {"exact": str(value)}


def _judged(found: Judgement | None) -> Data:
    """The position of a value with the yardstick that gave it; both null where nothing judges it."""
    if found is None:
        return {"interpretation": None, "judged_by": None}
    by = {"source": str(found.yardstick), "limit": number(found.limit), "unit": found.unit, "citation": found.citation}
    return {"interpretation": str(found.position), "judged_by": by}


def unread_json(item: Unread) -> Data:
    """Something that came in and was not used: its text with the span or the path, and why."""
    place = place_json(item.origin)
    return {"text": item.text, **place.get("span", place), "reason": str(item.reason), "message": item.message}


def fragment(ontology: Ontology, fact: Fact | Measurement) -> Data:
    """A stated fact as a fragment of a case."""
    code = ontology.concepts[fact.concept if isinstance(fact, Fact) else fact.quantity].code
    if isinstance(fact, Fact):
        return {"list": fact.list, "entry": {"concept": code, "status": str(fact.status), **_days(fact)}}
    entry = {"test": code, "value": number(fact.given), "unit": fact.given_unit}
    extra = {"comparator": fact.comparator} if fact.comparator else {}
    day = {"date": str(fact.date)} if fact.date else {}
    return {"list": "measurements", "entry": {**entry, **extra, **day}}


def number(value: Decimal | None) -> int | float | None:
    """A decimal as a number of JSON."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _days(fact: Fact) -> Mapping[str, str]:
    return {name: str(day) for name in ("date", "started", "ended") if (day := getattr(fact, name))}


def place_json(origin: Origin | None) -> Data:
    """Where something was stated: `span` in a text, else `path` in a case, a message or a table."""
    match origin:
        case None:
            return {}
        case TextSpan(start, end):
            return {"span": {"start": start, "end": end}}
        case JsonPath(path):
            return {"path": path}
        case Hl7Field(segment, number, field, component):
            return {"path": f"{segment}[{number}]-{field}" + (f".{component}" if component else "")}
        case TableCell(row, column):
            return {"path": ", ".join(filter(None, (f"row {row}" if row else "", column)))}
