"""Codes of outside vocabularies: CURIEs such as `MONDO:0018881`, and the addresses of what they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    "SNOMEDCT": "http://snomed.info/id/",
    "ICD10": "http://hl7.org/fhir/sid/icd-10/",
}
"""Prefix → what stands before the code in an address."""
FHIR_SYSTEMS: Final = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMEDCT",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD10CM",
    "http://hl7.org/fhir/sid/icd-10": "ICD10",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RXNORM",
    "http://www.whocc.no/atc": "ATC",
    "http://human-phenotype-ontology.org": "HP",
    "http://purl.obolibrary.org/obo/hp.owl": "HP",
    "http://purl.obolibrary.org/obo/mondo.owl": "MONDO",
    "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl": "NCIT",
    "https://w3id.org/warrant": "",
}
"""Address of a code system in FHIR, without a slash at its end → prefix (http://hl7.org/fhir/R4/terminologies-systems.html)."""

LENGTHS: Final[Mapping[str, tuple[int, ...]]] = {"ICD10CM": (3, 4, 5, 6, 7), "ATC": (1, 3, 4, 5, 7)}
"""Code systems in which a code begins with the broader one, and how long codes are on each level, without a point:
official guidelines of ICD-10-CM, section I.A.2; structure of the ATC system of the WHO Collaborating Centre in Oslo."""


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


def broader_codes(code: str) -> Iterator[str]:
    """The codes of the same system of which a code is a kind by the way it is written, the nearest first.

    >>> list(broader_codes("ICD10CM:C50.911")), list(broader_codes("ATC:B03XA02"))[:2]
    (['ICD10CM:C50.91', 'ICD10CM:C50.9', 'ICD10CM:C50'], ['ATC:B03XA', 'ATC:B03X'])
    """
    prefix, _, local = code.partition(":")
    plain = local.replace(".", "")
    for length in reversed(LENGTHS.get(prefix, ())):
        if length < len(plain):
            found = plain[:length]
            yield f"{prefix}:{found[:3]}.{found[3:]}" if "." in local and length > 3 else f"{prefix}:{found}"


def fhir_code(system: str, code: str) -> str:
    """A code of a system of FHIR as the vocabulary writes it; of a system that is not known, as an address.

    >>> fhir_code("http://loinc.org", "718-7"), fhir_code("https://hospital.example/lab/", "HB")
    ('LOINC:718-7', 'https://hospital.example/lab/HB')
    """
    plain = system.rstrip("/")
    if plain not in FHIR_SYSTEMS:
        return f"{plain}/{code}"
    prefix = FHIR_SYSTEMS[plain]
    return f"{prefix}:{code}" if prefix else code
