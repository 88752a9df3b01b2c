"""The answer about a patient, in the order of the text answer; and the answer to a question about medicine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from api.pages import page
from api.pages.marked import entries, pieces
from api.services import Services, services_of
from api.sessions.service import AssessmentSession
from kg.assess import Assessment
from kg.assess.inferred import Certainty
from kg.assess.issues import current
from kg.assess.missing import MissingFact
from kg.assess.outcomes import Outcome
from kg.errors import Problem
from kg.facts.patient import Status
from kg.facts.units import units_of
from kg.ontology.model import Claim
from kg.questions import Answer
from kg.render.card import card
from kg.render.charts import charts, draws
from kg.render.document import document
from kg.render.parts import Parts, Section
from kg.render.summary import grouped
from kg.render.wording import asked, qualified, stated, valued, words

PRIVATE: Final = {"Cache-Control": "no-store", "Vary": "Accept"}
QUOTED: Final = "Claims that apply"
# sections that stand together under one heading, in the order of reading
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Steps": ("Act now", "Next steps"),
    "Treatment and follow-up": ("Treatment", "Monitoring"),
    "What to avoid": ("Avoid", "Pitfalls"),
    "What to think of": ("Differential", "Already known", "Ruled out", "Less likely"),
    "What is disputed or open": ("Claims in conflict", "Depends on", "Data issues"),
    "If it is confirmed": ("If it is",),
    QUOTED: ("Why",),
    "Doubts and sources": ("Doubts", "Sources"),
}
QUESTIONS: Final = 8
ALTERNATIVES: Final = 3
CLAIM: Final = re.compile(r"\b[A-Z]+\d+-\d+\b")


class WantedFact(NamedTuple):
    """A fact to find out: where it stands in a case, how one asks for it; `units` for a value."""

    list: str
    concept: str
    label: str
    status: str
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenQuestion:
    """Ways to ask the same, each a set of facts that go together, and the claims that wait for it."""

    ways: tuple[tuple[WantedFact, ...], ...]
    settles: tuple[Claim, ...]


class Group(NamedTuple):
    """Sections under one heading: how many rows they have, and the first one, which stands for them when folded."""

    id: str
    heading: str
    size: int
    first: str
    sections: tuple[Section, ...]
    pressing: bool


async def assessment_page(
    request: Request, session: AssessmentSession, problems: Sequence[Problem] = (), status: int = 200
) -> Response:
    """An assessment. `problems` say why a change of its facts could not be made."""
    services = services_of(request)
    values = _values(services, session)
    return page("answer.html", status, PRIVATE, **values, problems=problems)


def _values(services: Services, session: AssessmentSession) -> dict[str, Any]:
    assessment = session.assessment(services.knowledge, with_branches=True)
    found = document(assessment)
    parts = Parts(assessment)
    reply = services.sessions.reply(session, with_branches=True)
    return {
        "kept": session,
        "place": f"/v1/assessments/{session.handle}",
        "facts": assessment.record.facts,
        "known": known(assessment),
        "implied": implied(assessment),
        "adult_from": assessment.ontology.adult_from,
        "card": card(parts),
        "left": assessment.record.facts.unread,
        "groups": tuple(groups(found.sections)),
        "charts": {one.name: one for one in charts(assessment)},
        "draws": draws(),
        "pieces": pieces(session),
        "entries": entries(session),
        "patients": patients(session),
        "unread": session.reading.not_understood if session.reading else (),
        "reply": reply.answer if reply else None,
        "query": query_link(reply.answer) if reply and reply.answer else "",
        "questions": questions(assessment),
        "more": _further(assessment),
        "small_print": found.small_print,
        "linked": linker(assessment, f"/v1/assessments/{session.handle}"),
        "minutes": f"{services.config.retention.seconds / 60:g}",
    }


def patients(session: AssessmentSession) -> tuple[str, ...]:
    """What a text says of each of its patients, where it is of several and none was chosen."""
    reading = session.reading
    spans = reading.patients if reading else ()
    return tuple(reading.text[span.start : span.end].strip() for span in spans) if reading else ()


def groups(sections: Sequence[Section]) -> Iterator[Group]:
    """Sections by the heading they stand under; one that has none is not shown here."""
    for number, (heading, starts) in enumerate(GROUPS.items(), 1):
        if found := tuple(one for one in sections if one.heading.startswith(starts)):
            quoted = heading == QUOTED
            lines = [line for one in found for row in one.rows for line in (row.details if quoted else (row.text,))]
            pressing = any(one.pressing for one in found)
            yield Group(f"s{number}", heading, len(lines), lines[0], found, pressing)


def implied(assessment: Assessment) -> tuple[str, ...]:
    """The findings that follow from the record beyond what it states, those that are only possible marked so."""
    label = assessment.ontology.label
    found = [item for item in assessment.inferred if item.status is not Certainty.ABSENT]
    return tuple(qualified(label(one.concept), "" if one.status is Certainty.PRESENT else one.status) for one in found)


def known(assessment: Assessment) -> tuple[str, ...]:
    """The stated facts in short: the latest values, then what else is said, what is absent or open marked so."""
    record, ontology = assessment.record, assessment.ontology
    latest = {item.quantity: item for occasion in current(record) for item in occasion.values}
    values = [valued(ontology, item) for item in latest.values()]
    others = [
        qualified(stated(ontology, fact), "" if fact.status is Status.PRESENT else words(fact.status))
        for fact in record.facts.facts
    ]
    return (*values, *others)


def questions(assessment: Assessment) -> tuple[OpenQuestion, ...]:
    """What to ask next; questions that would settle the same claims stand together."""
    claims, groups = assessment.ontology.claims, grouped(assessment.questions)
    return tuple(
        OpenQuestion(
            tuple(wanted(assessment, item.missing) for item in items[:ALTERNATIVES]),
            tuple(claims[name] for name in settles),
        )
        for settles, items in list(groups.items())[:QUESTIONS]
    )


def _further(assessment: Assessment) -> int:
    return max(0, len(grouped(assessment.questions)) - QUESTIONS)


def wanted(assessment: Assessment, facts: Iterable[MissingFact]) -> tuple[WantedFact, ...]:
    """Missing facts as fields of a form."""
    ontology = assessment.ontology
    return tuple(
        WantedFact(
            list=fact.list,
            concept=ontology.codes[fact.concept],
            label=asked(fact, assessment),
            status=fact.status,
            units=units_of(ontology.quantities[fact.concept]) if fact.list == "measurements" else (),
        )
        for fact in facts
        if fact.concept
    )


def linker(assessment: Assessment, place: str) -> Callable[[str], Markup]:
    """Makes text into HTML in which each claim leads to how it stands for this patient: its proof, or what is open."""
    proved = {*assessment.outcomes.ids(Outcome.APPLICABLE), *assessment.outcomes.ids(Outcome.EXCLUDED)}
    known = assessment.outcomes.by_claim

    def link(match: re.Match[str]) -> str:
        name = match[0]
        if name not in known:
            return f'<a class="id" href="/v1/claims/{name}">{name}</a>' if name in assessment.ontology.claims else name
        part = "proofs" if name in proved else "why-not"
        return f'<a class="id" href="{place}/{part}/{name}">{name}</a>'

    return lambda text: Markup(CLAIM.sub(link, str(escape(text))))


# -- a question about medicine


async def question_page(request: Request, answer: Answer) -> Response:
    """The claims that answer a question, or that none does."""
    return page("question.html", 200, PRIVATE, here="/", reply=answer, query=query_link(answer))


def query_link(answer: Answer) -> str:
    """The editor with the query that found the answer: it names concepts and claims, nothing of a patient."""
    return f"/sparql?{urlencode({'query': answer.sparql})}" if answer.sparql else ""
