"""`warrant sparql`: a query over the knowledge graph, or over the proofs of one patient."""

from __future__ import annotations

import argparse
import json
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kg.commands.common import DONE, chosen_format, command, day_argument, format_argument, read_case
from kg.commands.terminal import width
from kg.errors import InputError, NotAcceptable, Problem
from kg.knowledge import Knowledge
from kg.ontology import terms
from kg.render.rdf import assessment_graph
from kg.store.dataset import open_kept
from kg.store.evaluate import ParsedQuery, evaluate
from kg.store.forms import Kind
from kg.store.queries import FOLDER, QueryFile, Value, library, read, value
from kg.vocabulary.nearest import closest

FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "text": ("application/sparql-results+json", "text/turtle"),
    "markdown": ("application/sparql-results+json", "text/turtle"),
    "json": ("application/sparql-results+json", "application/ld+json"),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "csv": ("text/csv", "text/turtle"),
    "tsv": ("text/tab-separated-values", "text/turtle"),
    "turtle": ("", "text/turtle"),
}
NO_GRAPH: Final = "Take text, markdown, csv, tsv, json or xml."
_NARROWEST: Final = 12
XSD_DECIMAL: Final = "http://www.w3.org/2001/XMLSchema#decimal"


def add(commands: Any) -> None:
    """Declare the command."""
    example = "warrant sparql queries/questions/claims-by-marker-state.rq -b state=unresolved"
    found = command(commands, "sparql", run, "query the knowledge graph", example)
    found.add_argument("query", help="a file, the name of one under queries/ (questions/doses), or SPARQL")
    found.add_argument(
        "-b", "--bind", action="append", default=[], metavar="NAME=VALUE", help="a value; repeat it for several"
    )
    found.add_argument("--case", help="query the assessment of this case with its proofs instead of the ontology")
    day_argument(found)
    format_argument(found, *FORMS)


def run(options: argparse.Namespace) -> int:
    """The result in the chosen form."""
    knowledge, form = Knowledge(options.ontology), chosen_format(options)
    text = _text(knowledge, options.query, _bindings(options.bind))
    solutions, graph = FORMS[form]
    boolean = solutions if "json" in solutions or "xml" in solutions else FORMS["json"][0]
    forms: dict[Kind, str] = {"graph": graph}
    forms |= {"solutions": solutions, "boolean": boolean} if form != "turtle" else {}
    try:
        answer = evaluate(_store(knowledge, options), ParsedQuery(text, forms=forms), terms.PREFIXES)
    except NotAcceptable as error:
        problem = Problem("--format turtle", "is for a graph; this query gives rows, or yes or no.", NO_GRAPH)
        raise InputError([problem]) from error
    if form in ("text", "markdown") and answer.kind != "graph":
        sys.stdout.write(_shown(json.loads(answer.body), form))
    else:
        sys.stdout.write(answer.body.decode().removesuffix("\n") + "\n")
    return DONE


def _store(knowledge: Knowledge, options: argparse.Namespace) -> ox.Store:
    if options.case is None:
        return open_kept(options.ontology)
    store = ox.Store()
    quads = assessment_graph(knowledge.assess(read_case(knowledge, options.case, options.as_of), with_branches=True))
    store.bulk_extend(quads)
    store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    return store


# -- the query


def _bindings(given: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in given:
        name, equals, one = text.partition("=")
        if not equals or not name.isidentifier():
            raise InputError([Problem(f"-b {text}", "binds nothing.", "Write -b name=value.")])
        found.setdefault(name, []).append(one)
    return found


def _text(knowledge: Knowledge, query: str, given: Mapping[str, Sequence[str]]) -> str:
    """The text to run, its values in place."""
    file = _file(query)
    if file is None:
        return query + _values({name: [_term(text) for text in texts] for name, texts in given.items()})
    found = read(file)
    return found.bind({name: _typed(knowledge, found, name, texts) for name, texts in given.items()})


def _file(query: str) -> Path | None:
    """The file that a query names, if it is no SPARQL itself. Raises InputError for a name that leads nowhere."""
    if re.search(r"[\s{]", query) and not query.endswith(".rq"):
        return None
    for path in (Path(query), FOLDER / f"{query}.rq"):
        if path.is_file():
            return path
    close = closest(query.removesuffix(".rq"), library())
    raise InputError([Problem(query, "is no query file.", "See queries/.", close)])


def _typed(knowledge: Knowledge, query: QueryFile, name: str, texts: Sequence[str]) -> list[Value]:
    for parameter in query.parameters:
        if parameter.name == name:
            return [value(knowledge.names, parameter, text) for text in texts]
    return [ox.Literal(text) for text in texts]


def _term(text: str) -> Value:
    """`<iri>`, `:local`, a number, or a string."""
    if text.startswith("<") and text.endswith(">"):
        return ox.NamedNode(text[1:-1])
    if text.startswith(":"):
        return ox.NamedNode(terms.BASE + text[1:])
    if re.fullmatch(r"-?\d+", text):
        return ox.Literal(int(text))
    return (
        ox.Literal(text, datatype=ox.NamedNode(XSD_DECIMAL)) if re.fullmatch(r"-?\d+\.\d+", text) else ox.Literal(text)
    )


def _values(given: Mapping[str, Sequence[Value]]) -> str:
    """VALUES at the end of a query: its rows are joined with these (SPARQL 1.1, section 10.2)."""
    if not given:
        return ""
    rows: list[tuple[Value, ...]] = [()]
    for found in given.values():
        rows = [(*row, one) for row in rows for one in found]
    names = " ".join(f"?{name}" for name in given)
    shown = " ".join(f"({' '.join(map(str, row))})" for row in rows)
    return f"\nVALUES ({names}) {{ {shown} }}"


# -- tables


def _shown(answer: Mapping[str, Any], form: str) -> str:
    if "boolean" in answer:
        return f"{'yes' if answer['boolean'] else 'no'}\n"
    columns = list(answer["head"]["vars"])
    rows = [[_cell(row.get(name)) for name in columns] for row in answer["results"]["bindings"]]
    return _markdown(columns, rows) if form == "markdown" else _table(columns, rows)


def _cell(node: Mapping[str, str] | None) -> str:
    return "" if node is None else terms.local(node["value"])


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [columns, ["---"] * len(columns), *rows]
    escaped = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in cells]
    return "".join(f"| {' | '.join(row)} |\n" for row in escaped)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their cells, narrower where the line is too long; longer cells go on in the next lines."""
    widths = _widths([max(len(row[place]) for row in (columns, *rows)) for place in range(len(columns))], width())
    wrapped = [
        [textwrap.wrap(cell, size) or [""] for cell, size in zip(row, widths, strict=True)] for row in (columns, *rows)
    ]
    lines: list[Sequence[str]] = []
    for place, row in enumerate(wrapped):
        for number in range(max(map(len, row), default=0)):
            lines.append([cell[number] if number < len(cell) else "" for cell in row])
        if place == 0:
            lines.append(["-" * size for size in widths])
    text = "\n".join(
        "  ".join(cell.ljust(size) for cell, size in zip(line, widths, strict=True)).rstrip() for line in lines
    )
    return f"{text}\n\n{len(rows)} {'row' if len(rows) == 1 else 'rows'}\n"


def _widths(natural: Sequence[int], whole: int) -> list[int]:
    """Column widths that fit a line, the widest columns cut first; none below a readable one."""
    found = list(natural)
    while sum(found) + 2 * (len(found) - 1) > whole and max(found, default=0) > _NARROWEST:
        found[found.index(max(found))] -= 1
    return found
