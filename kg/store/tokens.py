"""The words of a SPARQL query, by the lexical rules of SPARQL 1.1 (section 19.8), for messages and the dataset clause.

What is refused does not rest on this: `evaluate` asks the query engine's own parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple
from urllib.parse import urljoin

_TOKEN: Final = re.compile(
    r"""
    (?P<comment>\#[^\r\n]*)
  | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\[uU][0-9A-Fa-f]+)*>)
  | (?P<string>\"\"\"(?:[^\\]|\\.)*?\"\"\" | '''(?:[^\\]|\\.)*?''' | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<variable>[?$]\w+)
  | (?P<blank>_:[\w.\-]+)
  | (?P<name>(?:[^\W\d_](?:[\w.\-]*[\w\-])?)?:(?:[\w:\-]|\.(?=[\w:\-.%\\])|%[0-9A-Fa-f]{2}|\\.)*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<space>\s+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
UPDATES: Final = frozenset(["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"])
_LETTERS: Final = ("rand", "now", "uuid", "bnode")
_VARYING: Final = re.compile(r"\b(?:RAND|NOW|UUID|STRUUID|BNODE)\b", re.IGNORECASE)


class SparqlToken(NamedTuple):
    """A piece of a query: its kind (a group of the pattern), its text, and the offset at which it starts."""

    kind: str
    text: str
    start: int


def tokens(query: str) -> Iterator[SparqlToken]:
    """Every token but blanks and comments."""
    for match in _TOKEN.finditer(query):
        kind = match.lastgroup or "other"
        if kind not in ("space", "comment"):
            yield SparqlToken(kind, match.group(), match.start())


def place(query: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, from 1."""
    before = query[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def may_vary(query: str) -> bool:
    """Whether two runs over the same data may differ: a word in it is a function that is none of its arguments."""
    lower = query.lower()
    return any(word in lower for word in _LETTERS) and _VARYING.search(query) is not None


class Words:
    """What a query says in its keywords and names; relative IRIs are resolved against `base`."""

    def __init__(self, query: str, base: str = "") -> None:
        self.query, self.base = query, base

    @cached_property
    def tokens(self) -> tuple[SparqlToken, ...]:
        return tuple(tokens(self.query))

    def says(self, word: str) -> bool:
        """Whether the letters of a word in lower case stand anywhere."""
        return word in self._lower

    @cached_property
    def _lower(self) -> str:
        return self.query.lower()

    @property
    def last(self) -> tuple[int, int]:
        """Line and column of the last token, of the beginning where there is none."""
        return place(self.query, self.tokens[-1].start if self.tokens else 0)

    @property
    def update(self) -> str:
        """The keyword of an update, if the text is one."""
        body = next((token for token in self._behind_prologue() if token.kind == "word"), None)
        return body.text.upper() if body and body.text.upper() in UPDATES else ""

    def find(self, keyword: str) -> int | None:
        """The offset of the first such keyword."""
        return next((t.start for t in self.tokens if t.kind == "word" and t.text.upper() == keyword), None)

    @property
    def undeclared(self) -> SparqlToken | None:
        """The first prefixed name whose prefix is not declared."""
        declared = self._prefixes()
        names = (token for token in self.tokens if token.kind == "name")
        return next((token for token in names if token.text.partition(":")[0] not in declared), None)

    def dataset(self) -> tuple[str, ...]:
        """The graphs that FROM and FROM NAMED name, as absolute IRIs."""
        return tuple(self._dataset())

    def _dataset(self) -> Iterator[str]:
        prefixes, base = self._prefixes(), self._base()
        for position, token in enumerate(self.tokens):
            if token.kind == "word" and token.text.upper() == "FROM":
                rest = self.tokens[position + 1 : position + 3]
                named = rest and rest[0].kind == "word" and rest[0].text.upper() == "NAMED"
                yield from (_resolve(iri, base, prefixes) for iri in rest[1 if named else 0 :][:1])

    @property
    def star(self) -> SparqlToken | None:
        """The star that stands for all variables of the whole query, if it selects so."""
        if "*" not in self.query:
            return None
        body = [token for token, _ in zip(self._behind_prologue(), range(3), strict=False)]
        if len(body) < 2 or body[0].text.upper() != "SELECT":
            return None
        star = body[-1] if body[1].text.upper() in ("DISTINCT", "REDUCED") else body[1]
        return star if star.text == "*" else None

    def _prefixes(self) -> dict[str, str]:
        pairs = zip(self.tokens, self.tokens[1:], self.tokens[2:], strict=False)
        base = self._base()
        return {
            name.text.partition(":")[0]: urljoin(base, iri.text[1:-1])
            for word, name, iri in pairs
            if word.text.upper() == "PREFIX" and name.kind == "name" and iri.kind == "iri"
        }

    def _base(self) -> str:
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        said = (iri.text[1:-1] for word, iri in pairs if word.text.upper() == "BASE" and iri.kind == "iri")
        return urljoin(self.base, next(said, ""))

    def _behind_prologue(self) -> Iterator[SparqlToken]:
        rest = tokens(self.query)
        for token in rest:
            if token.text.upper() in ("BASE", "PREFIX"):
                next(rest, None)
                if token.text.upper() == "PREFIX":
                    next(rest, None)
            else:
                yield token
                break
        yield from rest


def _resolve(token: SparqlToken, base: str, prefixes: dict[str, str]) -> str:
    if token.kind == "iri":
        return urljoin(base, token.text[1:-1])
    prefix, _, local = token.text.partition(":")
    return prefixes.get(prefix, prefix + ":") + local.replace("\\", "")
