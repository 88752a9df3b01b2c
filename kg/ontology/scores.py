"""Formulas and scores that the ontology declares as data: arithmetic over quantities, points for facts and ages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from kg.ontology import terms
from kg.ontology.index import Index


@dataclass(frozen=True)
class ScoreItem:
    """Points for one thing: any of some concepts in the record, a sex, or an age in completed years."""

    points: int
    concepts: tuple[str, ...] = ()
    sex: str = ""
    from_age: int | None = None
    below_age: int | None = None


@dataclass(frozen=True)
class FormulaData:
    """What a derived quantity adds to its formula; what a formula does not use is empty.

    `names` are those of the arithmetic: its operands in their order, then `age`. `constants`: name → sex → number.
    """

    window_days: int = 0
    decimals: int = 6
    arithmetic: str = ""
    names: tuple[str, ...] = ()
    constants: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    items: tuple[ScoreItem, ...] = ()


def read_formula(index: Index, node: str) -> FormulaData:
    """The data of one derived quantity of the compiled ontology."""
    rows = [text.split() for text in index.own(node, "formulaConstant")]
    return FormulaData(
        window_days=int(index.own_value(node, "windowDays", "0")),
        decimals=int(index.own_value(node, "decimals", "6")),
        arithmetic=index.own_value(node, "arithmetic"),
        names=tuple(index.own_value(node, "formulaNames").split()),
        constants={name: {"female": Decimal(female), "male": Decimal(male)} for name, female, male in rows},
        items=tuple(_item(text) for text in index.own(node, "scoreItem")),
    )


def _item(text: str) -> ScoreItem:
    """`2 age 75 -`, `1 sex female`, `1 any HeartFailure`."""
    points, what, *rest = text.split()
    if what == "sex":
        return ScoreItem(int(points), sex=rest[0])
    if what == "age":
        low, high = (None if word == "-" else int(word) for word in rest)
        return ScoreItem(int(points), from_age=low, below_age=high)
    return ScoreItem(int(points), concepts=tuple(terms.local(name) for name in rest))


def item_text(item: ScoreItem) -> str:
    """An item as the annotation that `read_formula` reads."""
    if item.sex:
        return f"{item.points} sex {item.sex}"
    if item.concepts:
        return f"{item.points} any {' '.join(item.concepts)}"
    ages = ("-" if age is None else str(age) for age in (item.from_age, item.below_age))
    return f"{item.points} age {' '.join(ages)}"
