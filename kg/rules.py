"""OWL axioms to rules: each kind of axiom is one small function; what is outside the fragment is refused.

A rule is propositional over the *features* of one individual:

    C                 it is an instance of the class
    P value v         it is related by P to the individual v
    P some C          it is related by P to an instance of C
    P min n C         it is related by P to n different instances of C
    P some d[f x]     it has a value of the data property P on this side of the limit

so a rule is `features → feature`, with the axioms it was read from. Property chains over assertions of the
ontology are unfolded when the rules are made: `P o Q → R` with `Q(x, y)` gives `P value x → R value y`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final, NamedTuple

import pyoxigraph as ox

from kg import terms
from kg.errors import OntologyError
from kg.ontology import Ontology

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
FACETS: Final = {
    XSD + "minInclusive": ">=",
    XSD + "minExclusive": ">",
    XSD + "maxInclusive": "<=",
    XSD + "maxExclusive": "<",
}


class Feature(NamedTuple):
    """Something that can hold of one individual; `kind` is class, value, some, min or facet."""

    kind: str
    property: str
    filler: str
    number: str = ""

    def __str__(self) -> str:
        match self.kind:
            case "class":
                return self.filler
            case "min":
                return f"{self.property} min {self.number} {self.filler}"
            case "facet":
                return f"{self.property} some xsd:decimal[{self.filler} {self.number}]"
            case _:
                return f"{self.property} {self.kind} {self.filler}"


class Axiom(NamedTuple):
    """A logical axiom as a triple of text, with its source and its file."""

    subject: str
    predicate: str
    object: str
    source: str
    file: str

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate} {self.object}"


class Rule(NamedTuple):
    """`body → head` at one individual, after the OWL 2 RL rule `name`, read from `axioms`."""

    name: str
    body: tuple[int, ...]
    head: int
    axioms: tuple[int, ...]


class OutsideFragment(OntologyError):
    """An axiom that the engine cannot use completely; it is never skipped."""

    def __init__(self, axiom: str, file: str, reason: str) -> None:
        super().__init__(f"{file}: {axiom}: outside the Horn fragment: {reason}")


@dataclass
class Rules:
    """The compiled ontology: plain data, shared by all patients, never changed after compilation."""

    features: list[Feature] = field(default_factory=list)
    axioms: list[Axiom] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    supers: dict[str, dict[str, tuple[int, ...]]] = field(default_factory=dict)
    inverses: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    domains: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    ranges: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    witnesses: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    known: dict[Feature, int] = field(default_factory=dict)

    def feature(self, feature: Feature) -> int:
        """The number of a feature, given on first sight."""
        number = self.known.get(feature)
        if number is None:
            number = self.known[feature] = len(self.features)
            self.features.append(feature)
        return number

    # -- indexes for the main loop

    @cached_property
    def unary(self) -> dict[int, tuple[tuple[int, int], ...]]:
        """Feature → (rule, head) of the rules with that body alone."""
        found: dict[int, list[tuple[int, int]]] = {}
        for number, rule in enumerate(self.rules):
            if len(rule.body) == 1:
                found.setdefault(rule.body[0], []).append((number, rule.head))
        return {feature: tuple(rules) for feature, rules in found.items()}

    @cached_property
    def watched(self) -> dict[int, tuple[int, ...]]:
        """Feature → longer rules that wait for it first: of each body, the feature fewest rules ask for."""
        asked: dict[int, int] = {}
        for rule in self.rules:
            for feature in rule.body:
                asked[feature] = asked.get(feature, 0) + 1
        found: dict[int, list[int]] = {}
        for number, rule in enumerate(self.rules):
            if len(rule.body) > 1:
                rarest = min(rule.body, key=lambda feature: (asked[feature], feature))
                found.setdefault(rarest, []).append(number)
        return {feature: tuple(rules) for feature, rules in found.items()}

    @cached_property
    def some(self) -> dict[str, dict[int, tuple[int, ...]]]:
        """Property of an edge → feature at its end → existential features at its start."""
        wanted: dict[str, list[tuple[int, int]]] = {}
        for number, feature in enumerate(self.features):
            if feature.kind in ("some", "min"):
                end = self.known.get(Feature("class", "", feature.filler))
                if end is not None:
                    wanted.setdefault(feature.property, []).append((end, number))
        found: dict[str, dict[int, list[int]]] = {}
        for prop, above in self.supers.items():
            for upper in above:
                for end, number in wanted.get(upper, ()):
                    found.setdefault(prop, {}).setdefault(end, []).append(number)
        return {prop: {end: tuple(numbers) for end, numbers in ends.items()} for prop, ends in found.items()}

    @cached_property
    def facets(self) -> dict[str, tuple[tuple[str, Decimal, int], ...]]:
        """Data property → (bound, limit, feature)."""
        found: dict[str, list[tuple[str, Decimal, int]]] = {}
        for number, feature in enumerate(self.features):
            if feature.kind == "facet":
                found.setdefault(feature.property, []).append((feature.filler, Decimal(feature.number), number))
        return {prop: tuple(limits) for prop, limits in found.items()}


def compile_rules(ontology: Ontology) -> Rules:
    """The rules of an ontology. Raises OutsideFragment with the axiom, its file and the reason."""
    return _Compiler(ontology).compile()


class _Compiler:
    def __init__(self, ontology: Ontology) -> None:
        self.ontology, self.index = ontology, ontology.index
        self.rules = Rules()
        self.sources = self._axiom_sources()
        self.objects = set(map(terms.local, self.index.subjects(RDF + "type", OWL + "ObjectProperty")))
        self.defined: dict[int, tuple[int, str]] = {}

    def compile(self) -> Rules:
        kinds = {
            RDFS + "subClassOf": self._subclass,
            OWL + "equivalentClass": self._equivalent,
            OWL + "inverseOf": self._inverse,
            RDFS + "domain": self._domain,
            RDFS + "range": self._range,
        }
        self._properties()
        for path in self.ontology.files:
            for triple in self.ontology.triples_of(path):
                if compile_axiom := kinds.get(triple.predicate.value):
                    compile_axiom(triple, path.name)
        self._chains()
        self._witnesses()
        self._check_definitions()
        return self.rules

    # -- axioms and their sources

    def _axiom_sources(self) -> dict[tuple[str, str, str], str]:
        index, found = self.index, {}
        for node in index.subjects(RDF + "type", OWL + "Axiom"):
            key = tuple(
                index.value(node, OWL + name) for name in ("annotatedSource", "annotatedProperty", "annotatedTarget")
            )
            found[key] = terms.local(index.value(node, "http://purl.org/dc/terms/source"))
        return found  # type: ignore[return-value]

    def _axiom(self, triple: ox.Triple, file: str) -> int:
        subject, predicate, value = (_text(node) for node in (triple.subject, triple.predicate, triple.object))
        source = self.sources.get((subject, predicate, value), "")
        shown = (self._show(subject), predicate.rsplit("#")[-1].removeprefix(terms.BASE), self._show(value))
        self.rules.axioms.append(Axiom(*shown, source, file))
        return len(self.rules.axioms) - 1

    def _show(self, node: str) -> str:
        """A node as Manchester text."""
        if not node.startswith("_:"):
            return terms.local(node)
        index = self.index
        for kind, word in (("intersectionOf", " and "), ("unionOf", " or ")):
            if head := index.value(node, OWL + kind):
                return "(" + word.join(map(self._show, index.members(head))) + ")"
        if index.value(node, OWL + "onProperty"):
            return " or ".join(str(self.rules.features[part]) for part in self._restriction(node, "", ""))
        return "(" + " o ".join(map(self._show, index.members(node))) + ")"

    # -- class expressions

    def _bodies(self, node: str, axiom: str, file: str) -> list[tuple[int, ...]]:
        """A class expression in a body as alternative conjunctions of features."""
        if not node.startswith("_:"):
            return [(self.rules.feature(Feature("class", "", terms.local(node))),)]
        index = self.index
        if head := index.value(node, OWL + "intersectionOf"):
            found: list[tuple[int, ...]] = [()]
            for member in index.members(head):
                found = [(*left, *right) for left in found for right in self._bodies(member, axiom, file)]
            return found
        if head := index.value(node, OWL + "unionOf"):
            return [body for member in index.members(head) for body in self._bodies(member, axiom, file)]
        return [(feature,) for feature in self._restriction(node, axiom, file)]

    def _restriction(self, node: str, axiom: str, file: str) -> list[int]:
        index = self.index
        prop = terms.local(index.value(node, OWL + "onProperty"))
        if value := index.value(node, OWL + "hasValue"):
            return [self.rules.feature(Feature("value", prop, terms.local(value)))]
        if filler := index.value(node, OWL + "someValuesFrom"):
            if facets := index.value(filler, OWL + "withRestrictions"):
                return [self._facet(prop, member, axiom, file) for member in index.members(facets)]
            if not filler.startswith("_:"):
                self.rules.feature(Feature("class", "", terms.local(filler)))
                return [self.rules.feature(Feature("some", prop, terms.local(filler)))]
        if count := index.value(node, OWL + "minQualifiedCardinality"):
            filler = terms.local(index.value(node, OWL + "onClass"))
            self.rules.feature(Feature("class", "", filler))
            return [self.rules.feature(Feature("min", prop, filler, count))]
        raise OutsideFragment(axiom or node, file, "a body takes named classes, some, value, min and one facet")

    def _facet(self, prop: str, node: str, axiom: str, file: str) -> int:
        for iri, bound in FACETS.items():
            if limit := self.index.value(node, iri):
                return self.rules.feature(Feature("facet", prop, bound, limit))
        raise OutsideFragment(axiom, file, "only bounds of decimals are facets here")

    def _heads(self, node: str, axiom: str, file: str) -> Iterator[int]:
        if not node.startswith("_:"):
            yield self.rules.feature(Feature("class", "", terms.local(node)))
        elif head := self.index.value(node, OWL + "intersectionOf"):
            for member in self.index.members(head):
                yield from self._heads(member, axiom, file)
        elif value := self.index.value(node, OWL + "hasValue"):
            prop = terms.local(self.index.value(node, OWL + "onProperty"))
            yield self.rules.feature(Feature("value", prop, terms.local(value)))
        else:
            raise OutsideFragment(axiom, file, "a head takes named classes, intersections and value restrictions")

    # -- one function an axiom kind

    def _subclass(self, triple: ox.Triple, file: str) -> None:
        """C ⊑ D: whatever is C is D (cax-sco; with cls-int1, cls-svf1, cls-hv2 in the body, cls-hv1 in the head)."""
        number = self._axiom(triple, file)
        self._rules(_text(triple.subject), _text(triple.object), number, file)

    def _rules(self, body: str, head: str, axiom: int, file: str) -> None:
        text = str(self.rules.axioms[axiom])
        for feature in self._heads(head, text, file):
            for conjunction in self._bodies(body, text, file):
                name = self._name(conjunction)
                self.rules.rules.append(Rule(name, tuple(dict.fromkeys(conjunction)), feature, (axiom,)))

    def _name(self, body: tuple[int, ...]) -> str:
        if len(body) > 1:
            return "cls-int1"
        kinds = {"class": "cax-sco", "value": "cls-hv2", "some": "cls-svf1", "min": "cls-minqc", "facet": "dt-facet"}
        return kinds[self.rules.features[body[0]].kind]

    def _equivalent(self, triple: ox.Triple, file: str) -> None:
        """C ≡ E: whatever is E is C. Nothing else may put members in C, so the other half adds nothing."""
        number = self._axiom(triple, file)
        name = _text(triple.subject)
        self._rules(_text(triple.object), name, number, file)
        self.defined[self.rules.feature(Feature("class", "", terms.local(name)))] = (number, file)

    def _check_definitions(self) -> None:
        """The engine reads the sufficient half of a definition: complete only where nothing else puts members in."""
        for rule in self.rules.rules:
            number, file = self.defined.get(rule.head, (-1, ""))
            if number >= 0 and number not in rule.axioms:
                reason = "its class is defined and yet has other members"
                raise OutsideFragment(str(self.rules.axioms[number]), file, reason)

    def _inverse(self, triple: ox.Triple, file: str) -> None:
        """P ≡ Q⁻: x Q y where y P x, and the other way (prp-inv1, prp-inv2)."""
        number = self._axiom(triple, file)
        pair = (terms.local(_text(triple.subject)), terms.local(_text(triple.object)))
        for left, right in (pair, pair[::-1]):
            self.rules.inverses[left] = (*self.rules.inverses.get(left, ()), (right, number))

    def _domain(self, triple: ox.Triple, file: str) -> None:
        """domain(P) = C: whatever has a P is C (prp-dom)."""
        self._end(triple, file, self.rules.domains)

    def _range(self, triple: ox.Triple, file: str) -> None:
        """range(P) = C: whatever a P leads to is C (prp-rng). A datatype only constrains literals."""
        if not _text(triple.object).startswith(XSD):
            self._end(triple, file, self.rules.ranges)

    def _end(self, triple: ox.Triple, file: str, table: dict[str, tuple[tuple[int, int], ...]]) -> None:
        number = self._axiom(triple, file)
        prop = terms.local(_text(triple.subject))
        for feature in self._heads(_text(triple.object), str(self.rules.axioms[number]), file):
            table[prop] = (*table.get(prop, ()), (feature, number))

    # -- properties

    def _properties(self) -> None:
        """P ⊑ Q, closed transitively, with the axioms on the way (prp-spo1)."""
        direct: dict[str, list[tuple[str, int]]] = {}
        for path in self.ontology.files:
            for triple in self.ontology.triples_of(path):
                if triple.predicate.value == RDFS + "subPropertyOf":
                    number = self._axiom(triple, path.name)
                    direct.setdefault(terms.local(_text(triple.subject)), []).append(
                        (terms.local(_text(triple.object)), number)
                    )
        for prop in sorted(self.objects):
            above: dict[str, tuple[int, ...]] = {prop: ()}
            todo = [prop]
            while todo:
                lower = todo.pop()
                for upper, number in direct.get(lower, ()):
                    if upper not in above:
                        above[upper] = (*above[lower], number)
                        todo.append(upper)
            self.rules.supers[prop] = above

    def _chains(self) -> None:
        """P o Q ⊑ R with Q(x, y) asserted in the ontology: P value x → R value y (prp-spo2, unfolded)."""
        asserted = self._assertions()
        for path in self.ontology.files:
            for triple in self.ontology.triples_of(path):
                if triple.predicate.value == OWL + "propertyChainAxiom":
                    number = self._axiom(triple, path.name)
                    links = [terms.local(link) for link in self.index.members(_text(triple.object))]
                    if len(links) != 2:
                        raise OutsideFragment(str(self.rules.axioms[number]), path.name, "chains have two links here")
                    self._unfold(links[0], links[1], terms.local(_text(triple.subject)), number, asserted)

    def _assertions(self) -> dict[str, list[tuple[str, str, int]]]:
        found: dict[str, list[tuple[str, str, int]]] = {}
        for path in self.ontology.files:
            for triple in self.ontology.triples_of(path):
                prop = terms.local(triple.predicate.value)
                if prop in self.objects:
                    number = self._axiom(triple, path.name)
                    pair = (terms.local(_text(triple.subject)), terms.local(_text(triple.object)), number)
                    found.setdefault(prop, []).append(pair)
        return found

    def _unfold(
        self, first: str, second: str, result: str, chain: int, asserted: dict[str, list[tuple[str, str, int]]]
    ) -> None:
        for lower, above in self.rules.supers.items():
            if second in above:
                for x, y, number in asserted.get(lower, ()):
                    body = self.rules.feature(Feature("value", first, x))
                    head = self.rules.feature(Feature("value", result, y))
                    self.rules.rules.append(Rule("prp-spo2", (body,), head, (chain, number, *above[second])))

    def _witnesses(self) -> None:
        """Individuals of the ontology that rules give to patients, with the classes asserted of them."""
        fillers = {feature.filler for feature in self.rules.features if feature.kind == "value"}
        for path in self.ontology.files:
            for triple in self.ontology.triples_of(path):
                name = terms.local(_text(triple.subject))
                if triple.predicate.value == RDF + "type" and name.startswith("witness/") and name in fillers:
                    if not _text(triple.object).startswith(terms.BASE):
                        continue
                    feature = self.rules.feature(Feature("class", "", terms.local(_text(triple.object))))
                    number = self._axiom(triple, path.name)
                    self.rules.witnesses[name] = (*self.rules.witnesses.get(name, ()), (feature, number))


def _text(node: object) -> str:
    return "_:" + node.value if isinstance(node, ox.BlankNode) else str(getattr(node, "value", node))
