"""What if: a change of a patient's facts, shown as what it would change before it is kept; and why a claim is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.pages import page
from api.pages.answer import PRIVATE, assessment_page, wanted
from api.pages.changes import changed, one, read_form
from api.pages.marked import texts
from api.services import Services, services_of
from api.sessions.service import AssessmentSession
from api.transport.problems import kind_of
from kg.assess import Action, Assessment, Basis, Differential, Item
from kg.assess.outcomes import Outcome
from kg.errors import InputError
from kg.explanations.differences import WhyNot, difference
from kg.ontology.model import Claim
from kg.render.document import document
from kg.render.phrases import how, phrase
from kg.render.wording import qualified, strength, when

router = APIRouter(prefix="/v1/assessments", include_in_schema=False)
LISTS: Final[Mapping[str, str]] = {
    "escalation": "escalate",
    "next_step": "next step",
    "treatment": "treatment",
    "monitoring": "monitor",
    "contraindication": "contraindication",
    "pitfall": "pitfall",
    "differential": "think of",
    "counterargument": "argued against",
}
BASES: Final = tuple(Basis)
BECOMES: Final[Mapping[Outcome, str]] = {
    Outcome.APPLICABLE: "These claims would apply",
    Outcome.EXCLUDED: "These claims would be excluded",
    Outcome.AMBIGUOUS: "These claims would hold in one reading only",
    Outcome.UNDETERMINED: "These claims would be open",
}


class ChangedEntry(NamedTuple):
    """An entry of a list that comes, goes or changes; `was` is what stood there before."""

    place: str
    text: str
    basis: str
    claims: tuple[str, ...]
    was: str = ""


class Turned(NamedTuple):
    """Claims with the same outcome after the change, each with its outcome before."""

    heading: str
    rows: tuple[tuple[Claim, str], ...]


@dataclass(frozen=True)
class Supposed:
    """What a change would do: statements that come and go, and what follows."""

    plus: tuple[str, ...]
    minus: tuple[str, ...]
    before: str
    after: str
    gained: tuple[ChangedEntry, ...]
    lost: tuple[ChangedEntry, ...]
    altered: tuple[ChangedEntry, ...]
    turned: tuple[Turned, ...]
    same: bool


@router.post("/{handle}/change")
async def change(request: Request, handle: str) -> Response:
    """The assessment of the changed facts, or with `then=suppose` what would be otherwise."""
    services, pairs = services_of(request), await read_form(request)
    session = services.sessions.find(handle)
    try:
        if one(pairs, "then") == "suppose":
            found = _supposed(services, session, pairs)
            place = f"/v1/assessments/{session.handle}"
            return page("suppose.html", 200, PRIVATE, found=found, pairs=_again(pairs), place=place, here="/")
        sessions = services.sessions
        new = sessions.make(changed(services, session, pairs), session.reading)
        return RedirectResponse(f"/v1/assessments/{new.handle}", 303, PRIVATE)
    except InputError as error:
        return await assessment_page(request, session, error.problems, kind_of(error).status)


def _again(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(key, value) for key, value in pairs if key != "then"]


def _supposed(services: Services, session: AssessmentSession, pairs: Sequence[tuple[str, str]]) -> Supposed:
    facts = changed(services, session, pairs)
    before, after = session.plain, services.knowledge.assess(facts)
    found = difference(before, after)
    old, new = texts(before.ontology, before.record.facts), texts(before.ontology, facts)
    return Supposed(
        plus=tuple(text for text in new if text not in old),
        minus=tuple(text for text in old if text not in new),
        before=document(before).headline,
        after=document(after).headline,
        gained=_rows(after, found.added),
        lost=_rows(before, found.removed),
        altered=_altered(before, after),
        turned=tuple(_turned(before, found.claims)),
        same=not (found.claims or found.added or found.removed),
    )


def _rows(assessment: Assessment, names: Iterable[str]) -> tuple[ChangedEntry, ...]:
    """Entries in the order of the lists, what is entailed first."""
    found = [(name.partition(":")[0], assessment.items[name]) for name in names]
    found.sort(key=lambda pair: (BASES.index(pair[1].basis), list(LISTS).index(pair[0])))
    return tuple(ChangedEntry(LISTS[name], _text(assessment, item), item.basis, item.claims) for name, item in found)


def _altered(before: Assessment, after: Assessment) -> tuple[ChangedEntry, ...]:
    """Entries that stay, put otherwise: more or less firmly, sooner or later, on another basis."""
    stay = [name for name in after.items if name in before.items]
    old = {name: (_text(before, before.items[name]), before.items[name].basis) for name in stay}
    new = {name: (_text(after, after.items[name]), after.items[name].basis) for name in stay}
    changed_ones = [name for name in stay if old[name] != new[name]]
    rows = (_rows(after, [name])[0] for name in changed_ones)
    return tuple(
        row._replace(was=qualified(old[name][0], "" if old[name][1] is Basis.ENTAILED else old[name][1]))
        for name, row in zip(changed_ones, rows, strict=True)
    )


def _text(assessment: Assessment, item: Item) -> str:
    match item:
        case Action():
            return qualified(phrase(assessment.ontology, item), when(item), how(assessment.ontology, item))
        case Differential():
            return qualified(item.label, strength(item.strength))
        case _:
            return item.label


def _turned(assessment: Assessment, claims: Mapping[str, tuple[Outcome, Outcome]]) -> list[Turned]:
    known = assessment.ontology.claims
    rows = {
        outcome: tuple((known[name], str(old)) for name, (old, new) in sorted(claims.items()) if new is outcome)
        for outcome in BECOMES
    }
    return [Turned(BECOMES[outcome], found) for outcome, found in rows.items() if found]


async def why_not_page(request: Request, subject: tuple[AssessmentSession, WhyNot]) -> Response:
    """Why a claim does not apply: what is missing, as questions, and what contradicts it."""
    session, found = subject
    ontology = session.plain.ontology
    return page(
        "why_not.html",
        200,
        PRIVATE,
        here="/",
        place=f"/v1/assessments/{session.handle}",
        claim=ontology.claims[found.outcome.claim],
        found=found,
        ways=[wanted(session.plain, facts) for facts in found.outcome.missing],
    )
