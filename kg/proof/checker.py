"""An independent checker: takes a proof and the ontology's files and accepts or rejects.

It imports nothing of the engine. It reads the axioms from the Turtle itself, writes each as text, and holds every step
against the axiom that it names: OWL 2 RL/RDF (W3C, section 4.3) for the rules, plus bounds of decimals and counting.
A proof is data (the JSON form): nothing in it is believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

Triple = tuple[str, str, str]
BASE: Final = "https://w3id.org/warrant/"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SOURCE: Final = "http://purl.org/dc/terms/source"
FACTS: Final = ("stated", "computed", "asserted absent", "about the record")
BOUNDS: Final[Mapping[str, tuple[str, Callable[[Decimal, Decimal], bool]]]] = {
    XSD + "minInclusive": (">=", lambda value, limit: value >= limit),
    XSD + "minExclusive": (">", lambda value, limit: value > limit),
    XSD + "maxInclusive": ("<=", lambda value, limit: value <= limit),
    XSD + "maxExclusive": ("<", lambda value, limit: value < limit),
}

OF_CLASSES: Final = ("cax-sco", "cls-int1", "cls-svf1", "cls-hv2", "cls-minqc", "dt-facet")
RULES: Final[Mapping[str, tuple[str, ...]]] = {
    RDFS + "subClassOf": OF_CLASSES,
    OWL + "equivalentClass": OF_CLASSES,
    RDFS + "subPropertyOf": ("prp-spo1", "prp-inv"),
    OWL + "propertyChainAxiom": ("prp-spo2",),
    OWL + "inverseOf": ("prp-inv",),
    RDFS + "domain": ("prp-dom",),
    RDFS + "range": ("prp-rng",),
}


class Rejected(Exception):
    """The proof does not hold: at which step, and why."""


@dataclass(frozen=True)
class AxiomText:
    """An axiom of the files: subject and object nodes, predicate, and its source."""

    subject: str
    predicate: str
    object: str
    source: str


class Checker:
    """Holds proofs against the Turtle files of an ontology."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.spo: dict[str, dict[str, list[str]]] = {}
        triples: list[Triple] = []
        for number, path in enumerate(files):
            triples += [_text(quad, number) for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE)]
        for s, p, o in triples:
            self.spo.setdefault(s, {}).setdefault(p, []).append(o)
        sources = {self._key(node): self.one(node, SOURCE) for node in self._of_type(triples, OWL + "Axiom")}
        self.axioms: dict[str, AxiomText] = {}
        for s, p, o in triples:
            if (source := sources.get((s, p, o))) is not None:
                text = f"{self.show(s)} {p.rsplit('#')[-1].removeprefix(BASE)} {self.show(o)}"
                self.axioms[text] = AxiomText(s, p, o, source.removeprefix(BASE))

    @staticmethod
    def _of_type(triples: Iterable[Triple], kind: str) -> list[str]:
        return [s for s, p, o in triples if p == RDF + "type" and o == kind]

    def _key(self, node: str) -> Triple:
        return (
            self.one(node, OWL + "annotatedSource"),
            self.one(node, OWL + "annotatedProperty"),
            self.one(node, OWL + "annotatedTarget"),
        )

    def one(self, node: str, predicate: str) -> str:
        """The value of a predicate, or nothing."""
        return next(iter(self.spo.get(node, {}).get(predicate, ())), "")

    def members(self, head: str) -> list[str]:
        found = []
        while head and head != RDF + "nil":
            found.append(self.one(head, RDF + "first"))
            head = self.one(head, RDF + "rest")
        return found

    def show(self, node: str) -> str:
        """A class expression or a chain as text."""
        if not node.startswith("_:"):
            return node.removeprefix(BASE)
        if inverse := self.one(node, OWL + "inverseOf"):
            return f"inverse {inverse.removeprefix(BASE)}"
        for kind, word in ((OWL + "intersectionOf", " and "), (OWL + "unionOf", " or ")):
            if head := self.one(node, kind):
                return "(" + word.join(map(self.show, self.members(head))) + ")"
        prop = self.one(node, OWL + "onProperty").removeprefix(BASE)
        if not prop:
            return "(" + " o ".join(map(self.show, self.members(node))) + ")"
        if value := self.one(node, OWL + "hasValue"):
            return f"{prop} value {value.removeprefix(BASE)}"
        if count := self.one(node, OWL + "minQualifiedCardinality"):
            return f"{prop} min {count} {self.one(node, OWL + 'onClass').removeprefix(BASE)}"
        filler = self.one(node, OWL + "someValuesFrom")
        limits = self._limits(filler)
        return " or ".join(f"{prop} some xsd:decimal[{BOUNDS[iri][0]} {limit}]" for iri, limit in limits) or (
            f"{prop} some {filler.removeprefix(BASE)}"
        )

    def _limits(self, datatype: str) -> list[tuple[str, str]]:
        nodes = self.members(self.one(datatype, OWL + "withRestrictions"))
        return [(iri, self.one(node, iri)) for node in nodes for iri in BOUNDS if self.one(node, iri)]

    # -- a whole proof

    def check(self, proof: Mapping[str, Any], facts: Iterable[Sequence[str]] | None = None) -> None:
        """Accept silently, or raise Rejected. With `facts`, every fact leaf must be among them."""
        try:
            self._check(proof, facts)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Rejected(f"not in the form of a proof: {error!r}") from error

    def _check(self, proof: Mapping[str, Any], facts: Iterable[Sequence[str]] | None) -> None:
        known: dict[str, Triple] = {}
        given = None if facts is None else {tuple(fact) for fact in facts}
        steps = proof["steps"]
        if not steps or list(steps[-1]["conclusion"]) != list(proof["conclusion"]):
            raise Rejected("the last step is not the conclusion")
        for step in steps:
            self._step(step, known, given)
        leaves = {tuple(step["conclusion"]) for step in steps if step["rule"] in FACTS}
        if leaves != {tuple(fact) for fact in proof["facts"]}:
            raise Rejected("the facts named are not the leaves of the steps")
        if sorted({step["axiom"] for step in steps if step["axiom"]}) != list(proof["justification"]):
            raise Rejected("the justification is not the axioms of the steps")

    def _step(self, step: Mapping[str, Any], known: dict[str, Triple], given: set[tuple[str, ...]] | None) -> None:
        conclusion: Triple = tuple(step["conclusion"])
        where = f"step {' '.join(conclusion)}"
        content = "\n".join((*conclusion, step["rule"], step["axiom"] or "", *sorted(step["premises"])))
        if step["id"] != "sha256:" + hashlib.sha256(content.encode()).hexdigest():
            raise Rejected(f"{where}: its id is not the hash of its content")
        if missing := [premise for premise in step["premises"] if premise not in known]:
            raise Rejected(f"{where}: {len(missing)} of its premises stand nowhere before it")
        premises = {known[premise] for premise in step["premises"]}
        if step["rule"] in FACTS:
            if step["axiom"] or premises or (given is not None and conclusion not in given):
                raise Rejected(f"{where}: is no fact of this patient")
            if step["source"] != "record":
                raise Rejected(f"{where}: the source of a fact is the record, not {step['source']}")
        else:
            self._inference(step, conclusion, premises, where)
        known[step["id"]] = conclusion

    def _inference(self, step: Mapping[str, Any], conclusion: Triple, premises: set[Triple], where: str) -> None:
        axiom = self.axioms.get(step["axiom"] or "")
        if axiom is None:
            raise Rejected(f"{where}: the ontology has no such axiom: {step['axiom']}")
        if step["source"] != axiom.source:
            raise Rejected(f"{where}: the source is {axiom.source}, not {step['source']}")
        if step["rule"] not in RULES.get(axiom.predicate, ("ontology",)):
            raise Rejected(f"{where}: {step['rule']} is no rule for {step['axiom']}")
        if not self._follows(axiom, conclusion, premises):
            raise Rejected(f"{where}: does not follow from its premises by {step['axiom']}")

    # -- one inference

    def _follows(self, axiom: AxiomText, conclusion: Triple, premises: set[Triple]) -> bool:
        s, p, o = conclusion
        subject, target = axiom.subject.removeprefix(BASE), axiom.object.removeprefix(BASE)
        match axiom.predicate:
            case predicate if predicate == RDFS + "subClassOf":
                return self._is_head(axiom.object, conclusion) and self._holds(axiom.subject, s, premises)
            case predicate if predicate == OWL + "equivalentClass":
                return self._is_head(axiom.subject, conclusion) and self._holds(axiom.object, s, premises)
            case predicate if predicate == RDFS + "subPropertyOf":
                inverse = self.one(axiom.subject, OWL + "inverseOf").removeprefix(BASE)
                return p == target and ((o, inverse, s) if inverse else (s, subject, o)) in premises
            case predicate if predicate == OWL + "propertyChainAxiom":
                first, second = (link.removeprefix(BASE) for link in self.members(axiom.object))
                return p == subject and any(
                    (s, first, y) in premises and (y, second, o) in premises for _, _, y in premises
                )
            case predicate if predicate == OWL + "inverseOf":
                pairs = ((subject, target), (target, subject))
                return any(p == left and (o, right, s) in premises for left, right in pairs)
            case predicate if predicate == RDFS + "domain":
                return p == "type" and o == target and any(a == s and b == subject for a, b, _ in premises)
            case predicate if predicate == RDFS + "range":
                return p == "type" and o == target and any(c == s and b == subject for _, b, c in premises)
            case predicate:
                return not premises and conclusion == (subject, predicate.removeprefix(RDF).removeprefix(BASE), target)

    def _is_head(self, node: str, conclusion: Triple) -> bool:
        _, p, o = conclusion
        if not node.startswith("_:"):
            return p == "type" and o == node.removeprefix(BASE)
        if head := self.one(node, OWL + "intersectionOf"):
            return any(self._is_head(member, conclusion) for member in self.members(head))
        value = self.one(node, OWL + "hasValue")
        return bool(value) and (p, o) == (
            self.one(node, OWL + "onProperty").removeprefix(BASE),
            value.removeprefix(BASE),
        )

    def _holds(self, node: str, s: str, premises: set[Triple]) -> bool:
        """Whether the premises alone make `s` an instance of a class expression."""
        if not node.startswith("_:"):
            return (s, "type", node.removeprefix(BASE)) in premises
        if head := self.one(node, OWL + "intersectionOf"):
            return all(self._holds(member, s, premises) for member in self.members(head))
        if head := self.one(node, OWL + "unionOf"):
            return any(self._holds(member, s, premises) for member in self.members(head))
        prop = self.one(node, OWL + "onProperty").removeprefix(BASE)
        ends = [o for a, p, o in premises if a == s and p == prop]
        if value := self.one(node, OWL + "hasValue"):
            return value.removeprefix(BASE) in ends
        if count := self.one(node, OWL + "minQualifiedCardinality"):
            inside = [end for end in ends if self._holds(self.one(node, OWL + "onClass"), end, premises)]
            return any(_all_differ(group, premises) for group in combinations(sorted(inside), int(count)))
        filler = self.one(node, OWL + "someValuesFrom")
        if limits := self._limits(filler):
            return any(_within(end, limits) for end in ends)
        return any(self._holds(filler, end, premises) for end in ends)


def _all_differ(names: Sequence[str], premises: set[Triple]) -> bool:
    return all(
        (a, "differentFrom", b) in premises or (b, "differentFrom", a) in premises for a, b in combinations(names, 2)
    )


def _within(value: str, limits: Iterable[tuple[str, str]]) -> bool:
    try:
        return all(BOUNDS[iri][1](Decimal(value), Decimal(limit)) for iri, limit in limits)
    except InvalidOperation:
        return False


def _text(quad: ox.Quad, number: int) -> Triple:
    return _node(quad.subject, number), quad.predicate.value, _node(quad.object, number)


def _node(node: object, number: int) -> str:
    return f"_:{number}x{node.value}" if isinstance(node, ox.BlankNode) else str(getattr(node, "value", node))
