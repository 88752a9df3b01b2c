"""What an answer rests on: the claims that apply with their passages and markers, their doubts, the articles."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from kg.assess import Assessment
from kg.ontology.model import Claim
from kg.render.parts import AnswerLine, Section
from kg.render.wording import counted, markers, words


def claims_that_apply(assessment: Assessment) -> Iterator[Section]:
    """A section for each article, a row for each of its printed sections, the claims in the order of print."""
    claims = sorted(assessment.applicable(), key=lambda one: (one.article, one.passage.start, one.id))
    for article, found in groupby(claims, key=lambda one: one.article):
        sections = groupby(found, key=lambda one: one.passage.section)
        rows = tuple(AnswerLine(section, (), tuple(map(_claim, group))) for section, group in sections)
        yield Section(f"Why: the claims of {article} that apply", rows)


def _claim(claim: Claim) -> str:
    doubted = "; doubted" if claim.doubts else ""
    return f"{claim.sentence} ({claim.passage.start}-{claim.passage.end}; {markers(claim)}{doubted}) [{claim.id}]"


def doubts(assessment: Assessment) -> Iterator[AnswerLine]:
    """Each doubt once, with its basis and the claims that it is about."""
    found: dict[tuple[str, str], list[str]] = {}
    for claim in assessment.applicable():
        for doubt in claim.doubts:
            found.setdefault(doubt, []).append(claim.id)
    for (text, basis), claims in found.items():
        yield AnswerLine(f"{text} ({basis})", tuple(claims))


def sources(assessment: Assessment) -> Iterator[AnswerLine]:
    """Each article with its review state, its markers by state, and the references that they resolve to."""
    ontology = assessment.ontology
    for name in sorted({claim.article for claim in assessment.applicable()}):
        article = ontology.articles[name]
        state = f"{article.publisher}, last updated {article.modified}, human review {article.human_review}"
        claims = [claim for claim in assessment.applicable() if claim.article == name]
        yield AnswerLine(f"{name}: {article.title} ({state})", (), tuple(_markers(assessment, claims)))


def _markers(assessment: Assessment, claims: list[Claim]) -> Iterator[str]:
    found = sorted({(item.number, item.state, item.reference) for claim in claims for item in claim.markers})
    states: dict[str, list[str]] = {}
    for number, state, iri in found:
        if reference := assessment.ontology.references.get(iri):
            doubt = f"; {reference.topic_mismatch}" if reference.topic_mismatch else ""
            yield f"[{number}] {words(state)}: {reference.title}, {reference.publisher}, {reference.year}{doubt}"
        else:
            states.setdefault(words(state), []).append(f"[{number}]")
    for state, numbers in states.items():
        yield f"{', '.join(numbers)} {state}: no source is known"
    if uncited := sum(not claim.markers for claim in claims):
        yield f"{uncited} of {counted(len(claims), 'claim')} without a marker"
