"""Stability: inside an interval the answer never changes, and just outside it does."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any, Final

import pytest

from assessing import DAY, KNOWLEDGE, assessed, named
from certified import EXAMPLES
from kg.assess import Assessment, assess
from kg.errors import InputError
from kg.explanations.stability import Stability, answer_of, numbers_of, stability
from kg.readers.case.parsing import parse_yaml
from kg.render.counterfactuals import stability_json, stability_text
from patients import ADULT, hb

IRON: Final = {"test": "iron", "value": 40, "unit": "ug/dL", "date": str(DAY)}
TIBC: Final = {"test": "TIBC", "value": 300, "unit": "ug/dL", "date": str(DAY)}
CASE: Final[dict[str, Any]] = ADULT | {"diagnoses": named("breast cancer"), "measurements": [hb(Decimal("10.6"))]}


def by_label(found: tuple[Stability, ...]) -> dict[str, Stability]:
    return {one.about: one for one in found}


def test_the_interval_of_a_value_ends_at_the_limits_of_the_claims() -> None:
    found = by_label(stability(assessed(**CASE), KNOWLEDGE.engine, "A0-44"))["Hemoglobin"]
    assert found.interval.low == 10
    assert found.interval.low_strict
    assert found.interval.high is None


def test_a_derived_quantity_limits_the_numbers_of_which_it_is_made() -> None:
    # Given iron and its binding capacity of one day, then the limits of their ratio, in per cent, are limits of both
    found = by_label(stability(assessed(**ADULT | {"measurements": [IRON, TIBC]}), KNOWLEDGE.engine))
    ratio = Decimal(40) / 300 * 100
    assert any(one.interval.high is not None and one.interval.high < 200 for one in found.values())
    assert ratio < 20


def test_it_is_said_in_words_and_as_data() -> None:
    found = stability(assessed(**CASE), KNOWLEDGE.engine, "A0-44")
    assert "Haemoglobin" in stability_text(found, "A0-44")
    (row,) = [one for one in stability_json(found, "A0-44")["numbers"] if one["about"] == "Hemoglobin"]
    assert (row["value"], row["low"], row["low_included"], row["high"]) == ("10.6", "10", False, None)
    with pytest.raises(InputError):
        stability(assessed(**CASE), KNOWLEDGE.engine, "A0-00")


def disagreeing(before: Assessment, samples: int, random: Random) -> tuple[list[str], int]:
    """Numbers whose interval holds a value with another answer, or ends where the answer is still the same."""
    now, wrong, checked = answer_of(before), [], 0
    numbers = {one.label: one for one in numbers_of(before)}
    for one in stability(before, KNOWLEDGE.engine):
        number, low, high = numbers[one.label], one.interval.low, one.interval.high
        top = high if high is not None else max(one.value * 3, Decimal(120))
        for _ in range(samples):
            value = Decimal(random.uniform(float(low or 0), float(top))).quantize(Decimal("0.0001"))
            value = value.to_integral_value() if number.whole else value
            inside = (low is None or value > low) and (high is None or value < high)
            if inside and answer_of(assess(before.ontology, KNOWLEDGE.engine, number.put(value))) != now:
                wrong.append(f"{one.label}: {value}")
            checked += inside
        step = Decimal(1) if number.whole else Decimal("0.00001")
        for end, strict, side in ((low, one.interval.low_strict, -step), (high, one.interval.high_strict, step)):
            beyond = None if end is None else end if strict else end + side
            if beyond is not None and beyond > 0:
                after = answer_of(assess(before.ontology, KNOWLEDGE.engine, number.put(beyond)))
                if after == now:
                    wrong.append(f"{one.label}: still the same at {beyond}")
    return wrong, checked


def example(name: str) -> Assessment:
    return KNOWLEDGE.assess(KNOWLEDGE.read_case(parse_yaml(EXAMPLES[name].read_text(encoding="utf-8")), DAY))


def test_samples_inside_agree_and_what_lies_outside_differs() -> None:
    wrong, checked = disagreeing(example("esa-asked-for-off-chemotherapy"), 12, Random(1))
    assert not wrong
    assert checked > 15


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_thousand_samples_an_interval_agree(name: str) -> None:
    wrong, _ = disagreeing(example(name), 1000, Random(name))
    assert not wrong
