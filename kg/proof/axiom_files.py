"""The axioms of an ontology as an independent checker reads them: from the Turtle files, without the engine.

Class expressions become small tuples:

    ("class", NAME)   ("and", [...])   ("or", [...])   ("value", PROPERTY, NAME)
    ("some", PROPERTY, EXPRESSION)   ("facet", PROPERTY, [(FACET, LIMIT), ...])   ("min", PROPERTY, EXPRESSION, NUMBER)

Names are local to the project's base IRI throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

Triple = tuple[str, str, str]
Expression = tuple[Any, ...]
BASE: Final = "https://w3id.org/warrant/"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SOURCE: Final = "http://purl.org/dc/terms/source"
MEMBERS: Final = OWL + "members"
NOTHING: Final = OWL + "Nothing"
"""The class of what cannot be, by its IRI, since it is no name of this project."""
BOUNDS: Final[Mapping[str, tuple[str, Callable[[Decimal, Decimal], bool]]]] = {
    XSD + "minInclusive": (">=", lambda value, limit: value >= limit),
    XSD + "minExclusive": (">", lambda value, limit: value > limit),
    XSD + "maxInclusive": ("<=", lambda value, limit: value <= limit),
    XSD + "maxExclusive": ("<", lambda value, limit: value < limit),
}


@dataclass(frozen=True)
class AxiomText:
    """An axiom of the files: subject and object nodes, predicate, and its source."""

    subject: str
    predicate: str
    object: str
    source: str


class AxiomFiles:
    """The triples of some Turtle files by subject, and every axiom that names a source, by its text.

    The source of an axiom about disjoint classes stands at its own node (OWL 2 Mapping to RDF, section 2.2).
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self.spo: dict[str, dict[str, list[str]]] = {}
        triples: list[Triple] = []
        for number, path in enumerate(files):
            triples += [_text(quad, number) for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE)]
        for s, p, o in triples:
            self.spo.setdefault(s, {}).setdefault(p, []).append(o)
        self.expression = cache(self._expression)
        annotated = [s for s, p, o in triples if p == RDF + "type" and o == OWL + "Axiom"]
        sources = {self._key(node): self.one(node, SOURCE) for node in annotated}
        self.axioms: dict[str, AxiomText] = {}
        for s, p, o in triples:
            if (source := sources.get((s, p, o))) is not None:
                text = f"{self.show(s)} {p.rsplit('#')[-1].removeprefix(BASE)} {self.show(o)}"
                self.axioms[text] = AxiomText(s, p, o, source.removeprefix(BASE))
        for node in (s for s, p, o in triples if p == RDF + "type" and o == OWL + "AllDisjointClasses"):
            head = self.one(node, MEMBERS)
            text = f"AllDisjointClasses members ({', '.join(map(self.show, self.members(head)))})"
            self.axioms[text] = AxiomText(node, MEMBERS, head, self.one(node, SOURCE).removeprefix(BASE))

    def _key(self, node: str) -> Triple:
        return (
            self.one(node, OWL + "annotatedSource"),
            self.one(node, OWL + "annotatedProperty"),
            self.one(node, OWL + "annotatedTarget"),
        )

    # -- looking up

    def one(self, node: str, predicate: str) -> str:
        """The value of a predicate, or nothing."""
        return next(iter(self.spo.get(node, {}).get(predicate, ())), "")

    def own(self, name: str, predicate: str) -> list[str]:
        """The values of a predicate of the project's own, of a local name; local themselves."""
        return [value.removeprefix(BASE) for value in self.spo.get(BASE + name, {}).get(BASE + predicate, ())]

    def label(self, name: str) -> str:
        """The label of a local name, or the name."""
        return self.one(BASE + name, RDFS + "label") or name

    def members(self, head: str) -> list[str]:
        """The members of a list."""
        found = []
        while head and head != RDF + "nil":
            found.append(self.one(head, RDF + "first"))
            head = self.one(head, RDF + "rest")
        return found

    # -- as text

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

    # -- as expressions

    def _expression(self, node: str) -> Expression:
        if not node.startswith("_:"):
            return ("class", node.removeprefix(BASE))
        for kind, word in ((OWL + "intersectionOf", "and"), (OWL + "unionOf", "or")):
            if head := self.one(node, kind):
                return (word, [self.expression(member) for member in self.members(head)])
        prop = self.one(node, OWL + "onProperty").removeprefix(BASE)
        if value := self.one(node, OWL + "hasValue"):
            return ("value", prop, value.removeprefix(BASE))
        if count := self.one(node, OWL + "minQualifiedCardinality"):
            return ("min", prop, self.expression(self.one(node, OWL + "onClass")), int(count))
        filler = self.one(node, OWL + "someValuesFrom")
        if limits := self._limits(filler):
            return ("facet", prop, [(iri, Decimal(limit)) for iri, limit in limits])
        return ("some", prop, self.expression(filler))

    def excluding(self, axiom: AxiomText) -> tuple[str, ...]:
        """The classes that an axiom says to exclude each other; none for any other axiom."""
        if axiom.predicate == MEMBERS:
            return tuple(name.removeprefix(BASE) for name in self.members(axiom.object))
        if axiom.predicate == OWL + "disjointWith":
            return axiom.subject.removeprefix(BASE), axiom.object.removeprefix(BASE)
        return ()

    def heads(self, node: str) -> list[tuple[str, str]]:
        """Predicate and object of everything that an instance of an expression in a head is said to be."""
        kind, *rest = self.expression(node)
        if kind == "and":
            return [
                head for member in self.members(self.one(node, OWL + "intersectionOf")) for head in self.heads(member)
            ]
        return [("type", rest[0])] if kind == "class" else [(rest[0], rest[1])] if kind == "value" else []


def holds(
    expression: Expression, s: str, ends: Callable[[str, str], Sequence[str]], differ: Callable[[str, str], bool]
) -> bool:
    """Whether `s` is an instance of an expression, by what `ends(subject, predicate)` gives and which `differ`."""
    kind, *rest = expression
    match kind:
        case "class":
            return rest[0] in ends(s, "type")
        case "and":
            return all(holds(part, s, ends, differ) for part in rest[0])
        case "or":
            return any(holds(part, s, ends, differ) for part in rest[0])
        case "value":
            return rest[1] in ends(s, rest[0])
        case "facet":
            return any(_within(end, rest[1]) for end in ends(s, rest[0]))
        case "some":
            return any(holds(rest[1], end, ends, differ) for end in ends(s, rest[0]))
    inside = sorted({end for end in ends(s, rest[0]) if holds(rest[1], end, ends, differ)})
    return _apart(inside, rest[2], differ)


def _apart(names: Sequence[str], size: int, differ: Callable[[str, str], bool]) -> bool:
    """Whether as many of the names all differ from each other."""
    if size <= 1:
        return len(names) >= size
    return any(
        _apart([other for other in names[place + 1 :] if differ(name, other)], size - 1, differ)
        for place, name in enumerate(names)
    )


def _within(value: str, limits: Iterable[tuple[str, Decimal]]) -> bool:
    try:
        return all(BOUNDS[iri][1](Decimal(value), limit) for iri, limit in limits)
    except InvalidOperation:
        return False


def _text(quad: ox.Quad, number: int) -> Triple:
    return _node(quad.subject, number), quad.predicate.value, _node(quad.object, number)


def _node(node: object, number: int) -> str:
    return f"_:{number}x{node.value}" if isinstance(node, ox.BlankNode) else str(getattr(node, "value", node))
