"""One query over one store: what is refused, what is answered, in which form.

SERVICE is the only way in which a query could reach outside. Whether a query has it is decided by the query engine's
own parser: a word is a keyword if the query no longer parses with another word in its place, and is part of a name,
a string, an IRI or a comment if it still does. So no difference between two parsers can be exploited.
"""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

import pyoxigraph as ox

from kg.errors import MalformedQuery, NotAcceptable, QueryFailed, QueryRefused, QueryTooLarge
from kg.store.forms import GRAPHS, OFFERED, RESULTS, TABLE, Kind
from kg.store.tokens import Words, place

ROWS_OF_A_TABLE: Final = 500
FIRST: Final[dict[Kind, str]] = {kind: names[0] for kind, names in OFFERED.items()}
SMALL: Final = 1024
LOOK: Final = "Look there and just before: a bracket, a dot, a quotation mark or a keyword is missing or too much."
FEW: Final = 8
# in longer queries it is not looked for what exactly is wrong
EXPLAINED: Final = 100_000
_LOCATED: Final = re.compile(r"error at (\d+):(\d+): expected (.*)", re.DOTALL)


class ParsedQuery(NamedTuple):
    """A query and what is wanted of its result.

    `default_graphs` and `named_graphs` (IRIs) replace the dataset clause of the text unless both are empty. `forms`
    is a media type for each kind of result that is acceptable at all. `limit` is in bytes of the result. Relative IRIs
    are resolved against `base`; without one they do not parse.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    forms: dict[Kind, str] = FIRST
    limit: int = 32 << 20
    compress: bool = False
    base: str | None = None


class StoreResult(NamedTuple):
    """A result as bytes of a media type; `encoding` is `gzip` or empty."""

    kind: Kind
    media_type: str
    body: bytes
    encoding: str = ""


def evaluate(store: ox.Store, query: ParsedQuery, prefixes: Mapping[str, str] | None = None) -> StoreResult:
    """The answer of a store. Raises a QueryError other than QueryTimeout and Overloaded.

    `prefixes` shorten the IRIs of a graph that is written as Turtle or TriG.
    """
    words = Words(query.text, query.base or "")
    _refuse_service(words, query.base)
    _refuse_unknown_graphs(store, query, words)
    try:
        result = _run(store, query, words)
        answer = _written(result, query, prefixes or {})
    except (RuntimeError, ValueError, OSError) as error:
        raise QueryFailed(f"The query cannot be evaluated: {error}") from error
    if query.compress and len(answer.body) >= SMALL:
        return StoreResult(answer.kind, answer.media_type, gzip.compress(answer.body, 5, mtime=0), "gzip")
    return answer


# -- refusing


def _refuse_service(words: Words, base: str | None) -> None:
    if not words.says("service"):
        return
    spare = next(word for word in _spare_words() if not words.says(word))
    changed = re.sub("service", lambda found: _same_case(found.group(), spare), words.query, flags=re.IGNORECASE)
    try:
        ox.Store().query(changed, base_iri=base)
    except SyntaxError as error:
        start = words.find("SERVICE")
        if start is None:
            raise _malformed(error, Words(changed, base or "")) from error
        line, column = place(words.query, start)
        raise QueryRefused(
            f"SERVICE (line {line}, column {column}) would ask another server, which is never done, SILENT or not. "
            "Ask that server yourself and bring what it says in VALUES."
        ) from error
    except (RuntimeError, ValueError, OSError):
        return


def _spare_words() -> Iterator[str]:
    """Words as long as `service` that are no keywords."""
    yield from (f"servic{letter}" for letter in "abcdfghijklmnopqrstuvwxyz")
    yield from (f"servi{first}{second}" for first in "xyzwvu" for second in "abcdfghijklmnopqrstuvwxyz")
    raise QueryRefused("The word `service` stands in this query in too many spellings to tell what it means. Rename.")


def _same_case(word: str, spare: str) -> str:
    """Names are case-sensitive: two spellings stay two."""
    return "".join(new.upper() if old.isupper() else new for old, new in zip(word, spare, strict=True))


def _refuse_unknown_graphs(store: ox.Store, query: ParsedQuery, words: Words) -> None:
    named = [*query.default_graphs, *query.named_graphs] or list(words.dataset() if words.says("from") else ())
    for iri in named:
        try:
            known = store.contains_named_graph(ox.NamedNode(iri))
        except ValueError as error:
            raise QueryFailed(f"<{iri}> is no absolute IRI: {error}") from error
        if not known:
            raise QueryRefused(
                f"There is no graph <{iri}> here, and nothing is loaded from outside. "
                "SELECT DISTINCT ?graph { GRAPH ?graph { } } lists the graphs."
            )


# -- running


def _run(store: ox.Store, query: ParsedQuery, words: Words) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    given: dict[str, Any] = {"base_iri": query.base}
    if query.default_graphs or query.named_graphs:
        given |= {
            "default_graph": [ox.NamedNode(iri) for iri in query.default_graphs],
            "named_graphs": [ox.NamedNode(iri) for iri in query.named_graphs],
        }
    try:
        return store.query(_in_order(words, query.base), **given)
    except SyntaxError as error:
        raise _malformed(error, words) from error


def _in_order(words: Words, base: str | None) -> str:
    """The query with the variables of its `SELECT *` in the order of the text, as the standard has it; the engine
    would sort them. Which ones they are, it says over a store without data. Raises SyntaxError."""
    star = words.star
    if star is None:
        return words.query
    found = ox.Store().query(words.query, base_iri=base)
    assert isinstance(found, ox.QuerySolutions)
    names = {variable.value for variable in found.variables}
    said = (token.text[1:] for token in words.tokens if token.kind == "variable")
    ordered = [f"?{name}" for name in dict.fromkeys(said) if name in names]
    return (
        f"{words.query[: star.start]} {' '.join(ordered)} {words.query[star.start + 1 :]}" if ordered else words.query
    )


def _malformed(error: SyntaxError, words: Words) -> QueryRefused | MalformedQuery:
    """What is wrong, and where, as exactly as the parser lets us know."""
    if keyword := words.update:
        return QueryRefused(f"{keyword} is an update. This endpoint answers queries only; the data never changes.")
    if len(words.query) > EXPLAINED:
        return MalformedQuery(f"The query does not parse: {str(error)[:200]}. Mend what is named there.", 1, 1)
    if name := words.undeclared:
        line, column = place(words.query, name.start)
        prefix = name.text.partition(":")[0]
        return MalformedQuery(
            f"Line {line}, column {column}: the prefix {prefix}: is not declared. "
            f"Put PREFIX {prefix}: <...> at the beginning.",
            line,
            column,
        )
    located = _LOCATED.search(str(error))
    if located is None:
        return MalformedQuery(f"The query does not parse: {error}. Mend what is named there.", 1, 1)
    line, column = int(located[1]), int(located[2])
    options = " ".join(located[3].split()).removeprefix("one of ").split(", ")
    expected = [option for option in options if option[0] != "["]
    if all(option.isalpha() for option in expected):
        # the parser reports the end of the keywords that it tried, or of the text, not where it tried them
        if "[_]" in options:
            line, column = words.last
        elif len({len(option) for option in expected}) == 1:
            column = max(1, column - len(expected[0]))
    certain = expected and "[_]" not in options and len(expected) <= FEW
    hint = f" Expected here: {', '.join(expected)}." if certain else f" {LOOK}"
    return MalformedQuery(f"Line {line}, column {column}: the query does not parse.{hint}", line, column)


# -- writing


class _LimitedBytes(io.BytesIO):
    """Bytes up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, data: Any, /) -> int:
        if self.tell() + len(data) > self.limit:
            raise QueryTooLarge(
                f"The result is larger than {self.limit} bytes. "
                "Ask for a part of it with LIMIT and OFFSET over an ORDER BY, or select less."
            )
        return super().write(data)


def _written(
    result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, query: ParsedQuery, prefixes: Mapping[str, str]
) -> StoreResult:
    kind = _kind(result)
    media_type = query.forms.get(kind)
    if media_type is None:
        raise NotAcceptable(f"The result is available as {', '.join(OFFERED[kind])}.")
    if media_type == TABLE:
        return StoreResult(kind, TABLE, json.dumps(_table(result), ensure_ascii=False).encode())
    out = _LimitedBytes(query.limit)
    if isinstance(result, ox.QueryTriples):
        write_graph(result, out, media_type, prefixes)
    else:
        result.serialize(out, format=RESULTS[media_type])
    return StoreResult(kind, media_type, out.getvalue())


def write_graph(triples: Iterable[ox.Triple], out: io.BytesIO, media_type: str, prefixes: Mapping[str, str]) -> None:
    """Write triples as one of `GRAPHS`. Prefixes stand in the order of their names: the same bytes every time."""
    form = GRAPHS[media_type]
    if form not in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG):
        ox.serialize(triples, out, format=form)
        return
    ox.serialize(triples, out, format=form, prefixes=dict(prefixes))
    head = re.match(rb"(?:@prefix [^\n]*\n)*", out.getvalue())
    out.seek(0)
    out.write(b"".join(sorted(head[0].splitlines(keepends=True))) if head else b"")
    out.seek(0, io.SEEK_END)


def _kind(result: object) -> Kind:
    if isinstance(result, ox.QueryTriples):
        return "graph"
    return "boolean" if isinstance(result, ox.QueryBoolean) else "solutions"


def _table(result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> dict[str, Any]:
    """The first rows as `{"columns", "rows": [[{"type", "value", ...}]], "more", "boolean"}`, for a page."""
    if isinstance(result, ox.QueryBoolean):
        return {"columns": [], "rows": [], "more": False, "boolean": bool(result)}
    columns = ["subject", "predicate", "object"]
    if isinstance(result, ox.QuerySolutions):
        columns = [variable.value for variable in result.variables]
    rows = [[_cell(term) for term in row] for row in islice(result, ROWS_OF_A_TABLE)]
    return {"columns": columns, "rows": rows, "more": next(result, None) is not None, "boolean": None}


def _cell(term: object) -> dict[str, str]:
    """A term as in SPARQL 1.1 results in JSON; an unbound variable is empty."""
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.Literal):
        return {
            "type": "literal",
            "value": term.value,
            "language": term.language or "",
            "datatype": term.datatype.value,
        }
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    return {"type": "", "value": ""} if term is None else {"type": "triple", "value": str(term)}
