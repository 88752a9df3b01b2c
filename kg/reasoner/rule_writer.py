"""Collects features, axioms and rules while the compiler reads, and writes them as the tables that `Rules` reads.

Everything is kept as columns of numbers from the start, so that a large ontology can be compiled file by file.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from io import BytesIO
from typing import BinaryIO

from kg.cache.flat import NUMBER, Block, BlockWriter, Rows
from kg.reasoner.rule_tables import (
    Above,
    Axiom,
    AxiomNumber,
    Ends,
    Feature,
    FeatureNumber,
    PropertyChain,
    Rules,
    individual,
    reach,
    slot_of,
)


class _Texts:
    """Texts, each kept once, by number."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.known: dict[str, int] = {}

    def number(self, text: str) -> int:
        number = self.known.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
        return number


class RuleWriter:
    """The tables being made."""

    def __init__(self) -> None:
        self.text, self.axiom_text = _Texts(), _Texts()
        self.known: dict[Feature, FeatureNumber] = {}
        self.features: list[Feature] = []
        self.axioms: list[array[int]] = [array(NUMBER) for _ in Axiom._fields]
        self.names, self.heads = array(NUMBER), array(NUMBER)
        self.bodies, self.rule_axioms = Rows(), Rows()
        self.above: dict[str, list[Above]] = {}
        self.domains: Ends = {}
        self.ranges: Ends = {}
        self.classes: dict[str, dict[tuple[FeatureNumber, AxiomNumber], None]] = {}
        self.chains: list[PropertyChain] = []
        self.followed: list[str] = []
        self.defined: list[FeatureNumber] = []
        self.functional: list[str] = []

    def feature(self, feature: Feature) -> FeatureNumber:
        """The number of a feature, given on first sight."""
        number = self.known.get(feature)
        if number is None:
            number = self.known[feature] = FeatureNumber(len(self.features))
            self.features.append(feature)
        return number

    def axiom(self, axiom: Axiom) -> AxiomNumber:
        """The number of a new axiom."""
        for column, text in zip(self.axioms, axiom, strict=True):
            column.append(self.axiom_text.number(text))
        return AxiomNumber(len(self.axioms[0]) - 1)

    def shown(self, axiom: AxiomNumber) -> str:
        """An axiom as text."""
        return str(Axiom(*(self.axiom_text.texts[column[axiom]] for column in self.axioms)))

    def rule(
        self, name: str, body: Iterable[FeatureNumber], head: FeatureNumber, axioms: Iterable[AxiomNumber]
    ) -> None:
        self.names.append(self.text.number(name))
        self.heads.append(head)
        self.bodies.append(dict.fromkeys(body))
        self.rule_axioms.append(axioms)

    # -- writing

    def rules(self) -> Rules:
        """The rules, in memory."""
        data = BytesIO()
        self.write(data)
        return Rules(Block(memoryview(data.getvalue())))

    def write(self, file: BinaryIO) -> None:
        """The tables as a block."""
        out = BlockWriter()
        self._individuals(out)
        self._write_features(out)
        for name, column in zip(Axiom._fields, self.axioms, strict=True):
            out.numbers("axiom." + name, column)
        out.numbers("rule.name", self.names)
        out.numbers("rule.head", self.heads)
        out.rows("rule.body", self.bodies)
        out.rows("rule.axioms", self.rule_axioms)
        self._write_plans(out)
        for name in ("above", "domains", "ranges", "chains", "followed", "defined", "functional"):
            out.json(name, getattr(self, name))
        out.texts("text", self.text.texts)
        out.texts("axiom.text", self.axiom_text.texts)
        out.write(file)

    def _individuals(self, out: BlockWriter) -> None:
        """Every individual that a rule or an assertion names, with its classes."""
        fillers = dict.fromkeys(feature.filler for feature in self.features if feature.kind == "value")
        keys, values = array(NUMBER), array(NUMBER)
        for name in (*fillers, *(name for name in self.classes if name not in fillers)):
            number = self.feature(individual(name))
            for pair in self.classes.get(name, ()):
                keys.extend((number, number))
                values.extend(pair)
        out.rows("individual.classes", Rows.grouped(len(self.features), keys, values))

    def _write_features(self, out: BlockWriter) -> None:
        for place, name in enumerate(Feature._fields):
            out.numbers(
                "feature." + name, array(NUMBER, (self.text.number(feature[place]) for feature in self.features))
            )
        mask = (1 << (2 * len(self.features)).bit_length()) - 1
        table = array(NUMBER, bytes(4 * (mask + 1)))
        for number, feature in enumerate(self.features):
            slot = slot_of(feature) & mask
            while table[slot]:
                slot = slot + 1 & mask
            table[slot] = number + 1
        out.numbers("feature.table", table)
        out.numbers("feature.looked_at", self._looked_at())

    def _looked_at(self) -> array[int]:
        """Whether anything may follow from a feature but by a domain or by a rule that looks at nothing else."""
        seen = array(NUMBER, bytes(4 * len(self.features)))
        followed: dict[str, bool] = {}
        for number in range(len(self.heads)):
            if len(body := self.bodies[number]) > 1:
                for feature in body:
                    seen[feature] = 1
        for number, (kind, prop, filler, _) in enumerate(self.features):
            if kind in ("some", "min"):
                seen[self.known[Feature("class", "", filler)]] = 1
            elif kind == "value":
                if prop not in followed:
                    followed[prop] = not frozenset().union(*reach(self.above, prop)).isdisjoint(self.followed)
                seen[number] |= followed[prop]
        return seen

    def _write_plans(self, out: BlockWriter) -> None:
        self._write_watches(out)
        self._write_facets(out)
        ends, wanted = array(NUMBER), array(NUMBER)
        for number, feature in enumerate(self.features):
            if feature.kind in ("some", "min"):
                ends.append(self.known[Feature("class", "", feature.filler)])
                wanted.append(number)
        out.rows("plan.wanted", Rows.grouped(len(self.features), ends, wanted))

    def _write_watches(self, out: BlockWriter) -> None:
        """Rules with one feature in the body stand by it; a longer one waits for the feature that fewest ask for."""
        asked = array(NUMBER, bytes(4 * len(self.features)))
        for feature in self.bodies.items:
            asked[feature] += 1
        keys, rules = (array(NUMBER), array(NUMBER)), (array(NUMBER), array(NUMBER))
        for number in range(len(self.heads)):
            body = self.bodies[number]
            longer = len(body) > 1
            keys[longer].append(min(body, key=lambda feature: (asked[feature], feature)))
            rules[longer].append(number)
        for name, key, rule in zip(("alone", "first"), keys, rules, strict=True):
            out.rows("plan." + name, Rows.grouped(len(self.features), key, rule))

    def _write_facets(self, out: BlockWriter) -> None:
        """A facet is tried where a class stands that stands beside it in a body, or on every value."""
        kinds = [feature.kind for feature in self.features]
        beside: dict[tuple[int, int], None] = {}
        loose: dict[int, None] = {}
        for number in range(len(self.heads)):
            body = self.bodies[number]
            for facet in body:
                if kinds[facet] == "facet":
                    classes = [feature for feature in body if kinds[feature] == "class"]
                    beside |= {(feature, facet): None for feature in classes}
                    loose |= {} if classes else {facet: None}
        rows = Rows.grouped(len(self.features), [key for key, _ in beside], [facet for _, facet in beside])
        out.rows("plan.facets", rows)
        out.json("loose", list(loose))
