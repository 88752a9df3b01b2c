"""Pages of the vocabulary: the list with its search, and one concept with its tree, its codes and its claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.pages import page
from api.pages.lists import Choice, Field, listing
from api.pages.logic import condition, written
from api.routes.addresses import PageLink, all_named, code_link, named
from api.services import services_of
from kg.ontology import terms
from kg.ontology.codes import code_of
from kg.ontology.compiled import Ontology
from kg.ontology.model import Concept, Limit
from kg.render import knowledge
from kg.render.axioms import axioms_naming, axioms_of

SOURCE: Final = "http://purl.org/dc/terms/source"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
MATCHES: Final = {
    "exactMatch": "the same",
    "closeMatch": "close, of another kind",
    "narrowMatch": "narrower",
    "broadMatch": "wider",
    "relatedMatch": "related",
}
NAMES: Final = (
    (SKOS + "altLabel", "Synonyms"),
    (terms.BASE + "abbreviation", "Abbreviations"),
    (terms.BASE + "layTerm", "In everyday words"),
    (terms.BASE + "relatedTerm", "Also leads here"),
)


@dataclass(frozen=True)
class ConceptBranch:
    """A concept with what stands directly below it."""

    link: PageLink
    below: tuple[ConceptBranch, ...]


async def listed(request: Request, subject: Mapping[str, Any]) -> Response:
    """The concepts that pass the filters."""
    ontology = services_of(request).ontology
    kinds = sorted({concept.kind for concept in ontology.concepts.values()})
    fields = (
        Field("text", "Name contains"),
        Field("kind", "Kind", [Choice(kind, kind) for kind in kinds]),
        Field("parent", "Anywhere below"),
    )
    values = listing(request, subject, fields)
    roots = [] if values["filtered"] or values["first"] else _roots(ontology)
    return page("concepts.html", **values, roots=roots, total=len(ontology.concepts))


async def one(request: Request, concept: Concept) -> Response:
    """One concept."""
    ontology = services_of(request).ontology
    iri, index = terms.BASE + concept.name, ontology.index
    uses = knowledge.uses(ontology).get(concept.name, knowledge.Uses((), ()))
    values: dict[str, Any] = {
        "concept": concept,
        "iri": iri,
        "notes": index.values(iri, SKOS + "editorialNote"),
        "names": [(title, found) for predicate, title in NAMES if (found := index.values(iri, predicate))],
        "codes": [
            (code_link(code_of(code)), said)
            for match, said in MATCHES.items()
            for code in index.values(iri, SKOS + match)
        ],
        "above": _paths(ontology, concept.name),
        "tree": branch(ontology, concept.name).below,
        "concluding": _concluding(ontology, concept),
        "mentioning": [(name, ontology.claims[name].sentence) for name in uses.mentioned],
        "deciding": _deciding(ontology, concept),
        "quantity": _quantity(ontology, concept),
        "axis": _axis(ontology, concept),
        "axioms": written(ontology, axioms_of(ontology, concept.name)),
        "using": written(ontology, axioms_naming(ontology, concept.name)),
    }
    return page("concept.html", here="/v1/concepts", **values)


def branch(ontology: Ontology, name: str) -> ConceptBranch:
    """A concept and everything below it, in the order of labels."""
    below = all_named(ontology, ontology.hierarchy.narrower[name])
    return ConceptBranch(named(ontology, name), tuple(branch(ontology, link.title) for link in below))


def _roots(ontology: Ontology) -> list[tuple[str, list[ConceptBranch]]]:
    """The whole tree, by kind."""
    roots = [concept for concept in ontology.concepts.values() if not concept.parents]
    return [
        (kind, [branch(ontology, link.title) for link in all_named(ontology, names)])
        for kind in sorted({concept.kind for concept in roots})
        if (names := [concept.name for concept in roots if concept.kind == kind])
    ]


def _paths(ontology: Ontology, name: str) -> list[tuple[PageLink, ...]]:
    """Every way down to a concept from the top, without itself."""
    parents = ontology.concepts[name].parents
    return [(*way, named(ontology, parent)) for parent in parents for way in _paths(ontology, parent) or [()]]


def _concluding(ontology: Ontology, concept: Concept) -> list[tuple[str, str, tuple[PageLink, ...]]]:
    """The claims that conclude something of a concept: id, sentence, and what they say of it."""
    return [
        (claim.id, claim.sentence, said)
        for claim in ontology.claims.values()
        if (said := tuple(named(ontology, how) for how, target in claim.conclusions if target == concept.name))
    ]


def _deciding(ontology: Ontology, concept: Concept) -> list[tuple[str, Any]]:
    """The conditions from which axioms conclude that a patient has it, with the relation they conclude."""
    return [
        (ontology.label(atom.partition(" ")[0]), condition(ontology, name))
        for atom, names in ontology.concluded_by.items()
        if atom.rpartition(" ")[2] == concept.name
        for name in names
    ]


def _axis(ontology: Ontology, concept: Concept) -> dict[str, Any] | None:
    """The quantity whose position shows a finding, and the limits that put a value there."""
    if concept.axis is None:
        return None
    quantity, position = concept.axis
    wanted = position.lower()
    limits = [one for one in ontology.limits if one.quantity == quantity and wanted in one.position.split()]
    return {"quantity": named(ontology, quantity), "position": wanted, "limits": [_limit(ontology, x) for x in limits]}


def _quantity(ontology: Ontology, concept: Concept) -> dict[str, Any] | None:
    """The units, thresholds and limits of something that is measured, and the findings that its values show."""
    quantity = ontology.quantities.get(concept.name)
    if quantity is None:
        return None
    findings = [other.name for other in ontology.concepts.values() if other.axis and other.axis[0] == concept.name]
    return {
        "unit": quantity.unit,
        "conversions": [(one, named(ontology, one.source)) for _, one in sorted(quantity.conversions.items())],
        "others": quantity.others,
        "thresholds": [
            _threshold(ontology, name) for name, one in ontology.thresholds.items() if one.quantity == concept.name
        ],
        "limits": [_limit(ontology, one) for one in ontology.limits if one.quantity == concept.name],
        "findings": all_named(ontology, findings),
        "derived": all_named(ontology, [one.name for one in ontology.derived if concept.name in one.operands]),
    }


def _threshold(ontology: Ontology, name: str) -> dict[str, Any]:
    own, iri = ontology.index.own_value, terms.BASE + name
    return {
        "link": named(ontology, name),
        "printed": own(iri, "limitAsPrinted"),
        "population": own(iri, "population"),
        "source": named(ontology, terms.local(ontology.index.value(iri, SOURCE))),
    }


def _limit(ontology: Ontology, limit: Limit) -> dict[str, Any]:
    return {"threshold": named(ontology, limit.threshold), "limit": limit}
