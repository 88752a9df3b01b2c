"""Generated ontologies, described: concepts, conditions, claims with readings, and patients for them.

The shape is that of the three articles: elementary conditions over findings, history and measured limits, each with
its refutation; situations that combine them; claims that apply in every reading or are excluded in every reading;
conclusions that claims lead to, some of them findings again. Names are numbers: nothing here means anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeVar

PREDICATES: Final = ("suggests", "refutes", "recommends")
BLOCK: Final = 13
LIMITS: Final = (10, 20, 30)
QUANTITIES: Final = 300
T = TypeVar("T")
Parts = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Condition:
    """An elementary condition: `kind` is finding, history, below or at least; `target` a concept or a quantity."""

    kind: str
    target: int
    limit: int = 0


@dataclass(frozen=True)
class Claim:
    """Each reading is a conjunction of disjunctions of conditions. `witness`: a concept found where it applies."""

    readings: tuple[Parts, ...]
    predicate: str
    target: int
    witness: int | None = None


@dataclass(frozen=True)
class Patient:
    """What is stated: findings, history, both also as absent, and one value a quantity."""

    name: str
    present: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()
    history: tuple[int, ...] = ()
    no_history: tuple[int, ...] = ()
    values: tuple[tuple[int, str], ...] = ()


@dataclass
class World:
    """An ontology's description."""

    concepts: int
    quantities: int
    conditions: list[Condition] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)

    def parent(self, concept: int) -> int | None:
        """Concepts stand in trees of thirteen: one, three, nine."""
        place = concept % BLOCK
        return concept - place + (place - 1) // 3 if place else None


def world(claims: int, dense: bool, seed: int = 1) -> World:
    """An ontology of so many claims. Dense: five claims to a condition; sparse: as many conditions as claims."""
    random = Random(f"{claims} {dense} {seed}")
    size = max(30, claims // 5 if dense else claims)
    found = World(concepts=size, quantities=min(QUANTITIES, max(4, size // 20)))
    found.conditions = list(dict.fromkeys(_condition(found, number, random) for number in range(size)))
    found.claims = [_claim(found, range(len(found.conditions)), random) for _ in range(claims)]
    return found


def _condition(found: World, number: int, random: Random) -> Condition:
    """Each condition has a name of its own, so a measured one that comes up twice counts once."""
    kind = random.choices(("finding", "history", "below", "at least"), (60, 15, 15, 10))[0]
    if kind in ("below", "at least"):
        return Condition(kind, random.randrange(found.quantities), random.choice(LIMITS))
    return Condition(kind, number)


def _claim(found: World, pool: Sequence[int], random: Random) -> Claim:
    """Two to four parts, one in five of them either of two; one claim in four has a second reading, one part wider."""
    parts = tuple(tuple(random.sample(pool, 2 if random.random() < 0.2 else 1)) for _ in range(random.randint(2, 4)))
    readings = (parts, (*parts[1:], (random.choice(pool),))) if random.random() < 0.25 else (parts,)
    witness = random.randrange(found.concepts) if random.random() < 0.05 else None
    return Claim(readings, random.choice(PREDICATES), random.randrange(found.concepts), witness)


def grown(base: World, more: int, sharing: int, shared: Sequence[int], seed: int = 1) -> World:
    """The same with `more` claims on new conditions; `sharing` of them have one condition out of `shared` as well."""
    random = Random(f"{more} {sharing} {seed}")
    start = base.concepts + -base.concepts % BLOCK
    found = World(start + more, base.quantities, list(base.conditions), list(base.claims))
    fresh = range(len(base.conditions), len(base.conditions) + more)
    found.conditions += [Condition(random.choice(("finding", "history")), start + number) for number in range(more)]
    for number in range(more):
        claim = _claim(found, fresh, random)
        first = ((random.choice(shared),),) if number < sharing else ()
        readings = tuple((*first, *parts) for parts in claim.readings)
        found.claims.append(Claim(readings, claim.predicate, start + number))
    return found


def patients(found: World, count: int, dense: bool, seed: int = 1) -> tuple[Patient, ...]:
    """Patients who meet some claims whole, contradict others and have something besides."""
    random = Random(f"patients {count} {dense} {seed}")
    return tuple(_patient(found, f"patient/{number}", dense, random) for number in range(count))


def _patient(found: World, name: str, dense: bool, random: Random) -> Patient:
    met, contradicted, besides = (8, 3, 8) if dense else (4, 2, 6)
    stated: dict[Condition, bool] = {}
    for claim in _sample(random, found.claims, met):
        for part in claim.readings[0]:
            stated.setdefault(found.conditions[part[0]], True)
    for claim in _sample(random, found.claims, contradicted):
        for number in claim.readings[0][0]:
            stated.setdefault(found.conditions[number], False)
    for condition in _sample(random, found.conditions, besides):
        stated.setdefault(condition, random.random() < 0.7)
    return _facts(name, stated)


def _sample(random: Random, items: Sequence[T], count: int) -> list[T]:
    return random.sample(items, min(count, len(items)))


def _facts(name: str, stated: dict[Condition, bool]) -> Patient:
    """One value a quantity: that of the first condition stated of it."""
    values: dict[int, str] = {}
    for condition, holds in stated.items():
        if condition.kind in ("below", "at least"):
            below = (condition.kind == "below") == holds
            values.setdefault(condition.target, str(condition.limit - 5 if below else condition.limit))
    return Patient(
        name,
        _targets(stated, "finding", True),
        _targets(stated, "finding", False),
        _targets(stated, "history", True),
        _targets(stated, "history", False),
        tuple(sorted(values.items())),
    )


def _targets(stated: dict[Condition, bool], kind: str, holds: bool) -> tuple[int, ...]:
    return tuple(sorted(one.target for one, truth in stated.items() if one.kind == kind and truth == holds))


def assertions(patient: Patient) -> Iterable[tuple[str, str, str]]:
    """The patient graph."""
    me = patient.name
    yield me, "type", "Patient"
    links = (("hasStatedFinding", patient.present), ("hasHistoryOf", patient.history))
    for prop, concepts in links:
        for concept in concepts:
            node = f"{me}/{prop}/{concept}"
            yield from ((me, prop, node), (node, "type", f"Finding{concept}"))
    for prop, concepts in (("hasAbsent", patient.absent), ("hasNoHistoryOf", patient.no_history)):
        yield from ((me, prop, f"Finding{concept}") for concept in concepts)
    for quantity, value in patient.values:
        node = f"{me}/measurement/{quantity}"
        yield me, "hasCurrentMeasurement", node
        yield from ((node, "type", f"Quantity{quantity}Measurement"), (node, "value", value))
