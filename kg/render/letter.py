"""A letter to the next clinician, to be copied: facts, what follows and why, sources, what is not known. Plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from kg.assess import FICTIONAL, Assessment
from kg.facts.patient import Status
from kg.ontology.layers import is_fictional
from kg.render.card import Card, CardLine, card
from kg.render.data import notice
from kg.render.parts import Parts
from kg.render.wording import cited, measured, qualified, source_line, stated, words

QUESTIONS: Final = 5


def letter(assessment: Assessment) -> str:
    """The letter. A head without lines is left out."""
    parts = Parts(assessment)
    first = card(parts)
    heads = (
        ("Alerts", _listed(map(_said, first.alerts))),
        ("Known", _listed(_known(assessment))),
        ("Please", _numbered(first.do)),
        ("Please do not", _listed(map(_said, first.do_not))),
        ("Considered", _listed(map(_said, first.think_of))),
        ("Not known", _listed(_unknown(assessment, first))),
        ("Sources", _listed(_sources(assessment, first))),
    )
    found = ((head, list(lines)) for head, lines in heads)
    body = "\n\n".join("\n".join((f"{head}:", *lines)) for head, lines in found if lines)
    said = f"{FICTIONAL}\n\n" if is_fictional(assessment.ontology) else ""
    return f"{said}Re: {_person(assessment)}\n\n{body}\n\n{first.how_sure}\n{notice(assessment)}\n"


def _person(assessment: Assessment) -> str:
    facts = assessment.record.facts
    age = f"{facts.age} years" if facts.age is not None else "age not known"
    return f"{facts.sex or 'sex not known'}, {age}, as of {facts.as_of}"


def _known(assessment: Assessment) -> Iterator[str]:
    facts, ontology = assessment.record.facts, assessment.ontology
    yield from (measured(ontology, one) for one in facts.measurements)
    for fact in facts.facts:
        yield qualified(stated(ontology, fact), "" if fact.status is Status.PRESENT else words(fact.status))


def _said(line: CardLine) -> str:
    reason = f". {line.reason}" if line.reason else ""
    return f"{qualified(line.text, line.tag)}{reason} {cited(line.claims)}".rstrip()


def _listed(lines: Iterable[str]) -> Iterator[str]:
    return (f"- {line}" for line in lines)


def _numbered(lines: Iterable[CardLine]) -> Iterator[str]:
    return (f"{number}. {_said(line)}" for number, line in enumerate(lines, 1))


def _unknown(assessment: Assessment, first: Card) -> Iterator[str]:
    """What the record contradicts, what was not read, and the facts that would settle most."""
    yield from first.check
    yield from (f"not read: “{one.text}”" for one in assessment.record.facts.unread)
    labels = (fact.label for item in assessment.questions[:QUESTIONS] for fact in item.missing)
    if asked := ", ".join(dict.fromkeys(labels)):
        yield f"would help: {asked}"


def _sources(assessment: Assessment, first: Card) -> Iterator[str]:
    lines = (*first.do, *first.do_not, *first.think_of)
    for name in dict.fromkeys(claim for line in lines for claim in line.claims[:2]):
        claim = assessment.ontology.claims[name]
        yield f"[{name}] {claim.sentence} ({source_line(claim)})"
