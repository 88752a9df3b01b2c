"""The compiled ontology as flat tables, shared by all patients and never changed.

The tables are plain columns (`kg.cache.flat`): features, axioms, rules with their bodies, and for each feature the
rules that look at it. An engine decodes only what its patients touch, so it does not matter how many claims there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from operator import ge, gt, le, lt
from typing import Any, Final, NamedTuple, NewType, cast
from zlib import crc32

from kg.cache.derived import DerivedOwner
from kg.cache.flat import REMEMBERED, Block, Decoded, Remembered

COMPARE: Final = {"<": lt, "<=": le, ">": gt, ">=": ge}
FeatureNumber = NewType("FeatureNumber", int)
"""The place of a feature in the table of features."""
AxiomNumber = NewType("AxiomNumber", int)
"""The place of an axiom in the table of axioms."""
RuleNumber = NewType("RuleNumber", int)
"""The place of a rule in the table of rules."""
FeatureRows = Callable[[int], tuple[FeatureNumber, ...]]
Ends = dict[str, tuple[tuple[FeatureNumber, AxiomNumber], ...]]


class Feature(NamedTuple):
    """Something that can hold of one individual; `kind` is class, value, some, min or facet.

    An individual of the ontology has an entry of its own in the same table (`individual`): nothing holds of it.
    """

    kind: str
    property: str
    filler: str
    number: str = ""

    def __str__(self) -> str:
        match self.kind:
            case "class":
                return self.filler
            case "min":
                return f"{self.property} min {self.number} {self.filler}"
            case "facet":
                return f"{self.property} some xsd:decimal[{self.filler} {self.number}]"
            case _:
                return f"{self.property} {self.kind} {self.filler}"


NOTHING: Final = Feature("class", "", "http://www.w3.org/2002/07/owl#Nothing")
"""What holds of an individual only if the record and the ontology cannot both be true."""


class Axiom(NamedTuple):
    """A logical axiom as a triple of text, with its source and its file."""

    subject: str
    predicate: str
    object: str
    source: str
    file: str

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate} {self.object}"


class Rule(NamedTuple):
    """`body → head` at one individual, after the OWL 2 RL rule `name`, read from `axioms`."""

    name: str
    body: tuple[FeatureNumber, ...]
    head: FeatureNumber
    axioms: tuple[AxiomNumber, ...]


class Above(NamedTuple):
    """P ⊑ `property`, or P⁻ ⊑ `property` where it is `turned`."""

    axiom: AxiomNumber
    property: str
    turned: bool


class Reach(NamedTuple):
    """What `x P y` says: x R y for every R in `forward`, y R x for every R in `backward`.

    `start` and `end` are the classes of x and of y, by domains and ranges. `followed`: some rule may look along it.
    """

    forward: frozenset[str]
    backward: frozenset[str]
    start: tuple[FeatureNumber, ...]
    end: tuple[FeatureNumber, ...]
    followed: bool


class LinkWatch(NamedTuple):
    """`feature` holds at the start of a link under `property` whose end is of a class; `size` 0 is `some`."""

    property: str
    feature: FeatureNumber
    size: int


class Facet(NamedTuple):
    """`feature` holds where `test(value, limit)` holds of a value of the data property."""

    property: str
    test: Callable[[Decimal, Decimal], bool]
    limit: Decimal
    feature: FeatureNumber


class Others(NamedTuple):
    """What looks at a feature besides rules.

    `facets` are those that stand beside this class in a body. `link` is the property and the individual of a value that
    rules may look along.
    """

    wanted: tuple[LinkWatch, ...]
    facets: tuple[Facet, ...]
    link: tuple[str, str] | None


Entry = tuple[RuleNumber, tuple[FeatureNumber, ...], FeatureNumber]
"""A rule with its body and its head."""


class Plan(NamedTuple):
    """Everything that looks at one feature.

    `last`: what follows from it by rules with one feature in the body and is looked at by such rules at most. `start`:
    the classes of whatever has this value, or one of `last`. `alone`: the other heads of the rules with this body or
    one of `last`. `first`: (rule, body, head) of the longer rules that wait for this feature first: of each body, the
    one fewest rules ask for.
    """

    alone: tuple[FeatureNumber, ...]
    last: dict[FeatureNumber, None]
    start: tuple[FeatureNumber, ...]
    first: tuple[Entry, ...]
    others: Others | None


class PropertyChain(NamedTuple):
    """`first` o `second` ⊑ `result`."""

    first: str
    second: str
    result: str
    axiom: AxiomNumber


class Rules(DerivedOwner):
    """The compiled ontology over one block."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self._text = block.texts("text").item
        self.features = Decoded(len(block.numbers("feature.kind")), self._feature())
        self.axioms = Decoded(len(block.numbers("axiom.subject")), self._axiom())
        self.rules = Decoded(len(block.numbers("rule.head")), self._rule())
        self.known = _Known(block.numbers("feature.table"), self.features)
        self.reach = Remembered(self._reach)
        self.classes = Remembered(self._classes())
        self.short = block.rows("plan.alone")
        self.plan = Remembered(self._plans())

    # -- tables that are small

    @cached_property
    def above(self) -> dict[str, tuple[Above, ...]]:
        """Object property → the axioms that put it, or its inverse, under another."""
        found: dict[str, list[tuple[AxiomNumber, str, bool]]] = self.block.json("above")
        return {prop: tuple(Above(*row) for row in rows) for prop, rows in found.items()}

    @cached_property
    def domains(self) -> Ends:
        """Property → (class, axiom) of its domains."""
        return self._ends("domains")

    @cached_property
    def ranges(self) -> Ends:
        """Object property → (class, axiom) of its ranges."""
        return self._ends("ranges")

    def _ends(self, name: str) -> Ends:
        found: dict[str, list[tuple[FeatureNumber, AxiomNumber]]] = self.block.json(name)
        return {key: tuple((feature, axiom) for feature, axiom in pairs) for key, pairs in found.items()}

    @cached_property
    def chains(self) -> tuple[PropertyChain, ...]:
        return tuple(PropertyChain(*row) for row in self.block.json("chains"))

    @cached_property
    def joining(self) -> frozenset[str]:
        """Properties that chains are made of."""
        return frozenset(prop for chain in self.chains for prop in (chain.first, chain.second))

    @cached_property
    def followed(self) -> frozenset[str]:
        """Properties along which bodies or chains look from one individual to another."""
        return frozenset(self.block.json("followed"))

    @cached_property
    def defined(self) -> frozenset[FeatureNumber]:
        """Classes with a definition: only what fits it may be in them."""
        return frozenset(self.block.json("defined"))

    @cached_property
    def functional(self) -> frozenset[str]:
        """Data properties that have one value at most."""
        return frozenset(self.block.json("functional"))

    @cached_property
    def loose(self) -> tuple[Facet, ...]:
        """Facets with no class beside them: to be tried on every value."""
        facet = self._facet()
        return tuple(facet[number] for number in self.block.json("loose"))

    # -- decoding

    def _feature(self) -> Callable[[int], Feature]:
        kinds, props, fillers, numbers = (
            self.block.numbers(f"feature.{name}") for name in ("kind", "property", "filler", "number")
        )
        text = self._text
        return lambda n: Feature(text[kinds[n]], text[props[n]], text[fillers[n]], text[numbers[n]])

    def _axiom(self) -> Callable[[int], Axiom]:
        columns = [self.block.numbers(f"axiom.{name}") for name in Axiom._fields]
        text = self.block.texts("axiom.text").item
        return lambda number: Axiom(*(text[column[number]] for column in columns))

    def _rule(self) -> Callable[[int], Rule]:
        names, heads = self.block.numbers("rule.name"), self.block.numbers("rule.head")
        bodies, axioms, text = self.block.rows("rule.body"), self.block.rows("rule.axioms"), self._text
        return lambda number: Rule(
            text[names[number]],
            cast(tuple[FeatureNumber, ...], bodies(number)),
            FeatureNumber(heads[number]),
            cast(tuple[AxiomNumber, ...], axioms(number)),
        )

    def _reach(self, prop: str) -> Reach:
        forward, backward = reach(self.above, prop)
        start, end = (
            tuple(
                dict.fromkeys(
                    feature for table, props in pair for upper in sorted(props) for feature, _ in table.get(upper, ())
                )
            )
            for pair in (
                ((self.domains, forward), (self.ranges, backward)),
                ((self.ranges, forward), (self.domains, backward)),
            )
        )
        return Reach(forward, backward, start, end, not self.followed.isdisjoint(forward | backward))

    def _classes(self) -> Callable[[str], tuple[tuple[FeatureNumber, AxiomNumber], ...]]:
        """Individual of the ontology → (class, the assertion it is read from)."""
        rows = self.block.rows("individual.classes")

        def classes(name: str) -> tuple[tuple[FeatureNumber, AxiomNumber], ...]:
            number = self.known.get(individual(name))
            flat = rows(number) if number is not None else ()
            return tuple((FeatureNumber(one), AxiomNumber(two)) for one, two in zip(flat[::2], flat[1::2], strict=True))

        return classes

    # -- plans

    def _plans(self) -> Callable[[FeatureNumber], Plan]:
        block, heads = self.block, cast(Sequence[FeatureNumber], self.block.numbers("rule.head"))
        bodies = cast(FeatureRows, block.rows("rule.body"))
        facet, looked_at = self._facet(), block.numbers("feature.looked_at")
        alone, first = (block.rows("plan." + name) for name in ("alone", "first"))
        wanted, facets = (
            cast(Callable[[int], tuple[FeatureNumber, ...]], block.rows("plan." + name))
            for name in ("wanted", "facets")
        )

        def plan(number: FeatureNumber) -> Plan:
            _, prop, filler, _ = self.features[number]
            reach = self._value(number)
            others = Others(
                tuple(map(self._wanted, wanted(number))),
                tuple(facet[one] for one in facets(number)),
                (prop, filler) if reach and reach.followed else None,
            )
            last, further = follows(number)
            return Plan(
                tuple(further),
                last,
                tuple(dict.fromkeys(above for head in (number, *last) for above in self._start(head))),
                tuple((RuleNumber(rule), bodies(rule), heads[rule]) for rule in first(number)),
                others if any(others) else None,
            )

        def follows(number: FeatureNumber) -> tuple[dict[FeatureNumber, None], dict[FeatureNumber, None]]:
            last: dict[FeatureNumber, None] = {}
            further: dict[FeatureNumber, None] = {}
            todo = [number]
            while todo:
                for head in [heads[rule] for rule in alone(todo.pop())]:
                    if looked_at[head]:
                        further[head] = None
                    elif head not in last:
                        last[head] = None
                        todo.append(head)
            return last, further

        return plan

    def _value(self, number: FeatureNumber) -> Reach | None:
        kind, prop, _, _ = self.features[number]
        return self.reach[prop] if kind == "value" else None

    def _start(self, number: FeatureNumber) -> tuple[FeatureNumber, ...]:
        reach = self._value(number)
        return reach.start if reach else ()

    def _wanted(self, number: FeatureNumber) -> LinkWatch:
        feature = self.features[number]
        return LinkWatch(feature.property, number, int(feature.number or 0))

    def _facet(self) -> Remembered[FeatureNumber, Facet]:
        def facet(number: FeatureNumber) -> Facet:
            _, prop, bound, limit = self.features[number]
            return Facet(prop, COMPARE[bound], Decimal(limit), number)

        return Remembered(facet)


class _Known(Mapping[Feature, FeatureNumber]):
    """Feature → its number, by open addressing in the block."""

    def __init__(self, table: memoryview, features: Sequence[Feature]) -> None:
        self.table, self.features = table, features
        self.memory: dict[Feature, FeatureNumber | None] = {}

    def __getitem__(self, feature: Feature) -> FeatureNumber:
        number: FeatureNumber | None = self.get(feature)
        if number is None:
            raise KeyError(feature)
        return number

    def get(self, feature: Feature, default: Any = None) -> Any:
        try:
            number = self.memory[feature]
        except KeyError:
            if len(self.memory) >= REMEMBERED:
                self.memory.clear()
            number = self.memory[feature] = self._find(feature)
        return default if number is None else number

    def _find(self, feature: Feature) -> FeatureNumber | None:
        mask = len(self.table) - 1
        slot = slot_of(feature) & mask
        while entry := int(self.table[slot]):
            if self.features[entry - 1] == feature:
                return FeatureNumber(entry - 1)
            slot = slot + 1 & mask
        return None

    def __iter__(self) -> Iterator[Feature]:
        return iter(self.features)

    def __len__(self) -> int:
        return len(self.features)


def slot_of(feature: Feature) -> int:
    """Where the search for a feature begins."""
    return crc32("\0".join(feature).encode())


def individual(name: str) -> Feature:
    """The entry of an individual of the ontology in the table of features."""
    return Feature("individual", "", name)


def reach(above: Mapping[str, Iterable[Above]], prop: str) -> tuple[frozenset[str], frozenset[str]]:
    """The properties over P, itself included, and those over its inverse."""
    found, todo = {(prop, False)}, [(prop, False)]
    while todo:
        lower, turned = todo.pop()
        new = {(upper.property, upper.turned != turned) for upper in above.get(lower, ())} - found
        found |= new
        todo.extend(new)
    return frozenset(name for name, turned in found if not turned), frozenset(name for name, turned in found if turned)
