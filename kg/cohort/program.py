"""The rules at a patient as a program over columns: a column a feature, a bit a patient, AND and OR of columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kg.reasoner.engine import Engine
from kg.reasoner.rule_tables import NOTHING, Feature, FeatureNumber, Rules

Bits = NDArray[np.uint8]


@dataclass(frozen=True)
class LongRule:
    """A rule with several features in its body, and all that follows from its head alone."""

    body: tuple[int, ...]
    heads: tuple[int, ...]


class Program:
    """The rules of an engine compiled for columns.

    A column has its bits packed, eight patients a byte. Rules whose body is one feature are followed when the program
    is made, so that only longer ones are left to run.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine, self.rules = engine, engine.rules

    @cached_property
    def long(self) -> tuple[LongRule, ...]:
        """The rules with more than one feature in the body, those that others wait for first."""
        rules: Rules = self.rules
        found = [
            LongRule(rule.body, self.follows(rule.head))
            for rule in (rules.rules[number] for number in range(len(rules.rules)))
            if len(rule.body) > 1 and all(rules.features[part].kind != "facet" for part in rule.body)
        ]
        return tuple(_ordered(found))

    def follows(self, feature: int) -> tuple[int, ...]:
        """A feature of a patient and everything that follows from it alone."""
        if feature not in self._followed:
            self._followed[feature] = self.engine.features_from([FeatureNumber(feature)])
        return self._followed[feature]

    @cached_property
    def _followed(self) -> dict[int, tuple[int, ...]]:
        return {}

    def number(self, prop: str, value: str) -> int | None:
        """The number of `prop value value`, or of a class where `prop` is empty."""
        found: int | None = self.rules.known.get(Feature("value" if prop else "class", prop, value))
        return found

    @cached_property
    def nothing(self) -> int | None:
        """What holds of a patient whose record and the ontology cannot both be true."""
        found: int | None = self.rules.known.get(NOTHING)
        return found

    @cached_property
    def of_the_person(self) -> frozenset[int]:
        """The classes of patients by which values are judged: they hold where the person alone has them, or columns
        decide nothing."""
        turned = {prop for prop, rows in self.rules.above.items() if any(row.turned for row in rows)}
        features = (self.rules.features[number] for number in range(len(self.rules.features)))
        names = {one.filler for one in features if one.kind == "some" and one.property in turned}
        found = (self.number("", name) for name in names)
        return frozenset(number for number in found if number is not None)

    @cached_property
    def clashes(self) -> tuple[int, ...]:
        """The features that say that statements clash."""
        features = self.rules.features
        return tuple(
            number
            for number in range(len(features))
            if features[number].kind == "value" and features[number].property == "hasClash"
        )

    def run(self, columns: Columns) -> None:
        """Close the columns under the rules: in their order, and those again whose bodies have grown since."""
        grown: set[int] | None = None
        while grown is None or grown:
            before, grown = grown, set()
            for rule in self.long:
                if before is not None and before.isdisjoint(rule.body) and grown.isdisjoint(rule.body):
                    continue
                holds = columns.all_of(rule.body)
                if holds is not None:
                    grown.update(columns.add(rule.heads, holds))

    def relevant(self, columns: Columns, wanted: Mapping[int, Bits]) -> dict[int, Bits]:
        """Of whom a feature may be a step to the wanted ones, in closed columns: a column for each such feature."""
        found = {feature: bits.copy() for feature, bits in wanted.items()}
        new = True
        while new:
            new = False
            for rule in reversed(self.long):
                heads = [found[head] for head in rule.heads if head in found]
                holds = columns.all_of(rule.body) if heads else None
                if holds is not None and (asked := holds & np.bitwise_or.reduce(heads)).any():
                    for part in rule.body:
                        known = found.setdefault(part, np.zeros_like(asked))
                        new |= bool((asked & ~known).any())
                        known |= asked
        return found


class Columns:
    """The features of some patients, a packed column for each feature that any of them has."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.bits: dict[int, Bits] = {}

    @classmethod
    def of(cls, patients: Sequence[Iterable[int]]) -> Columns:
        """The columns of patients with these features each."""
        found = cls(len(patients))
        holders: dict[int, list[int]] = {}
        for row, features in enumerate(patients):
            for feature in features:
                holders.setdefault(feature, []).append(row)
        for feature, rows in holders.items():
            flags = np.zeros(found.count, dtype=bool)
            flags[rows] = True
            found.bits[feature] = np.packbits(flags)
        return found

    def add(self, features: Iterable[int], holds: Bits) -> list[int]:
        """Let features hold of further patients; those are returned for which that is new of any."""
        new = []
        for feature in features:
            known = self.bits.get(feature)
            if known is None:
                self.bits[feature] = holds.copy()
                new.append(feature)
            elif (holds & ~known).any():
                np.bitwise_or(known, holds, out=known)
                new.append(feature)
        return new

    def all_of(self, features: Iterable[int]) -> Bits | None:
        """Of whom all of some features hold; None where that is nobody."""
        found: Bits | None = None
        for feature in features:
            known = self.bits.get(feature)
            if known is None:
                return None
            found = known if found is None else found & known
        return found if found is not None and found.any() else None

    def flags(self, feature: int | None) -> NDArray[np.bool_]:
        """Of whom a feature holds, an entry a patient."""
        found = self.bits.get(feature) if feature is not None else None
        if found is None:
            return np.zeros(self.count, dtype=bool)
        return np.unpackbits(found, count=self.count).astype(bool)

    def features(self) -> list[list[int]]:
        """The features of each patient."""
        found: list[list[int]] = [[] for _ in range(self.count)]
        for feature in self.bits:
            for row in np.flatnonzero(self.flags(feature)):
                found[row].append(feature)
        return found


def _ordered(rules: Sequence[LongRule]) -> list[LongRule]:
    """Rules behind those whose heads they ask for, as far as there is no cycle."""
    made: dict[int, list[int]] = {}
    for number, rule in enumerate(rules):
        for head in rule.heads:
            made.setdefault(head, []).append(number)
    order: dict[int, None] = {}
    for first in range(len(rules)):
        todo = [(first, False)]
        seen: set[int] = set()
        while todo:
            number, done = todo.pop()
            if done:
                order.setdefault(number)
            elif number not in order and number not in seen:
                seen.add(number)
                todo.append((number, True))
                todo += [(other, False) for part in rules[number].body for other in made.get(part, ())]
    return [rules[number] for number in order]
