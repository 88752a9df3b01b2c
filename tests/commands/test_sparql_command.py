"""`warrant sparql`: a query of the project, a file or a text, with values, in every form; and what it refuses."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import rdflib

from kg.commands.common import DONE, WRONG
from kg.commands.dispatch import main
from sources import claims_by_article

ARTICLES = "questions/articles"
DESCRIBE = "DESCRIBE <https://w3id.org/warrant/claim/A0-39>"
ROWS = len(claims_by_article())
Said = Callable[..., str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """What the command prints when all is well."""

    def run(*arguments: str) -> str:
        assert main(["sparql", *arguments]) == DONE
        return capsys.readouterr().out

    return run


def from_json(text: str) -> int:
    return len(json.loads(text)["results"]["bindings"])


def from_csv(text: str) -> int:
    return len(list(csv.reader(io.StringIO(text)))) - 1


def from_tsv(text: str) -> int:
    return len(text.splitlines()) - 1


def from_xml(text: str) -> int:
    return len(ElementTree.fromstring(text).findall(".//{http://www.w3.org/2005/sparql-results#}result"))


def from_markdown(text: str) -> int:
    return sum(line.startswith("| article/") for line in text.splitlines())


def from_text(text: str) -> int:
    return sum(line.startswith("article/") for line in text.splitlines())


FORMS: dict[str, Callable[[str], int]] = {
    "json": from_json,
    "csv": from_csv,
    "tsv": from_tsv,
    "xml": from_xml,
    "markdown": from_markdown,
    "text": from_text,
}


@pytest.mark.parametrize("form", FORMS)
def test_rows_come_in_every_form(said: Said, form: str) -> None:
    text = said(ARTICLES, "--format", form)
    assert FORMS[form](text) == ROWS
    assert text.endswith("\n")


@pytest.mark.filterwarnings("ignore:.* is deprecated, use Dataset:DeprecationWarning")
@pytest.mark.parametrize(("form", "syntax"), [("turtle", "turtle"), ("json", "json-ld"), ("xml", "xml")])
def test_a_graph_comes_as_rdf(said: Said, form: str, syntax: str) -> None:
    graph = rdflib.Graph().parse(data=said(DESCRIBE, "--format", form), format=syntax)
    assert (rdflib.URIRef("https://w3id.org/warrant/claim/A0-39"), None, None) in graph


def test_a_file_a_name_and_the_text_of_a_query_are_the_same(said: Said, tmp_path: Path) -> None:
    file = Path("queries") / f"{ARTICLES}.rq"
    copy = tmp_path / "copy.rq"
    copy.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    assert said(ARTICLES) == said(str(file)) == said(str(copy))


def test_a_value_is_put_in_the_place_of_its_parameter(said: Said) -> None:
    assert from_csv(said(ARTICLES, "-b", "article=A4", "--format", "csv")) == 1


def test_rows_have_no_form_as_turtle(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sparql", ARTICLES, "--format", "turtle"]) == WRONG
    assert "is for a graph" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("SELECT * {",), "Line 1, column"),
        (("questions/artikel",), "questions/articles"),
        ((ARTICLES, "-b", "article"), "Write -b name=value"),
        ((ARTICLES, "-b", "articel=A4"), "article"),
        (("INSERT DATA { <x:s> <x:p> 1 }",), "INSERT"),
    ],
    ids=["no-query", "no-file", "no-value", "no-parameter", "update"],
)
def test_what_cannot_be_run_is_said_with_a_remedy(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sparql", *arguments]) == WRONG
    assert told in capsys.readouterr().err
