"""What differs between two certificates, and what caused it: the facts, the ontology, or the program.

A conclusion that only one of them has is traced by its proof there: a leaf that the other record lacks is a cause in
the facts, an axiom that the other ontology lacks is a cause in the ontology. Where facts and axioms are all there on
the other side, the program is the cause. What has no proof (a claim that is open on both sides, the order of a list)
is laid to the parts that differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kg.certificate.canonical import canonical

FACTS, ONTOLOGY, PROGRAM = CAUSES = ("facts", "ontology", "program")
SHOWN: Final = (
    "modality",
    "urgency",
    "within",
    "purpose",
    "after",
    "basis",
    "regimen",
    "scope",
    "exceptions",
    "course",
)
LISTS: Final = (
    *("differential", "counterarguments", "contraindications", "escalations"),
    *("monitoring", "next_steps", "pitfalls", "treatments"),
)
Json = Any
Axioms = Collection[str]


@dataclass(frozen=True)
class Cause:
    """One cause, with the assertions or axioms that only one side has."""

    part: str
    what: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changed:
    """One difference between the answers: its kind, what it is about, how it stood before and stands after, and why.

    `kind` is `conclusion`, `outcome`, `field`, `order`, `alert` or `sentence`.
    """

    kind: str
    id: str
    before: Json
    after: Json
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class Comparison:
    """The parts that differ, the facts that only one side has, the module files that differ, and every change."""

    parts: tuple[str, ...]
    facts_gone: tuple[Json, ...]
    facts_new: tuple[Json, ...]
    modules: tuple[str, ...]
    changes: tuple[Changed, ...]


@dataclass(frozen=True)
class Side:
    """The predicate of a certificate; `axioms` are those of its ontology where it is at hand, else of its steps."""

    found: Json
    axioms: Axioms = field(repr=False)
    whole: bool


def side(found: Json, modules: Json, axioms: Axioms) -> Side:
    """One side of a comparison; `modules` and `axioms` are those of an ontology at hand."""
    if canonical(found["ontology"]["modules"]) == canonical(modules):
        return Side(found, axioms, True)
    return Side(found, frozenset(row["axiom"] for row in found["steps"] if row["axiom"]), False)


def compared(before: Side, after: Side) -> Comparison:
    """All differences between two certificates, in a fixed order."""
    return _Comparing(before, after).result()


class _Comparing:
    def __init__(self, before: Side, after: Side) -> None:
        self.before, self.after = before, after
        self.old, self.new = before.found, after.found
        same = {name: canonical(self.old[name]) == canonical(self.new[name]) for name in CAUSES}
        self.parts = tuple(name for name in CAUSES if not same[name])

    def result(self) -> Comparison:
        old, new = self.old, self.new
        changes = [*self._conclusions(), *self._outcomes(), *self._alerts(), *self._entries(), *self._sentences()]
        gone, fresh = _only(_facts(old), _facts(new)), _only(_facts(new), _facts(old))
        modules = {row["name"]: row["digest"] for row in old["ontology"]["modules"]}
        others = {row["name"]: row["digest"] for row in new["ontology"]["modules"]}
        names = sorted(name for name in modules | others if modules.get(name) != others.get(name))
        return Comparison(self.parts, gone, fresh, tuple(names), tuple(changes))

    # -- what has a proof

    def _conclusions(self) -> Iterator[Changed]:
        old, new = _by_id(self.old["conclusions"]), _by_id(self.new["conclusions"])
        for name in sorted(old.keys() ^ new.keys()):
            if name in old:
                yield Changed("conclusion", name, old[name]["words"], None, self._traced(self.before, self.after, name))
            else:
                yield Changed("conclusion", name, None, new[name]["words"], self._traced(self.after, self.before, name))

    def _traced(self, has: Side, lacks: Side, name: str) -> tuple[Cause, ...]:
        """Why only one side has a conclusion, from its proof there."""
        steps = _below(has.found, name)
        record = {tuple(row[:3]) for row in lacks.found["record"]["assertions"]}
        leaves = [row["conclusion"] for row in steps if row["source"] == "record" and row["rule"] != "about the record"]
        said = {tuple(row[:3]) for row in has.found["record"]["assertions"]}
        leaves += [
            row["conclusion"] for row in steps if row["rule"] == "about the record" and tuple(row["conclusion"]) in said
        ]
        missing = sorted({" ".join(leaf) for leaf in leaves if tuple(leaf) not in record})
        axioms = sorted({row["axiom"] for row in steps if row["axiom"] and row["axiom"] not in lacks.axioms})
        causes = []
        if missing:
            causes.append(Cause(FACTS if FACTS in self.parts else self._other_than(FACTS), tuple(missing)))
        if axioms and ONTOLOGY in self.parts:
            causes.append(Cause(ONTOLOGY, tuple(axioms) if lacks.whole else ()))
        return tuple(causes) or self._suspected(PROGRAM)

    def _other_than(self, part: str) -> str:
        """What changed the record of the same facts."""
        return next((one for one in reversed(self.parts) if one != part), part)

    def _suspected(self, first: str = "") -> tuple[Cause, ...]:
        """The parts that differ; the first one alone where it is among them."""
        return tuple(Cause(one) for one in self.parts if first not in self.parts or one == first)

    # -- what has none

    def _outcomes(self) -> Iterator[Changed]:
        proved = {"applicable", "excluded"}
        for name in sorted(self.old["outcomes"].keys() | self.new["outcomes"].keys()):
            before, after = self.old["outcomes"].get(name), self.new["outcomes"].get(name)
            if before == after:
                continue
            if before in proved and name in _by_id(self.old["conclusions"]):
                causes = self._traced(self.before, self.after, name) if after not in proved else self._turned(name)
            elif after in proved:
                causes = self._traced(self.after, self.before, name)
            else:
                causes = self._suspected()
            yield Changed("outcome", name, before, after, causes)

    def _turned(self, name: str) -> tuple[Cause, ...]:
        """A claim that applied and is excluded, or the other way round: the causes on both sides."""
        rows = (*self._traced(self.before, self.after, name), *self._traced(self.after, self.before, name))
        found: dict[str, set[str]] = {}
        for row in rows:
            found.setdefault(row.part, set()).update(row.what)
        return tuple(Cause(part, tuple(sorted(what))) for part, what in found.items())

    def _alerts(self) -> Iterator[Changed]:
        old, new = ({row["id"]: row["sentence"] for row in one["answer"]["alerts"]} for one in (self.old, self.new))
        for name in sorted(old.keys() & new.keys()):
            if old[name] != new[name]:
                yield Changed("alert", name, old[name], new[name], self._suspected())

    def _entries(self) -> Iterator[Changed]:
        """Fields of entries that both sides have, and the order of those."""
        for listed in LISTS:
            old, new = (_by_id(one["answer"].get(listed) or []) for one in (self.old, self.new))
            for name in sorted(old.keys() & new.keys()):
                for key in SHOWN:
                    if old[name].get(key) != new[name].get(key):
                        yield Changed(
                            "field", f"{name} {key}", old[name].get(key), new[name].get(key), self._suspected()
                        )
            both = old.keys() & new.keys()
            before, after = ([name for name in one if name in both] for one in (old, new))
            if before != after:
                yield Changed("order", listed, before, after, self._suspected())

    def _sentences(self) -> Iterator[Changed]:
        """Sentences, passages and markers of claims that both sides cite."""
        old, new = _by_id(self.old["cited"]), _by_id(self.new["cited"])
        for name in sorted(old.keys() & new.keys()):
            for key in ("sentence", "passage", "markers", "doubts"):
                if canonical(old[name][key]) != canonical(new[name][key]):
                    yield Changed("sentence", f"{name} {key}", old[name][key], new[name][key], (Cause(ONTOLOGY),))


def _by_id(rows: list[Json]) -> Mapping[str, Json]:
    return {row["id"]: row for row in rows}


def _below(found: Json, name: str) -> list[Json]:
    """The steps of the proof of a conclusion."""
    (last,) = [row["step"] for row in found["conclusions"] if row["id"] == name]
    todo, seen = [last], {last}
    while todo:
        for number in found["steps"][todo.pop()]["premises"]:
            if number not in seen:
                seen.add(number)
                todo.append(number)
    return [found["steps"][number] for number in sorted(seen)]


def _facts(found: Json) -> dict[bytes, Json]:
    """The stated facts and values, sex, age and day, by their canonical form without their origin."""
    facts = found["facts"]
    rows = [
        {key: value for key, value in row.items() if key != "origin"}
        for row in (*facts["facts"], *facts["measurements"])
    ]
    rows += [{key: facts[key]} for key in ("as_of", "sex", "age", "complete") if facts[key]]
    return {canonical(row): row for row in rows}


def _only(one: Mapping[bytes, Json], other: Mapping[bytes, Json]) -> tuple[Json, ...]:
    return tuple(one[key] for key in sorted(one.keys() - other.keys()))
