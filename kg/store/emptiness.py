"""Why a query has no row: the patterns of its outermost group, dropped one by one.

    SELECT ?c { ?c a :Claim ; :hasUrgency :Soon . FILTER (?c != ?d) }
    parts:      ?c a :Claim    ?c :hasUrgency :Soon    FILTER (?c != ?d)

A part is told that has no match by itself, and one without which the rest has rows. If neither is found, the first part
is told up to which the group has no row. Parts are cut by the tokens of the text; one that does not parse in its new
place is left out of the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from kg.errors import QueryError
from kg.store.tokens import SparqlToken, place, tokens

FORMS: Final = frozenset({"SELECT", "CONSTRUCT", "ASK", "DESCRIBE"})
OPENING: Final = {"{": "}", "(": ")", "[": "]"}
MOST: Final = 16
"""Parts that are looked at: each is two small queries."""
Reason = Literal["no_match", "blocks", "from_here"]
Ask = Callable[[str], Awaitable[bool]]


class EmptyPart(NamedTuple):
    """A part of a query, its line, and what it has to do with the emptiness of the result.

    `no_match`: nothing matches it by itself. `blocks`: without it there would be rows. `from_here`: what stands before
    it has rows, together with it there is none.
    """

    text: str
    line: int
    reason: Reason


async def why_empty(query: str, ask: Ask) -> tuple[EmptyPart, ...]:
    """The parts to which the emptiness of a SELECT or CONSTRUCT is due; none where that cannot be told.

    `ask` answers an ASK query over the same data.
    """
    group = _Group(query)
    parts = group.parts[:MOST]
    if not parts or len(group.parts) > MOST:
        return ()
    found = []
    for number, part in enumerate(parts):
        alone = part.pattern and not await _holds(ask, group.ask([part]))
        if alone:
            found.append(EmptyPart(part.text, part.line, "no_match"))
        elif await _holds(ask, group.ask([*parts[:number], *parts[number + 1 :]])):
            found.append(EmptyPart(part.text, part.line, "blocks"))
    if not found:
        for number, part in enumerate(parts):
            if not await _holds(ask, group.ask(parts[: number + 1])):
                return (EmptyPart(part.text, part.line, "from_here"),)
    return tuple(found)


async def _holds(ask: Ask, query: str) -> bool:
    try:
        return await ask(query)
    except QueryError:
        return False


class _Part(NamedTuple):
    text: str
    line: int
    pattern: bool
    """Whether it can stand alone: a triple, a path, a group, VALUES; not a FILTER."""


class _Group:
    """The outermost group of a query."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.tokens = tuple(tokens(query))
        form = next((t.start for t in self.tokens if t.kind == "word" and t.text.upper() in FORMS), len(query))
        self.prologue = query[:form]
        self.dataset = " ".join(self._dataset())
        self.parts = tuple(self._parts())

    def ask(self, parts: Sequence[_Part]) -> str:
        """An ASK over some of the parts."""
        return f"{self.prologue}ASK {self.dataset} {{ {' '.join(part.text + ' .' * part.pattern for part in parts)} }}"

    def _dataset(self) -> Iterator[str]:
        for position, token in enumerate(self.tokens):
            if token.kind == "word" and token.text.upper() == "FROM":
                rest = self.tokens[position + 1 : position + 3]
                named = rest[0].text.upper() == "NAMED"
                yield " ".join(["FROM", *(t.text for t in rest[: 2 if named else 1])])

    # -- cutting

    def _parts(self) -> Iterator[_Part]:
        start = self._where()
        if start is None:
            return
        position, end = start + 1, self._close(start)
        while position < end:
            token = self.tokens[position]
            word = token.text.upper() if token.kind == "word" else ""
            if token.text == ".":
                position += 1
                continue
            if word in ("FILTER", "BIND", "VALUES", "OPTIONAL", "MINUS", "GRAPH", "SERVICE") or token.text == "{":
                stop = self._block(position, end)
                if word not in ("OPTIONAL", "BIND"):
                    # a FILTER needs what stands around it, and so does MINUS
                    yield self._part(position, stop, pattern=word not in ("FILTER", "MINUS"))
                elif word == "BIND":
                    yield self._part(position, stop, pattern=False)
                position = stop
                continue
            stop = self._triples_end(position, end)
            yield from self._triples(position, stop)
            position = stop

    def _where(self) -> int | None:
        """The token that opens the group of the query: after WHERE, or the last at the outermost level."""
        depth, found = 0, None
        for position, token in enumerate(self.tokens):
            if token.text == "{" and depth == 0:
                found = position
            depth += (token.text in OPENING) - (token.text in OPENING.values())
        return found

    def _close(self, start: int) -> int:
        """The position of the token that closes what a token opens."""
        depth = 0
        for position in range(start, len(self.tokens)):
            text = self.tokens[position].text
            depth += (text in OPENING) - (text in OPENING.values())
            if depth == 0:
                return position
        return len(self.tokens)

    def _block(self, position: int, end: int) -> int:
        """Behind a keyword with its brackets, and behind every UNION that follows."""
        values = self.tokens[position].text.upper() == "VALUES"
        while position < end and self.tokens[position].text not in OPENING:
            position += 1
        if position >= end:
            return end
        opened, position = self.tokens[position].text, self._close(position) + 1
        following = self.tokens[position].text.upper() if position < end else ""
        # `{...} UNION {...}`, `VALUES (?x) {...}`
        more = following == "UNION" or (following == "{" and opened == "(" and values)
        return self._block(position, end) if more else position

    def _triples_end(self, position: int, end: int) -> int:
        while position < end:
            token = self.tokens[position]
            if token.text in OPENING and token.text != "{":
                position = self._close(position)
            elif self._dot(token) or token.text == "{" or (token.kind == "word" and token.text.upper() in _STARTS):
                return position
            position += 1
        return end

    def _dot(self, token: SparqlToken) -> bool:
        """Whether it is a dot that ends triples: that of a decimal number has a digit behind it."""
        return token.text == "." and not self.query[token.start + 1 : token.start + 2].isdigit()

    def _triples(self, start: int, end: int) -> Iterator[_Part]:
        """Subject, predicate and object of each triple of `s p o , o ; p o`."""
        verb_start = self._close(start) + 1 if self.tokens[start].text in OPENING else start + 1
        subject = self._text(start, verb_start)
        for verb_at, stop in self._split(verb_start, end, ";"):
            objects = list(self._split(verb_at, stop, ","))
            if not objects:
                continue
            first_start, first_end = objects[0]
            object_at = self._last_term(first_start, first_end)
            verb = self._text(first_start, object_at)
            for object_start, object_end in [(object_at, first_end), *objects[1:]]:
                text = f"{subject} {verb} {self._text(object_start, object_end)}"
                yield _Part(text, place(self.query, self.tokens[object_start].start)[0], True)

    def _split(self, start: int, end: int, separator: str) -> Iterator[tuple[int, int]]:
        position = begin = start
        while position < end:
            if self.tokens[position].text in OPENING:
                position = self._close(position)
            elif self.tokens[position].text == separator:
                if position > begin:
                    yield begin, position
                begin = position + 1
            position += 1
        if end > begin:
            yield begin, end

    def _last_term(self, start: int, end: int) -> int:
        """Where the last term begins: a name, a variable, a literal with its type, a number, or brackets."""
        position = end - 1
        if self.tokens[position].text in OPENING.values():
            while position > start and self._close(position) != end - 1:
                position -= 1
            return position
        if self.tokens[position].kind == "language":
            return position - 1
        if position - 3 >= start and [t.text for t in self.tokens[position - 2 : position]] == ["^", "^"]:
            return position - 3
        while position > start and self.tokens[position].kind == "other" and self._touches(position):
            position -= 1
        return position

    def _touches(self, position: int) -> bool:
        """Whether the character before belongs to the same number."""
        before = self.tokens[position - 1]
        return before.kind == "other" and before.start == self.tokens[position].start - 1

    def _part(self, start: int, stop: int, *, pattern: bool) -> _Part:
        return _Part(self._text(start, stop), place(self.query, self.tokens[start].start)[0], pattern)

    def _text(self, start: int, stop: int) -> str:
        last = self.tokens[stop - 1]
        return " ".join(self.query[self.tokens[start].start : last.start + len(last.text)].split())


_STARTS: Final = frozenset({"FILTER", "BIND", "VALUES", "OPTIONAL", "MINUS", "GRAPH", "SERVICE"})
