"""Conditions that no patient can meet: a number on both sides of a limit, both sexes, a thing present and absent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice, product

from kg.authoring.schema import ThresholdEntry
from kg.authoring.sources import Sources
from kg.ontology.manchester import And, Atom, Expression, Named, Not, Or, Some, Value, flatten

MOST_WAYS = 256
NOW = ("hasCurrentMeasurement", "hasDerivedQuantity")


def contradiction(expression: Expression, sources: Sources) -> str:
    """Why no patient can be in a class; empty where one can, or where there are more ways than are looked at."""
    ways = list(islice(_ways(flatten(expression)), MOST_WAYS + 1))
    reasons = [_of_way(way, sources) for way in ways] if len(ways) <= MOST_WAYS else [""]
    return reasons[0] if all(reasons) else ""


def _ways(expression: Expression) -> Iterator[tuple[Atom, ...]]:
    """The ways to meet an expression, each as the conditions that hold together."""
    match expression:
        case Or(parts):
            for part in parts:
                yield from _ways(part)
        case And(parts):
            for chosen in product(*(tuple(_ways(part)) for part in parts)):
                yield tuple(dict.fromkeys(atom for way in chosen for atom in way))
        case _:
            yield (expression,)


def _of_way(way: tuple[Atom, ...], sources: Sources) -> str:
    named = {atom.name for atom in way if isinstance(atom, Named)}
    for name, other in sources.vocabulary.populations.items():
        if {name, other} <= named:
            return f"'{name}' and '{other}'"
    for atom in way:
        if isinstance(atom, Not) and atom.part in way:
            return f"'{atom.part}' and '{atom}'"
    return _absent(way, sources) or _numbers(way, sources)


def _absent(way: Iterable[Atom], sources: Sources) -> str:
    vocabulary = sources.vocabulary
    denied = {(atom.property, atom.individual): atom for atom in way if isinstance(atom, Value)}
    for atom in way:
        if not (isinstance(atom, Some) and isinstance(atom.filler, Named) and atom.filler.name in vocabulary):
            continue
        for above in vocabulary.known_ancestors(atom.filler.name):
            if found := denied.get((vocabulary.absences.get(atom.property, ""), above)):
                return f"'{atom}' and '{found}'"
    return ""


def _numbers(way: Iterable[Atom], sources: Sources) -> str:
    """Two limits of one current value that no number meets."""
    limits: dict[str, tuple[str, str, Decimal]] = {}
    for item in sources.thresholds.thresholds:
        limits[item.name] = (item.of, item.bound, _canonical(sources, item))
        limits[item.opposite] = (item.of, OPPOSITE[item.bound], _canonical(sources, item))
    rows = [
        (atom, *limits[atom.filler.name])
        for atom in way
        if isinstance(atom, Some)
        and atom.property in NOW
        and isinstance(atom.filler, Named)
        and atom.filler.name in limits
    ]
    for one, of, bound, limit in rows:
        for other, of_other, against, value in rows:
            both_open = limit == value and "=" in bound and "=" in against
            if of == of_other and bound[0] == "<" and against[0] == ">" and limit <= value and not both_open:
                return f"'{one}' and '{other}'"
    return ""


OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _canonical(sources: Sources, item: ThresholdEntry) -> Decimal:
    """The limit in the canonical unit of its quantity."""
    for analyte in sources.thresholds.analytes:
        for known in analyte.units:
            if analyte.name == item.of and known.unit == item.unit and item.unit != analyte.unit:
                return item.value * (known.factor or Decimal(1)) / (known.divisor or Decimal(1))
    return item.value
