"""The ontology as Protégé and other OWL tools see it, judged by ROBOT (OWLAPI and its HermiT), without a network."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from places import ROOT
from robot_tool import logical_axioms, robot, unsourced

ONTOLOGY = ROOT / "ontology"
REASONING = "warrant-reasoning.ttl"
BROWSING = "warrant.ttl"
OURS = "https://w3id.org/warrant/"
# A class that is one restriction has no genus to name: `PatientWithAnemia EquivalentTo hasFinding some Anemia`.
# That it is a class of patients follows from the domain of the property, and a genus would only repeat it in
# every proof.
ACCEPTED_WARNINGS = {"equivalent_class_axiom_no_genus"}


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root with everything it imports, as one file of RDF/XML."""
    target = tmp_path_factory.mktemp("robot") / "warrant.owl"
    run = robot("--catalog", ONTOLOGY / "catalog-v001.xml", "merge", "--input", ONTOLOGY / REASONING, "-o", target)
    assert run.returncode == 0, run.stdout
    return target


@pytest.fixture(scope="module")
def axioms(merged: Path) -> list[str]:
    """The logical axioms of the merged release, after a full round through RDF/XML."""
    target = merged.with_suffix(".ofn")
    run = robot("convert", "--input", merged, "--format", "ofn", "--output", target)
    assert run.returncode == 0, run.stdout
    return logical_axioms(target.read_text(encoding="utf-8"))


def levels(table: Path) -> dict[str, set[str]]:
    """Level of ROBOT's report → the rules that fired at it."""
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines(), delimiter="\t"))
    assert rows, "an empty report means that ROBOT looked at nothing"
    return {row["Level"]: {one["Rule Name"] for one in rows if one["Level"] == row["Level"]} for row in rows}


def test_every_import_is_found_on_disk(merged: Path) -> None:
    # Given the root, the catalog and no network; when ROBOT merges; then nothing is left to import.
    assert "owl:imports" not in merged.read_text(encoding="utf-8")


def test_a_missing_import_stops_the_merge(tmp_path: Path) -> None:
    # Given a copy of the ontology whose catalog has lost one line
    copy = tmp_path / "ontology"
    shutil.copytree(ONTOLOGY, copy)
    catalog = copy / "catalog-v001.xml"
    lines = catalog.read_text(encoding="utf-8").splitlines()
    catalog.write_text("\n".join(line for line in lines if "ontology/thresholds" not in line), encoding="utf-8")

    # When it is merged
    run = robot("--catalog", catalog, "merge", "--input", copy / REASONING, "--output", tmp_path / "warrant.owl")

    # Then ROBOT names the import instead of leaving it out
    assert run.returncode != 0
    assert "https://w3id.org/warrant/ontology/thresholds" in run.stdout


@pytest.mark.long
def test_the_report_has_no_error_and_no_new_warning(merged: Path) -> None:
    # Given the merged ontology, when ROBOT reports on the terms that are ours
    table = merged.with_name("report.tsv")
    run = robot("report", "--input", merged, "--base-iri", OURS, "--fail-on", "none", "--output", table)
    assert run.returncode == 0, run.stdout

    # Then no row is an error, and the warnings are of the kinds that were accepted with a reason
    found = levels(table)
    assert "ERROR" not in found
    assert found["WARN"] <= ACCEPTED_WARNINGS


def test_the_ontology_is_owl_2_dl(merged: Path) -> None:
    # Given the merged ontology, when ROBOT validates the profile
    verdict = merged.with_name("profile.txt")
    run = robot("validate-profile", "--profile", "DL", "--input", merged, "--output", verdict)

    # Then it finds no violation
    assert run.returncode == 0, run.stdout + verdict.read_text(encoding="utf-8")


@pytest.mark.long
@pytest.mark.parametrize("reasoner", ["hermit", "elk", "whelk"])
def test_reasoners_find_it_consistent_and_every_class_satisfiable(merged: Path, reasoner: str) -> None:
    # Given both products; when a reasoner classifies them; then ROBOT, which refuses an inconsistent ontology and
    # any unsatisfiable class, is content.
    for product in (merged, ONTOLOGY / BROWSING):
        target = merged.with_name("reasoned.owl")
        run = robot("reason", "--reasoner", reasoner, "--input", product, "--output", target)
        assert run.returncode == 0, f"{product.name}: {run.stdout}"


@pytest.mark.long
def test_the_product_to_browse_is_owl_2_dl_and_the_report_has_no_error(tmp_path: Path) -> None:
    # Given the product to browse, when ROBOT validates the profile and reports
    profile, table = tmp_path / "profile.txt", tmp_path / "report.tsv"
    judge = robot("validate-profile", "--profile", "DL", "--input", ONTOLOGY / BROWSING, "--output", profile)
    report = ("report", "--fail-on", "none", "--base-iri", OURS)
    run = robot(*report, "--input", ONTOLOGY / BROWSING, "--output", table)

    # Then nothing is outside OWL 2 DL, no row is an error, and each warning is of an accepted kind
    assert judge.returncode == 0, judge.stdout
    assert "[Ontology and imports closure in profile]" in profile.read_text(encoding="utf-8")
    assert run.returncode == 0, run.stdout
    assert levels(table) == {"WARN": ACCEPTED_WARNINGS, "INFO": {"missing_superclass"}}


@pytest.mark.long
def test_the_product_to_browse_is_loaded_whole_and_each_axiom_has_its_source(tmp_path: Path) -> None:
    # Given the product to browse; when OWLAPI reads it; then every logical axiom is there with its source, none twice
    target = tmp_path / "warrant.ofn"
    run = robot("convert", "--input", ONTOLOGY / BROWSING, "--format", "ofn", "--output", target)
    assert run.returncode == 0, run.stdout
    axioms = logical_axioms(target.read_text(encoding="utf-8"))
    assert len(axioms) > 7000
    assert unsourced(axioms) == []


def test_an_unsatisfiable_class_is_seen(tmp_path: Path) -> None:
    # Given an ontology in which something is two disjoint things
    source = tmp_path / "bad.ttl"
    source.write_text(
        "@prefix : <https://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> ."
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . <https://example.org/o> a owl:Ontology ."
        ":A a owl:Class ; owl:disjointWith :B . :B a owl:Class . :C a owl:Class ; rdfs:subClassOf :A , :B .",
        encoding="utf-8",
    )

    # When HermiT classifies it, then ROBOT names the class
    run = robot("reason", "--reasoner", "hermit", "--input", source, "--output", tmp_path / "reasoned.owl")
    assert run.returncode != 0
    assert "https://example.org/C" in run.stdout


def test_every_logical_axiom_is_loaded_once_and_with_its_source(axioms: list[str]) -> None:
    # Given the merged release; when OWLAPI reads it; then no logical axiom is without its source. An axiom that
    # OWLAPI loaded twice, once without the annotation, would show here.
    assert len(axioms) > 4000
    assert unsourced(axioms) == []


def test_an_axiom_without_source_is_seen() -> None:
    # Given functional syntax with one axiom that has a source and one that has none
    text = "Declaration(Class(:A))\nSubClassOf(Annotation(dcterms:source :s) :A :B)\nSubClassOf(:A :C)\n"

    # When the axioms are read, then the one without is named and the declaration is not
    assert unsourced(logical_axioms(text)) == ["SubClassOf(:A :C)"]


@pytest.mark.long
def test_the_example_patients_open_offline_too(tmp_path: Path) -> None:
    # Given every example patient and their catalog
    examples = ONTOLOGY / "examples"
    files = sorted(examples.glob("*.ttl"))
    assert files, "no example patient is compiled"
    inputs = [part for path in files for part in ("--input", path)]
    merged, verdict, printed = (tmp_path / name for name in ("examples.owl", "profile.txt", "examples.ofn"))

    # When ROBOT merges them with the ontology, validates the profile and converts the result
    chain = ["merge", *inputs, "--output", merged, "validate-profile", "--profile", "DL", "--output", verdict]
    run = robot("--catalog", examples / "catalog-v001.xml", *chain, "convert", "--format", "ofn", "--output", printed)

    # Then all imports are found, all is OWL 2 DL, and every fact has its source
    assert run.returncode == 0, run.stdout
    assert unsourced(logical_axioms(printed.read_text(encoding="utf-8"))) == []
