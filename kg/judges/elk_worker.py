"""The child process that holds ELK: `python -m kg.judges.elk_worker`, one JSON query in, one answer out.

Query: {"classpath": [jar], "source": path of N-Triples, "individuals": [IRI]}.
Answer: {"consistent", "types": {individual: [IRI]}}, or {"error"}.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import jpype

from kg.judges.hermit_worker import java_library


def answer(query: dict[str, Any]) -> dict[str, Any]:
    """The named classes of each individual by ELK."""
    jpype.startJVM(java_library(), "-Xmx2g", "-Xss64m", classpath=query["classpath"])
    level = jpype.JClass("org.apache.log4j.Level")
    jpype.JClass("org.apache.log4j.Logger").getRootLogger().setLevel(level.ERROR)
    manager = jpype.JClass("org.semanticweb.owlapi.apibinding.OWLManager").createOWLOntologyManager()
    ontology = manager.loadOntologyFromOntologyDocument(jpype.JClass("java.io.File")(query["source"]))
    reasoner = jpype.JClass("org.semanticweb.elk.owlapi.ElkReasonerFactory")().createReasoner(ontology)
    if not reasoner.isConsistent():
        return {"consistent": False}
    factory = manager.getOWLDataFactory()
    iri = jpype.JClass("org.semanticweb.owlapi.model.IRI")
    types = {}
    for name in query["individuals"]:
        found = reasoner.getTypes(factory.getOWLNamedIndividual(iri.create(name)), False).getFlattened()
        types[name] = sorted(str(item.getIRI()) for item in found)
    return {"consistent": True, "types": types}


def main() -> None:
    """Read the query, print the answer; a failure is an answer too."""
    try:
        result = answer(json.load(sys.stdin))
    except Exception as error:  # whatever Java throws must reach the caller as text
        result = {"error": f"{type(error).__name__}: {error}"}
    json.dump(result, sys.stdout)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
