"""Low, normal and high said of a test: before it, behind it, and carried over the tests joined to it."""

from __future__ import annotations

from collections.abc import Sequence

from kg.readers.text.lexicon import Lexicon
from kg.readers.text.marks import Mark
from kg.readers.text.named import POSITIONS, NamedConcept
from kg.readers.text.tokens import Token


class Positions:
    """The position and the degree that wait for a name, or that the last name has and hands on."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.clear()

    def clear(self) -> None:
        """A clause has ended."""
        self.position, self.degree, self.open, self.at = "", "", False, -1

    @property
    def waits(self) -> bool:
        """Whether a position has been said and no name has taken it."""
        return self.at >= 0

    def lead(self, position: str, token: Token) -> None:
        """A position before the names that it is said of."""
        self.position, self.open, self.at = position, True, token.start

    def qualify(self, token: Token) -> None:
        """A degree, such as `markedly`, before a position."""
        self.degree, self.open = token.word, False

    def close(self) -> None:
        """A word stands between that a position does not reach over."""
        self.open = False

    def give(self, named: NamedConcept) -> None:
        """Give a name the position that waits, or, unless it has a value, the one carried on to it."""
        leading = self._own(named)
        if leading:
            self.position, self.degree, self.open, self.at = leading, "", True, -1
        elif self.open and named.placeable and (self.waits or Mark.MEASURED not in named.marks):
            named.position, named.degree = self.position, self.degree
            named.carried = not self.waits
            named.start = self.at if self.waits else named.start
            self.at = -1
        elif named.concept is None or named.concept.kind not in ("analyte", "specimen"):
            self.open = False

    def _own(self, named: NamedConcept) -> str:
        """The position that a finding's own first word gives, as in the name of a low or a normal value."""
        if named.concept is None or named.concept.kind != "finding":
            return ""
        entry = self.lexicon.entries.get(named.hit.phrase.partition(" ")[0])
        return POSITIONS.get(entry.cue, "") if entry and entry.cue else ""

    def behind(self, names: Sequence[NamedConcept], position: str, token: Token, negated: bool) -> None:
        """A position behind names: of the last ones that have none of their own, a value ending the reach."""
        for named in reversed(names):
            own = named.position and not named.carried
            if not named.placeable or own or (named is not names[-1] and Mark.MEASURED in named.marks):
                break
            named.position, named.degree, named.carried = position, self.degree, False
            named.marks |= {Mark.NEG} if negated else set()
        names[-1].end = token.end
        self.degree = ""
