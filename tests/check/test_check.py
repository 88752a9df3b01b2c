"""The gates on the ontology: the real one passes, and each gate is seen to fire on a bad example.

A bad example is a folder of tests/check/checks named after its gate. `bad.ttl` is laid over a small ontology
as one more module, other files replace those of the same name, and `fires.txt` lists every finding that
the gate must have then: entity and detail, nothing else.
"""

from __future__ import annotations

import doctest
import importlib
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from kg.authoring.compiler import write
from kg.check import Finding, Gate, Report, Severity, checks, queries, released, run
from kg.check.modules import CheckedModules
from kg.check.queries import FOLDER, CheckQuery, header, severities
from kg.errors import OntologyError
from kg.ontology import terms
from places import ROOT

ONTOLOGY = ROOT / "ontology"
EXAMPLES = ROOT / "tests" / "check" / "checks"
GATES = [gate for gate, _ in checks()]
NAMES = [gate.name for gate in GATES]
SMALL_ROOT = """
@prefix owl: <http://www.w3.org/2002/07/owl#> .
<https://w3id.org/warrant/ontology/warrant-reasoning> a owl:Ontology ;
    owl:imports <https://w3id.org/warrant/ontology/core> .
"""
SMALL_CATALOG = """<catalog prefer="public" xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
    <uri name="https://w3id.org/warrant/ontology/warrant-reasoning" uri="warrant-reasoning.ttl"/>
    <uri name="https://w3id.org/warrant/ontology/core" uri="core.ttl"/>
    <uri name="https://w3id.org/warrant/ontology/sources" uri="modules/sources.ttl"/>
</catalog>
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The schema and its sources under a root of their own, released as they are."""
    folder = tmp_path / "main" / "ontology"
    (folder / "modules").mkdir(parents=True)
    shutil.copy(ONTOLOGY / "core.ttl", folder)
    shutil.copy(ONTOLOGY / "modules" / "sources.ttl", folder / "modules")
    (folder / "warrant-reasoning.ttl").write_text(SMALL_ROOT, encoding="utf-8")
    (folder / "catalog-v001.xml").write_text(SMALL_CATALOG, encoding="utf-8")
    shutil.copy(ONTOLOGY / "mappings.sssom.tsv", folder)
    released(folder)
    return folder


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """All sources of the real ontology, freshly compiled."""
    folder = tmp_path / "main" / "ontology"
    shutil.copytree(ONTOLOGY, folder)
    write(folder)
    return folder


def lay_over(folder: Path, example: Path) -> None:
    """Put the files of a bad example over an ontology."""
    for path in sorted(example.rglob("*")):
        name = "modules/bad.ttl" if path.name == "bad.ttl" else str(path.relative_to(example))
        if path.is_file() and path.name != "fires.txt":
            shutil.copy(path, folder / name)


def found(folder: Path, gate: str) -> set[Finding]:
    return set(run(folder, only={gate}).findings)


def entities(findings: Iterable[Finding]) -> set[str]:
    return {finding.entity for finding in findings}


# -- the real ontology


@pytest.mark.long
def test_the_ontology_passes_every_gate() -> None:
    report = run(ONTOLOGY)

    assert report.ok, "\n".join(report.lines())
    assert [count.gate.name for count in report.counts] == NAMES


# -- each gate is seen to fire


def test_every_gate_has_one_severity_and_one_bad_example() -> None:
    examples = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}

    assert len(list(FOLDER.glob("*.rq"))) == len(queries()) >= 65
    assert len(NAMES) == len(set(NAMES)) == len(severities()) == len(examples) >= 73
    assert set(NAMES) == set(severities()) == examples
    assert all((EXAMPLES / name / "fires.txt").read_text(encoding="utf-8").strip() for name in NAMES)


@pytest.mark.parametrize("gate", [name for name in NAMES if name != "stale-module"])
def test_gate_fires_on_its_bad_example_and_on_nothing_else_in_it(small: Path, gate: str) -> None:
    # given a small ontology, and what the gate says of it
    before = found(small, gate)

    # when the bad example is laid over it
    lay_over(small, EXAMPLES / gate)
    after = found(small, gate)

    # then the gate names what is bad, and no more
    expected = (EXAMPLES / gate / "fires.txt").read_text(encoding="utf-8").splitlines()
    assert sorted(map(str, after - before)) == expected


@pytest.mark.long
def test_stale_module_fires_on_a_file_edited_by_hand_and_on_a_surplus_one(full: Path) -> None:
    assert found(full, "stale-module") == set()

    lay_over(full, EXAMPLES / "stale-module")

    expected = (EXAMPLES / "stale-module" / "fires.txt").read_text(encoding="utf-8").splitlines()
    assert sorted(map(str, found(full, "stale-module"))) == expected


def test_stale_module_says_so_when_the_sources_do_not_compile(small: Path) -> None:
    assert entities(found(small, "stale-module")) == {"sources"}


def test_a_code_that_the_list_of_verified_ones_lacks_is_named(small: Path) -> None:
    # given a list without one of the codes of the mapping set
    rows = [line.split("\t") for line in (small / "mappings.sssom.tsv").read_text(encoding="utf-8").splitlines()]
    codes = sorted({row[4] for row in rows if row[0].startswith("warrant:")})
    listed = [f"{code},label,a public file" for code in codes[1:]]
    (small / "verified-codes.csv").write_text("\n".join(["code,label,verified_from", *listed]), encoding="utf-8")

    # then that code is named wherever it stands, and no other
    details = {finding.detail for finding in found(small, "sssom")}
    assert details == {f"{codes[0]} was not verified"}


FRAGMENT_EXAMPLES = {
    ":A rdfs:subClassOf [ owl:complementOf :B ]": "not B cannot stand in a head",
    "[ owl:complementOf :B ] rdfs:subClassOf :A": "not B cannot stand in a body",
    ":A rdfs:subClassOf [ owl:unionOf ( :B :C ) ]": "(B or C) cannot stand in a head",
    "[ owl:onProperty :p ; owl:allValuesFrom :B ] rdfs:subClassOf :A": "p only B cannot stand in a body",
    "[ owl:onProperty :p ; owl:maxQualifiedCardinality 1 ; owl:onClass :B ] rdfs:subClassOf :A": "p max 1 B",
    "[ owl:oneOf ( :i ) ] rdfs:subClassOf :A": "{i} cannot stand in a body",
    ":A owl:equivalentClass [ owl:onProperty :p ; owl:someValuesFrom [ owl:unionOf ( :B :C ) ] ]": "disjunction",
    ":A owl:disjointUnionOf ( :B :C )": "owl:disjointUnionOf is not in the fragment",
    ":p a owl:TransitiveProperty": "owl:TransitiveProperty is not in the fragment",
    ":p a owl:FunctionalProperty": "only a data property may be functional",
    ":p owl:propertyDisjointWith :q": "owl:propertyDisjointWith is not in the fragment",
    "[] a owl:NegativePropertyAssertion": "owl:NegativePropertyAssertion is not in the fragment",
    "[ owl:onProperty :p ; owl:someValuesFrom [ owl:onDatatype xsd:date ; owl:withRestrictions () ] ] "
    "rdfs:subClassOf :A": "is no range over",
    "[ owl:onProperty :p ; owl:someValuesFrom [ owl:onDatatype xsd:decimal ; owl:withRestrictions "
    '( [ xsd:pattern "5" ] ) ] ] rdfs:subClassOf :A': "the facet xsd:pattern",
    ":i a [ owl:onProperty :p ; owl:someValuesFrom :B ]": "p some B cannot stand in a head",
}


@pytest.mark.parametrize("axiom", FRAGMENT_EXAMPLES)
def test_fragment_names_the_axiom_its_file_and_the_reason(small: Path, axiom: str) -> None:
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in terms.PREFIXES.items())
    (small / "modules" / "bad.ttl").write_text(f"{prefixes}{axiom} .\n", encoding="utf-8")

    details = [finding.detail for finding in found(small, "fragment")]

    assert len(details) == 1
    assert details[0].startswith("modules/bad.ttl: ")
    assert FRAGMENT_EXAMPLES[axiom] in details[0]


# -- queries and severities


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.description.name)
def test_query_opens_with_title_question_problem_remedy_and_its_columns(query: CheckQuery) -> None:
    headings = list(header(query.text))

    assert headings == ["title", "question", "problem", "remedy", "column"]
    assert not query.description.title.endswith(".")
    assert query.description.problem.endswith(".")
    assert query.description.remedy.endswith(".")


def test_a_heading_may_go_on_in_the_next_lines() -> None:
    text = "# title: Short\n# problem: One line\n#   and another.\n# remedy: Mend it.\nSELECT ?entity {}"

    assert header(text)["problem"] == "One line and another."


def test_a_query_without_a_remedy_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "half.rq"
    path.write_text("# title: Half\n# problem: No remedy.\nSELECT ?entity {}", encoding="utf-8")

    with pytest.raises(OntologyError, match=r"half\.rq: the header lacks remedy"):
        CheckQuery.read(path)


@pytest.mark.parametrize("row", ["gate\tFATAL", "gate ERROR", "one\tERROR\none\tWARN"])
def test_a_severity_that_is_none_or_given_twice_is_refused(tmp_path: Path, row: str) -> None:
    (tmp_path / "severity.tsv").write_text(row, encoding="utf-8")

    with pytest.raises(OntologyError, match=r"severity\.tsv, line"):
        severities(tmp_path)


# -- the report


def test_the_report_is_the_same_every_time(small: Path) -> None:
    lay_over(small, EXAMPLES / "fragment")

    assert run(small) == run(small)


def test_only_an_error_fails_the_report() -> None:
    warn = Gate("loose", Severity.WARN, "Loose", "It is loose.", "Tighten it.")
    error = Gate("broken", Severity.ERROR, "Broken", "It is broken.", "Mend it.")
    loose, broken = Finding("loose", "A", "a little"), Finding("broken", "B")

    assert Report.build([warn, error], [loose]).ok
    assert not Report.build([warn, error], [loose, broken]).ok
    assert list(Report.build([warn, error], [loose, broken, loose]).lines()) == [
        "ERROR broken: Broken (1)",
        "  B",
        "  Remedy: Mend it.",
        "WARN loose: Loose (1)",
        "  A: a little",
        "  Remedy: Tighten it.",
        "2 gates: 1 ERROR, 1 WARN, 0 INFO",
    ]


def test_extra_gates_are_run_on_the_folder_and_count_as_errors(small: Path) -> None:
    def classification(folder: Path) -> Iterable[Finding]:
        yield Finding("hermit", folder.name, "unsatisfiable")

    report = run(small, extra=[classification], only={"two-labels"})

    assert [(gate.name, gate.severity) for gate in report.gates] == [
        ("hermit", Severity.ERROR),
        ("two-labels", Severity.ERROR),
    ]
    assert report.of("hermit") == (Finding("hermit", "ontology", "unsatisfiable"),)
    assert not report.ok


def test_a_gate_that_there_is_not_cannot_be_chosen(small: Path) -> None:
    with pytest.raises(OntologyError, match="there is no gate two-lables"):
        run(small, only={"two-lables"})


# -- documentation


@pytest.mark.parametrize(
    "module", ["kg.check.expressions", "kg.check.queries", "kg.check.readings", "kg.check.passages"]
)
def test_the_examples_in_docstrings_are_true(module: str) -> None:
    outcome = doctest.testmod(importlib.import_module(module))

    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_the_query_in_the_guide_is_one(small: Path, tmp_path: Path) -> None:
    text = (ROOT / "queries" / "README.md").read_text(encoding="utf-8")
    path = tmp_path / "guide.rq"
    path.write_text(text.split("```sparql\n")[1].split("```")[0], encoding="utf-8")
    (small / "modules" / "bad.ttl").write_text((EXAMPLES / "missing-label" / "bad.ttl").read_text(encoding="utf-8"))

    findings = CheckQuery.read(path).run(CheckedModules.load(small))

    assert "Nameless" in entities(findings)


# -- released IRIs


def test_the_list_of_released_iris_is_sorted_and_never_shrinks(small: Path) -> None:
    path = small / "released-iris.txt"
    before = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*before, "https://w3id.org/warrant/Once"]), encoding="utf-8")
    (small / "modules" / "bad.ttl").write_text(
        "<https://w3id.org/warrant/Now> a <http://www.w3.org/2002/07/owl#Class> .", encoding="utf-8"
    )

    added = released(small)

    after = path.read_text(encoding="utf-8").splitlines()
    assert added == ("https://w3id.org/warrant/Now",)
    assert after == sorted({*before, "https://w3id.org/warrant/Once", "https://w3id.org/warrant/Now"})
    assert entities(found(small, "vanished-iri")) == {"Once"}


def test_a_deprecated_iri_has_not_vanished(small: Path) -> None:
    path = small / "released-iris.txt"
    path.write_text(path.read_text(encoding="utf-8") + "https://w3id.org/warrant/Once\n", encoding="utf-8")
    (small / "modules" / "bad.ttl").write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "<https://w3id.org/warrant/Once> a owl:Class ; owl:deprecated true .",
        encoding="utf-8",
    )

    assert found(small, "vanished-iri") == set()
