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

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import pyoxigraph as ox

from kg.cache.collector import paused
from kg.ontology import terms
from kg.ontology.fragment import (
    ANNOTATIONS,
    ASSERTED,
    BODY,
    DECLARATIONS,
    DEFINED,
    DISJOINT,
    EXPRESSIONS,
    HEAD,
    NO_DECIMAL,
    NO_KIND,
    OWL,
    RDF,
    RDFS,
    TWO_KINDS,
    TWO_LINKS,
    UNDECLARED,
    XSD,
    OutsideFragment,
    reserved,
)
from kg.ontology.index import node_text
from kg.ontology.modules import Modules
from kg.reasoner.module_expressions import ModuleExpressions
from kg.reasoner.rule_tables import (
    NOTHING,
    Above,
    Axiom,
    AxiomNumber,
    Ends,
    Feature,
    FeatureNumber,
    PropertyChain,
    Rule,
    Rules,
    reach,
)
from kg.reasoner.rule_writer import RuleWriter

NAMES: Final = {"class": "cax-sco", "value": "cls-hv2", "some": "cls-svf1", "min": "cls-minqc", "facet": "dt-facet"}
OBJECT, DATA, ANNOTATION = (OWL + name for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty"))
EXCLUSIVE: Final = ((OBJECT, DATA), (OBJECT, ANNOTATION), (DATA, ANNOTATION), (OWL + "Class", RDFS + "Datatype"))
Place = tuple[AxiomNumber, str]


def compile_rules(modules: Modules) -> Rules:
    """The rules of an ontology. Raises OutsideFragment with the axiom, its file and the reason."""
    return write_rules(modules).rules()


def write_rules(modules: Modules) -> RuleWriter:
    """The same, to be written somewhere. Files are read one at a time and dropped."""
    with paused():
        return _RuleCompiler(modules).compile()


class _RuleCompiler:
    def __init__(self, modules: Modules) -> None:
        self.modules, self.module = modules, ModuleExpressions(())
        self.rules = RuleWriter()
        self.declared: dict[str, dict[str, str]] = {OBJECT: {}, DATA: {}, ANNOTATION: {}}
        self.declared |= {OWL + "Class": {}, RDFS + "Datatype": {}}
        self.used: dict[tuple[str, str, str], Place] = {}
        self.functional: dict[str, Place] = {}
        self.subproperties: list[tuple[str, Above, str]] = []
        self.chains: list[tuple[PropertyChain, str]] = []
        self.assertions: list[Axiom] = []
        self.unnamed: dict[str, Axiom] = {}
        self.defined: dict[FeatureNumber, Place] = {}

    def compile(self) -> RuleWriter:
        for path in self.modules.files:
            self._read(self.modules.triples_of(path), path.name)
        self._properties()
        self._links()
        self._below()
        self._check_links()
        self._check_definitions()
        return self.rules

    def _read(self, triples: tuple[ox.Triple, ...], file: str) -> None:
        """One file is indexed at a time: the expressions of an axiom and its source stand in its file."""
        self.module = ModuleExpressions(triples)
        kinds = {
            RDFS + "subClassOf": self._subclass,
            OWL + "equivalentClass": self._equivalent,
            OWL + "inverseOf": self._inverse,
            RDFS + "domain": self._domain,
            RDFS + "range": self._range,
            RDFS + "subPropertyOf": self._subproperty,
            OWL + "propertyChainAxiom": self._chain,
            OWL + "disjointWith": self._disjoint,
            RDF + "type": self._type,
        }
        for triple in triples:
            predicate = triple.predicate.value
            if compile_axiom := kinds.get(predicate):
                compile_axiom(triple, file)
            elif not reserved(predicate):
                self._assertion(triple, file)
            elif predicate not in ANNOTATIONS and not self._expression(triple):
                raise self.module.refused(triple, file, NO_KIND)

    def _expression(self, triple: ox.Triple) -> bool:
        """Part of an expression; said of a name, it would be a definition."""
        return triple.predicate.value in EXPRESSIONS and isinstance(triple.subject, ox.BlankNode)

    # -- axioms and features

    def _axiom(self, triple: ox.Triple, file: str) -> AxiomNumber:
        return self.rules.axiom(self.module.text(triple, file))

    def _number(self, feature: Feature, role: str, place: Place) -> FeatureNumber:
        """The number of a feature; its property is remembered with where it stands."""
        if feature.kind != "class":
            kind = DATA if feature.kind == "facet" else OBJECT
            self.used.setdefault((feature.property, kind, role), place)
        if feature.kind in ("some", "min"):
            self.rules.feature(Feature("class", "", feature.filler))
        return self.rules.feature(feature)

    # -- one function an axiom kind

    def _subclass(self, triple: ox.Triple, file: str) -> None:
        """C ⊑ D: whatever is C is D (cax-sco; with cls-int1, cls-svf1, cls-hv2 in the body, cls-hv1 in the head)."""
        self._implication(triple, file, node_text(triple.subject), node_text(triple.object))

    def _equivalent(self, triple: ox.Triple, file: str) -> None:
        """C ≡ E: whatever is E is C. Nothing else may put members in C, so the other half adds nothing."""
        name = node_text(triple.subject)
        if name.startswith("_:"):
            raise self.module.refused(triple, file, NO_KIND)
        number = self._implication(triple, file, node_text(triple.object), name)
        self.defined[self.rules.feature(Feature("class", "", terms.local(name)))] = (number, file)

    def _implication(self, triple: ox.Triple, file: str, body: str, head: str) -> AxiomNumber:
        heads, bodies = self.module.heads(head), self.module.bodies(body)
        if heads is None:
            raise self.module.refused(triple, file, HEAD)
        if bodies is None:
            raise self.module.refused(triple, file, self._why(body))
        number = self._axiom(triple, file)
        for feature in dict.fromkeys(heads):
            result = self._number(feature, HEAD, (number, file))
            for features in dict.fromkeys(tuple(dict.fromkeys(one)) for one in bodies):
                conjunction = tuple(self._number(one, BODY, (number, file)) for one in features)
                name = "cls-int1" if len(features) > 1 else NAMES[features[0].kind]
                self.rules.rule(name, conjunction, result, (number,))
        return number

    def _why(self, node: str) -> str:
        """The reason why an expression is no body."""
        filler = self.module.index.value(node, OWL + "someValuesFrom")
        lone = len(self.module.index.members(self.module.index.value(filler, OWL + "withRestrictions"))) == 1
        return NO_DECIMAL if lone else BODY

    def _check_definitions(self) -> None:
        """The engine reads the sufficient half of a definition: complete only where nothing else puts members in."""
        self.rules.defined = sorted(self.defined)
        rows = ((head, self.rules.rule_axioms[rule]) for rule, head in enumerate(self.rules.heads))
        ends = [row for table in (self.rules.domains, self.rules.ranges) for rows in table.values() for row in rows]
        ends += [row for rows in self.rules.classes.values() for row in rows]
        for head, axioms in (*rows, *((feature, (axiom,)) for feature, axiom in ends)):
            place = self.defined.get(FeatureNumber(head))
            if place is not None and place[0] not in axioms:
                raise OutsideFragment(self.rules.shown(place[0]), place[1], DEFINED)

    def _domain(self, triple: ox.Triple, file: str) -> None:
        """domain(P) = C: whatever has a P is C (prp-dom)."""
        self._end(triple, file, self.rules.domains)

    def _range(self, triple: ox.Triple, file: str) -> None:
        """range(P) = C: whatever a P leads to is C (prp-rng). A datatype only constrains literals."""
        if node_text(triple.object).startswith(XSD):
            self.used.setdefault((terms.local(node_text(triple.subject)), DATA, ""), (self._axiom(triple, file), file))
        else:
            self._end(triple, file, self.rules.ranges)

    def _end(self, triple: ox.Triple, file: str, table: Ends) -> None:
        features, prop = self.module.heads(node_text(triple.object)), terms.local(node_text(triple.subject))
        if features is None or any(feature.kind != "class" for feature in features) or prop.startswith("_:"):
            raise self.module.refused(triple, file, HEAD)
        number = self._axiom(triple, file)
        self.used.setdefault((prop, "", ""), (number, file))
        for feature in features:
            table[prop] = (*table.get(prop, ()), (self.rules.feature(feature), number))

    def _disjoint(self, triple: ox.Triple, file: str) -> None:
        """C ⊓ D ⊑ ⊥ (cax-dw)."""
        names = (node_text(triple.subject), node_text(triple.object))
        self._exclude("cax-dw", names, self.module.text(triple, file))

    def _all_disjoint(self, triple: ox.Triple, file: str) -> None:
        """C ⊓ D ⊑ ⊥ for any two of the members (cax-adc); the node of the axiom carries its source."""
        axiom = self.module.disjoint_classes(node_text(triple.subject), file)
        self._exclude("cax-adc", self.module.members_of(node_text(triple.subject)), axiom)

    def _exclude(self, rule: str, names: Sequence[str], axiom: Axiom) -> None:
        if len(names) < 2 or any(name.startswith("_:") or reserved(name) for name in names):
            raise OutsideFragment(str(axiom), axiom.file, DISJOINT)
        number, nothing = self.rules.axiom(axiom), self.rules.feature(NOTHING)
        features = [self.rules.feature(Feature("class", "", terms.local(name))) for name in names]
        for pair in combinations(features, 2):
            self.rules.rule(rule, pair, nothing, (number,))

    # -- properties

    def _inverse(self, triple: ox.Triple, file: str) -> None:
        """P ≡ Q⁻: x Q y where y P x, and the other way (prp-inv1, prp-inv2)."""
        subject, value = node_text(triple.subject), node_text(triple.object)
        if subject.startswith("_:") and not value.startswith("_:"):
            return
        if subject.startswith("_:") or value.startswith("_:"):
            raise self.module.refused(triple, file, NO_KIND)
        number = self._axiom(triple, file)
        pair = (terms.local(subject), terms.local(value))
        for left, right in dict.fromkeys((pair, pair[::-1])):
            self.subproperties.append((left, Above(number, right, True), file))

    def _subproperty(self, triple: ox.Triple, file: str) -> None:
        """P ⊑ Q (prp-spo1); with an inverse on the left, P⁻ ⊑ Q: y Q x where x P y (prp-inv)."""
        lower, upper = (node_text(node) for node in (triple.subject, triple.object))
        inverse = self.module.index.value(lower, OWL + "inverseOf")
        if upper.startswith("_:") or (lower.startswith("_:") and not inverse):
            raise self.module.refused(triple, file, NO_KIND)
        above = Above(self._axiom(triple, file), terms.local(upper), bool(inverse))
        self.subproperties.append((terms.local(inverse or lower), above, file))

    def _chain(self, triple: ox.Triple, file: str) -> None:
        """P o Q ⊑ R (prp-spo2): over assertions of the ontology it is unfolded when all have been read."""
        links = self.module.index.members(node_text(triple.object))
        if len(links) != 2:
            raise self.module.refused(triple, file, TWO_LINKS)
        names = [node_text(triple.subject), *links]
        if any(name.startswith("_:") for name in names):
            raise self.module.refused(triple, file, NO_KIND)
        number, (result, first, second) = self._axiom(triple, file), map(terms.local, names)
        self.chains.append((PropertyChain(first, second, result, number), file))
        for prop in (first, second, result):
            self.used.setdefault((prop, OBJECT, ""), (number, file))

    def _type(self, triple: ox.Triple, file: str) -> None:
        """A declaration, or a class asserted of an individual of the ontology."""
        name, kind = node_text(triple.subject), node_text(triple.object)
        if kind in DECLARATIONS:
            if kind in self.declared:
                self.declared[kind].setdefault(terms.local(name), file)
        elif kind == OWL + "FunctionalProperty":
            self.functional[terms.local(name)] = (self._axiom(triple, file), file)
        elif kind == OWL + "AllDisjointClasses":
            self._all_disjoint(triple, file)
        elif reserved(kind) or "_:" in (kind[:2], name[:2]):
            raise self.module.refused(triple, file, NO_KIND)
        else:
            feature = self.rules.feature(Feature("class", "", terms.local(kind)))
            self._is(terms.local(name), feature, self._axiom(triple, file))

    def _is(self, name: str, feature: FeatureNumber, axiom: AxiomNumber) -> None:
        self.rules.classes.setdefault(name, {})[feature, axiom] = None

    def _properties(self) -> None:
        """What depends on declarations, which another file may hold."""
        for left, right in EXCLUSIVE:
            for name in sorted(self.declared[left].keys() & self.declared[right].keys()):
                words = f"{name} type {left.removeprefix(OWL)} and {right.rsplit('#')[-1]}"
                raise OutsideFragment(words, self.declared[left][name], TWO_KINDS)
        for (prop, kind, role), place in self.used.items():
            self._check_use(prop, kind, role, place)
        for prop, place in self.functional.items():
            if prop not in self.declared[DATA]:
                raise self._outside(place, NO_KIND)
        self.rules.functional = sorted(self.functional)
        for lower, above, file in self.subproperties:
            if lower in self.declared[OBJECT] and above.property in self.declared[OBJECT]:
                self.rules.above.setdefault(lower, []).append(above)
            elif lower not in self.declared[ANNOTATION]:
                raise self._outside((above.axiom, file), NO_KIND if lower in self.declared[DATA] else UNDECLARED)
        for table in (self.rules.domains, self.rules.ranges):
            for prop in table.keys() & self.declared[ANNOTATION].keys():
                del table[prop]

    def _check_use(self, prop: str, kind: str, role: str, place: Place) -> None:
        """A property is declared, and of the kind that the expression takes."""
        kinds = [name for name in (OBJECT, DATA, ANNOTATION) if prop in self.declared[name]]
        if not kinds:
            raise self._outside(place, UNDECLARED)
        if kind and kinds != [kind] and not (kind == DATA and not role and kinds == [ANNOTATION]):
            raise self._outside(place, role or NO_KIND)

    def _outside(self, place: Place, reason: str) -> OutsideFragment:
        return OutsideFragment(self.rules.shown(place[0]), place[1], reason)

    # -- assertions of the ontology

    def _assertion(self, triple: ox.Triple, file: str) -> None:
        """Something that is an assertion if its property, which another file may declare, is no annotation."""
        prop = terms.local(triple.predicate.value)
        if prop in self.declared[ANNOTATION]:
            return
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode):
            subject, value = terms.local(triple.subject.value), terms.local(triple.object.value)
            key = (triple.subject.value, triple.predicate.value, triple.object.value)
            self.assertions.append(Axiom(subject, prop, value, self.module.sources.get(key, ""), file))
        elif prop not in self.unnamed:
            self.unnamed[prop] = self.module.text(triple, file)

    def _links(self) -> None:
        """Chains and ends over the links that the ontology asserts between its own individuals."""
        reached = {prop: reach(self.rules.above, prop) for prop in self.declared[OBJECT]}
        for axiom in self.assertions:
            if axiom.predicate in self.declared[DATA]:
                raise OutsideFragment(str(axiom), axiom.file, NO_KIND)
            if axiom.predicate in reached:
                forward, backward = reached[axiom.predicate]
                number = self.rules.axiom(axiom)
                self._link(axiom.subject, forward, axiom.object, number)
                self._link(axiom.object, backward, axiom.subject, number)
        for prop, axiom in self.unnamed.items():
            if prop in self.declared[DATA] or prop in reached:
                raise OutsideFragment(str(axiom), axiom.file, NO_KIND)

    def _link(self, start: str, props: frozenset[str], end: str, link: AxiomNumber) -> None:
        """P o Q ⊑ R with Q(x, y) asserted: P value x → R value y (prp-spo2, unfolded)."""
        for chain, _ in self.chains:
            if chain.second in props:
                body = self.rules.feature(Feature("value", chain.first, start))
                head = self.rules.feature(Feature("value", chain.result, end))
                self.rules.rule("prp-spo2", (body,), head, (chain.axiom, link))
        for prop in sorted(props):
            for name, table in ((start, self.rules.domains), (end, self.rules.ranges)):
                for feature, _ in table.get(prop, ()):
                    self._is(name, feature, link)

    def _below(self) -> None:
        """prp-spo1 where a body asks for a value: `Q value v → P value v` for every Q below P."""
        below: dict[str, list[str]] = {}
        for lower in sorted(self.declared[OBJECT]):
            for upper in sorted(reach(self.rules.above, lower)[0] - {lower}):
                below.setdefault(upper, []).append(lower)
        for feature in map(FeatureNumber, sorted(set(self.rules.bodies.items))):
            kind, upper, value, _ = self.rules.features[feature]
            for lower in below.get(upper, ()) if kind == "value" else ():
                self.rules.rule("prp-spo1", (self.rules.feature(Feature("value", lower, value)),), feature, ())

    def _upward(self, prop: str) -> frozenset[str]:
        """The properties that a link by this one is a link by, in its own direction."""
        return reach(self.rules.above, prop)[0]

    def _check_links(self) -> None:
        """Bodies and chains look along links of patients; along the ontology's own only a chain's second link does."""
        self.rules.chains = [chain for chain, _ in self.chains]
        inverse = {prop for lower in self.rules.above for prop in reach(self.rules.above, lower)[1]}
        concluded = {
            above for prop, kind, role in self.used if (kind, role) == (OBJECT, HEAD) for above in self._upward(prop)
        }
        patients = inverse | concluded
        joined = [prop for c in self.rules.chains if c.second in patients for prop in (c.first, c.second)]
        looked = {f.property for f in self.rules.features if f.kind in ("some", "min")}
        self.rules.followed = sorted(looked | set(joined))
        asserted = {axiom.predicate for axiom in self.assertions} & self.declared[OBJECT].keys()
        over = {prop for lower in asserted for props in reach(self.rules.above, lower) for prop in props}
        places = [(prop, place) for (prop, kind, role), place in self.used.items() if (kind, role) == (OBJECT, BODY)]
        places += [(chain.first, (chain.axiom, file)) for chain, file in self.chains]
        for prop, place in places:
            if prop in over:
                raise self._outside(place, ASSERTED)


__all__ = ["Axiom", "Feature", "OutsideFragment", "Rule", "Rules", "compile_rules", "write_rules"]
