"""Released IRIs never vanish: ontology/released-iris.txt, one IRI a line, sorted.

OBO Foundry principle 4 (versioning) and the habit of OBI: a term that is no longer wanted is
deprecated (`owl:deprecated true`), never removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rdflib import OWL, RDFS

from kg.check.expressions import short
from kg.check.modules import CheckedModules, iri, node
from kg.check.report import Description, Finding
from kg.ontology import terms

FILE: Final = "released-iris.txt"
VANISHED: Final = Description(
    "vanished-iri",
    "Released IRI that the ontology no longer has",
    f"An IRI of {FILE} is declared nowhere: whoever cites it is left without an answer.",
    "Restore it, or keep it in core.ttl with `owl:deprecated true` and what replaces it.",
)
NEW: Final = Description(
    "new-iri",
    "IRI that is not yet in the list of released ones",
    f"A term was added since {FILE} was written.",
    "Nothing to mend; kg.check.released(folder) adds it when the ontology is released.",
)
DECLARED: Final = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
INDIVIDUALS: Final = ("Claim", "Article", "PublishedSource", "EditorialDecision")


def present(modules: CheckedModules) -> frozenset[str]:
    """Every class, property, claim and source of the ontology, deprecated ones included."""
    kinds = [terms.term(name) for name in INDIVIDUALS]
    claims = modules.quads(None, RDFS.subClassOf, node(terms.term("Claim")))
    kinds += [iri(quad.subject) for quad in claims if iri(quad.subject)]
    found = modules.typed([*DECLARED, *kinds])
    return frozenset(name for name in found if name.startswith(terms.BASE))


def listed(folder: Path) -> frozenset[str]:
    """The IRIs of the list; none while there is no list."""
    path = folder / FILE
    return frozenset(path.read_text(encoding="utf-8").split()) if path.exists() else frozenset()


def vanished(modules: CheckedModules) -> Iterator[Finding]:
    for name in listed(modules.folder) - present(modules):
        yield Finding(VANISHED.name, short(name), f"listed in {FILE}")


def new(modules: CheckedModules) -> Iterator[Finding]:
    for name in present(modules) - listed(modules.folder):
        yield Finding(NEW.name, short(name))


def released(folder: Path) -> tuple[str, ...]:
    """Add the IRIs of the ontology to the list, which never shrinks; the ones that are new in it."""
    before = listed(folder)
    after = before | present(CheckedModules.load(folder))
    (folder / FILE).write_text("".join(f"{name}\n" for name in sorted(after)), encoding="utf-8")
    return tuple(sorted(after - before))
