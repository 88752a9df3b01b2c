"""What a person changes of a patient's facts by a form: take out, correct, add, answer a question."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from api.pages.marked import stated_by
from api.services import Services
from api.sessions.service import AssessmentSession
from api.transport.limits import check_facts
from api.transport.negotiation import media_type
from api.transport.problems import BadRequest, UnsupportedType
from kg.assess import Assessment
from kg.errors import CaseError, Problem
from kg.explanations.differences import with_facts, without_fact
from kg.facts.patient import Fact, Measurement, PatientFacts
from kg.readers.case.reader import CaseReader
from kg.render import explanation
from kg.vocabulary.names import Names

FORM: Final = "application/x-www-form-urlencoded"
MOST_FIELDS: Final = 200
VALUE: Final = re.compile(r"\s*(<=|>=|[<>~=≤≥])?\s*(\S.*?)\s*")
SIGNS: Final = {"≤": "<=", "≥": ">="}
DAYS: Final = ("date", "started", "ended")
AS: Final = {"history": "history", "planned": "plans", "suspected": "diagnoses"}
Pairs = Sequence[tuple[str, str]]


async def read_form(request: Request) -> list[tuple[str, str]]:
    """The fields of a form in their order. Raises UnsupportedType or BadRequest."""
    name, _ = media_type(request.headers.get("content-type", ""))
    if name != FORM:
        raise UnsupportedType(f"A body of type {name or 'none'} is not read here; send a form.", (FORM,))
    try:
        text = (await request.body()).decode()
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise BadRequest([Problem("the form", "cannot be decoded.", "Send UTF-8, percent-encoded.")]) from error


def one(pairs: Pairs, name: str) -> str:
    """The value of a field, without blanks around it; empty if there is none."""
    return next((value.strip() for key, value in pairs if key == name), "")


def changed(services: Services, session: AssessmentSession, pairs: Pairs) -> PatientFacts:
    """The facts of an assessment after the change that a form asks for. Raises CaseError or OverLimit."""
    facts, names = session.plain.record.facts, services.knowledge.names
    match one(pairs, "do"):
        case "remove":
            after = without_fact(facts, _named(facts, pairs))
        case "correct":
            after = _corrected(names, session.plain, _named(facts, pairs), pairs)
        case "add":
            after = with_facts(names.ontology, facts, _read(names, session.plain, [_added(names, pairs)]))
        case "answer":
            after = with_facts(names.ontology, facts, _read(names, session.plain, _answers(pairs)))
        case "person":
            after = _person(names, facts, pairs)
        case "incomplete":
            after = replace(facts, complete=facts.complete - {one(pairs, "list")})
        case other:
            raise CaseError([Problem("do", f"{other!r} is no change.", "Use the buttons of the page.")])
    return check_facts(after.ordered(), services.config.work.facts)


def _named(facts: PatientFacts, pairs: Pairs) -> Fact | Measurement:
    found = stated_by(facts, one(pairs, "fact"))
    if found is None:
        raise CaseError([Problem("fact", "is not stated of this patient.", "Open the answer again and try once more.")])
    return found


def _read(names: Names, assessment: Assessment, fragments: list[dict[str, Any]]) -> PatientFacts:
    """Fragments of a case as facts that have no place in the text or the case."""
    found = explanation.facts_of(fragments, names, assessment)
    facts = tuple(replace(fact, origin=None) for fact in found.facts)
    return replace(found, facts=facts, measurements=tuple(replace(m, origin=None) for m in found.measurements))


def _corrected(names: Names, assessment: Assessment, old: Fact | Measurement, pairs: Pairs) -> PatientFacts:
    codes = names.ontology.codes
    if isinstance(old, Measurement):
        found = _read(names, assessment, [{"list": "measurements", "entry": _value(codes[old.quantity], pairs)}])
        found = replace(found, measurements=tuple(replace(item, range=old.range) for item in found.measurements))
    else:
        entry = {"concept": codes[old.concept], "status": one(pairs, "status") or str(old.status), **_days(pairs)}
        found = _read(names, assessment, [{"list": old.list, "entry": entry}])
    return with_facts(names.ontology, without_fact(assessment.record.facts, old), found)


def _added(names: Names, pairs: Pairs) -> dict[str, Any]:
    name, how = one(pairs, "name"), one(pairs, "as")
    if one(pairs, "value") or how == "value":
        return {"list": "measurements", "entry": _value(name, pairs)}
    entry = {"concept": name, **_days(pairs)}
    if how in ("absent", "suspected"):
        entry["status"] = how
    return {"list": AS.get(how, "findings"), "entry": entry}


def _answers(pairs: Pairs) -> list[dict[str, Any]]:
    """Facts that follow each other in a form, each begun by its `list`; what is left open is no fact."""
    groups: list[list[tuple[str, str]]] = []
    for key, text in pairs:
        if key == "list":
            groups.append([])
        if groups:
            groups[-1].append((key, text))
    found = []
    for group in groups:
        name, place = one(group, "concept"), one(group, "list")
        if place == "measurements":
            if one(group, "value"):
                found.append({"list": place, "entry": _value(name, group)})
        elif status := one(group, "status"):
            found.append({"list": place, "entry": {"concept": name, "status": status}})
    if not found:
        raise CaseError([Problem("the question", "has no answer.", "Choose yes or no, or write a value.")])
    return found


def _value(test: str, pairs: Pairs) -> dict[str, Any]:
    text = one(pairs, "value")
    found = VALUE.fullmatch(text)
    sign, number = (found[1] or "", found[2]) if found else ("", text)
    amount: Decimal | str
    try:
        amount = Decimal(number)
    except InvalidOperation:
        amount = number
    entry: dict[str, Any] = {"test": test, "value": amount}
    if sign:
        entry["comparator"] = SIGNS.get(sign, sign)
    if unit := one(pairs, "unit"):
        entry["unit"] = unit
    return entry | _days(pairs)


def _days(pairs: Pairs) -> dict[str, str]:
    return {name: day for name in DAYS if (day := one(pairs, name))}


def _person(names: Names, facts: PatientFacts, pairs: Pairs) -> PatientFacts:
    """Sex, age and the day of the record. A day before a date of the record is refused."""
    case: dict[str, Any] = {"as_of": one(pairs, "as_of") or str(facts.as_of)}
    if sex := one(pairs, "sex"):
        case["sex"] = sex
    if age := one(pairs, "age"):
        case["age"] = int(age) if age.isdecimal() else age
    found = CaseReader(names, datetime.date.max).read(case)
    days = [day for fact in facts.facts for name in DAYS if (day := getattr(fact, name))]
    days += [item.date for item in facts.measurements if item.date]
    if late := max((day for day in days if day > found.as_of), default=None):
        message = f"{found.as_of} lies before a date of the record, {late}."
        raise CaseError([Problem("as_of", message, "Correct that date first.")])
    return replace(facts, as_of=found.as_of, sex=found.sex, age=found.age)
