"""Query files: what a header must say, how parameters are bound, and the rows that every question returns.

The expected rows stand in tests/queries/questions.yaml and were worked out from the list of claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml

from kg.errors import InputError
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.publication.published import requirement_triples
from kg.store.location import in_graph
from kg.store.queries import FOLDER, TYPES, QueryFile, Value, library, read, run, store_of, value
from kg.vocabulary.names import Names

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "queries" / "questions.yaml").read_text(encoding="utf-8")
)
REQUIREMENTS = ox.NamedNode(terms.graph("requirements"))
QUESTIONS = library(FOLDER, "questions")


@pytest.fixture(scope="module")
def store(ontology: Ontology) -> ox.Store:
    """The modules, and what claims require."""
    found = store_of(ontology)
    found.bulk_extend(in_graph(triple, REQUIREMENTS) for triple in requirement_triples(ontology))
    return found


def bound(query: QueryFile, names: Names, given: dict[str, list[Any]]) -> dict[str, Sequence[Value]]:
    """The terms that the words of a case mean."""
    types = {parameter.name: parameter for parameter in query.parameters}
    return {name: [value(names, types[name], str(text)) for text in texts] for name, texts in given.items()}


def short(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.removeprefix("claim/") for cell in row)


# -- every question returns what the list of claims says


def test_every_question_has_a_case_and_every_case_a_question() -> None:
    assert len(QUESTIONS) >= 70
    assert len(CASES) >= 100
    assert {f"questions/{case['query']}" for case in CASES} == set(QUESTIONS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['query']} {case.get('with', '')}")
def test_a_question_returns_the_rows_that_the_claims_call_for(
    case: dict[str, Any], store: ox.Store, names: Names
) -> None:
    # given a query and its values
    query = QUESTIONS[f"questions/{case['query']}"]

    # when it runs over the ontology
    rows = [short(row) for row in query.rows(store, bound(query, names, case.get("with", {})))]

    # then its rows are those worked out from the claims
    assert {"first", "rows", "count"} & set(case)
    if "first" in case:
        assert sorted({row[0] for row in rows}) == case["first"]
    for wanted in case.get("rows", ()):
        assert tuple(wanted) in {row[: len(wanted)] for row in rows}
    assert len(rows) == case.get("count", len(rows))


def test_no_question_returns_a_row_twice(store: ox.Store) -> None:
    free = [query for query in QUESTIONS.values() if not any(item.required for item in query.parameters)]

    for query in free:
        rows = query.rows(store)
        assert len(rows) == len(set(rows)), query.name
    assert len(free) >= 40


# -- headers


GOOD = """# title: Labels
# question: Which label has a concept?
# parameter: concept (concept, required) the concept
# column: label its label
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?label WHERE {
  VALUES ?concept { UNDEF }
  ?concept rdfs:label ?label .
}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "questions" / "labels.rq"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_header_gives_title_question_parameters_and_columns(tmp_path: Path) -> None:
    query = read(written(tmp_path, GOOD))

    assert (query.name, query.title, query.question) == ("questions/labels", "Labels", "Which label has a concept?")
    (parameter,) = query.parameters
    assert (parameter.name, parameter.type, parameter.required) == ("concept", "concept", True)
    assert [column.name for column in query.columns] == ["label"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# title: Labels\n", "", r"labels\.rq: line 1: the header needs one `# title: \.\.\.`"),
        ("(concept, required)", "(condition)", r"labels\.rq: line 3: write `# parameter: name \(type\) meaning`"),
        ("# column: label its label\n", "", r"labels\.rq: line 1: the query returns label; the header says"),
        ("VALUES ?concept { UNDEF }", "", r"labels\.rq: line 1: the parameter concept is bound nowhere"),
        ("# parameter: concept (concept, required) the concept\n", "", r"line 7: \?concept is no parameter"),
        ("?label .\n}", "?label .\n", r"labels\.rq: line \d+: error at"),
    ],
)
def test_a_header_that_is_wrong_is_refused_with_file_line_and_remedy(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in GOOD

    with pytest.raises(InputError, match=message):
        read(written(tmp_path, GOOD.replace(old, new)))


def test_all_query_files_open_with_such_a_header() -> None:
    families = {name.split("/")[0] for name in library()}

    assert families == {"questions", "explain", "checks"}


# -- binding


def test_a_value_stands_in_the_query_as_a_term_and_the_text_runs_as_it_is(tmp_path: Path, store: ox.Store) -> None:
    query = read(written(tmp_path, GOOD))

    text = query.bind({"concept": [ox.NamedNode(terms.BASE + "Anemia")]})

    assert "VALUES ?concept { <https://w3id.org/warrant/Anemia> }" in text
    answer = run(text, store)
    assert isinstance(answer, ox.QuerySolutions)
    assert list(answer) != []


HOSTILE = [
    '"} ?s ?p ?o { ?a ?b "',
    "x\n} DROP ALL #",
    "\\",
    "\\1 \\g<0>",
    "http://example.org/> } #",
    "<http://example.org/>",
    "a' } UNION { ?s ?p ?o } #",
    "urn:x> } ; LOAD <http://example.org/",
    "UNDEF } #",
    "7 } #",
    "",
    "\x00",
    "\u2028}",
]
ALL_TYPES = {parameter.type: (query, parameter) for query in library().values() for parameter in query.parameters}


def test_every_type_of_a_parameter_is_in_use() -> None:
    assert set(ALL_TYPES) == set(TYPES)


@pytest.mark.parametrize("kind", sorted(ALL_TYPES))
@pytest.mark.parametrize("text", HOSTILE)
def test_no_value_can_be_read_as_sparql(kind: str, text: str, names: Names, store: ox.Store) -> None:
    # given a value that tries to be more than a value
    query, parameter = ALL_TYPES[kind]
    try:
        given = value(names, parameter, text)
    except InputError:
        assert kind != "text"
        return

    # when it is bound
    bound = query.bind({other.name: [given] for other in query.parameters if other is parameter or other.required})

    # then it stands between the braces of its own block, as one term, and the rest of the query is as it was
    block = f"VALUES ?{parameter.name} {{ {given} }}"
    assert bound.count(block) == query.text.count(f"VALUES ?{parameter.name} {{ UNDEF }}") >= 1
    answer = store.query(f"SELECT * {{ {block} }}")
    assert isinstance(answer, ox.QuerySolutions)
    assert [list(row) for row in answer] == [[given]]
    query.run(store, {other.name: [given] for other in query.parameters if other is parameter or other.required})


def test_an_address_that_is_none_is_refused(names: Names) -> None:
    query = QUESTIONS["questions/claims-for-a-question"]
    conclusion = next(parameter for parameter in query.parameters if parameter.name == "conclusion")

    with pytest.raises(InputError, match=r"conclusion=http://example.org/> \} #: is no iri"):
        value(names, conclusion, "http://example.org/> } #")


def test_a_variable_of_the_query_cannot_be_bound_as_a_parameter(store: ox.Store) -> None:
    query = QUESTIONS["questions/claims-for-a-question"]

    with pytest.raises(InputError, match=r"sentence: is no parameter of this query"):
        query.run(store, {"sentence": [ox.Literal("x")]})


def test_a_required_parameter_without_a_value_is_an_error(tmp_path: Path, store: ox.Store) -> None:
    with pytest.raises(InputError, match="concept: needs a value"):
        read(written(tmp_path, GOOD)).run(store)


def test_an_unknown_parameter_is_an_error_that_names_the_others(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"term: is no parameter of this query\. It has concept\."):
        read(written(tmp_path, GOOD)).bind({"term": [ox.Literal("x")]})


@pytest.mark.parametrize("text", ["mds", "MDS", "myelodysplastic syndrome", "MyelodysplasticSyndrome"])
def test_a_concept_is_found_by_any_of_its_names(names: Names, text: str) -> None:
    parameter = QUESTIONS["questions/definitions"].parameters[0]

    assert value(names, parameter, text) == ox.NamedNode(terms.BASE + "MyelodysplasticSyndrome")


def test_an_unknown_concept_is_an_error_with_the_closest_names(names: Names) -> None:
    parameter = QUESTIONS["questions/definitions"].parameters[0]

    with pytest.raises(InputError, match=r"concept=pancytopenya.*Did you mean 'Pancytopenia'"):
        value(names, parameter, "pancytopenya")


def test_a_malformed_query_is_an_error_with_line_and_column(store: ox.Store) -> None:
    with pytest.raises(InputError, match=r"query, line 2, column \d+: expected"):
        run("SELECT ?a {\n ?a ?p }", store)


def test_a_query_runs_over_any_callable(store: ox.Store) -> None:
    query = QUESTIONS["questions/articles"]

    assert query.rows(lambda text: store.query(text, use_default_graph_as_union=True)) == query.rows(store)
