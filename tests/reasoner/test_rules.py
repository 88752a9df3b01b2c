"""Every rule of the engine on the smallest ontology that needs it: folders with what is given, entailed and not.

    given.ttl          a module, as it would stand in the ontology
    patient.ttl        what a record asserts
    entailed.txt       `subject predicate object` by local names, one a line
    not-entailed.txt   likewise; or instead of these three:
    refused.txt        the axiom that the compiler names, and the reason that it gives

A folder is named after the rule (OWL 2 RL/RDF, W3C, section 4.3; `cls-minqc` and `dt-facet` are the engine's own)
and the sentence that it shows. HermiT judges all of them in one run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest

from fixtures import TODAY
from kg.errors import InputError
from kg.facts.patient import PatientFacts
from kg.ontology.compiled import Ontology
from kg.ontology.terms import BASE, local
from kg.proof.checker import Checker
from kg.proof.derivations import Conclusion, Derivations
from kg.proof.engine_trace import derivations
from kg.proof.proof import SENTENCES, Explainer
from kg.reasoner.closure import Closure
from kg.reasoner.engine import Engine
from kg.reasoner.rules import OutsideFragment, compile_rules
from kg.reasoner.saturation import Saturation
from kg.record.record import Assertion, Record
from places import SUPPORT
from reduced import left

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SOURCE = ox.NamedNode("http://purl.org/dc/terms/source")
FOLDER = Path(__file__).parent / "rules"
CASES = sorted(path.parent.name for path in FOLDER.glob("*/entailed.txt"))
REFUSED = sorted(path.parent.name for path in FOLDER.glob("*/refused.txt"))
AXIOMS = {RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")} | {
    OWL + name for name in ("equivalentClass", "inverseOf", "propertyChainAxiom")
}
CATALOG = (
    """<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"><uri name="given" uri="given.ttl"/></catalog>"""
)
PATIENT = "patient"
PREFIXES = f"@prefix : <{BASE}> . @prefix owl: <{OWL}> ."
SPECIFIED = {
    "cax-adc", "cax-dw", "cax-sco", "cax-eqc2", "cls-hv1", "cls-hv2", "cls-int1", "cls-int2", "cls-svf1", "cls-uni",
    "prp-dom", "prp-inv1", "prp-inv2", "prp-rng", "prp-spo1", "prp-spo2",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What a folder holds."""

    name: str
    given: tuple[ox.Triple, ...]
    asserted: tuple[ox.Triple, ...]
    entailed: tuple[Conclusion, ...]
    not_entailed: tuple[Conclusion, ...]

    @property
    def asked(self) -> tuple[Conclusion, ...]:
        return (*self.entailed, *self.not_entailed)


def read(name: str) -> Case:
    folder = FOLDER / name
    return Case(
        name,
        triples(folder / "given.ttl"),
        triples(folder / "patient.ttl"),
        conclusions(folder / "entailed.txt"),
        conclusions(folder / "not-entailed.txt"),
    )


def triples(path: Path) -> tuple[ox.Triple, ...]:
    return tuple(quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE))


def conclusions(path: Path) -> tuple[Conclusion, ...]:
    return tuple(Conclusion(*line.split()) for line in path.read_text(encoding="utf-8").splitlines())


# -- a folder as an ontology and a record


def load(given: Iterable[ox.Triple], folder: Path) -> Ontology:
    """The module as an ontology of its own; every axiom gets a source, as the project's axioms have one."""
    (folder / "catalog-v001.xml").write_text(CATALOG, encoding="utf-8")
    lines = [f"{triple} ." for triple in (*given, *sourced(given))]
    (folder / "given.ttl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Ontology(folder)


def sourced(given: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    for number, triple in enumerate(given):
        own = f"{triple.object}".startswith(f"<{BASE}") and not isinstance(triple.subject, ox.BlankNode)
        if triple.predicate.value in AXIOMS or own:
            node = ox.BlankNode(f"axiom{number}")
            yield ox.Triple(node, ox.NamedNode(RDF + "type"), ox.NamedNode(OWL + "Axiom"))
            parts = zip(("Source", "Property", "Target"), triple, strict=True)
            yield from (ox.Triple(node, ox.NamedNode(OWL + "annotated" + part), value) for part, value in parts)
            yield ox.Triple(node, SOURCE, ox.NamedNode(BASE + "source/case"))


def record_of(asserted: Iterable[ox.Triple]) -> Record:
    """The record that asserts this and nothing else, in this order."""
    found, different = [], []
    for subject, predicate, value in asserted:
        names = local(subject.value), local(predicate.value), local(value.value)
        if predicate.value == OWL + "differentFrom":
            different.append((names[0], names[2]))
        elif predicate.value != RDF + "type":
            found.append(Assertion(*names))
        elif value.value.startswith(BASE):
            found.append(Assertion(names[0], "type", names[2]))
    facts = PatientFacts(as_of=TODAY)
    return Record(PATIENT, facts, tuple(found), tuple(different), (), (), (), ())


@dataclass(frozen=True)
class Reasoned:
    """A case after the engine went over it."""

    ontology: Ontology
    engine: Engine
    record: Record
    saturation: Saturation

    @property
    def derivations(self) -> Derivations:
        return derivations(self.engine, self.saturation)

    @property
    def closure(self) -> Closure:
        return self.engine.closure(self.saturation)

    def holds(self) -> frozenset[Conclusion]:
        """The classes and values that the engine has for any individual."""
        run, features = self.saturation, self.engine.rules.features
        found = {Conclusion(item.subject, item.predicate, item.object) for item in self.record.assertions}
        for name, present in zip(run.names, run.present, strict=True):
            for kind, prop, filler, _ in (features[number] for number in present):
                if kind in ("class", "value"):
                    found.add(Conclusion(name, "type" if kind == "class" else prop, filler))
        return frozenset(found)


def reasoned(case: Case, folder: Path) -> Reasoned:
    ontology = load(case.given, folder)
    engine, record = Engine(ontology), record_of(case.asserted)
    return Reasoned(ontology, engine, record, engine.saturate(record))


# -- what is collected


def test_the_collector_misses_no_folder() -> None:
    folders = sorted(path.name for path in FOLDER.iterdir())
    assert folders == sorted(CASES + REFUSED)
    assert (len(CASES), len(REFUSED)) == (55, 35)


@pytest.mark.parametrize("name", CASES)
def test_every_name_of_a_case_occurs_in_what_is_given(name: str) -> None:
    case = read(name)
    known = {local(node.value) for triple in (*case.given, *case.asserted) for node in triple}
    assert case.entailed
    assert case.not_entailed
    assert {part for conclusion in case.asked for part in conclusion} - known - {"type"} == set()


def test_every_rule_of_the_specification_in_the_fragment_has_a_case() -> None:
    named = {name for name in SPECIFIED for case in CASES if case.startswith(name + "-")}
    assert named == SPECIFIED


# -- the engine


@pytest.mark.parametrize("name", CASES)
def test_what_is_entailed_is_concluded_and_nothing_else(name: str, tmp_path: Path) -> None:
    case = read(name)
    found = reasoned(case, tmp_path)
    assert set(case.entailed) <= found.holds()
    assert set(case.not_entailed) & found.holds() == set()


@pytest.mark.parametrize("rule", ["cax-dw", "cax-adc"])
def test_what_is_of_two_classes_that_exclude_each_other_is_refused(rule: str, tmp_path: Path) -> None:
    case = read(next(name for name in CASES if name.startswith(rule)))
    both = record_of(case.asserted)
    both = replace(both, assertions=(*both.assertions, Assertion("hb", "type", both.assertions[0].object)))
    with pytest.raises(InputError, match=r"hb is \w+ and \w+, which exclude each other"):
        Engine(load(case.given, tmp_path)).saturate(both)


@pytest.mark.parametrize("name", CASES)
def test_each_conclusion_has_a_proof_and_the_checker_accepts_it(name: str, tmp_path: Path) -> None:
    case = read(name)
    found = reasoned(case, tmp_path)
    known, checker = found.derivations, Checker(found.ontology.files)
    facts = [conclusion for conclusion, group in known.instances.items() if any(i.axiom is None for i in group)]
    for conclusion in case.entailed:
        checker.check(json.loads(json.dumps(Explainer(known).proof(conclusion).to_json())), facts)
    assert set(case.not_entailed) & set(known.depth) == set()


@pytest.mark.parametrize("name", CASES)
def test_each_justification_entails_and_has_nothing_to_spare(name: str, tmp_path: Path) -> None:
    case = read(name)
    known = reasoned(case, tmp_path).derivations
    for conclusion in case.entailed:
        found = Explainer(known).justifications(conclusion)
        assert found
        for leaves in found:
            assert conclusion in left(known, leaves).depth
            assert all(conclusion not in left(known, leaves - {leaf}).depth for leaf in leaves)


@pytest.mark.parametrize(
    ("name", "conclusion", "ways"),
    [
        ("cax-sco-an-instance-of-a-class-is-one-of-every-class-above", "finding type Cytopenia", 1),
        ("cls-minqc-an-end-that-is-linked-twice-counts-once", "patient type Persistent", 2),
        ("cls-minqc-three-need-every-pair-to-differ-and-links-by-sub-properties-count", "patient type Persistent", 1),
        ("dt-facet-of-two-values-each-stands-on-its-own-side", "both type Low", 1),
        ("prp-spo1-two-ways-up-are-two-justifications", "patient type Recorded", 2),
        ("prp-inv1-a-link-may-be-stated-from-both-ends", "hb type MeasuredInWoman", 2),
    ],
)
def test_there_are_as_many_justifications_as_ways(name: str, conclusion: str, ways: int, tmp_path: Path) -> None:
    known = reasoned(read(name), tmp_path).derivations
    assert len(Explainer(known).justifications(Conclusion(*conclusion.split()))) == ways


@pytest.mark.parametrize("name", CASES)
def test_the_order_of_the_record_does_not_matter(name: str, tmp_path: Path) -> None:
    case = read(name)
    first = reasoned(case, tmp_path)
    assertions = list(first.record.assertions)
    for seed in range(10):
        Random(seed).shuffle(assertions)
        record = replace(first.record, assertions=tuple(assertions))
        again = replace(first, record=record, saturation=first.engine.saturate(record))
        assert again.holds() == first.holds()
        assert again.derivations.depth == first.derivations.depth


def test_the_cases_use_every_rule_that_a_proof_can_name(tmp_path: Path) -> None:
    used = set()
    for name in CASES:
        (tmp_path / name).mkdir()
        known = reasoned(read(name), tmp_path / name).derivations
        used |= {instance.rule for group in known.instances.values() for instance in group}
    # what a class that excludes another one entails is a clash, from which no proof concludes anything
    assert set(SENTENCES) - used == {"computed", "asserted absent", "cax-dw", "cax-adc"}


# -- what is outside


@pytest.mark.parametrize("name", REFUSED)
def test_an_axiom_outside_the_fragment_is_refused_with_its_text_file_and_reason(name: str, tmp_path: Path) -> None:
    axiom, reason = (FOLDER / name / "refused.txt").read_text(encoding="utf-8").splitlines()
    ontology = load(triples(FOLDER / name / "given.ttl"), tmp_path)
    with pytest.raises(OutsideFragment) as refused:
        compile_rules(ontology)
    assert axiom in str(refused.value)
    assert str(refused.value).startswith("given.ttl: ")
    assert str(refused.value).endswith(reason)


def in_one_module(text: str, folder: Path) -> Engine:
    """An engine over axioms about :A, :B, :hasFinding, :value and :concept."""
    kinds = ":A a owl:Class . :B a owl:Class . :hasFinding a owl:ObjectProperty . :concept a owl:NamedIndividual ."
    (folder / "text.ttl").write_text(f"{PREFIXES}\n{kinds}\n:value a owl:DatatypeProperty .\n{text}", encoding="utf-8")
    return Engine(load(triples(folder / "text.ttl"), folder))


@pytest.mark.parametrize(
    ("axioms", "stated", "message"),
    [
        (
            ":A owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( :B ) ] .",
            ["x type A"],
            "x is stated to be A, a",
        ),
        (":value a owl:FunctionalProperty .", ["x value 1", "x value 2"], "x has two values of value"),
        (":concept a :A .", ["concept type B"], "concept is an individual of the ontology"),
    ],
)
def test_a_record_that_the_engine_cannot_read_completely_is_refused(
    axioms: str, stated: list[str], message: str, tmp_path: Path
) -> None:
    engine = in_one_module(axioms, tmp_path)
    triples = [text.split() for text in stated]
    assertions = tuple(Assertion(subject, predicate, about) for subject, predicate, about in triples)
    with pytest.raises(InputError, match=message):
        engine.saturate(Record("x", PatientFacts(as_of=TODAY), assertions, (), (), (), (), ()))


# -- HermiT


def apart(node: ox.NamedNode | ox.BlankNode | ox.Literal, case: str) -> str:
    """A node of a case under the case's own prefix."""
    match node:
        case ox.NamedNode(value=value) if value.startswith(BASE):
            return f"<{moved(local(value), case)}>"
        case ox.BlankNode(value=value):
            return f"_:{case}x{value}"
        case _:
            return str(node)


def moved(name: str, case: str) -> str:
    return f"{BASE}{case}/{name}"


def test_hermit_agrees_with_every_case_in_one_run(tmp_path: Path) -> None:
    cases = [read(name) for name in CASES]
    source = tmp_path / "cases.nt"
    lines = [
        " ".join(apart(node, case.name) for node in triple) + " ."
        for case in cases
        for triple in (*case.given, *case.asserted)
    ]
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    asked = [(case.name, conclusion) for case in cases for conclusion in case.asked]
    expected = [conclusion in read(name).entailed for name, conclusion in asked]
    found = ask_hermit(source, asked)
    assert [pair for pair, yes, wanted in zip(asked, found, expected, strict=True) if yes is not wanted] == []
    assert len(asked) > 100


def ask_hermit(source: Path, asked: Iterable[tuple[str, Conclusion]]) -> list[bool]:
    worker = SUPPORT / "entailment_worker.py"
    rows = [[part if part == "type" else moved(part, name) for part in conclusion] for name, conclusion in asked]
    run = subprocess.run(
        [sys.executable, worker],
        input=json.dumps({"source": str(source), "asked": rows}),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=worker.parents[1],
    )
    assert run.returncode == 0, run.stderr
    answers: list[bool] = json.loads(run.stdout)
    return answers
