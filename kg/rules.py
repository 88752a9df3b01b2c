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
from typing import Final

import pyoxigraph as ox

from kg import terms
from kg.errors import OntologyError
from kg.index import Index
from kg.modules import Modules
from kg.rule_tables import Axiom, Ends, Feature, Rule, Rules
from kg.rule_writer import RuleWriter

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


class OutsideFragment(OntologyError):
    """An axiom that the engine cannot use completely; it is never skipped."""

    def __init__(self, axiom: str, file: str, reason: str) -> None:
        super().__init__(f"{file}: {axiom}: outside the Horn fragment: {reason}")


def compile_rules(modules: Modules) -> Rules:
    """The rules of an ontology. Raises OutsideFragment with the axiom, its file and the reason."""
    return write_rules(modules).rules()


def write_rules(modules: Modules) -> RuleWriter:
    """The same, to be written somewhere. Files are read one at a time and dropped."""
    return _Compiler(modules).compile()


class _Compiler:
    def __init__(self, modules: Modules) -> None:
        self.modules, self.index = modules, Index(())
        self.rules = RuleWriter()
        self.sources: dict[tuple[str, str, str], str] = {}
        self.objects: set[str] = set()
        self.chains: list[tuple[str, str, str, int]] = []
        self.direct: dict[str, list[tuple[str, int]]] = {}
        self.related: list[Axiom] = []
        self.asserted_classes: list[tuple[str, str, int]] = []
        self.defined: dict[int, tuple[int, str]] = {}

    def compile(self) -> RuleWriter:
        for path in self.modules.files:
            self._read(self.modules.triples_of(path), path.name)
        self._close()
        self._assertions()
        self._witnesses()
        self._check_definitions()
        return self.rules

    def _read(self, triples: tuple[ox.Triple, ...], file: str) -> None:
        """One file is indexed at a time: the expressions of an axiom and its source stand in its file."""
        self.index = Index(triples)
        self.sources = self._axiom_sources()
        kinds = {
            RDFS + "subClassOf": self._subclass,
            OWL + "equivalentClass": self._equivalent,
            OWL + "inverseOf": self._inverse,
            RDFS + "domain": self._domain,
            RDFS + "range": self._range,
            RDFS + "subPropertyOf": self._subproperty,
            OWL + "propertyChainAxiom": self._chain,
            RDF + "type": self._type,
        }
        for triple in triples:
            if compile_axiom := kinds.get(triple.predicate.value):
                compile_axiom(triple, file)
            elif triple.predicate.value.startswith(terms.BASE) and isinstance(triple.object, ox.NamedNode):
                self._related(triple, file)

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
        return self.rules.axiom(Axiom(*shown, source, file))

    def _show(self, node: str) -> str:
        """A node as Manchester text."""
        if not node.startswith("_:"):
            return terms.local(node)
        index = self.index
        if inverse := index.value(node, OWL + "inverseOf"):
            return f"inverse {terms.local(inverse)}"
        for kind, word in (("intersectionOf", " and "), ("unionOf", " or ")):
            if head := index.value(node, OWL + kind):
                return "(" + word.join(map(self._show, index.members(head))) + ")"
        if prop := index.value(node, OWL + "onProperty"):
            try:
                return str(self.rules.features[self._restriction(node, "", "")])
            except OutsideFragment:
                return f"({terms.local(prop)} ...)"
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
        return [(self._restriction(node, axiom, file),)]

    def _restriction(self, node: str, axiom: str, file: str) -> int:
        index = self.index
        prop = terms.local(index.value(node, OWL + "onProperty"))
        if value := index.value(node, OWL + "hasValue"):
            return self.rules.feature(Feature("value", prop, terms.local(value)))
        if filler := index.value(node, OWL + "someValuesFrom"):
            facets = index.members(index.value(filler, OWL + "withRestrictions"))
            if len(facets) == 1:
                return self._facet(prop, facets[0], axiom, file)
            if not facets and not filler.startswith("_:"):
                self.rules.feature(Feature("class", "", terms.local(filler)))
                return self.rules.feature(Feature("some", prop, terms.local(filler)))
        if count := index.value(node, OWL + "minQualifiedCardinality"):
            filler = terms.local(index.value(node, OWL + "onClass"))
            self.rules.feature(Feature("class", "", filler))
            return self.rules.feature(Feature("min", prop, filler, count))
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
        text = self.rules.shown(axiom)
        for feature in self._heads(head, text, file):
            for conjunction in self._bodies(body, text, file):
                self.rules.rule(self._name(conjunction), conjunction, feature, (axiom,))

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
        for rule, head in enumerate(self.rules.heads):
            number, file = self.defined.get(head, (-1, ""))
            if number >= 0 and number not in self.rules.rule_axioms[rule]:
                reason = "its class is defined and yet has other members"
                raise OutsideFragment(self.rules.shown(number), file, reason)

    def _inverse(self, triple: ox.Triple, file: str) -> None:
        """P ≡ Q⁻: x Q y where y P x, and the other way (prp-inv1, prp-inv2)."""
        if _text(triple.subject).startswith("_:"):
            return
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

    def _end(self, triple: ox.Triple, file: str, table: Ends) -> None:
        number = self._axiom(triple, file)
        prop = terms.local(_text(triple.subject))
        for feature in self._heads(_text(triple.object), self.rules.shown(number), file):
            table[prop] = (*table.get(prop, ()), (feature, number))

    # -- properties

    def _subproperty(self, triple: ox.Triple, file: str) -> None:
        """P ⊑ Q (prp-spo1); with an inverse on the left, P⁻ ⊑ Q: y Q x where x P y (prp-inv)."""
        number = self._axiom(triple, file)
        lower, upper = (terms.local(_text(node)) for node in (triple.subject, triple.object))
        if inverse := self.index.value(_text(triple.subject), OWL + "inverseOf"):
            lower = terms.local(inverse)
            self.rules.inverses[lower] = (*self.rules.inverses.get(lower, ()), (upper, number))
        else:
            self.direct.setdefault(lower, []).append((upper, number))

    def _chain(self, triple: ox.Triple, file: str) -> None:
        """P o Q ⊑ R: unfolded when all assertions have been read."""
        number = self._axiom(triple, file)
        links = [terms.local(link) for link in self.index.members(_text(triple.object))]
        if len(links) != 2:
            raise OutsideFragment(self.rules.shown(number), file, "chains have two links here")
        self.chains.append((links[0], links[1], terms.local(_text(triple.subject)), number))

    def _close(self) -> None:
        """P ⊑ Q, closed transitively, with the axioms on the way (prp-spo1)."""
        for prop in sorted(self.objects):
            above: dict[str, tuple[int, ...]] = {prop: ()}
            todo = [prop]
            while todo:
                lower = todo.pop()
                for upper, number in self.direct.get(lower, ()):
                    if upper not in above:
                        above[upper] = (*above[lower], number)
                        todo.append(upper)
            self.rules.supers[prop] = above
        self.rules.chains = [(first, second, result) for first, second, result, _ in self.chains]

    # -- assertions of the ontology

    def _related(self, triple: ox.Triple, file: str) -> None:
        """Something that is an assertion if its property, which another file may declare, is an object property."""
        s, p, o = _text(triple.subject), triple.predicate.value, _text(triple.object)
        self.related.append(
            Axiom(terms.local(s), terms.local(p), terms.local(o), self.sources.get((s, p, o), ""), file)
        )

    def _assertions(self) -> None:
        """P o Q ⊑ R with Q(x, y) asserted in the ontology: P value x → R value y (prp-spo2, unfolded)."""
        for axiom in self.related:
            if axiom.predicate in self.objects:
                number, above = self.rules.axiom(axiom), self.rules.supers[axiom.predicate]
                for first, second, result, chain in self.chains:
                    if second in above:
                        body = self.rules.feature(Feature("value", first, axiom.subject))
                        head = self.rules.feature(Feature("value", result, axiom.object))
                        self.rules.rule("prp-spo2", (body,), head, (chain, number, *above[second]))

    def _type(self, triple: ox.Triple, file: str) -> None:
        """An object property, or a class asserted of an individual that rules may give to patients."""
        name, kind = terms.local(_text(triple.subject)), _text(triple.object)
        if kind == OWL + "ObjectProperty":
            self.objects.add(name)
        elif name.startswith("witness/") and kind.startswith(terms.BASE):
            self.asserted_classes.append((name, terms.local(kind), self._axiom(triple, file)))

    def _witnesses(self) -> None:
        """Individuals of the ontology that rules give to patients, with the classes asserted of them."""
        fillers = {feature.filler for feature in self.rules.features if feature.kind == "value"}
        for name, kind, number in self.asserted_classes:
            if name in fillers:
                feature = self.rules.feature(Feature("class", "", kind))
                self.rules.witnesses[name] = (*self.rules.witnesses.get(name, ()), (feature, number))


def _text(node: object) -> str:
    return "_:" + node.value if isinstance(node, ox.BlankNode) else str(getattr(node, "value", node))


__all__ = ["Axiom", "Feature", "OutsideFragment", "Rule", "Rules", "compile_rules", "write_rules"]
