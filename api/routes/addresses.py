"""Where a thing of the ontology has its page, and text with such things as links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from kg.ontology import describe
from kg.ontology.compiled import Ontology

# where other vocabularies show one of their codes to people
CODE_PAGES: Final = {
    "ATC": "https://atcddd.fhi.no/atc_ddd_index/?code={}",
    "DOID": "https://purl.obolibrary.org/obo/DOID_{}",
    "HP": "https://purl.obolibrary.org/obo/HP_{}",
    "LOINC": "https://loinc.org/{}",
    "MAXO": "https://purl.obolibrary.org/obo/MAXO_{}",
    "MONDO": "https://purl.obolibrary.org/obo/MONDO_{}",
    "NCIT": "https://purl.obolibrary.org/obo/NCIT_{}",
    "RXNORM": "https://mor.nlm.nih.gov/RxNav/search?searchBy=RXCUI&searchTerm={}",
}
_NAME: Final = re.compile(r"[A-Za-z][\w./-]*\w")


class PageLink(NamedTuple):
    """Text with the address of its page (empty if it has none) and what it is called there."""

    text: str
    address: str = ""
    title: str = ""


def address(ontology: Ontology, name: str) -> str:
    """The address of a local name such as `claim/A0-39`, empty for what the ontology does not hold.

    A part of a claim (a reading, a doubt) is shown on the page of the claim.
    """
    if name in ontology.concepts:
        return f"/v1/concepts/{ontology.codes[name]}"
    kind, _, rest = name.partition("/")
    if kind == "claim" and rest.partition("/")[0] in ontology.claims:
        identifier, _, part = rest.partition("/")
        return f"/v1/claims/{identifier}" + (f"#{part.replace('/', '-')}" if part else "")
    if kind == "article" and rest in ontology.articles:
        return f"/v1/articles/{rest}"
    if name in ontology.references:
        return f"/v1/references/{rest.replace('/', '-R')}"
    if kind == "ontology" and name in describe.names(ontology):
        return f"/{name}"
    return f"/v1/terms/{name}" if name in describe.names(ontology) else ""


def named(ontology: Ontology, name: str) -> PageLink:
    """A thing by its label, linked to its page."""
    kind, _, rest = name.partition("/")
    text = rest if kind == "claim" else ontology.label(name)
    return PageLink(text, address(ontology, name), name)


def all_named(ontology: Ontology, names: Iterable[str]) -> tuple[PageLink, ...]:
    """Things in the order of their labels."""
    return tuple(sorted((named(ontology, name) for name in names), key=lambda one: (one.text.casefold(), one.title)))


def linked(ontology: Ontology, text: str) -> tuple[PageLink, ...]:
    """Manchester text in pieces: every name that the ontology knows is a link with its label as title."""
    found: list[PageLink] = []
    end = 0
    for match in _NAME.finditer(text):
        if place := address(ontology, match[0]):
            found += [PageLink(text[end : match.start()]), PageLink(match[0], place, ontology.label(match[0]))]
            end = match.end()
    return tuple(piece for piece in (*found, PageLink(text[end:])) if piece.text)


def code_link(code: str) -> PageLink:
    """An outside code such as `LOINC:718-7` with the page that its vocabulary gives it."""
    prefix, _, rest = code.partition(":")
    return PageLink(code, CODE_PAGES[prefix].format(rest) if prefix in CODE_PAGES else "")
