"""The child process of test_rules.py: HermiT says of single assertions whether an ontology entails them.

Query on stdin: {"source": path of N-Triples, "asked": [[subject, property or "type", object], ...]}, all IRIs.
Answer on stdout: one truth value for each.
"""

from __future__ import annotations

import json
import sys

import jpype

from kg.judges.hermit_worker import _Session, _start


def entails(session: _Session, subject: str, predicate: str, value: str) -> bool:
    """Whether `subject` is of the class `value`, or is related to it."""
    factory, iri = session.factory, session.iri
    individual = factory.getOWLNamedIndividual(iri.create(subject))
    if predicate == "type":
        axiom = factory.getOWLClassAssertionAxiom(factory.getOWLClass(iri.create(value)), individual)
    else:
        role = factory.getOWLObjectProperty(iri.create(predicate))
        other = factory.getOWLNamedIndividual(iri.create(value))
        axiom = factory.getOWLObjectPropertyAssertionAxiom(role, individual, other)
    return bool(session.reasoner.isEntailed(axiom))


def main() -> None:
    """Read the query, print the answers; an inconsistent ontology entails everything and is refused."""
    query = json.load(sys.stdin)
    _start()
    session = _Session(query["source"])
    if not session.reasoner.isConsistent():
        raise jpype.JException("inconsistent")
    json.dump([entails(session, *triple) for triple in query["asked"]], sys.stdout)


if __name__ == "__main__":
    main()
