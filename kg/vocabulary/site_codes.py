"""Codes that a site maps to concepts itself, such as SNOMED CT or its own: an SSSOM table or a FHIR ConceptMap.

`WARRANT_CODES` names the file. What it says counts before the mappings of the ontology. Codes whose licence does not
let them be shipped come in by it, and stay at the site.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from kg.errors import InputError, Problem
from kg.ontology import terms
from kg.ontology.codes import code_of, fhir_code
from kg.ontology.compiled import Ontology

SITE: Final = "WARRANT_CODES"
SKOS: Final = "skos:"
# R4's equivalence and R5's relationship, from the code to our concept → the predicate from our concept to the code
EQUIVALENCES: Final = {
    "equal": "exactMatch", "equivalent": "exactMatch", "wider": "narrowMatch", "subsumes": "narrowMatch",
    "narrower": "broadMatch", "specializes": "broadMatch", "inexact": "closeMatch", "relatedto": "relatedMatch",
    "related-to": "relatedMatch", "source-is-narrower-than-target": "narrowMatch",
    "source-is-broader-than-target": "broadMatch", "unmatched": "", "disjoint": "", "not-related-to": "",
}  # fmt: skip
INVERSE: Final = {"narrowMatch": "broadMatch", "broadMatch": "narrowMatch"}
PREDICATES: Final = ("exactMatch", "closeMatch", "narrowMatch", "broadMatch", "relatedMatch")
REMEDY: Final = "Give an SSSOM table (TSV) or a FHIR ConceptMap (JSON) between codes and concepts of this vocabulary."


@dataclass(frozen=True)
class SiteCode:
    """A code, the concept that it is mapped to, and the predicate of SKOS from the concept to the code."""

    code: str
    concept: str
    predicate: str


def site_codes(ontology: Ontology) -> tuple[SiteCode, ...]:
    """What the file says that the environment names. Raises InputError for a file that is neither kind of table."""
    place = os.environ.get(SITE)
    return read_site_codes(Path(place), ontology) if place else ()


def read_site_codes(path: Path, ontology: Ontology) -> tuple[SiteCode, ...]:
    """The codes of a file. Raises InputError for one that is neither kind of table, or names an unknown concept."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = [*(_concept_map(json.loads(text)) if text.lstrip().startswith("{") else _sssom(text))]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise InputError([Problem(path.name, f"is no mapping of codes: {error}", REMEDY)]) from error
    named = {name: concept.name for concept in ontology.concepts.values() for name in (concept.code, concept.name)}
    unknown = [
        Problem(path.name, f"{row.concept} is no concept here", REMEDY) for row in rows if row.concept not in named
    ]
    if unknown:
        raise InputError(unknown)
    return tuple(SiteCode(row.code, named[row.concept], row.predicate) for row in rows)


def _sssom(text: str) -> Iterator[SiteCode]:
    """The rows of an SSSOM table, in whichever direction they stand. Raises ValueError."""
    lines = text.splitlines()
    header = yaml.safe_load("\n".join(line[1:] for line in lines if line.startswith("#"))) or {}
    prefixes: Mapping[str, str] = header.get("curie_map", {})
    reader = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    if missing := {"subject_id", "predicate_id", "object_id"} - set(reader.fieldnames or ()):
        raise ValueError(f"there is no column {', '.join(sorted(missing))}")
    for row in reader:
        predicate = row["predicate_id"].removeprefix(SKOS)
        subject, target = (_expanded(row[name], prefixes) for name in ("subject_id", "object_id"))
        if predicate not in PREDICATES or subject.startswith(terms.BASE) is target.startswith(terms.BASE):
            raise ValueError(
                f"{row['subject_id']} {row['predicate_id']} {row['object_id']} maps no code to a concept here"
            )
        if target.startswith(terms.BASE):
            subject, target, predicate = target, subject, INVERSE.get(predicate, predicate)
        # a table of results writes a code of a system that nothing here knows as the mapping does, FHIR as an address
        for code in {code_of(target), *(row[name] for name in ("subject_id", "object_id"))}:
            if not _expanded(code, prefixes).startswith(terms.BASE):
                yield SiteCode(code, subject.removeprefix(terms.BASE), predicate)


def _expanded(curie: str, prefixes: Mapping[str, str]) -> str:
    prefix, _, rest = curie.partition(":")
    return prefixes[prefix] + rest if prefix in prefixes else curie


def _concept_map(data: Mapping[str, Any]) -> Iterator[SiteCode]:
    """The mappings of a ConceptMap of R4 or R5 whose target is our vocabulary. Raises ValueError, KeyError."""
    if data.get("resourceType") != "ConceptMap":
        raise ValueError("it is no ConceptMap")
    for group in data["group"]:
        if str(group["target"]).rstrip("/") != terms.BASE.rstrip("/"):
            raise ValueError(f"its target is {group['target']}, not {terms.BASE}")
        for element in group["element"]:
            for target in element.get("target", ()):
                said = str(target.get("equivalence") or target.get("relationship"))
                if predicate := EQUIVALENCES[said]:
                    yield SiteCode(
                        fhir_code(str(group["source"]), str(element["code"])), str(target["code"]), predicate
                    )
