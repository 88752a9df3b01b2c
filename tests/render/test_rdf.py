"""Assessments and proofs as RDF: what stands in the graph, what SPARQL finds in it, and the way back to a proof."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import yaml
from rdflib.compare import isomorphic

from graphs import GRAPHED as EXAMPLES
from graphs import KNOWLEDGE, assessment, graph, store
from kg.assess import Assessment
from kg.assess.outcomes import Outcome
from kg.errors import InputError
from kg.ontology import terms
from kg.proof import rdf_nodes, rdf_reader
from kg.proof.checker import Checker
from kg.proof.proof import Proof
from kg.render import rdf
from kg.render.answer_rdf import ANSWER
from kg.render.answer_vocabulary import answer_vocabulary
from kg.store.queries import FOLDER, library, plain, value
from kg.vocabulary.names import Names
from places import ROOT, SUPPORT

CASES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "store" / "queries" / "explain.yaml").read_text(encoding="utf-8")
)
EXPLAIN = library(FOLDER, "explain")
SMALL = "esa-asked-for-off-chemotherapy"
BY_RECORD = {"hasAbsent", "hasEstablished"}  # what the record itself may state of a condition of the differential


def proofs_by_id(example: str) -> set[str]:
    """The ids of the conclusions that the graph states with a proof."""
    pattern = f"?it a <{terms.BASE}Conclusion> ; <{terms.BASE}hasProof> ?proof ; <{terms.SKOS}notation> ?id"
    found = store(example).query(f"SELECT ?id {{ {pattern} }}", use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return {plain(row["id"]) for row in found}


def proved(example: str) -> Any:
    found = assessment(example)
    assert found.explainer is not None
    return rdf.named_conclusions(found, found.explainer)


# -- explanations by SPARQL


def test_every_explanation_query_has_a_case() -> None:
    assert {f"explain/{case['query']}" for case in CASES} == set(EXPLAIN)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['query']} {case['patient']} {case.get('with', '')}")
def test_an_explanation_query_returns_what_the_claims_call_for(case: dict[str, Any], names: Names) -> None:
    # given the graph of an example patient
    query = EXPLAIN[f"explain/{case['query']}"]
    types = {parameter.name: parameter for parameter in query.parameters}
    given = {key: [value(names, types[key], text) for text in texts] for key, texts in case.get("with", {}).items()}

    # when the query runs over it
    found = query.run(store(case["patient"]), given)
    if "triples" in case:
        assert isinstance(found, ox.QueryTriples)
        assert len(list(found)) > 10
        return
    assert isinstance(found, ox.QuerySolutions)
    columns = case.get("columns") or [column.name for column in query.columns]
    rows = [tuple(plain(row[name]).removeprefix("claim/") for name in columns) for row in found]

    # then the rows are those worked out from the claims
    assert {"rows", "count", "each_has_one_of"} & set(case)
    for wanted in case.get("rows", ()):
        assert tuple(wanted) in {row[: len(wanted)] for row in rows}
    for row in rows if "each_has_one_of" in case else ():
        assert set(row[-1].split()) & set(case["each_has_one_of"])
    assert len(rows) == case.get("count", len(rows))


@pytest.mark.parametrize("example", EXAMPLES)
def test_sparql_alone_leads_from_any_conclusion_to_its_passages_and_the_state_of_their_markers(example: str) -> None:
    # given every conclusion of a patient, and the claims on which its proof rests
    found = assessment(example)
    assert found.explainer is not None
    rows = {tuple(map(plain, row)) for row in EXPLAIN["explain/passages-and-markers"].run(store(example))}  # type: ignore[union-attr]
    expected = set()
    for conclusion, ids in proved(example).items():
        sources = {step.source for step in found.explainer.proof(conclusion).steps}
        claims = [found.ontology.claims[name.removeprefix("claim/")] for name in sources if name.startswith("claim/")]
        assert claims or conclusion.predicate in BY_RECORD, f"{conclusion} rests on no claim"
        for claim in claims:
            place = claim.passage
            head = (f"claim/{claim.id}", claim.article, place.section, str(place.start), str(place.end))
            printed = [(str(marker.number), marker.state) for marker in claim.markers] or [("", "")]
            expected |= {(name, *head, *marker) for name in ids for marker in printed}

    # then the query gives just these: article, section, offsets, marker and its state
    assert {row[:8] for row in rows} == expected
    assert expected or not proved(example)


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_conclusion_is_left_out_of_the_graph(example: str) -> None:
    # given everything that is concluded of a patient: the entries of the lists, the claims that apply or are excluded
    found = assessment(example)
    decided = [*found.outcomes.ids(Outcome.APPLICABLE), *found.outcomes.ids(Outcome.EXCLUDED)]

    # when the graph is asked for its conclusions
    answer = EXPLAIN["explain/passages-and-markers"].run(store(example))
    assert isinstance(answer, ox.QuerySolutions)

    # then each is there with its proof, and leads to a passage unless the record alone proves it
    assert proofs_by_id(example) == {*found.items, *decided, *(alert.id for alert in found.alerts)}
    without_passage = {*found.items, *decided} - {plain(row["conclusion"]) for row in answer}
    assert {found.items[name].conclusion.predicate for name in without_passage} <= BY_RECORD


def test_all_example_patients_have_conclusions_with_proofs() -> None:
    assert len(EXAMPLES) >= 15
    counts = {example: sum(map(len, proved(example).values())) for example in EXAMPLES}
    assert min(counts.values()) >= 1
    assert sum(counts.values()) >= 800


# -- from RDF back to the proof


def same(one: Proof, other: Proof) -> bool:
    """The same steps by their ids, axioms and premises, in whatever order they stand."""
    return (
        one.id == other.id
        and _said(one) == _said(other)
        and (one.conclusion, one.alternatives, one.partial) == (other.conclusion, other.alternatives, other.partial)
    )


def _said(proof: Proof) -> set[tuple[object, ...]]:
    return {
        (step.id, step.conclusion, step.rule, str(step.axiom), step.source, frozenset(step.premises))
        for step in proof.steps
    }


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_proof_comes_back_from_its_rdf_with_the_same_ids_and_the_checker_accepts_it(
    example: str, checker: Checker
) -> None:
    found, given = assessment(example), rdf.facts(assessment(example))
    assert found.explainer is not None
    reader = rdf_reader.RdfProofReader(graph(example))

    for conclusion in proved(example):
        proof = reader.proof(conclusion)
        assert same(proof, found.explainer.proof(conclusion))
        checker.check(proof.to_json(), given)


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(KNOWLEDGE.ontology.files)


@pytest.mark.parametrize("form", ["turtle", "n-quads", "json-ld"])
def test_a_proof_comes_back_from_each_serialisation(form: str) -> None:
    found = assessment(SMALL)
    assert found.explainer is not None
    conclusion = found.conclusion("A0-39")
    assert conclusion is not None

    text = rdf.serialize(graph(SMALL), form)
    again = list(ox.parse(text, format=rdf.FORMATS[form]))

    assert same(rdf_reader.proof_from_rdf(again, conclusion), found.explainer.proof(conclusion))


def test_a_single_proof_has_the_form_that_it_has_in_the_assessment() -> None:
    found = assessment(SMALL)
    assert found.explainer is not None
    conclusion = found.conclusion("A0-39")
    assert conclusion is not None

    quads = rdf.proof_quads(found.explainer.proof(conclusion), found.id)

    assert set(quads) < set(graph(SMALL))
    assert rdf_reader.proof_from_rdf(quads, conclusion).id == found.proof_id(conclusion)


def test_a_step_that_was_tampered_with_gets_another_id(checker: Checker) -> None:
    found = assessment(SMALL)
    conclusion = found.conclusion("A0-39")
    assert conclusion is not None
    rule = ox.NamedNode(terms.BASE + "byRule")
    forged = [
        ox.Quad(quad.subject, rule, ox.Literal("stated"), quad.graph_name)
        if quad.predicate == rule and quad.object == ox.Literal("asserted absent")
        else quad
        for quad in graph(SMALL)
    ]

    assert rdf_reader.proof_from_rdf(forged, conclusion).id != found.proof_id(conclusion)


def test_a_graph_without_one_of_the_steps_is_an_error_that_names_it() -> None:
    found = assessment(SMALL)
    conclusion = found.conclusion("A0-39")
    assert conclusion is not None
    cut = [quad for quad in graph(SMALL) if quad.predicate.value != terms.BASE + "concludesThat"]

    with pytest.raises(InputError, match=r"step/[0-9a-f]{64}: has no concludesThat"):
        rdf_reader.proof_from_rdf(cut, conclusion)


def test_an_assessment_by_hermit_has_no_proofs_to_write() -> None:
    found = assessment(SMALL)
    without = Assessment(**{**vars_of(found), "engine": None, "saturation": None})

    with pytest.raises(InputError, match="HermiT gives none"):
        rdf.assessment_graph(without)


def vars_of(found: Assessment) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Assessment.__dataclass_fields__}


# -- what stands in the graph


def test_an_answer_is_an_activity_that_names_the_ontology_version_and_the_digest_of_the_facts() -> None:
    (row,) = EXPLAIN["explain/assessment"].rows(store(SMALL))
    found = assessment(SMALL)

    assert row[1:4] == (found.id, "ontology/0.1.0/warrant-reasoning", found.ontology.digest)
    assert row[4] == rdf.fact_digest(rdf.facts(found))
    assert rdf.fact_digest(rdf.facts(assessment("all-normal"))) != row[4]


def test_each_justification_is_a_node_of_its_own_with_its_own_elements() -> None:
    example = "a1-pancytopenia-with-low-iron-and-high-b12"
    found = assessment(example)
    assert found.explainer is not None
    conclusion = found.conclusion("differential:mds")
    assert conclusion is not None

    rows = EXPLAIN["explain/justifications"].rows(store(example), {"conclusion": [ox.Literal("differential:mds")]})
    in_graph: dict[str, set[str]] = {}
    for _, node, element, _ in rows:
        in_graph.setdefault(node, set()).add(element)

    sets = {frozenset(leaf.text for leaf in leaves) for leaves in found.explainer.justifications(conclusion)}
    assert {frozenset(elements) for elements in in_graph.values()} == sets
    assert len(sets) == len(in_graph) > 1


def test_every_node_has_a_name_and_the_graph_bears_that_of_the_assessment() -> None:
    quads = graph(SMALL)

    assert all(isinstance(quad.subject, ox.NamedNode) for quad in quads)
    assert not any(isinstance(quad.object, ox.BlankNode) for quad in quads)
    assert {quad.graph_name for quad in quads} == {rdf_nodes.assessment_node(assessment(SMALL).id)}


def test_every_term_of_the_graph_is_declared_in_the_ontology() -> None:
    index = KNOWLEDGE.ontology.index
    used = {quad.predicate.value for example in EXAMPLES for quad in graph(example)}
    used |= {quad.object.value for quad in graph(SMALL) if quad.predicate.value.endswith("#type")}  # type: ignore[union-attr]
    own = {iri for iri in used if iri.startswith(terms.BASE)}

    of_answers = {iri for iri in own if iri.startswith(ANSWER)}
    assert [iri for iri in sorted(own - of_answers) if not index.value(iri, str(rdflib.RDFS.label))] == []
    vocabulary = rdflib.Graph().parse(data=answer_vocabulary(), format="turtle")
    defined = {str(node) for node in vocabulary.subjects(rdflib.RDFS.comment)}
    assert sorted(of_answers - defined) == []
    assert len(of_answers) > 80
    assert len(own) > 40


# -- bytes


def test_the_same_assessment_gives_the_same_bytes_in_any_order_and_in_another_process() -> None:
    code = (
        "import sys, test_rdf as t; from kg.render import rdf; "
        "sys.stdout.buffer.write(rdf.serialize(t.graph(t.SMALL), sys.argv[1]))"
    )
    for form in ("turtle", "json-ld", "n-quads"):
        text = rdf.serialize(graph(SMALL), form)
        other = subprocess.run(
            [sys.executable, "-c", code, form],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parent,
            env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(SUPPORT)))},
        )
        assert rdf.serialize(reversed(graph(SMALL)), form) == text == other.stdout


@pytest.mark.parametrize("form", ["turtle", "rdf-xml", "n-triples"])
def test_another_library_reads_the_same_triples(form: str) -> None:
    names = {"turtle": "turtle", "rdf-xml": "xml", "n-triples": "nt"}
    one, other = rdflib.Graph(), rdflib.Graph()

    one.parse(data=rdf.serialize(graph(SMALL), form), format=names[form])
    other.parse(data=rdf.serialize(graph(SMALL), "n-triples"), format="nt")

    assert len(one) == len({quad.triple for quad in graph(SMALL)})
    assert isomorphic(one, other)
