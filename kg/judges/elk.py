"""ELK, a reasoner of the OWL 2 EL profile, as a third judge beside the engine and HermiT.

ELK reads neither facets nor cardinalities nor inverse properties, and answers with classes alone. Each is put into its
input in another way, by this module and not by the engine:

    facets              the sides of limits on which a number lies, worked out from the number, are types of it
    `min n`             a named class, given to who has that many values of the class that ELK finds, told apart
    `measuredIn`        stated beside each `hasMeasurement`
    values of a patient a class "has this value" below each pair of a property and an individual that can be a value
"""

from __future__ import annotations

import operator
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Final

from kg.errors import ReasonerError
from kg.judges.child import answer_of
from kg.judges.ntriples import OWL, RDF, RDFS, assertions, facet_nodes, is_bound, logical_axioms, node_of
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.reach import reach
from kg.reasoner.closure import Closure, inferred_properties
from kg.record.record import Record

TIMEOUT: Final = 300.0
AT_ONCE: Final = 100
OPERATORS: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_UPPER: Final = (("value", ""), ("valueAtMost", ""), ("valueBelow", "="))
_LOWER: Final = (("value", ""), ("valueAtLeast", ""), ("valueAbove", "="))
_MEASURED: Final = ("hasMeasurement", "measuredIn")
_APART: Final = ("AllDifferent>", "distinctMembers>")


@dataclass(frozen=True)
class AtLeastClass:
    """The named class that stands for `property min count filler`, with its IRI and the blank node that it replaces."""

    iri: str
    node: str
    property: str
    count: int
    filler: str


class Elk:
    """ELK over one ontology; `classpath` names its jars, `timeout` in seconds bounds each run."""

    def __init__(self, ontology: Ontology, classpath: Sequence[str], timeout: float = TIMEOUT) -> None:
        self.ontology, self.classpath, self.timeout = ontology, tuple(classpath), timeout
        self.index, self.at_once = ontology.index, AT_ONCE

    def infer(self, records: Sequence[Record]) -> tuple[Closure, ...]:
        """The closure of each patient. Raises ReasonerError when ELK finds the whole inconsistent."""
        lines = [*self._axioms, *self._asking, *self._facts(records), *self._sides_of_limits(records)]
        types = self._types(
            lines, sorted({terms.BASE + one.subject for record in records for one in record.assertions})
        )
        counted = list(self._counted(records, types))
        if counted:
            types |= self._types([*lines, *counted], [terms.BASE + record.patient for record in records])
        return tuple(self._closure(record, types[terms.BASE + record.patient]) for record in records)

    def _closure(self, record: Record, types: frozenset[str]) -> Closure:
        values: dict[str, set[str]] = {prop: set() for prop in inferred_properties(self.ontology)}
        for name in types & self._asked.keys():
            prop, value = self._asked[name]
            values[prop].add(terms.local(value))
        named = frozenset(terms.local(name) for name in types if name.startswith(terms.BASE))
        return Closure(record.patient, named, {prop: frozenset(found) for prop, found in values.items()})

    # -- the child process

    def _types(self, lines: Iterable[str], individuals: Sequence[str]) -> dict[str, frozenset[str]]:
        with tempfile.TemporaryDirectory(prefix="warrant-elk-") as folder:
            source = Path(folder) / "ontology.nt"
            source.write_text("\n".join(lines) + "\n", encoding="utf-8")
            query = {"classpath": self.classpath, "source": str(source), "individuals": individuals}
            result = answer_of("kg.judges.elk_worker", query, self.timeout, "ELK")
        if "error" in result:
            raise ReasonerError(f"ELK: {result['error']}")
        if not result["consistent"]:
            raise ReasonerError("ELK finds the ontology with these patients inconsistent")
        return {name: frozenset(found) for name, found in result["types"].items()}

    # -- what the patients state

    def _facts(self, records: Sequence[Record]) -> list[str]:
        stated = [line for record in records for line in assertions(record) if not is_bound(line)]
        kept = [line for line in stated if not line.startswith("_:d") and not any(mark in line for mark in _APART)]
        has, inside = (reach(terms.BASE + name, self._below) for name in _MEASURED)
        inverse = []
        for line in kept:
            subject, prop, value, _ = line.split(" ", 3)
            if prop[1:-1] in has:
                inverse.append(f"{value} <{terms.BASE}measuredIn> {subject} .")
            elif prop[1:-1] in inside:
                inverse.append(f"{value} <{terms.BASE}hasMeasurement> {subject} .")
        return [*kept, *inverse]

    def _sides_of_limits(self, records: Sequence[Record]) -> Iterable[str]:
        """A type for each side of a limit on which a stated bound lies."""
        limits: dict[str, list[tuple[str, str, Decimal]]] = {}
        for side in self.ontology.thresholds.values():
            limits.setdefault(side.quantity, []).append((side.name, side.bound, side.limit))
        derived = {one.name for one in self.ontology.derived}
        for record in records:
            kinds: dict[str, set[str]] = {}
            for one in record.assertions:
                if one.predicate == "type":
                    kinds.setdefault(one.subject, set()).add(one.object)
            for one in record.assertions:
                if one.predicate in terms.BOUNDS:
                    for kind in kinds.get(one.subject, ()):
                        quantity = kind if kind in derived else kind.removesuffix("Measurement")
                        for name, bound, limit in limits.get(quantity, ()):
                            if _lies_beyond(one.predicate, Decimal(one.object), bound, limit):
                                yield f"<{terms.BASE}{one.subject}> <{RDF}type> <{terms.BASE}{name}> ."

    def _counted(self, records: Sequence[Record], types: Mapping[str, frozenset[str]]) -> Iterable[str]:
        """Who has at least so many values of a class, told apart by the record."""
        for one in self._at_least:
            below = reach(one.property, self._below)
            for record in records:
                ends = {
                    item.object
                    for item in record.assertions
                    if item.subject == record.patient
                    and terms.BASE + item.predicate in below
                    and one.filler in types.get(terms.BASE + item.object, ())
                }
                if any(len(ends & set(group)) >= one.count for group in record.different):
                    yield f"<{terms.BASE}{record.patient}> <{RDF}type> <{one.iri}> ."

    # -- the axioms

    @cached_property
    def _axioms(self) -> tuple[str, ...]:
        """The logical axioms without facets, a named class in the place of each cardinality."""
        facets = facet_nodes(self.index)
        classes = {one.node: f"<{one.iri}>" for one in self._at_least}
        found = [f"{iri} <{RDF}type> <{OWL}Class> ." for iri in classes.values()]
        for line in logical_axioms(self.index):
            subject, predicate, value, _ = line.split(" ", 3)
            if subject not in facets and subject not in classes:
                found.append(f"{subject} {predicate} {classes[value]} ." if value in classes else line)
        return tuple(found)

    @cached_property
    def _at_least(self) -> tuple[AtLeastClass, ...]:
        index, prop = self.index, OWL + "minQualifiedCardinality"
        nodes = sorted({node_of(one.subject) for one in index.triples if one.predicate.value == prop})
        return tuple(
            AtLeastClass(
                f"urn:at-least:{number}",
                node,
                index.value(node, OWL + "onProperty"),
                int(index.value(node, prop)),
                index.value(node, OWL + "onClass"),
            )
            for number, node in enumerate(nodes)
        )

    @cached_property
    def _asked(self) -> Mapping[str, tuple[str, str]]:
        """A class for each value that a property of a closure can have → the property's local name and the value."""
        pairs = [(prop, value) for prop in inferred_properties(self.ontology) for value in sorted(self._values(prop))]
        return {f"urn:asked:{number}": pair for number, pair in enumerate(pairs)}

    @cached_property
    def _asking(self) -> tuple[str, ...]:
        """Axioms by which who has a value is of the class that asks for it."""
        found = []
        for number, (name, (prop, value)) in enumerate(self._asked.items()):
            node = f"_:asked{number}"
            found += [
                f"<{name}> <{RDF}type> <{OWL}Class> .",
                f"{node} <{RDF}type> <{OWL}Restriction> .",
                f"{node} <{OWL}onProperty> <{terms.BASE}{prop}> .",
                f"{node} <{OWL}hasValue> <{value}> .",
                f"{node} <{RDFS}subClassOf> <{name}> .",
            ]
        return tuple(found)

    def _values(self, prop: str) -> set[str]:
        """Individuals that an axiom can give as a value of a property: by itself, from below it, or by a chain."""
        found: set[str] = set()
        for name in reach(terms.BASE + prop, self._below):
            found |= self._restricted.get(name, set())
            for head in self.index.values(name, OWL + "propertyChainAxiom"):
                last = self.index.members(head)[-1]
                for link in reach(last, self._below):
                    found |= self._linked.get(link, set())
        return found

    def _below(self, prop: str) -> list[str]:
        return [name for name in self.index.subjects(RDFS + "subPropertyOf", prop) if not name.startswith("_:")]

    @cached_property
    def _restricted(self) -> Mapping[str, set[str]]:
        """Property → individuals of its `value` restrictions."""
        found: dict[str, set[str]] = {}
        for node in self.index.subjects(RDF + "type", OWL + "Restriction"):
            if value := self.index.value(node, OWL + "hasValue"):
                found.setdefault(self.index.value(node, OWL + "onProperty"), set()).add(value)
        return found

    @cached_property
    def _linked(self) -> Mapping[str, set[str]]:
        """Property → individuals to which the ontology links another one by it."""
        properties = set(self.index.subjects(RDF + "type", OWL + "ObjectProperty"))
        found: dict[str, set[str]] = {}
        for one in self.index.triples:
            if one.predicate.value in properties:
                found.setdefault(one.predicate.value, set()).add(str(getattr(one.object, "value", "")))
        return found


def _lies_beyond(prop: str, value: Decimal, bound: str, limit: Decimal) -> bool:
    """Whether a stated bound of a number puts it on a side of a limit."""
    for name, also in _UPPER if bound[0] == "<" else _LOWER:
        if name == prop:
            return OPERATORS[bound if name == "value" or not also else bound[0] + also](value, limit)
    return False
