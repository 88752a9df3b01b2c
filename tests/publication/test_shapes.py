"""The SHACL shapes of the public graph and of patient graphs: what we publish conforms, and what is wrong does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import RDF, Graph, URIRef

from kg.ontology import terms
from places import ROOT

ONTOLOGY = ROOT / "ontology"
PUBLIC, PATIENT = (ONTOLOGY / "shapes" / name for name in ("public.ttl", "patient.ttl"))
EXAMPLES = sorted((ONTOLOGY / "examples").glob("*.ttl"))
PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in terms.PREFIXES.items())
CLAIM = """claim:A9-01 a :Claim ; rdfs:label "A9-01 recommends something" ; skos:notation "A9-01" ;
    :sentence "A sentence of enough words." ; :printedIn <https://w3id.org/warrant/article/A9> ; :printedAt :passage ;
    :hasModality :ModalityMust ; :basedOn :line .
<https://w3id.org/warrant/article/A9> a :Article . :passage a :Passage ; :digest "{0}" ; oa:start 1 ; oa:end 9 ;
    oa:hasSource <https://w3id.org/warrant/article/A9> . :ModalityMust a :Modality .
:line a :EvidenceLine , <http://purl.obolibrary.org/obo/ECO_0000034> ; rdfs:label "A9-01, evidence 1" .
""".replace("{0}", "0" * 64)
PERSON = """:p a :Patient , :FemalePatient ; :hasCurrentMeasurement :m ; :hasAbsent :Chemotherapy .
:m a owl:NamedIndividual , :HemoglobinMeasurement ; :value 10.6 ."""

# pyshacl 0.40 uses names that rdflib 7.6 calls deprecated
pytestmark = pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning", "ignore:Conjunctive:DeprecationWarning")


def complaints(data: Graph | Path, shapes: Path) -> str:
    """What SHACL has to say; nothing where the data conforms."""
    graph = data if isinstance(data, Graph) else Graph().parse(data)
    conforms, _, text = validate(graph, shacl_graph=str(shapes), inference="none")
    return "" if conforms else str(text)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_patient_conforms(path: Path) -> None:
    assert complaints(path, PATIENT) == ""


def test_there_are_example_patients_and_each_has_one() -> None:
    assert len(EXAMPLES) >= 15
    assert all(list(Graph().parse(path).subjects(RDF.type, URIRef(terms.term("Patient")))) for path in EXAMPLES)


def test_the_texts_of_these_tests_conform() -> None:
    assert complaints(Graph().parse(data=PREFIXES + CLAIM), PUBLIC) == ""
    assert complaints(Graph().parse(data=PREFIXES + PERSON), PATIENT) == ""


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (':sentence "A sentence of enough words." ;', "", "sentence"),
        (":printedAt :passage ;", "", "printedAt"),
        ("a :EvidenceLine ,", "a :Claimed ,", "basedOn"),
        ("0000", "zzzz", "digest"),
        ("oa:end 9", "oa:end 0", "start"),
        (":ModalityMust a :Modality", ":ModalityMust a :Urgency", "hasModality"),
        ("A9-01 recommends something", "A9-01 " + "x" * 60, "label"),
    ],
)
def test_a_claim_that_is_not_whole_is_told_by_its_property(old: str, new: str, path: str) -> None:
    assert old in CLAIM
    assert path in complaints(Graph().parse(data=PREFIXES + CLAIM.replace(old, new)), PUBLIC)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (":FemalePatient", ":FemalePatient , :MalePatient", "MalePatient"),
        (":value 10.6", ':value "10.6"', "value"),
        (":value 10.6", "", "value"),
        (":hasAbsent :Chemotherapy", ':hasAbsent "chemotherapy"', "hasAbsent"),
        ("owl:NamedIndividual , :HemoglobinMeasurement", "owl:NamedIndividual", "hasCurrentMeasurement"),
    ],
)
def test_a_patient_that_no_record_can_give_is_told_by_its_property(old: str, new: str, told: str) -> None:
    assert old in PERSON
    assert told in complaints(Graph().parse(data=PREFIXES + PERSON.replace(old, new)), PATIENT)


@pytest.mark.long
def test_the_whole_public_graph_conforms() -> None:
    assert complaints(ONTOLOGY / "warrant.ttl", PUBLIC) == ""
