"""Writes assessments and their proofs as RDF: PROV-O and a small vocabulary of our own (ontology/core.ttl).

    assessment (prov:Activity) ── prov:used ──────→ ontology version, fact set (prov:Collection of facts)
        ↑ prov:wasGeneratedBy
    conclusion (rdf:Statement) ── :hasProof ──────→ step ── prov:wasDerivedFrom → step ...
        └────────────── :hasJustification ────────→ justification ── :element → axiom | fact
    step and axiom ── dcterms:source ─────────────→ claim → passage, markers → references

Every node is named by the hash of what it says, so there are no blank nodes, the same assessment gives the same bytes,
and proofs share their steps. Each justification is a node of its own: several explanations never run together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Final

import pyoxigraph as ox

from kg import __version__
from kg.assess import Assessment
from kg.assess.outcomes import Outcome
from kg.cache.derived import derived
from kg.errors import InputError, Problem
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.proof.derivations import Conclusion
from kg.proof.proof import Explainer, Proof, ProofLeaf, Step
from kg.proof.rdf_nodes import (
    Node,
    assessment_node,
    axiom_node,
    conclusion_node,
    justification_node,
    object_node,
    own,
    predicate_node,
    step_node,
)
from kg.reasoner.rule_tables import Axiom

FORMATS: Final[Mapping[str, ox.RdfFormat]] = {
    "turtle": ox.RdfFormat.TURTLE,
    "n-triples": ox.RdfFormat.N_TRIPLES,
    "n-quads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "json-ld": ox.RdfFormat.JSON_LD,
    "rdf-xml": ox.RdfFormat.RDF_XML,
}
_PREFIXES: Final = dict(terms.PREFIXES)


# -- writing


def _iri_node(iri: object) -> ox.NamedNode:
    return ox.NamedNode(str(iri))


class _GraphWriter:
    """Collects triples, each once."""

    def __init__(self) -> None:
        self.triples: dict[ox.Triple, None] = {}

    def say(self, subject: ox.NamedNode, predicate: object, value: Node) -> None:
        self.triples[ox.Triple(subject, _iri_node(predicate), value)] = None

    def own(self, subject: ox.NamedNode, name: str, value: Node) -> None:
        self.say(subject, terms.BASE + name, value)

    def text(self, subject: ox.NamedNode, name: str, value: str) -> None:
        self.own(subject, name, ox.Literal(value))

    def kinds(self, subject: ox.NamedNode, *kinds: object) -> None:
        for kind in kinds:
            self.say(subject, terms.RDF + "type", _iri_node(kind))

    def statement(self, conclusion: Conclusion) -> ox.NamedNode:
        """A statement about a patient, reified so that proofs can point at it."""
        node = conclusion_node(conclusion)
        self.kinds(node, terms.term("Conclusion"), terms.RDF + "Statement", terms.PROV + "Entity")
        self.say(node, terms.RDF + "subject", own(conclusion.subject))
        self.say(node, terms.RDF + "predicate", predicate_node(conclusion.predicate))
        self.say(node, terms.RDF + "object", object_node(conclusion))
        return node

    def agent(self, activity: ox.NamedNode) -> None:
        """The program that carried out an activity."""
        agent = own(f"program/{__version__}")
        self.say(activity, terms.PROV + "wasAssociatedWith", agent)
        self.kinds(agent, terms.PROV + "SoftwareAgent")
        self.say(agent, terms.RDFS + "label", ox.Literal(f"Warrant {__version__}"))

    def fact(self, conclusion: Conclusion) -> None:
        """The statement itself as a triple."""
        self.say(own(conclusion.subject), predicate_node(conclusion.predicate).value, object_node(conclusion))

    def axiom(self, axiom: Axiom | ProofLeaf) -> ox.NamedNode:
        """An axiom as proofs name it; the parts of its text stand in the order subject, predicate, object."""
        text = axiom.text if isinstance(axiom, ProofLeaf) else str(axiom)
        node = axiom_node(text)
        self.kinds(node, terms.term("ProofAxiom"), terms.PROV + "Entity")
        self.text(node, "axiomText", text)
        self.say(node, terms.DCTERMS + "source", own(axiom.source))
        self.say(node, terms.PROV + "hadPrimarySource", own(axiom.source))
        if isinstance(axiom, Axiom):
            for place, part in enumerate((axiom.subject, axiom.predicate, axiom.object), 1):
                self.say(node, f"{terms.RDF}_{place}", ox.Literal(part))
            self.text(node, "fileName", axiom.file)
        return node

    def step(self, step: Step) -> ox.NamedNode:
        node = step_node(step.id)
        self.kinds(node, terms.term("ProofStep"), terms.PROV + "Entity")
        self.own(node, "concludesThat", self.statement(step.conclusion))
        self.text(node, "byRule", step.rule)
        self.text(node, "sentence", step.sentence)
        if step.axiom:
            self.own(node, "byAxiom", self.axiom(step.axiom))
            self.say(node, terms.DCTERMS + "source", own(step.axiom.source))
        for place, premise in enumerate(step.premises, 1):
            self.say(node, terms.PROV + "wasDerivedFrom", step_node(premise))
            self.say(node, f"{terms.RDF}_{place}", step_node(premise))
        return node

    def proof(self, proof: Proof) -> ox.NamedNode:
        """A proof: its steps, and what its conclusion knows of other ways."""
        for step in proof.steps:
            self.step(step)
        node = self.statement(proof.conclusion)
        self.own(node, "hasProof", step_node(proof.id))
        self.own(node, "alternativeCount", ox.Literal(proof.alternatives))
        self.own(node, "partial", ox.Literal(proof.partial))
        return node

    def justification(self, conclusion: Conclusion, leaves: frozenset[ProofLeaf]) -> None:
        node = justification_node(conclusion, leaves)
        self.kinds(node, terms.term("Justification"), terms.PROV + "Entity")
        self.own(conclusion_node(conclusion), "hasJustification", node)
        for leaf in leaves:
            fact = leaf.source == ""
            self.own(node, "element", self.statement(_parsed(leaf.text)) if fact else self.axiom(leaf))


def _parsed(text: str) -> Conclusion:
    """A fact from its text; names of individuals hold no blanks."""
    subject, predicate, value = text.split(" ")
    return Conclusion(subject, predicate, value)


def proof_triples(proof: Proof, ontology: Ontology | None = None) -> tuple[ox.Triple, ...]:
    """One proof as triples, sorted; with an ontology also the claims, passages, markers and references it rests on,
    and the activity and the agent that made it."""
    writer = _GraphWriter()
    writer.proof(proof)
    if ontology is None:
        return tuple(sorted(writer.triples, key=str))
    conclusion = conclusion_node(proof.conclusion)
    activity = own("activity/" + hashlib.sha256(f"{proof.id}\n{ontology.digest}".encode()).hexdigest())
    writer.kinds(activity, terms.PROV + "Activity")
    writer.say(conclusion, terms.PROV + "wasGeneratedBy", activity)
    writer.say(activity, terms.PROV + "used", _iri_node(ontology.version))
    writer.agent(activity)
    return tuple(sorted({*writer.triples, *_cited(ontology, writer.triples)}, key=str))


_OA: Final = "http://www.w3.org/ns/oa#"


def proof_quads(proof: Proof, assessment: str) -> tuple[ox.Quad, ...]:
    """One proof in the graph of its assessment, sorted."""
    return _placed(proof_triples(proof), assessment)


def assessment_graph(assessment: Assessment, justifications: bool = True) -> tuple[ox.Quad, ...]:
    """Everything about one assessment in a graph of its own name: facts, conclusions, proofs, justifications, and of
    the ontology the claims, passages, markers and references on which they rest. Sorted.

    `justifications` false leaves the minimal sets out, which take most of the time. Raises InputError when the
    assessment has no proofs because HermiT made it.
    """
    return _placed(_Graph(assessment).triples(justifications), assessment.id)


def _placed(triples: Iterable[ox.Triple], assessment: str) -> tuple[ox.Quad, ...]:
    graph = assessment_node(assessment)
    return tuple(ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)


class _Graph:
    def __init__(self, assessment: Assessment) -> None:
        if assessment.explainer is None:
            raise InputError([Problem(assessment.id, "has no proofs: HermiT gives none.", "Assess with the engine.")])
        self.assessment, self.explainer = assessment, assessment.explainer
        self.node, self.out = assessment_node(assessment.id), _GraphWriter()
        self.given = facts(assessment)
        self.digest = fact_digest(self.given)
        self.facts = own(f"facts/{self.digest}")

    def triples(self, justifications: bool) -> tuple[ox.Triple, ...]:
        self._activity()
        self._facts()
        for conclusion, names in named_conclusions(self.assessment, self.explainer).items():
            self._conclusion(conclusion, names, justifications)
        cited = _cited(self.assessment.ontology, self.out.triples)
        return tuple(sorted({*self.out.triples, *cited}, key=str))

    def _activity(self) -> None:
        out, ontology, record = self.out, self.assessment.ontology, self.assessment.record
        out.kinds(self.node, terms.term("Assessment"), terms.PROV + "Activity")
        out.say(self.node, terms.SKOS + "notation", ox.Literal(self.assessment.id))
        out.say(self.node, terms.PROV + "used", _iri_node(ontology.version))
        out.say(self.node, terms.PROV + "used", self.facts)
        out.agent(self.node)
        out.text(self.node, "ontologyDigest", ontology.digest)
        out.text(self.node, "factDigest", self.digest)
        day = ox.Literal(record.facts.as_of.isoformat(), datatype=ox.NamedNode(terms.XSD + "date"))
        out.own(self.node, "asOf", day)

    def _facts(self) -> None:
        self.out.kinds(self.facts, terms.term("FactSet"), terms.PROV + "Collection", terms.PROV + "Entity")
        for fact in self.given:
            self.out.say(self.facts, terms.PROV + "hadMember", self.out.statement(fact))
            self.out.fact(fact)

    def _conclusion(self, conclusion: Conclusion, names: tuple[str, ...], justifications: bool) -> None:
        out = self.out
        node = out.proof(self.explainer.proof(conclusion))
        out.fact(conclusion)
        out.say(node, terms.PROV + "wasGeneratedBy", self.node)
        for name in names:
            out.say(node, terms.SKOS + "notation", ox.Literal(name))
        if justifications:
            for leaves in self.explainer.justifications(conclusion):
                out.justification(conclusion, leaves)


def fact_digest(given: Iterable[Conclusion]) -> str:
    """The SHA-256 of sorted facts, one a line."""
    return hashlib.sha256("\n".join(map(str, given)).encode()).hexdigest()


def facts(assessment: Assessment) -> tuple[Conclusion, ...]:
    """The facts of an assessment as its proofs name them, sorted."""
    record = assessment.record
    found = {Conclusion(item.subject, item.predicate, item.object) for item in record.assertions}
    for group in record.different:
        found |= {Conclusion(left, "differentFrom", right) for left, right in combinations(sorted(group), 2)}
    return tuple(sorted(found))


def named_conclusions(assessment: Assessment, explainer: Explainer) -> Mapping[Conclusion, tuple[str, ...]]:
    """Every conclusion of an assessment that is proved, with the ids it goes by (docs/contract.md): the entries of the
    lists, and the claims that apply or are excluded."""
    outcomes = assessment.outcomes
    decided = [*outcomes.ids(Outcome.APPLICABLE), *outcomes.ids(Outcome.EXCLUDED)]
    found: dict[Conclusion, list[str]] = {}
    for name in [*assessment.items, *decided]:
        conclusion = assessment.conclusion(name)
        if conclusion is not None and conclusion in explainer.derivations.depth:
            found.setdefault(conclusion, []).append(name)
    return {conclusion: tuple(sorted(names)) for conclusion, names in sorted(found.items())}


# -- what the ontology says of the sources

CITED: Final = tuple(
    terms.BASE + kind for kind in ("claim/", "passage/", "marker/", "reference/", "article/", "source/")
)


def _cited(ontology: Ontology, triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """The ontology's triples about the sources that these triples name: claims, passages, markers, references."""
    table = _by_subject(ontology)
    sources = (triple.object for triple in triples if triple.predicate.value == terms.DCTERMS + "source")
    todo = [iri for source in sources for iri in _iri(source)]
    seen: set[str] = set()
    while todo:
        if (node := todo.pop()) in seen:
            continue
        seen.add(node)
        for triple in table.get(node, ()):
            yield triple
            todo += filter(_is_part, _iri(triple.object))
        if node.startswith(terms.BASE + "passage/"):
            yield from _selected(ox.NamedNode(node), table.get(node, ()))


def _selected(passage: ox.NamedNode, rows: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """A passage as a part of its article's text: Web Annotation, section 4.2.5."""
    selector, kind = ox.NamedNode(passage.value + "/selector"), ox.NamedNode(terms.RDF + "type")
    yield ox.Triple(passage, kind, ox.NamedNode(_OA + "SpecificResource"))
    yield ox.Triple(passage, ox.NamedNode(_OA + "hasSelector"), selector)
    yield ox.Triple(selector, kind, ox.NamedNode(_OA + "TextPositionSelector"))
    for row in rows:
        if row.predicate.value in (_OA + "start", _OA + "end"):
            yield ox.Triple(selector, row.predicate, row.object)


def _iri(node: object) -> tuple[str, ...]:
    return (node.value,) if isinstance(node, ox.NamedNode) else ()


def _is_part(iri: str) -> bool:
    """Whether a cited node belongs to the one that names it; a claim beside a claim does not."""
    local = terms.local(iri)
    return iri.startswith(CITED) and not (local.startswith("claim/") and local.count("/") == 1)


@derived
def _by_subject(ontology: Ontology) -> Mapping[str, tuple[ox.Triple, ...]]:
    found: dict[str, list[ox.Triple]] = {}
    for triple in ontology.index.triples:
        if isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(CITED):
            found.setdefault(triple.subject.value, []).append(triple)
    return {subject: tuple(group) for subject, group in found.items()}


# -- serialisation


def serialize(quads: Iterable[ox.Triple | ox.Quad], form: str) -> bytes:
    """Triples or quads in one of FORMATS; the same bytes for the same set. Formats without graphs leave them out."""
    chosen = FORMATS[form]
    ordered: list[ox.Triple] | list[ox.Quad]
    if chosen.supports_datasets:
        ordered = sorted((item if isinstance(item, ox.Quad) else ox.Quad(*item) for item in quads), key=str)
    else:
        ordered = sorted((item.triple if isinstance(item, ox.Quad) else item for item in quads), key=str)
    found = ox.serialize(ordered, format=chosen, prefixes=_PREFIXES)
    assert found is not None
    return found
