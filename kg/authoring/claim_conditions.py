"""The condition of each claim without its exceptions; `unless` may name claims of other articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from kg.authoring.claim_schema import ArticleFile, ClaimEntry
from kg.errors import AuthoringError, Problem
from kg.ontology.manchester import And, Expression, Not, flatten, parse


class ClaimConditions:
    """Conditions by claim. What stands under `unless` must be contradicted: a claim there, its whole condition."""

    def __init__(self, articles: Iterable[tuple[str, ArticleFile]]) -> None:
        self.entries = {entry.id: (name, file, entry) for name, file in articles for entry in file.claims}
        self.of = cache(self._of)
        self._open: list[str] = []

    def __contains__(self, claim: str) -> bool:
        return claim in self.entries

    def _of(self, claim: str) -> Expression:
        """The condition of a claim that has a situation. Raises AuthoringError where exceptions go in a circle."""
        name, file, entry = self.entries[claim]
        if claim in self._open:
            circle = " -> ".join((*self._open[self._open.index(claim) :], claim))
            problem = Problem(f"{name}: {claim}: unless", f"goes in a circle: {circle}.", "Remove one exception.")
            raise AuthoringError([problem])
        self._open.append(claim)
        try:
            text = (entry.situation or "").strip()
            return self.without_exceptions(entry, parse(file.situations.get(text, text)))
        finally:
            self._open.pop()

    def without_exceptions(self, entry: ClaimEntry, condition: Expression) -> Expression:
        """A condition of a claim, and none of the claim's exceptions."""
        exceptions = tuple(Not(one) for one in self._exceptions(entry))
        return flatten(And((condition, *exceptions))) if exceptions else condition

    def _exceptions(self, entry: ClaimEntry) -> Iterator[Expression]:
        situations = self.entries[entry.id][1].situations
        for text in entry.unless:
            yield self.of(text) if text in self.entries else parse(situations.get(text.strip(), text))
