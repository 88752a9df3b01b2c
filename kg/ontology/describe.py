"""What the ontology says of one of its nodes, and the ontology as one document or module by module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from kg.cache.derived import derived
from kg.errors import OntologyError
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.index import parse_module

PARTS: Final = ("passage/", "marker/", "reference/", "article/", "claim/")


def about(ontology: Ontology, names: Sequence[str]) -> tuple[ox.Triple, ...]:
    """The triples about nodes (local names such as `claim/A0-39`) and about what belongs to them, sorted.

    To a claim belong its readings, passage, markers and doubts, to a marker its reference; other claims do not. What
    only the product to browse has (evidence, the vocabulary of the public graph) is described as it stands there.
    """
    table = _by_subject(ontology)
    if any(f"<{terms.BASE}{name}>" not in table for name in names):
        table = {**_of_the_product(ontology), **table}
    todo = [f"<{terms.BASE}{name}>" for name in names]
    seen: set[str] = set(todo)
    found: dict[ox.Triple, None] = {}
    while todo:
        for triple in table.get(node := todo.pop(), ()):
            found[triple] = None
            part = str(triple.object)
            if part not in seen and _belongs(triple.object, node):
                seen.add(part)
                todo.append(part)
    return tuple(sorted(found, key=str))


def _belongs(node: object, owner: str) -> bool:
    if isinstance(node, ox.BlankNode):
        return True
    if not isinstance(node, ox.NamedNode) or not node.value.startswith(terms.BASE):
        return False
    name, above = terms.local(node.value), terms.local(owner.strip("<>"))
    if name.startswith("claim/"):
        return name.startswith(above + "/")
    return name.startswith(PARTS) and not above.startswith("article/")


@derived
def _by_subject(ontology: Ontology) -> Mapping[str, tuple[ox.Triple, ...]]:
    return _grouped(ontology.index.triples)


@derived
def _of_the_product(ontology: Ontology) -> Mapping[str, tuple[ox.Triple, ...]]:
    return _grouped(product(ontology))


def _grouped(triples: Iterable[ox.Triple]) -> Mapping[str, tuple[ox.Triple, ...]]:
    found: dict[str, list[ox.Triple]] = {}
    for triple in triples:
        found.setdefault(str(triple.subject), []).append(triple)
    return {subject: tuple(group) for subject, group in found.items()}


@derived
def names(ontology: Ontology) -> frozenset[str]:
    """The local names of everything that the ontology, or its product to browse, says something of."""
    found = (triple.subject for triples in (ontology.index.triples, product(ontology)) for triple in triples)
    iris = {subject.value for subject in found if isinstance(subject, ox.NamedNode)}
    return frozenset(terms.local(iri) for iri in iris if iri.startswith(terms.BASE))


def pointing_at(ontology: Ontology, name: str) -> tuple[tuple[str, str], ...]:
    """What names a thing (local name) beside axioms' annotations: pairs of predicate IRI and local name, sorted."""
    return _by_object(ontology).get(terms.BASE + name, ())


@derived
def _by_object(ontology: Ontology) -> Mapping[str, tuple[tuple[str, str], ...]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for triple in ontology.index.triples:
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode):
            found.setdefault(triple.object.value, set()).add(
                (triple.predicate.value, terms.local(triple.subject.value))
            )
    return {value: tuple(sorted(pairs)) for value, pairs in found.items()}


def module(ontology: Ontology, name: str) -> tuple[ox.Triple, ...] | None:
    """The triples of a module by its name, as its file has them; None where there is no such module."""
    for path in ontology.files:
        if path.stem == name:
            return ontology.triples_of(path)
    return None


def module_names(ontology: Ontology) -> tuple[str, ...]:
    """The names of all modules, the root's (`warrant-reasoning`) too."""
    return tuple(sorted(path.stem for path in ontology.files))


@derived
def product(ontology: Ontology) -> tuple[ox.Triple, ...]:
    """The product to browse, as its file beside the modules has it. Raises OntologyError where there is none."""
    path = ontology.folder / "warrant.ttl"
    if not path.exists():
        raise OntologyError(f"{path}: no product to browse; run `make ontology`")
    return parse_module(path.read_bytes(), len(ontology.files))
