"""Cues that reach over a list of names, and how far.

A chain (`no`, `history of`, `suspected`, `on`) reaches the next name and those joined to it by `and`, `or`, comma or
slash. `or` and `nor` carry a denial further than a comma does; where its reach cannot be told, the name is uncertain,
never absent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from kg.readers.text.cues import Cue
from kg.readers.text.marks import Mark
from kg.readers.text.named import TREATMENTS, NamedConcept

CHAINS: Final = frozenset({
    Cue.NEG, Cue.NEVER, Cue.HISTORY, Cue.HAD, Cue.TREATED, Cue.ENDED, Cue.SUSPECTED, Cue.UNCERTAIN, Cue.ALLERGY,
    Cue.WITHHELD,
})  # fmt: skip
DENIALS: Final = frozenset({Cue.NEG, Cue.NEVER})
REACH: Final = 4
_OF_VALUES: Final = frozenset({*DENIALS, Cue.HISTORY, Cue.HAD})
_LOOSE: Final = (",", "and", "/")
_JOINED: Final = ("or", "/", "and")
_HAD: Final = frozenset({"condition", "drug", "therapy", "history", "procedure"})


@dataclass(eq=False)
class Chain:
    """A cue on its way over names.

    `started`: it has reached one; `gap`: words since that are neither name nor cue; `link`: what joins the next name;
    `doubt`: something stood between; `closed`: `or` has named the last of the list; `over`: a finding that nobody
    denies has ended it; `held`: names whose reach a later `or` decides; `group`: what kind of thing it reached first;
    `starts`, `other`: what the cue says; `lists`: it denies things, so a word that nobody knows is one.
    """

    cue: Cue
    started: bool = False
    gap: int = 0
    link: str = ""
    doubt: bool = False
    closed: bool = False
    over: bool = False
    held: list[NamedConcept] = field(default_factory=list)
    group: str = ""
    starts: bool = False
    other: bool = False
    lists: bool = False

    def says_as(self, other: Chain) -> bool:
        """Whether both cues would say the same of a name."""
        return (self.cue, self.starts, self.other, self.lists) == (other.cue, other.starts, other.other, other.lists)

    def passes_by(self, measured: bool) -> bool:
        """Whether a name with a value beside it is out of reach: a value is neither denied nor, in a list, past."""
        past = self.cue is Cue.HISTORY and not self.started
        return measured and self.cue in _OF_VALUES and not past

    def reach(self, named: NamedConcept, group: str) -> None:
        """Mark a name of a group and go on behind it."""
        verdict = _RULES.get(self.cue, _always)(self, named, group)
        named.marks |= verdict
        if Mark(self.cue) in verdict:
            named.marks |= {Mark.STARTS} if self.starts else set()
            named.marks |= {Mark.OTHER} if self.other else set()
        self.closed = self.closed or self.link == "or"
        self.started, self.gap, self.link = True, 0, ""
        self.group = self.group or group

    def another(self, group: str) -> bool:
        """Whether a name is of another group than the first one reached."""
        return bool(self.group) and group != self.group


Marks = frozenset[Mark]
_NOTHING: Final[Marks] = frozenset()


def _always(chain: Chain, named: NamedConcept, group: str) -> Marks:
    return frozenset({Mark(chain.cue)})


def _denial(chain: Chain, named: NamedConcept, group: str) -> Marks:
    """`no A, B`: B is denied with A if it is the same kind of thing, and nothing strange and no `or` stands between.

    A normal finding is none that anybody denies: `no A, normal B`.
    """
    loosely = chain.started and chain.link in _LOOSE
    chain.over = chain.over or (loosely and (named.normal or (named.stated and chain.link == ",")))
    if chain.over:
        return _NOTHING
    unclear = loosely and (chain.doubt or chain.closed or chain.another(group))
    chain.doubt = chain.doubt or unclear
    return frozenset({Mark.UNCLEAR}) if unclear else _always(chain, named, group)


def _history(chain: Chain, named: NamedConcept, group: str) -> Marks:
    """`history of A, B`: a finding, or another kind of thing behind a comma, is of the present, as all behind it."""
    kind = named.concept.kind if named.concept else ""
    if chain.started and (kind == "finding" or (chain.link == "," and chain.another(group))):
        chain.doubt = True
        return _NOTHING
    return _NOTHING if chain.doubt and kind != "history" else _always(chain, named, group)


def _open(chain: Chain, named: NamedConcept, group: str) -> Marks:
    """`suspected A and B`, `suspected A, B or C`; of `suspected A, B` B is open, and another kind ends the reach."""
    if chain.started and chain.link not in _JOINED:
        chain.doubt = chain.doubt or chain.another(group)
        if not chain.doubt:
            chain.held.append(named)
        return _NOTHING if chain.doubt else frozenset({Mark.UNCLEAR})
    if not chain.doubt and not chain.another(group):
        for held in chain.held:
            held.marks = (held.marks - {Mark.UNCLEAR}) | {Mark(chain.cue)}
    return _NOTHING if chain.doubt else _always(chain, named, group)


def _taken(chain: Chain, named: NamedConcept, group: str) -> Marks:
    return _always(chain, named, group) if named.kinds & {*TREATMENTS, "analyte"} else _NOTHING


def _had(chain: Chain, named: NamedConcept, group: str) -> Marks:
    return _always(chain, named, group) if named.kinds & _HAD else _NOTHING


def _withheld(chain: Chain, named: NamedConcept, group: str) -> Marks:
    return _always(chain, named, group) if named.treats or "procedure" in named.kinds else _NOTHING


def _of_treatment(chain: Chain, named: NamedConcept, group: str) -> Marks:
    return _always(chain, named, group) if named.treats else _NOTHING


_RULES: Final[Mapping[Cue, Callable[[Chain, NamedConcept, str], Marks]]] = {
    Cue.NEG: _denial,
    Cue.NEVER: _denial,
    Cue.HISTORY: _history,
    Cue.SUSPECTED: _open,
    Cue.UNCERTAIN: _open,
    Cue.TREATED: _taken,
    Cue.HAD: _had,
    Cue.ENDED: _of_treatment,
    Cue.WITHHELD: _withheld,
}
