"""RDF terms on a page: short text, full text, and a link where there is something to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from kg.ontology import terms


@dataclass(frozen=True)
class ShownTerm:
    """`text` as shown, `full` as it is, `link` an address or empty, `note` a language or datatype."""

    text: str
    full: str
    link: str = ""
    note: str = ""


def shown(cell: Mapping[str, str]) -> ShownTerm:
    """A cell of a result (`kg.store.evaluate`, tables)."""
    value = cell["value"]
    if cell["type"] == "uri":
        return ShownTerm(short(value), value, link(value))
    if cell["type"] == "literal":
        datatype = short(cell["datatype"])
        plain = datatype in ("xsd:string", "rdf:langString")
        return ShownTerm(value, value, note=cell["language"] or ("" if plain else datatype))
    return ShownTerm(f"_:{value}" if cell["type"] == "bnode" else value, value)


def short(iri: str) -> str:
    """An IRI as a prefixed name of the ontology's prefixes, or as it is."""
    fitting = [(len(base), name) for name, base in terms.PREFIXES.items() if iri.startswith(base) and iri != base]
    if not fitting:
        return iri
    length, name = max(fitting)
    return f"{name}:{iri[length:]}"


def link(iri: str) -> str:
    """Where one of our IRIs is described; another's page itself, if it is one."""
    if iri.startswith(terms.BASE):
        return "/id/" + quote(terms.local(iri))
    return iri if iri.startswith(("https://", "http://")) else ""
