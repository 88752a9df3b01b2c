"""The child process of test_store.py: HermiT's hierarchy of named classes, and the types of individuals.

Query on stdin: {"source": path of N-Triples, "classes": [IRI], "individuals": [IRI]}.
Answer on stdout: {"above": {class: [IRI]}, "types": {individual: [IRI]}}, without owl:Thing and equivalent classes
of itself only.
"""

from __future__ import annotations

import json
import sys

import jpype

from kg.judges.hermit_worker import _Session, _start

THING = "http://www.w3.org/2002/07/owl#Thing"


def above(session: _Session, name: str) -> list[str]:
    """Every other named class that a class is subsumed by."""
    node = session.factory.getOWLClass(session.iri.create(name))
    strict = session.reasoner.getSuperClasses(node, False).getFlattened()
    equal = session.reasoner.getEquivalentClasses(node).getEntities()
    return sorted({str(item.getIRI()) for found in (strict, equal) for item in found} - {THING, name})


def main() -> None:
    """Read the query, print the answer."""
    query = json.load(sys.stdin)
    _start()
    session = _Session(query["source"])
    kind = jpype.JClass("org.semanticweb.owlapi.reasoner.InferenceType")
    session.reasoner.precomputeInferences(kind.CLASS_HIERARCHY)
    answer = {
        "above": {name: above(session, name) for name in query["classes"]},
        "types": {name: sorted(set(session.types(name)) - {THING}) for name in query["individuals"]},
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
