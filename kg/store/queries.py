"""Queries as files: a header that says what a query answers, typed parameters, and the columns it returns.

A parameter is bound where the query says `VALUES ?name { UNDEF }`: its values stand there as RDF terms, written by the
RDF library, so that no value can be read as SPARQL. Unbound, a parameter restricts nothing and the query runs as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import pyoxigraph as ox

from kg.errors import InputError, Problem
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.resources import shipped
from kg.vocabulary.names import Names

FOLDER: Final = shipped("queries")
TYPES: Final = ("concept", "claim", "article", "text", "integer", "iri")
REMEDY: Final = "See queries/README.md."
_PARAMETER: Final = re.compile(r"(\w+) \((\w+)(, required)?\) (.+)")
_COLUMN: Final = re.compile(r"(\w+) (.+)")
_INTEGER: Final = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Value: TypeAlias = ox.NamedNode | ox.Literal
Results: TypeAlias = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
Source: TypeAlias = ox.Store | Callable[[str], Results]


@dataclass(frozen=True)
class Parameter:
    """What can be bound: its name, one of TYPES, and what it means."""

    name: str
    type: str
    text: str
    required: bool


@dataclass(frozen=True)
class ResultColumn:
    """A variable of the result and what it holds."""

    name: str
    text: str


@dataclass(frozen=True)
class QueryHeading:
    """One line of a header, with those that continue it."""

    line: int
    name: str
    text: str


@dataclass(frozen=True)
class QueryFile:
    """A query file: `name` is family and file name, such as `questions/tests-for-a-finding`."""

    name: str
    title: str
    question: str
    parameters: tuple[Parameter, ...]
    columns: tuple[ResultColumn, ...]
    text: str

    def bind(self, values: Mapping[str, Sequence[Value]]) -> str:
        """The query with its values in place, runnable as it is.

        Raises InputError for a name that is no parameter, and for a required one without a value.
        """
        problems = [
            Problem(f"{self.name}: {name}", "is no parameter of this query.", self._parameters())
            for name in sorted(set(values) - {parameter.name for parameter in self.parameters})
        ]
        problems += [
            Problem(f"{self.name}: {parameter.name}", "needs a value.", f"It is {parameter.text}.")
            for parameter in self.parameters
            if parameter.required and not values.get(parameter.name)
        ]
        if problems:
            raise InputError(problems)
        text = self.text
        for name, given in sorted(values.items()):
            if given:
                block = f"VALUES ?{name} {{ {' '.join(map(str, given))} }}"
                text = _place(name).sub(block.replace("\\", "\\\\"), text)
        return text

    def run(self, source: Source, values: Mapping[str, Sequence[Value]] | None = None) -> Results:
        """The results of the query over a store, its default graph the union of all graphs."""
        return run(self.bind(values or {}), source)

    def rows(self, source: Source, values: Mapping[str, Sequence[Value]] | None = None) -> list[tuple[str, ...]]:
        """The rows of a SELECT query as plain text: IRIs of ours by local name, nothing for an unbound variable."""
        found = self.run(source, values)
        if not isinstance(found, ox.QuerySolutions):
            raise InputError([Problem(self.name, "selects no rows.", "Use run() for ASK and CONSTRUCT.")])
        return [tuple(plain(value) for value in row) for row in found]

    def _parameters(self) -> str:
        names = ", ".join(parameter.name for parameter in self.parameters)
        return f"It has {names}." if names else "It has none."


def _place(name: str) -> re.Pattern[str]:
    return re.compile(rf"VALUES\s+\?{name}\s*\{{\s*UNDEF\s*\}}")


def plain(term: Term | None) -> str:
    """A term as plain text."""
    return "" if term is None else terms.local(getattr(term, "value", term))


def run(text: str, source: Source) -> Results:
    """The results of a query text. Raises InputError with line and column when it is no SPARQL."""
    try:
        return source(text) if callable(source) else source.query(text, use_default_graph_as_union=True)
    except SyntaxError as error:
        where, _, message = str(error).removeprefix("error at ").partition(": ")
        line, _, column = where.partition(":")
        place = f"query, line {line}, column {column}" if column.isdigit() else "query"
        raise InputError([Problem(place, message or str(error), "Correct the query.")]) from error


# -- reading


def headings(text: str) -> tuple[QueryHeading, ...]:
    """The comment that opens a query, one heading a line; `#   ` continues the one above.

    >>> [(item.name, item.text) for item in headings("# title: A\\n# question: B\\n#   and C\\nSELECT ?a {}")]
    [('title', 'A'), ('question', 'B and C')]
    """
    found: list[QueryHeading] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            break
        name, colon, rest = line.removeprefix("# ").partition(": ")
        if line.startswith("#   ") and found:
            last = found.pop()
            found.append(QueryHeading(last.line, last.name, f"{last.text} {line.removeprefix('#').strip()}"))
        elif colon:
            found.append(QueryHeading(number, name, rest.strip()))
    return tuple(found)


def read(path: Path) -> QueryFile:
    """One query file. Raises InputError with file, line and remedy for everything that is wrong with its header."""
    text = path.read_text(encoding="utf-8")
    return _Reader(f"{path.parent.name}/{path.stem}", text).read()


class _Reader:
    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self.headings = headings(text)
        self.problems: list[Problem] = []

    def read(self) -> QueryFile:
        title, question = self._one("title"), self._one("question")
        parameters = tuple(self._parameter(item) for item in self.headings if item.name == "parameter")
        columns = tuple(self._column(item) for item in self.headings if item.name == "column")
        query = QueryFile(self.name, title, question, parameters, columns, self.text)
        self._places(parameters)
        self._variables(columns)
        if self.problems:
            raise InputError(self.problems)
        return query

    def _wrong(self, line: int, message: str, remedy: str = REMEDY) -> None:
        self.problems.append(Problem(f"{self.name}.rq: line {line}", message, remedy))

    def _one(self, name: str) -> str:
        found = [item for item in self.headings if item.name == name]
        if len(found) != 1 or not found[0].text:
            self._wrong(found[-1].line if found else 1, f"the header needs one `# {name}: ...`.")
            return ""
        return found[0].text

    def _parameter(self, item: QueryHeading) -> Parameter:
        match = _PARAMETER.fullmatch(item.text)
        if match is None or match[2] not in TYPES:
            self._wrong(item.line, f"write `# parameter: name (type) meaning`; the types are {', '.join(TYPES)}.")
            return Parameter("", "text", "", False)
        return Parameter(match[1], match[2], match[4], bool(match[3]))

    def _column(self, item: QueryHeading) -> ResultColumn:
        match = _COLUMN.fullmatch(item.text)
        if match is None:
            self._wrong(item.line, "write `# column: name meaning`.")
            return ResultColumn("", "")
        return ResultColumn(match[1], match[2])

    def _places(self, parameters: Iterable[Parameter]) -> None:
        named = {parameter.name for parameter in parameters}
        for name in sorted(named):
            if not _place(name).search(self.text):
                self._wrong(1, f"the parameter {name} is bound nowhere.", f"Write VALUES ?{name} {{ UNDEF }}.")
        for found in re.finditer(r"VALUES\s+\?(\w+)\s*\{\s*UNDEF\s*\}", self.text):
            if found[1] not in named:
                line = self.text.count("\n", 0, found.start()) + 1
                self._wrong(line, f"?{found[1]} is no parameter of the header.")

    def _variables(self, columns: Iterable[ResultColumn]) -> None:
        try:
            results = ox.Store().query(self.text)
        except SyntaxError as error:
            self._wrong(int(m[1]) if (m := re.search(r"at (\d+):", str(error))) else 1, f"{error}", "Correct it.")
            return
        found = tuple(item.value for item in results.variables) if isinstance(results, ox.QuerySolutions) else ()
        named = tuple(column.name for column in columns)
        if found != named:
            self._wrong(1, f"the query returns {', '.join(found) or 'no columns'}; the header says {', '.join(named)}.")


def library(folder: Path = FOLDER, family: str = "*") -> Mapping[str, QueryFile]:
    """Every query file of a family, or of all, by family and name. Raises InputError with all problems of all files."""
    found: dict[str, QueryFile] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob(f"{family}/*.rq")):
        try:
            query = read(path)
            found[query.name] = query
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


# -- values from text


def value(names: Names, parameter: Parameter, text: str) -> Value:
    """The RDF term that a text means as the value of a parameter. Raises InputError."""
    where = f"{parameter.name}={text}"
    try:
        return _value(names, parameter.type, text)
    except UnknownValue as error:
        raise InputError([Problem(where, str(error), "", error.closest)]) from error
    except ValueError as error:
        raise InputError([Problem(where, f"is no {parameter.type}: {error}", "Give another value.")]) from error


class UnknownValue(ValueError):
    """The ontology has nothing of this name; `closest` are names that look like it."""

    def __init__(self, message: str, closest: tuple[str, ...] = ()) -> None:
        self.closest = closest
        super().__init__(message)


def _value(names: Names, kind: str, text: str) -> Value:
    ontology = names.ontology
    match kind:
        case "concept":
            return ox.NamedNode(terms.BASE + concept(names, text))
        case "claim" if text in ontology.claims:
            return ox.NamedNode(terms.claim(text))
        case "article" if text in ontology.articles:
            return ox.NamedNode(terms.article(text))
        case "claim" | "article":
            raise UnknownValue(f"there is no such {kind}")
        case "integer":
            return ox.Literal(str(int(text)), datatype=_INTEGER)
        case "iri":
            return ox.NamedNode(text if ":" in text else terms.BASE + text)
        case _:
            return ox.Literal(text)


def concept(names: Names, text: str) -> str:
    """The local name of a concept by any of its names. Raises UnknownValue."""
    if text in names.ontology.concepts:
        return text
    try:
        return names.find(text, "findings").concept.name
    except LookupError as error:
        raise UnknownValue(str(error), getattr(error, "closest", ())) from error


def store_of(ontology: Ontology) -> ox.Store:
    """The modules of the ontology in memory, each a named graph under its ontology IRI."""
    store = ox.Store()
    store.bulk_extend(_quads(ontology))
    return store


def _quads(ontology: Ontology) -> Iterator[ox.Quad]:
    for path in ontology.files:
        graph = ox.NamedNode(terms.module(path.stem))
        for triple in ontology.triples_of(path):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)
