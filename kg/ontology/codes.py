"""Codes of outside vocabularies: CURIEs such as `MONDO:0018881`, and the addresses of what they name."""

from __future__ import annotations

from typing import Final

from kg.errors import OntologyError

PREFIXES: Final = {
    "LOINC": "https://loinc.org/rdf/",
    "MONDO": "http://purl.obolibrary.org/obo/MONDO_",
    "HP": "http://purl.obolibrary.org/obo/HP_",
    "NCIT": "http://purl.obolibrary.org/obo/NCIT_",
    "DOID": "http://purl.obolibrary.org/obo/DOID_",
    "MAXO": "http://purl.obolibrary.org/obo/MAXO_",
    "ICD10CM": "http://hl7.org/fhir/sid/icd-10-cm/",
    "ATC": "http://www.whocc.no/atc/",
    "RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm/",
}
"""Prefix → what stands before the code in an address."""


def address(code: str) -> str:
    """The IRI of a code.

    >>> address("HP:0001824")
    'http://purl.obolibrary.org/obo/HP_0001824'

    Raises OntologyError for a prefix that is not known.
    """
    prefix, _, rest = code.partition(":")
    if prefix not in PREFIXES:
        raise OntologyError(f"{code}: the prefix {prefix!r} is not in kg/ontology/codes.py; add it there")
    return PREFIXES[prefix] + rest


def code_of(iri: str) -> str:
    """The code that an IRI is the address of; any other text as it is.

    >>> code_of("http://purl.obolibrary.org/obo/HP_0001824")
    'HP:0001824'
    """
    for prefix, start in PREFIXES.items():
        if iri.startswith(start):
            return f"{prefix}:{iri.removeprefix(start)}"
    return iri
