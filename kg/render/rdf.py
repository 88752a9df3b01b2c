"""Writes assessments and their proofs as RDF: PROV-O and a small vocabulary of our own (ontology/core.ttl).

    assessment (prov:Activity) ── prov:used ──────→ ontology version, fact set (prov:Collection of facts)
        ↑ prov:wasGeneratedBy      └─ answer:FIELD → the answer, field by field (kg.render.answer_rdf)
    conclusion (rdf:Statement) ── :hasProof ──────→ step ── prov:wasDerivedFrom → step ...
        └────────────── :hasJustification ────────→ justification ── :sharedElements?/:element → axiom | fact
    step ── :byAxiom → axiom ── dcterms:source ───→ claim → passage, markers → references

Every node is named by the hash of what it says, or by its place in the answer, so there are no blank nodes, the same
assessment gives the same bytes, and proofs share their steps. Each justification is a node of its own: several
explanations never run together. Of claims that are excluded the proof is there, and not the minimal sets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Final

import pyoxigraph as ox

from kg.assess import Assessment
from kg.assess.outcomes import Outcome
from kg.cache.derived import derived
from kg.errors import InputError, Problem
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.proof.derivations import Conclusion
from kg.proof.proof import Explainer, Proof
from kg.proof.rdf_nodes import assessment_node, conclusion_node, own
from kg.render.answer_rdf import ANSWER, AnswerWriter
from kg.render.data import as_json
from kg.render.rdf_writer import GraphWriter, iri_node

FORMATS: Final[Mapping[str, ox.RdfFormat]] = {
    "turtle": ox.RdfFormat.TURTLE,
    "n-triples": ox.RdfFormat.N_TRIPLES,
    "n-quads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "json-ld": ox.RdfFormat.JSON_LD,
    "rdf-xml": ox.RdfFormat.RDF_XML,
}
_SHORT: Final = ("step", "conclusion", "axiom", "justification", "shared", "passage", "marker", "reference", "article")
_PREFIXES: Final = {**terms.PREFIXES, "answer": ANSWER, **{name: f"{terms.BASE}{name}/" for name in _SHORT}}


def proof_triples(proof: Proof, ontology: Ontology | None = None) -> tuple[ox.Triple, ...]:
    """One proof as triples, sorted; with an ontology also the claims, passages, markers and references it rests on,
    and the activity and the agent that made it."""
    writer = GraphWriter()
    writer.proof(proof)
    if ontology is None:
        return tuple(sorted(writer.triples, key=str))
    conclusion = conclusion_node(proof.conclusion)
    activity = own("activity/" + hashlib.sha256(f"{proof.id}\n{ontology.digest}".encode()).hexdigest())
    writer.kinds(activity, terms.PROV + "Activity")
    writer.say(conclusion, terms.PROV + "wasGeneratedBy", activity)
    writer.say(activity, terms.PROV + "used", iri_node(ontology.version))
    writer.agent(activity)
    return tuple(sorted({*writer.triples, *_cited(ontology, writer.triples)}, key=str))


_OA: Final = "http://www.w3.org/ns/oa#"


def proof_quads(proof: Proof, assessment: str) -> tuple[ox.Quad, ...]:
    """One proof in the graph of its assessment, sorted."""
    return _placed(proof_triples(proof), assessment)


def assessment_graph(assessment: Assessment, justifications: bool = True) -> tuple[ox.Quad, ...]:
    """Everything about one assessment in a graph of its own name: the answer field by field, facts, conclusions,
    proofs, justifications, and of the ontology the claims, passages, markers and references on which they rest. Sorted.

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
        self.node, self.out = assessment_node(assessment.id), GraphWriter()
        self.given = facts(assessment)
        self.digest = fact_digest(self.given)
        self.facts = own(f"facts/{self.digest}")

    def triples(self, justifications: bool) -> tuple[ox.Triple, ...]:
        self._activity()
        self._facts()
        excluded = frozenset(self.assessment.outcomes.ids(Outcome.EXCLUDED))
        for conclusion, names in named_conclusions(self.assessment, self.explainer).items():
            self._conclusion(conclusion, names, justifications and not excluded.issuperset(names))
        for one in self.assessment.inferred:
            if one.conclusion:
                self.out.proof(self.explainer.proof(one.conclusion))
        AnswerWriter(self.out, self.assessment.ontology).whole(self.node, as_json(self.assessment))
        cited = _cited(self.assessment.ontology, self.out.triples)
        return tuple(sorted({*self.out.triples, *cited}, key=str))

    def _activity(self) -> None:
        out, ontology, record = self.out, self.assessment.ontology, self.assessment.record
        out.kinds(self.node, terms.term("Assessment"), terms.PROV + "Activity")
        out.say(self.node, terms.SKOS + "notation", ox.Literal(self.assessment.id))
        out.say(self.node, terms.PROV + "used", iri_node(ontology.version))
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
            out.justifications(conclusion, self.explainer.justifications(conclusion))


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
    lists, the claims that apply or are excluded, and the alerts."""
    outcomes = assessment.outcomes
    decided = [*outcomes.ids(Outcome.APPLICABLE), *outcomes.ids(Outcome.EXCLUDED)]
    found: dict[Conclusion, list[str]] = {}
    rows = [(name, assessment.conclusion(name)) for name in (*assessment.items, *decided)]
    for name, conclusion in (*rows, *((alert.id, alert.conclusion) for alert in assessment.alerts)):
        if conclusion is not None and conclusion in explainer.derivations.depth:
            found.setdefault(conclusion, []).append(name)
    return {conclusion: tuple(sorted(names)) for conclusion, names in sorted(found.items())}


# -- what the ontology says of the sources

CITED: Final = tuple(
    terms.BASE + kind for kind in ("claim/", "passage/", "marker/", "reference/", "article/", "source/")
)

OF_CLAIM: Final = frozenset(
    (
        *(terms.BASE + name for name in ("sentence", "claimsOf", "marker", "hasDoubt")),
        *(terms.SKOS + "notation", terms.DCTERMS + "source"),
    )
)
"""What the graph of an assessment says of a claim; all else of it stands in the ontology."""


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
        of_claim = node.startswith(terms.BASE + "claim/") and "/doubt/" not in node
        for triple in table.get(node, ()):
            if not of_claim or triple.predicate.value in OF_CLAIM:
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
    found = ox.serialize(ordered, format=chosen, prefixes={**_PREFIXES, **_parts(ordered)})
    assert found is not None
    return found


def _parts(ordered: Iterable[ox.Triple | ox.Quad]) -> dict[str, str]:
    """The prefix of the parts of an answer, where there is one."""
    kind = ox.NamedNode(terms.BASE + "Assessment")
    found = [item.subject.value for item in ordered if item.object == kind and isinstance(item.subject, ox.NamedNode)]
    return {"part": found[0] + "/"} if found else {}
