"""Formulas and scores as data: published examples, a value on each side of a limit, and what is not computed."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from kg.authoring.compiler import write
from kg.knowledge import Knowledge
from kg.ontology.arithmetic import ArithmeticProblem, evaluated, names_in
from small_ontology import write_small_ontology

DAY: Final = datetime.date(2026, 2, 10)
DERIVED: Final = """
- {name: Age, formula: age-in-years, unit: a, definition: The age., source: tree}
- {name: LumenMultiple, formula: multiple-of-upper-limit, of: [Lumen], unit: '1', definition: Lumen over its limit.,
   source: tree}
- {name: LumenRise, formula: rise-within, of: [Lumen], within_days: 7, unit: mg/L, definition: A rise., source: tree}
- {name: LumenRatio, formula: ratio-within, of: [Lumen], within_days: 7, decimals: 2, unit: '1', definition: A ratio.,
   source: tree}
- name: GlowIndex
  formula: arithmetic
  expression: factor * age * lum / sqrt(tint)
  inputs: {lum: Lumen, tint: Tint}
  by_sex: {factor: {female: '1.5', male: '2'}}
  within_days: 1
  decimals: 2
  unit: '1'
  definition: An index.
  source: tree
  examples: [{case: {}, gives: '0', source: tree}]
- name: NailScore
  formula: points
  items: [{any: [BlueNail, NailRemoval], points: 1}, {sex: female, points: 1}, {from: 75, points: 2},
    {from: 65, below: 75, points: 1}]
  unit: '1'
  definition: A score.
  source: tree
  examples: [{case: {}, gives: '0', source: tree}]
"""


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    folder = write_small_ontology(tmp_path_factory.mktemp("formulas"))
    path = folder / "thresholds.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("derived:\n", "derived:" + DERIVED, 1), encoding="utf-8")
    write(folder)
    return Knowledge(folder)


def computed(knowledge: Knowledge, name: str, case: dict[str, Any]) -> tuple[str, ...]:
    """The bounds of a derived quantity, equal where it is exact; nothing where it is not computed."""
    found = knowledge.assess_case(case, DAY).record.derivations
    values = [item.value for item in found if item.quantity.name == name]
    return tuple(str(end) for value in values for end in dict.fromkeys((value.low, value.high)))


def lumen(value: int, date: str = "2026-02-10", **more: Any) -> dict[str, Any]:
    return {"test": "lumen", "value": value, "unit": "mg/L", "date": date, **more}


TINT: Final = {"test": "tint", "value": 4, "unit": "U/L", "date": "2026-02-10"}
INDEX: Final = {"sex": "female", "age": 40, "measurements": [lumen(10), TINT]}


@pytest.mark.parametrize(
    ("name", "case", "value"),
    [
        ("Age", {"age": 40}, ("40",)),
        ("Age", {"sex": "male"}, ()),
        ("LumenMultiple", {"measurements": [lumen(9, reference_range={"low": 1, "high": 3})]}, ("3",)),
        ("LumenMultiple", {"measurements": [lumen(9)]}, ()),
        ("LumenRise", {"measurements": [lumen(4, "2026-02-03"), lumen(2, "2026-02-05"), lumen(9)]}, ("7",)),
        ("LumenRise", {"measurements": [lumen(2, "2026-02-02"), lumen(9)]}, ()),
        ("LumenRatio", {"measurements": [lumen(3, "2026-02-03"), lumen(10)]}, ("3.33",)),
        ("GlowIndex", INDEX, ("300",)),
        ("GlowIndex", {**INDEX, "sex": "male"}, ("400",)),
        ("GlowIndex", {**INDEX, "measurements": [lumen(10, "2026-02-08"), TINT]}, ()),
        ("GlowIndex", {**INDEX, "measurements": [lumen(10), {**TINT, "comparator": "<"}]}, ()),
        ("GlowIndex", {"age": 40, "measurements": [lumen(10), TINT]}, ()),
        ("NailScore", {"sex": "female", "age": 80, "findings": [{"concept": "blue_nail"}]}, ("4",)),
        ("NailScore", {"sex": "male", "age": 70}, ("1", "2")),
        ("NailScore", {}, ()),
    ],
)
def test_a_quantity_is_computed_from_what_is_known_or_not_at_all(
    knowledge: Knowledge, name: str, case: dict[str, Any], value: tuple[str, ...]
) -> None:
    assert computed(knowledge, name, case) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 +", "does not parse"),
        ("open('x')", "is no arithmetic"),
        ("a if b else c", "is no arithmetic"),
        ("min(a)", "min takes 2 numbers"),
        ("'a'", "is no arithmetic"),
        ("a.real", "is no arithmetic"),
    ],
)
def test_what_is_no_arithmetic_is_refused(text: str, message: str) -> None:
    with pytest.raises(ArithmeticProblem, match=message):
        names_in(text)


def test_arithmetic_is_that_of_decimals() -> None:
    assert evaluated("0.1 + 0.2", {}) == Decimal("0.3")
    assert names_in("max(a / b, 1) ** -2") == {"a", "b"}
    with pytest.raises(ArithmeticProblem, match="has no value"):
        evaluated("1 / a", {"a": Decimal(0)})
