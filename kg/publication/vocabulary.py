"""The vocabulary of the public graph, as modules/public.ttl has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.errors import OntologyError
from kg.ontology import terms
from kg.ontology.index import Index, parse_module

FILE: Final = Path("modules") / "public.ttl"


@dataclass(frozen=True)
class PublicVocabulary:
    """`mirrored`: property of a patient → what it makes a claim require. `valued`: annotation → property with values.

    `values`: property → code → value. `parents`: property → the one of ours above it. All names are local.
    """

    mirrored: Mapping[str, str]
    valued: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    parents: Mapping[str, str]

    def value(self, annotation: str, code: str) -> tuple[str, str]:
        """The property and the value that an annotation with this text becomes. Raises OntologyError."""
        prop = self.valued[annotation]
        if code not in self.values[prop]:
            raise OntologyError(f"{annotation} {code!r}: no value of ontology/public.yaml has this code; add one")
        return prop, self.values[prop][code]


def read_vocabulary(folder: Path, core: Index) -> PublicVocabulary:
    """The vocabulary in an ontology's folder; some of its values stand in `core`. Raises OntologyError without one."""
    path = folder / FILE
    if not path.exists():
        raise OntologyError(f"{path}: no vocabulary of the public graph; run `make ontology`")
    index = Index(parse_module(path.read_bytes(), 0))
    mirrored = {index.own_value(iri, "mirrors"): terms.local(iri) for iri in index.having(terms.term("mirrors"))}
    valued = {index.own_value(iri, "valueOf"): terms.local(iri) for iri in index.having(terms.term("valueOf"))}
    values = {}
    for prop in valued.values():
        kind = index.value(terms.term(prop), terms.RDFS + "range")
        found = [(each, iri) for each in (index, core) for iri in each.subjects(terms.RDF + "type", kind)]
        values[prop] = {_word(each, iri): terms.local(iri) for each, iri in found}
    above = {iri: index.value(iri, terms.RDFS + "subPropertyOf") for iri in index.having(terms.RDFS + "subPropertyOf")}
    parents = {terms.local(iri): terms.local(top) for iri, top in above.items() if top.startswith(terms.BASE)}
    return PublicVocabulary(mirrored, valued, values, parents)


def _word(index: Index, iri: str) -> str:
    """The word for which a value stands: written beside it, else its code in the vocabulary."""
    return index.own_value(iri, "writtenAs") or index.value(iri, terms.SKOS + "notation")
