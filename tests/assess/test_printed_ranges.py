"""Printed normal ranges change the yardstick of a value and never what is urgent.

Each case of the project is assessed as it is, without the ranges that it prints, and with the range of the reference
interval printed beside every value that has none. `WARRANT_SHARED`, a folder with `dev/safety_cases.jsonl`, adds those.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from assessing import DAY, KNOWLEDGE
from kg.facts.patient import Measurement, PatientFacts, ReferenceRange
from kg.readers.case.parsing import parse_yaml
from kg.record.observations import Interpreter

Case = dict[str, Any]


def structured() -> Iterator[tuple[str, Case]]:
    for path in sorted((KNOWLEDGE.folder / "examples").glob("*.yaml")):
        yield path.stem, parse_yaml(path.read_text(encoding="utf-8"))
    if shared := os.environ.get("WARRANT_SHARED"):
        for line in (Path(shared) / "dev" / "safety_cases.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line, parse_float=Decimal)
            if "text" not in row["case"]:
                yield row["id"], row["case"]


CASES: Final = tuple(structured())


def read(case: Case) -> PatientFacts:
    return KNOWLEDGE.read_case(case, DAY)


def urgent(facts: PatientFacts) -> set[tuple[str, str]]:
    """What a clinician has to do without delay, by id and urgency."""
    found = KNOWLEDGE.assess(facts, with_branches=False)
    steps = [*found.lists["next_steps"], *found.lists["escalations"]]
    return {(item.id, item.urgency) for item in steps if item.urgency}


def without_ranges(facts: PatientFacts) -> PatientFacts:
    return replace(facts, measurements=tuple(replace(item, range=None) for item in facts.measurements))


def with_ranges(facts: PatientFacts) -> PatientFacts:
    """The same facts as a laboratory would print them that has the limits of the reference intervals."""
    return replace(facts, measurements=tuple(printed(item, facts) for item in facts.measurements))


def printed(item: Measurement, facts: PatientFacts) -> Measurement:
    """A value with the range by which its interval decides it; one that is left undecided has none."""
    interval = Interpreter(KNOWLEDGE.ontology, facts, {}).interval_of(item.quantity)
    if interval is None or item.range or item.flag:
        return item
    low, high = interval.low_below, interval.high_above
    start, end = interval.normal_from, interval.normal_to
    decided = (low is not None and item.value.satisfies("<", low)) or (
        high is not None and item.value.satisfies(">", high)
    )
    if low is not None and high is not None and start is not None and end is not None:
        decided = decided or bool(item.value.satisfies(">=", start) and item.value.satisfies("<=", end))
    if not decided:
        return item
    return replace(item, range=ReferenceRange(low, high))


def test_the_collector_found_the_examples() -> None:
    assert len(CASES) >= 13
    assert sum("reference_range" in json.dumps(case, default=str) for _, case in CASES) >= 1


@pytest.mark.parametrize(("name", "case"), CASES, ids=[name for name, _ in CASES])
def test_the_same_case_with_and_without_printed_ranges_has_the_same_urgent_steps(name: str, case: Case) -> None:
    facts = read(case)
    assert urgent(without_ranges(facts)) == urgent(facts) == urgent(with_ranges(facts))
