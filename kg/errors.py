"""Every exception of the project.

WarrantError
├── InputError            what a user wrote is wrong; carries Problems
│   ├── CaseError         a patient's case
│   ├── NotFound          what was asked for by its name does not exist, or does not follow
│   └── AuthoringError    the ontology's own sources
├── OntologyError         the compiled ontology cannot be used
├── ReasonerError         HermiT could not be run, timed out or refused
├── PictureError          what draws pictures cannot run here
└── QueryError            a SPARQL query that gets no answer
    ├── MalformedQuery    it does not parse; carries line and column
    ├── QueryRefused      update, SERVICE, a graph from outside
    ├── QueryFailed       it parses and cannot be evaluated
    ├── NotAcceptable     its result has none of the forms asked for
    ├── QueryTimeout      it ran longer than its time limit
    ├── QueryTooLarge     its result, or the memory it wants, is over a limit
    └── Overloaded        nobody is free to run it; carries when to come back
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: where it stands, what it is, and what to do about it.

    `where` is a JSON path for a case (`$.measurements[0].unit`) and
    `file: entry: field` for the ontology's sources.
    """

    where: str
    message: str
    remedy: str = ""
    suggestions: tuple[str, ...] = ()

    def __str__(self) -> str:
        hint = f" Did you mean {' or '.join(map(repr, self.suggestions))}?" if self.suggestions else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        stop = "." if (hint or remedy) and not self.message.endswith((".", "?", "!")) else ""
        return f"{self.where}: {self.message}{stop}{hint}{remedy}"


class WarrantError(Exception):
    """Base of everything that Warrant raises on purpose."""


class InputError(WarrantError):
    """Input that cannot be used; `problems` lists everything that is wrong with it, at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class CaseError(InputError):
    """A case that does not validate."""


class NotFound(InputError):
    """Something was asked for by a name that names nothing here, or nothing that follows."""


class AuthoringError(InputError):
    """A source file of the ontology that does not compile."""


class OntologyError(WarrantError):
    """The compiled ontology is missing, stale or incomplete."""


class ReasonerError(WarrantError):
    """The reference reasoner failed; the message names the limit or the cause."""


class PictureError(WarrantError):
    """A proof cannot be drawn, because what draws it cannot run on this machine."""


class QueryError(WarrantError):
    """A SPARQL query that gets no answer."""


class MalformedQuery(QueryError):
    """A query that does not parse. `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        self.line, self.column = line, column
        super().__init__(message)


class QueryRefused(QueryError):
    """A query that asks for what is never done here: an update, SERVICE, a graph from outside."""


class QueryFailed(QueryError):
    """A query that parses and cannot be evaluated."""


class NotAcceptable(QueryError):
    """A result that has none of the forms asked for."""


class QueryTimeout(QueryError):
    """A query that ran longer than its time limit."""


class QueryTooLarge(QueryError):
    """A query whose result, or the memory it wants, is over a limit."""


class Overloaded(QueryError):
    """Nobody is free to run a query. `retry_after` is in whole seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message)
