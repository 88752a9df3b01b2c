"""The rules at a patient as a program over columns: a column a feature, a bit a patient, AND and OR of columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
        """Close the columns under the rules: in their order, and again as long as something is new."""
        new = True
        while new:
            new = False
            for rule in self.long:
                body = [columns.bits.get(part) for part in rule.body]
                if all(part is not None for part in body):
                    holds = np.bitwise_and.reduce([part for part in body if part is not None])
                    new |= holds.any() and columns.add(rule.heads, holds)


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

    def add(self, features: Iterable[int], holds: Bits) -> bool:
        """Let features hold of further patients; whether that is new of any."""
        new = False
        for feature in features:
            known = self.bits.get(feature)
            if known is None:
                self.bits[feature], new = holds.copy(), True
            elif (holds & ~known).any():
                np.bitwise_or(known, holds, out=known)
                new = True
        return new

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
